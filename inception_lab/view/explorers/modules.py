"""The picture of a module's cost: its diagram, and a bar for each branch in the same row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_lab.architecture.cost import Cost
from inception_lab.view import diagrams, figures
from inception_lab.view.engine.handles import Handle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from inception_lab.architecture.network import Part
    from inception_lab.view.engine.canvas import Canvas

METRICS = {
    "parameters": "parameters",
    "macs": "MACs (multiply-adds per image)",
    "activation_bytes": "activations (bytes, float32)",
}
BRANCHES = ("1x1", "3x3", "5x5", "7x7", "pool")


@dataclass(frozen=True)
class BranchCosts:
    """A module's costs by branch.

    Attributes:
        total: The cost of the whole module.
        branches: Branch → metric → quantity; branches that the module lacks are absent.
        channels: Branch → channels that it hands on.
    """

    total: Cost
    branches: Mapping[str, Mapping[str, int]]
    channels: Mapping[str, int]

    @classmethod
    def of(cls, costs: Cost) -> BranchCosts:
        """Sum the layers of each branch: `3x3_reduce` and `3x3` are one."""
        branches: dict[str, dict[str, int]] = {}
        channels: dict[str, int] = {}
        for layer in costs.layers:
            last = layer.name.split("/")[-1]
            name = next((branch for branch in BRANCHES if last.startswith(branch)), None)
            if name is None:
                continue
            sums = branches.setdefault(name, dict.fromkeys(METRICS, 0))
            for metric in METRICS:
                sums[metric] += getattr(layer, metric)
            channels[name] = layer.output_shape[-1]
        return cls(costs, branches, channels)

    def largest(self, metric: str) -> str:
        """Return the branch with the largest value."""
        return max(self.branches, key=lambda name: self.branches[name][metric])


def module_figure(rows: int) -> tuple[Figure, Axes, dict[str, Axes]]:
    """Return a figure with room for a diagram and a column of bars for each metric."""
    figure = figures.new_figure(9.2, 0.85 + 0.62 * rows)
    bottom, height = 0.7 / figure.get_figheight(), 1 - 0.75 / figure.get_figheight()
    diagram = figure.add_axes((0.0, bottom, 0.43, height))
    columns: dict[str, Axes] = {}
    for number, (metric, label) in enumerate(METRICS.items()):
        ax = figure.add_axes((0.45 + 0.188 * number, bottom, 0.165, height))
        ax.set(xlim=(0, 1), ylim=(rows - 0.5, -0.5))
        ax.set_yticks([])
        ax.set_xticks([0, 1], ["0", ""], fontsize=8)
        ax.set_xlabel(label.replace(" (", "\n("), fontsize=9)
        columns[metric] = ax
    return figure, diagram, columns


class LiveDiagram:
    """The diagram of the present module, one row a branch."""

    def __init__(self, ax: Axes, rows: int) -> None:
        self.ax = ax
        self._sketch = diagrams.Sketch()
        self._pieces: list[diagrams.Piece] = []
        ax.set_axis_off()
        ax.set(xlim=(-0.5, 4.36), ylim=(rows - 0.5, -0.5))

    def show(self, canvas: Canvas, part: Part, costs: Cost) -> None:
        """Draw a module; where only numbers differ from the one that is drawn, only they are written anew."""
        sketch = diagrams.lay_out(part, costs)
        if sketch.places != self._sketch.places:
            canvas.remove_pieces(self._pieces)
            canvas.limits(self.ax, x=(-0.5, sketch.width + 0.5), y=(sketch.rows - 0.5, -0.5))
            self._pieces = diagrams.draw(self.ax, sketch, size=8)
            for piece in self._pieces:
                canvas.add_piece(*piece)
        else:
            diagrams.write(self._pieces, sketch)
        self._sketch = sketch

    def handles(self, names: Mapping[str, str], filters: Mapping[str, int]) -> Iterator[Handle]:
        """Return the boxes as handles: a pull of one box's width to the right doubles the filters.

        Args:
            names: Last part of a layer's path → the control that says its filters.
            filters: Control → its present value.
        """
        for x, y, path, _ in self._sketch.boxes:
            if name := names.get(path.split("/")[-1]):
                yield Handle(
                    self.ax, (x, y - diagrams.HALF / 2, x + diagrams.BOX, y + diagrams.HALF / 2),
                    "Pull to the right for more filters, to the left for fewer",
                    lambda power, _, name=name: {name: 2**power},  # type: ignore[misc]
                    anchor=(math.log2(filters[name]), y),
                )  # fmt: skip


def share(part: int, whole: int) -> str:
    """Write a share in per cent."""
    return f"{100 * part / whole:.0f} %" if whole else "0 %"

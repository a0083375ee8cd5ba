"""The picture of a module's cost: its diagram, and a bar for each branch in the same row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inception_lab.architecture.cost import Cost
from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.architecture.modules import BRANCHES as FIELDS
from inception_lab.architecture.modules import COLUMNS
from inception_lab.architecture.network import Part
from inception_lab.view import diagrams, figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.contract import Box
from inception_lab.view.engine.explorer import Control, Explorer, Handle, Integer

METRICS = {
    "parameters": "parameters",
    "macs": "MACs (multiply-adds per image)",
    "activation_bytes": "activations (bytes, float32)",
}
BRANCHES = ("1x1", "3x3", "5x5", "7x7", "pool")


@dataclass(frozen=True)
class BranchCosts:
    """A module's costs by branch."""

    total: Cost  # the cost of the whole module
    # branch → metric → quantity; branches that the module lacks are absent
    branches: Mapping[str, Mapping[str, int]]
    channels: Mapping[str, int]  # branch → channels that it hands on

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


def six_numbers() -> dict[str, Control]:
    """Return the controls of a module's six numbers, which are 3a's at first, in their branches' colours."""
    return {
        name: Integer(
            COLUMNS[name], getattr(TABLE_1["3a"], name), 1, 512, log=True,
            color=figures.branch_style(name.removeprefix("conv").removeprefix("reduce")).color,
        )
        for name in FIELDS
    }  # fmt: skip


def module_figure(explorer: Explorer, rows: int) -> tuple[Figure, Axes, dict[str, Axes]]:
    """Return a figure with room for a diagram and a column of bars for each metric.

    The bars stand beside the branches that they belong to, or below the diagram where there is little room.
    """
    figure = explorer.new_figure(0.85 + 0.62 * rows, 0.9 + 0.92 * rows)
    bottom, height = 0.7 / figure.get_figheight(), 1 - 0.75 / figure.get_figheight()
    above, below = 0.56 * rows, 0.34 * rows
    diagram = explorer.add_axes(figure, (0.0, bottom, 0.43, height), (0.0, 0.9 + below, 0.0, above))
    columns = metric_columns(explorer, figure, rows, (0.45, bottom, 0.188, height), (0.42, 0.8, 0.1, below))
    for ax in columns.values():
        ax.set_yticks([])
    return figure, diagram, columns


def metric_columns(explorer: Explorer, figure: Figure, rows: int, wide: Box, narrow: Box) -> dict[str, Axes]:
    """Add a column of bars for each metric.

    Args:
        explorer: Whose figure it is.
        figure: The figure.
        rows: Number of bars.
        wide: Left, bottom, distance from column to column, height, in parts of the figure.
        narrow: Space on the left, bottom, space on the right, height, in inches.
    """
    columns: dict[str, Axes] = {}
    left, bottom, step, height = wide
    start, low, end, high = narrow
    part = (explorer.width - start - end + 0.1) / len(METRICS)
    for number, (metric, label) in enumerate(METRICS.items()):
        ax = explorer.add_axes(
            figure, (left + step * number, bottom, 0.88 * step, height),
            (start + part * number, low, explorer.width - start - part * (number + 1) + 0.1, high),
        )  # fmt: skip
        ax.set(xlim=(0, 1), ylim=(rows - 0.5, -0.5))
        ax.set_xticks([0, 1], ["0", ""], fontsize=8)
        label = explorer.either(label, label.replace("multiply-adds ", "").replace(", float32", ""))
        room = figure.get_figwidth() * ax.get_position().width
        ax.set_xlabel(label if room > 2 else label.replace(" (", "\n("), fontsize=explorer.either(9.0, 8.5))
        columns[metric] = ax
    return columns


class LiveDiagram:
    """The diagram of the present module, one row a branch."""

    def __init__(self, ax: Axes, rows: int, *, brief: bool = False) -> None:
        self.ax, self._brief = ax, brief
        self._sketch = diagrams.Sketch()
        self._pieces: list[diagrams.Piece] = []
        ax.set_axis_off()
        ax.set(xlim=(-0.5, 4.36), ylim=(rows - 0.5, -0.5))

    def show(
        self, canvas: Canvas, part: Part, costs: Cost, colors: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Draw a module; where only numbers differ from the one that is drawn, only they are written anew.

        Args:
            canvas: Where it is drawn.
            part: The module.
            costs: Of its layers.
            colors: Path → colour of a box, where it is not that of its branch.
        """
        sketch = diagrams.lay_out(part, costs)
        sketch.colors = colors
        if self._brief:
            sketch.shorten()
        if sketch.places != self._sketch.places:
            canvas.remove(chain.from_iterable(self._pieces))
            diagrams.frame(self.ax, sketch)  # of which the canvas's frame shows nothing
            self._pieces = diagrams.draw(self.ax, sketch, size=8)
            for piece in self._pieces:
                canvas.add_below(*piece)
        else:
            diagrams.write(self._pieces, sketch)
        self._sketch = sketch

    def handles(self, names: Mapping[str, str], filters: Mapping[str, int]) -> Iterator[Handle]:
        """Return the boxes as handles: a pull of one box's width to the right doubles the filters."""
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


def keras_code(call: str) -> str:
    """Return code that builds what a call of this package describes."""
    return f"import inception_lab as lab\n\nnetwork = {call}\nmodel = lab.build(network)\nmodel.summary()"


def branch_name(branch: str) -> str:
    """Write the name of a branch."""
    return branch.replace("pool_proj", "pool proj.").replace("x", "×")

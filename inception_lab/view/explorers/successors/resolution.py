"""`explore.resolution()`: Inception v3 on pictures of three sizes, at the same cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.family.inception_v3 import inception_v3
from inception_lab.view import figures
from inception_lab.view.engine.bars import columns
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State, Toggle
from inception_lab.view.explorers.modules import keras_code
from inception_lab.view.figures import Style, ceiling, quantity, size

# Section 9 of arXiv:1512.00567: the picture's side, the step of the first convolution, the first pooling.
PAPER: dict[str, State] = {
    "299 pixels": {"side": 299, "strides": 2, "first_pool": True},
    "151 pixels": {"side": 151, "strides": 1, "first_pool": True},
    "79 pixels": {"side": 79, "strides": 1, "first_pool": False},
}
STAGES = {
    "before the modules": ("", Style(figures.PALE)),
    "modules 5": ("Mixed_5", Style(figures.SKY)),
    "modules 6": ("Mixed_6", Style(figures.ORANGE, "//")),
    "modules 7": ("Mixed_7", Style(figures.GREEN, "..")),
}
LAST = "Mixed_7c"
COLUMNS = {"MACs": 0.53, "reach": 1.31, "activations": 2.13}  # where they end, in inches beside the bars


@dataclass(frozen=True)
class Resized:
    """The network of a state."""

    state: State  # what was asked for
    costs: Cost  # its cost


def counted(state: State) -> Cost:
    """Count the network of a state."""
    side, strides, pool = (state[name] for name in ("side", "strides", "first_pool"))
    return cost(inception_v3((side, side, 3), strides=strides, first_pool=pool))


@cache
def _paper(name: str) -> Cost:
    return counted(PAPER[name])


def names() -> list[str]:
    """Return the picture, and the network's parts up to the last module."""
    found = list(_sides(_paper("299 pixels")))
    return found[: found.index(LAST) + 1]


def grids(costs: Cost) -> tuple[list[int], list[int]]:
    """Return the places in `names` of the parts that a network has, and the side of the grid after each."""
    sides = _sides(costs)
    there = [(place, sides[name]) for place, name in enumerate(names()) if name in sides]
    return [place for place, _ in there], [side for _, side in there]


def _sides(costs: Cost) -> dict[str, int]:
    """Return the side of the picture, and of the grid after each layer of the stem and each module."""
    sides = {"picture": int(costs.input_shape[0])}
    for layer in costs.layers:
        name = layer.name.split("/")[1] if layer.module == "stem" else layer.module
        sides[name] = layer.output_shape[0]
    return sides


def by_stage(costs: Cost) -> list[int]:
    """Sum the MACs of each stage; what comes after the modules counts with the last."""
    sums = dict.fromkeys(STAGES, 0)
    stage = next(iter(STAGES))
    for name, module in costs.by_module().items():
        stage = next((each for each, (start, _) in STAGES.items() if start and name.startswith(start)), stage)
        sums[stage] += module.macs
    return list(sums.values())


def reach(costs: Cost) -> int:
    """Return how far a unit of the last module sees, in pixels."""
    return int(costs[LAST].layers[-1].reach.largest)


class Resolution(Explorer):
    """Does a network need a large picture, or only a large grid?"""

    title = "A smaller picture at the same cost"
    hint = (
        "Inception v3. Make the picture smaller; then shrink it less at the start. What is held, what moves?"
    )
    leading: ClassVar = ("side", "strides", "first_pool")
    presets: ClassVar = {
        **PAPER,
        "79 pixels, nothing else changed": {"side": 79},
        "299 pixels, a first step of 1": {"strides": 1},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "side": Integer("Side of the picture", 299, 75, 331),
            "strides": Choice("Step of the first convolution", 2, (("1", 1), ("2", 2))),
            "first_pool": Toggle("Pooling after the first three", True),
        }

    def compute(self, state: State) -> Resized:
        return Resized(state, counted(state))

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.7, 4.9)
        ax = self._bar_axes = self.add_axes(figure, (0.115, 0.24, 0.29, 0.6), (0.78, 3.4, 1.75, 1.2))
        ax.set(xlim=(0, 1), ylim=(len(PAPER) + 0.5, -0.5), xlabel="MACs per image")
        ax.set_yticks(range(len(PAPER) + 1), [*PAPER, "yours"], fontsize=self.either(10, 8))
        ax.xaxis.set_major_formatter(figures.tick)
        ax.xaxis.set_major_locator(MaxNLocator(self.either(3, 2)))
        ax = self._grid_axes = self.add_axes(figure, (0.705, 0.24, 0.265, 0.6), (0.5, 0.95, 0.3, 1.75))
        first, last = (names().index(name) for name in ("Mixed_5b", LAST))
        ax.set(xlim=(-0.5, last + 0.5), ylim=(0.8, 420), yscale="log", title="Side of the grid, pixels")
        sides = (1, 3, 8, 17, 35, 79, 151, 299)
        ax.set_yticks(sides, [str(side) for side in sides], fontsize=8)
        ax.set_yticks([], minor=True)
        ax.set_xticks([0, first, last], ["picture", "first\nmodule", "last\nmodule"], fontsize=8)
        for name in PAPER:
            ax.plot(*grids(_paper(name)), color=figures.GREY, linewidth=1, linestyle=":")
        ax.grid(color=figures.PALE, axis="y")
        return figure

    def prepare(self, canvas: Canvas) -> None:
        ax, rows = self._bar_axes, len(PAPER) + 1
        self._bars = [
            ax.barh(
                range(rows), [0] * rows, height=0.62, color=style.color, hatch=style.hatch,
                edgecolor="white", linewidth=0, label=stage,
            )
            for stage, (_, style) in STAGES.items()
        ]  # fmt: skip
        canvas.figure.legend(loc="lower left", ncols=self.either(len(STAGES), 2), fontsize=8, frameon=False)
        part = self.either(1, 0.8)
        self._words = columns(ax, {name: part * end for name, end in COLUMNS.items()}, rows)
        for row in range(rows):
            canvas.add_below(*(bars[row] for bars in self._bars), *self._words[row])
        for row, name in enumerate(PAPER):
            self._draw_row(row, _paper(name))
        (self._line,) = self._grid_axes.plot([], [], "o-", color=figures.BLUE, linewidth=2, markersize=4)
        canvas.add(self._line)

    def draw(self, canvas: Canvas, result: Resized) -> None:
        most = max(costs.macs for costs in (result.costs, *map(_paper, PAPER)))
        canvas.limits(self._bar_axes, x=(0, ceiling(1.02 * most)))
        self._draw_row(len(PAPER), result.costs)
        self._line.set_data(*grids(result.costs))

    def _draw_row(self, row: int, costs: Cost) -> None:
        x = 0
        for bars, macs in zip(self._bars, by_stage(costs), strict=True):
            bars[row].set(x=x, width=macs)
            x += macs
        said = (quantity(costs.macs), f"{reach(costs):,} px", size(costs.activation_bytes))
        for text, words in zip(self._words[row], said, strict=True):
            text.set_text(words)

    def handles(self) -> Iterator[Handle]:
        for row, (name, state) in enumerate(PAPER.items()):
            box = (0, row - 0.4, self._bar_axes.get_xlim()[1], row + 0.4)
            yield Handle(self._bar_axes, box, f"Press: {name}", press=state, cursor="pointer")
        side = self.result.state["side"]
        yield Handle(
            self._grid_axes, (0, side, 0, side), "Pull: side of the picture", lambda _, y: {"side": y},
            cursor="ns-resize", anchor=(0, side),
        )  # fmt: skip

    def describe(self, result: Resized) -> str:
        state, costs, usual = result.state, result.costs, _paper("299 pixels")
        sees, modules = reach(costs), ("Mixed_5d", "Mixed_6e", LAST)
        shrunk = [state["side"], *(costs[name].output_shape[0] for name in modules)]
        return (
            f"{state['side']} pixels, first step {state['strides']}, "
            f"{'with' if state['first_pool'] else 'without'} the first pooling: grids of "
            f"{', '.join(map(str, shrunk))}. {costs.macs:,} MACs, {costs.macs / usual.macs:.2f} × those at "
            f"299 pixels; {costs.parameters:,} parameters, as always. A unit at the end reaches {sees:,} "
            f"pixels, {sees / state['side']:.1f} × the picture's side."
        )

    def keras_code(self, state: State) -> str:
        words = f"strides={state['strides']}, first_pool={state['first_pool']}"
        call = f"lab.inception_v3(({state['side']}, {state['side']}, 3), {words})"
        return keras_code(call)

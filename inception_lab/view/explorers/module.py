"""`explore.module()`: the six numbers of an Inception module, and what reducing saves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.modules import BRANCHES as FIELDS
from inception_lab.architecture.modules import COLUMNS, InceptionRow, inception_module
from inception_lab.architecture.network import Parallel
from inception_lab.view import figures
from inception_lab.view.engine.bars import Bars
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Control, Explorer, Handle, Integer, State
from inception_lab.view.explorers.modules import (
    BranchCosts,
    LiveDiagram,
    branch_name,
    module_figure,
    share,
    six_numbers,
)
from inception_lab.view.figures import BRANCH_STYLES, NAIVE, REDUCED, quantity, size

ROWS = ("1x1", "3x3", "5x5", "pool")
ENDS = ("conv1x1", "conv3x3", "conv5x5", "pool_proj")  # the control of each row's last layer
LAYERS = dict(zip(("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"), FIELDS, strict=True))


def paper_modules() -> dict[str, State]:
    """Return the states of the paper's nine modules: their numbers, and the input they get."""
    modules = cost(googlenet()).by_module()
    shapes = {name: modules[f"inception_{name}"].input_shape for name in TABLE_1}
    return {
        name: {**dict(zip(("height", "width", "channels"), shapes[name], strict=True)), **vars(row)}
        for name, row in TABLE_1.items()
    }


KERAS = """import keras
from keras import layers

def conv(x, filters, kernel_size):
    return layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(x)

x = keras.Input(({height}, {width}, {channels}))
branch1x1 = conv(x, {conv1x1}, 1)
branch3x3 = conv(conv(x, {reduce3x3}, 1), {conv3x3}, 3)
branch5x5 = conv(conv(x, {reduce5x5}, 1), {conv5x5}, 5)
pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
branch_pool = conv(pooled, {pool_proj}, 1)
outputs = layers.concatenate([branch1x1, branch3x3, branch5x5, branch_pool])
model = keras.Model(x, outputs)
model.summary()"""


@dataclass(frozen=True)
class Twins:
    """A module, and the same without its reductions."""

    module: Parallel
    reduced: BranchCosts
    naive: BranchCosts

    def values(self, metric: str) -> dict[str, list[int | None]]:
        """Return what each branch of both costs."""
        both = {"naive": self.naive.branches, "reduced": self.reduced.branches}
        return {name: [branches[row][metric] for row in ROWS] for name, branches in both.items()}


class Module(Explorer):
    """An Inception module beside its naive twin."""

    title = "An Inception module"
    hint = "Its six numbers are the knobs. Hatched: the same module without any 1×1 reduction or projection."
    leading: ClassVar = ("reduce3x3", "reduce5x5", "conv5x5")
    presets = paper_modules()

    def declare(self) -> dict[str, Control]:
        return {
            **six_numbers(),
            "channels": Integer("Input channels", 192, 1, 1024),
            "height": Integer("Input height", 28, 7, 112),
            "width": Integer("Input width", 28, 7, 112),
        }

    def compute(self, state: State) -> Twins:
        row = InceptionRow(**{name: state[name] for name in FIELDS})
        shape = (state["height"], state["width"], state["channels"])
        module, naive = (inception_module(numbers, name="module") for numbers in (row, row.naive))
        return Twins(module, BranchCosts.of(cost(module, shape)), BranchCosts.of(cost(naive, shape)))

    def make_figure(self) -> Figure:
        figure, self._diagram_axes, self._columns = module_figure(self, len(ROWS))
        if self.narrow:
            self._columns["parameters"].set_yticks(
                range(len(ROWS)), list(map(branch_name, ROWS)), fontsize=8.5
            )
        return figure

    def prepare(self, canvas: Canvas) -> None:
        rows = len(ROWS)
        series = {"naive": (NAIVE, -0.17), "reduced": (REDUCED, 0.17)}
        self._bars = {metric: Bars(canvas, ax, rows, series) for metric, ax in self._columns.items()}
        for bars in self._bars.values():
            for row, branch in enumerate(ROWS):
                for drawn in bars.bars.values():
                    drawn[row].set_facecolor(BRANCH_STYLES[branch].color)
        self._diagram = LiveDiagram(self._diagram_axes, rows)
        place = self.figure if self.narrow else self._columns["parameters"]
        place.legend(
            [Patch(fc=figures.GREY, hatch=2 * style.hatch, ec="white", lw=0) for style, _ in series.values()],
            list(series),
            loc=self.either("lower right", "lower center"), ncols=self.either(1, 2), fontsize=8,
            frameon=False, handlelength=1.4, borderaxespad=0.2,
        )  # fmt: skip

    def draw(self, canvas: Canvas, result: Twins) -> None:
        was = self.ghost
        for metric, bars in self._bars.items():
            bars.show(result.values(metric), ghost=was and was.values(metric))
        self._diagram.show(canvas, result.module, result.reduced.total)

    def handles(self) -> Iterator[Handle]:
        yield from self._diagram.handles(LAYERS, self.state)
        for row, (branch, name) in enumerate(zip(ROWS, ENDS, strict=True)):
            for metric, bars in self._bars.items():
                pulled = self.pulled(
                    name,
                    lambda result, branch=branch, metric=metric: result.reduced.branches[branch][metric],  # type: ignore[misc]
                )
                yield bars.handle("reduced", row, pulled, f"Pull: {COLUMNS[name]}")

    def describe(self, result: Twins) -> str:
        reduced, naive = result.reduced.total, result.naive.total
        most = result.reduced.largest("macs")
        macs, name = result.reduced.branches[most]["macs"], branch_name(most)
        ratio = naive.macs / reduced.macs
        parts = [
            f"{reduced.macs:,} MACs and {reduced.parameters:,} parameters;",
            f"naive {naive.macs:,} and {naive.parameters:,}: {ratio:.2f} × the MACs.",
            f"The {name} branch costs most: {quantity(macs)} MACs, {share(macs, reduced.macs)} of all.",
            f"Activations {size(reduced.activation_bytes)}.",
            f"Output channels: {reduced.output_shape[-1]:,}, naive {naive.output_shape[-1]:,}.",
        ]
        return " ".join(parts)

    def keras_code(self, state: State) -> str:
        return KERAS.format(**state)

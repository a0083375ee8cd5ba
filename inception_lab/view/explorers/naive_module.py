"""`explore.naive_module()`: kernels of several sizes side by side, and what each costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from matplotlib.figure import Figure

from inception_lab.architecture.cost import cost
from inception_lab.architecture.modules import naive_module
from inception_lab.architecture.network import Parallel
from inception_lab.view.engine.bars import Bars
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Control, Explorer, Handle, Integer, State, Toggle
from inception_lab.view.explorers.modules import (
    BRANCHES,
    BranchCosts,
    LiveDiagram,
    branch_name,
    module_figure,
    share,
)
from inception_lab.view.figures import BRANCH_STYLES, quantity, size

SIDES = (1, 3, 5, 7)


@dataclass(frozen=True)
class NaiveCosts:
    """The module of a state and what it costs."""

    module: Parallel
    costs: BranchCosts


class NaiveModule(Explorer):
    """Any of the kernels 1×1 to 7×7 and a pooling, side by side on one input."""

    title = "A naive module"
    hint = (
        "Several kernel sizes look at the same input; their outputs are joined. Zero filters: no such branch."
    )
    leading: ClassVar = ("conv3x3", "conv5x5", "conv7x7")
    presets: ClassVar = {
        "3a without its reductions": {},
        "only 3×3": {"conv1x1": 0, "conv3x3": 224, "conv5x5": 0, "pool": False},
        "the same again on top": {"channels": 416},
        "with a 7×7 branch": {"conv7x7": 32},
        "5b without its reductions": {
            "height": 7, "width": 7, "channels": 832, "conv1x1": 384, "conv3x3": 384, "conv5x5": 128,
        },
    }  # fmt: skip

    def declare(self) -> dict[str, Control]:
        filters = {
            f"conv{side}x{side}": Integer(
                f"{side}×{side} filters", start, 0, 512, log=True, color=BRANCH_STYLES[f"{side}x{side}"].color
            )
            for side, start in zip(SIDES, (64, 128, 32, 0), strict=True)
        }
        return {
            "height": Integer("Input height", 28, 7, 112),
            "width": Integer("Input width", 28, 7, 112),
            "channels": Integer("Input channels", 192, 1, 1024),
            **filters,
            "pool": Toggle("3×3 max pooling, passes all channels on", True),
        }

    def compute(self, state: State) -> NaiveCosts:
        filters: dict[str, Any] = {name: n or None for name, n in state.items() if name.startswith("conv")}
        if not any(filters.values()) and not state["pool"]:
            raise ValueError("a module needs at least one branch")
        module = naive_module(**filters, pool=state["pool"])
        return NaiveCosts(
            module, BranchCosts.of(cost(module, (state["height"], state["width"], state["channels"])))
        )

    def make_figure(self) -> Figure:
        figure, self._diagram_axes, self._columns = module_figure(self, len(BRANCHES))
        self._named: list[str] = []
        return figure

    def prepare(self, canvas: Canvas) -> None:
        series = {"naive": (BRANCH_STYLES["1x1"], 0.0)}
        self._bars = {metric: Bars(canvas, ax, len(BRANCHES), series) for metric, ax in self._columns.items()}
        self._diagram = LiveDiagram(self._diagram_axes, len(BRANCHES))

    def draw(self, canvas: Canvas, result: NaiveCosts) -> None:
        branches = list(result.costs.branches)
        if self.narrow and branches != self._named:
            self._named = branches
            self._columns["parameters"].set_yticks(
                range(len(branches)), list(map(branch_name, branches)), fontsize=8.5
            )
        rows = len(BRANCHES)
        empty = rows - len(branches)
        styles = [BRANCH_STYLES[name] for name in branches] + [BRANCH_STYLES["1x1"]] * empty
        for metric, bars in self._bars.items():
            values: list[int | None] = [result.costs.branches[name][metric] for name in branches]
            canvas.limits(self._columns[metric], y=(len(branches) - 0.5, -0.5))
            ghost = [self.ghost and self.ghost.costs.branches.get(name, {}).get(metric) for name in branches]
            bars.show({"naive": values + [None] * empty}, styles, ghost={"naive": ghost + [None] * empty})
        self._diagram.show(canvas, result.module, result.costs.total)

    def handles(self) -> Iterator[Handle]:
        names = {f"{side}x{side}": f"conv{side}x{side}" for side in SIDES}
        yield from self._diagram.handles(names, self.state)
        for row, branch in enumerate(self.result.costs.branches):
            for metric, bars in self._bars.items() if branch in names else ():
                pulled = self.pulled(
                    names[branch],
                    lambda result, branch=branch, metric=metric: (  # type: ignore[misc]
                        result.costs.branches.get(branch, {}).get(metric, 0)
                    ),
                )
                yield bars.handle("naive", row, pulled, f"Pull: filters of {branch_name(branch)}")

    def describe(self, result: NaiveCosts) -> str:
        total = result.costs.total
        most = result.costs.largest("macs")
        macs = result.costs.branches[most]["macs"]
        height, width, channels = total.output_shape
        name = branch_name(most)
        most = (
            f"The {name} branch costs most: {quantity(macs)} MACs, {share(macs, total.macs)} of all."
            if total.macs
            else "Pooling alone has no multiply-adds."
        )
        return (
            f"{total.macs:,} MACs, {total.parameters:,} parameters, "
            f"{size(total.activation_bytes)} of activations. {most} "
            f"Output: {height}×{width}×{channels:,}."
        )

    def keras_code(self, state: State) -> str:
        lines = [
            "import keras",
            "from keras import layers",
            "",
            f"inputs = keras.Input(({state['height']}, {state['width']}, {state['channels']}))",
            "branches = [",
        ]
        for side in SIDES:
            if filters := state[f"conv{side}x{side}"]:
                lines.append(
                    f'    layers.Conv2D({filters}, {side}, padding="same", activation="relu")(inputs),'
                )
        if state["pool"]:
            lines.append('    layers.MaxPooling2D(3, strides=1, padding="same")(inputs),')
        lines += ["]"]
        one = sum(bool(state[name]) for name in state if name.startswith("conv")) + state["pool"] == 1
        lines.append("outputs = branches[0]" if one else "outputs = layers.concatenate(branches)")
        return "\n".join([*lines, "model = keras.Model(inputs, outputs)", "model.summary()"])

"""`explore.network()`: Table 1 live, the whole network and what it costs, module by module."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, ClassVar

from matplotlib.figure import Figure

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import TABLE_1, VARIANTS, googlenet
from inception_lab.architecture.modules import BRANCHES as FIELDS
from inception_lab.architecture.modules import InceptionRow
from inception_lab.view import figures
from inception_lab.view.engine.bars import Bars
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State, Toggle
from inception_lab.view.explorers.modules import METRICS, metric_columns, six_numbers
from inception_lab.view.figures import size

BUDGET = 1_500_000_000  # MACs: "a computational budget of 1.5 billion multiply-adds at inference time"
POOLS = {"3b": "pool3", "4e": "pool4", "5b": "pool5"}  # a pooling counts with the module before it
ROWS: Mapping[str, tuple[str, ...]] = {
    "conv1": ("conv1", "pool1"),
    "conv2": ("conv2", "pool2"),
    **{name: (f"inception_{name}", POOLS.get(name, "")) for name in TABLE_1},
    "linear": ("loss3",),
    "heads": ("loss1", "loss2"),
}
SHOWN = tuple(name for name in VARIANTS if name != "separable_stem")  # notebook 03 has the reader find it
WIDTHS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True)
class Edited:
    """The network of a state."""

    rows: Mapping[str, InceptionRow]  # the nine modules' numbers, edited or not
    total: Cost  # its cost
    by_row: Mapping[str, Mapping[str, int]]  # row of the picture → metric → quantity


def by_row(costs: Cost) -> dict[str, dict[str, int]]:
    """Sum a network's costs by the rows of the picture."""
    modules = costs.by_module()
    return {
        row: {
            metric: sum(getattr(modules[name], metric) for name in names if name in modules)
            for metric in METRICS
        }
        for row, names in ROWS.items()
    }


@cache
def _paper() -> Edited:
    """Count the paper's network, once: no state changes it."""
    total = cost(googlenet())
    return Edited(TABLE_1, total, by_row(total))


class Network(Explorer):
    """GoogLeNet with every number of its table in the reader's hands.

    Args:
        edits: Module → its numbers that are not the paper's, as `{"3a": {"conv1x1": 72}}`.
    """

    title = "The whole network"
    hint = (
        "Pick a module and change its six numbers; edits stay. Black ticks: the paper's network. "
        "Activations: what is stored after each layer, a pooling counted with the module before it."
    )
    leading: ClassVar = ("module", "conv3x3", "reduce5x5")
    presets: ClassVar = {
        "the paper's network": {},
        "torchvision's": {"variant": "torchvision"},
        "half the width": {"width": 0.5},
        "naive modules": {"variant": "naive"},
        "with both heads": {"auxiliary": True},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "module": Choice("Module", "3a", tuple((name, name) for name in TABLE_1)),
            **six_numbers(),
            "variant": Choice("Variant", "paper", tuple((name, name) for name in SHOWN)),
            "width": Choice("Width", 1.0, tuple((f"× {width:g}", width) for width in WIDTHS)),
            "side": Integer("Input side", 224, 32, 448),
            "auxiliary": Toggle("Auxiliary heads", False),
        }

    def __init__(
        self, preset: str | None = None, /, *, edits: Mapping[str, State] | None = None, **state: Any
    ) -> None:
        super().__init__(preset, **state)
        chosen = self.state
        for module, numbers in (edits or {}).items():
            self.set(module=module, **numbers)
        if edits:
            self.set(module=chosen["module"])
            self.set(**state)

    def changes(self, given: State) -> State:
        """Name the other modules that were edited too."""
        changes = {name: value for name, value in super().changes(given).items() if name not in FIELDS}
        edits = {
            name: {field: n for field, n in asdict(row).items() if n != getattr(TABLE_1[name], field)}
            for name, row in self.result.rows.items()
            if row != TABLE_1[name]
        }
        changes |= edits.pop(self.state["module"], {})
        return changes | ({"edits": edits} if edits else {})

    def rows(self, state: State) -> dict[str, InceptionRow]:
        """Return the nine rows: those of the last picture, with the chosen module's numbers."""
        before = self.result.rows if hasattr(self, "result") else TABLE_1
        return {**before, state["module"]: InceptionRow(**{name: state[name] for name in FIELDS})}

    def adapt(self, name: str, state: State) -> State:
        """Show the chosen module's numbers."""
        return vars(self.result.rows[state["module"]]) if name == "module" else {}

    def forget(self) -> None:
        """Make every module what it was at first."""
        self.result = replace(self.result, rows=TABLE_1)

    def compute(self, state: State) -> Edited:
        rows = self.rows(state)
        shape = (state["side"], state["side"], 3)
        chosen = {name: state[name] for name in ("auxiliary", "variant", "width")}
        total = cost(googlenet(shape, **chosen, rows=rows))
        return Edited(rows, total, by_row(total))

    def make_figure(self) -> Figure:
        figure, rows = self.new_figure(5.0, 5.4), len(ROWS)
        places = (0.075, 0.285, 0.315, 0.695), (0.55, 1.55, 0.1, 3.75)
        self._columns = metric_columns(self, figure, rows, *places)
        for number, ax in enumerate(self._columns.values()):
            ax.set_yticks(range(rows), [""] * rows if number else list(ROWS), fontsize=self.either(10, 9))
        self.asked = self._columns["parameters"].yaxis
        gauge = self.add_axes(figure, (0.075, 0.095, 0.91, 0.048), (0.55, 0.48, 0.1, 0.24))
        gauge.set(xlim=(0, 1), ylim=(-0.5, 0.5))
        gauge.set_yticks([0], ["total"])
        gauge.set_xticks([0, 1], ["0", ""], fontsize=8)
        gauge.set_xlabel("MACs per image", fontsize=9)
        self._gauge = gauge
        return figure

    def prepare(self, canvas: Canvas) -> None:
        styles = {"now": (figures.REDUCED, 0.0)}
        self._bars = {metric: Bars(canvas, ax, len(ROWS), styles) for metric, ax in self._columns.items()}
        self._total = Bars(canvas, self._gauge, 1, styles)
        (self._mark,) = self._gauge.plot([0, 0], [-0.65, 0.55], color="black", linewidth=2, clip_on=False)
        self._budget = self._gauge.text(0, 0.7, "", fontsize=8, ha="center", va="bottom")
        canvas.add(self._mark, self._budget)

    def draw(self, canvas: Canvas, result: Edited) -> None:
        for metric in METRICS:
            values: list[int | None] = [result.by_row[row][metric] for row in ROWS]
            before: list[int | None] = [_paper().by_row[row][metric] for row in ROWS]
            limit = figures.ceiling(max(value or 0 for value in (*values, *before)))
            self._bars[metric].show({"now": values}, limit=limit, ghost={"now": before})
        self._total.show(
            {"now": [result.total.macs]}, limit=figures.ceiling(1.1 * max(result.total.macs, BUDGET))
        )
        limit = self._total.limit
        canvas.put(self._mark, xdata=[BUDGET / limit] * 2)
        canvas.put(self._budget, x=BUDGET / limit, text="the paper's budget: 1.5 G")

    def handles(self) -> Iterator[Handle]:
        for row, name in enumerate(ROWS):
            for metric, bars in self._bars.items() if name in TABLE_1 else ():
                pulled = self.pulled(
                    "conv3x3",
                    lambda result, name=name, metric=metric: result.by_row[name][metric],  # type: ignore[misc]
                )
                yield bars.handle(
                    "now", row, pulled, f"Press: choose {name}. Pull: its #3×3", {"module": name}
                )

    def describe(self, result: Edited) -> str:
        total, unedited = result.total, _paper().total
        edited = [name for name, row in result.rows.items() if row != TABLE_1[name]]
        most = {metric: max(ROWS, key=lambda row: result.by_row[row][metric]) for metric in METRICS}
        channels = total.by_module()["inception_5b"].output_shape[-1]
        parts = [
            f"{total.parameters:,} parameters ({_change(total.parameters, unedited.parameters)}),",
            f"{total.macs:,} MACs ({_change(total.macs, unedited.macs)};",
            f"{100 * total.macs / BUDGET:.0f} % of the budget of 1.5 G),",
            f"{size(total.activation_bytes)} of activations.",
            f"Most parameters in {most['parameters']}, most MACs in {most['macs']},",
            f"most activations in {most['activation_bytes']}. Channels after 5b: {channels:,}.",
            f"Edited modules: {', '.join(edited) or 'none'}.",
        ]
        return " ".join(parts)


def _change(now: int, before: int) -> str:
    """Write a change in per cent."""
    if now == before:
        return "as by the table's filters"
    return f"{100 * (now / before - 1):+.1f} %".replace("-", "−")

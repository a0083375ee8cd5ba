"""`explore.heads()`: how networks learned with auxiliary heads and without, from four starts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter, ScalarFormatter

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.experiments.lessons import HEAD_EPOCHS, HEAD_STARTS, HEAD_WEIGHTS, HEADS, epochs_lost
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.curves import Curves, RunLines
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, State, Toggle

CLASSES = 10
KNOWS_NOTHING = math.log(CLASSES)
MEASURES = {  # its name among the controls, in full, and where the axis ends
    "validation_loss": ("loss", "validation loss of the main classifier (nats)", (0.0, 3.0)),
    "validation_accuracy": ("accuracy", "validation accuracy of the main classifier", (0.0, 1.03)),
    "main_accuracy": ("while learning", "accuracy of the main classifier while learning", (0.0, 1.03)),
    "aux1_accuracy": ("the lower head", "accuracy of the lower head while learning", (0.0, 1.03)),
}
MODULES, HUNG_ON = tuple(TABLE_1), ("4a", "4d")
Runs = dict[tuple[str, float], Curves]


@cache
def measurements() -> dict[str, Runs]:
    """Return the stored curves: measure → (start, weight of the heads) → array `(seeds, epochs)`."""
    return {measure: HEADS.curves("start", "weight", of=measure) for measure in MEASURES}


@dataclass(frozen=True)
class HeadCurves:
    """What is shown."""

    state: State
    with_heads: Curves  # `(seeds, epochs)` of the runs with heads
    without: Curves | None  # the same without; `None` for what only heads have
    lost: tuple[list[int], list[int]]  # epochs that each run spent knowing nothing: with heads, and without


class Heads(Explorer):
    """Learning curves with heads and without."""

    title = "Do the heads help it to learn?"
    hint = (
        "GoogLeNet's nine modules, slim, on plain digits: stored runs, three seeds each. Press 4a or 4d to "
        "take the heads off or hang them on; they were trained both or none, with weight 0.3."
    )
    presets: ClassVar = {
        "2014": {},
        "BVLC's bias": {"start": "Xavier, bias 0.2"},
        "He": {"start": "He"},
        "batch norm": {"start": "He, batch norm"},
        "does the lower head learn first?": {"measure": "aux1_accuracy"},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "start": Choice("Start", "Xavier, bias 0", tuple((start, start) for start in HEAD_STARTS)),
            "heads": Toggle("Heads after 4a and 4d", True),
            "measure": Choice(
                "Show", "validation_loss", tuple((name, key) for key, (name, *_) in MEASURES.items())
            ),
        }

    def compute(self, state: State) -> HeadCurves:
        stored, bare, weight = measurements(), *HEAD_WEIGHTS
        runs, losses = stored[state["measure"]], stored["validation_loss"]
        start = state["start"]
        lost = (epochs_lost(losses[start, weight]), epochs_lost(losses[start, bare]))
        if not state["heads"] and (start, bare) not in runs:
            raise ValueError("without heads there is no lower head")
        return HeadCurves(state, runs[start, weight], runs.get((start, bare)), lost)

    def make_figure(self) -> Figure:
        figure = self.new_figure(4.5, 4.6)
        strip = self._strip = self.add_axes(figure, (0.085, 0.84, 0.88, 0.15), (0.05, 3.85, 0.05, 0.7))
        strip.set(xlim=(-0.6, len(MODULES) - 0.4), ylim=(1.15, -0.55))
        strip.set_axis_off()
        for place, name in enumerate(MODULES):
            box = Rectangle((place - 0.36, -0.4), 0.72, 0.8, facecolor="white", edgecolor=figures.GREY)
            strip.add_patch(box)
            strip.text(place, 0, name, ha="center", va="center", fontsize=9)
        strip.plot([-0.6, len(MODULES) - 0.4], [0, 0], color=figures.GREY, linewidth=2, zorder=0)
        for place in map(MODULES.index, HUNG_ON):
            strip.plot([place, place], [0.4, 0.62], color=figures.GREY, linewidth=2)
        ax = self._axes = self.add_axes(figure, (0.085, 0.2, 0.88, 0.57), (0.55, 1.15, 0.1, 2.35))
        ax.set(xlabel="epoch", xlim=(0.6, HEAD_EPOCHS + 0.4))
        ax.set_xticks(range(2, HEAD_EPOCHS + 1, 2))
        ax.grid(color=figures.PALE)
        self._nothing = ax.axhline(KNOWS_NOTHING, color=figures.GREY, linestyle=":", label="knowing nothing")
        self._shown: Any = None
        return figure

    def prepare(self, canvas: Canvas) -> None:
        self._hung = [
            self._strip.add_patch(
                Rectangle((place - 0.36, 0.62), 0.72, 0.5, edgecolor=figures.PURPLE, zorder=3)
            )
            for place in map(MODULES.index, HUNG_ON)
        ]
        left = MODULES.index(HUNG_ON[0]) - 0.5
        self._word = self._strip.text(left, 0.86, "", ha="right", va="center", fontsize=9)
        canvas.add(*self._hung, self._word)
        self._lines = RunLines(self._axes, canvas, "without heads, mean", (self._nothing,))

    def draw(self, canvas: Canvas, result: HeadCurves) -> None:
        measure = result.state["measure"]
        _, label, limits = MEASURES[measure]
        heads = result.state["heads"]
        if self._shown != measure:
            self._shown = measure
            loss = measure == "validation_loss"
            self._axes.set_title(label, fontsize=self.either(11, 9))
            self._axes.yaxis.set_major_formatter(ScalarFormatter() if loss else PercentFormatter(1.0))
            self._nothing.set_ydata([KNOWS_NOTHING if loss else 1 / CLASSES] * 2)
        legend = self._lines.legend
        legend.texts[2].set_text(f"{'without' if heads else 'with'} heads, mean")
        legend.stale |= legend.texts[2].stale
        canvas.limits(self._axes, y=limits)
        for head in self._hung:
            canvas.put(head, facecolor=figures.PURPLE if heads else "white")
        self._word.set_text(_hanging(heads))
        shown, other = (result.with_heads, result.without)[:: 1 if heads else -1]
        assert shown is not None
        self._lines.show(range(1, HEAD_EPOCHS + 1), shown, other)

    def handles(self) -> Iterator[Handle]:
        heads = self.state["heads"]
        hint = "Press: take the heads off" if heads else "Press: hang the heads on 4a and 4d"
        for place in map(MODULES.index, HUNG_ON):
            box = (place - 0.36, -0.4, place + 0.36, 1.1)
            yield Handle(self._strip, box, hint, press={"heads": not heads}, cursor="pointer")

    def describe(self, result: HeadCurves) -> str:
        last = result.with_heads[:, -1]
        ends = f"{last.mean():.3f} (from {last.min():.3f} to {last.max():.3f})"
        beside = f", without them at {result.without[:, -1].mean():.3f}" if result.without is not None else ""
        with_heads, without = (", ".join(map(str, epochs)) for epochs in result.lost)
        return (
            f"{result.state['start']}, {_hanging(result.state['heads'])}: "
            f"{MEASURES[result.state['measure']][1]} ends at {ends} with heads"
            f"{beside}. Epochs before the loss leaves ln 10, seed by seed: {with_heads} with heads, "
            f"{without} without."
        )


def _hanging(heads: bool) -> str:
    """Say whether the shown runs have heads."""
    return "heads on" if heads else "heads off"

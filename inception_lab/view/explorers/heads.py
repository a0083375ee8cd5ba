"""`explore.heads()`: how networks learned with auxiliary heads and without, from four starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from matplotlib.ticker import PercentFormatter, ScalarFormatter

from inception_lab.experiments.lessons import HEAD_EPOCHS, HEAD_STARTS, HEAD_WEIGHTS, HEADS, epochs_lost
from inception_lab.view import figures
from inception_lab.view.engine.curves import Curves, RunLines
from inception_lab.view.engine.explorer import Choice, Control, Explorer, State

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from inception_lab.view.engine.canvas import Canvas

CLASSES = 10
KNOWS_NOTHING = math.log(CLASSES)
MEASURES = {
    "validation_loss": ("validation loss of the main classifier (nats)", (0.0, 3.0)),
    "validation_accuracy": ("validation accuracy of the main classifier", (0.0, 1.03)),
    "main_accuracy": ("accuracy of the main classifier while learning", (0.0, 1.03)),
    "aux1_accuracy": ("accuracy of the lower head while learning", (0.0, 1.03)),
}
NAMES = {
    "validation_loss": "loss",
    "validation_accuracy": "accuracy",
    "main_accuracy": "while learning",
    "aux1_accuracy": "the lower head",
}
Runs = dict[tuple[str, float], Curves]


@cache
def measurements() -> dict[str, Runs]:
    """Return the stored curves: measure → (start, weight of the heads) → array `(seeds, epochs)`."""
    return {measure: HEADS.curves("start", "weight", of=measure) for measure in MEASURES}


@dataclass(frozen=True)
class HeadCurves:
    """What is shown.

    Attributes:
        state: The state.
        with_heads: `(seeds, epochs)` of the runs with heads.
        without: The same without; `None` for what only heads have.
        lost: Epochs that each run spent knowing nothing: with heads, and without.
    """

    state: State
    with_heads: Curves
    without: Curves | None
    lost: tuple[list[int], list[int]]


class Heads(Explorer):
    """Learning curves with heads and without."""

    title = "Do the heads help it to learn?"
    hint = (
        "GoogLeNet's nine modules, slim, on plain digits: stored runs, three seeds each; the heads have "
        "weight 0.3 and stand after 4a and 4d."
    )
    presets: ClassVar = {
        "2014": {},
        "BVLC's bias": {"start": "Xavier, bias 0.2"},
        "He": {"start": "He"},
        "batch norm": {"start": "He, batch norm"},
        "does the lower head learn first?": {"measure": "aux1_accuracy"},
    }

    def declare(self) -> dict[str, Control]:
        """The start, and what is shown."""
        return {
            "start": Choice("Start", "Xavier, bias 0", tuple((start, start) for start in HEAD_STARTS)),
            "measure": Choice("Show", "validation_loss", tuple((NAMES[key], key) for key in MEASURES)),
        }

    def compute(self, state: State) -> HeadCurves:
        """Look the runs up."""
        stored, bare, weight = measurements(), *HEAD_WEIGHTS
        runs, losses = stored[state["measure"]], stored["validation_loss"]
        start = state["start"]
        lost = (epochs_lost(losses[start, weight]), epochs_lost(losses[start, bare]))
        return HeadCurves(state, runs[start, weight], runs.get((start, bare)), lost)

    def make_figure(self) -> Figure:
        """Curves by epoch."""
        figure = figures.new_figure(9.2, 3.9)
        ax = self._axes = figure.add_axes((0.085, 0.235, 0.88, 0.675))
        ax.set(xlabel="epoch", xlim=(0.6, HEAD_EPOCHS + 0.4))
        ax.set_xticks(range(2, HEAD_EPOCHS + 1, 2))
        ax.grid(color=figures.PALE)
        self._nothing = ax.axhline(KNOWS_NOTHING, color=figures.GREY, linestyle=":", label="knowing nothing")
        self._shown = ""
        return figure

    def prepare(self, canvas: Canvas) -> None:
        """Add the curves."""
        most = max(map(len, measurements()["validation_loss"].values()))
        labels = ("with heads, each seed", "with heads, mean", "without heads, mean")
        self._lines = RunLines(self._axes, canvas, most, labels, (self._nothing,))

    def draw(self, canvas: Canvas, result: HeadCurves) -> None:
        """Move the curves."""
        measure = result.state["measure"]
        label, limits = MEASURES[measure]
        if self._shown != measure:
            self._shown = measure
            loss = measure == "validation_loss"
            self._axes.set_title(label)
            self._axes.yaxis.set_major_formatter(ScalarFormatter() if loss else PercentFormatter(1.0))
            self._nothing.set_ydata([KNOWS_NOTHING if loss else 1 / CLASSES] * 2)
            canvas.frame_changed()
        canvas.limits(self._axes, y=limits)
        self._lines.show(range(1, HEAD_EPOCHS + 1), result.with_heads, result.without)

    def describe(self, result: HeadCurves) -> str:
        """Where the curves end, and how long they stayed at knowing nothing."""
        last = result.with_heads[:, -1]
        ends = f"{last.mean():.3f} (from {last.min():.3f} to {last.max():.3f})"
        beside = f", without them at {result.without[:, -1].mean():.3f}" if result.without is not None else ""
        with_heads, without = (", ".join(map(str, epochs)) for epochs in result.lost)
        return (
            f"{result.state['start']}: {MEASURES[result.state['measure']][0]} ends at {ends} with heads"
            f"{beside}. Epochs before the loss leaves ln 10, seed by seed: {with_heads} with heads, "
            f"{without} without."
        )

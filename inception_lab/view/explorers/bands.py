"""`explore.bands()`: trained on some sizes of digit only, asked about all."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, PercentFormatter

from inception_lab.experiments.lessons import BAND_LIMITS, BANDS
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.curves import Curves, RunLines
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, State

Band = tuple[int, int]
ALL = BAND_LIMITS[0]


@cache
def measurements() -> tuple[tuple[int, ...], Mapping[Band, Curves]]:
    """Return the sizes tested, and the stored accuracies: band → array `(seeds, sizes)`."""
    columns = [name for name in BANDS.rows()[0] if name.startswith("size_")]
    stored = BANDS.curves("smallest", "largest", of=columns)
    sizes = tuple(int(name.removeprefix("size_")) for name in columns)
    return sizes, {band: stored[band] for band in BAND_LIMITS if band in stored}


@dataclass(frozen=True)
class BandCurves:
    """What networks do that were trained on one band of sizes."""

    band: Band  # smallest and largest size trained on, in pixels
    sizes: tuple[int, ...]  # sizes tested, in pixels
    accuracy: Curves  # `(seeds, sizes)`, shares of the held-out digits
    everything: Curves  # the same of the networks trained on all sizes


class Bands(Explorer):
    """Accuracy by size of digit, for networks trained on a band of sizes."""

    title = "Trained on these sizes: what about the others?"
    hint = (
        "The digits' network, trained on 8,000 pictures whose digits lie in the shaded band, asked about "
        "held-out digits of seven sizes."
    )
    presets: ClassVar = {
        "all sizes": {},
        "the middle only": {"band": (20, 30)},
        "small digits only": {"band": (10, 14)},
        "large digits only": {"band": (43, 60)},
    }

    def declare(self) -> dict[str, Control]:
        options = tuple((f"{low}–{high} px", (low, high)) for low, high in measurements()[1])
        return {"band": Choice("Trained on", ALL, options)}

    def compute(self, state: State) -> BandCurves:
        sizes, stored = measurements()
        return BandCurves(state["band"], sizes, stored[state["band"]], stored[ALL])

    def make_figure(self) -> Figure:
        sizes, _ = measurements()
        figure = self.new_figure(3.9, 4.2)
        ax = self._axes = self.add_axes(figure, (0.085, 0.235, 0.88, 0.72), (0.75, 1.2, 0.1, 2.9))
        ax.set(xscale="log", xlim=(8.6, 70), ylim=(0, 1.03))
        ax.set(
            xlabel=self.either("size of the digit asked about", "size of the digit") + " (pixels, log scale)",
            ylabel="accuracy",
        )
        ax.set_xticks(sizes, list(map(str, sizes)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        self._guessing = ax.axhline(0.1, color=figures.GREY, linestyle=":", label="guessing")
        self.asked = ax.yaxis
        ax.grid(color=figures.PALE)
        return figure

    def prepare(self, canvas: Canvas) -> None:
        self._band = self._axes.axvspan(
            *ALL, color=figures.ORANGE, alpha=0.25, linewidth=0, label="sizes trained on"
        )
        canvas.add(self._band)
        others = (self._guessing, self._band)
        self._lines = RunLines(self._axes, canvas, "trained on all sizes, mean", others)

    def draw(self, canvas: Canvas, result: BandCurves) -> None:
        low, high = result.band
        self._band.set_x(low)
        self._band.set_width(high - low)
        self._lines.show(result.sizes, result.accuracy, result.everything)

    def handles(self) -> Iterator[Handle]:
        low, high = self.result.band
        for end, other in ((0, high), (1, low)):
            x = self.result.band[end]
            yield Handle(
                self._axes, (x, 0, x, 1), "Drag the end of the band",
                lambda size, _, end=end, other=other: {"band": _nearest(size, end, other)},  # type: ignore[misc]
            )  # fmt: skip

    def describe(self, result: BandCurves) -> str:
        low, high = result.band
        mean = result.accuracy.mean(axis=0)
        inside = [low <= size <= high for size in result.sizes]
        within = f"{mean[inside].mean():.1%} within the band" if any(inside) else "no size tested is within"
        return (
            f"Trained on digits of {low}–{high} pixels (seeds: {len(result.accuracy)}): {within}, "
            f"{mean[0]:.1%} at {result.sizes[0]} pixels, {mean[-1]:.1%} at {result.sizes[-1]} pixels; "
            f"trained on all sizes {result.everything.mean():.1%} on average."
        )


def _nearest(size: float, end: int, other: int) -> Band:
    """Return the stored band with one end nearest to a size, and the other where it is as far as can be."""
    size = max(size, 1.0)
    return min(
        measurements()[1],
        key=lambda band: abs(math.log(band[end] / size)) + 0.4 * abs(math.log(band[1 - end] / other)),
    )

"""How everything is drawn: colours, styles, sizes, and one thread at a time.

Colours are Okabe and Ito's, which colour-blind readers tell apart; labels and hatches say the same
again, so that colour is never the only cue.
"""

import functools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE = "#6B6B6B", "#E8E8E8"
DPI = 100
RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True)
class Style:
    """How one series is drawn everywhere."""

    color: str
    hatch: str = ""
    marker: str = "o"


BRANCH_STYLES = {
    "1x1": Style(SKY, "", "o"),
    "3x3": Style(ORANGE, "//", "s"),
    "5x5": Style(GREEN, "..", "^"),
    "7x7": Style(VERMILLION, "xx", "v"),
    "pool": Style(PURPLE, "\\\\", "D"),
}
NAIVE, REDUCED = Style(GREY, "//", "s"), Style(BLUE, "", "o")


def branch_style(path: str) -> Style:
    """Return the style of the branch that a layer belongs to."""
    name = path.split("/")[-1].removeprefix("double_").removeprefix("second_")  # as in v3 and v4
    return next((style for key, style in BRANCH_STYLES.items() if name.startswith(key)), Style(GREY))


def series(number: int) -> Style:
    """Return the style of one of several curves; no two of the first 56 are alike.

    Args:
        number: Which curve, from 0.
    """
    colors, markers = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, GREY, SKY, BLACK), "os^Dv.P"
    return Style(colors[number % len(colors)], marker=markers[number % len(markers)])


def ceiling(value: float) -> float:
    """Return the next number of 1, 2, 3, 5 × a power of ten: axis limits that move in steps.

    Example:
        >>> [ceiling(n) for n in (0, 7, 120, 310)]
        [1.0, 10.0, 200.0, 500.0]
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 5, 10) if step * power >= value)


def new_figure(width: float = 8.6, height: float = 3.4, **options: Any) -> Figure:
    """Return an empty figure, in inches, that no global state keeps alive."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white", **options)
    FigureCanvasAgg(figure)
    return figure


def axes(ax: Axes | None, width: float = 6.4, height: float = 3.2) -> Axes:
    """Return `ax`, or the axes of a new figure, without a frame at the top and on the right."""
    ax = ax if ax is not None else new_figure(width, height, layout="constrained").add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    return ax


Plot = TypeVar("Plot", bound=Callable[..., Any])
# JupyterLab has a kernel handle widgets' messages in a thread beside the one that runs cells.
DRAWING = threading.RLock()


def styled(plot: Plot) -> Plot:
    """Have a function draw in this project's style, and leave matplotlib's settings as they are."""
    return one_at_a_time(matplotlib.rc_context(RC)(plot))


def one_at_a_time(method: Plot) -> Plot:
    """Have a method wait until no other thread draws."""

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        with DRAWING:
            return method(*args, **kwargs)

    return run  # type: ignore[return-value]

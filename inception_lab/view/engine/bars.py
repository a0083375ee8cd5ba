"""Bars with their numbers, on an axis whose end moves in steps."""

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.controls import State
from inception_lab.view.engine.handles import Handle
from inception_lab.view.figures import Style, ceiling, quantity

NUMBER = 0.5  # inches that a number takes
DARK = {each.lower() for each in (figures.BLUE, figures.GREY)}  # bars on which numbers are white


def columns(ax: Axes, ends: Mapping[str, float], rows: int) -> list[list[Text]]:
    """Head columns of words on the right of bars.

    Args:
        ax: The bars' axes, one row at each whole y.
        ends: What a column is called → where it ends, in inches on the right of the axes.
        rows: Number of rows.

    Returns:
        The words of each row, which are still to be written; their place is one in the axes' breadth.
    """
    figure: Any = ax.figure
    inches = ax.get_position().width * figure.get_figwidth()
    places = [1 + end / inches for end in ends.values()]
    look: dict[str, Any] = {"ha": "right", "fontsize": 8, "transform": ax.get_yaxis_transform()}
    for name, x in zip(ends, places, strict=True):
        ax.text(x, -0.62, name, **look)
    return [[ax.text(x, row, "", va="center", **look) for x in places] for row in range(rows)]


class Bars:
    """Series of bars with their numbers, on an axis whose end moves in steps.

    The axis always runs from 0 to 1 and only the number at its end changes: the frame stays as it is.
    """

    def __init__(
        self,
        canvas: Canvas,
        ax: Axes,
        rows: int,
        series: Mapping[str, tuple[Style, float]],
        room: float | None = None,
    ) -> None:
        """Add the bars.

        Args:
            canvas: Where they are drawn.
            ax: The axes, from 0 to 1.
            rows: Number of rows.
            series: Name → style, and offset from the middle of the row.
            room: Share of the axis that a number takes, by default half an inch; it stands inside a bar
                that leaves less and is long enough.
        """
        self._ax, self._canvas = ax, canvas
        self.room = room or NUMBER / (canvas.figure.get_figwidth() * ax.get_position().width)
        self.limit = 1.0
        self.bars = {
            name: list(ax.barh([row + offset for row in range(rows)], [0] * rows, height=0.62 / len(series),
                               color=style.color, hatch=style.hatch, edgecolor="white", linewidth=0))
            for name, (style, offset) in series.items()
        }  # fmt: skip
        self.numbers = {
            name: [ax.text(0, row + offset, "", va="center", fontsize=8) for row in range(rows)]
            for name, (_, offset) in series.items()
        }
        self.end = ax.annotate(
            "", (1, 0), (0, -6), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="top", fontsize=8, weight="bold",
        )  # fmt: skip
        for name in series:
            for piece in zip(self.bars[name], self.numbers[name], strict=True):
                canvas.add_below(*piece)
        canvas.add_below(self.end)
        self._ghost = LineCollection([], colors="black", linewidths=1.6)
        canvas.add(ax.add_collection(self._ghost, autolim=False))
        self._shown: dict[tuple[str, int], Any] = {}

    def show(
        self,
        values: Mapping[str, list[int | None]],
        styles: list[Style] | None = None,
        limit: float | None = None,
        ghost: Mapping[str, list[int | None]] | None = None,
    ) -> None:
        """Give each bar its value.

        Args:
            values: Series → one value a row; `None` leaves a place empty.
            styles: One for each row, instead of the series' own.
            limit: The end of the axis, instead of a step above the largest value. While a hand holds
                something the axis keeps its end.
            ghost: Series → values where black ticks stand, to compare with.
        """
        if not self._canvas.held:
            self.limit = limit or ceiling(max(value or 0 for row in values.values() for value in row))
        limit = self.limit
        self.end.set_text(figures.tick(limit))
        ticks = [
            [(value / limit, bar.get_y()), (value / limit, bar.get_y() + bar.get_height())]
            for name, row in (ghost or {}).items()
            for bar, value in zip(self.bars[name], row, strict=True)
            if value and value <= limit
        ]
        self._canvas.put(self._ghost, segments=ticks)
        for name, row in values.items():
            for place, value in enumerate(row):
                tick = (ghost[name][place] or 0) / limit if ghost and name in ghost else 0.0
                wanted = value, limit, styles[place] if styles else None, tick
                if self._shown.get((name, place)) != wanted:
                    self._shown[name, place] = wanted
                    self._show_one(self.bars[name][place], self.numbers[name][place], *wanted)

    def handle(
        self, name: str, row: int, pulled: Callable[[float], State], hint: str, press: State | None = None
    ) -> Handle:
        """Return a bar as a handle: its end follows the hand, which asks `pulled` for its value."""
        bar = self.bars[name][row]
        low, end = bar.get_y(), bar.get_width()
        box = (0.0, low, end, low + bar.get_height())
        return Handle(self._ax, box, hint, lambda x, _: pulled(x * self.limit), press or {})

    def _show_one(
        self, bar: Rectangle, number: Text, value: int | None, limit: float, style: Style | None, tick: float
    ) -> None:
        share = (value or 0) / limit
        bar.set_width(share)
        if style:
            bar.set(facecolor=style.color, hatch=style.hatch)
        color = bar.get_facecolor()
        inside = share > max(1 - self.room, min(0.97 * self.room, 0.55))
        after = tick if share < tick < min(share + self.room, 1 - self.room) else share  # not on a tick
        number.set(
            text="" if value is None else quantity(value),
            x=min(share, 1.0) - 0.02 if inside else after + 0.02,  # a hand may pull a bar past the axis
            horizontalalignment="right" if inside else "left",
            color="white" if inside and to_hex(color) in DARK else "black",
            bbox={"facecolor": color, "edgecolor": "none", "pad": 0.6}
            if inside and bar.get_hatch()
            else None,
        )

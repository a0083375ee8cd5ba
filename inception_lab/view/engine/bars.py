"""Bars with their numbers, on an axis whose end moves in steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inception_lab.view import figures
from inception_lab.view.figures import Style, ceiling, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Rectangle
    from matplotlib.text import Text

    from inception_lab.view.engine.canvas import Canvas


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
        room: float = 0.38,
    ) -> None:
        """Add the bars.

        Args:
            canvas: Where they are drawn.
            ax: The axes, from 0 to 1.
            rows: Number of rows.
            series: Name → style, and offset from the middle of the row.
            room: Share of the axis that a number takes; it stands inside a bar that leaves less.
        """
        self.room = room
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
            ha="right", va="top", fontsize=8,
        )  # fmt: skip
        for name in series:
            for piece in zip(self.bars[name], self.numbers[name], strict=True):
                canvas.add_piece(*piece)
        canvas.add_piece(self.end)
        self._shown: dict[tuple[str, int], Any] = {}

    def show(
        self,
        values: Mapping[str, list[int | None]],
        styles: list[Style] | None = None,
        limit: float | None = None,
    ) -> None:
        """Give each bar its value.

        Args:
            values: Series → one value a row; `None` leaves a place empty.
            styles: One for each row, instead of the series' own.
            limit: The end of the axis, instead of a step above the largest value.
        """
        limit = limit or ceiling(max(value or 0 for row in values.values() for value in row))
        self.end.set_text(figures.tick(limit))
        for name, row in values.items():
            for place, value in enumerate(row):
                wanted = value, limit, styles[place] if styles else None
                if self._shown.get((name, place)) != wanted:
                    self._shown[name, place] = wanted
                    self._show_one(self.bars[name][place], self.numbers[name][place], *wanted)

    def _show_one(
        self, bar: Rectangle, number: Text, value: int | None, limit: float, style: Style | None
    ) -> None:
        share = (value or 0) / limit
        bar.set_width(share)
        if style:
            bar.set(facecolor=style.color, hatch=style.hatch)
        inside = share > 1 - self.room
        number.set(
            text="" if value is None else quantity(value),
            x=share + (-0.02 if inside else 0.02),
            horizontalalignment="right" if inside else "left",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6} if inside else None,
        )

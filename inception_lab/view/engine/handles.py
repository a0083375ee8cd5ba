"""Handles: parts of the picture that a hand can take, and what pulling them does to the controls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inception_lab.view.engine.controls import Integer, State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REACH = 7  # CSS pixels around a handle that belong to it


@dataclass(frozen=True)
class Handle:
    """A part of the picture that can be taken.

    Attributes:
        ax: The axes that it lies in.
        box: Where it lies: x, y of two corners, in the axes' data. The two may be one point.
        hint: What a hand can do here, in a few words.
        move: What a pull sets: x and y of the pointer, in the axes' data → values of controls, which need be
            neither whole nor in range.
        press: What a press sets.
        cursor: The pointer's look, a name of CSS's.
        anchor: A point that keeps its distance from the pointer; by default it is the pointer that counts.
    """

    ax: Axes
    box: tuple[float, float, float, float]
    hint: str
    move: Callable[[float, float], State] | None = None
    press: State = field(default_factory=dict)
    cursor: str = "ew-resize"
    anchor: tuple[float, float] | None = None

    def area(self) -> list[Any]:
        """Return x0, y0, x1, y1 in parts of the picture, from its lower left corner; hint; cursor."""
        figure: Any = self.ax.get_figure(root=True)
        reach = REACH * figure.dpi / 100
        x0, y0, x1, y1 = self.box
        (left, bottom), (right, top) = self.ax.transData.transform([(x0, y0), (x1, y1)])
        left, right = sorted((left, right))
        bottom, top = sorted((bottom, top))
        width, height = figure.bbox.width, figure.bbox.height
        lower, upper = (left - reach, bottom - reach), (right + reach, top + reach)
        corners = (float(part) for x, y in (lower, upper) for part in (x / width, y / height))
        return [*(round(part, 4) for part in corners), self.hint, self.cursor]

    def data(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the picture in the axes' data."""
        figure: Any = self.ax.get_figure(root=True)
        point = self.ax.transData.inverted().transform((x * figure.bbox.width, y * figure.bbox.height))
        return float(point[0]), float(point[1])


class Grip:
    """A handle in a hand, taken at x and y in parts of the picture."""

    def __init__(self, handle: Handle, x: float, y: float) -> None:
        self.handle = handle
        taken = handle.data(x, y)
        at = handle.anchor or taken
        self.off = at[0] - taken[0], at[1] - taken[1]

    def at(self, x: float, y: float) -> State:
        """Return what a hand at this place of the picture sets."""
        if self.handle.move is None:
            return {}
        right, up = self.handle.data(x, y)
        return self.handle.move(right + self.off[0], up + self.off[1])


def solve(measure: Callable[[int], float], control: Integer) -> Callable[[float], int]:
    """Return the inverse of a measure that rises with a control: the value that comes nearest to a target.

    What was measured once is remembered, so that a pull measures little: two values where it rises as a line.
    """
    known: dict[int, float] = {}

    def at(value: int) -> float:
        if value not in known:
            known[value] = measure(value)
        return known[value]

    def inverse(target: float) -> int:
        low, high = control.low, control.high
        while high - low > 1 and at(low) < target < at(high):
            rise = at(high) - at(low)
            part = (target - at(low)) / rise if math.isfinite(rise) else 0.5
            middle = min(max(round(low + part * (high - low)), low + 1), high - 1)
            low, high = (middle, high) if at(middle) <= target else (low, middle)
        return min((low, high), key=lambda value: abs(at(value) - target))

    return inverse

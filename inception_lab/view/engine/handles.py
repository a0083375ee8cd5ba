"""Handles: parts of the picture that a hand can take, and what pulling them does to the controls."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from inception_lab.view.engine.controls import State

REACH = 7  # CSS pixels around a handle that belong to it


@dataclass(frozen=True)
class Handle:
    """A part of the picture that can be taken."""

    ax: Axes  # the axes that it lies in
    # where it lies: x, y of two corners, in the axes' data. The two may be one point
    box: tuple[float, float, float, float]
    hint: str  # what a hand can do here, in a few words
    # what a pull sets: x and y of the pointer, in the axes' data → values of controls, which need be neither
    # whole nor in range
    move: Callable[[float, float], State] | None = None
    press: State = field(default_factory=dict)  # what a press sets
    cursor: str = "ew-resize"  # the pointer's look, a name of CSS's
    # a point that keeps its distance from the pointer; by default it is the pointer that counts
    anchor: tuple[float, float] | None = None

    def data(self, x: float, y: float) -> Any:
        """Return a point of the picture in the axes' data."""
        figure: Any = self.ax.get_figure(root=True)
        return self.ax.transData.inverted().transform((x, y) * figure.bbox.size)


def areas(handles: Sequence[Handle]) -> list[list[Any]]:
    """Return of each handle x0, y0, x1, y1 in parts of the picture, from its lower left; hint; cursor."""
    found: list[list[Any]] = []
    for ax, group in groupby(handles, key=attrgetter("ax")):
        several = list(group)
        figure: Any = ax.get_figure(root=True)
        reach, size = REACH * figure.dpi / 100, figure.bbox.size
        corners = ax.transData.transform(np.reshape([each.box for each in several], (-1, 2))).reshape(
            -1, 2, 2
        )
        ends = np.hstack([corners.min(axis=1) - reach, corners.max(axis=1) + reach]) / (*size, *size)
        for box, each in zip(np.round(ends, 4).tolist(), several, strict=True):
            found.append([*box, each.hint, each.cursor])
    return found


def solve(measure: Callable[[int], float], low: int, high: int, target: float) -> int:
    """Return the whole number from low to high at which a measure that rises comes nearest to a target.

    It measures little: two values where the measure rises as a line.
    """
    while high - low > 1 and measure(low) < target < measure(high):
        rise = measure(high) - measure(low)
        part = (target - measure(low)) / rise if math.isfinite(rise) else 0.5
        middle = min(max(round(low + part * (high - low)), low + 1), high - 1)
        low, high = (middle, high) if measure(middle) <= target else (low, middle)
    return min((low, high), key=lambda value: abs(measure(value) - target))

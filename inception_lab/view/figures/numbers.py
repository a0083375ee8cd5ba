"""Numbers as people say them: on axes, in tables, beside bars."""

from __future__ import annotations

import math
import numbers
from typing import Any


def quantity(value: float) -> str:
    """Write a number as people say it, with three digits or four.

    Example:
        >>> [quantity(n) for n in (832, 12_443_648, 173_408_256, 15_500_000_000)]
        ['832', '12.4 M', '173.4 M', '15.50 G']
    """
    for limit, letter, digits in ((1e9, "G", 2), (1e6, "M", 1), (1e4, "k", 1)):
        if abs(value) >= limit:
            scaled = value / (1e3 if letter == "k" else limit)
            return f"{scaled:,.{2 if abs(scaled) < 10 else digits}f} {letter}"
    return f"{value:,.0f}"


def tick(value: float, _: Any = None) -> str:
    """Write a number on an axis, as short as it can be.

    Example:
        >>> [tick(n) for n in (0, 500, 25e6, 2.5e9)]
        ['0', '500', '25 M', '2.5 G']
    """
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if letter == 'k' else limit):g} {letter}"
    return f"{value:,g}"


def readable(value: Any) -> str:
    """Write one cell of a table: shapes with ×, whole numbers with separators, two decimals else.

    Example:
        >>> [readable(cell) for cell in (120422400, (28, 28, 192), 2.1666, "1x1")]
        ['120,422,400', '28×28×192', '2.17', '1x1']
    """
    if isinstance(value, tuple):
        return "×".join(map(readable, value))
    if isinstance(value, numbers.Integral):
        return f"{int(value):,}"
    return f"{value:,.2f}" if isinstance(value, numbers.Real) else str(value)


def size(number: float) -> str:
    """Write a number of bytes.

    Example:
        >>> size(832), size(1_304_576)
        ('832 B', '1.30 MB')
    """
    text = quantity(number)
    return text + ("B" if text[-1].isalpha() else " B")


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

"""Numbers as people read them, on axes, in tables and beside bars: plain text, for every floor."""

from __future__ import annotations

import numbers
from typing import Any

# From where on a number is written in a unit (below, it rounds to fewer), the unit's size, its letter.
UNITS = ((999.95e6, 1e9, " G"), (999.95e3, 1e6, " M"), (9_999.5, 1e3, " k"), (0.0, 1.0, ""))
BAR = 24  # characters


def quantity(value: float) -> str:
    """Write a number as people say it, with three digits or four.

    Example:
        >>> [quantity(n) for n in (0.42, 832, 999_999, 173_408_256, 15_500_000_000)]
        ['0.42', '832', '1.00 M', '173.4 M', '15.50 G']
    """
    if not abs(value) >= 100:
        return f"{value:.3g}"
    _, size, letter = next(unit for unit in UNITS if abs(value) >= unit[0])
    digits = 0 if size == 1 else 2 if size == 1e9 or abs(value) < 9.995 * size else 1
    return f"{value / size:,.{digits}f}{letter}"


def tick(value: float, _: Any = None) -> str:
    """Write a number on an axis, as short as it can be.

    Example:
        >>> [tick(n) for n in (0, 500, 25e6, 2.5e9)]
        ['0', '500', '25 M', '2.5 G']
    """
    _, size, letter = next(unit for unit in UNITS if abs(value) >= unit[0])
    return f"{value / size:,g}{letter}"


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


def bar(share: float, rest: str = " ") -> str:
    """Draw a share as a bar of characters; `rest` fills what is left.

    Example:
        >>> bar(0.25, "·")
        '██████··················'
    """
    done = round(BAR * min(share, 1))
    return "█" * done + rest * (BAR - done)

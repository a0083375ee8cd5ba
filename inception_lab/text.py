"""Numbers and tables as people read them: plain text, for every floor."""

import csv
import io
import numbers
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

# From where on a number is written in a unit (below, it rounds to fewer), the unit's size, its letter.
UNITS = (
    *((999.95e15, 1e18, " E"), (999.95e12, 1e15, " P"), (999.95e9, 1e12, " T"), (999.95e6, 1e9, " G")),
    *((999.95e3, 1e6, " M"), (9_999.5, 1e3, " k"), (0.0, 1.0, "")),
)
BAR = 24  # characters


def quantity(value: float) -> str:
    """Write a number as people say it, with three digits or four.

    Example:
        >>> [quantity(n) for n in (0.42, 832, 999_999, 173_408_256, 15_500_000_000)]
        ['0.42', '832', '1.00 M', '173.4 M', '15.50 G']
    """
    value = float(value)  # NumPy's narrow numbers cannot be compared with large ones
    if not abs(value) >= 100:
        return f"{value:.3g}"
    _, size, letter = next(unit for unit in UNITS if abs(value) >= unit[0])
    digits = 0 if size == 1 else 2 if abs(value) < (99.995 if size > 1e6 else 9.995) * size else 1
    return f"{value / size:,.{digits}f}{letter}"


def tick(value: float, _: Any = None) -> str:
    """Write a number on an axis, as short as it can be.

    Example:
        >>> [tick(n) for n in (0, 500, 25e6, 2.5e9)]
        ['0', '500', '25 M', '2.5 G']
    """
    value = float(value)
    _, size, letter = next((unit for unit in UNITS if abs(value) >= unit[0]), UNITS[-1])
    return f"{value / size:,g}{letter}"


def readable(value: Any) -> str:
    """Write one cell of a table: shapes with ×, whole numbers with separators, two decimals or digits else.

    Example:
        >>> [readable(cell) for cell in (120422400, (28, 28, 192), 2.1666, "1x1")]
        ['120,422,400', '28×28×192', '2.17', '1x1']
    """
    if isinstance(value, tuple):
        return "×".join(map(readable, value))
    if isinstance(value, numbers.Integral):
        return f"{int(value):,}"
    if isinstance(value, numbers.Real):
        number = float(value)
        return f"{number:.2g}" if 0 < abs(number) < 0.005 else f"{number:,.2f}"
    return str(value)


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
    done = round(BAR * min(share, 1)) if share > 0 else 0  # NaN is not
    return "█" * done + rest * (BAR - done)


def columns(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    r"""Write rows of cells as lines of aligned columns, the first `left` of them to the left.

    Example:
        >>> print(*columns([("layer", "MACs"), ("conv1", "118,013,952")]), sep="\n")
        layer         MACs
        conv1  118,013,952
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:{'<' if number < left else '>'}{width}}"
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows of one form as CSV, with a head."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def say(text: str) -> None:
    """Write a line to the error stream, where there is one."""
    if sys.stderr is not None:
        print(text, file=sys.stderr, flush=True)


def html_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    foot: Sequence[str] = (),
    *,
    caption: str = "",
    colour: Callable[[str], str] = lambda cell: "",
) -> str:
    """Write a table as HTML, legible without any style; a row's first cell names it, `foot` are sums."""

    def line(cells: Sequence[str]) -> str:
        first, *others = cells
        written = f'<th scope="row">{escape(first)}</th>'
        for cell in others:
            ground = colour(cell)
            style = f' style="background: {ground}; text-align: left"' if ground else ""
            written += f"<td{style}>{escape(cell)}</td>"
        return f"<tr>{written}</tr>"

    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = [
        "<table>",
        *([f"<caption>{escape(caption)}</caption>"] if caption else []),
        f"<thead><tr>{names}</tr></thead>",
        "<tbody>",
        *map(line, rows),
        "</tbody>",
        *([f"<tfoot>{line(foot)}</tfoot>"] if foot else []),
        "</table>",
    ]
    return "\n".join(lines)

"""The published numbers, each with its source, read from `data/`.

Figures are kept as they are printed, because how a number is rounded is part of what is checked.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache

from inception_lab.architecture.modules import BRANCHES, InceptionRow
from inception_lab.resources import csv_rows

_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}


@dataclass(frozen=True)
class Printed:
    """A figure as printed, such as `159K`, `1.50 G` or `6,998,552`.

    Raises:
        ValueError: If it is not a number with at most one of K, M and G after it.
    """

    text: str  # the figure

    def __post_init__(self) -> None:
        """Refuse what is not a figure."""
        if not self._digits.replace(".", "", 1).isdigit():
            raise ValueError(f"A figure must be a number, then K, M, G or nothing. Received: {self.text!r}.")

    @property
    def _digits(self) -> str:
        return self.text.rstrip("KMG ").replace(",", "")

    @property
    def number(self) -> Decimal:
        """The number before the letter, with the digits that are printed."""
        return Decimal(self._digits)

    @property
    def power(self) -> int:
        """What K, M or G stands for, as a power of a thousand (or of 1024)."""
        return _POWERS[self.text[-1] if self.text[-1] in _POWERS else ""]

    def scaled(self, value: float, thousand: int = 1000) -> Decimal:
        """Return `value` in the unit of the figure."""
        return Decimal(value) / Decimal(thousand) ** self.power

    def agreement(self, value: float, thousand: int = 1000) -> str | None:
        """Say how `value` becomes the printed figure: `"exactly"`, `"rounded"`, `"truncated"` or not.

        Args:
            value: A count.
            thousand: What K stands for, 1000 or 1024; M and G are its powers.

        Example:
            >>> Printed("112K").agreement(114_688, thousand=1024)
            'exactly'
            >>> Printed("73M").agreement(73_608_192)
            'truncated'
        """
        scaled, digits = self.scaled(value, thousand), Decimal(1).scaleb(self.number.as_tuple().exponent)  # type: ignore[arg-type]
        if scaled == self.number:
            return "exactly"
        if scaled.quantize(digits, ROUND_HALF_UP) == self.number:
            return "rounded"
        return "truncated" if scaled.quantize(digits, ROUND_DOWN) == self.number else None

    def differs(self, value: float, thousand: int = 1000) -> str:
        """Say by what share `value` is above the figure, or below it."""
        share = 100 * float(self.scaled(value, thousand) / self.number - 1)
        return f"differs by {share:+,.1f} %".replace("-", "−")


@dataclass(frozen=True)
class TableRow:
    """A line of the paper's Table 1, as printed."""

    name: str  # `conv1`, `pool1` … as the layers are called here; `3a` … `5b`; `linear`
    type: str  # the line's first column
    patch_size_stride: str  # such as `7×7/2`; empty where the paper leaves it empty
    output_size: str  # such as `112×112×64`
    depth: int  # layers with parameters
    widths: dict[str, int]  # filters, by the paper's columns: `conv1x1`, `reduce3x3` …
    params: Printed | None  # printed parameters; none where the cell is empty
    ops: Printed | None  # printed multiply-adds

    @property
    def inception(self) -> InceptionRow | None:
        """The line's six widths, if it is an Inception module."""
        return InceptionRow(**self.widths) if len(self.widths) == len(BRANCHES) else None


@cache
def table_1() -> tuple[TableRow, ...]:
    """Return Table 1 as printed: 19 lines, twelve of them with parameters.

    Reference:
        Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv:1409.4842, Table 1.
    """
    names = ["conv1", "pool1", "conv2", "pool2", "3a", "3b", "pool3", "4a", "4b", "4c", "4d", "4e", "pool4"]
    names += ["5a", "5b", "pool5", "dropout", "linear", "softmax"]
    rows = []
    for name, row in zip(names, csv_rows("paper_table1.csv"), strict=True):
        params, ops = (Printed(row[key]) if row[key] else None for key in ("params", "ops"))
        widths = {column: int(row[column]) for column in BRANCHES if row[column]}
        patch, size = (row[key].replace("x", "×") for key in ("patch_size_stride", "output_size"))
        rows.append(TableRow(name, row["type"], patch, size, int(row["depth"]), widths, params, ops))
    return tuple(rows)


@dataclass(frozen=True)
class PublishedCount:
    """A count that somebody publishes."""

    who: str  # who publishes it, or the tool that prints it
    network: str  # name of the network in `zoo.NETWORKS`
    variant: str  # the network's variant; empty if it has none
    auxiliary: bool  # whether the auxiliary heads are part of it
    input: int  # side of the picture in pixels
    quantity: str  # `"parameters"` or `"operations"`
    printed: Printed  # the figure
    convention: str  # name of the convention in `counting.CONVENTIONS` that it is tested against
    source: str  # where it stands
    remark: str  # what is odd about it, or why it is not reached


@cache
def published_counts() -> tuple[PublishedCount, ...]:
    """Return what others publish as counts of these networks."""
    rows = csv_rows("published_counts.csv", auxiliary="yes".__eq__, input=int, printed=Printed)
    return tuple(PublishedCount(**row) for row in rows)


@dataclass(frozen=True)
class Accuracy:
    """Published accuracy on ImageNet's validation pictures, one crop each."""

    network: str  # name of the network in `zoo.NETWORKS`
    variant: str  # the network's variant; empty if it has none
    parameters: str  # its size as published, in the source's words; may be empty
    top1: float  # per cent of pictures whose first guess is right
    # per cent of pictures with the right class among the first five; none if not published
    top5: float | None
    protocol: str  # how the pictures were cropped
    source: str  # where it stands


@cache
def imagenet_accuracy() -> tuple[Accuracy, ...]:
    """Return the published accuracies. Training differs from row to row, so small differences say little."""
    rows = csv_rows("imagenet_accuracy.csv", top1=float, top5=lambda cell: float(cell) if cell else None)
    return tuple(Accuracy(**row) for row in rows)

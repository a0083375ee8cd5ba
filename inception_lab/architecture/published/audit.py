"""Table 1 of the paper audited: what it prints beside what its own filter columns give.

The columns are counted three ways, since the paper does not say how it counts: weights only, with
biases, and with K as 1000 or 1024. Where no way leads to the printed figure, `misprints` looks for one
changed number in the row that would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from inception_lab import text
from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.published.paper import Printed, TableRow, table_1
from inception_lab.checks import entry

if TYPE_CHECKING:
    import pandas

# The module of our network that a row of the table describes.
MODULES = {
    "conv1": "conv1",
    "conv2": "conv2",
    **{name: f"inception_{name}" for name in TABLE_1},
    "linear": "loss3",
}
# What a row of the audit says, in this order, and how a table heads it.
HEADINGS = {
    "name": "row",
    "printed_parameters": "params printed",
    "weights": "weights only",
    "parameters": "with biases",
    "parameters_verdict": "params verdict",
    "printed_operations": "ops printed",
    "macs": "multiply-adds",
    "operations_verdict": "ops verdict",
}
_GROUNDS = {  # Okabe–Ito, on light and dark
    "✓": "rgba(0, 158, 115, 0.2)",
    "≈": "rgba(240, 228, 66, 0.3)",
    "✗": "rgba(213, 94, 0, 0.25)",
}


@dataclass(frozen=True)
class Verdict:
    """Whether a printed figure follows from the row's numbers."""

    agrees: bool  # whether some way of counting rounds or truncates to the figure
    text: str  # which way, or by how much the nearest differs
    as_read: bool = False  # whether it agrees only as somebody may read it, which the text says

    def __str__(self) -> str:
        return self.text

    @property
    def signed(self) -> str:
        """The text after a sign that says the same in one character."""
        return f"{'≈' if self.as_read else '✓' if self.agrees else '✗'} {self.text}"


class Row(Protocol):
    """A row of an audit: a frozen dataclass."""

    @property
    def name(self) -> str:
        """What it is called."""


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Audited(Generic[R]):
    """What was printed beside what is counted, row by row. A notebook shows it as a table."""

    headings: ClassVar[Mapping[str, str]]  # what a row says, in this order, and how a table heads it
    caption: ClassVar[str]
    rows: tuple[R, ...]

    def __getitem__(self, name: str) -> R:
        """Return a row by its name.

        Raises:
            ValueError: If there is none; the message lists what there is.
        """
        return entry(self.headings["name"], name, {row.name: row for row in self.rows})

    def to_frame(self) -> pandas.DataFrame:
        """Return the audit as a pandas DataFrame, indexed by row."""
        import pandas

        records = [
            {name: str(value) if isinstance(value, Verdict) else value for name, value in vars(row).items()}
            for row in self.rows
        ]
        head = self.headings["name"]
        return pandas.DataFrame(records).rename(columns={"name": head}).set_index(head)

    @property
    def sums(self) -> Mapping[str, object]:
        """What the last row says, if there is one."""
        return {}

    def _table(self) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
        """Return the cells of all rows, and of the sums."""
        *cells, sums = (
            tuple(_cell(row.get(name, "")) for name in self.headings)
            for row in (*map(vars, self.rows), self.sums)
        )
        return cells, sums if self.sums else ()

    def __repr__(self) -> str:
        body, sums = self._table()
        return "\n".join(text.columns([tuple(self.headings.values()), *body, *([sums] if sums else [])]))

    def _repr_html_(self) -> str:
        head = tuple(self.headings.values())
        return text.html_table(
            head, *self._table(), caption=self.caption, colour=lambda cell: _GROUNDS.get(cell[:1], "")
        )


def _cell(value: object) -> str:
    if isinstance(value, Verdict):
        return value.signed
    return f"{value:,}" if isinstance(value, int) else str(value)


@dataclass(frozen=True)
class AuditRow:
    """A row of Table 1 that has parameters."""

    name: str  # `conv1`, `conv2`, `3a` … `5b`, `linear`
    printed_parameters: str  # the params column, such as `159K`
    weights: int  # recomputed, without biases
    parameters: int  # recomputed, with biases
    parameters_verdict: Verdict  # on the params column
    printed_operations: str  # the ops column, such as `128M`
    macs: int  # recomputed multiply-adds
    operations_verdict: Verdict  # on the ops column


class Audit(Audited[AuditRow]):
    """Table 1, row by row."""

    headings = HEADINGS
    caption = "Table 1 of arXiv:1409.4842, printed and recomputed from its filter columns"

    @property
    def macs(self) -> int:
        """Sum of the recomputed multiply-adds."""
        return sum(row.macs for row in self.rows)

    @property
    def printed_operations(self) -> Decimal:
        """Sum of the ops column, in M: the 1.5 billion of the paper's text."""
        return sum((Printed(row.printed_operations).number for row in self.rows), Decimal(0))

    @property
    def sums(self) -> Mapping[str, object]:
        """The sums of all columns; that of the params the paper does not print."""
        return {
            "name": "sum",
            "printed_parameters": f"{sum(Printed(row.printed_parameters).number for row in self.rows):,}K",
            "weights": sum(row.weights for row in self.rows),
            "parameters": sum(row.parameters for row in self.rows),
            "printed_operations": f"{self.printed_operations:,}M",
            "macs": self.macs,
        }


def audit() -> Audit:
    """Hold each printed figure of Table 1 against its row, recomputed.

    Returns:
        Twelve rows with a verdict for each of their two figures.

    Example:
        >>> audit()["5a"].operations_verdict.text
        'differs by −5.4 %'

    Reference:
        Szegedy et al. 2014, Table 1.
    """
    modules = cost(googlenet()).by_module()
    return Audit(tuple(_audit(row, modules[MODULES[row.name]]) for row in table_1() if row.params))


def _audit(row: TableRow, found: Cost) -> AuditRow:
    params, ops = figures(row)
    numbers = found.weights, found.parameters
    of_params, of_ops = judge_parameters(params, *numbers), judge_operations(ops, found.macs)
    return AuditRow(row.name, params.text, *numbers, of_params, ops.text, found.macs, of_ops)


def figures(row: TableRow) -> tuple[Printed, Printed]:
    """Return what a row of Table 1 prints: params and ops."""
    if row.params is None or row.ops is None:
        raise ValueError(f"Row '{row.name}' of Table 1 prints no parameters.")
    return row.params, row.ops


def judge_parameters(printed: Printed, weights: int, parameters: int) -> Verdict:
    """Judge a figure of the params column.

    Returns:
        Agreement if either, with K as 1000 or 1024, is the figure, or rounds or truncates to it; else
        how far the weights are from it, with the K of 1024 that the exact rows show.
    """
    for thousand in (1000, 1024):
        for value, what in ((weights, "weights only"), (parameters, "with biases")):
            agreement = printed.agreement(value, thousand)
            if agreement:
                return Verdict(True, f"agrees: {what}, {agreement}, K = {thousand}")
    return Verdict(False, printed.differs(weights, 1024))


def judge_operations(printed: Printed, macs: int) -> Verdict:
    """Judge a figure of the ops column, in which M is a million."""
    agreement = printed.agreement(macs)
    return Verdict(bool(agreement), f"agrees: {agreement}" if agreement else printed.differs(macs))

"""Table 1 of the paper audited: what it prints beside what its own filter columns give.

The columns are counted three ways, since the paper does not say how it counts: weights only, with
biases, and with K as 1000 or 1024. Where no way leads to the printed figure, `explain` looks for one
changed number in the row that would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from inception_lab import text
from inception_lab.architecture.conventions import weights
from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layer import Shape
from inception_lab.architecture.layers import Conv2D, SeparableConv2D
from inception_lab.architecture.modules import COLUMNS, InceptionRow, inception_module
from inception_lab.architecture.network import Part, Sequence
from inception_lab.architecture.paper import Printed, TableRow, table_1
from inception_lab.checks import one_of

if TYPE_CHECKING:
    import pandas

# The module of our network that a row of the table describes.
MODULES = {
    "conv1": "conv1",
    "conv2": "conv2",
    **{name: f"inception_{name}" for name in TABLE_1},
    "linear": "loss3",
}
# The fields that `explain` changes, as the paper heads their columns.
CHANGES = {
    **COLUMNS,
    "kernel_size": "side of the kernel",
    "depth_multiplier": "kernels a channel, if separable",
}
HEADINGS = (
    "row",
    "params printed",
    "weights only",
    "with biases",
    "params verdict",
    "ops printed",
    "multiply-adds",
    "ops verdict",
)
_GROUNDS = {"✓": "rgba(0, 158, 115, 0.2)", "✗": "rgba(213, 94, 0, 0.25)"}  # Okabe–Ito, on light and dark


@dataclass(frozen=True)
class Verdict:
    """Whether a printed figure follows from the row's numbers.

    Attributes:
        agrees: Whether some way of counting rounds or truncates to the figure.
        text: Which way, or by how much the nearest differs.
    """

    agrees: bool
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def signed(self) -> str:
        """The text after a sign that says the same in one character."""
        return f"{'✓' if self.agrees else '✗'} {self.text}"


@dataclass(frozen=True)
class AuditRow:
    """A row of Table 1 that has parameters.

    Attributes:
        name: `conv1`, `conv2`, `3a` … `5b`, `linear`.
        printed_parameters: The params column, such as `159K`.
        weights: Recomputed, without biases.
        parameters: Recomputed, with biases.
        parameters_verdict: On the params column.
        printed_operations: The ops column, such as `128M`.
        macs: Recomputed multiply-adds.
        operations_verdict: On the ops column.
    """

    name: str
    printed_parameters: str
    weights: int
    parameters: int
    parameters_verdict: Verdict
    printed_operations: str
    macs: int
    operations_verdict: Verdict


@dataclass(frozen=True)
class Audit:
    """Table 1, row by row. A notebook shows it as a table."""

    rows: tuple[AuditRow, ...]

    def __getitem__(self, name: str) -> AuditRow:
        """Return a row by its name.

        Raises:
            ValueError: If there is none; the message lists what there is.
        """
        one_of("row", name, tuple(row.name for row in self.rows))
        return next(row for row in self.rows if row.name == name)

    @property
    def weights(self) -> int:
        """Sum of the recomputed weights."""
        return sum(row.weights for row in self.rows)

    @property
    def parameters(self) -> int:
        """Sum of the recomputed parameters, with biases."""
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Sum of the recomputed multiply-adds."""
        return sum(row.macs for row in self.rows)

    @property
    def printed_parameters(self) -> Decimal:
        """Sum of the params column, in K. The paper does not print it."""
        return sum((Printed(row.printed_parameters).number for row in self.rows), Decimal(0))

    @property
    def printed_operations(self) -> Decimal:
        """Sum of the ops column, in M: the 1.5 billion of the paper's text."""
        return sum((Printed(row.printed_operations).number for row in self.rows), Decimal(0))

    def to_frame(self) -> pandas.DataFrame:
        """Return the audit as a pandas DataFrame, indexed by row."""
        import pandas

        records = [
            {field.name: getattr(row, field.name) for field in fields(row)}
            | {"parameters_verdict": row.parameters_verdict.text}
            | {"operations_verdict": row.operations_verdict.text}
            for row in self.rows
        ]
        return pandas.DataFrame(records).rename(columns={"name": "row"}).set_index("row")

    def _table(self) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
        """Return the cells of all rows, and of the sums."""
        body: list[tuple[str, ...]] = [
            (
                row.name,
                row.printed_parameters,
                f"{row.weights:,}",
                f"{row.parameters:,}",
                row.parameters_verdict.signed,
                row.printed_operations,
                f"{row.macs:,}",
                row.operations_verdict.signed,
            )
            for row in self.rows
        ]
        params, ops = f"{self.printed_parameters:,}K", f"{self.printed_operations:,}M"
        return body, (
            "sum",
            params,
            f"{self.weights:,}",
            f"{self.parameters:,}",
            "",
            ops,
            f"{self.macs:,}",
            "",
        )

    def __repr__(self) -> str:
        body, sums = self._table()
        return "\n".join(text.columns([HEADINGS, *body, sums]))

    def to_html(self) -> str:
        """Return the audit as an HTML table: legible on light and dark, and without any style."""
        caption = "Table 1 of arXiv:1409.4842, printed and recomputed from its filter columns"
        return text.html_table(
            HEADINGS, *self._table(), caption=caption, colour=lambda cell: _GROUNDS.get(cell[:1], "")
        )

    def _repr_html_(self) -> str:
        return self.to_html()


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
    params, ops = _figures(row)
    alone = sum(weights(layer) for layer in found.layers)
    return AuditRow(
        row.name,
        params.text,
        alone,
        found.parameters,
        judge_parameters(params, alone, found.parameters),
        ops.text,
        found.macs,
        judge_operations(ops, found.macs),
    )


def _figures(row: TableRow) -> tuple[Printed, Printed]:
    if row.params is None or row.ops is None:
        raise ValueError(f"Row '{row.name}' of Table 1 prints no parameters.")
    return row.params, row.ops


def judge_parameters(printed: Printed, weights: int, parameters: int) -> Verdict:
    """Judge a figure of the params column.

    Args:
        printed: The figure.
        weights: Recomputed, without biases.
        parameters: Recomputed, with biases.

    Returns:
        Agreement if either, with K as 1000 or 1024, is the figure, or rounds or truncates to it; else
        how far the weights are from it, with the K of 1024 that the exact rows show.
    """
    for thousand in (1000, 1024):
        for value, what in ((weights, "weights only"), (parameters, "with biases")):
            agreement = printed.agreement(value, thousand)
            if agreement:
                return Verdict(True, f"agrees: {what}, {agreement}, K = {thousand}")
    return Verdict(False, _differs(printed.difference(weights, 1024)))


def judge_operations(printed: Printed, macs: int) -> Verdict:
    """Judge a figure of the ops column, in which M is a million."""
    agreement = printed.agreement(macs)
    return (
        Verdict(True, f"agrees: {agreement}")
        if agreement
        else Verdict(False, _differs(printed.difference(macs)))
    )


def _differs(share: float) -> str:
    return f"differs by {100 * share:+,.1f} %".replace("-", "−")


@dataclass(frozen=True)
class Edit:
    """One changed number in a row of Table 1, and what the row then costs.

    Attributes:
        row: Name of the row.
        field: The number that is changed, such as `reduce5x5`.
        printed: Its value in the table; none where the table does not have it.
        tried: The value tried.
        weights: The row's weights then, without biases.
        parameters: With biases.
        macs: Multiply-adds.
        fits: The printed figures that the row then agrees with: `"params"`, `"ops"` or both.
    """

    row: str
    field: str
    printed: int | None
    tried: int
    weights: int
    parameters: int
    macs: int
    fits: tuple[str, ...]

    def __str__(self) -> str:
        change = f"{self.tried}" if self.printed is None else f"{self.printed} → {self.tried}"
        return (
            f"{self.row}, {CHANGES[self.field]} {change}: {self.weights:,} weights, "
            f"{self.macs:,} multiply-adds; fits {' and '.join(self.fits)}"
        )


def explain(row: str, widths: Iterable[int] | None = None) -> tuple[Edit, ...]:
    r"""Look for single changed numbers that make a row agree with what is printed beside it.

    An edit is tried only if the row's output keeps its printed size. That an edit fits is arithmetic;
    that it is what the authors did is an inference.

    Args:
        row: Name of the row.
        widths: Filters to try. By default those that the same column prints in other rows, since a
            slip from one line to another is the likeliest misprint. The stem's kernel is tried with sides
            from 1 to 11, and as a separable convolution with 1 to 16 kernels a channel.

    Returns:
        The edits after which a figure agrees that did not before.

    Raises:
        ValueError: If the table has no such row with parameters.

    Example:
        >>> print(*explain("5a"), sep="\n")
        5a, #5×5 reduce 32 → 48: 1,106,944 weights, 54,240,256 multiply-adds; fits ops
    """
    one_of("row", row, tuple(MODULES))
    line = next(line for line in table_1() if line.name == row)
    params, ops = _figures(line)
    whole = cost(googlenet()).by_module()[MODULES[row]]
    before = _fits(params, ops, whole)
    edits = []
    for field, printed, tried, part in _edits(line, None if widths is None else sorted(set(widths))):
        found = cost(part, _picture(whole.input_shape))
        fits = _fits(params, ops, found)
        if found.output_shape == whole.output_shape and set(fits) - set(before):
            alone = sum(weights(layer) for layer in found.layers)
            edits.append(Edit(row, field, printed, tried, alone, found.parameters, found.macs, fits))
    return tuple(edits)


def _fits(params: Printed, ops: Printed, found: Cost) -> tuple[str, ...]:
    alone = sum(weights(layer) for layer in found.layers)
    verdicts = {
        "params": judge_parameters(params, alone, found.parameters),
        "ops": judge_operations(ops, found.macs),
    }
    return tuple(name for name, verdict in verdicts.items() if verdict.agrees)


def _edits(line: TableRow, widths: list[int] | None) -> Iterator[tuple[str, int | None, int, Part]]:
    """Return what can be tried in a row, as (field, printed value, tried value, the row then)."""
    if line.name == "conv1":
        for side in range(1, 12, 2):
            yield "kernel_size", 7, side, Conv2D(64, side, strides=2, padding=side // 2)
        for multiplier in range(1, 17):
            yield "depth_multiplier", None, multiplier, SeparableConv2D(64, 7, 2, 3, multiplier)
    elif line.name == "conv2":
        for width in _column("reduce3x3", widths):
            reduced = Sequence(Conv2D(width, 1), Conv2D(line.widths["conv3x3"], 3))
            yield "reduce3x3", line.widths["reduce3x3"], width, reduced
    elif line.inception:
        for field, printed in line.widths.items():
            for width in _column(field, widths):
                yield field, printed, width, _module(replace(line.inception, **{field: width}))


def _column(field: str, widths: list[int] | None) -> list[int]:
    if widths is not None:
        return widths
    return sorted({line.widths[field] for line in table_1() if field in line.widths})


def _module(row: InceptionRow) -> Part:
    return inception_module(*(getattr(row, field.name) for field in fields(row)))


def _picture(shape: Shape) -> tuple[int, int, int] | None:
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 else None

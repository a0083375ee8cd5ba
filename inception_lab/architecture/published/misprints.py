"""Single changed numbers of Table 1 that would make a row agree with what is printed beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.layers import Conv2D, SeparableConv2D
from inception_lab.architecture.modules import COLUMNS, inception_module
from inception_lab.architecture.network import Part, Sequence
from inception_lab.architecture.published.audit import MODULES, figures, judge_operations, judge_parameters
from inception_lab.architecture.published.paper import Printed, TableRow, table_1
from inception_lab.checks import entry

# The fields that `explain` changes, as the paper heads their columns.
CHANGES = {
    **COLUMNS,
    "kernel_size": "side of the kernel",
    "depth_multiplier": "separable, kernels per channel",
}


@dataclass(frozen=True)
class Edit:
    """One changed number in a row of Table 1, and what the row then costs."""

    row: str  # name of the row
    field: str  # the number that is changed, such as `reduce5x5`
    printed: int | None  # its value in the table; none where the table does not have it
    tried: int  # the value tried
    weights: int  # the row's weights then, without biases
    parameters: int  # with biases
    macs: int  # multiply-adds
    fits: tuple[str, ...]  # the printed figures that the row then agrees with: `"params"`, `"ops"` or both

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
    line = entry("row", row, {line.name: line for line in table_1() if line.name in MODULES})
    params, ops = figures(line)
    whole = cost(googlenet()).by_module()[MODULES[row]]
    before = _fits(params, ops, whole)
    edits = []
    for field, printed, tried, part in _edits(line, None if widths is None else sorted(set(widths))):
        found = cost(part, whole.input_shape)
        fits = _fits(params, ops, found)
        if found.output_shape == whole.output_shape and set(fits) - set(before):
            edits.append(Edit(row, field, printed, tried, found.weights, found.parameters, found.macs, fits))
    return tuple(edits)


def _fits(params: Printed, ops: Printed, found: Cost) -> tuple[str, ...]:
    verdicts = {
        "params": judge_parameters(params, found.weights, found.parameters),
        "ops": judge_operations(ops, found.macs),
    }
    return tuple(name for name, verdict in verdicts.items() if verdict.agrees)


def _edits(line: TableRow, widths: list[int] | None) -> Iterator[tuple[str, int | None, int, Part]]:
    """Return what can be tried in a row, as (field, printed value, tried value, the row then)."""
    if line.name == "conv1":
        for side in range(1, 12, 2):
            yield "kernel_size", 7, side, Conv2D(64, side, strides=2, padding=side // 2)
        for multiplier in range(1, 17):
            separable = SeparableConv2D(64, 7, 2, 3, depth_multiplier=multiplier)
            yield "depth_multiplier", None, multiplier, separable
    elif line.name == "conv2":
        for width in _column("reduce3x3", widths):
            reduced = Sequence(Conv2D(width, 1), Conv2D(line.widths["conv3x3"], 3))
            yield "reduce3x3", line.widths["reduce3x3"], width, reduced
    elif line.inception:
        for field, printed in line.widths.items():
            for width in _column(field, widths):
                yield field, printed, width, inception_module(replace(line.inception, **{field: width}))


def _column(field: str, widths: list[int] | None) -> list[int]:
    if widths is not None:
        return widths
    return sorted({line.widths[field] for line in table_1() if field in line.widths})

"""Single changed numbers of Table 1: what is tried, what it costs, and what of it fits."""

import re
from collections.abc import Iterable

import pytest

import inception_lab as lab
from inception_lab.architecture.published.audit import figures
from inception_lab.architecture.published.misprints import _edits
from inception_lab.architecture.published.paper import table_1

ROWS = {row.name: row for row in table_1() if row.params}
INPUTS = {"conv1": (224, 224, 3), "conv2": (56, 56, 64), "3a": (28, 28, 192), "5b": (7, 7, 832)}


def printed(field: str) -> list[int]:
    """What the column of a field prints, each number once."""
    return sorted({row.widths[field] for row in table_1() if field in row.widths})


def tried(row: str, widths: list[int] | None = None) -> dict[tuple[str, int | None, int], tuple[int, int]]:
    """Weights and MACs of all edits of a row, by the number that is changed, its value before and after."""
    found = {}
    for field, before, after, part in _edits(ROWS[row], widths):
        cost = lab.cost(part, INPUTS[row])
        found[field, before, after] = (cost.weights, cost.macs)
    return found


def module(channels: int, c1: int, r3: int, c3: int, r5: int, c5: int, proj: int) -> int:
    """The weights of an Inception module, by Table 1's columns."""
    return channels * (c1 + r3 + r5 + proj) + 9 * r3 * c3 + 25 * r5 * c5


def test_the_stem_is_tried_with_other_kernels_and_as_a_separable_convolution() -> None:
    weights: dict[tuple[str, int | None, int], int] = {
        ("kernel_size", 7, side): 3 * 64 * side**2 for side in (1, 3, 5, 7, 9, 11)
    }
    weights |= {("depth_multiplier", None, m): 49 * 3 * m + 3 * m * 64 for m in range(1, 17)}
    assert tried("conv1") == {edit: (n, 112**2 * n) for edit, n in weights.items()}


def test_of_conv2_the_reduction_is_tried() -> None:
    assert tried("conv2") == {
        ("reduce3x3", 64, width): (64 * width + 9 * width * 192, 56**2 * (64 * width + 9 * width * 192))
        for width in printed("reduce3x3")
    }


@pytest.mark.parametrize("row", ["3a", "5b"])
@pytest.mark.parametrize("widths", [None, [24, 40]])
def test_of_a_module_every_width_is_tried(row: str, widths: list[int] | None) -> None:
    side, _, channels = INPUTS[row]
    own = ROWS[row].widths
    expected = {
        (field, own[field], width): module(channels, *{**own, field: width}.values())
        for field in own
        for width in widths or printed(field)
    }
    assert tried(row, widths) == {edit: (n, side**2 * n) for edit, n in expected.items()}


def test_of_the_classifier_nothing_is_tried() -> None:
    assert list(_edits(ROWS["linear"], None)) == []


def test_widths_are_tried_once_each_in_order() -> None:
    def found(widths: Iterable[int]) -> list[int]:
        return [edit.tried for edit in lab.explain("5a", widths)]

    assert found([176, 48, 168, 48]) == found([48, 168, 176]) == [168, 176, 48]


def test_a_row_that_prints_no_parameters_has_no_figures() -> None:
    message = "Row 'pool1' of Table 1 prints no parameters."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        figures(table_1()[1])


def test_first_convolution_fits_a_separable_stem_and_nothing_else() -> None:
    (edit,) = lab.explain("conv1")
    assert (edit.field, edit.printed, edit.tried, edit.fits) == (
        "depth_multiplier",
        None,
        8,
        ("params", "ops"),
    )
    assert edit.weights == 7 * 7 * 3 * 8 + 24 * 64
    assert edit.macs == 112**2 * edit.weights
    stem = lab.cost(lab.googlenet(variant="separable_stem")).by_module()["conv1"]
    assert (edit.parameters, edit.macs) == (stem.parameters, stem.macs)


def test_operations_of_5a_fit_the_reduction_of_the_next_line() -> None:
    (edit,) = lab.explain("5a")
    assert (edit.field, edit.printed, edit.tried, edit.fits) == ("reduce5x5", 32, 48, ("ops",))
    assert edit.tried == lab.TABLE_1["5b"].reduce5x5
    assert str(edit) == ("5a, #5×5 reduce 32 → 48: 1,106,944 weights, 54,240,256 multiply-adds; fits ops")


def test_the_explanation_of_5a_is_not_the_only_one_among_all_widths() -> None:
    edits = lab.explain("5a", widths=range(8, 513, 8))
    assert [(edit.field, edit.tried, edit.fits) for edit in edits] == [
        ("reduce3x3", 168, ("params",)),
        ("reduce3x3", 176, ("ops",)),
        ("reduce5x5", 48, ("ops",)),
    ]


@pytest.mark.parametrize("row", [row for row in ROWS if row not in ("conv1", "5a")])
def test_no_other_row_is_explained_by_one_number_of_its_column(row: str) -> None:
    assert lab.explain(row) == ()

"""The published numbers as they are read from `data/`."""

import re
from decimal import Decimal

import pytest

import inception_lab as lab
from inception_lab.architecture.published.paper import Printed, imagenet_accuracy, published_counts, table_1
from inception_lab.architecture.published.zoo import NETWORKS


@pytest.mark.parametrize(
    ("text", "value", "thousand", "agreement"),
    [
        ("6,998,552", 6_998_552, 1000, "exactly"),
        ("6,998,552", 6_998_551, 1000, None),
        ("112K", 114_688, 1024, "exactly"),
        ("112K", 114_688, 1000, None),
        ("159K", 163_328, 1024, "truncated"),  # 159.5
        ("160K", 163_328, 1024, "rounded"),
        ("2.7K", 2_712, 1000, "rounded"),
        ("2.7K", 2_799, 1000, "truncated"),
        ("1.50 G", 1_498_376_192, 1000, "rounded"),
        ("1.5 G", 1_498_376_192, 1000, "rounded"),
        ("1.50 G", 1_582_671_872, 1000, None),
        ("1M", 1 << 20, 1024, "exactly"),
        ("3K", 2_500, 1000, "rounded"),  # a half goes up, to an odd number too
        ("2K", 2_500, 1000, "truncated"),
    ],
)
def test_agreement(text: str, value: int, thousand: int, agreement: str | None) -> None:
    assert Printed(text).agreement(value, thousand) == agreement


def test_difference_is_a_share_of_the_printed_figure() -> None:
    assert Printed("54M").differs(51_079_168) == "differs by −5.4 %"  # 51.079168 / 54 - 1
    assert Printed("1K").differs(2_060_288, 1024) == "differs by +201,100.0 %"
    assert Printed("2.7K").number == Decimal("2.7")


@pytest.mark.parametrize("text", ["", "K", "1.5 billion", "1.2.3M", "-5"])
def test_no_figure(text: str) -> None:
    message = f"A figure must be a number, then K, M, G or nothing. Received: {text!r}."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Printed(text)


def test_table_1_has_the_widths_of_the_spec() -> None:
    rows = {row.name: row.inception for row in table_1() if row.inception}
    assert rows == lab.TABLE_1


def test_table_1_counts_22_layers_with_parameters_and_27_with_pooling() -> None:
    depth = sum(row.depth for row in table_1())
    assert (depth, depth + sum("pool" in row.type for row in table_1())) == (22, 27)


def test_table_1_keeps_what_is_printed() -> None:
    first, last = table_1()[0], table_1()[-1]
    assert (first.name, first.type, first.patch_size_stride, first.output_size) == (
        "conv1",
        "convolution",
        "7×7/2",
        "112×112×64",
    )
    assert first.params == Printed("2.7K")
    assert (last.name, last.params, last.ops, last.inception) == ("softmax", None, None, None)


def test_every_published_count_has_a_source() -> None:
    assert all(row.source and row.who and row.network in NETWORKS for row in published_counts())
    assert {row.quantity for row in published_counts()} == {"parameters", "operations"}


def test_accuracies_are_of_networks_that_the_zoo_has() -> None:
    rows = imagenet_accuracy()
    assert {row.network for row in rows} == set(NETWORKS)
    assert all(row.source and row.protocol and 50 < row.top1 < 82 for row in rows)
    assert all(row.top5 is None or row.top1 < row.top5 < 96 for row in rows)


def test_bvlc_googlenet_has_the_accuracy_of_its_readme() -> None:
    row = next(row for row in imagenet_accuracy() if (row.network, row.variant) == ("googlenet", "paper"))
    assert (row.top1, row.top5) == (68.7, 88.9)

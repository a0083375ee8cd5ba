"""GoogLeNet against Table 1 as printed, and against what others published under its name."""

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.layers import (
    AveragePool2D,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePool2D,
    LocalResponseNorm,
    MaxPool2D,
    SeparableConv2D,
)
from inception_lab.architecture.modules import multiplier

TABLE = Path(__file__).parents[2] / "data" / "paper_table1.csv"
WIDTHS = ("conv1x1", "reduce3x3", "conv3x3", "reduce5x5", "conv5x5", "pool_proj")
# Where each printed row ends in the network, from top to bottom.
ENDS = (
    "conv1/7x7_s2",
    "pool1/3x3_s2",
    "conv2/3x3",
    "pool2/3x3_s2",
    "inception_3a/output",
    "inception_3b/output",
    "pool3/3x3_s2",
    "inception_4a/output",
    "inception_4b/output",
    "inception_4c/output",
    "inception_4d/output",
    "inception_4e/output",
    "pool4/3x3_s2",
    "inception_5a/output",
    "inception_5b/output",
    "pool5/7x7_s1",
    "pool5/drop_7x7_s1",
    "loss3/classifier",
    "loss3/prob",
)


def printed_rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def layers(network: lab.Network) -> dict[str, Layer]:
    """The layers of a network by path."""
    found: dict[str, Layer] = {}

    def keep(path: str, layer: Layer, _: None) -> None:
        found[path] = layer

    network.fold(None, layer=keep, merge=lambda *_: None)
    return found


def test_every_row_of_table_1_has_its_printed_size() -> None:
    cost = lab.cost(lab.googlenet())
    printed = [tuple(map(int, row["output_size"].split("x"))) for row in printed_rows()]
    ours = [cost[path].output_shape for path in ENDS]
    assert [(1, 1, *shape) if len(shape) == 1 else shape for shape in ours] == printed


def test_inception_rows_are_the_printed_ones() -> None:
    printed = {
        match[1]: tuple(int(row[width]) for width in WIDTHS)
        for row in printed_rows()
        if (match := re.fullmatch(r"inception \((\w\w)\)", row["type"]))
    }
    assert {
        name: tuple(getattr(row, width) for width in WIDTHS) for name, row in lab.TABLE_1.items()
    } == printed


def depth(*kinds: type[Layer]) -> int:
    """How many layers of these kinds lie on the longest way through the network."""
    lengths = lab.googlenet().fold(
        0, layer=lambda _, layer, n: n + isinstance(layer, kinds), merge=lambda _path, _how, ns: max(ns)
    )
    return lengths["main"]


def test_depth_is_22_layers_with_parameters_and_27_with_pooling() -> None:
    assert depth(Conv2D, Dense) == 22  # 3 + 9 · 2 + 1
    assert depth(Conv2D, Dense, MaxPool2D, GlobalAveragePool2D) == 27  # four maxima and the mean besides


def test_there_are_57_convolutions_and_59_with_the_heads() -> None:
    def convolutions(auxiliary: bool) -> int:
        return sum(isinstance(layer, Conv2D) for layer in layers(lab.googlenet(auxiliary=auxiliary)).values())

    assert convolutions(auxiliary=False) == 57  # 3 + 9 · 6
    assert convolutions(auxiliary=True) == 59


def test_layers_carry_the_names_of_bvlc() -> None:
    names = [path for path in layers(lab.googlenet(auxiliary=True)) if not path.startswith("inception_")]
    head = ["ave_pool", "conv", "flatten", "fc", "drop_fc", "classifier", "prob"]
    assert names == [
        "conv1/7x7_s2",
        "pool1/3x3_s2",
        "pool1/norm1",
        "conv2/3x3_reduce",
        "conv2/3x3",
        "conv2/norm2",
        "pool2/3x3_s2",
        "pool3/3x3_s2",
        *(f"loss1/{layer}" for layer in head),
        *(f"loss2/{layer}" for layer in head),
        "pool4/3x3_s2",
        "pool5/7x7_s1",
        "pool5/drop_7x7_s1",
        "loss3/classifier",
        "loss3/prob",
    ]


@pytest.mark.parametrize("module", ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"])
def test_a_modules_layers_carry_the_names_of_bvlc(module: str) -> None:
    names = [path for path in layers(lab.googlenet()) if path.startswith(f"inception_{module}/")]
    kinds = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool", "pool_proj")
    assert names == [f"inception_{module}/{kind}" for kind in kinds]


def test_the_papers_network_in_detail() -> None:
    found = layers(lab.googlenet(auxiliary=True))
    assert found["conv1/7x7_s2"] == Conv2D(64, 7, 2, 3, activation="relu", name="7x7_s2")
    assert found["inception_3a/5x5"] == Conv2D(32, 5, activation="relu", name="5x5")
    assert found["pool1/norm1"] == LocalResponseNorm(2, 1.0, 2e-5, 0.75, name="norm1")
    assert found["pool4/3x3_s2"] == MaxPool2D(3, 2, name="3x3_s2")
    assert found["pool5/drop_7x7_s1"] == Dropout(0.4, name="drop_7x7_s1")
    assert found["loss1/ave_pool"] == AveragePool2D(5, 3, "valid", name="ave_pool")
    assert found["loss1/conv"] == Conv2D(128, 1, activation="relu", name="conv")
    assert found["loss2/fc"] == Dense(1024, activation="relu", name="fc")
    assert found["loss2/drop_fc"] == Dropout(0.7, name="drop_fc")


def test_heads_hang_on_4a_and_4d() -> None:
    network = lab.googlenet(auxiliary=True)
    assert network.output_shapes() == {"main": (1000,), "aux1": (1000,), "aux2": (1000,)}
    cost = lab.cost(network)
    assert cost["loss1/ave_pool"].input_shape == (14, 14, 512)
    assert cost["loss1/ave_pool"].output_shape == (4, 4, 512)
    assert cost["loss2/ave_pool"].input_shape == (14, 14, 528)
    assert cost["loss2/ave_pool"].output_shape == (4, 4, 528)


@pytest.mark.parametrize(
    ("auxiliary", "behind"),
    [
        ("5a", ["inception_5a/output"]),
        (("3b", "4e"), ["inception_3b/output", "inception_4e/output"]),
        (("4d", "4d"), ["inception_4d/output", "inception_4d/output"]),
        ((), []),
    ],
)
def test_heads_hang_where_they_are_put(auxiliary: str | Iterable[str], behind: list[str]) -> None:
    network = lab.googlenet(auxiliary=auxiliary)
    sources: list[str] = []

    def follow(path: str, layer: Layer, source: str) -> str:
        if isinstance(layer, AveragePool2D):
            sources.append(source)
        return path

    outputs = network.fold("", layer=follow, merge=lambda path, _how, _sources: path)
    assert sources == behind
    assert list(outputs) == ["main", *(f"aux{number + 1}" for number in range(len(behind)))]


# What distinguishes each variant: which kinds of layers there are, and some of them.
@pytest.mark.parametrize("variant", lab.VARIANTS)
def test_variants(variant: str) -> None:
    found = layers(lab.googlenet(variant=variant))
    kinds = {layer.kind for layer in found.values()}
    batch_norm = variant in ("batch_norm", "torchvision", "tf_slim")
    assert ("BatchNorm" in kinds, "LocalResponseNorm" in kinds) == (batch_norm, not batch_norm)
    assert ("SeparableConv2D" in kinds) == (variant == "separable_stem")
    convolutions = [layer for layer in found.values() if isinstance(layer, Conv2D)]
    assert {layer.use_bias for layer in convolutions} == {not batch_norm}
    assert {layer.activation for layer in convolutions} == {None if batch_norm else "relu"}
    kernel = found["inception_4c/5x5"]
    assert isinstance(kernel, Conv2D)
    assert kernel.kernel_size == (3 if variant in ("torchvision", "tf_slim") else 5)
    assert ("pool4/2x2_s2" in found) == (variant in ("torchvision", "tf_slim"))
    assert ("inception_3a/3x3_reduce" in found) == (variant != "naive")


def test_a_batch_normed_convolution_is_three_layers() -> None:
    found = layers(lab.googlenet(variant="tf_slim"))
    names = [path for path in found if path.startswith("inception_3a/5x5")]
    assert names == [
        "inception_3a/5x5_reduce",
        "inception_3a/5x5_reduce/bn",
        "inception_3a/5x5_reduce/relu",
        "inception_3a/5x5",
        "inception_3a/5x5/bn",
        "inception_3a/5x5/relu",
    ]


def test_separable_stem_has_a_depth_multiplier_of_8() -> None:
    stem = layers(lab.googlenet(variant="separable_stem"))["conv1/7x7_s2"]
    assert stem == SeparableConv2D(64, 7, 2, 3, depth_multiplier=8, activation="relu", name="7x7_s2")


@pytest.mark.parametrize(
    ("choice", "same_as"),
    [
        ({"normalization": "batch_norm"}, "batch_norm"),
        ({"stem": "separable"}, "separable_stem"),
        ({"modules": "naive"}, "naive"),
    ],
)
def test_a_choice_replaces_the_variants(choice: dict[str, Any], same_as: str) -> None:
    assert lab.googlenet(**choice).body == lab.googlenet(variant=same_as).body
    assert lab.googlenet(**choice).body != lab.googlenet().body


def test_a_choice_replaces_the_variants_kernels_and_normalisation() -> None:
    found = layers(lab.googlenet(variant="torchvision", kernel5x5=7, normalization="none"))
    assert found["inception_5b/5x5"] == Conv2D(128, 7, activation="relu", name="5x5")
    assert not {"BatchNorm", "LocalResponseNorm"} & {layer.kind for layer in found.values()}


@pytest.mark.parametrize(
    ("side", "sides"),
    [
        (32, {"3a": 16, "4a": 8, "5a": 4}),
        (64, {"3a": 32, "4a": 16, "5a": 8}),
        (96, {"3a": 48, "4a": 24, "5a": 12}),
    ],
)
def test_the_small_stem_halves_a_picture_once(side: int, sides: dict[str, int]) -> None:
    cost = lab.cost(lab.googlenet((side, side, 3), stem="small"))
    assert {name: cost[f"inception_{name}/1x1"].input_shape[0] for name in sides} == sides


def test_width_multiplies_and_rounds_every_number_of_filters() -> None:
    found = layers(lab.googlenet(width=0.3, auxiliary=True))
    widths = [found[f"inception_4b/{kind}"] for kind in ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5")]
    assert [layer.filters for layer in widths if isinstance(layer, Conv2D)] == [
        48,  # 160 · 0.3
        34,  # 112 · 0.3 = 33.6
        67,  # 224 · 0.3 = 67.2
        7,  # 24 · 0.3 = 7.2
        19,  # 64 · 0.3 = 19.2
    ]
    assert found["loss1/fc"] == Dense(307, activation="relu", name="fc")
    assert found["loss1/classifier"] == Dense(1000, name="classifier")


def test_no_width_leaves_a_layer_without_filters() -> None:
    convolutions = layers(lab.googlenet(width=0.001)).values()
    assert {layer.filters for layer in convolutions if isinstance(layer, Conv2D)} == {1}


def test_rows_may_be_the_readers_own() -> None:
    row = lab.InceptionRow(8, 4, 8, 2, 4, 4)
    network = lab.googlenet((64, 64, 3), classes=7, rows={"3a": row, "3b": row.naive, "4a": row})
    assert list(lab.cost(network).by_module()) == [
        "conv1",
        "pool1",
        "conv2",
        "pool2",
        "inception_3a",
        "inception_3b",
        "pool3",
        "inception_4a",
        "pool4",
        "loss3",
    ]
    cost = lab.cost(network)
    assert cost["inception_3a/output"].output_shape == (8, 8, 24)
    assert cost["inception_3b/output"].output_shape == (8, 8, 44)  # 8 + 8 + 4, and the 24 that came in
    assert cost["pool4/7x7_s1"].output_shape == (24,)


def test_a_row_knows_its_output_channels() -> None:
    row = lab.TABLE_1["3a"]
    assert row.output_channels(192) == 64 + 128 + 32 + 32
    assert row.naive.output_channels(192) == 64 + 128 + 32 + 192
    assert row.scaled(0.5) == lab.InceptionRow(32, 48, 64, 8, 16, 16)
    assert row.naive.scaled(2) == lab.InceptionRow(128, None, 256, None, 64, None)


def test_inception_module() -> None:
    module = lab.inception_module(
        conv1x1=64, reduce3x3=96, conv3x3=128, reduce5x5=16, conv5x5=32, pool_proj=32, name="inception_3a"
    )
    body = lab.googlenet().body
    assert isinstance(body, lab.Sequence)
    assert module in body.parts


@pytest.mark.parametrize(
    ("options", "branches", "channels"),
    [
        ({"conv1x1": 64, "conv3x3": 128, "conv5x5": 32}, ["1x1", "3x3", "5x5", "pool"], 416),
        ({"conv7x7": 8}, ["7x7", "pool"], 200),
        ({"conv3x3": 5, "conv5x5": 6, "pool": False}, ["3x3", "5x5"], 11),
        ({}, ["pool"], 192),
    ],
)
def test_naive_module_has_any_set_of_branches(
    options: dict[str, Any], branches: list[str], channels: int
) -> None:
    network = lab.Network((28, 28, 192), lab.naive_module(**options))
    assert list(layers(network)) == [f"naive/{branch}" for branch in branches]
    assert network.output_shapes()["main"] == (28, 28, channels)


VARIANTS = "'paper', 'batch_norm', 'torchvision', 'tf_slim', 'separable_stem', 'naive'"
ROWS = "'3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: lab.googlenet(variant="papier"),
            f"`variant` must be one of {VARIANTS}. Received: variant='papier'.",
        ),
        (
            lambda: lab.googlenet(normalization="layer"),  # type: ignore[arg-type]
            "`normalization` must be one of 'lrn', 'batch_norm', 'none'. Received: normalization='layer'.",
        ),
        (
            lambda: lab.googlenet(normalization=""),  # type: ignore[arg-type]
            "`normalization` must be one of 'lrn', 'batch_norm', 'none'. Received: normalization=''.",
        ),
        (
            lambda: lab.googlenet(stem="large"),  # type: ignore[arg-type]
            "`stem` must be one of '7x7', 'separable', 'small'. Received: stem='large'.",
        ),
        (
            lambda: lab.googlenet(modules="dense"),  # type: ignore[arg-type]
            "`modules` must be one of 'reduced', 'naive'. Received: modules='dense'.",
        ),
        (
            lambda: lab.googlenet(auxiliary="4z"),
            f"`auxiliary` must be one of {ROWS}. Received: auxiliary='4z'.",
        ),
        (
            lambda: lab.googlenet(kernel5x5=0),
            "`kernel5x5` must be a positive integer. Received: kernel5x5=0.",
        ),
        (
            lambda: lab.googlenet(classes=2.5),  # type: ignore[arg-type]
            "`classes` must be a positive integer. Received: classes=2.5.",
        ),
        (
            lambda: lab.googlenet(width=0),
            "`width` must be a number above 0, at most 1000. Received: width=0.",
        ),
        (
            lambda: lab.googlenet(width=float("nan")),
            "`width` must be a number above 0, at most 1000. Received: width=nan.",
        ),
        (
            lambda: lab.googlenet(width=1e308),
            "`width` must be a number above 0, at most 1000. Received: width=1e+308.",
        ),
        (lambda: lab.googlenet(rows={}), "`rows` must hold named inception rows, one or more. Received: []."),
        (
            lambda: lab.googlenet(rows=None),  # type: ignore[arg-type]
            "`rows` must hold named inception rows, one or more. Received: None.",
        ),
        (
            lambda: lab.bn_inception(rows=None),  # type: ignore[arg-type]
            "`rows` must hold named inception rows, one or more. Received: None.",
        ),
        (
            lambda: lab.inception_v3(rows=5),  # type: ignore[arg-type]
            "`rows` must hold named inception rows, one or more. Received: 5.",
        ),
        (
            lambda: lab.inception_v4(rows={"3a": lab.TABLE_1["3a"]}),  # type: ignore[dict-item]
            "`rows` must hold named inception rows, one or more. Received: ['3a'].",
        ),
        (
            lambda: lab.inception_v3(first_pool="no"),  # type: ignore[arg-type]
            "`first_pool` must be True or False. Received: first_pool='no'.",
        ),
        (
            lambda: lab.auxiliary_head(batch_norm="no"),  # type: ignore[arg-type]
            "`batch_norm` must be True or False. Received: batch_norm='no'.",
        ),
        (lambda: lab.auxiliary_head(filters=0), "`filters` must be a positive integer. Received: filters=0."),
        (
            lambda: lab.naive_module(4, pool="no"),  # type: ignore[arg-type]
            "`pool` must be True or False. Received: pool='no'.",
        ),
        (
            lambda: lab.googlenet_digits(width="half"),  # type: ignore[arg-type]
            "`width` must be a number above 0, at most 1000. Received: width='half'.",
        ),
        (
            lambda: lab.googlenet(dropout=None),  # type: ignore[arg-type]
            "`dropout` must be in [0, 1). Received: dropout=None.",
        ),
        (
            lambda: lab.googlenet(rows={"": lab.TABLE_1["3a"]}),
            "`rows` must hold named inception rows, one or more. Received: [''].",
        ),
        (
            lambda: lab.googlenet(auxiliary=1),  # type: ignore[arg-type]
            "`auxiliary` must be True, False or names of modules. Received: auxiliary=1.",
        ),
        (
            lambda: lab.googlenet((224, 224)),  # type: ignore[arg-type]
            "`input_shape` must be (height, width, channels). Received: input_shape=(224, 224).",
        ),
        (
            lambda: lab.googlenet((64, 64, 3), auxiliary=True),
            "A 5×5 window with padding='valid' must fit into its input. "
            "Received: 4×4 pixels (at 'loss1/ave_pool').",
        ),
        (
            lambda: replace(lab.TABLE_1["3a"], conv3x3=0),
            "`conv3x3` must be a positive integer. Received: conv3x3=0.",
        ),
        (
            lambda: replace(lab.TABLE_1["3a"], conv1x1=None),  # type: ignore[arg-type]
            "`conv1x1` must be a positive integer. Received: conv1x1=None.",
        ),
        (
            lambda: lab.inception_module(64, 96, 128, 0, 32, 32, name="inception_3a"),
            "`reduce5x5` must be a positive integer. Received: reduce5x5=0 (in 'inception_3a').",
        ),
        (
            lambda: lab.naive_module(conv5x5=2.5),  # type: ignore[arg-type]
            "`conv5x5` must be a positive integer. Received: conv5x5=2.5 (in 'naive').",
        ),
        (
            lambda: lab.naive_module(pool=False, name="module"),
            "`branches` must hold at least one branch. Received: none (in 'module').",
        ),
        (
            lambda: lab.inception_module(lab.TABLE_1["3a"], pool_proj=32, name="module"),
            "A row must stand alone: it holds all six numbers. Received besides: pool_proj=32 (in 'module').",
        ),
        (
            lambda: lab.auxiliary_head(classes=0),
            "`classes` must be a positive integer. Received: classes=0.",
        ),
    ],
)
def test_mistakes_are_explained(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


def test_a_head_by_itself_is_the_first_of_the_papers() -> None:
    """Section 5: 5×5 pooling of stride 3, 128 filters, 1,024 units, 70 % dropped, a softmax."""
    head = lab.cost(lab.auxiliary_head(), (14, 14, 512))
    assert [(layer.name, layer.output_shape, layer.parameters) for layer in head.layers] == [
        ("loss1/ave_pool", (4, 4, 512), 0),
        ("loss1/conv", (4, 4, 128), 512 * 128 + 128),
        ("loss1/flatten", (2048,), 0),
        ("loss1/fc", (1024,), 2048 * 1024 + 1024),
        ("loss1/drop_fc", (1024,), 0),
        ("loss1/classifier", (1000,), 1024 * 1000 + 1000),
        ("loss1/prob", (1000,), 0),
    ]
    assert [layer.function for layer in head.layers] == ["", "relu", "", "relu", "", "", "softmax"]
    assert Dropout(0.7, name="drop_fc") in lab.auxiliary_head().parts


def test_torchvision_shrinks_its_last_pooling_alone() -> None:
    names = [
        row.name for row in lab.cost(lab.googlenet(variant="torchvision")).layers if row.type == "MaxPool2D"
    ]
    between = [name for name in names if name.startswith("pool")]
    assert between == ["pool1/3x3_s2", "pool2/3x3_s2", "pool3/3x3_s2", "pool4/2x2_s2"]


def test_a_thousand_times_as_wide_is_as_wide_as_it_gets() -> None:
    assert multiplier(1000) == 1000
    with pytest.raises(ValueError, match=r"at most 1000\. Received: width=1000\.5\.$"):
        multiplier(1000.5)

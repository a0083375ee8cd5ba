"""The counts against published ones, with the arithmetic written out; reach against windows, followed."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inception_lab as lab
from inception_lab.architecture.cost import OMITTED
from inception_lab.architecture.layer import Layer, Padding
from inception_lab.architecture.layers import (
    AveragePool2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePool2D,
    LocalResponseNorm,
    MaxPool2D,
    SeparableConv2D,
)
from inception_lab.architecture.operations import Operations

# Table 1's rows: input channels · widths, kernels squared; side of the feature map; number of filters.
ROWS: list[tuple[str, int, int, int, int, int]] = [
    # module, weights as a sum, the same as a number, biases, side, MACs
    ("conv1", 49 * 3 * 64, 9_408, 64, 112, 118_013_952),
    ("conv2", 64 * 64 + 9 * 64 * 192, 114_688, 64 + 192, 56, 359_661_568),
    ("inception_3a", 192 * (64 + 96 + 16 + 32) + 9 * 96 * 128 + 25 * 16 * 32, 163_328, 368, 28, 128_049_152),
    (
        "inception_3b",
        256 * (128 + 128 + 32 + 64) + 9 * 128 * 192 + 25 * 32 * 96,
        388_096,
        640,
        28,
        304_267_264,
    ),
    ("inception_4a", 480 * (192 + 96 + 16 + 64) + 9 * 96 * 208 + 25 * 16 * 48, 375_552, 624, 14, 73_608_192),
    (
        "inception_4b",
        512 * (160 + 112 + 24 + 64) + 9 * 112 * 224 + 25 * 24 * 64,
        448_512,
        648,
        14,
        87_908_352,
    ),
    (
        "inception_4c",
        512 * (128 + 128 + 24 + 64) + 9 * 128 * 256 + 25 * 24 * 64,
        509_440,
        664,
        14,
        99_850_240,
    ),
    (
        "inception_4d",
        512 * (112 + 144 + 32 + 64) + 9 * 144 * 288 + 25 * 32 * 64,
        604_672,
        704,
        14,
        118_515_712,
    ),
    (
        "inception_4e",
        528 * (256 + 160 + 32 + 128) + 9 * 160 * 320 + 25 * 32 * 128,
        867_328,
        1024,
        14,
        169_996_288,
    ),
    (
        "inception_5a",
        832 * (256 + 160 + 32 + 128) + 9 * 160 * 320 + 25 * 32 * 128,
        1_042_432,
        1024,
        7,
        51_079_168,
    ),
    (
        "inception_5b",
        832 * (384 + 192 + 48 + 128) + 9 * 192 * 384 + 25 * 48 * 128,
        1_442_816,
        1264,
        7,
        70_697_984,
    ),
    ("loss3", 1024 * 1000, 1_024_000, 1000, 1, 1_024_000),
]


@pytest.mark.parametrize(("module", "sum_of_weights", "weights", "biases", "side", "macs"), ROWS)
def test_every_row_of_table_1(
    module: str, sum_of_weights: int, weights: int, biases: int, side: int, macs: int
) -> None:
    assert (sum_of_weights, weights * side**2) == (weights, macs)
    cost = lab.cost(lab.googlenet()).by_module()[module]
    assert (cost.parameters - biases, cost.parameters, cost.macs) == (weights, weights + biases, macs)


def test_no_row_of_table_1_is_missing() -> None:
    modules = lab.cost(lab.googlenet()).by_module()
    assert [name for name, cost in modules.items() if cost.parameters] == [row[0] for row in ROWS]
    assert sum(row[2] for row in ROWS) == 6_990_272
    assert sum(row[2] + row[3] for row in ROWS) == 6_998_552


@pytest.mark.parametrize(
    ("options", "parameters", "moving_statistics", "macs"),
    [
        ({}, 6_998_552, 0, 1_582_671_872),
        ({"auxiliary": True}, 13_378_280, 0, 1_591_044_096),
        ({"variant": "torchvision"}, 6_624_904, 14_560, 1_498_376_192),
        ({"variant": "torchvision", "auxiliary": True}, 13_004_888, 14_560 + 2 * 2 * 128, 1_506_748_416),
        # no γ: 6,624,904 − 7,280
        ({"variant": "tf_slim"}, 6_617_624, 14_560, 1_498_376_192),
        # γ and β for each bias: 6,998,552 + 7,280
        ({"variant": "batch_norm"}, 7_005_832, 14_560, 1_582_671_872),
        # 2,712 weights for 9,408, each at 112² places
        ({"variant": "separable_stem"}, 6_998_552 - 6_696, 0, 1_582_671_872 - 6_696 * 112**2),
    ],
)
def test_published_totals(
    options: dict[str, Any], parameters: int, moving_statistics: int, macs: int
) -> None:
    cost = lab.cost(lab.googlenet(**options))
    assert (cost.parameters, cost.moving_statistics) == (parameters, moving_statistics)
    assert (cost.macs, cost.flops) == (macs, 2 * macs)


@pytest.mark.parametrize(
    ("head", "channels", "parameters", "macs"),
    [("loss1", 512, 3_188_840, 4_169_728), ("loss2", 528, 3_190_888, 4_202_496)],
)
def test_heads(head: str, channels: int, parameters: int, macs: int) -> None:
    convolution, dense, linear = channels * 128, 4 * 4 * 128 * 1024, 1024 * 1000
    cost = lab.cost(lab.googlenet(auxiliary=True)).by_module()[head]
    assert cost.parameters == convolution + 128 + dense + 1024 + linear + 1000 == parameters
    assert cost.macs == 4 * 4 * convolution + dense + linear == macs


def test_heads_cost_little_time_and_much_memory() -> None:
    bare, headed = (lab.cost(lab.googlenet(auxiliary=auxiliary)) for auxiliary in (False, True))
    assert headed.parameters - bare.parameters == 3_188_840 + 3_190_888 == 6_379_728  # + 91 %
    assert headed.macs - bare.macs == 8_372_224  # + 0.5 %


def test_torchvision_differs_by_smaller_kernels_and_batch_norm() -> None:
    paper, torchvision = (lab.cost(lab.googlenet(variant=name)) for name in ("paper", "torchvision"))
    reduced = sum((25 - 9) * row.reduce5x5 * row.conv5x5 for row in lab.TABLE_1.values() if row.reduce5x5)
    channels = sum(layer.input_shape[-1] for layer in torchvision.layers if layer.type == "BatchNorm")
    assert (reduced, channels) == (380_928, 7_280)
    assert torchvision.parameters == paper.parameters - reduced + channels


def test_tf_slims_base_counts_three_numbers_a_channel() -> None:
    """5,585,344 weights and 3 · 7,280 of β, mean and variance, the logits left out."""
    cost = lab.cost(lab.googlenet(variant="tf_slim"))
    weights = sum(layer.parameters for layer in cost.layers if layer.type == "Conv2D")
    assert weights == 5_585_344
    assert cost.parameters + cost.moving_statistics - 1_025_000 == 5_607_184 == weights + 3 * 7_280


def test_fvcores_convention_is_a_choice_of_columns() -> None:
    """MACs, two operations for each value that batch norm touches, and the last mean's 7 · 7 · 1024."""
    cost = lab.cost(lab.googlenet(variant="torchvision"))
    operations = [layer.operations for layer in cost.layers if layer.type == "BatchNorm"]
    touched = sum(each.multiplications + each.additions for each in operations)
    mean = cost["pool5/7x7_s1"].operations
    assert mean.additions + mean.divisions == 7 * 7 * 1024
    assert cost.macs + touched + mean.additions + mean.divisions == 1_504_878_688


def test_other_operations_of_the_papers_network() -> None:
    cost = lab.cost(lab.googlenet())
    relu = sum(layer.activations for layer in cost.layers if layer.type == "Conv2D")
    nine = sum(layer.activations for layer in cost.layers if layer.type == "MaxPool2D")
    assert cost.operations.comparisons == relu + 8 * nine
    assert cost["loss3/prob"].operations.exponentials == 1000
    lrn = 56 * 56 * 64 + 56 * 56 * 192
    assert cost.operations.exponentials == lrn + 1000
    assert cost.operations.divisions == lrn + 1024 + 1000
    assert cost.operations.multiplications == 2 * lrn


def test_half_the_width_divides_macs_by_less_than_four() -> None:
    whole, half = (lab.cost(lab.googlenet(width=width)).macs for width in (1.0, 0.5))
    assert round(whole / half, 2) == 3.72


def test_naive_modules_chained_cost_eleven_times_as_much() -> None:
    def modules(variant: str) -> int:
        parts = lab.cost(lab.googlenet(variant=variant)).by_module()
        return sum(cost.macs for name, cost in parts.items() if name.startswith("inception_"))

    assert modules("naive") == 12_085_441_536
    assert modules("paper") == 1_103_972_352
    assert round(modules("naive") / modules("paper")) == 11


def test_naive_modules_on_the_reduced_networks_inputs_cost_three_and_a_half_times_as_much() -> None:
    cost = lab.cost(lab.googlenet())
    naive = 0
    for name, row in lab.TABLE_1.items():
        height, width, channels = cost[f"inception_{name}/1x1"].input_shape
        module = lab.naive_module(row.conv1x1, row.conv3x3, row.conv5x5)
        naive += lab.cost(module, (height, width, channels)).macs
    assert (round(naive / 1e9, 2), round(naive / 1_103_972_352, 1)) == (3.88, 3.5)


def test_naive_3a_twice() -> None:
    first, second = (
        lab.cost(lab.naive_module(conv1x1=64, conv3x3=128, conv5x5=32), (28, 28, channels))
        for channels in (192, 64 + 128 + 32 + 192)
    )
    assert [layer.macs for layer in first.layers] == [
        192 * 64 * 784,  # 1×1: 9.6 M
        9 * 192 * 128 * 784,  # 3×3: 173.4 M
        25 * 192 * 32 * 784,  # 5×5: 120.4 M
        0,
        0,
    ]
    assert (first.macs, second.macs) == (303_464_448, 657_506_304)  # 416/192 = 2.17 times
    assert first.output_shape == (28, 28, 416)


@pytest.mark.parametrize(("filters", "saves"), [(16, True), (154, True), (155, False)])
def test_break_even_of_a_reduction(filters: int, saves: bool) -> None:
    part = lab.Sequence(Conv2D(filters, 1), Conv2D(32, 5))
    macs = lab.cost(part, (28, 28, 192)).macs
    assert macs == 777_728 * filters  # (192 + 25 · 32) · 28²
    assert (macs < lab.cost(Conv2D(32, 5), (28, 28, 192)).macs) == saves


@settings(max_examples=25)
@given(
    st.sampled_from(list(lab.VARIANTS)),
    st.integers(80, 300),
    st.integers(80, 300),
    st.booleans(),
    st.floats(0.05, 1.5),
    st.integers(1, 50),
)
def test_parts_sum_to_the_whole(
    variant: str, height: int, width: int, small_stem: bool, factor: float, classes: int
) -> None:
    cost = lab.cost(
        lab.googlenet(
            (height, width, 3), classes, variant=variant, width=factor, stem="small" if small_stem else None
        )
    )
    modules = cost.by_module().values()
    frame = cost.to_frame()
    for column in ("parameters", "moving_statistics", "macs", "flops", "activation_bytes"):
        whole = getattr(cost, column)
        assert whole == sum(getattr(layer, column) for layer in cost.layers)
        assert whole == sum(getattr(module, column) for module in modules)
        assert whole == frame[column].sum()
    assert [layer for module in modules for layer in module.layers] == list(cost.layers)
    assert cost.output_shape == (classes,)


@settings(max_examples=20)
@given(st.sampled_from(list(lab.VARIANTS)), st.integers(1, 12), st.integers(1, 12))
def test_convolutions_of_the_network_are_proportional_to_the_picture(
    variant: str, height: int, width: int
) -> None:
    """Where every stride divides the sides, MACs go with the number of pixels; the classifier stays."""

    def macs(rows: int, columns: int) -> int:
        cost = lab.cost(lab.googlenet((32 * rows, 32 * columns, 3), variant=variant))
        return int(cost.macs - cost["loss3/classifier"].macs)

    assert macs(height, width) == height * width * macs(1, 1)


def test_activation_bytes_count_each_value_once() -> None:
    module = lab.naive_module(conv1x1=2, conv3x3=3)
    cost = lab.cost(module, (4, 5, 6))
    assert [layer.activation_bytes for layer in cost.layers] == [160, 240, 480, 0]  # 4 · 4 · 5 · channels
    assert cost.activation_bytes == 4 * (4 * 5 * (2 + 3 + 6))
    residual = lab.Parallel(lab.Sequence(), Conv2D(6, 1), merge="add")
    assert lab.cost(residual, (4, 5, 6)).activation_bytes == 4 * (4 * 5 * (6 + 6))


def test_merges_appear_among_the_layers() -> None:
    cost = lab.cost(lab.Parallel(lab.Sequence(), Conv2D(6, 1), merge="add", name="residual"), (4, 5, 6))
    merge = cost["residual/output"]
    assert (merge.type, merge.input_shape, merge.output_shape) == ("Add", (4, 5, 6), (4, 5, 6))
    assert (merge.parameters, merge.macs, merge.operations.additions) == (0, 0, 4 * 5 * 6)
    assert lab.cost(lab.naive_module(2), (4, 5, 6))["naive/output"].type == "Concatenate"


def test_frame_has_a_row_a_layer() -> None:
    cost = lab.cost(lab.googlenet())
    frame = cost.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.index) == [layer.name for layer in cost.layers]
    assert frame.loc["inception_3a/5x5"].to_dict() == {
        "type": "Conv2D",
        "input_shape": (28, 28, 16),
        "output_shape": (28, 28, 32),
        "parameters": 12_832,
        "moving_statistics": 0,
        "macs": 10_035_200,
        "multiplications": 0,
        "additions": 25_088,
        "comparisons": 25_088,
        "divisions": 0,
        "exponentials": 0,
        "flops": 20_070_400,
        "activation_bytes": 100_352,
        "receptive_field": 59,
        "stride": 8,
    }


def test_a_layer_is_found_by_its_path() -> None:
    layer = lab.cost(lab.googlenet())["inception_4d/3x3"]
    assert (layer.name, layer.module, layer.input_shape) == (
        "inception_4d/3x3",
        "inception_4d",
        (14, 14, 144),
    )
    assert (layer.flops, layer.macs) == (2 * 144 * 288 * 9 * 196, 144 * 288 * 9 * 196)


def test_what_is_not_counted_is_listed() -> None:
    cost = lab.cost(lab.googlenet())
    assert cost.omitted == OMITTED
    assert cost.by_module()["conv1"].omitted == OMITTED
    assert len(OMITTED) == 3


def test_a_network_may_be_counted_at_another_size() -> None:
    assert lab.cost(lab.googlenet(), (112, 160, 3)) == lab.cost(lab.googlenet((112, 160, 3)))


def test_names_of_what_is_counted() -> None:
    assert lab.cost(lab.googlenet()).network == "googlenet"
    assert lab.cost(lab.googlenet(variant="tf_slim")).network == "googlenet (tf_slim)"
    assert lab.cost(lab.naive_module(4, name="inception_3a"), (8, 8, 3)).network == "inception_3a"
    assert lab.cost(lab.Sequence(), (8, 8, 3)).network == "part"


def test_an_empty_network_costs_nothing() -> None:
    cost = lab.cost(lab.Sequence(), (8, 8, 3))
    assert (cost.parameters, cost.macs, cost.layers, cost.output_shape) == (0, 0, (), (8, 8, 3))


def test_mistakes_are_explained() -> None:
    message = "`input_shape` must be (height, width, channels) for a part of a network. Received: None."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.cost(lab.naive_module(4))
    with pytest.raises(
        TypeError, match=r"^A network, a part of one or a Keras model is needed\. Received: 3\.$"
    ):
        lab.cost(3)
    message = (
        "googlenet has no layer 'inception_3a/5x6'. "
        "Nearest: inception_3a/5x5, inception_5a/5x5, inception_4a/5x5."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.cost(lab.googlenet())["inception_3a/5x6"]


# How far units see --------------------------------------------------------------------------------

Interval = tuple[int, int]


def windows(length: int, layer: Layer) -> list[range]:
    """The places of the input that each place of the output sees, along one axis; some may lie outside."""
    if isinstance(layer, GlobalAveragePool2D):
        return [range(length)]
    side, stride, _ = layer.windows[0]
    padding: Padding = getattr(layer, "padding", "same")
    if padding == "same":
        places = -(-length // stride)
        before = max((places - 1) * stride + side - length, 0) // 2
    else:
        before = padding if isinstance(padding, int) else 0
        places = (length + 2 * before - side) // stride + 1
    return [range(place * stride - before, place * stride - before + side) for place in range(places)]


def seen(network: lab.Network) -> dict[str, tuple[int, int, int]]:
    """What a unit in the middle sees: pixels on its widest and narrowest path, its neighbour's distance.

    The pixels behind every place are carried from layer to layer, along one axis.
    """
    found: dict[str, tuple[int, int, int]] = {}
    Seen = list[tuple[Interval, Interval]]  # a widest and a narrowest interval for each place

    def note(path: str, after: Seen) -> Seen:
        if len(after) > 1:
            middle = len(after) // 2
            (first, last), (inner_first, inner_last) = after[middle]
            step = after[middle][0][0] - after[middle - 1][0][0]
            found[path] = (last - first + 1, inner_last - inner_first + 1, step)
        return after

    def layer(path: str, layer: Layer, x: Seen) -> Seen:
        after: Seen = []
        for window in windows(len(x), layer):
            inside = [x[place] for place in window if 0 <= place < len(x)]
            widest = (min(wide[0] for wide, _ in inside), max(wide[1] for wide, _ in inside))
            narrowest = (min(thin[0] for _, thin in inside), max(thin[1] for _, thin in inside))
            after.append((widest, narrowest))
        return note(path, after)

    def merge(path: str, _how: str, branches: list[Seen]) -> Seen:
        after: Seen = []
        for places in zip(*branches, strict=True):
            widest = (min(wide[0] for wide, _ in places), max(wide[1] for wide, _ in places))
            after.append((widest, min((thin for _, thin in places), key=lambda thin: thin[1] - thin[0])))
        return note(path, after)

    network.fold([((p, p), (p, p)) for p in range(network.input_shape[0])], layer=layer, merge=merge)
    return found


@pytest.mark.parametrize("variant", lab.VARIANTS)
def test_reach_of_every_layer_is_what_following_the_windows_gives(variant: str) -> None:
    """On a picture so large that no edge is in sight of the middle."""
    network = lab.googlenet((2048, 2048, 3), variant=variant)
    cost = lab.cost(network)
    followed = seen(network)
    reaches = {
        layer.name: (layer.reach.largest, layer.reach.smallest, layer.reach.stride)
        for layer in cost.layers
        if len(layer.output_shape) == 3
    }
    assert reaches == followed


WINDOWED = st.one_of(
    st.builds(Conv2D, st.just(2), st.integers(1, 6), st.integers(1, 3), st.sampled_from(("same", "valid"))),
    st.builds(DepthwiseConv2D, st.integers(1, 6), st.integers(1, 2)),
    st.builds(SeparableConv2D, st.just(2), st.integers(1, 6), st.integers(1, 2)),
    st.builds(MaxPool2D, st.integers(1, 4), st.integers(1, 3), st.sampled_from(("same", "valid"))),
    st.builds(AveragePool2D, st.integers(1, 4), st.integers(1, 3)),
    st.builds(LocalResponseNorm),
)


@given(st.lists(WINDOWED, min_size=1, max_size=4))
def test_reach_of_random_layers_is_what_following_the_windows_gives(layers: list[Layer]) -> None:
    network = lab.Network((1500, 1500, 2), lab.Sequence(*layers))
    cost = lab.cost(network)
    assert {
        layer.name: (layer.reach.largest, layer.reach.smallest, layer.reach.stride) for layer in cost.layers
    } == seen(network)


@pytest.mark.parametrize(
    ("path", "reach"),
    [
        ("conv1/7x7_s2", (7, 7, 2)),
        ("pool1/3x3_s2", (11, 11, 4)),  # 7 + 2 · 2
        ("conv2/3x3", (19, 19, 4)),  # 11 + 2 · 4
        ("pool2/3x3_s2", (27, 27, 8)),  # 19 + 2 · 4
        ("inception_3a/1x1", (27, 27, 8)),
        ("inception_3a/3x3", (43, 43, 8)),  # 27 + 2 · 8
        ("inception_3a/5x5", (59, 59, 8)),  # 27 + 4 · 8: 2.19 times the 1×1's
        ("inception_3a/output", (27, 59, 8)),
        ("inception_4e/1x1", (43, 363, 16)),
        ("inception_4e/5x5", (107, 427, 16)),  # 1.18 times the 1×1's
        ("inception_5b/1x1", (75, 587, 32)),
        ("inception_5b/5x5", (203, 715, 32)),
        ("inception_5b/output", (75, 715, 32)),
    ],
)
def test_reach_in_the_papers_network(path: str, reach: tuple[int, int, int]) -> None:
    found = lab.cost(lab.googlenet())[path].reach
    assert (found.smallest, found.largest, found.stride) == reach


@pytest.mark.parametrize(
    ("last", "largest"),
    [(Dense(3), 3 + 11), (lab.Sequence(Dense(3), Dense(4)), 3 + 11)],
)
def test_behind_flatten_a_unit_sees_everything(last: Layer | lab.Sequence, largest: int) -> None:
    """A 3×3 kernel moved over 9 and 12 places sees 11 and 14 pixels, two of them outside."""
    cost = lab.cost(lab.Sequence(Conv2D(2, 3), Flatten(), last), (9, 12, 3))
    reach = cost.layers[-1].reach
    assert (reach.rows.largest, reach.columns.largest, reach.largest) == (3 + 8, largest, largest)
    assert reach.centre(0, 0) == (4.5, 6.0)  # in the picture's middle


def test_a_global_mean_sees_everything() -> None:
    cost = lab.cost(lab.Sequence(MaxPool2D(2, 2), GlobalAveragePool2D(), Dense(5)), (12, 8, 3))
    assert [layer.reach.largest for layer in cost.layers] == [2, 12, 12]  # 2 + (6 − 1) · 2


def test_a_group_is_the_sum_of_its_layers() -> None:
    cost = lab.cost(lab.googlenet())
    module = cost["inception_3a"]
    assert (module.macs, module.parameters) == (128_049_152, 163_696)  # Table 1's row, recomputed
    assert module.layers == tuple(layer for layer in cost.layers if layer.name.startswith("inception_3a/"))
    assert cost["loss3"].parameters == cost["loss3/classifier"].parameters == 1_025_000


@pytest.mark.parametrize("shape", [(3, 224, 224), (1, 96, 64), (4, 32, 48)])
def test_channels_first_is_noticed(shape: tuple[int, int, int]) -> None:
    right = (*shape[1:], shape[0])
    message = (
        f"`input_shape` must be (height, width, channels), with the channels last: {right}. "
        f"Received: input_shape={shape}."
    )
    for count in (lambda: lab.cost(lab.googlenet(), shape), lambda: lab.googlenet(shape)):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            count()
    assert lab.cost(lab.naive_module(4), (3, 3, 64)).macs == 9 * 64 * 4  # a part's input may be so small


@pytest.mark.parametrize("shape", [(3, 224, 224), (1, 28, 28)])
def test_channels_first_is_noticed_for_parts_and_networks_of_ones_own(shape: tuple[int, int, int]) -> None:
    message = (
        f"`input_shape` must be (height, width, channels), with the channels last: {(*shape[1:], shape[0])}. "
        f"Received: input_shape={shape}."
    )
    layer = lab.layers.Conv2D(4, 3)
    for count in (lambda: lab.cost(layer, shape), lambda: lab.Network(shape, layer)):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            count()


def test_a_group_leaves_out_what_the_whole_does() -> None:
    whole = replace(lab.cost(lab.googlenet()), omitted=("this",))
    assert whole["inception_3a"].omitted == ("this",)
    with pytest.raises(ValueError, match=r"^googlenet has no layer 'zzzzzz'\. Nearest: none\.$"):
        whole["zzzzzz"]
    near = "inception_3b, inception_3a, inception_5b/3x3"
    with pytest.raises(ValueError, match=f"^googlenet has no layer 'inception_3x'\\. Nearest: {near}\\.$"):
        whole["inception_3x"]


def test_what_is_not_known_is_a_question_mark_in_every_column() -> None:
    row = lab.cost(lab.layers.Conv2D(1, 1), (4, 4, 3)).layers[0]._replace(counted=False).row()
    assert {row[name] for name in (*Operations._fields, "flops")} == {"?"}

"""The layers against loops that slide a window and count one by one."""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inception_lab.architecture.layer import Layer, Padding, Window
from inception_lab.architecture.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    GroupNorm,
    LayerNorm,
    LocalResponseNorm,
    MaxPool2D,
    Scale,
    SeparableConv2D,
    UpSampling2D,
    ZeroPadding2D,
)
from inception_lab.architecture.operations import Operations, activation_operations

PADDINGS: st.SearchStrategy[Padding] = st.sampled_from(("same", "valid", 0, 1, 2))
SIDES = st.integers(4, 9)  # with kernels of 4 at most, a window fits whatever the padding
KERNELS = st.integers(1, 4)
STRIDES = st.integers(1, 3)


def window_starts(length: int, side: int, stride: int, padding: Padding) -> list[int]:
    """Where a window starts as it moves along one axis of the input, found by moving it."""
    if padding == "same":  # TensorFlow: a window for every stride-th pixel, whatever hangs over
        return list(range(0, length, stride))
    around = padding if isinstance(padding, int) else 0
    return [start for start in range(-around, length + around, stride) if start + side <= length + around]


@given(SIDES, SIDES, st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), KERNELS, STRIDES, PADDINGS)
def test_convolution_counts_what_nested_loops_do(
    height: int,
    width: int,
    channels_of_group: int,
    filters_of_group: int,
    groups: int,
    side: int,
    stride: int,
    padding: Padding,
) -> None:
    input_shape = (height, width, channels_of_group * groups)
    filters = filters_of_group * groups
    convolution = Conv2D(filters, side, stride, padding, groups=groups)
    rows, columns = (window_starts(n, side, stride, padding) for n in (height, width))
    macs = additions = 0
    weights = set()
    for _ in rows:
        for _ in columns:
            for kernel in range(filters):
                additions += 1  # the bias
                for weight in np.ndindex(side, side, channels_of_group):
                    macs += 1
                    weights.add((kernel, weight))
    assert convolution.output_shape(input_shape) == (len(rows), len(columns), filters)
    assert convolution.operations(input_shape) == Operations(macs=macs, additions=additions)
    assert convolution.weights(input_shape) == len(weights)
    assert convolution.parameters(input_shape) == len(weights) + filters


@given(SIDES, SIDES, st.integers(1, 3), st.integers(1, 3), KERNELS, STRIDES, PADDINGS)
def test_depthwise_convolution_counts_what_nested_loops_do(
    height: int, width: int, channels: int, multiplier: int, side: int, stride: int, padding: Padding
) -> None:
    convolution = DepthwiseConv2D(side, stride, padding, multiplier)
    rows, columns = (window_starts(n, side, stride, padding) for n in (height, width))
    macs = 0
    for _ in rows:
        for _ in columns:
            for _ in np.ndindex(channels, multiplier, side, side):
                macs += 1
    assert convolution.output_shape((height, width, channels)) == (
        len(rows),
        len(columns),
        channels * multiplier,
    )
    assert convolution.operations((height, width, channels)).macs == macs


@given(SIDES, SIDES, st.integers(1, 3), KERNELS, STRIDES, PADDINGS)
def test_pools_count_what_nested_loops_do(
    height: int, width: int, channels: int, side: int, stride: int, padding: Padding
) -> None:
    rows, columns = (window_starts(n, side, stride, padding) for n in (height, width))
    pairs = values = 0
    for _ in rows:
        for _ in columns:
            for _ in range(channels):
                values += 1
                pairs += side * side - 1  # each value after the window's first meets the result so far
    shape = (height, width, channels)
    maximum, mean = MaxPool2D(side, stride, padding), AveragePool2D(side, stride, padding)
    assert maximum.output_shape(shape) == mean.output_shape(shape) == (len(rows), len(columns), channels)
    assert maximum.operations(shape) == Operations(comparisons=pairs)
    assert mean.operations(shape) == Operations(additions=pairs, divisions=values)
    assert maximum.parameters(shape) == mean.parameters(shape) == 0


@given(st.integers(1, 64), st.integers(1, 40), st.integers(1, 32), st.integers(1, 7), st.integers(2, 5))
def test_macs_are_linear_in_filters_and_channels_and_quadratic_in_sides(
    filters: int, pixels: int, channels: int, side: int, factor: int
) -> None:
    def macs(filters: int, pixels: int, channels: int, side: int) -> int:
        return Conv2D(filters, side).operations((pixels, pixels, channels)).macs

    once = macs(filters, pixels, channels, side)
    assert macs(factor * filters, pixels, channels, side) == factor * once
    assert macs(filters, pixels, factor * channels, side) == factor * once
    assert macs(filters, factor * pixels, channels, side) == factor**2 * once
    assert macs(filters, pixels, channels, factor * side) == factor**2 * once


# name, layer, input shape, output shape, parameters, operations: the arithmetic is written out
CASES: list[tuple[str, Layer, tuple[int, ...], tuple[int, ...], int, Operations]] = [
    (
        "1×7 on 17×17×160",
        Conv2D(192, (1, 7)),
        (17, 17, 160),
        (17, 17, 192),
        7 * 160 * 192 + 192,
        Operations(macs=17 * 17 * 7 * 160 * 192, additions=17 * 17 * 192),
    ),
    (
        "3×3 with holes, which sees 5×5",
        Conv2D(4, 3, padding="valid", dilation_rate=2, use_bias=False),
        (9, 8, 2),
        (5, 4, 4),
        9 * 2 * 4,
        Operations(macs=5 * 4 * 9 * 2 * 4),
    ),
    (
        "transposed 3×3, twice the size",
        Conv2DTranspose(4, 3, 2),
        (5, 6, 2),
        (10, 12, 4),
        9 * 2 * 4 + 4,
        Operations(macs=5 * 6 * 9 * 2 * 4, additions=10 * 12 * 4),
    ),
    (
        "transposed 3×2 with all that it touches",
        Conv2DTranspose(4, (3, 2), (2, 3), "valid", use_bias=False, activation="leaky_relu"),
        (5, 6, 2),
        (11, 18, 4),
        6 * 2 * 4,
        Operations(macs=5 * 6 * 6 * 2 * 4, comparisons=11 * 18 * 4, multiplications=11 * 18 * 4),
    ),
    (
        "maximum of 2×3 at every second row",
        MaxPool2D((2, 3), (2, 1), "valid"),
        (6, 5, 2),
        (3, 3, 2),
        0,
        Operations(comparisons=3 * 3 * 2 * (6 - 1)),
    ),
    (
        "nearest upsampling",
        UpSampling2D((2, 3)),
        (4, 5, 2),
        (8, 15, 2),
        0,
        Operations(),
    ),
    (
        "bilinear upsampling",
        UpSampling2D(2, "bilinear"),
        (4, 5, 2),
        (8, 10, 2),
        0,
        Operations(multiplications=3 * 160, additions=6 * 160),
    ),
    ("zeros around", ZeroPadding2D(((1, 2), (3, 4))), (4, 5, 2), (7, 12, 2), 0, Operations()),
    ("two zeros on every side", ZeroPadding2D(2), (4, 5, 2), (8, 9, 2), 0, Operations()),
    ("a maximum a channel", GlobalMaxPool2D(), (4, 5, 2), (2,), 0, Operations(comparisons=(20 - 1) * 2)),
    (
        "layer norm: 20 places of 6 channels",
        LayerNorm(),
        (4, 5, 6),
        (4, 5, 6),
        12,
        Operations(
            additions=20 * 5 + 120 + 20 * 5 + 20 + 120,  # Σ x, x − mean, Σ x², + ε, + β
            divisions=20 + 20,
            multiplications=120 + 120 + 120,  # x², · power, · γ
            exponentials=20,
        ),
    ),
    (
        "group norm: 3 groups of 40 values, no shift",
        GroupNorm(3, center=False),
        (4, 5, 6),
        (4, 5, 6),
        6,
        Operations(
            additions=3 * 39 + 120 + 3 * 39 + 3,
            divisions=3 + 3,
            multiplications=120 + 120 + 120,
            exponentials=3,
        ),
    ),
    (
        "softmax over the channels of each place",
        Activation("softmax"),
        (2, 3, 4),
        (2, 3, 4),
        0,
        Operations(exponentials=24, additions=24 - 6, divisions=24),
    ),
    (
        "hard swish: relu6(x + 3) / 6 · x",
        Activation("hard_swish"),
        (2, 3, 4),
        (2, 3, 4),
        0,
        Operations(additions=24, comparisons=48, divisions=24, multiplications=24),
    ),
    (
        "5×5 on 28×28×192",
        Conv2D(32, 5),
        (28, 28, 192),
        (28, 28, 32),
        5 * 5 * 192 * 32 + 32,
        Operations(macs=120_422_400, additions=28 * 28 * 32),
    ),
    (
        "its 1×1 reduction",
        Conv2D(16, 1, activation="relu"),
        (28, 28, 192),
        (28, 28, 16),
        192 * 16 + 16,
        Operations(macs=2_408_448, additions=28 * 28 * 16, comparisons=28 * 28 * 16),
    ),
    (
        "5×5 on what is left",
        Conv2D(32, 5, use_bias=False),
        (28, 28, 16),
        (28, 28, 32),
        5 * 5 * 16 * 32,
        Operations(macs=10_035_200),
    ),
    (
        "the paper's first convolution",
        Conv2D(64, 7, 2, 3, use_bias=False),
        (224, 224, 3),
        (112, 112, 64),
        9_408,  # 7 · 7 · 3 · 64
        Operations(macs=118_013_952),  # 9,408 · 112²
    ),
    (
        "AlexNet's second convolution, two groups",
        Conv2D(256, 5, padding=2, groups=2),
        (27, 27, 96),
        (27, 27, 256),
        5 * 5 * 48 * 256 + 256,
        Operations(macs=223_948_800, additions=27 * 27 * 256),
    ),
    (
        "the separable stem that fits 2.7K and 34M",
        SeparableConv2D(64, 7, 2, 3, depth_multiplier=8, use_bias=False),
        (224, 224, 3),
        (112, 112, 64),
        7 * 7 * 3 * 8 + 24 * 64,  # 2,712
        Operations(macs=34_019_328),  # 2,712 · 112²
    ),
    (
        "the same with biases, which only its pointwise half has",
        SeparableConv2D(64, 7, 2, 3, depth_multiplier=8, activation="relu"),
        (224, 224, 3),
        (112, 112, 64),
        2_712 + 64,
        Operations(macs=34_019_328, additions=112 * 112 * 64, comparisons=112 * 112 * 64),
    ),
    (
        "depthwise with biases",
        DepthwiseConv2D(3, depth_multiplier=2, activation="relu"),
        (4, 5, 3),
        (4, 5, 6),
        9 * 6 + 6,
        Operations(macs=4 * 5 * 9 * 6, additions=120, comparisons=120),
    ),
    (
        "the classifier",
        Dense(1000),
        (1024,),
        (1000,),
        1_025_000,  # 1024 · 1000 + 1000
        Operations(macs=1_024_000, additions=1000),
    ),
    (
        "dense with softmax, without biases",
        Dense(10, use_bias=False, activation="softmax"),
        (4,),
        (10,),
        40,
        Operations(macs=40, exponentials=10, additions=9, divisions=10),
    ),
    (
        "mean of 7×7×1024",
        GlobalAveragePool2D(),
        (7, 7, 1024),
        (1024,),
        0,
        Operations(additions=48 * 1024, divisions=1024),
    ),
    (
        "LRN over five channels: x·x, α·Σ; four additions and the bias; a power; a division",
        LocalResponseNorm(),
        (2, 3, 10),
        (2, 3, 10),
        0,
        Operations(multiplications=120, additions=300, exponentials=60, divisions=60),
    ),
    (
        "batch norm: γ and β",
        BatchNorm(),
        (2, 3, 10),
        (2, 3, 10),
        20,
        Operations(multiplications=60, additions=60),
    ),
    (
        "batch norm: β",
        BatchNorm(scale=False),
        (10,),
        (10,),
        10,
        Operations(multiplications=10, additions=10),
    ),
    (
        "batch norm: neither",
        BatchNorm(scale=False, center=False),
        (10,),
        (10,),
        0,
        Operations(multiplications=10, additions=10),
    ),
    ("ReLU", Activation("relu"), (2, 3, 4), (2, 3, 4), 0, Operations(comparisons=24)),
    ("ReLU that stops at 6", Activation("relu6"), (2, 3, 4), (2, 3, 4), 0, Operations(comparisons=48)),
    (
        "softmax",
        Activation("softmax"),
        (1000,),
        (1000,),
        0,
        Operations(exponentials=1000, additions=999, divisions=1000),
    ),
    ("scale", Scale(0.17), (2, 3, 4), (2, 3, 4), 0, Operations(multiplications=24)),
    ("shift", Scale(2, -1), (2, 3, 4), (2, 3, 4), 0, Operations(multiplications=24, additions=24)),
    ("flatten", Flatten(), (4, 4, 128), (2048,), 0, Operations()),
    ("dropout", Dropout(0.7), (1024,), (1024,), 0, Operations()),
]


@pytest.mark.parametrize(
    ("layer", "input_shape", "output_shape", "parameters", "operations"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_layer(
    layer: Layer,
    input_shape: tuple[int, ...],
    output_shape: tuple[int, ...],
    parameters: int,
    operations: Operations,
) -> None:
    assert layer.output_shape(input_shape) == output_shape
    assert layer.parameters(input_shape) == parameters
    assert layer.operations(input_shape) == operations
    assert {type(number) for number in layer.operations(input_shape)} == {int}


def test_reduction_saves_ten_fold() -> None:
    direct = Conv2D(32, 5).operations((28, 28, 192)).macs
    reduced = Conv2D(16, 1).operations((28, 28, 192)).macs + Conv2D(32, 5).operations((28, 28, 16)).macs
    assert (direct, reduced) == (120_422_400, 12_443_648)
    assert round(direct / reduced, 2) == 9.68


@pytest.mark.parametrize("scale", [True, False])
def test_batch_norm_stores_a_mean_and_a_variance_a_channel(scale: bool) -> None:
    assert BatchNorm(scale=scale).moving_statistics((5, 5, 12)) == 24


def test_only_batch_norm_stores_statistics() -> None:
    stored = {name: layer.moving_statistics(shape) for name, layer, shape, *_ in CASES}
    assert {name for name, number in stored.items() if number} == {
        "batch norm: γ and β",
        "batch norm: β",
        "batch norm: neither",
    }


@pytest.mark.parametrize(
    ("layer", "window"),
    [
        (Conv2D(8, 7, 2), (7, 2)),
        (DepthwiseConv2D(5, 3), (5, 3)),
        (SeparableConv2D(8, 7, 2), (7, 2)),
        (MaxPool2D(3, 2), (3, 2)),
        (AveragePool2D(5, 3), (5, 3)),
        (BatchNorm(), (1, 1)),
        (Activation("relu"), (1, 1)),
    ],
)
def test_window(layer: Layer, window: tuple[int, int]) -> None:
    assert layer.windows == (Window(*window), Window(*window))


def test_operations_add_column_by_column() -> None:
    assert Operations(1, 2, 3, 4, 5, 6) + Operations(10, 20, 30, 40, 50, 60) == Operations(
        11, 22, 33, 44, 55, 66
    )


def test_numpy_integers_become_integers() -> None:
    convolution = Conv2D(np.int64(8), np.int32(3), padding=np.int8(1))  # type: ignore[arg-type]
    numbers = (convolution.filters, convolution.kernel_size, convolution.padding)
    assert [(type(number), number) for number in numbers] == [(int, 8), (int, 3), (int, 1)]


@pytest.mark.parametrize("layer", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_layers_are_data(layer: Layer) -> None:
    assert hash(layer) == hash(replace(layer))
    assert layer == replace(layer) != replace(layer, name="another")
    with pytest.raises(FrozenInstanceError, match=r"^cannot assign to field 'name'$"):
        layer.name = "another"  # type: ignore[misc]


SWITCHES = {
    "use_bias": (Conv2D(1, 1), DepthwiseConv2D(1), Conv2DTranspose(1, 1), SeparableConv2D(1, 1), Dense(1)),
    "scale": (BatchNorm(), LayerNorm(), GroupNorm()),
    "center": (BatchNorm(), LayerNorm(), GroupNorm()),
}
NUMBERS = {
    "epsilon": (BatchNorm(), LayerNorm(), GroupNorm()),
    **dict.fromkeys(("bias", "alpha", "beta"), (LocalResponseNorm(),)),
}


@pytest.mark.parametrize(
    ("field", "layer", "must"),
    [
        *((field, layer, "True or False") for field, those in SWITCHES.items() for layer in those),
        *((field, layer, "a finite int or float") for field, those in NUMBERS.items() for layer in those),
    ],
    ids=lambda value: value.kind if isinstance(value, Layer) else value,
)
def test_switches_and_numbers_are_nothing_else(field: str, layer: Layer, must: str) -> None:
    message = f"`{field}` must be {must}. Received: {field}='2' (layer 'a')."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        replace(layer, name="a", **{field: "2"})


MISTAKES: list[tuple[Callable[[], object], str]] = [
    (lambda: Conv2D(0, 3), "`filters` must be a positive integer. Received: filters=0."),
    (
        lambda: Conv2D(2.5, 3, name="5x5"),  # type: ignore[arg-type]
        "`filters` must be a positive integer. Received: filters=2.5 (layer '5x5').",
    ),
    (lambda: Conv2D(True, 3), "`filters` must be a positive integer. Received: filters=True."),
    (lambda: Conv2D("8", 3), "`filters` must be a positive integer. Received: filters='8'."),  # type: ignore[arg-type]
    (lambda: Conv2D(8, -3), "`kernel_size` must be a positive integer. Received: kernel_size=-3."),
    (lambda: Conv2D(8, 3, 0), "`strides` must be a positive integer. Received: strides=0."),
    (lambda: Conv2D(8, 3, groups=0), "`groups` must be a positive integer. Received: groups=0."),
    (
        lambda: DepthwiseConv2D(3, depth_multiplier=0),
        "`depth_multiplier` must be a positive integer. Received: depth_multiplier=0.",
    ),
    (lambda: MaxPool2D(0), "`pool_size` must be a positive integer. Received: pool_size=0."),
    (
        lambda: Dense(0, name="fc"),
        "`units` must be a positive integer. Received: units=0 (layer 'fc').",
    ),
    (
        lambda: Conv2D(8, 3, padding="sane"),  # type: ignore[arg-type]
        "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. Received: padding='sane'.",
    ),
    (
        lambda: MaxPool2D(3, padding=-1, name="pool"),
        "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. "
        "Received: padding=-1 (layer 'pool').",
    ),
    (
        lambda: AveragePool2D(3, padding=True),
        "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. Received: padding=True.",
    ),
    (
        lambda: Conv2D(8, 3, activation="tan"),  # type: ignore[arg-type]
        "`activation` must be one of None, 'relu', 'relu6', 'leaky_relu', 'sigmoid', 'hard_sigmoid', "
        "'swish', 'silu', 'hard_swish', 'hard_silu', 'tanh', 'gelu', 'softmax'. Received: activation='tan'.",
    ),
    (
        lambda: Conv2D(8, (1, 3, 5)),  # type: ignore[arg-type]
        "`kernel_size` must be one or two positive integers. Received: kernel_size=(1, 3, 5).",
    ),
    (lambda: Conv2D(8, (1, 0)), "`kernel_size` must be a positive integer. Received: kernel_size=0."),
    (
        lambda: Conv2D(8, 3, strides=2, dilation_rate=(1, 2), name="wide"),
        "Either `strides` or `dilation_rate` must be 1. "
        "Received: strides=2, dilation_rate=(1, 2) (layer 'wide').",
    ),
    (
        lambda: Conv2DTranspose(8, 3, padding=1, name="up"),
        "`padding` must be one of 'same', 'valid'. Received: padding=1 (layer 'up').",
    ),
    (
        lambda: ZeroPadding2D(((1, 2), 3)),  # type: ignore[arg-type]
        "`padding` must be a number of pixels or ((top, bottom), (left, right)), 0 or more each. "
        "Received: padding=((1, 2), 3).",
    ),
    (
        lambda: UpSampling2D(interpolation="cubic"),  # type: ignore[arg-type]
        "`interpolation` must be one of 'nearest', 'bilinear'. Received: interpolation='cubic'.",
    ),
    (
        lambda: GroupNorm(4).output_shape((2, 2, 6)),
        "Input channels must be divisible by `groups`. Received: 6 channels, groups=4.",
    ),
    (
        lambda: Conv2D(8, 3, padding="valid", dilation_rate=3).output_shape((6, 9, 3)),
        "A 7×7 window with padding='valid' must fit into its input. Received: 6×9 pixels.",
    ),
    (lambda: Dropout(1), "`rate` must be in [0, 1). Received: rate=1."),
    (lambda: Dropout(-0.1, name="drop"), "`rate` must be in [0, 1). Received: rate=-0.1 (layer 'drop')."),
    (lambda: Scale("half"), "`factor` must be a finite int or float. Received: factor='half'."),  # type: ignore[arg-type]
    (lambda: Dropout("half"), "`rate` must be in [0, 1). Received: rate='half'."),  # type: ignore[arg-type]
    (
        lambda: Conv2D(8, 7, padding="valid").output_shape((5, 9, 3)),
        "A 7×7 window with padding='valid' must fit into its input. Received: 5×9 pixels.",
    ),
    (
        lambda: Conv2D(8, (7, 3), padding="valid").output_shape((5, 9, 3)),
        "A 7×3 window with padding='valid' must fit into its input. Received: 5×9 pixels.",
    ),
    (
        lambda: AveragePool2D((3, 7), padding="valid").output_shape((9, 5, 3)),
        "A 3×7 window with padding='valid' must fit into its input. Received: 9×5 pixels.",
    ),
    (
        lambda: MaxPool2D(7, padding=1).output_shape((9, 4, 3)),
        "A 7×7 window with padding=1 must fit into its input. Received: 9×4 pixels padded by 1.",
    ),
    (
        lambda: Conv2D(8, 3).output_shape((28,)),
        "Conv2D takes a picture, `(height, width, channels)`. Received: input_shape=(28,).",
    ),
    (
        lambda: Dense(8).output_shape((2, 2, 3)),
        "Dense takes a vector, `(units,)`; flatten a picture first. Received: input_shape=(2, 2, 3).",
    ),
    (
        lambda: Conv2D(4, 1, groups=2).output_shape((4, 4, 3)),
        "Input channels and `filters` must both be divisible by `groups`. "
        "Received: 3 channels, filters=4, groups=2.",
    ),
    (
        lambda: Conv2D(3, 1, groups=2).output_shape((4, 4, 4)),
        "Input channels and `filters` must both be divisible by `groups`. "
        "Received: 4 channels, filters=3, groups=2.",
    ),
]


@pytest.mark.parametrize(("make", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_mistakes_are_explained(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize("padding", ["valid", 0])
def test_window_as_large_as_its_input_gives_one_pixel(padding: Padding) -> None:
    assert Conv2D(8, 5, padding=padding).output_shape((5, 5, 3)) == (1, 1, 8)


def test_window_as_large_as_its_padded_input_gives_one_pixel() -> None:
    assert Conv2D(8, 7, padding=1).output_shape((5, 5, 3)) == (1, 1, 8)


@pytest.mark.parametrize("norm", [LayerNorm(), GroupNorm(3)])
@pytest.mark.parametrize(
    ("switch", "saved"),
    [("scale", Operations(multiplications=120)), ("center", Operations(additions=120))],
)
def test_a_norm_without_its_factor_or_shift_saves_just_that(
    norm: Layer, switch: str, saved: Operations
) -> None:
    less, shape = replace(norm, **{switch: False}), (4, 5, 6)  # type: ignore[arg-type]
    assert less.operations(shape) + saved == norm.operations(shape)
    assert less.parameters(shape) + 6 == norm.parameters(shape)


def test_a_choice_says_where_it_was_made() -> None:
    with pytest.raises(ValueError, match=r"Received: activation='x' \(layer 'c'\)\.$"):
        Conv2D(1, 1, activation="x", name="c")  # type: ignore[arg-type]


def test_no_activation_computes_nothing() -> None:
    assert activation_operations(None, (4, 4, 3)) == Operations()

"""What is built against its spec, and against NumPy, OpenCV, TensorFlow's profiler and JAX."""

import math
import re
from collections.abc import Callable
from typing import Any, get_args

import cv2
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import inception_lab as lab
from inception_lab.architecture.cost import Cost
from inception_lab.architecture.layer import Layer, Padding, Shape
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
from inception_lab.architecture.network import Network, Node, Parallel, Sequence, Tap
from inception_lab.architecture.operations import Function
from inception_lab.architecture.reach import Reach
from inception_lab.model.backend import keras
from inception_lab.model.build import build, keras_name
from tests.model.profiler import profiled_operations

Part = Layer | Node


def numbers(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def assert_keras_agrees(network: Network, model: Any) -> None:
    """Every layer has the spec's shapes and parameters in Keras, and nothing else is there."""
    cost: Cost = lab.cost(network)
    for row in cost.layers:
        layer = model.get_layer(keras_name(row.name))
        assert layer.output.shape[1:] == row.output_shape, row.name
        assert numbers(layer.trainable_weights) == row.parameters, row.name
        assert numbers(layer.non_trainable_weights) == row.moving_statistics, row.name
    assert numbers(model.trainable_weights) == cost.parameters
    assert numbers(model.non_trainable_weights) == cost.moving_statistics
    assert model.count_params() == cost.parameters + cost.moving_statistics
    named = {keras_name(row.name) for row in cost.layers}
    besides = {layer.name for layer in model.layers} - named - {"unchanged"}
    assert besides == {"image"} | {name for name in besides if name.removesuffix("_pad") in named}


def to_nine_places(reach: Reach) -> Reach:
    """The same reach; where its first window lies is a float, and padding may stand in a layer of its own."""
    rows, columns = (each._replace(first=round(each.first, 9)) for each in (reach.rows, reach.columns))
    return reach._replace(rows=rows, columns=columns)


def assert_both_counts_agree(network: Network, model: Any) -> None:
    """What is counted by a description is what is counted by the Keras model that it builds."""
    described, counted = lab.cost(network), lab.cost(model)
    assert counted.operations == described.operations
    for row in described.layers:
        found = counted[keras_name(row.name)]
        assert found.operations == row.operations, row.name
        if found.type != "Identity" and len(row.output_shape) == 3:
            assert to_nine_places(found.reach) == to_nine_places(row.reach), row.name


# Any legal spec -----------------------------------------------------------------------------------


class Specs:
    """Draws parts that can take what they are given; `draw` is hypothesis's."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.names = 0

    def choose(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def unique(self, start: str) -> str:
        self.names += 1
        return f"{start}{self.names}"

    def name(self) -> str | None:
        name: str | None = self.choose(None, self.unique("n"))
        return name

    def sequence(self, shape: Shape, depth: int, keeps: bool, least: int = 0) -> Sequence:
        """Some parts; `keeps` means that height and width stay."""
        parts: list[Part] = []
        for _ in range(self.draw(st.integers(least, least + 3))):
            parts.append(self.part(shape, depth, keeps))
            shape = behind(parts[-1], shape)
        return Sequence(*parts, name=self.name())

    def part(self, shape: Shape, depth: int, keeps: bool) -> Part:
        if depth and self.choose(True, False, False):
            inner = self.choose(self.sequence, self.parallel, self.tap)
            return inner(shape, depth - 1, keeps)  # type: ignore[no-any-return]
        return self.picture_layer(shape, keeps) if len(shape) == 3 else self.vector_layer()

    def parallel(self, shape: Shape, depth: int, keeps: bool) -> Parallel:
        merge = self.choose("concat", "add", "multiply")
        size = self.choose(2, 4)
        if merge == "multiply" and len(shape) == 3 and self.choose(True, False):  # squeeze and excitation
            gate = Sequence(self.choose(GlobalMaxPool2D(), GlobalAveragePool2D()), Dense(shape[2]))
            return Parallel(Sequence(), gate, merge=merge, name=self.name())
        stride = 1 if keeps or len(shape) == 1 else self.choose(1, 2)

        def branch() -> Part:
            inner = self.sequence(shape, depth, keeps=True)
            if merge == "concat" and stride == 1:
                return inner
            last = Conv2D(size, self.choose(1, 3), stride) if len(shape) == 3 else Dense(size)
            return Sequence(inner, last)

        branches = [branch() for _ in range(self.draw(st.integers(1, 3)))]
        return Parallel(*branches, merge=merge, name=self.name())

    def tap(self, shape: Shape, depth: int, keeps: bool) -> Tap:
        return Tap(self.sequence(shape, depth, keeps=False), self.unique("head"))

    def window(self, shape: Shape, keeps: bool) -> dict[str, Any]:
        """Side, stride and padding of a window that fits into the input."""
        if keeps:
            return {"side": self.choose(1, 2, 3, 5, (1, 3), (4, 2)), "strides": 1, "padding": "same"}
        padding: Padding = self.choose("same", "valid", 0, 1, 2)
        around = 2 * padding if isinstance(padding, int) else 0
        largest = [5 if padding == "same" else min(5, n + around) for n in shape[:2]]
        side: Any = self.draw(st.tuples(*(st.integers(1, most) for most in largest)))
        if self.choose(True, False):
            side = min(side)
        return {"side": side, "strides": self.draw(st.integers(1, 3)), "padding": padding}

    def picture_layer(self, shape: Shape, keeps: bool) -> Layer:
        window = self.window(shape, keeps)
        side = window.pop("side")
        channels = shape[2]
        common = {
            "use_bias": self.choose(True, False),
            "activation": self.choose(None, *get_args(Function)),
            "name": self.name(),
        }
        uneven = {**window, "strides": (window["strides"], 1) if self.choose(True, False) else 1}
        holes = self.choose(1, 2) if window["padding"] == "same" else 1
        dilated = {**window, "strides": 1, "dilation_rate": holes}
        groups = self.choose(*(groups for groups in (1, 2, 3) if channels % groups == 0))
        multiplier = self.choose(1, 2)
        options: list[Callable[[], Layer]] = [
            lambda: Conv2D(groups * self.choose(1, 2, 4), side, groups=groups, **window, **common),
            lambda: DepthwiseConv2D(side, depth_multiplier=multiplier, **window, **common),
            lambda: SeparableConv2D(self.choose(1, 5), side, depth_multiplier=multiplier, **window, **common),
            lambda: Conv2D(self.choose(1, 3), side, **dilated, **common),
            lambda: DepthwiseConv2D(side, **dilated, **common),
            lambda: Conv2D(self.choose(1, 3), side, **({} if keeps else uneven), **common),
            lambda: MaxPool2D(side, name=common["name"], **window),
            lambda: AveragePool2D(side, name=common["name"], **window),
            lambda: LayerNorm(**self.learned(), name=common["name"]),
            lambda: GroupNorm(groups, **self.learned(), name=common["name"]),
            lambda: LocalResponseNorm(self.choose(1, 2), beta=self.choose(0.5, 0.75)),
        ]
        if not keeps:
            pads = self.draw(st.tuples(*[st.tuples(*[st.integers(0, 2)] * 2)] * 2))
            larger = self.choose(1, 2, (2, 3))
            options += [
                lambda: Flatten(name=common["name"]),
                lambda: GlobalAveragePool2D(),
                lambda: GlobalMaxPool2D(),
                lambda: ZeroPadding2D(pads, name=common["name"]),
                lambda: UpSampling2D(larger, self.choose("nearest", "bilinear")),
                lambda: Conv2DTranspose(
                    2, side, self.choose(1, 2, (2, 3)), self.choose("same", "valid"), **common
                ),
            ]
        return self.choose(*options, self.anywhere)()  # type: ignore[no-any-return]

    def learned(self) -> dict[str, bool]:
        return {"scale": self.choose(True, False), "center": self.choose(True, False)}

    def vector_layer(self) -> Layer:
        dense = Dense(
            self.choose(1, 3), self.choose(True, False), self.choose(None, "relu"), name=self.name()
        )
        return self.choose(lambda: dense, self.anywhere)()  # type: ignore[no-any-return]

    def anywhere(self) -> Layer:
        layer: Layer = self.choose(
            BatchNorm(**self.learned(), name=self.name()),
            Activation(self.choose(*get_args(Function)), name=self.name()),
            Dropout(self.choose(0.0, 0.5), name=self.name()),
            Scale(self.choose(0.17, -2), self.choose(0, -1), name=self.name()),
        )
        return layer


def behind(part: Part, shape: Shape) -> Shape:
    """The shape behind a part, counted by the spec, and then compared with Keras's."""
    probe = Sequence(*([Flatten()] if len(shape) == 1 else []), part)
    start = (1, 1, shape[0]) if len(shape) == 1 else shape
    return Network(start, probe).output_shapes()["main"]  # type: ignore[arg-type]


@st.composite
def networks(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Network:
    specs = Specs(draw)
    shape = (draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 6)))
    return Network(shape, specs.sequence(shape, depth=3, keeps=False, least=2))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_keras_agrees_with_any_spec(network: Network) -> None:
    model = build(network, softmax=True)
    assert_keras_agrees(network, model)
    assert_both_counts_agree(network, model)
    shapes = network.output_shapes()
    if len(shapes) == 1:
        assert lab.cost(lab.describe(model)).operations == lab.cost(network).operations
    outputs = model.output if len(shapes) > 1 else {"main": model.output}
    assert {name: output.shape[1:] for name, output in outputs.items()} == shapes


def test_a_network_of_nothing_hands_its_input_on() -> None:
    network = Network((2, 2, 3), Sequence(Tap(Sequence(), output="early"), Sequence()))
    model = build(network)
    image = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    for output in model(image).values():
        np.testing.assert_array_equal(np.asarray(output), image)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_parts_of_any_spec_sum_to_the_whole(network: Network) -> None:
    cost = lab.cost(network)
    modules = cost.by_module().values()
    for column in ("parameters", "moving_statistics", "macs", "activation_bytes"):
        assert getattr(cost, column) == sum(getattr(module, column) for module in modules)


# GoogLeNet ----------------------------------------------------------------------------------------


def test_the_whole_network_has_the_specs_shapes_and_runs() -> None:
    network = lab.googlenet(auxiliary=True)
    model = build(network, softmax=True)
    assert_keras_agrees(network, model)
    outputs = model(np.zeros((2, 224, 224, 3), "float32"))
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {
        "main": (2, 1000),
        "aux1": (2, 1000),
        "aux2": (2, 1000),
    }


@pytest.mark.parametrize(
    ("variant", "input_shape"),
    [("paper", (112, 112, 3)), ("torchvision", (160, 160, 3)), ("separable_stem", (250, 300, 3))],
)
def test_other_sizes_give_keras_shapes(variant: str, input_shape: tuple[int, int, int]) -> None:
    network = lab.googlenet(input_shape, variant=variant, width=0.25)
    assert_keras_agrees(network, build(network, softmax=True))


@pytest.mark.parametrize(
    "options",
    [
        {"variant": "naive"},
        {"variant": "batch_norm"},
        {"variant": "tf_slim", "auxiliary": True},
        {"stem": "small", "input_shape": (33, 47, 1)},
        {"normalization": "none", "auxiliary": ("3a", "5b"), "input_shape": (225, 160, 4)},
    ],
    ids=str,
)
def test_keras_agrees_with_other_variants(options: dict[str, Any]) -> None:
    network = lab.googlenet(width=0.125, classes=10, **options)
    assert_keras_agrees(network, build(network, softmax=True))


def test_tensorflows_profiler_counts_the_same_convolutions(paper_model: Any) -> None:
    flops = profiled_operations(paper_model)  # 2 × MACs; biases, pools and norms apart
    assert flops["Conv2D"] == 3_163_295_744
    assert flops["MatMul"] == 2_048_000
    assert flops["Conv2D"] + flops["MatMul"] == lab.cost(lab.googlenet()).flops


@pytest.mark.parametrize(
    ("field", "layer"),
    [
        ("conv1x1", "inception_3a_1x1"),
        ("reduce3x3", "inception_3a_3x3_reduce"),
        ("conv3x3", "inception_3a_3x3"),
        ("reduce5x5", "inception_3a_5x5_reduce"),
        ("conv5x5", "inception_3a_5x5"),
        ("pool_proj", "inception_3a_pool_proj"),
    ],
)
def test_layers_are_named_after_the_papers_branches(paper_model: Any, field: str, layer: str) -> None:
    assert paper_model.get_layer(layer).filters == getattr(lab.TABLE_1["3a"], field)


def test_layers_of_stem_and_end_are_named(paper_model: Any) -> None:
    outside = [layer.name for layer in paper_model.layers if not layer.name.startswith("inception_")]
    assert outside == [
        "image",
        "conv1_7x7_s2_pad",
        "conv1_7x7_s2",
        "pool1_3x3_s2",
        "pool1_norm1",
        "conv2_3x3_reduce",
        "conv2_3x3",
        "conv2_norm2",
        "pool2_3x3_s2",
        "pool3_3x3_s2",
        "pool4_3x3_s2",
        "pool5_7x7_s1",
        "pool5_drop_7x7_s1",
        "loss3_classifier",
    ]
    assert paper_model.name == "googlenet"


def test_models_of_variants_have_names_without_brackets() -> None:
    assert build(lab.googlenet((32, 32, 3), variant="tf_slim", width=0.1)).name == "googlenet_tf_slim"


def test_first_convolution_pads_three_pixels_on_every_side(paper_model: Any) -> None:
    assert paper_model.get_layer("conv1_7x7_s2_pad").padding == ((3, 3), (3, 3))
    assert paper_model.get_layer("conv1_7x7_s2").padding == "valid"


# Options of build ---------------------------------------------------------------------------------


def pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_softmax_is_built_on_demand_on_every_output() -> None:
    network = lab.googlenet((96, 96, 3), classes=7, auxiliary=("3a",), width=0.1)
    logits, probabilities = build(network, seed=1), build(network, seed=1, softmax=True)
    probabilities.set_weights(logits.get_weights())
    x = pictures(3, 96, 96, 3)
    raw, squashed = logits(x), probabilities(x)
    assert list(raw) == list(squashed) == ["main", "aux1"]
    for name in raw:
        np.testing.assert_allclose(np.sum(squashed[name], axis=1), 1, rtol=1e-5)
        exponentials = np.exp(raw[name])
        np.testing.assert_allclose(
            squashed[name], exponentials / exponentials.sum(axis=1, keepdims=True), rtol=1e-4
        )


@pytest.mark.parametrize("part", [Dense(5, activation="softmax"), Sequence(Dense(5), Activation("softmax"))])
def test_the_last_softmax_is_left_out_however_it_is_written(part: Part) -> None:
    network = Network((4, 4, 2), Sequence(Flatten(), part))
    x = pictures(2, 4, 4, 2)
    assert not np.allclose(np.sum(build(network)(x), axis=1), 1)
    np.testing.assert_allclose(np.sum(build(network, softmax=True)(x), axis=1), 1, rtol=1e-5)


def test_a_softmax_in_the_middle_stays() -> None:
    network = Network(
        (4, 4, 3), Sequence(Activation("softmax", name="weights"), AveragePool2D(2, name="pool"))
    )
    x = pictures(1, 4, 4, 3)
    np.testing.assert_allclose(np.sum(build(network)(x), axis=-1), 1, rtol=1e-5)


def test_outputs_are_one_tensor_or_a_dict_by_name() -> None:
    bare = build(lab.googlenet((96, 96, 3), width=0.1, classes=3))
    headed = build(lab.googlenet((96, 96, 3), width=0.1, classes=3, auxiliary=("3a", "4a")))
    assert bare.output.shape == (None, 3)
    assert {name: output.shape for name, output in headed.output.items()} == {
        "main": (None, 3),
        "aux1": (None, 3),
        "aux2": (None, 3),
    }


def test_no_two_layers_start_equal() -> None:
    """19 of the 57 convolutions share their shape with another."""
    model = build(lab.googlenet((64, 64, 3), auxiliary=("3a",), classes=10, width=0.25))
    kernels = [weight for weight in model.trainable_weights if len(weight.shape) >= 2]
    starts = [np.asarray(kernel).tobytes() for kernel in kernels]
    assert len({kernel.shape for kernel in kernels}) < len(kernels)
    assert len(set(starts)) == len(kernels)


def test_no_two_layers_start_equal_from_one_seed() -> None:
    layers = [Conv2D(4, 3), Conv2D(4, 3), SeparableConv2D(4, 3), DepthwiseConv2D(3), Flatten()]
    model = build(Sequence(*layers, Dense(256), Dense(256)), (8, 8, 4), seed=3)
    starts = [np.asarray(weight).tobytes() for weight in model.trainable_weights if len(weight.shape) >= 2]
    assert len(set(starts)) == len(starts) == 7


def test_a_seed_repeats_the_start() -> None:
    network = lab.googlenet((32, 32, 3), classes=5, width=0.1)
    first, again, other = (build(network, seed=seed).get_weights() for seed in (5, 5, 6))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])


def test_a_seed_repeats_dropout() -> None:
    def dropped(seed: int) -> np.ndarray:
        model = build(Sequence(Dropout(0.5), Dropout(0.5)), (16, 16, 1), seed=seed)
        return np.asarray(model(np.ones((1, 16, 16, 1), "float32"), training=True))

    np.testing.assert_array_equal(dropped(1), dropped(1))
    assert not np.array_equal(dropped(1), dropped(9))
    assert 0.15 < np.mean(dropped(1) > 0) < 0.35  # a quarter stays: the two layers drop different values


def test_initialisers_may_be_chosen() -> None:
    model = build(Conv2D(64, 5), (8, 8, 64), kernel_initializer="he_normal", bias_initializer=0.2, seed=0)
    kernel, bias = model.get_weights()
    assert abs(kernel.std() - math.sqrt(2 / (25 * 64))) < 1e-3
    np.testing.assert_array_equal(bias, np.full(64, 0.2, "float32"))
    kernel, bias = build(Conv2D(64, 5), (8, 8, 64), seed=0).get_weights()
    limit = math.sqrt(6 / (25 * 64 + 25 * 64))  # Glorot's uniform distribution
    assert 0.95 * limit < abs(kernel).max() <= limit
    assert not bias.any()


def test_an_initialiser_without_a_seed_is_welcome() -> None:
    kernel, _ = build(Conv2D(3, 3), (8, 8, 3), kernel_initializer="ones", seed=1).get_weights()
    assert (kernel == 1).all()


def test_batch_norm_takes_the_specs_epsilon() -> None:
    model = build(BatchNorm(epsilon=0.5), (4, 4, 2))
    x = pictures(1, 4, 4, 2)
    np.testing.assert_allclose(model(x), x / math.sqrt(1.5), rtol=1e-5)  # mean 0 and variance 1 at the start


def test_local_response_normalisation_takes_the_specs_numbers() -> None:
    x = pictures(1, 3, 3, 6)
    layer = LocalResponseNorm(depth_radius=1, bias=2.0, alpha=0.5, beta=0.6)
    expected = tf.nn.local_response_normalization(x, 1, 2.0, 0.5, 0.6)
    np.testing.assert_allclose(build(layer, (3, 3, 6))(x), expected, rtol=1e-5)


def test_one_branch_passes() -> None:
    x = pictures(1, 4, 4, 2)
    np.testing.assert_array_equal(build(Parallel(Sequence()), (4, 4, 2))(x), x)


def test_branches_are_added_or_joined_in_order() -> None:
    x = pictures(1, 4, 4, 2)
    doubled = build(Parallel(Sequence(), Sequence(), merge="add"), (4, 4, 2))(x)
    np.testing.assert_allclose(doubled, 2 * x)
    joined = build(Parallel(Activation("relu"), Sequence()), (4, 4, 2))(x)
    np.testing.assert_array_equal(joined, np.concatenate([np.maximum(x, 0), x], axis=-1))


@pytest.mark.parametrize(
    ("part", "input_shape", "message"),
    [
        (
            lab.naive_module(4),
            None,
            "`input_shape` must be (height, width, channels) for a part of a network. Received: None.",
        ),
        (
            lab.naive_module(4),
            (28, 28),
            "`input_shape` must be (height, width, channels). Received: input_shape=(28, 28).",
        ),
        (
            Conv2D(8, 5, padding="valid", name="5x5"),
            (4, 4, 3),
            "A 5×5 window with padding='valid' must fit into its input. Received: 4×4 pixels (at '5x5').",
        ),
    ],
)
def test_mistakes_are_explained(part: Part, input_shape: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        build(part, input_shape)


# What layers compute ------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [1, 3, 5, 7])
def test_a_convolution_is_opencvs_filter(side: int) -> None:
    picture, kernel = pictures(20, 31), pictures(side, side)
    model = build(Conv2D(1, side, use_bias=False), (20, 31, 1))
    model.set_weights([kernel[:, :, None, None]])
    filtered = cv2.filter2D(picture, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
    np.testing.assert_allclose(model(picture[None, :, :, None])[0, :, :, 0], filtered, atol=1e-5)


def convolved(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int, padding: int, groups: int
) -> Any:
    """One picture convolved by loops: each group of filters on its own channels."""
    x = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    side, _, channels, filters = kernel.shape
    rows, columns = ((n - side) // stride + 1 for n in x.shape[:2])
    result = np.zeros((rows, columns, filters))
    for row in range(rows):
        for column in range(columns):
            for one in range(filters):
                first = channels * (one // (filters // groups))
                patch = x[row * stride :, column * stride :][:side, :side, first : first + channels]
                result[row, column, one] = np.sum(patch * kernel[..., one]) + bias[one]
    return np.maximum(result, 0)


@pytest.mark.parametrize(
    ("side", "stride", "padding", "groups"), [(7, 2, 3, 1), (3, 1, 1, 2), (5, 3, 0, 1), (2, 2, 2, 4)]
)
def test_a_convolution_is_loops_over_windows(side: int, stride: int, padding: int, groups: int) -> None:
    x = pictures(14, 11, 4)
    layer = Conv2D(8, side, stride, padding, activation="relu", groups=groups)
    model = build(layer, (14, 11, 4))
    kernel, bias = pictures(side, side, 4 // groups, 8), pictures(8)
    model.set_weights([kernel, bias])
    expected = convolved(x, kernel, bias, stride, padding, groups)
    np.testing.assert_allclose(model(x[None])[0], expected, atol=1e-4)


@pytest.mark.parametrize(("filters", "groups"), [(8, 2), (8, 4), (4, 4)])
@pytest.mark.parametrize("way", [{"strides": 2}, {"strides": (1, 2)}, {"dilation_rate": 2}])
def test_a_convolution_in_groups_learns_as_kerass_does(
    filters: int, groups: int, way: dict[str, Any]
) -> None:
    x = pictures(2, 9, 9, 4)
    layer = Conv2D(filters, 3, padding=1, groups=groups, **way)
    ours = build(layer, (9, 9, 4))
    theirs = keras.Sequential(
        [keras.layers.ZeroPadding2D(1), keras.layers.Conv2D(filters, 3, groups=groups, **way)]
    )
    assert theirs(x).shape == ours(x).shape
    theirs.set_weights(ours.get_weights())
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.01), "mse")
        model.train_on_batch(x, np.ones(ours(x).shape, "float32"))
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-5)
    assert lab.cost(lab.describe(ours)).macs == lab.cost(ours).macs == layer.operations((9, 9, 4)).macs


def test_pools_are_loops_over_windows() -> None:
    x = np.abs(pictures(7, 9, 2))
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))[::2, ::2]
    for layer, expected in (
        (MaxPool2D(3, 2, 1), windows.max(axis=(-2, -1))),
        (AveragePool2D(3, 2, 1), windows.mean(axis=(-2, -1))),
    ):
        np.testing.assert_allclose(build(layer, (7, 9, 2))(x[None])[0], expected, rtol=1e-5)


# How far units see, by gradients ------------------------------------------------------------------


def visible(part: Part) -> Part:
    """The same part with means for maxima, whose gradient reaches one pixel only."""
    match part:
        case MaxPool2D():
            return AveragePool2D(part.pool_size, part.strides, part.padding, name=part.name)
        case Sequence():
            return Sequence(*map(visible, part.parts), name=part.name)
        case Parallel():
            return Parallel(*map(visible, part.branches), name=part.name, merge=part.merge)
    return part


def extent(network: Network, path: str) -> tuple[int, int]:
    """Pixels from the first to the last that change a unit in the middle, and its neighbour's distance."""
    model = build(Network(network.input_shape, visible(network.body)), kernel_initializer="ones")
    for weight in model.trainable_weights:
        weight.assign(weight / math.prod(weight.shape[:-1]))  # means, so that nothing overflows
    layer = keras.Model(model.input, model.get_layer(keras_name(path)).output)
    picture = tf.ones((1, *network.input_shape))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(picture)
        output = layer(picture)
        middle = output.shape[1] // 2
        units = [tf.reduce_sum(output[0, place, place]) for place in (middle - 1, middle)]
    spans = []
    for unit in units:
        gradient = tape.gradient(unit, picture).numpy()
        assert np.isfinite(gradient).all()
        rows = np.flatnonzero(gradient[0].sum(axis=(1, 2)))
        spans.append((rows[0], rows[-1]))
    return int(spans[1][1] - spans[1][0] + 1), int(spans[1][0] - spans[0][0])


@pytest.mark.parametrize(
    "part",
    [
        Sequence(Conv2D(2, 3), Conv2D(2, 3), name="two_3x3_are_a_5x5"),
        Sequence(Conv2D(2, 7, 2, 3), MaxPool2D(3, 2, name="pool"), name="stem"),
        Sequence(DepthwiseConv2D(5, 2), SeparableConv2D(2, 4), LocalResponseNorm(), name="other_layers"),
        Sequence(
            MaxPool2D(2, 2, name="pool"),
            Conv2D(2, 3, padding="valid"),
            AveragePool2D(5, 3, "valid"),
            name="valid",
        ),
        lab.inception_module(2, 1, 2, 1, 2, 1),
        Sequence(
            Parallel(Sequence(), Conv2D(3, 3), merge="add"), Conv2D(2, 3, 2), BatchNorm(), name="residual"
        ),
    ],
    ids=lambda part: part.name,
)
def test_reach_is_where_gradients_end(part: Sequence | Parallel) -> None:
    network = Network((64, 64, 3), part)
    last = lab.cost(network).layers[-1]
    assert extent(network, last.name) == (last.reach.largest, last.reach.stride)


@pytest.mark.parametrize(
    ("path", "side", "largest"), [("inception_3a/5x5", 128, 59), ("inception_4e/1x1", 512, 363)]
)
def test_reach_in_the_papers_network_is_where_gradients_end(path: str, side: int, largest: int) -> None:
    network = lab.googlenet((side, side, 3), width=1 / 64, normalization="none")
    reach = lab.cost(network)[path].reach
    assert extent(network, path) == (reach.largest, reach.stride)
    assert reach.largest == largest

"""Each kind of layer against NumPy that counts as it computes: the same values, the same operations."""

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import inception_lab as lab
from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import as_array, keras
from inception_lab.model.counting.rules import rule_of

Array = NDArray[np.float64]
layers = keras.layers
erf = np.vectorize(math.erf)


class Tally:
    """Arithmetic that notes how many values it has computed."""

    def __init__(self) -> None:
        self.done = Operations()

    def note(self, kind: str, result: Any) -> Any:
        self.done += Operations(**{kind: int(np.size(result))})
        return result

    def mac(self, total: Any, x: Any, y: Any) -> Any:
        return self.note("macs", total + x * y)

    def times(self, x: Any, y: Any) -> Any:
        return self.note("multiplications", x * y)

    def plus(self, x: Any, y: Any) -> Any:
        return self.note("additions", x + y)

    def over(self, x: Any, y: Any) -> Any:
        return self.note("divisions", x / y)

    def larger(self, x: Any, y: Any) -> Any:
        return self.note("comparisons", np.maximum(x, y))

    def smaller(self, x: Any, y: Any) -> Any:
        return self.note("comparisons", np.minimum(x, y))

    def exp(self, x: Any) -> Any:
        return self.note("exponentials", np.exp(x))

    def power(self, x: Any, y: float) -> Any:
        return self.note("exponentials", np.power(x, y))

    def sum(self, x: Array, axes: tuple[int, ...]) -> Any:
        """Add up values along axes, one by one."""
        lines = np.moveaxis(x, axes, range(len(axes))).reshape(-1, *np.delete(x.shape, axes))
        total = lines[0]
        for line in lines[1:]:
            total = self.plus(total, line)
        return np.expand_dims(total, axes)

    def product(self, x: Array, weights: Array) -> Any:
        """Multiply the last axis by a matrix."""
        total = np.zeros((*x.shape[:-1], weights.shape[-1]))
        for i in range(x.shape[-1]):
            total = self.mac(total, x[..., i : i + 1], weights[i])
        return total

    def softmax(self, x: Array) -> Any:
        e = self.exp(x)
        return self.over(e, self.sum(e, (x.ndim - 1,)))

    def normalised(self, x: Array, axes: tuple[int, ...], epsilon: float, mean: bool = True) -> Any:
        size = float(np.prod([x.shape[axis] for axis in axes]))
        if mean:
            x = self.plus(x, -self.over(self.sum(x, axes), size))
        variance = self.over(self.sum(self.times(x, x), axes), size)
        return self.times(x, self.power(self.plus(variance, epsilon), -0.5))


def assert_counted(layer: Any, inputs: list[Array], compute: Callable[[Tally, Any], Any]) -> None:
    """Keras computes what NumPy computes, and `lab.cost` counts what NumPy counted."""
    symbols = [keras.Input(x.shape) for x in inputs]
    symbol = symbols[0] if len(symbols) == 1 else symbols
    model = keras.Model(symbol, layer(symbol))
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(rng.uniform(0.2, 1, weight.shape))
    tally = Tally()
    expected = compute(tally, layer)
    batch = [x[None].astype("float32") for x in inputs]
    found = keras.ops.convert_to_numpy(model(batch[0] if len(batch) == 1 else batch))[0]
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-4, atol=1e-5)
    cost = lab.cost(model)
    assert cost.operations == tally.done
    assert [row.type for row in cost.layers] == [type(layer).__name__]
    assert cost.parameters + cost.moving_statistics == model.count_params()
    assert cost.layers[0].output_shape == found.shape


def drawn(*shape: int) -> Array:
    return np.random.default_rng(0).normal(size=shape)


def weights_of(layer: Any) -> list[Array]:
    return [as_array(weight).astype("float64") for weight in layer.weights]


WITHOUT_A_RULE = {
    "CategoryEncoding", "Discretization", "HashedCrossing", "Hashing", "IntegerLookup", "StringLookup",
    "TextVectorization", "MelSpectrogram", "STFTSpectrogram",  # what prepares tables, words and sounds
    "AutoContrast", "CenterCrop", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization",
    "MaxNumBoundingBoxes", "RandomCrop", "Solarization",  # pictures, also at inference
    "FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper",  # code from elsewhere
    "InputLayer", "Layer", "Pipeline", "Wrapper",  # counted inside, or nothing by themselves
}  # fmt: skip


def test_every_layer_of_keras_has_a_rule_or_is_known_to_have_none() -> None:
    lab.cost(layers.Identity(), (1,))  # loads the rules
    without = {
        name
        for name, kind in vars(layers).items()
        if isinstance(kind, type) and issubclass(kind, layers.Layer) and rule_of(kind) is None
    }
    assert without <= WITHOUT_A_RULE
    assert not without & {"Conv2D", "Dense", "LSTM", "MultiHeadAttention"}


def test_embeddings_may_be_used_in_reverse() -> None:
    x = keras.Input((7,), dtype="int32")
    table = layers.ReversibleEmbedding(100, 8, tie_weights=True)
    cost = lab.cost(keras.Model(x, table(table(x), reverse=True)))
    assert [row.macs for row in cost.layers] == [0, 7 * 8 * 100]
    assert cost.parameters == 800


# Convolutions -------------------------------------------------------------------------------------


def padded(x: Array, window: list[int], steps: list[int]) -> Array:
    """Zeros around, as TensorFlow's `same` puts them."""
    pads = []
    for n, k, s in zip(x.shape, window, steps, strict=False):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, [*pads, (0, 0)])


def convolved(
    tally: Tally, x: Array, kernel: Array, steps: list[int], rates: list[int], same: bool, groups: int = 1
) -> Array:
    """A convolution, window by window and weight by weight."""
    sides, channels, filters = kernel.shape[:-2], kernel.shape[-2], kernel.shape[-1]
    window = [(k - 1) * r + 1 for k, r in zip(sides, rates, strict=True)]
    if same:
        x = padded(x, window, steps)
    shape = [(n - k) // s + 1 for n, k, s in zip(x.shape, window, steps, strict=False)]
    out = np.zeros((*shape, filters))
    per_group = filters // groups
    for place in product(*map(range, shape)):
        for filter_ in range(filters):
            first = channels * (filter_ // per_group)
            for offset in product(*map(range, sides)):
                at = tuple(p * s + o * r for p, s, o, r in zip(place, steps, offset, rates, strict=True))
                for c in range(channels):
                    value = x[(*at, first + c)]
                    out[(*place, filter_)] = tally.mac(
                        out[(*place, filter_)], value, kernel[(*offset, c, filter_)]
                    )
    return out


@pytest.mark.parametrize(
    ("kind", "shape", "options"),
    [
        (layers.Conv1D, (9, 2), {"kernel_size": 3, "strides": 2, "padding": "same"}),
        (layers.Conv2D, (5, 6, 2), {"kernel_size": 3}),
        (layers.Conv2D, (5, 6, 2), {"kernel_size": (1, 3), "strides": (2, 1), "padding": "same"}),
        (layers.Conv2D, (7, 6, 2), {"kernel_size": 2, "dilation_rate": (3, 2), "use_bias": False}),
        (layers.Conv2D, (4, 4, 6), {"kernel_size": 3, "groups": 2, "padding": "same", "activation": "relu"}),
        (layers.Conv3D, (3, 4, 3, 2), {"kernel_size": (1, 2, 3), "padding": "same"}),
    ],
    ids=str,
)
def test_convolutions(kind: Any, shape: tuple[int, ...], options: dict[str, Any]) -> None:
    x = drawn(*shape)

    def compute(tally: Tally, layer: Any) -> Array:
        kernel, *bias = weights_of(layer)
        same = layer.padding == "same"
        out = convolved(tally, x, kernel, list(layer.strides), list(layer.dilation_rate), same, layer.groups)
        for b in bias:
            out = tally.plus(out, b)
        return tally.larger(out, 0) if options.get("activation") else out

    assert_counted(kind(4, **options), [x], compute)


def depthwise(tally: Tally, x: Array, kernel: Array, steps: list[int], same: bool) -> Array:
    """Each channel by itself."""
    rates = [1] * len(steps)
    parts = [
        convolved(tally, x[..., c : c + 1], kernel[..., c : c + 1, :], steps, rates, same)
        for c in range(x.shape[-1])
    ]
    return np.concatenate(parts, axis=-1)


@pytest.mark.parametrize(
    ("kind", "shape", "step"),
    [(layers.DepthwiseConv1D, (7, 3), 2), (layers.DepthwiseConv2D, (5, 4, 3), 1)],
)
def test_depthwise_convolutions(kind: Any, shape: tuple[int, ...], step: int) -> None:
    x = drawn(*shape)

    def compute(tally: Tally, layer: Any) -> Array:
        kernel, bias = weights_of(layer)
        return tally.plus(depthwise(tally, x, kernel, [step] * (len(shape) - 1), True), bias)  # type: ignore[no-any-return]

    assert_counted(kind(3, step, "same", depth_multiplier=2), [x], compute)


@pytest.mark.parametrize(
    ("kind", "shape"), [(layers.SeparableConv1D, (7, 3)), (layers.SeparableConv2D, (5, 4, 3))]
)
def test_separable_convolutions(kind: Any, shape: tuple[int, ...]) -> None:
    x = drawn(*shape)

    def compute(tally: Tally, layer: Any) -> Array:
        first, second, bias = weights_of(layer)
        between = depthwise(tally, x, first, [2] * (len(shape) - 1), True)
        return tally.plus(tally.product(between, second.reshape(second.shape[-2:])), bias)  # type: ignore[no-any-return]

    assert_counted(kind(5, 3, 2, "same", depth_multiplier=2), [x], compute)


@pytest.mark.parametrize(
    ("kind", "shape", "side", "step"),
    [
        (layers.Conv1DTranspose, (4, 3), 3, 2),
        (layers.Conv2DTranspose, (3, 4, 2), 3, 2),
        (layers.Conv2DTranspose, (3, 3, 2), 2, 2),
        (layers.Conv3DTranspose, (2, 2, 2, 2), 2, 1),
    ],
)
def test_transposed_convolutions(kind: Any, shape: tuple[int, ...], side: int, step: int) -> None:
    x = drawn(*shape)

    def compute(tally: Tally, layer: Any) -> Array:
        kernel, bias = weights_of(layer)  # (k, k, filters, channels)
        out = np.zeros((*((n - 1) * step + side for n in shape[:-1]), 4))
        for place in product(*map(range, shape[:-1])):
            for offset in product(range(side), repeat=len(shape) - 1):
                at = tuple(p * step + o for p, o in zip(place, offset, strict=True))
                for c in range(shape[-1]):
                    out[at] = tally.mac(out[at], x[(*place, c)], kernel[..., c][offset])
        return tally.plus(out, bias)  # type: ignore[no-any-return]

    assert_counted(kind(4, side, step), [x], compute)


# Matrix products ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)])
def test_dense_layers(shape: tuple[int, ...]) -> None:
    x = drawn(*shape)

    def compute(tally: Tally, layer: Any) -> Any:
        kernel, bias = weights_of(layer)
        return tally.softmax(tally.plus(tally.product(x, kernel), bias))

    assert_counted(layers.Dense(4, activation="softmax"), [x], compute)


def test_einsum_dense_layers() -> None:
    x = drawn(3, 5)

    def compute(tally: Tally, layer: Any) -> Any:
        kernel, bias = weights_of(layer)  # (5, 2, 4)
        return tally.plus(tally.product(x, kernel.reshape(5, 8)).reshape(3, 2, 4), bias)

    assert_counted(layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de"), [x], compute)


def test_einsum_dense_without_a_sum_multiplies() -> None:
    x = drawn(3, 5)
    assert_counted(
        layers.EinsumDense("abc,c->abc", (None, 5)),
        [x],
        lambda tally, layer: tally.times(x, weights_of(layer)[0]),
    )


def heads(tally: Tally, q: Array, k: Array, v: Array) -> Array:
    """Scores, softmax and weighted sums for (places, heads, depth)."""
    parts = []
    for head in range(q.shape[1]):
        scores = tally.product(q[:, head], k[:, head].T)
        parts.append(tally.product(tally.softmax(scores), v[:, head]))
    return np.stack(parts, axis=1)


def test_multi_head_attention() -> None:
    query, value = drawn(3, 6), drawn(4, 5)

    def compute(tally: Tally, layer: Any) -> Any:
        names = ("query", "key", "value", "output")
        each = {name: weights_of(getattr(layer, f"_{name}_dense")) for name in names}

        def projected(name: str, x: Array) -> Any:
            kernel, bias = each[name]
            flat = tally.product(x, kernel.reshape(x.shape[-1], -1))
            return tally.plus(flat.reshape(len(x), *kernel.shape[1:]), bias)

        q = tally.times(projected("query", query), 1 / math.sqrt(4))
        summed = heads(tally, q, projected("key", value), projected("value", value)).reshape(3, -1)
        kernel, bias = each["output"]
        return tally.plus(tally.product(summed, kernel.reshape(-1, 6)), bias)

    layer = layers.MultiHeadAttention(num_heads=2, key_dim=4, value_dim=3)
    inputs = [keras.Input(query.shape), keras.Input(value.shape)]
    model = keras.Model(inputs, layer(*inputs))
    tally = Tally()
    expected = compute(tally, layer)
    found = model([query[None].astype("float32"), value[None].astype("float32")])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(found)[0], expected, rtol=1e-4, atol=1e-5)
    assert lab.cost(model).operations == tally.done


def test_grouped_query_attention_shares_keys_and_values() -> None:
    """4 heads of 8 on 6 places of 16 values; 2 of keys and values."""
    layer = layers.GroupQueryAttention(head_dim=8, num_query_heads=4, num_key_value_heads=2)
    x = keras.Input((6, 16))
    cost = lab.cost(keras.Model(x, layer(x, x)))
    queries, keys, output = 6 * 16 * 32, 2 * 6 * 16 * 16, 6 * 32 * 16
    scores, sums = 4 * 6 * 6 * 8, 4 * 6 * 6 * 8
    assert cost.macs == queries + keys + output + scores + sums
    assert cost.operations.exponentials == 4 * 6 * 6


def test_attention_by_dot_products() -> None:
    q, v = drawn(3, 5), drawn(4, 5)

    def compute(tally: Tally, layer: Any) -> Any:
        return tally.product(tally.softmax(tally.product(q, v.T)), v)

    assert_counted(layers.Attention(), [q, v], compute)


def test_attention_by_sums() -> None:
    q, v = drawn(3, 5), drawn(4, 5)

    def compute(tally: Tally, layer: Any) -> Any:
        (scale,) = weights_of(layer)
        both = tanh(tally, tally.plus(q[:, None], v[None]))
        scores = tally.sum(tally.times(both, scale), (2,))[..., 0]
        return tally.product(tally.softmax(scores), v)

    assert_counted(layers.AdditiveAttention(), [q, v], compute)


# Functions ----------------------------------------------------------------------------------------


def sigmoid(tally: Tally, x: Any) -> Any:
    return tally.over(1.0, tally.plus(1.0, tally.exp(-x)))


def tanh(tally: Tally, x: Any) -> Any:
    return tally.plus(1.0, -tally.over(2.0, tally.plus(tally.exp(tally.times(2, x)), 1.0)))


def hard_sigmoid(tally: Tally, x: Any) -> Any:
    return tally.over(tally.smaller(tally.larger(tally.plus(x, 3), 0), 6), 6)


def softplus(tally: Tally, x: Any) -> Any:
    return tally.note("exponentials", np.log(tally.plus(1.0, tally.exp(x))))


def gelu(tally: Tally, x: Any) -> Any:
    inner = tally.note("exponentials", erf(tally.times(x, 1 / math.sqrt(2))))
    return tally.times(tally.times(0.5, x), tally.plus(1.0, inner))


def leaky(tally: Tally, x: Any, slope: float = 0.2) -> Any:
    return tally.note("comparisons", np.where(x > 0, x, tally.times(slope, x)))


def elu(tally: Tally, x: Any) -> Any:
    return tally.note("comparisons", np.where(x > 0, x, tally.plus(tally.exp(x), -1)))


FUNCTIONS: dict[str, Callable[[Tally, Any], Any]] = {
    "linear": lambda tally, x: x,
    "relu": lambda tally, x: tally.larger(x, 0),
    "relu6": lambda tally, x: tally.smaller(tally.larger(x, 0), 6),
    "leaky_relu": leaky,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "hard_sigmoid": hard_sigmoid,
    "silu": lambda tally, x: tally.times(x, sigmoid(tally, x)),
    "hard_silu": lambda tally, x: tally.times(x, hard_sigmoid(tally, x)),
    "gelu": gelu,
    "elu": elu,
    "softplus": softplus,
    "mish": lambda tally, x: tally.times(x, tanh(tally, softplus(tally, x))),
    "exponential": lambda tally, x: tally.exp(x),
    "softmax": lambda tally, x: tally.softmax(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activation_functions(name: str) -> None:
    x = drawn(3, 4, 5)
    assert_counted(layers.Activation(name), [x], lambda tally, _: FUNCTIONS[name](tally, x))


@pytest.mark.parametrize(
    ("layer", "compute"),
    [
        (layers.ReLU(), FUNCTIONS["relu"]),
        (layers.ReLU(6), FUNCTIONS["relu6"]),
        (layers.LeakyReLU(0.2), leaky),
        (layers.ELU(), elu),
        (layers.Softmax(), FUNCTIONS["softmax"]),
    ],
)
def test_layers_of_activation_functions(layer: Any, compute: Any) -> None:
    x = drawn(3, 4)
    assert_counted(layer, [x], lambda tally, _: compute(tally, x))


def test_an_activation_may_be_a_layer() -> None:
    x = drawn(3, 4)

    def compute(tally: Tally, layer: Any) -> Any:
        kernel, bias = weights_of(layer)
        return leaky(tally, tally.plus(tally.product(x, kernel), bias))

    assert_counted(layers.Dense(2, activation=layers.LeakyReLU(0.2)), [x], compute)


# Normalisations -----------------------------------------------------------------------------------


def test_batch_norm_is_one_scale_and_one_shift() -> None:
    x = drawn(3, 4, 2)

    def compute(tally: Tally, layer: Any) -> Any:
        gamma, beta, mean, variance = weights_of(layer)
        scale = gamma / np.sqrt(variance + layer.epsilon)  # numbers before the first image comes
        return tally.plus(tally.times(x, scale), beta - mean * scale)

    assert_counted(layers.BatchNormalization(), [x], compute)


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
def test_layer_norm(axis: Any) -> None:
    x = drawn(3, 4, 2)
    axes = tuple(a - 1 if a > 0 else a % 3 for a in ((axis,) if isinstance(axis, int) else axis))

    def compute(tally: Tally, layer: Any) -> Any:
        gamma, beta = weights_of(layer)
        shape = [n if i in axes else 1 for i, n in enumerate(x.shape)]
        normal = tally.normalised(x, axes, layer.epsilon)
        return tally.plus(tally.times(normal, gamma.reshape(shape)), beta.reshape(shape))

    assert_counted(layers.LayerNormalization(axis=axis), [x], compute)


def test_group_norm() -> None:
    x = drawn(3, 4, 6)

    def compute(tally: Tally, layer: Any) -> Any:
        gamma, beta = weights_of(layer)
        normal = tally.normalised(x.reshape(3, 4, 2, 3), (0, 1, 3), layer.epsilon).reshape(x.shape)
        return tally.plus(tally.times(normal, gamma), beta)

    assert_counted(layers.GroupNormalization(2), [x], compute)


def test_root_mean_square_norm() -> None:
    x = drawn(3, 4)

    def compute(tally: Tally, layer: Any) -> Any:
        (scale,) = weights_of(layer)
        return tally.times(tally.normalised(x, (1,), layer.epsilon, mean=False), scale)

    assert_counted(layers.RMSNormalization(), [x], compute)


def test_unit_norm() -> None:
    x = drawn(3, 4)

    def compute(tally: Tally, layer: Any) -> Any:
        root = tally.power(tally.sum(tally.times(x, x), (1,)), 0.5)
        return tally.over(x, tally.larger(root, 1e-12))

    assert_counted(layers.UnitNormalization(), [x], compute)


def test_rescaling_and_normalization() -> None:
    x = drawn(3, 4)
    assert_counted(layers.Rescaling(0.5, 2), [x], lambda tally, _: tally.plus(tally.times(x, 0.5), 2))
    assert_counted(
        layers.Normalization(mean=1, variance=4), [x], lambda tally, _: tally.over(tally.plus(x, -1), 2)
    )


# Merges and pools ---------------------------------------------------------------------------------

A, B, C = (np.random.default_rng(seed).normal(size=(2, 3)) for seed in (1, 2, 3))


@pytest.mark.parametrize(
    ("kind", "compute"),
    [
        (layers.Add, lambda t: t.plus(t.plus(A, B), C)),
        (layers.Multiply, lambda t: t.times(t.times(A, B), C)),
        (layers.Average, lambda t: t.over(t.plus(t.plus(A, B), C), 3)),
        (layers.Maximum, lambda t: t.larger(t.larger(A, B), C)),
        (layers.Minimum, lambda t: t.smaller(t.smaller(A, B), C)),
        (layers.Concatenate, lambda t: np.concatenate([A, B, C], axis=-1)),
    ],
)
def test_merges(kind: Any, compute: Any) -> None:
    assert_counted(kind(), [A, B, C], lambda tally, _: compute(tally))


def test_a_dot_product_of_branches() -> None:
    x, y = drawn(4, 3), drawn(4, 5)
    assert_counted(layers.Dot(axes=1), [x, y], lambda tally, _: tally.product(x.T, y))


@pytest.mark.parametrize("sides", [1, 2, 3])
@pytest.mark.parametrize("most", [True, False])
def test_pools(sides: int, most: bool) -> None:
    x = drawn(*(6, 5, 4)[:sides], 2)
    kind = getattr(layers, f"{'Max' if most else 'Average'}Pooling{sides}D")

    def compute(tally: Tally, layer: Any) -> Array:
        shape = [(n - 2) // 1 + 1 for n in x.shape[:-1]]
        out = np.zeros((*shape, 2))
        for place in product(*map(range, shape)):
            values = x[tuple(slice(p, p + 2) for p in place)].reshape(-1, 2)
            total = values[0]
            for value in values[1:]:
                total = tally.larger(total, value) if most else tally.plus(total, value)
            out[place] = total if most else tally.over(total, len(values))
        return out

    assert_counted(kind(2, 1), [x], compute)


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_global_pools(sides: int) -> None:
    x = drawn(*(4, 3, 2)[:sides], 2)

    def mean(tally: Tally, layer: Any) -> Any:
        return tally.over(tally.sum(x, tuple(range(sides))).reshape(2), x.size / 2)

    def most(tally: Tally, layer: Any) -> Any:
        total, *rest = x.reshape(-1, 2)
        for value in rest:
            total = tally.larger(total, value)
        return total

    assert_counted(getattr(layers, f"GlobalAveragePooling{sides}D")(), [x], mean)
    assert_counted(getattr(layers, f"GlobalMaxPooling{sides}D")(), [x], most)


@pytest.mark.skipif(not hasattr(layers, "AdaptiveMaxPooling2D"), reason="needs a newer Keras")
def test_adaptive_pools_take_windows_that_overlap() -> None:
    """7 places for 3: 0–2, 2–4, 4–6; 5 for 2: 0–2, 2–4."""
    x = keras.Input((7, 5, 4))
    rows, columns = (3, 3, 3), (3, 3)
    under = sum(rows) * sum(columns) * 4
    most = lab.cost(keras.Model(x, layers.AdaptiveMaxPooling2D((3, 2))(x))).operations
    mean = lab.cost(keras.Model(x, layers.AdaptiveAveragePooling2D((3, 2))(x))).operations
    assert most == Operations(comparisons=under - 3 * 2 * 4)
    assert mean == Operations(additions=under - 3 * 2 * 4, divisions=3 * 2 * 4)


# Moving values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layer",
    [
        layers.Flatten(),
        layers.Reshape((6, 4)),
        layers.Permute((2, 1, 3)),
        layers.ZeroPadding2D(((1, 2), (0, 3))),
        layers.Cropping2D(1),
        layers.UpSampling2D(2),
        layers.Dropout(0.5),
        layers.SpatialDropout2D(0.5),
        layers.GaussianNoise(1.0),
        layers.RandomFlip(),
        layers.Identity(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_moves_values_computes_nothing(layer: Any) -> None:
    x = keras.Input((4, 3, 2))
    cost = lab.cost(keras.Model(x, layer(x)))
    assert cost.operations == Operations()
    assert cost.layers[0].counted
    assert cost.activation_bytes == 4 * math.prod(layer.output.shape[1:])


def test_an_embedding_looks_up() -> None:
    x = keras.Input((7,), dtype="int32")
    cost = lab.cost(keras.Model(x, layers.Embedding(100, 8)(x)))
    assert (cost.parameters, cost.operations, cost.output_shape) == (800, Operations(), (7, 8))


def test_bilinear_upsampling_mixes_three_times() -> None:
    x = keras.Input((4, 3, 2))
    cost = lab.cost(keras.Model(x, layers.UpSampling2D(2, interpolation="bilinear")(x)))
    values = 8 * 6 * 2
    assert cost.operations == Operations(multiplications=3 * values, additions=6 * values)


# Recurrent layers ---------------------------------------------------------------------------------


def test_simple_recurrent_layers() -> None:
    x = drawn(4, 3)

    def compute(tally: Tally, layer: Any) -> Any:
        w, u, b = weights_of(layer)
        h = np.zeros((1, 2))
        for step in x:
            inner = tally.plus(tally.product(step[None], w), b)
            h = tanh(tally, tally.plus(inner, tally.product(h, u)))
        return h[0]

    assert_counted(layers.SimpleRNN(2), [x], compute)


def test_lstm() -> None:
    x = drawn(4, 3)

    def compute(tally: Tally, layer: Any) -> Any:
        w, u, b = weights_of(layer)
        h, c = np.zeros((1, 2)), np.zeros((1, 2))
        for step in x:
            z = tally.plus(tally.plus(tally.product(step[None], w), tally.product(h, u)), b)
            i, f, g, o = np.split(z, 4, axis=1)
            kept = tally.times(sigmoid(tally, f), c)
            c = tally.plus(kept, tally.times(sigmoid(tally, i), tanh(tally, g)))
            h = tally.times(sigmoid(tally, o), tanh(tally, c))
        return h[0]

    assert_counted(layers.LSTM(2), [x], compute)


@pytest.mark.parametrize("reset_after", [True, False])
def test_gru(reset_after: bool) -> None:
    x = drawn(4, 3)

    def compute(tally: Tally, layer: Any) -> Any:
        w, u, b = weights_of(layer)
        b = b.reshape(-1, 6)
        h = np.zeros((1, 2))
        for step in x:
            wx = tally.plus(tally.product(step[None], w), b[0])
            uh = tally.plus(tally.product(h, u), b[1]) if reset_after else tally.product(h, u[:, :4])
            z = sigmoid(tally, tally.plus(wx[:, :2], uh[:, :2]))
            r = sigmoid(tally, tally.plus(wx[:, 2:4], uh[:, 2:4]))
            inner = tally.times(r, uh[:, 4:]) if reset_after else tally.product(tally.times(r, h), u[:, 4:])
            g = tanh(tally, tally.plus(wx[:, 4:], inner))
            h = tally.plus(tally.times(z, h), tally.times(tally.plus(1.0, -z), g))
        return h[0]

    assert_counted(layers.GRU(2, reset_after=reset_after), [x], compute)


def test_convolutional_lstm() -> None:
    """3 steps of 4×5 pixels, 2 channels, 6 filters of 3×3: four gates from input and state."""
    x = keras.Input((3, 4, 5, 2))
    cost = lab.cost(keras.Model(x, layers.ConvLSTM2D(6, 3, padding="same")(x)))
    values = 4 * 5 * 6
    assert cost.macs == 3 * 4 * values * 9 * (2 + 6)
    assert cost.operations.multiplications == 3 * values * (3 + 2)  # three products, a tanh's 2x twice


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave"])
def test_both_directions_are_counted(merge: str) -> None:
    x = keras.Input((4, 3))
    one = lab.cost(keras.Model(x, layers.LSTM(2)(x))).operations
    both = lab.cost(keras.Model(x, layers.Bidirectional(layers.LSTM(2), merge_mode=merge)(x))).operations
    merged = {
        "concat": Operations(),
        "sum": Operations(additions=2),
        "mul": Operations(multiplications=2),
        "ave": Operations(additions=2, divisions=2),
    }[merge]
    assert both == one + one + merged


def test_cells_one_after_the_other() -> None:
    x = keras.Input((4, 3))
    cells = [layers.LSTMCell(2), layers.SimpleRNNCell(5)]
    stacked = lab.cost(keras.Model(x, layers.RNN(cells)(x)))
    lstm, simple = layers.LSTM(2, return_sequences=True), layers.SimpleRNN(5)
    assert stacked.operations == lab.cost(keras.Model(x, simple(lstm(x)))).operations


@pytest.mark.parametrize("inner", ["layer", "model"])
def test_wrappers_repeat_what_they_wrap(inner: str) -> None:
    dense = layers.Dense(4, activation="relu")
    wrapped = dense if inner == "layer" else keras.Sequential([keras.Input((3,)), dense])
    x = keras.Input((5, 3))
    cost = lab.cost(keras.Model(x, layers.TimeDistributed(wrapped)(x)))
    assert cost.operations == Operations(macs=5 * 3 * 4, additions=5 * 4, comparisons=5 * 4)
    assert cost.parameters == 16


def test_spectral_norm_costs_nothing_at_inference() -> None:
    x = keras.Input((5,))
    cost = lab.cost(keras.Model(x, layers.SpectralNormalization(layers.Dense(4))(x)))
    assert cost.macs == 20

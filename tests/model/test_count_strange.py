"""Strange but legal models of Keras: their MACs against arithmetic that is written out."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.model.backend import keras

layers, ops = keras.layers, keras.ops


class Loop(keras.Model):  # type: ignore[misc]
    """One dense layer that is gone through three times."""

    def __init__(self) -> None:
        super().__init__()
        self.again, self.last = layers.Dense(4), layers.Dense(1)

    def call(self, x: Any) -> Any:
        for _ in range(3):
            x = self.again(x)
        return self.last(x)


class Scaled(keras.layers.Layer):  # type: ignore[misc]
    """A residual block whose branch is scaled by weights that stand on the left of the sign."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.dense, self.norm = layers.Dense(units, activation="gelu"), layers.LayerNormalization()

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(shape[-1],))
        super().build(shape)

    def call(self, x: Any, training: bool | None = None) -> Any:
        return x + self.scale * self.dense(self.norm(x))


class Reader(keras.Model):  # type: ignore[misc]
    """A small transformer that reads six words."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.attention, self.last = (
            layers.Embedding(20, 8), layers.MultiHeadAttention(2, 4), layers.Dense(20)
        )  # fmt: skip

    def call(self, words: Any) -> Any:
        x = self.words(words)
        x = x + self.attention(x, x, use_causal_mask=True)
        return self.last(x[:, -1])


class TwoSides(keras.Model):  # type: ignore[misc]
    """Inputs and outputs in dicts."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = layers.Dense(3), layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        return {"left": self.a(inputs["u"]), "right": self.b(inputs["v"])}


def shared_and_nested() -> Any:
    """A model with a shared layer, inside a sequence."""
    x, shared = keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same", use_bias=False)
    inner = keras.Model(x, layers.add([shared(shared(x)), x]))
    return keras.Sequential([keras.Input((8, 8, 3)), inner, layers.Flatten(), layers.Dense(5)])


def across() -> Any:
    """Attention of 6 places to 10 others."""
    query, key = keras.Input((6, 16)), keras.Input((10, 12))
    return keras.Model([query, key], layers.MultiHeadAttention(2, 8, value_dim=4)(query, key))


def grouped_queries() -> Any:
    """Eight heads that share two of keys and values."""
    x = keras.Input((5, 16))
    return keras.Model(x, layers.GroupQueryAttention(4, 8, 2)(x, x))


def repeated() -> Any:
    """A model at each of four steps, then a recurrent layer."""
    inner = [keras.Input((6, 6, 2)), layers.Conv2D(3, 3), layers.GlobalMaxPooling2D(), layers.Dense(2)]
    return chain((4, 6, 6, 2), layers.TimeDistributed(keras.Sequential(inner)), layers.LSTM(3))


def operations() -> Any:
    """Attention written in keras.ops."""
    x = keras.Input((4, 6))
    scores = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))) / math.sqrt(6))
    y = ops.einsum("bij,bjk->bik", scores, x) + x * 2 - 1
    y = ops.concatenate([y, ops.mean(y, axis=1, keepdims=True)], axis=1)
    return keras.Model(x, layers.Dense(2)(y[:, 0]))


def prepared() -> Any:
    """Layers that prepare pictures, before and after a convolution."""
    parts = [layers.Rescaling(1 / 255), layers.RandomFlip(), layers.CenterCrop(8, 8)]
    return chain((12, 12, 3), *parts, layers.Conv2D(2, 3, padding="same"), layers.Resizing(4, 4))


def skipping() -> Any:
    """Down, up again, and across."""
    x = keras.Input((8, 8, 1))
    first = layers.Conv2D(2, 3, padding="same")(x)
    up = layers.Conv2DTranspose(2, 2, 2)(layers.MaxPooling2D()(first))
    return keras.Model(x, layers.Concatenate()([up, first]))


def chain(shape: tuple[int, ...], *parts: Any, dtype: str = "float32") -> Any:
    return keras.Sequential([keras.Input(shape, dtype=dtype), *parts])


MODELS: list[tuple[Callable[[], Any], Any, int]] = [
    (shared_and_nested, None, 2 * 64 * 9 * 9 + 192 * 5),
    (across, None, 6 * 16 * 16 + 10 * 12 * 16 + 10 * 12 * 8 + 2 * 6 * 10 * (8 + 4) + 6 * 8 * 16),
    (grouped_queries, None, 2 * 5 * 16 * 32 + 2 * 5 * 16 * 8 + 8 * 5 * 5 * (4 + 4)),
    (repeated, None, 4 * (16 * 9 * 2 * 3 + 3 * 2) + 4 * 4 * 3 * (2 + 3)),
    (operations, None, 2 * 4 * 4 * 6 + 6 * 2),
    (prepared, None, 64 * 9 * 3 * 2),
    (skipping, None, 64 * 9 * 2 + 16 * 4 * 2 * 2),
    (Loop, (4,), 3 * 4 * 4 + 4),
    (Reader, (6,), 4 * 6 * 8 * 8 + 2 * 6 * 6 * (4 + 4) + 8 * 20),
    (TwoSides, {"u": (4,), "v": (4,)}, 4 * 3 + 4 * 2),
    (lambda: chain((5, 8), Scaled(8), Scaled(8), layers.Dense(1)), None, 2 * 5 * 8 * 8 + 5 * 8),
    (
        lambda: chain((5, 10, 8, 2), layers.ConvLSTM2D(4, 3, return_sequences=True)),
        None,
        5 * 4 * (8 * 6 * 4) * 9 * (2 + 4),
    ),
    (
        lambda: chain((7, 3), layers.Bidirectional(layers.GRU(4, return_sequences=True)),
                      layers.Bidirectional(layers.LSTM(2))),
        None,
        2 * 7 * 3 * 4 * (3 + 4) + 2 * 7 * 4 * 2 * (8 + 2),
    ),
    (
        lambda: chain((4, 3), layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)])),
        None,
        4 * (4 * 2 * (3 + 2) + 3 * 3 * (2 + 3)),
    ),
    (lambda: chain((9, 4), layers.SeparableConv1D(6, 3, depth_multiplier=2)), None, 7 * 8 * (3 + 6)),
    (
        lambda: chain((5, 7, 8), layers.EinsumDense("abcd,def->abcef", (None, 7, 3, 4), bias_axes="ef")),
        None,
        5 * 7 * 8 * 3 * 4,
    ),
    (lambda: chain((5, 3), layers.Masking(), layers.LSTM(2)), None, 5 * 4 * 2 * (3 + 2)),
    (
        lambda: chain((20, 3), layers.Conv1D(5, 3, padding="causal", dilation_rate=4)),
        None,
        20 * 3 * 3 * 5,
    ),
    (
        lambda: chain((5, 5, 3), layers.Conv2DTranspose(4, 3, 2, "same", output_padding=1)),
        None,
        25 * 9 * 3 * 4,
    ),
    (lambda: chain((9, 9, 6), layers.Conv2D(4, 3, dilation_rate=2, groups=2)), None, 25 * 9 * 3 * 4),
    (lambda: chain((4, 4, 3), layers.SpectralNormalization(layers.Conv2D(2, 3))), None, 4 * 9 * 3 * 2),
]  # fmt: skip


@pytest.mark.parametrize(("make", "shape", "macs"), MODELS)
def test_a_strange_model(make: Callable[[], Any], shape: Any, macs: int) -> None:
    model = make()
    cost = lab.cost(model, shape)
    assert cost.macs == macs
    assert cost.parameters + cost.moving_statistics == model.count_params()
    assert all(row.counted for row in cost.layers)


def test_a_variable_does_its_arithmetic_as_before() -> None:
    before = {name: getattr(keras.Variable, name) for name in dir(keras.Variable)}
    lab.cost(chain((5, 8), Scaled(8)))
    assert {name: getattr(keras.Variable, name) for name in dir(keras.Variable)} == before


def test_what_no_rule_knows_is_said_in_a_few_words() -> None:
    cost = lab.cost(chain((3,), layers.Discretization([0.0, 1.0], output_mode="one_hot"), layers.Dense(2)))
    assert cost.omitted[0] == (
        "'discretization' (Discretization): has no rule; 0 parameters, 0.0 % of all; "
        "inception_lab.counting.rule adds one"
    )
    enlarged = lab.cost(chain((4, 4, 3), layers.CenterCrop(8, 8, name="crop")))
    assert enlarged.omitted[0].startswith("'crop' (CenterCrop): what is smaller is resized; ")

"""Counting Keras models as wholes: graphs, nesting, sharing, models of one's own, and what goes wrong."""

import re
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import inception_lab as lab
from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras

layers, ops = keras.layers, keras.ops


def names(cost: lab.Cost) -> list[str]:
    return [row.name for row in cost.layers]


# Graphs -------------------------------------------------------------------------------------------


def test_every_layer_has_a_row_in_the_order_of_the_graph() -> None:
    x = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(4, 3, name="conv", activation="relu")(x)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.Flatten(name="flat")(y)
    cost = lab.cost(keras.Model(x, layers.Dense(10, name="dense")(y), name="net"))
    assert (cost.network, cost.input_shape, cost.output_shape) == ("net", (8, 8, 3), (10,))
    assert names(cost) == ["conv", "pool", "flat", "dense"]
    assert cost["conv"].macs == 6 * 6 * 4 * 9 * 3
    assert cost["conv"].operations.comparisons == 6 * 6 * 4
    assert cost["dense"].macs == 3 * 3 * 4 * 10
    assert cost.parameters == (9 * 3 + 1) * 4 + (36 + 1) * 10
    assert [row.reach.largest for row in cost.layers] == [3, 4, 8, 8]
    assert cost.to_frame().loc["conv", "macs"] == 3888


def test_a_layer_used_twice_computes_twice_and_is_stored_once() -> None:
    x, y = keras.Input((4,)), keras.Input((4,))
    dense = layers.Dense(3, name="dense")
    cost = lab.cost(keras.Model([x, y], layers.Add(name="sum")([dense(x), dense(y)])))
    assert names(cost) == ["dense", "dense (2)", "sum"]
    assert [row.macs for row in cost.layers] == [12, 12, 0]
    assert [row.parameters for row in cost.layers] == [15, 0, 0]
    assert cost.input_shape == ((4,), (4,))


def test_nested_models_are_counted_inside() -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="dense")], name="inner")
    x = keras.Input((4,))
    middle = keras.Model(x, layers.Add(name="sum")([inner(x), inner(x)]), name="middle")
    y = keras.Input((4,))
    cost = lab.cost(keras.Model(y, middle(y)))
    assert names(cost) == ["middle/inner/dense", "middle/inner (2)/dense", "middle/sum"]
    assert (cost.macs, cost.parameters) == (24, 15)
    assert set(cost.by_module()) == {"middle"}


def test_a_nested_model_is_counted_at_each_size() -> None:
    inner = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(2, 3, padding="same")], name="inner"
    )
    x = keras.Input((8, 8, 3))
    cost = lab.cost(keras.Model(x, [inner(x), inner(layers.MaxPooling2D(name="pool")(x))]))
    assert [row.macs for row in cost.layers if row.macs] == [64 * 54, 16 * 54]


def test_nodes_of_keras_ops_are_counted() -> None:
    x = keras.Input((4, 6))
    scores = ops.softmax(ops.matmul(x, ops.transpose(x, (0, 2, 1))) / 2)
    y = ops.einsum("bij,bjk->bik", scores, x)
    y = ops.mean(ops.relu(y), axis=1)
    cost = lab.cost(keras.Model(x, y))
    assert [row.type for row in cost.layers] == [
        "Transpose", "Matmul", "TrueDivide", "Softmax", "Einsum", "Relu", "Mean",
    ]  # fmt: skip
    assert cost.operations == Operations(
        macs=4 * 4 * 6 + 4 * 4 * 6,
        divisions=16 + 16 + 6,
        exponentials=16,
        additions=(16 - 4) + (24 - 6),
        comparisons=24,
    )


def test_windows_moved_into_the_batch_stay_counted() -> None:
    """4 windows of 2×2 places, each through a dense layer: 16 places in all."""
    x = keras.Input((4, 4, 3))
    y = ops.reshape(x, (-1, 2, 2, 2, 2, 3))
    y = ops.reshape(ops.transpose(y, (0, 1, 3, 2, 4, 5)), (-1, 4, 3))
    cost = lab.cost(keras.Model(x, layers.Dense(5, name="dense")(y)))
    assert cost["dense"].macs == 16 * 3 * 5
    assert cost["dense"].output_shape == (4, 4, 5)


def test_channels_may_come_first() -> None:
    x = keras.Input((3, 8, 8))
    y = layers.Conv2D(4, 3, data_format="channels_first", name="conv")(x)
    cost = lab.cost(keras.Model(x, layers.BatchNormalization(axis=1)(y)))
    assert cost.macs == 6 * 6 * 4 * 9 * 3
    assert cost["conv"].reach.largest == 3


def test_channels_first_is_noticed_before_a_model_is_built() -> None:
    """Keras would build it, with 224 channels on 3×224 places."""
    message = (
        "`input_shape` must be (height, width, channels), with the channels last: (224, 224, 3). "
        "Received: input_shape=(3, 224, 224)."
    )
    for unbuilt in (layers.Conv2D(4, 3), keras.Sequential([layers.Conv2D(4, 3), layers.Flatten()])):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            lab.cost(unbuilt, (3, 224, 224))
    first = keras.Sequential([layers.Conv2D(4, 3, data_format="channels_first")])
    assert lab.cost(first, (3, 224, 224)).macs == 222 * 222 * 4 * 9 * 3
    assert lab.cost(keras.Sequential([layers.Flatten(), layers.Dense(2)]), (3, 20, 20)).macs == 2_400


def test_frozen_layers_are_stored_and_not_trained() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    model.layers[0].trainable = False
    cost = lab.cost(model)
    assert (cost.parameters, cost.moving_statistics) == (8, 15)


def test_counting_leaves_the_model_as_it_was() -> None:
    model = Residual()
    model(np.zeros((1, 8), "float32"))
    before = [len(layer._inbound_nodes) for layer in model._flatten_layers()]
    first = lab.cost(model, (8,))
    assert [len(layer._inbound_nodes) for layer in model._flatten_layers()] == before
    assert lab.cost(model, (8,)).rows() == first.rows()


def test_rectangles_have_a_reach_for_each_side() -> None:
    x = keras.Input((32, 32, 3))
    y = layers.Conv2D(2, (1, 7), padding="same", name="across")(x)
    y = layers.Conv2D(2, 3, dilation_rate=(2, 1), name="wide")(y)
    y = layers.AveragePooling2D(1, 2, name="every second")(y)
    cost = lab.cost(keras.Model(x, layers.UpSampling2D(2, name="up")(y)))
    found = [(row.reach.rows.largest, row.reach.columns.largest, row.reach.stride) for row in cost.layers]
    assert found == [(1, 7, 1), (5, 9, 1), (5, 9, 2), (5, 9, 1)]


def test_networks_built_here_cost_what_their_description_says() -> None:
    network = lab.googlenet((96, 96, 3), classes=10, auxiliary=("3a",), variant="batch_norm", width=0.25)
    counted, described = lab.cost(lab.build(network, softmax=True)), lab.cost(network)
    assert counted.operations == described.operations
    assert (counted.parameters, counted.moving_statistics) == (
        described.parameters,
        described.moving_statistics,
    )
    for row in described.layers:
        assert counted[row.name.replace("/", "_")].reach == row.reach, row.name


# Models of one's own ------------------------------------------------------------------------------


class Residual(keras.Model):  # type: ignore[misc]
    """Two layers and a sum; one matrix of its own; a layer that is never called."""

    def __init__(self) -> None:
        super().__init__(name="residual")
        self.first = layers.Dense(8, activation="relu", name="first")
        self.second = layers.Dense(8, name="second")
        self.spare = layers.Dense(2, name="spare")
        self.spare.build((None, 5))
        self.matrix = self.add_weight(shape=(8, 4), name="matrix")

    def call(self, x: Any, training: bool = False) -> Any:
        y = x + self.second(self.first(x))
        return ops.matmul(y, self.matrix)


def test_a_subclassed_model_is_traced() -> None:
    model = Residual()
    cost = lab.cost(model, (8,))
    assert [(row.name, row.type, row.macs, row.parameters) for row in cost.layers] == [
        ("residual", "Residual", 0, 32),
        ("first", "Dense", 64, 72),
        ("second", "Dense", 64, 72),
        ("add", "Add", 0, 0),
        ("matmul", "Matmul", 32, 0),
        ("spare", "unused", 0, 12),
    ]
    assert cost.parameters == model.count_params()
    assert "'spare': 12 parameters, never used" in cost.omitted


def test_a_built_subclassed_model_knows_its_input() -> None:
    model = Residual()
    model(np.zeros((2, 8), "float32"))
    assert lab.cost(model).macs == 64 + 64 + 32


class Block(keras.layers.Layer):  # type: ignore[misc]
    """A layer of layers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.norm = layers.LayerNormalization(name="norm")
        self.attention = layers.MultiHeadAttention(2, 4, name="attention")

    def call(self, x: Any) -> Any:
        y = self.norm(x)
        return x + self.attention(y, y)


def test_layers_of_layers_are_counted_inside() -> None:
    x = keras.Input((5, 8))
    model = keras.Model(x, Block(name="two")(Block(name="one")(x)))
    cost = lab.cost(model)
    assert names(cost) == [
        f"{block}/{layer}" for block in ("one", "two") for layer in ("norm", "attention", "add")
    ]
    assert cost.macs == 2 * (4 * 5 * 8 * 8 + 2 * 2 * 5 * 5 * 4)
    assert cost.parameters == model.count_params()


class TwoInputs(keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="two")
        self.dense = layers.Dense(3, name="dense")

    def call(self, image: Any, words: Any) -> Any:
        return self.dense(image) + self.dense(words)


def test_inputs_of_subclassed_models_go_by_name() -> None:
    cost = lab.cost(TwoInputs(), {"words": (4,), "image": (4,)})
    assert [row.macs for row in cost.layers] == [12, 12, 0]
    assert lab.cost(TwoInputs(), [(4,), (4,)]).macs == 24


# What has no rule ---------------------------------------------------------------------------------


class Scale(keras.layers.Layer):  # type: ignore[misc]
    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(input_shape[-1],))

    def call(self, x: Any) -> Any:
        return x * self.scale


def test_a_layer_without_a_rule_is_shown_and_said() -> None:
    x = keras.Input((10,))
    cost = lab.cost(keras.Model(x, layers.Dense(3)(Scale(name="scale")(x))))
    assert not cost["scale"].counted
    assert cost["scale"].row()["macs"] == "?"
    assert (
        "'scale' (Scale): has no rule; 10 parameters, 23.3 % of all; inception_lab.counting.rule adds one"
        in cost.omitted
    )
    assert cost.macs == 30


class Shift(Scale):
    pass


def test_a_reader_may_add_a_rule() -> None:
    @lab.counting.rule(Shift)
    def shift(call: lab.counting.Call) -> Operations:
        return Operations(multiplications=call.elements)

    x = keras.Input((10,))
    cost = lab.cost(keras.Model(x, Shift(name="shift")(x)))
    assert cost["shift"].operations == Operations(multiplications=10)
    assert not any("shift" in line for line in cost.omitted)
    with pytest.raises(TypeError, match=r"^`rule` takes classes of layers\. Received: 'Shift'\.$"):
        lab.counting.rule("Shift")  # type: ignore[arg-type]


class Odd(keras.layers.Conv2D):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return super().call(x) * 2


def test_a_class_that_computes_something_else_needs_a_rule_of_its_own() -> None:
    x = keras.Input((8, 8, 3))
    cost = lab.cost(keras.Model(x, Odd(4, 3, name="odd")(x)))
    assert not cost["odd"].counted
    assert cost.parameters == 4 * 28


@pytest.mark.parametrize(
    ("layer", "shape", "why"),
    [
        (layers.Activation(lambda x: x), (4,), "the activation <lambda> has no formula here"),
        (layers.UpSampling2D(2, interpolation="bicubic"), (4, 4, 1), "interpolation='bicubic'"),
        (layers.Dense(2, lora_rank=1), (4,), "LoRA is switched on"),
    ],
)
def test_what_a_rule_cannot_count_is_said(layer: Any, shape: tuple[int, ...], why: str) -> None:
    x = keras.Input(shape)
    cost = lab.cost(keras.Model(x, layer(x)))
    assert not cost.layers[0].counted
    assert cost.omitted[0].startswith(f"'{layer.name}' ({type(layer).__name__}): {why}; ")


# Shapes asked for, and mistakes -------------------------------------------------------------------


def test_free_sides_are_given() -> None:
    x = keras.Input((None, None, 3), name="image")
    model = keras.Model(x, layers.Conv2D(4, 3)(x))
    assert lab.cost(model, (10, 12, 3)).macs == 8 * 10 * 4 * 27
    assert lab.cost(model, {"image": (10, 12, 3)}).macs == 8 * 10 * 4 * 27
    assert lab.cost(layers.Conv2D(32, 5, padding="same"), (28, 28, 192)).macs == 120_422_400


def free_model() -> Any:
    x, y = keras.Input((None, None, 3), name="image"), keras.Input((7,), name="words")
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x))
    return keras.Model([x, y], layers.Concatenate()([pooled, y]))


class WithTensorFlow(keras.Model):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return tf.nn.relu(x)


MISTAKES = [
    (
        free_model,
        None,
        "`input_shape` must be given for the sides that the model leaves free: height and width of 'image'. "
        "Received: None for {'image': (None, None, 3), 'words': (7,)}.",
    ),
    (
        free_model,
        {"words": (7,)},
        "`input_shape` must be given for every input with free sides. Missing: image.",
    ),
    (
        free_model,
        {"picture": (8, 8, 3)},
        "`input_shape` must name the model's inputs, 'image', 'words'. Received: 'picture'.",
    ),
    (
        free_model,
        {"image": (8, 8, 1)},
        "`input_shape` must be (None, None, 3) for 'image', where None may be any number. "
        "Received: input_shape={'image': (8, 8, 1)}.",
    ),
    (
        free_model,
        (8, 8, 3),
        "`input_shape` must hold a shape for each of the model's 2 inputs: image, words. "
        "Received: input_shape=(8, 8, 3).",
    ),
    (
        free_model,
        {"image": (8, 0, 3)},
        "`side 1` must be a positive integer. Received: side 1=0 in the shape of 'image', (8, 0, 3).",
    ),
    (
        lambda: keras.Sequential([layers.Dense(3)], name="plain"),
        None,
        "`input_shape` must be given for a model that has not been built: the shape of one input without "
        "batch, such as (224, 224, 3). Received: None ('plain').",
    ),
    (
        lambda: layers.Dense(3, name="alone"),
        None,
        "`input_shape` must be given for a layer that has not been built: the shape of one input without "
        "batch, such as (224, 224, 3). Received: None ('alone').",
    ),
    (
        lambda: layers.Dense(3),
        "224",
        "`input_shape` must be a shape without batch, such as (224, 224, 3), or several. "
        "Received: input_shape='224'.",
    ),
]


@pytest.mark.parametrize(("model", "input_shape", "message"), MISTAKES)
def test_mistakes_take_one_line(model: Any, input_shape: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.cost(model(), input_shape)


def test_a_model_that_takes_no_symbolic_inputs_says_why() -> None:
    with pytest.raises(ValueError, match=r"^A model must take symbolic inputs: ") as caught:
        lab.cost(WithTensorFlow(), (4,))
    assert "\n" not in str(caught.value)
    assert "Received: WithTensorFlow; its call raised" in str(caught.value)


def test_an_input_too_small_is_said_in_one_line() -> None:
    x = keras.Input((None, None, 3))
    model = keras.Model(x, layers.Conv2D(4, 5)(x))
    with pytest.raises(ValueError, match=r"^`input_shape` must suit every layer\. Received: ") as caught:
        lab.cost(model, (3, 3, 3))
    assert "\n" not in str(caught.value)


def test_an_unbuilt_model_is_counted_with_a_shape() -> None:
    cost = lab.cost(keras.Sequential([layers.Dense(3), layers.Dense(2)]), (4,))
    assert (cost.macs, cost.parameters) == (12 + 6, 15 + 8)

"""Keras models described: built again, they have the same shapes, parameters and outputs."""

import re
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import as_array, keras

layers = keras.layers


def copied(model: Any, again: Any) -> None:
    """Give the layers of one model the weights of another's layers of the same names."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if layer.weights:
            for weight in layer.weights:
                drawn = rng.normal(0, 0.3, weight.shape)
                weight.assign(abs(drawn) + 0.5 if "variance" in weight.path else drawn)
            for own, theirs in zip(again.get_layer(layer.name).weights, layer.weights, strict=True):
                own.assign(as_array(theirs))


def assert_built_again(model: Any, side: int) -> None:
    network = lab.describe(model, (side, side, 3))
    again = lab.build(network, softmax=True)
    assert again.count_params() == model.count_params()
    assert again.output_shape[1:] == model.output_shape[1:]
    copied(model, again)
    pictures = np.random.default_rng(1).normal(size=(2, side, side, 3)).astype("float32")
    expected, found = (keras.ops.convert_to_numpy(each(pictures)) for each in (model, again))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    described, counted = lab.cost(network), lab.cost(model, (side, side, 3))
    assert described.operations == counted.operations
    assert described.moving_statistics == counted.moving_statistics


@pytest.mark.parametrize(
    ("name", "side"),
    [("VGG16", 32), ("MobileNetV2", 32), ("DenseNet121", 32)],  # the family is in test_family.py
)
def test_networks_of_keras_applications(name: str, side: int) -> None:
    make = getattr(keras.applications, name)
    assert_built_again(make(weights=None, input_shape=(side, side, 3), classes=7), side)


def test_a_scaled_sum_of_inception_resnet() -> None:
    scaled_sum = keras.src.applications.inception_resnet_v2.CustomScaleLayer
    x = keras.Input((4, 4, 3))
    y = layers.Conv2D(3, 3, padding="same")(x)
    assert_built_again(keras.Model(x, scaled_sum(0.17, name="block")([x, y])), 4)


def every_kind() -> Any:
    x = keras.Input((None, None, 3), name="image")
    y = layers.ZeroPadding2D(((1, 2), (0, 1)))(layers.Rescaling(0.5, -1)(x))
    y = layers.Conv2D(6, (3, 2), dilation_rate=2, padding="same", activation="gelu")(y)
    y = layers.GroupNormalization(3)(layers.LeakyReLU(0.2)(y))
    y = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="silu")(y)
    gate = layers.Reshape((1, 1, 12))(layers.GlobalAveragePooling2D()(y))
    gate = layers.Conv2D(12, 1, activation="hard_sigmoid")(layers.Dropout(0.1)(gate))
    y = layers.Multiply()([y, gate])
    y = layers.Conv2DTranspose(5, 3, 2, padding="same")(y)
    inner_x = keras.Input((None, None, 5))
    inner_y = layers.Activation("linear")(layers.SeparableConv2D(5, 3, padding="same")(inner_x))
    y = keras.Model(inner_x, layers.Add()([inner_x, inner_y]), name="inner")(y)
    pooled = layers.AveragePooling2D((2, 1), padding="same")(y)
    most = layers.MaxPooling2D((2, 1), padding="same")(y)
    y = layers.LayerNormalization()(layers.Concatenate()([pooled, most]))
    y = layers.GlobalMaxPooling2D()(layers.UpSampling2D((1, 2))(layers.ReLU(6)(y)))
    return keras.Model(x, layers.Dense(3, activation="softmax")(y), name="every_kind")


def test_every_kind() -> None:
    model = every_kind()
    network = lab.describe(model, (13, 10, 3))
    again = lab.build(network, softmax=True)
    flat = {layer.name: layer for layer in model.layers}
    flat |= {f"inner_{layer.name}": layer for layer in model.get_layer("inner").layers}
    for layer in again.layers:
        for own, theirs in zip(layer.weights, flat[layer.name].weights if layer.weights else [], strict=True):
            own.assign(as_array(theirs))
    picture = np.random.default_rng(1).normal(size=(1, 13, 10, 3)).astype("float32")
    expected, found = (keras.ops.convert_to_numpy(each(picture)) for each in (model, again))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert lab.cost(network).operations == lab.cost(model, (13, 10, 3)).operations
    assert "inner/separable_conv2d" in {re.sub(r"_\d+$", "", row.name) for row in lab.cost(network).layers}


def test_a_network_of_this_package_is_described_as_it_was() -> None:
    network = lab.googlenet((64, 64, 3), classes=5, width=0.25)
    again = lab.describe(lab.build(network, softmax=True))
    assert lab.cost(again).operations == lab.cost(network).operations
    assert lab.cost(again).parameters == lab.cost(network).parameters


def test_skips_may_lead_over_branches() -> None:
    """As in U-Net: what is skipped holds a fork of its own."""
    x = keras.Input((8, 8, 3))
    down = layers.MaxPooling2D(2)(layers.Conv2D(4, 3, padding="same")(x))
    deep = layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D(2)(down))
    up = layers.Concatenate()([down, layers.UpSampling2D(2)(deep)])
    assert_built_again(keras.Model(x, layers.Conv2D(2, 1)(up)), 8)


def crossing() -> Any:
    x = keras.Input((8, 8, 3))
    a, b = layers.Conv2D(4, 1, name="a")(x), layers.Conv2D(4, 1, name="b")(x)
    one, two = layers.Add(name="one")([a, b]), layers.Multiply(name="two")([a, b])
    return keras.Model(x, layers.Concatenate(name="all")([one, two]))


def shared() -> Any:
    x = keras.Input((8, 8, 3))
    conv = layers.Conv2D(3, 1, name="conv")
    return keras.Model(x, conv(conv(x)))


def with_layer(layer: Any) -> Any:
    x = keras.Input((8, 8, 4))
    return keras.Model(x, layer(x))


START = "A description is made of sequences and parallel branches of known layers. Received: "
MISTAKES = [
    (crossing, f"{START}'a' (Conv2D), which feeds branches that meet at different places."),
    (shared, f"{START}'conv' (Conv2D), which is used more than once."),
    (
        lambda: with_layer(layers.Cropping2D(1, name="cut")),
        f"{START}'cut' (Cropping2D), which has no description.",
    ),
    (
        lambda: with_layer(layers.BatchNormalization(axis=1, name="bn")),
        f"{START}'bn' (BatchNormalization), which normalises along another axis.",
    ),
    (
        lambda: with_layer(layers.LeakyReLU(0.3, name="leaky")),
        f"{START}'leaky' (LeakyReLU), which has the slope 0.3, not 0.2.",
    ),
    (
        lambda: with_layer(layers.Conv2D(2, 1, activation="selu", name="conv")),
        f"{START}'conv' (Conv2D), which has the activation selu, which has no description.",
    ),
    (
        lambda: with_layer(layers.Dense(2, name="dense")),
        f"{START}'dense' (Dense), which is used on a picture, at each place.",
    ),
    (
        lambda: keras.Sequential([keras.Input((4,)), layers.Dense(2)], name="plain"),
        "`model` must have one input, a picture, and one output, and a graph of layers. "
        "Received: 1 inputs and 1 outputs ('plain').",
    ),
]


@pytest.mark.parametrize(("model", "message"), MISTAKES)
def test_what_has_no_description_is_named(model: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.describe(model())


def test_only_models_are_described() -> None:
    with pytest.raises(TypeError, match=r"^`model` must be a Keras model\. Received: model=3\.$"):
        lab.describe(3)

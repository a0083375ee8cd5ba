"""Batch norm folded: the same outputs from fewer layers, whatever the layer before it."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import keras
from inception_lab.model.layers import BatchNormalization

layers = keras.layers
NORMS = (layers.BatchNormalization, BatchNormalization)


def trained(model: Any, seed: int = 0) -> Any:
    """Give every batch norm statistics and weights as after a training, so that nothing is 0 or 1."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, NORMS):
            for weight in (layer.gamma, layer.moving_variance):
                if weight is not None:
                    weight.assign(rng.uniform(0.5, 1.5, weight.shape))
            for weight in (layer.beta, layer.moving_mean):
                if weight is not None:
                    weight.assign(rng.uniform(-0.2, 0.2, weight.shape))
        elif getattr(layer, "use_bias", False):
            layer.bias.assign(rng.uniform(-0.2, 0.2, layer.bias.shape))
    return model


def pictures(model: Any, count: int = 2) -> Any:
    return np.random.default_rng(1).normal(size=(count, *model.input_shape[1:])).astype(np.float32)


def outputs(model: Any, x: Any) -> list[Any]:
    return [np.asarray(keras.ops.convert_to_numpy(y)) for y in keras.tree.flatten(model(x, training=False))]


def assert_same(model: Any, folded: Any) -> None:
    x = pictures(model)
    for found, expected in zip(outputs(folded, x), outputs(model, x), strict=True):
        assert np.abs(expected).max() > 1e-3
        assert np.abs(found - expected).max() <= 1e-5 * max(1.0, np.abs(expected).max())


def norms(model: Any) -> int:
    return sum(isinstance(layer, NORMS) for layer in model.layers)


@pytest.mark.parametrize(
    "options",
    [
        {"variant": "batch_norm"},
        {"normalization": "batch_norm", "auxiliary": True},
        {"normalization": "batch_norm", "stem": "separable"},
        {"variant": "torchvision"},
    ],
    ids=str,
)
def test_variants_of_googlenet(options: dict[str, Any]) -> None:
    network = lab.googlenet((112, 112, 3), 10, width=1 / 4, **options)
    model = trained(lab.build(network, kernel_initializer="he_normal", seed=0))
    assert norms(model) > 50
    before = model.get_weights()
    folded = lab.fold(model)
    assert norms(folded) == 0
    assert_same(model, folded)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert isinstance(folded.output, dict) == isinstance(model.output, dict)


def test_it_is_as_large_as_the_network_that_never_had_any() -> None:
    options: dict[str, Any] = {"input_shape": (64, 64, 3), "classes": 10, "width": 1 / 4, "stem": "small"}
    without = lab.build(lab.googlenet(**options, normalization="none"))
    folded = lab.fold(lab.build(lab.googlenet(**options, normalization="batch_norm")))
    assert folded.count_params() == without.count_params()


@pytest.mark.parametrize(
    ("name", "side", "options"),
    [
        ("ResNet50", 64, {}),
        ("MobileNetV2", 96, {"alpha": 0.35}),
        ("InceptionV3", 75, {}),
        ("Xception", 71, {}),
    ],
)
def test_keras_applications(name: str, side: int, options: dict[str, Any]) -> None:
    make = getattr(keras.applications, name)
    keras.utils.set_random_seed(0)
    model = trained(make(weights=None, input_shape=(side, side, 3), classes=10, **options))
    folded = lab.fold(model)
    assert norms(model) > 20
    assert norms(folded) == 0
    assert_same(model, folded)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(6, 3, groups=2),
        layers.Conv2D(6, 3, strides=2, use_bias=False),
        layers.Conv2DTranspose(6, 3, use_bias=False),
        layers.DepthwiseConv2D(3, depth_multiplier=3),
        layers.SeparableConv2D(6, 3, depth_multiplier=2, use_bias=False),
        layers.Dense(6),
    ],
    ids=lambda layer: layer.name,
)
@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False, "epsilon": 0.1}], ids=str)
def test_every_kind_of_layer(layer: Any, options: dict[str, Any]) -> None:
    copy = type(layer).from_config(layer.get_config())
    stack = keras.Sequential([keras.Input((8, 8, 4)), copy, layers.BatchNormalization(**options)])
    model = trained(stack)
    folded = lab.fold(model)
    assert len(folded.layers) == 2
    assert_same(model, folded)


def test_what_must_stay_stays() -> None:
    """After an activation, before a convolution, on a layer that leads elsewhere too, on one used twice."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="active")(image)
    x = layers.BatchNormalization(name="after_relu")(x)
    x = layers.Activation("relu")(x)
    x = split = layers.Conv2D(4, 3, padding="same", name="split")(x)
    x = layers.Add()([layers.BatchNormalization(name="on_split")(x), split])
    twice = layers.Conv2D(4, 3, padding="same", name="twice")
    x = layers.BatchNormalization(name="on_twice")(twice(twice(x)))
    x = layers.Conv2D(4, 3, name="rows")(x)
    x = layers.BatchNormalization(axis=1, name="on_rows")(x)
    x = layers.Conv2D(4, 3, name="last")(x)
    model = trained(keras.Model(image, layers.BatchNormalization(name="on_last")(x)))
    folded = lab.fold(model)
    kept = {layer.name for layer in folded.layers if isinstance(layer, NORMS)}
    assert kept == {"after_relu", "on_split", "on_twice", "on_rows"}
    assert_same(model, folded)


def test_models_inside_a_model() -> None:
    """As fine-tuning makes them: a body that was trained before, and a classifier after it."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, use_bias=False)(image)
    body = keras.Model(image, layers.ReLU()(layers.BatchNormalization()(x)), name="body")
    head = keras.Sequential([keras.Input((6, 6, 4)), layers.Conv2D(2, 1), layers.BatchNormalization()])
    plain = keras.Sequential([keras.Input((6, 6, 2)), layers.Conv2D(2, 3)])
    for inner in (body, head):
        trained(inner)
    model = keras.Sequential([keras.Input((8, 8, 3)), body, head, plain, layers.Flatten(), layers.Dense(3)])
    folded = lab.fold(model)
    assert [norms(layer) for layer in folded.layers if isinstance(layer, keras.Model)] == [0, 0, 0]
    assert_same(model, folded)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (lambda: lab.build(lab.inception_module(2, 2, 2, 2, 2, 2), (8, 8, 3)), "'inception'"),
        (
            lambda: keras.Sequential([layers.Dense(2), layers.BatchNormalization()], name="unbuilt"),
            "'unbuilt'",
        ),
        (lambda: keras.Sequential([keras.Input((4,)), layers.BatchNormalization()], name="alone"), "'alone'"),
        (lambda: "resnet", "'resnet'"),
    ],
)
def test_a_model_without_any_is_refused(model: Any, name: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        lab.fold(model())
    assert str(caught.value) == (
        "`model` must be a functional or sequential Keras model with batch norm straight after a "
        f"convolution or a dense layer. Received: {name}, without any."
    )

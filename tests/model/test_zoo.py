"""The networks around GoogLeNet in Keras, against Keras Applications and by themselves."""

import math
import re
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import keras

SIDES = {
    "alexnet": 67,
    "nin": 64,
    "googlenet": 64,
    "vgg16": 32,
    "resnet50": 64,
    "squeezenet": 64,
    "mobilenet": 64,
}


@pytest.mark.parametrize("name", SIDES)  # the family is in test_family.py
def test_network_builds_and_runs(name: str) -> None:
    network = lab.zoo.NETWORKS[name]((SIDES[name], SIDES[name], 3), classes=10)
    model = lab.build(network, softmax=True, seed=0)
    picture = np.random.default_rng(0).random((1, SIDES[name], SIDES[name], 3), "float32")
    found = lab.cost(network)
    assert model.count_params() == found.parameters + found.moving_statistics
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == found.parameters
    assert keras.ops.convert_to_numpy(model(picture)).sum() == pytest.approx(1, abs=1e-4)


def test_relu6_stops_at_six() -> None:
    model = lab.build(lab.layers.Activation("relu6"), (1, 1, 3))
    out = keras.ops.convert_to_numpy(model(np.array([[[[-1, 5, 7]]]], "float32")))
    assert out.tolist() == [[[[0, 5, 6]]]]


def test_vgg16_has_the_layers_of_keras_applications() -> None:
    assert layers_of(keras.applications.VGG16(weights=None)) == layers_of(lab.zoo.vgg16())


def test_mobilenet_has_the_layers_of_keras_applications() -> None:
    assert layers_of(keras.applications.MobileNet(weights=None)) == layers_of(lab.zoo.mobilenet())


def test_resnet50_has_the_layers_of_keras_applications() -> None:
    theirs = {
        our_name(layer.name): (layer.output.shape[1:], layer.count_params())
        for layer in keras.applications.ResNet50(weights=None).layers
        if not isinstance(layer, (keras.layers.InputLayer, keras.layers.ZeroPadding2D))
    }
    ours = {
        layer.name: (layer.output_shape, layer.parameters + layer.moving_statistics)
        for layer in lab.cost(lab.zoo.resnet50(variant="keras")).layers
        if layer.name != "prob"  # part of Keras's last layer
    }
    assert theirs == ours


@pytest.mark.parametrize("name", ["VGG16", "MobileNet", "ResNet50"])
def test_network_computes_what_keras_applications_computes(name: str) -> None:
    side = SIDES[name.lower()]
    theirs = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=5)
    options = {"variant": "keras"} if name == "ResNet50" else {}
    ours = lab.build(lab.zoo.NETWORKS[name.lower()]((side, side, 3), 5, **options), softmax=True)
    if name == "ResNet50":  # its branches come in another order
        for layer in theirs.layers:
            if layer.weights:
                ours.get_layer(our_name(layer.name).replace("/", "_")).set_weights(layer.get_weights())
    else:
        pairs = zip(theirs.get_weights(), ours.weights, strict=True)
        ours.set_weights([weight.reshape(own.shape) for weight, own in pairs])
    pictures = np.random.default_rng(1).normal(size=(2, side, side, 3)).astype("float32")
    expected, found = (keras.ops.convert_to_numpy(model(pictures)) for model in (theirs, ours))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def layers_of(network: Any) -> list[tuple[tuple[int, ...], int]]:
    """Return output shape and parameters of each layer, without those that only one side has."""
    if isinstance(network, lab.Network):
        rows = [
            (layer.output_shape, layer.parameters + layer.moving_statistics)
            for layer in lab.cost(network).layers
            if layer.type != "Dropout" and not layer.operations.exponentials
        ]
    else:
        skipped = (
            keras.layers.InputLayer,
            keras.layers.ZeroPadding2D,
            keras.layers.Dropout,
            keras.layers.Reshape,
        )
        rows = [
            (tuple(layer.output.shape[1:]), layer.count_params())
            for layer in network.layers
            if not isinstance(layer, (*skipped, keras.layers.Activation))
        ]
    return [(tuple(side for side in shape if side != 1), parameters) for shape, parameters in rows]


def our_name(name: str) -> str:
    """Return the path here of a layer of Keras's ResNet50: `conv3_block2_1_bn` is `res3b/branch2a/bn`."""
    block = re.fullmatch(r"conv(\d)_block(\d)_(add|out|(\d)_(conv|bn|relu))", name)
    if block:
        stage, number, last, branch, kind = block.groups()
        module = f"res{stage}{'abcdef'[int(number) - 1]}"
        if last in ("add", "out"):
            return f"{module}/{'output' if last == 'add' else 'relu'}"
        path = f"{module}/{('branch1', 'branch2a', 'branch2b', 'branch2c')[int(branch)]}"
        return path if kind == "conv" else f"{path}/{kind}"
    names = {"conv1_conv": "conv1", "conv1_bn": "conv1/bn", "conv1_relu": "conv1/relu", "pool1_pool": "pool1"}
    return {**names, "avg_pool": "pool5", "predictions": "fc1000"}.get(name, name)

"""The networks after GoogLeNet in Keras, against Keras Applications and by themselves."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import keras
from inception_lab.model.counting.graph import ordered
from tests.model.test_count_applications import products_of


def rows(cost: lab.Cost) -> list[tuple[Any, ...]]:
    """What is counted of each layer, without those that only one side has."""
    return [
        (row.input_shape, row.output_shape, row.parameters, row.moving_statistics, row.macs, row.reach)
        for row in cost.layers
        if row.type not in ("Dropout", "Multiply", "Scale")
        and row.name != "prob"
        and "Predictions" not in row.name
    ]


def with_weights(model: Any) -> list[Any]:
    """The layers that have weights, branch after branch."""
    return [node.operation for node in ordered(model.outputs, set()) if node.operation.weights]


@pytest.mark.parametrize(
    ("name", "describe", "side"),
    [
        ("InceptionV3", lab.inception_v3, 75),
        ("Xception", lab.xception, 71),
        pytest.param("InceptionResNetV2", lab.inception_resnet_v2, 75, marks=pytest.mark.slow),
    ],
)
def test_network_is_that_of_keras_applications(
    name: str, describe: Callable[..., lab.Network], side: int
) -> None:
    """Layer by layer in what is counted, in what `describe` makes of Keras's, and in outputs."""
    theirs = getattr(keras.applications, name)(
        weights=None, input_shape=(side, side, 3), classes=5, classifier_activation=None
    )
    network = describe((side, side, 3), 5)
    ours = lab.build(network, seed=0)
    expected, found, described = (lab.cost(each) for each in (theirs, network, lab.describe(theirs)))
    assert rows(found) == rows(expected)
    assert rows(found) == rows(described)
    assert theirs.count_params() == ours.count_params() == found.parameters + found.moving_statistics

    rng = np.random.default_rng(0)
    for own, other in zip(with_weights(ours), with_weights(theirs), strict=True):
        drawn = []
        for weight in own.weights:
            kernel = "kernel" in weight.path
            deviation = (2 / np.prod(weight.shape[:-1])) ** 0.5 if kernel else 0.1
            centre = 1 if "variance" in weight.path or "gamma" in weight.path else 0
            drawn.append(rng.normal(centre, deviation, weight.shape).astype("float32"))
        for layer in (own, other):
            layer.set_weights(drawn)
    pictures = rng.normal(size=(2, side, side, 3)).astype("float32")
    values, wanted = (keras.ops.convert_to_numpy(model(pictures)) for model in (ours, theirs))
    assert np.ptp(wanted) > 0.1  # no two networks that are silent
    np.testing.assert_allclose(values, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["bn_inception", "inception_v3", "inception_v4", "inception_resnet_v2", "xception"]
)
def test_the_profiler_finds_the_same(name: str) -> None:
    network = getattr(lab, name)()
    start = time.perf_counter()
    model = lab.build(network)
    if name == "inception_v3":
        assert time.perf_counter() - start < 4
    found = lab.cost(network)
    assert model.count_params() == found.parameters + found.moving_statistics
    assert products_of(model) == found.flops

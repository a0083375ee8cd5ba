"""The fused batch norm against Keras's own."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from inception_lab.model.backend import as_array, keras
from inception_lab.model.layers import BatchNormalization


def pair(channels: int, **options: Any) -> tuple[Any, Any]:
    layers = keras.layers.BatchNormalization(**options), BatchNormalization(**options)
    for layer in layers:
        layer.build((None, None, None, channels))
        for number, weight in enumerate(layer.weights):
            weight.assign(np.linspace(0.5, 1.5, channels) + number)
    return layers


@pytest.mark.parametrize(
    "options", [{}, {"scale": False}, {"center": False}, {"epsilon": 1e-5, "momentum": 0.9}]
)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("channels", [7, 16])
def test_results_gradients_and_statistics_are_those_of_keras(
    options: dict[str, Any], training: bool, channels: int
) -> None:
    x = tf.constant(np.random.default_rng(0).normal(2, 3, (4, 6, 5, channels)), tf.float32)
    found = []
    for layer in pair(channels, **options):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=training)
            loss = tf.reduce_sum(y**3)
        weights = [variable.value for variable in layer.trainable_variables]
        gradients = tape.gradient(loss, [x, *weights])
        found.append([as_array(t) for t in (y, *gradients, *layer.weights)])
    for theirs, ours in zip(*found, strict=True):
        # Gradients are sums that nearly cancel in places, in another order with other threads.
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.parametrize("channels", [7, 16])
def test_half_precision_goes_in_and_comes_out(channels: int) -> None:
    x = np.random.default_rng(0).normal(2, 3, (8, 6, 5, channels)).astype(np.float32)
    theirs, ours = pair(channels, dtype="mixed_bfloat16")
    expected, found = (as_array(tf.cast(layer(x, training=True), "float32")) for layer in (theirs, ours))
    assert ours(x, training=True).dtype == "bfloat16"
    np.testing.assert_allclose(found, expected, atol=0.03)  # 2⁻⁸ of values up to about 5
    assert ours.moving_mean.dtype == "float32"


def test_a_frozen_layer_does_not_move_its_statistics() -> None:
    _, layer = pair(4)
    layer.trainable = False
    before = [as_array(weight) for weight in layer.weights]
    layer(np.ones((2, 3, 3, 4), np.float32), training=True)
    for old, new in zip(before, layer.weights, strict=True):
        np.testing.assert_array_equal(old, as_array(new))

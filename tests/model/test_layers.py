"""Local response normalisation and convolutions in groups against TensorFlow's own and against loops."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from inception_lab.model.backend import gpu, keras
from inception_lab.model.layers import GroupedConv2D, LocalResponseNormalization


def pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).normal(scale=3, size=shape).astype("float32")


def by_loops(x: np.ndarray, depth_radius: int, bias: float, alpha: float, beta: float) -> np.ndarray:
    """Each value divided by a measure of its neighbours in other channels."""
    result = np.empty(x.shape)
    channels = x.shape[-1]
    for place in np.ndindex(x.shape[:-1]):
        for channel in range(channels):
            near = range(max(0, channel - depth_radius), min(channels, channel + depth_radius + 1))
            total = sum(float(x[place][neighbour]) ** 2 for neighbour in near)
            result[place][channel] = x[place][channel] / (bias + alpha * total) ** beta
    return result


SETTINGS: list[dict[str, Any]] = [
    {"depth_radius": 2, "bias": 1.0, "alpha": 2e-5, "beta": 0.75},  # GoogLeNet's
    {"depth_radius": 2, "bias": 2.0, "alpha": 0.5, "beta": 0.75},
    {"depth_radius": 1, "bias": 1.0, "alpha": 0.3, "beta": 0.5},
    {"depth_radius": 5, "bias": 0.7, "alpha": 1.0, "beta": 1.0},  # more neighbours than channels
    {"depth_radius": 0, "bias": 1.0, "alpha": 0.2, "beta": 0.3},  # none but itself
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_normalisation_is_loops_over_neighbours(setting: dict[str, Any]) -> None:
    x = pictures(2, 3, 4, 7)
    np.testing.assert_allclose(LocalResponseNormalization(**setting)(x), by_loops(x, **setting), rtol=1e-5)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_normalisation_is_tensorflows(setting: dict[str, Any]) -> None:
    x = pictures(2, 5, 6, 24)
    theirs = tf.nn.local_response_normalization(x, **setting)
    np.testing.assert_allclose(LocalResponseNormalization(**setting)(x), theirs, rtol=1e-5)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_gradient_is_tensorflows(setting: dict[str, Any]) -> None:
    x, weights = tf.constant(pictures(2, 3, 3, 12)), pictures(2, 3, 3, 12)
    ours = LocalResponseNormalization(**setting)
    gradients: list[Any] = []
    for normalise in (ours, lambda x: tf.nn.local_response_normalization(x, **setting)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(weights * normalise(x))
        gradients.append(tape.gradient(total, x))
    np.testing.assert_allclose(gradients[0], gradients[1], atol=1e-5)


@pytest.mark.parametrize("beta", [0.75, 0.5])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_has_a_finite_gradient(dtype: str, beta: float) -> None:
    setting = {"depth_radius": 2, "bias": 1.0, "alpha": 0.1, "beta": beta}
    x = pictures(2, 4, 4, 16)
    layer = LocalResponseNormalization(**setting, dtype=dtype)  # type: ignore[arg-type]
    small = tf.cast(x, dtype)
    with tf.GradientTape() as tape:
        tape.watch(small)
        result = layer(small)
    gradient = tape.gradient(result, small)
    assert (result.dtype.name, gradient.dtype.name) == (dtype, dtype)
    assert np.isfinite(tf.cast(gradient, "float32")).all()
    assert np.any(gradient != 0)
    np.testing.assert_allclose(tf.cast(result, "float32"), by_loops(x, **setting), rtol=0.05)  # type: ignore[arg-type]


def test_large_values_do_not_overflow_in_float16() -> None:
    x = 400 * pictures(1, 2, 2, 16)  # squared they would be beyond float16
    assert np.abs(x).max() > 1000
    found = LocalResponseNormalization(dtype="float16")(x)
    expected = by_loops(x, depth_radius=2, bias=1.0, alpha=2e-5, beta=0.75)
    np.testing.assert_allclose(tf.cast(found, "float32"), expected, rtol=0.01)


def test_normalisation_has_no_weights_and_keeps_the_shape() -> None:
    layer = LocalResponseNormalization()
    assert layer(keras.Input((None, None, 64))).shape == (None, None, None, 64)
    assert layer.compute_output_shape((None, 56, 56, 64)) == (None, 56, 56, 64)
    assert layer.count_params() == 0


def test_a_model_with_it_is_saved_and_loaded(tmp_path: Path) -> None:
    setting = {"depth_radius": 1, "bias": 1.5, "alpha": 0.4, "beta": 0.6}
    image = keras.Input((3, 3, 5))
    model = keras.Model(image, LocalResponseNormalization(**setting, name="norm")(image))  # type: ignore[arg-type]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    config = again.get_layer("norm").get_config()
    assert {name: config[name] for name in setting} == setting
    x = pictures(1, 3, 3, 5)
    np.testing.assert_array_equal(again(x), model(x))


@pytest.mark.skipif(gpu() is not None, reason="on a GPU Keras's own is taken")
def test_groups_learn_in_a_quarter_of_keras_time_on_a_cpu() -> None:
    """Measured: a tenth and less. It is this process's time: others may use the machine."""
    x, seconds = tf.constant(pictures(2, 16, 16, 64)), []
    for kind in (GroupedConv2D, keras.layers.Conv2D):
        layer = kind(64, 3, padding="same", groups=8)
        layer.build(x.shape)

        def learnt(layer: Any = layer) -> Any:
            with tf.GradientTape() as tape:
                total = tf.reduce_sum(layer(x) ** 2)
            return tape.gradient(total, layer.kernel)

        step = tf.function(learnt)
        step()  # which makes the graph
        started = time.process_time()
        step(), step()
        seconds.append(time.process_time() - started)
    assert seconds[0] < seconds[1] / 4

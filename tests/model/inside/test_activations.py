"""Signal and gradients against a network worked out by hand, and against finite differences."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import Dense, Flatten
from inception_lab.architecture.network import Network, Sequence, Tap
from inception_lab.model.backend import keras
from inception_lab.model.inside.activations import cross_entropy, inspect
from inception_lab.model.inside.branches import branch_maps

ROOT = Path(__file__).parents[2]


def by_hand() -> Any:
    """x → a = relu(W x) → y = V a, and a head z = U a; two inputs, two units, one output each."""
    body = Sequence(
        Flatten(name="flatten"),
        Dense(2, use_bias=False, activation="relu", name="a"),
        Tap(Dense(1, use_bias=False, name="z"), "aux1"),
        Dense(1, use_bias=False, name="y"),
    )
    model = lab.build(Network((1, 2, 1), body))
    weights = {"a": [[3.0, -1.0], [1.0, -1.0]], "z": [[5.0], [7.0]], "y": [[2.0], [4.0]]}
    for name, kernel in weights.items():
        model.get_layer(name).set_weights([np.array(kernel, np.float32)])
    return model


PICTURES = np.array([[[[1.0], [2.0]]], [[[-2.0], [1.0]]]], np.float32)  # x = (1, 2) and (−2, 1)
# a = relu(3·1 + 1·2, −1 − 2) = (5, 0) and relu(−6 + 1, 2 − 1) = (0, 1); y = 10 and 4; z = 25 and 7


def mean_of_both(outputs: dict[str, Any]) -> Any:
    return keras.ops.mean(outputs["main"] + 0.5 * outputs["aux1"])


def test_a_network_worked_out_by_hand() -> None:
    found = inspect(by_hand(), PICTURES, mean_of_both)
    # ((10 + 12.5) + (4 + 3.5)) / 2
    assert found.loss == 15.0
    assert list(found.readings) == ["flatten", "a", "z", "y"]
    # standard deviation of a = (5, 0, 0, 1): mean 1.5, squares (12.25 + 2.25 + 2.25 + .25) / 4
    assert found["a"].spread == pytest.approx(4.25**0.5)
    # ∂L/∂a of one picture: V + U/2 = (2 + 2.5, 4 + 3.5)
    assert found["a"].activation_gradient == pytest.approx((4.5**2 + 7.5**2) ** 0.5)
    assert found["y"].activation_gradient == pytest.approx(1.0)
    assert found["z"].activation_gradient == pytest.approx(0.5)
    # ∂L/∂V is the mean of a: (2.5, .5); |V| = √20
    assert found["y"].weight_gradient == pytest.approx((2.5**2 + 0.5**2) ** 0.5)
    assert found.relative_gradient("y") == pytest.approx((2.5**2 + 0.5**2) ** 0.5 / 20**0.5)
    # ∂L/∂W: unit 0 is on for x = (1, 2) only, unit 1 for (−2, 1) only: (1, 2)·4.5/2 and (−2, 1)·7.5/2
    expected = 5**0.5 * (2.25**2 + 3.75**2) ** 0.5
    assert found["a"].weight_gradient == pytest.approx(expected)
    assert found.relative_gradient("a") == pytest.approx(expected / 12**0.5)
    # ∂L/∂x of the first picture W₀·4.5 = 4.5 (3, 1), of the second 7.5 (−1, −1); mean square of the norms
    assert found["flatten"].activation_gradient == pytest.approx(((4.5**2 * 10 + 7.5**2 * 2) / 2) ** 0.5)
    assert found["flatten"].weight_gradient is None


def test_only_the_loss_that_is_asked_for_counts() -> None:
    found = inspect(by_hand(), PICTURES, lambda outputs: keras.ops.mean(outputs["main"]))
    assert found["z"].activation_gradient == 0
    assert found["z"].weight_gradient == 0
    assert found["a"].activation_gradient == pytest.approx(20**0.5)


def small_module(normalization: str = "none") -> Any:
    return lab.build(
        lab.googlenet(
            (32, 32, 3),
            5,
            ("3a",),
            width=1 / 8,
            stem="small",
            rows={"3a": lab.TABLE_1["3a"], "4a": lab.TABLE_1["4a"]},
            normalization=normalization,  # type: ignore[arg-type]
        ),
        kernel_initializer="he_normal",
        seed=0,
    )


def noise(count: int = 2) -> Any:
    return np.random.default_rng(0).normal(size=(count, 32, 32, 3)).astype(np.float32)


def test_weight_gradients_are_those_of_finite_differences() -> None:
    model, labels = small_module(), np.array([1, 4])
    loss = cross_entropy(labels)
    found = inspect(model, noise(), loss)
    kernel = model.get_layer("inception_3a_3x3").kernel
    before = keras.ops.convert_to_numpy(keras.ops.copy(kernel))
    # along a random direction, the loss's slope is the gradient's component: probe it in many directions
    rng = np.random.default_rng(0)
    slopes = []
    for _ in range(20):
        direction = rng.normal(size=before.shape).astype(np.float32)
        direction /= np.linalg.norm(direction)
        ends = []
        for step in (0.02, -0.02):
            kernel.assign(before + step * direction)
            ends.append(float(loss(model(noise()))))
        slopes.append((ends[0] - ends[1]) / 0.04)
    kernel.assign(before)
    # mean square of a component is |gradient|² / dimensions
    expected = (np.mean(np.square(slopes)) * before.size) ** 0.5
    assert found["inception_3a/3x3"].weight_gradient == pytest.approx(expected, rel=0.5)
    assert found["inception_3a/3x3"].weight == pytest.approx(float(np.linalg.norm(before)), rel=1e-6)


def test_every_layer_is_read_and_nothing_is_changed() -> None:
    model = small_module("batch_norm")
    before = model.get_weights()
    found = inspect(model, noise(4), cross_entropy(np.arange(4)), training=True)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert set(found.readings) == {layer.name for layer in model.layers} - {"image"}
    assert all(np.isfinite(reading.activation_gradient) for reading in found.readings.values())
    # behind batch norm, in training, each channel has spread 1
    assert found["inception_3a/5x5/bn"].spread == pytest.approx(1, abs=0.01)


def test_the_loss_is_that_of_training() -> None:
    model, labels = small_module(), np.array([1, 4])
    outputs = {name: keras.ops.convert_to_numpy(logits) for name, logits in model(noise()).items()}

    def by_numpy(logits: Any) -> float:
        exponentials = np.exp(logits)
        return float(-np.log(exponentials[np.arange(2), labels] / exponentials.sum(axis=1)).mean())

    both = by_numpy(outputs["main"]) + 0.3 * by_numpy(outputs["aux1"])
    assert inspect(model, noise(), cross_entropy(labels)).loss == pytest.approx(both, rel=1e-5)
    half = by_numpy(outputs["main"]) + 0.5 * by_numpy(outputs["aux1"])
    assert inspect(model, noise(), cross_entropy(labels, {"aux1": 0.5})).loss == pytest.approx(half, rel=1e-5)


def test_a_modules_gradient_is_that_of_all_its_kernels() -> None:
    found = inspect(small_module(), noise(), cross_entropy(np.array([1, 4])))
    kernels = [r for n, r in found.readings.items() if n.startswith("inception_3a_") and r.weight]
    assert len(kernels) == 6
    gradient = sum((r.weight_gradient or 0) ** 2 for r in kernels)
    weight = sum((r.weight or 0) ** 2 for r in kernels)
    assert found.relative_gradient("inception_3a") == pytest.approx((gradient / weight) ** 0.5)


@pytest.mark.parametrize("normalization", ["none", "batch_norm"])
def test_maps_by_branch_are_what_is_joined(normalization: str) -> None:
    model = small_module(normalization)
    branches = branch_maps(model, noise(), ["inception_3a"])["inception_3a"]
    assert list(branches) == ["1x1", "3x3", "5x5", "pool_proj"]
    joined = np.concatenate(list(branches.values()), axis=-1)
    partial = keras.Model(model.input, model.get_layer("inception_3a_output").output)
    np.testing.assert_allclose(joined, keras.ops.convert_to_numpy(partial(noise())), rtol=1e-5, atol=1e-6)


def test_what_is_not_there_is_named() -> None:
    model = by_hand()
    found = inspect(model, PICTURES, mean_of_both)
    for action, text in (
        (lambda: found["b"], "The network must have the layer asked for. Received: 'b'."),
        (lambda: found.relative_gradient("flatten"), "`module` must have a kernel. Received: 'flatten'."),
        (lambda: branch_maps(model, PICTURES[0], ["inception_9z"]),
         "`inputs` must be as the network takes it, of shape (any, 1, 2, 1). Received: shape (1, 2, 1)."),
        (lambda: inspect(model, PICTURES[0], mean_of_both),
         "`pictures` must be as the network takes it, of shape (any, 1, 2, 1). Received: shape (1, 2, 1)."),
        (lambda: branch_maps(model, PICTURES, ["inception_9z"]),
         "`module` must be one of the network's: none. Received: 'inception_9z'."),
        (lambda: inspect(keras.Sequential([keras.Input((2,)), model.layers[-1]]).layers[0], PICTURES, sum),
         "The model must be a functional one of single layers, each used once, with one input. "
         "Received: 'y'."),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="Received") as caught:
            action()
        assert str(caught.value) == text


@pytest.mark.slow
def test_the_papers_network_fades_both_ways_and_its_weight_gradient_does_not() -> None:
    from inception_lab.experiments.gradients import photographs

    model = lab.build(lab.googlenet(), seed=0)
    found = inspect(model, photographs(), cross_entropy(np.arange(8)))
    assert found.loss == pytest.approx(np.log(1000), abs=0.02)
    start, end = found["conv1/7x7_s2"], found["inception_5b/output"]
    assert start.spread / end.spread > 10
    assert end.activation_gradient / start.activation_gradient > 10
    flat = found.relative_gradient("inception_5b") / found.relative_gradient("inception_3a")
    assert 0.3 < flat < 4

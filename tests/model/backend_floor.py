"""What must come out alike on every backend, as arrays in a file: run by test_backends, a process for each.

python tests/model/backend_floor.py FILE
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

import inception_lab as lab
from inception_lab.architecture.network import Network
from inception_lab.model.backend import as_array, keras
from inception_lab.model.data.augment import Window
from inception_lab.model.inside.activations import cross_entropy, inspect
from inception_lab.model.inside.attention import grad_cam
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.recipes import Recipe

# Everything that a network of ours can have, small: LRN and biases, batch norm, heads. (JAX compiles every
# operation for every shape, which takes its time.)
ROW = {"3a": lab.TABLE_1["3a"]}
NETWORKS = {
    "paper": lab.googlenet((64, 64, 3), 10, ("3a",), width=0.125, rows=ROW),
    "batch norm": lab.googlenet((32, 32, 3), 10, ("3a",), "batch_norm", 0.125, stem="small", rows=ROW),
}
RECIPE = Recipe("tests", 0.05, "cosine", nesterov=True, weight_decay=1e-3, averaging=0.9, batch_size=8)
STEPS = 3


def random(shape: tuple[int, ...], seed: int, scale: float = 1.0) -> Any:
    return np.random.default_rng(seed).normal(0, scale, shape).astype("float32")


def set_weights(model: Any) -> None:
    """Give a model weights that no backend has drawn; the learnt scales and variances are positive."""
    for number, variable in enumerate(v for v in model.weights if v.dtype == "float32"):
        fan_in = max(1, int(np.prod(variable.shape[:-1])))
        drawn = random(variable.shape, number, (2 / fan_in) ** 0.5 if len(variable.shape) > 1 else 0.1)
        positive = any(word in variable.name for word in ("gamma", "variance"))
        variable.assign(1 + abs(drawn) if positive else drawn)


def trained(network: Network) -> dict[str, Any]:
    """Three steps without what is random: losses, then all that they changed, and what is predicted."""
    height, width, _ = network.input_shape
    rates = RECIPE.learning_rates(1, STEPS)
    shape = (height, width, 3)
    learner = Learner(network, shape, RECIPE, rates, precision="float32", kernel_initializer="zeros")
    for layer in learner.core.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    set_weights(learner.core)
    for average, variable in zip(learner.optimizer.averages, learner.model.trainable_variables, strict=True):
        average.assign(as_array(variable))
    place = np.argsort(np.random.default_rng((0, 0)).permutation(STEPS * 8))  # class by class, when shuffled
    pictures = np.random.default_rng(0).integers(0, 256, (STEPS * 8, height, width, 3), np.uint8)[place]
    labels = (np.arange(STEPS * 8) % 10)[place]
    losses: list[float] = []
    learner.fit(pictures, labels, range(1), step_done=lambda *told: losses.append(told[2]["loss"]))
    found = {"losses": np.array(losses, np.float32)}
    found |= {f"state {name}": value for name, value in learner.state().items()}
    return found | {f"predicted {head}": value for head, value in learner.predict(pictures).items()}


def inside(network: Network) -> dict[str, Any]:
    """A forward pass, gradients at every layer, and where a class is seen."""
    model = lab.build(network, kernel_initializer="zeros")
    set_weights(model)
    pictures = random((2, *network.input_shape), 0, 50)
    outputs = {head: keras.ops.convert_to_numpy(value) for head, value in model(pictures).items()}
    loss = cross_entropy(np.array([1, 7]))
    readings = inspect(model, pictures, loss).readings.values()
    return {
        **outputs,
        "spread": np.array([reading.spread for reading in readings]),
        "slopes": np.array([reading.activation_gradient for reading in readings]),
        "grad_cam": grad_cam(model, pictures[0], 3),
    }


def main(file: str) -> None:
    """Compute all of it."""
    arrays: dict[str, Any] = {}
    for name, network in NETWORKS.items():
        arrays |= {f"{name}: trained, {key}": value for key, value in trained(network).items()}
        arrays |= {f"{name}: {key}": value for key, value in inside(network).items()}
    bytes_ = np.random.default_rng(1).integers(0, 256, (2, 20, 30, 3), np.uint8)
    arrays["window"] = keras.ops.convert_to_numpy(Window(16, 16)(bytes_))
    np.savez(file, **arrays)
    print(keras.backend.backend())


if __name__ == "__main__":
    main(*sys.argv[1:])

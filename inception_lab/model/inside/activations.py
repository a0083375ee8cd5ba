"""What goes on inside a network: signal and gradients at every layer, activations by branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.backend import as_array, keras, value_and_gradients
from inception_lab.model.build import keras_name

ops = keras.ops

Loss = Callable[[dict[str, Any]], Any]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What is measured at one layer.

    Attributes:
        layer: Its name in Keras.
        spread: Standard deviation of its activations: the signal.
        activation_gradient: Euclidean norm of the loss's gradient by its activations, for one picture (root
            mean square over the pictures).
        weight_gradient: Euclidean norm of the loss's gradient by its kernel; `None` without one.
        weight: Euclidean norm of the kernel.
    """

    layer: str
    spread: float
    activation_gradient: float
    weight_gradient: float | None = None
    weight: float | None = None

    @property
    def relative_gradient(self) -> float | None:
        """|∂W| / |W|: how much of the kernel a step of rate 1 would change."""
        if self.weight_gradient is None or not self.weight:
            return None
        return self.weight_gradient / self.weight


@dataclass(frozen=True)
class Inspection:
    """A loss, and a reading at each layer, in graph order.

    Attributes:
        loss: Its value.
        readings: By the layer's name in Keras.
    """

    loss: float
    readings: Mapping[str, Reading]

    def __getitem__(self, path: str) -> Reading:
        """Return the reading at a layer, by its path or its name in Keras.

        Raises:
            ValueError: If there is no such layer.
        """
        name = keras_name(path)
        if name not in self.readings:
            raise ValueError(f"The network must have the layer asked for. Received: {path!r}.")
        return self.readings[name]

    def relative_gradient(self, module: str) -> float:
        """Return |∂W| / |W| over all kernels of a module, such as `"inception_3a"` or `"conv1"`.

        Raises:
            ValueError: If no layer with a kernel has that name or starts with it.
        """
        prefix = keras_name(module)
        found = [
            (reading.weight_gradient, reading.weight)
            for name, reading in self.readings.items()
            if name == prefix or name.startswith(f"{prefix}_")
        ]
        pairs = [
            (gradient, weight) for gradient, weight in found if gradient is not None and weight is not None
        ]
        if not pairs:
            raise ValueError(f"`module` must have a kernel. Received: {module!r}.")
        gradients, weights = zip(*pairs, strict=True)
        return float(np.linalg.norm(gradients) / np.linalg.norm(weights))


def cross_entropy(labels: npt.NDArray[np.int64], weights: Mapping[str, float] | None = None) -> Loss:
    """Return the loss of training: the weighted sum of each head's cross-entropy, mean over pictures.

    Args:
        labels: Class of each picture.
        weights: By head; 1 for `"main"` and 0.3 for the others by default.
    """

    def loss(outputs: dict[str, Any]) -> Any:
        total = 0.0
        for head, logits in outputs.items():
            weight = (weights or {}).get(head, 1.0 if head == "main" else 0.3)
            target = ops.one_hot(ops.convert_to_tensor(labels), logits.shape[-1], dtype=logits.dtype)
            total = total - weight * ops.mean(ops.sum(target * ops.log_softmax(logits), axis=-1))
        return total

    return loss


def inspect(model: Any, pictures: Floats, loss: Loss, *, training: bool = False) -> Inspection:
    """Measure signal and gradients at every layer of a network. Nothing in it is changed.

    The gradient by a layer's activations is that by a field of zeros added to them.

    Args:
        model: A functional Keras model, as `build` makes it.
        pictures: What it takes, `(batch, height, width, channels)`.
        loss: From its outputs, a dict by head, to a number. With auxiliary heads in it, their gradients
            are in the readings.
        training: Whether layers behave as in training: batch norm by the batch's own statistics, dropout on.

    Returns:
        The loss, and a reading at each layer but the input.

    Raises:
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.
    """
    layers = _layers(model)
    variables = list(model.trainable_variables)
    shapes = [layer.output.shape for layer in layers]
    probes = [np.zeros((len(pictures), *shape[1:]), np.float32) for shape in shapes]

    def measured(tensors: Any) -> tuple[Any, list[Any]]:
        values, added = tensors[: len(variables)], tensors[len(variables) :]
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            outputs, activations = _forward(model, layers, pictures, training, list(added))
            return loss(outputs), activations

    arguments = [*(as_array(variable) for variable in variables), *probes]
    value, activations, gradients = value_and_gradients(measured, arguments)
    by_variable = {
        id(variable): as_array(gradient)
        for variable, gradient in zip(variables, gradients[: len(variables)], strict=True)
    }
    readings = {}
    for layer, activation, gradient in zip(layers, activations, gradients[len(variables) :], strict=True):
        kernel = _kernel(layer)
        # The loss is a mean over pictures: times their number it is one picture's, and the root mean square
        # over pictures divides by the root of their number.
        slope = np.sqrt(len(pictures)) * float(np.linalg.norm(as_array(gradient)))
        readings[layer.name] = Reading(
            layer.name,
            float(as_array(activation).std()),
            float(slope),
            None if kernel is None else float(np.linalg.norm(by_variable[id(kernel)])),
            None if kernel is None else float(np.linalg.norm(as_array(kernel))),
        )
    return Inspection(float(as_array(value)), readings)


def activations(model: Any, pictures: Floats, paths: list[str]) -> dict[str, Floats]:
    """Return what some layers put out.

    Args:
        model: A functional Keras model, as `build` makes it.
        pictures: What it takes, `(batch, height, width, channels)`.
        paths: The layers' paths, such as `"inception_3a/5x5"`.

    Returns:
        Arrays by path.

    Raises:
        ValueError: If there is no such layer.
    """
    layers = _layers(model)
    known = {layer.name: number for number, layer in enumerate(layers)}
    for path in paths:
        if keras_name(path) not in known:
            raise ValueError(f"The network must have the layer asked for. Received: {path!r}.")
    _, values = _forward(model, layers, pictures, training=False)
    return {path: as_array(values[known[keras_name(path)]]) for path in paths}


def branch_activations(model: Any, pictures: Floats, module: str) -> dict[str, Floats]:
    """Return what each branch of a module puts out, before they are joined.

    Args:
        model: A functional Keras model, as `build` makes it.
        pictures: What it takes, `(batch, height, width, channels)`.
        module: Such as `"inception_3a"`.

    Returns:
        Arrays by branch: `"1x1"`, `"3x3"`, `"5x5"`, `"pool_proj"`.

    Raises:
        ValueError: If the network has no such module.
    """
    layers = _layers(model)
    join = next((layer for layer in layers if layer.name == keras_name(f"{module}/output")), None)
    if join is None:
        raise ValueError(f"`module` must be a module of the network. Received: {module!r}.")
    makers = {id(layer.output): (number, layer) for number, layer in enumerate(layers)}
    found = [makers[id(tensor)] for tensor in join.input]
    _, values = _forward(model, layers, pictures, training=False)
    prefix = f"{keras_name(module)}_"
    return {
        layer.name.removeprefix(prefix).removesuffix("_relu"): as_array(values[number])
        for number, layer in found
    }


def _layers(model: Any) -> list[Any]:
    """Return a model's layers but its input, in the order in which they can be computed."""
    left = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    known = {id(tensor) for tensor in model.inputs}
    order = []
    while left:
        ready = [layer for layer in left if all(id(t) in known for t in keras.tree.flatten(layer.input))]
        if not ready:
            raise ValueError(f"The model must be a functional one of single layers. Received: {model.name}.")
        known.update(id(layer.output) for layer in ready)
        order += ready
        left = [layer for layer in left if layer not in ready]
    return order


def _forward(
    model: Any, layers: list[Any], pictures: Floats, training: bool, added: list[Any] | None = None
) -> tuple[dict[str, Any], list[Any]]:
    """Compute a model layer by layer, with something added behind each."""
    values = {id(model.inputs[0]): ops.convert_to_tensor(pictures)}
    activations = []
    for number, layer in enumerate(layers):
        x = keras.tree.map_structure(lambda tensor: values[id(tensor)], layer.input)
        y = layer(x, training=training)
        activations.append(y)
        values[id(layer.output)] = y if added is None else y + ops.cast(added[number], y.dtype)
    outputs = keras.tree.map_structure(lambda tensor: values[id(tensor)], model.output)
    return (outputs if isinstance(outputs, dict) else {"main": outputs}), activations


def _kernel(layer: Any) -> Any:
    kernel = getattr(layer, "kernel", None)
    return kernel if kernel is not None and getattr(layer, "built", False) else None

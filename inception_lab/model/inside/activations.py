"""Signal and gradients at every layer of a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.backend import as_array, keras, value_and_gradients
from inception_lab.model.build import keras_name
from inception_lab.model.inside.branches import computed, fitting, operations

ops = keras.ops

Loss = Callable[[dict[str, Any]], Any]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What is measured at one layer."""

    layer: str  # its name in Keras
    spread: float  # standard deviation of its activations: the signal
    # Euclidean norm of the loss's gradient by its activations, for one picture (root mean square over
    # the pictures)
    activation_gradient: float
    # Euclidean norm of the loss's gradient by its kernel; `None` without one
    weight_gradient: float | None = None
    weight: float | None = None  # Euclidean norm of the kernel


@dataclass(frozen=True)
class Inspection:
    """A loss, and a reading at each layer, in graph order."""

    loss: float  # its value
    readings: Mapping[str, Reading]  # by the layer's name in Keras

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
        pairs = [
            (reading.weight_gradient, reading.weight)
            for name, reading in self.readings.items()
            if (name == prefix or name.startswith(f"{prefix}_")) and reading.weight is not None
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
        ValueError: If the pictures have another shape, or the model is not a functional one of single layers.
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.
    """
    layers = operations(model)
    fitting("pictures", pictures, model.input_shape)
    variables = list(model.trainable_variables)
    shapes = [layer.output.shape for layer in layers]
    probes = [np.zeros((len(pictures), *shape[1:]), np.float32) for shape in shapes]

    def measured(tensors: Any) -> tuple[Any, list[Any]]:
        weights, added = tensors[: len(variables)], tensors[len(variables) :]
        probe = dict(zip(map(id, layers), added, strict=True))
        activations = []

        def record(layer: Any, y: Any) -> Any:
            activations.append(y)
            return y + ops.cast(probe[id(layer)], y.dtype)

        with keras.StatelessScope(state_mapping=list(zip(variables, weights, strict=True))):
            values = computed(model, ops.convert_to_tensor(pictures), training=training, changed=record)
            outputs = keras.tree.map_structure(lambda tensor: values[id(tensor)], model.output)
            return loss(outputs if isinstance(outputs, dict) else {"main": outputs}), activations

    arguments = [*(as_array(variable) for variable in variables), *probes]
    value, activations, gradients = value_and_gradients(measured, arguments)
    by_variable = {
        id(variable): as_array(gradient)
        for variable, gradient in zip(variables, gradients[: len(variables)], strict=True)
    }
    readings = {}
    for layer, activation, gradient in zip(layers, activations, gradients[len(variables) :], strict=True):
        kernel = getattr(layer, "kernel", None) if getattr(layer, "built", False) else None
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

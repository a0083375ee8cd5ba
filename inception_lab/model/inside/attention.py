"""Where a network looks: the gradient of a class's score, followed back to maps (Grad-CAM)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.backend import dtype_policy, keras, value_and_gradients
from inception_lab.model.inside.branches import array, computed, fitting, last_maps, layer_of, operations

Floats = npt.NDArray[np.float32]
Map = npt.NDArray[np.float64]


@dtype_policy()
def grad_cam(model: Any, picture: Floats, label: int, layer: str | None = None) -> Map:
    """Show which places of the last maps speak for a class.

    Each channel counts as much as the gradient of the class's score by it, averaged over its places; the
    weighted sum is cut at zero.

    Args:
        model: A functional Keras model; its scores are taken before the softmax.
        picture: As the model takes it, `(height, width, channels)`.
        label: Index of the class.
        layer: Path of the layer whose maps are taken, a branch's too; by default the last that has any.

    Returns:
        `(rows, columns)` of the layer's maps, from 0 to 1; all 0 where nothing speaks for the class.

    Raises:
        ValueError: If there is no such layer or class, or the picture has another shape.
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.

    Reference:
        Selvaraju et al. 2016, arXiv:1610.02391.
    """
    before, finish, classes = _scores(model)
    if isinstance(label, bool) or not isinstance(label, int | np.integer) or not 0 <= label < classes:
        raise ValueError(f"`label` must be a class, from 0 to {classes - 1}. Received: label={label!r}.")
    values = fitting("picture", picture, model.input_shape[1:])[None]
    below = keras.Model(model.input, before)  # without heads on the side, and without the softmax
    end = last_maps(below) if layer is None else layer_of(below, layer)
    if len(end.output.shape) != 4:
        raise ValueError(
            f"`layer` must put out maps. Received: {layer!r}, with shape {end.output.shape[1:]}."
        )
    maps = keras.Model(model.input, end.output)(values, training=False)

    def score(tensors: Any) -> tuple[Any, None]:
        given = tensors[0] if end.output is below.inputs[0] else values
        found = computed(below, given, changed=lambda each, y: tensors[0] if each is end else y)
        return keras.ops.sum(finish(found[id(before)])[..., label]), None

    _, _, gradients = value_and_gradients(score, [maps])
    weights = array(gradients[0]).mean(axis=(0, 1, 2), dtype=np.float64)
    found = np.maximum((array(maps)[0] * weights).sum(axis=-1), 0)
    return np.asarray(found / (found.max() or 1.0))


def _scores(model: Any) -> tuple[Any, Callable[[Any], Any], int]:
    """Return a tensor, what makes the main head's scores of it, without softmax, and the number of scores."""
    makers = {id(each.output): each for each in operations(model)}
    outputs = keras.tree.flatten(model.output)
    named = (
        model.output if isinstance(model.output, dict) else {"main": outputs[0]} if len(outputs) == 1 else {}
    )
    last = makers.get(id(named.get("main")))
    if last is None:
        raise ValueError(
            "The model must have one output, or one called 'main'. "
            f"Received: {len(outputs)} ('{model.name}')."
        )
    classes = last.output.shape[-1]
    softens = getattr(last, "activation", None) is keras.activations.softmax
    if type(last).__name__ == "Softmax" or (softens and not last.weights):
        return last.input, lambda scores: scores, classes
    if not softens:
        return last.output, lambda scores: scores, classes
    linear = type(last).from_config({**last.get_config(), "activation": None})
    linear.build(last.input.shape)
    linear.set_weights(last.get_weights())
    return last.input, linear, classes

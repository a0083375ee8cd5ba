"""Parts of a network in Keras: its layers by path, the branches of its modules, and all that they put out."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.backend import dtype_policy, keras
from inception_lab.model.build import keras_name
from inception_lab.model.counting.graph import ordered

Floats = npt.NDArray[np.float32]

JOIN = "_output"  # how the layer is called in which a module's branches meet


def layer_of(model: Any, path: str) -> Any:
    """Return a layer by its path, such as `inception_3a/5x5`, or by its name in Keras."""
    name, names = keras_name(str(path)), [layer.name for layer in operations(model)]
    names += [layer.name for layer in model.layers if layer.name not in names]  # the input
    if name in names:
        return model.get_layer(name)
    group = name.rpartition("_")[0]
    near = [other for other in names if group and other.startswith(group)] or names
    raise ValueError(
        f"`path` must be that of a layer, such as {', '.join(map(repr, near[:6]))}. Received: {path!r}."
    )


def modules(model: Any) -> tuple[str, ...]:
    """Return the names of a network's modules, such as `inception_3a`, in order."""
    joins = (layer.name for layer in model.layers if isinstance(layer, keras.layers.Concatenate))
    return tuple(name.removesuffix(JOIN) for name in joins if name.endswith(JOIN))


def branches(model: Any, module: str) -> dict[str, Any]:
    """Return the tensors that meet at the end of a module, by branch: `1x1`, `3x3`, `5x5`, `pool_proj`."""
    known = modules(model)
    if module not in known:
        listed = ", ".join(map(repr, known)) or "none"
        raise ValueError(f"`module` must be one of the network's: {listed}. Received: {module!r}.")
    ends = model.get_layer(f"{module}{JOIN}").input
    makers = {id(layer.output): layer.name for layer in model.layers if not _several(layer)}
    return {
        makers[id(end)].removeprefix(f"{module}_").removesuffix("_relu").removesuffix("_bn"): end
        for end in ends
    }


def branches_of(model: Any, chosen: Iterable[str] | None) -> dict[str, dict[str, Any]]:
    """Return what `branches` does of some modules, by default of all."""
    found = {name: branches(model, name) for name in (modules(model) if chosen is None else chosen)}
    if not found:
        raise ValueError(f"The network must have modules. Received: {model.name}, which has none.")
    return found


@dtype_policy()
def branch_maps(
    model: Any, inputs: Floats, chosen: Iterable[str] | None = None
) -> dict[str, dict[str, Floats]]:
    """Return what the branches of some modules put out, in one pass.

    Args:
        model: A functional Keras model.
        inputs: What it takes, `(batch, height, width, channels)`.
        chosen: Modules, by default all.

    Returns:
        Module → branch → `(batch, height, width, channels)`.

    Raises:
        ValueError: If the network has no such module, or none at all, or the inputs have another shape.
    """
    fitting("inputs", inputs, model.input_shape)
    tensors = branches_of(model, chosen)
    values = keras.Model(model.input, tensors)(inputs, training=False)
    maps: dict[str, dict[str, Floats]] = keras.tree.map_structure(array, values)
    return {module: {branch: maps[module][branch] for branch in tensors[module]} for module in tensors}


def last_maps(model: Any) -> Any:
    """Return the last layer whose output still has places, before they are averaged or flattened."""
    layers = [layer for layer in operations(model) if len(layer.output.shape) == 4]
    if not layers:
        raise ValueError(f"The network must have a layer of maps. Received: {model.name}, which has none.")
    return layers[-1]


def operations(model: Any) -> list[Any]:
    """Return what a functional model computes, in an order in which it can be, its input left out."""
    everything = getattr(model, "operations", None)
    if (
        everything is None
        or len(model.inputs) != 1
        or any(map(_several, everything))
        or any(call.outputs[0] is not call.operation.output for call in _calls(model))
    ):
        raise ValueError(
            "The model must be a functional one of single layers, each used once, with one input. "
            f"Received: {getattr(model, 'name', model)!r}."
        )
    return [each for each in everything if not isinstance(each, keras.layers.InputLayer)]


def computed(
    model: Any,
    inputs: Any,
    *,
    training: bool = False,
    changed: Callable[[Any, Any], Any] = lambda _, values: values,
) -> dict[int, Any]:
    """Compute a model layer by layer, also on pictures of another size than it was built for.

    `inputs` is a tensor, `(batch, height, width, channels)`. `changed` is given a layer and what it puts out,
    and returns what those after it get instead.

    Returns:
        The id of each layer's output, a symbolic tensor → what the layers after it got.
    """
    values, calls = {id(model.inputs[0]): inputs}, {id(call.operation): call for call in _calls(model)}
    for layer in operations(model):
        arguments, options = calls[id(layer)].arguments.fill_in(values)
        if isinstance(layer, keras.layers.Layer):
            options = {**options, "training": training}
        values[id(layer.output)] = changed(layer, layer(*arguments, **options))
    return values


def fitting(name: str, values: Any, shape: tuple[int | None, ...]) -> Floats:
    """Return what a network takes as an array; refuse what it cannot take."""
    found = tuple(np.shape(values))
    if len(found) != len(shape) or any(n not in (None, m) for n, m in zip(shape, found, strict=True)):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise ValueError(
            f"`{name}` must be as the network takes it, of shape ({wanted}). Received: shape {found}."
        )
    return np.asarray(values, np.float32)


def array(tensor: Any) -> Floats:
    """Return what a network computes as float32."""
    found = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32")))
    if not np.isfinite(found).all():
        raise ValueError(
            f"What a network computes must be finite numbers. Received: {found[~np.isfinite(found)][0]}."
        )
    return found


def _calls(model: Any) -> list[Any]:
    return ordered(model.outputs, {id(model.inputs[0])})


def _several(layer: Any) -> bool:
    return isinstance(layer, keras.Model)

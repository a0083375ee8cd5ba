"""From a Keras model to its `Cost`: its inputs found or asked for, its graph walked, nothing left out."""

import inspect
import math
from collections.abc import Mapping
from typing import Any

from inception_lab.architecture.cost import OMITTED, Cost, LayerCost
from inception_lab.architecture.layer import Shape, colour_picture
from inception_lab.architecture.operations import Operations
from inception_lab.architecture.reach import UNDEFINED
from inception_lab.checks import positive_integer
from inception_lab.model.backend import keras
from inception_lab.model.counting.graph import unrecorded
from inception_lab.model.counting.walk import Untraceable, Walk

MASKS = "masks: all positions are counted, also those that attention or recurrence skips"


def count_model(model: Any, input_shape: Any = None) -> Cost:
    """Count a Keras model or layer; see `lab.cost`."""
    shapes = input_shapes(model, input_shape)
    walk = Walk()
    dtypes = [x.dtype for x in getattr(model, "inputs", None) or ()] or ["float32"] * len(shapes)
    tensors = [walk.start(shape, dtype) for shape, dtype in zip(shapes.values(), dtypes, strict=True)]
    args, kwargs = _arguments(model, dict(zip(shapes, tensors, strict=True)), input_shape)
    try:
        if not model.built:
            with unrecorded(model):
                model(*args, **kwargs)
        if isinstance(model, keras.Model):
            if walk.model(model, args, kwargs, "") is None:
                walk.traced(model, args, kwargs, "")
        else:
            walk.use(model, args, kwargs, "")
    except Untraceable as error:
        raise ValueError(
            f"A model must take symbolic inputs: in `call` use keras.ops, no function of TensorFlow, JAX or "
            f"PyTorch, and pass `input_shape` as `call` takes it. Received: {type(model).__name__}; {error}."
        ) from error
    except ValueError as error:
        said = " ".join(str(error).split())
        raise ValueError(
            f"`input_shape` must suit every layer. Received: input_shape={_said(shapes)}; {said.rstrip('.')}."
        ) from error
    rows = (*walk.rows, *_never_used(model, walk))
    total = sum(row.parameters + row.moving_statistics for row in rows)
    names = {row.name: row.parameters + row.moving_statistics for row in rows}
    left_out = [
        f"{why}; {names[path]:,} parameters, {100 * names[path] / max(total, 1):.1f} % of all; "
        f"inception_lab.counting.rule adds one"
        for path, why in walk.unknown.items()
    ]
    unused = [f"'{row.name}': {names[row.name]:,} parameters, never used" for row in rows[len(walk.rows) :]]
    shape = next(iter(shapes.values())) if len(shapes) == 1 else tuple(shapes.values())
    return Cost(model.name, shape, rows, (*left_out, *unused, *OMITTED, MASKS))


def _never_used(model: Any, walk: Walk) -> list[LayerCost]:
    """Return a row for each layer whose weights no output depends on."""
    owners: dict[str, list[Any]] = {}
    for weight in model.weights:
        if id(weight) not in walk.seen:
            owners.setdefault(weight.path.rpartition("/")[0] or weight.name, []).append(weight)
    rows = []
    for path, weights in owners.items():
        trainable = sum(math.prod(w.shape) for w in weights if w.trainable)
        others = sum(math.prod(w.shape) for w in weights) - trainable
        rows.append(LayerCost(path, "unused", (), (), trainable, others, Operations(), 0, UNDEFINED))
    return rows


def input_shapes(model: Any, input_shape: Any) -> dict[str, Shape]:
    """Return the whole shape of each input, by name."""
    known = _known_shapes(model)
    if known is None:
        if input_shape is None:
            what = "model" if isinstance(model, keras.Model) else "layer"
            raise ValueError(
                f"`input_shape` must be given for a {what} that has not been built: the shape of one input "
                f"without batch, such as (224, 224, 3). Received: None ('{model.name}')."
            )
        shapes = {name: _whole(shape, name) for name, shape in _by_name(input_shape, None).items()}
        convolutions = [each for each in model._flatten_layers() if isinstance(each, keras.layers.Conv2D)]
        if {each.data_format for each in convolutions} == {"channels_last"}:
            for shape in shapes.values():
                if len(shape) == 3:
                    colour_picture(shape)  # with its channels first it would be counted in silence
        return shapes
    free = {name: _sides(shape) for name, shape in known.items() if None in shape}
    if input_shape is None:
        if free:
            listed = "; ".join(f"{sides} of '{name}'" for name, sides in free.items())
            raise ValueError(
                f"`input_shape` must be given for the sides that the model leaves free: {listed}. "
                f"Received: None for {_said(known)}."
            )
        return known
    given = _by_name(input_shape, list(known))
    for name, shape in given.items():
        if name not in known:
            raise ValueError(
                f"`input_shape` must name the model's inputs, {', '.join(map(repr, known))}. "
                f"Received: {name!r}."
            )
        fits = len(shape) == len(known[name]) and all(
            side in (None, own) for side, own in zip(known[name], shape, strict=False)
        )
        if not fits:
            raise ValueError(
                f"`input_shape` must be {known[name]} for '{name}', where None may be any number. "
                f"Received: input_shape={input_shape!r}."
            )
    missing = [name for name in free if name not in given]
    if missing:
        raise ValueError(
            f"`input_shape` must be given for every input with free sides. Missing: {', '.join(missing)}."
        )
    return {name: _whole(given.get(name, shape), name) for name, shape in known.items()}


def _known_shapes(model: Any) -> dict[str, Shape] | None:
    """Return the shapes that a model was built with, by input, or none; a free side is `None`."""
    try:
        inputs = getattr(model, "inputs", None) if isinstance(model, keras.Model) else None
    except (AttributeError, ValueError):
        inputs = None
    if inputs:
        return {x.name: tuple(x.shape[1:]) for x in inputs}
    if not model.built or not isinstance(model, keras.Model):
        return None
    config = model.get_build_config() or {}
    shapes = config.get("shapes_dict") or {"input": config.get("input_shape")}
    found: dict[str, Shape] = {}
    for name, shape in shapes.items():
        if not isinstance(shape, tuple | list) or not all(isinstance(n, int | None) for n in shape):
            return None  # nested inputs: asked for
        found[name.removesuffix("_shape")] = tuple(shape[1:])
    return found


def _by_name(input_shape: Any, names: list[str] | None) -> dict[str, Any]:
    if isinstance(input_shape, Mapping):
        return {str(name): tuple(shape) for name, shape in input_shape.items()}
    if isinstance(input_shape, tuple | list) and all(isinstance(n, tuple | list) for n in input_shape):
        shapes = [tuple(shape) for shape in input_shape]
    elif isinstance(input_shape, tuple | list):
        shapes = [tuple(input_shape)]
    else:
        raise ValueError(
            f"`input_shape` must be a shape without batch, such as (224, 224, 3), or several. "
            f"Received: input_shape={input_shape!r}."
        )
    named = names or ([f"input_{i}" for i in range(len(shapes))] if len(shapes) > 1 else ["input"])
    if len(named) != len(shapes):
        raise ValueError(
            f"`input_shape` must hold a shape for each of the model's {len(named)} inputs: "
            f"{', '.join(named)}. Received: input_shape={input_shape!r}."
        )
    return dict(zip(named, shapes, strict=True))


def _whole(shape: Any, name: str) -> Shape:
    where = f" in the shape of '{name}', {shape!r}"
    return tuple(positive_integer(f"side {i}", n, where) for i, n in enumerate(shape))


def _sides(shape: tuple[int | None, ...]) -> str:
    names = {3: ("height", "width", "channels"), 2: ("steps", "features"), 1: ("units",)}
    listed = names.get(len(shape)) or [f"side {i}" for i in range(len(shape))]
    return " and ".join(name for name, n in zip(listed, shape, strict=True) if n is None)


def _said(shapes: Mapping[str, Any]) -> str:
    values = list(shapes.values())
    return repr(values[0]) if len(values) == 1 else repr(dict(shapes))


def _arguments(model: Any, tensors: dict[str, Any], input_shape: Any) -> tuple[Any, dict[str, Any]]:
    """Return what a model is called with: each input by its name, in a dict, or in order."""
    if getattr(model, "inputs", None):
        values = list(tensors.values())
        return (values[0] if len(values) == 1 else values,), {}
    parameters = inspect.signature(model.call).parameters.keys() - {"training", "mask"}
    if len(tensors) == 1 and not isinstance(input_shape, Mapping):
        return (next(iter(tensors.values())),), {}
    if tensors.keys() <= parameters:
        return (), tensors
    if isinstance(input_shape, Mapping):
        return (tensors,), {}
    values = list(tensors.values())
    return (tuple(values), {}) if len(parameters) >= len(values) else ((values,), {})

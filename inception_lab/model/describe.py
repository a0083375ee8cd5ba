"""From a Keras model to a description: what `build` does, backwards."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, cast, get_args

from inception_lab.architecture import layers as spec
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import MERGES, Merge, Network, Parallel, Part, Sequence, merge_shapes
from inception_lab.architecture.operations import Function
from inception_lab.model.backend import keras
from inception_lab.model.build import keras_class
from inception_lab.model.counting.graph import ordered
from inception_lab.model.counting.models import input_shapes
from inception_lab.model.layers import GroupedConv2D

kinds = keras.layers
JOINS: Mapping[type, Merge] = {getattr(kinds, name): how for how, name in MERGES.items()}
SCALED_SUM = keras.src.applications.inception_resnet_v2.CustomScaleLayer  # x + scale · y


class Unlike(Exception):  # noqa: N818  `describe` makes it an error that names the layer
    """Raised for a layer that has no description; its text says why."""


@dataclass
class Step:
    """One call in the graph."""

    path: str  # name of the layer, after the names of the models that it is in
    layer: Any
    inputs: list[int]  # keys of the tensors that go in
    output: int  # key of the tensor that comes out


def describe(model: Any, input_shape: tuple[int, int, int] | None = None) -> Network:
    """Describe a Keras model as a network, so that it can be drawn, explored and built again.

    Layers keep their names. `build(describe(model), softmax=True)` has the same shapes and parameters and,
    with each layer's weights copied by name, the same outputs.

    Args:
        model: A functional or sequential model with one picture as input and one output, made of
            sequences and parallel branches of the layers in `lab.layers`.
        input_shape: `(height, width, channels)`, where the model leaves sides free.

    Raises:
        TypeError: If it is no Keras model.
        ValueError: If a layer has no description, or the graph is not made of sequences and branches; the
            message names the layer.

    Example:
        >>> import inception_lab as lab
        >>> network = lab.describe(lab.keras.applications.VGG16(weights=None))
        >>> lab.cost(network).parameters
        138357544
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"`model` must be a Keras model. Received: model={model!r}.")
    shapes = input_shapes(model, input_shape)
    inputs, outputs = getattr(model, "inputs", None) or [], getattr(model, "outputs", None) or []
    if len(inputs) != 1 or len(outputs) != 1 or len(shape := next(iter(shapes.values()))) != 3:
        raise ValueError(
            "`model` must have one input, a picture, and one output, and a graph of layers. "
            f"Received: {len(inputs)} inputs and {len(outputs)} outputs ('{model.name}')."
        )
    steps = _flat(model, [id(inputs[0])], "")
    last = steps[-1].output if steps else id(inputs[0])
    parts = _translated(steps, {id(inputs[0]): shape})
    body = _Tree(steps, parts, id(inputs[0])).between(id(inputs[0]), last)
    return Network(shape, body, model.name)  # type: ignore[arg-type]


def _flat(model: Any, given: list[int], prefix: str) -> list[Step]:
    """Return all calls of a model, those of models inside it among them; the last one gives the output."""
    keys = dict(zip(map(id, model.inputs), given, strict=True))
    steps: list[Step] = []
    for node in ordered(model.outputs, set(keys)):
        layer, inputs = node.operation, [keys[id(x)] for x in node.input_tensors]
        inside = isinstance(layer, keras.Model) and getattr(layer, "inputs", None)
        found = _flat(layer, inputs, f"{prefix}{layer.name}/") if inside else []
        path, output = prefix + layer.name, id(node.outputs[0])
        if type(layer) is SCALED_SUM:
            scaled = kinds.Rescaling(layer.scale)
            found = [Step(f"{path}_scale", scaled, inputs[1:], id(scaled))]
            layer, inputs = kinds.Add(), [inputs[0], id(scaled)]
        if not (inside and found):
            found.append(Step(path, layer, inputs, output))
        steps += found
        keys[id(node.outputs[0])] = found[-1].output
    names = [step.path for step in steps]
    for step in steps:
        if names.count(step.path) > 1:
            raise _refused(step, "is used more than once")
    return steps


def _refused(step: Step, why: str) -> ValueError:
    return ValueError(
        "A description is made of sequences and parallel branches of known layers. "
        f"Received: '{step.path}' ({type(step.layer).__name__}), which {why}."
    )


def _translated(steps: list[Step], shapes: dict[int, Shape]) -> dict[int, Layer | Merge | None]:
    """Return what each call is in a description, by the key of its output; `None` changes nothing."""
    found: dict[int, Layer | Merge | None] = {}
    for step in steps:
        before = [shapes[key] for key in step.inputs]
        try:
            if type(step.layer) in JOINS and len(before) > 1:
                if getattr(step.layer, "axis", -1) not in (-1, len(before[0])):
                    raise Unlike("joins along another axis than the channels")
                found[step.output] = how = JOINS[type(step.layer)]
                shapes[step.output] = merge_shapes(how, before)
                continue
            if len(before) != 1:
                raise Unlike("has no description")
            pooled = found.get(step.inputs[0])
            if isinstance(pooled, spec.GlobalAveragePool2D) and _is_map(step.layer, before[0]):
                origin = next(s for s in steps if s.output == step.inputs[0]).inputs[0]
                found[step.inputs[0]] = _mean(shapes[origin], pooled.name)
                shapes[step.inputs[0]] = shapes[step.output] = (1, 1, *before[0])
                found[step.output] = None
                continue
            part = _layer(step.layer, before[0])
            found[step.output] = None if part is None else replace(part, name=step.path)
            shapes[step.output] = before[0] if part is None else part.output_shape(before[0])
        except (Unlike, ValueError) as error:
            raise _refused(step, str(error)) from error
    return found


def _mean(shape: Shape, name: str | None) -> Layer:
    """Return the mean over a picture as a picture of one place."""
    return spec.AveragePool2D((shape[0], shape[1]), 1, "valid", name=name)


def _is_map(layer: Any, shape: Shape) -> bool:
    return isinstance(layer, kinds.Reshape) and tuple(layer.target_shape) in ((1, 1, *shape), (1, 1, -1))


def _function(function: Any) -> Function | None:
    name = getattr(function, "__name__", "")
    if name == "linear" or function is None:
        return None
    if name not in get_args(Function) or getattr(keras.activations, name, None) is not function:
        raise Unlike(f"has the activation {name or function}, which has no description")
    return cast(Function, name)


def _activation(layer: Any) -> Layer | None:
    function = _function(layer.activation)
    return None if function is None else spec.Activation(function)


# Keras's class → ours, where both have the same arguments.
ALIKE: Mapping[type, Any] = {
    **{
        keras_class(kind): getattr(spec, kind) for kind in spec.__all__ if kind not in ("Activation", "Scale")
    },
    kinds.BatchNormalization: spec.BatchNorm,
    GroupedConv2D: spec.Conv2D,
}
TRANSLATIONS: Mapping[type, Callable[[Any], Layer | None]] = {
    kinds.Activation: _activation,
    kinds.ReLU: lambda layer: spec.Activation("relu" if layer.max_value is None else "relu6"),
    kinds.LeakyReLU: lambda layer: spec.Activation("leaky_relu"),
    kinds.Softmax: lambda layer: spec.Activation("softmax"),
    kinds.Rescaling: lambda layer: spec.Scale(layer.scale, layer.offset),
    kinds.Reshape: lambda layer: spec.Flatten(),
    kinds.Identity: lambda layer: None,
}
NORMS = (kinds.BatchNormalization, kinds.LayerNormalization, kinds.GroupNormalization)


def _obstacle(layer: Any, shape: Shape) -> str:
    """Say why a layer has no description although its kind has one; nothing where it has one."""
    match layer:
        case kinds.Conv2DTranspose() if layer.output_padding is not None or set(layer.dilation_rate) != {1}:
            return "has output_padding or a dilation"
        case kinds.SeparableConv2D() if set(layer.dilation_rate) != {1}:
            return "has a dilation"
        case kinds.Dense() if len(shape) != 1:
            return "is used on a picture, at each place"
        case kinds.LayerNormalization() if getattr(layer, "rms_scaling", False):
            return "has rms_scaling"
        case kinds.ReLU() if layer.negative_slope or layer.threshold:
            return "has a slope or a threshold"
        case kinds.ReLU() if layer.max_value not in (None, 6):
            return f"stops at {layer.max_value}"
        case kinds.LeakyReLU() if abs(layer.negative_slope - 0.2) > 1e-9:
            return f"has the slope {layer.negative_slope}, not 0.2"
        case kinds.Softmax() if layer.axis not in (-1, len(shape)):
            return "goes along another axis"
        case kinds.Rescaling() if not all(isinstance(x, int | float) for x in (layer.scale, layer.offset)):
            return "has a factor or an offset for each channel"
        case kinds.Reshape() if tuple(layer.target_shape) not in ((-1,), (math.prod(shape),)):
            return "changes the shape otherwise than Flatten"
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        return "has its channels first"
    if isinstance(layer, kinds.GlobalMaxPooling2D) and layer.keepdims:
        return "keeps its dimensions"
    if isinstance(layer, NORMS) and keras.tree.flatten(layer.axis) not in ([-1], [len(shape)]):
        return "normalises along another axis"
    return ""


def _layer(layer: Any, shape: Shape) -> Layer | None:
    kind = type(layer)
    if not (kind in ALIKE or kind in TRANSLATIONS):
        raise Unlike("has no description")
    if why := _obstacle(layer, shape):
        raise Unlike(why)
    if kind in TRANSLATIONS:
        return TRANSLATIONS[kind](layer)
    if kind is kinds.GlobalAveragePooling2D and layer.keepdims:
        return _mean(shape, None)
    values = {field.name: getattr(layer, field.name) for field in fields(ALIKE[kind]) if field.name != "name"}
    if "activation" in values:
        values["activation"] = _function(layer.activation)
    made: Layer = ALIKE[kind](**values)
    return made


class _Tree:
    """Makes sequences and branches of a graph: where branches meet, they have parted at one place."""

    def __init__(self, steps: list[Step], parts: dict[int, Layer | Merge | None], start: int) -> None:
        self.makers = {step.output: step for step in steps}
        self.parts = parts
        self.met: set[int] = set()  # outputs that stand in the description already
        self.depth = {start: 0}
        self.gate: dict[int, int] = {}  # output → the last tensor before it that all ways lead through
        for step in steps:
            gate = step.inputs[0]
            for other in step.inputs[1:]:
                while gate != other:
                    if self.depth[gate] < self.depth[other]:
                        other = self.gate[other]
                    else:
                        gate = self.gate[gate]
            self.gate[step.output] = gate
            self.depth[step.output] = self.depth[gate] + 1

    def between(self, start: int, end: int) -> Part:
        """Return what lies between two tensors, the first of which all ways to the second lead through."""
        parts: list[Part] = []
        while end != start:
            step, what = self.makers[end], self.parts[end]
            if end in self.met:
                raise _refused(step, "feeds branches that meet at different places")
            self.met.add(end)
            if isinstance(what, str):
                gate = self.gate[end]
                parts.append(Parallel(*(self.between(gate, key) for key in step.inputs), merge=what))
                end = gate
            else:
                parts += [] if what is None else [what]
                end = step.inputs[0]
        return parts[0] if len(parts) == 1 else Sequence(*reversed(parts))

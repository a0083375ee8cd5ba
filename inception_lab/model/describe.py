"""From a Keras model to a description: what `build` does, backwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast, get_args

from inception_lab.architecture import layers as spec
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import Merge, Network, Parallel, Part, Sequence, merge_shapes
from inception_lab.architecture.operations import Function
from inception_lab.model.backend import keras
from inception_lab.model.counting.graph import ordered
from inception_lab.model.counting.models import input_shapes
from inception_lab.model.layers import BatchNormalization, LocalResponseNormalization

kinds = keras.layers
MERGES: Mapping[type, Merge] = {
    kinds.Concatenate: "concat",
    kinds.Add: "add",
    kinds.Multiply: "multiply",
}
SCALED_SUM = keras.src.applications.inception_resnet_v2.CustomScaleLayer  # x + scale · y


class Unlike(Exception):  # noqa: N818  `describe` makes it an error that names the layer
    """Raised for a layer that has no description; its text says why."""


@dataclass
class Step:
    """One call in the graph.

    Attributes:
        path: Name of the layer, after the names of the models that it is in.
        layer: The Keras layer.
        inputs: Keys of the tensors that go in.
        output: Key of the tensor that comes out.
    """

    path: str
    layer: Any
    inputs: list[int]
    output: int


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
            if type(step.layer) in MERGES and len(before) > 1:
                if getattr(step.layer, "axis", -1) not in (-1, len(before[0])):
                    raise Unlike("joins along another axis than the channels")
                found[step.output] = how = MERGES[type(step.layer)]
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
    return isinstance(layer, kinds.Reshape) and tuple(layer.target_shape) in (
        (1, 1, *shape),
        (1, 1, -1),
    )


def _function(function: Any) -> Function | None:
    name = getattr(function, "__name__", "")
    if name == "linear" or function is None:
        return None
    if name not in get_args(Function) or getattr(keras.activations, name, None) is not function:
        raise Unlike(f"has the activation {name or function}, which has no description")
    return cast(Function, name)


def _common(layer: Any) -> dict[str, Any]:
    return {"use_bias": layer.use_bias, "activation": _function(layer.activation)}


def _demand(holds: bool, why: str) -> None:
    if not holds:
        raise Unlike(why)


def _window(layer: Any, size: str) -> dict[str, Any]:
    _demand(layer.data_format == "channels_last", "has its channels first")
    return {size: getattr(layer, size), "strides": layer.strides, "padding": layer.padding}


def _pooled(kind: Any) -> Callable[[Any, Shape], Layer]:
    return lambda layer, shape: kind(**_window(layer, "pool_size"))


def _global(layer: Any, shape: Shape) -> Layer:
    _demand(layer.data_format == "channels_last", "has its channels first")
    if isinstance(layer, kinds.GlobalAveragePooling2D):
        return _mean(shape, None) if layer.keepdims else spec.GlobalAveragePool2D()
    _demand(not layer.keepdims, "keeps its dimensions")
    return spec.GlobalMaxPool2D()


def _norm(kind: Any) -> Callable[[Any, Shape], Layer]:
    def norm(layer: Any, shape: Shape) -> Layer:
        axis = layer.axis if isinstance(layer.axis, int) else tuple(layer.axis)
        _demand(axis in (-1, len(shape), (-1,), (len(shape),)), "normalises along another axis")
        _demand(not getattr(layer, "rms_scaling", False), "has rms_scaling")
        more = {"groups": layer.groups} if kind is spec.GroupNorm else {}
        made: Layer = kind(**more, scale=layer.scale, center=layer.center, epsilon=layer.epsilon)
        return made

    return norm


def _activation(layer: Any, shape: Shape) -> Layer | None:
    function = _function(layer.activation)
    return None if function is None else spec.Activation(function)


def _relu(layer: Any, shape: Shape) -> Layer:
    _demand(layer.negative_slope == 0 and layer.threshold == 0, "has a slope or a threshold")
    _demand(layer.max_value in (None, 6), f"stops at {layer.max_value}")
    return spec.Activation("relu" if layer.max_value is None else "relu6")


def _leaky(layer: Any, shape: Shape) -> Layer:
    _demand(abs(layer.negative_slope - 0.2) < 1e-9, f"has the slope {layer.negative_slope}, not 0.2")
    return spec.Activation("leaky_relu")


def _softmax(layer: Any, shape: Shape) -> Layer:
    _demand(layer.axis in (-1, len(shape)), "goes along another axis")
    return spec.Activation("softmax")


def _rescaling(layer: Any, shape: Shape) -> Layer:
    single = isinstance(layer.scale, int | float) and isinstance(layer.offset, int | float)
    _demand(single, "has a factor or an offset for each channel")
    return spec.Scale(layer.scale, layer.offset)


def _reshape(layer: Any, shape: Shape) -> Layer:
    _demand(
        tuple(layer.target_shape) in ((-1,), (math.prod(shape),)), "changes the shape otherwise than Flatten"
    )
    return spec.Flatten()


def _dense(layer: Any, shape: Shape) -> Layer:
    _demand(len(shape) == 1, "is used on a picture, at each place")
    return spec.Dense(layer.units, **_common(layer))


def _transposed(layer: Any, shape: Shape) -> Layer:
    plain = layer.output_padding is None and set(layer.dilation_rate) == {1}
    _demand(plain, "has output_padding or a dilation")
    return spec.Conv2DTranspose(layer.filters, **_window(layer, "kernel_size"), **_common(layer))


def _separable(layer: Any, shape: Shape) -> Layer:
    _demand(set(layer.dilation_rate) == {1}, "has a dilation")
    more = {"depth_multiplier": layer.depth_multiplier, **_common(layer)}
    return spec.SeparableConv2D(layer.filters, **_window(layer, "kernel_size"), **more)


TRANSLATIONS: Mapping[type, Callable[[Any, Shape], Layer | None]] = {
    kinds.Conv2D: lambda layer, shape: spec.Conv2D(
        layer.filters,
        **_window(layer, "kernel_size"),
        **_common(layer),
        groups=layer.groups,
        dilation_rate=layer.dilation_rate,
    ),
    kinds.DepthwiseConv2D: lambda layer, shape: spec.DepthwiseConv2D(
        **_window(layer, "kernel_size"),
        **_common(layer),
        depth_multiplier=layer.depth_multiplier,
        dilation_rate=layer.dilation_rate,
    ),
    kinds.SeparableConv2D: _separable,
    kinds.Conv2DTranspose: _transposed,
    kinds.Dense: _dense,
    kinds.MaxPooling2D: _pooled(spec.MaxPool2D),
    kinds.AveragePooling2D: _pooled(spec.AveragePool2D),
    kinds.GlobalAveragePooling2D: _global,
    kinds.GlobalMaxPooling2D: _global,
    kinds.BatchNormalization: _norm(spec.BatchNorm),
    BatchNormalization: _norm(spec.BatchNorm),
    kinds.LayerNormalization: _norm(spec.LayerNorm),
    kinds.GroupNormalization: _norm(spec.GroupNorm),
    LocalResponseNormalization: lambda layer, shape: spec.LocalResponseNorm(
        layer.depth_radius, layer.bias, layer.alpha, layer.beta
    ),
    kinds.Activation: _activation,
    kinds.ReLU: _relu,
    kinds.LeakyReLU: _leaky,
    kinds.Softmax: _softmax,
    kinds.Rescaling: _rescaling,
    kinds.Flatten: lambda layer, shape: spec.Flatten(),
    kinds.Reshape: _reshape,
    kinds.Dropout: lambda layer, shape: spec.Dropout(layer.rate),
    kinds.Identity: lambda layer, shape: None,
    kinds.ZeroPadding2D: lambda layer, shape: spec.ZeroPadding2D(layer.padding),
    kinds.UpSampling2D: lambda layer, shape: spec.UpSampling2D(layer.size, layer.interpolation),
}


def _layer(layer: Any, shape: Shape) -> Layer | None:
    if type(layer) not in TRANSLATIONS:
        raise Unlike("has no description")
    return TRANSLATIONS[type(layer)](layer, shape)


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

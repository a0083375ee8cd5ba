"""Rules for what is done to each value: activations, normalisations, merges."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from inception_lab.architecture.layer import Shape
from inception_lab.architecture.operations import (
    FUNCTIONS,
    GELU_BY_TANH,
    Operations,
    log_softmax,
    normalisation,
    softmax,
    unit_norm,
)
from inception_lab.model.backend import keras
from inception_lab.model.counting.rules import Call, Rule, Unknown, count, each, standard
from inception_lab.model.layers import BatchNormalization, LocalResponseNormalization

layers = keras.layers


def activated(layer: Any, shape: Shape) -> Operations:
    """Count a layer's own activation."""
    return function_operations(getattr(layer, "activation", None), shape)


def function_operations(function: Any, shape: Shape) -> Operations:
    """Count an activation function on values of a shape."""
    elements = math.prod(shape)
    if function is None:
        return Operations()
    if isinstance(function, layers.Layer):
        return count(function, (shape,), (shape,))
    name = getattr(function, "__name__", type(function).__name__)
    if function is getattr(keras.activations, name, None) or function is getattr(keras.ops, name, None):
        if name == "softmax":
            return softmax(elements, elements // shape[-1])
        if name == "log_softmax":
            return log_softmax(elements, elements // shape[-1])
        if name == "gelu" and function is keras.ops.gelu:
            return GELU_BY_TANH * elements
        if name in FUNCTIONS:
            return FUNCTIONS[name] * elements
    raise Unknown(f"the activation {name} has no formula here")


def groups_of(shape: Shape, axes: Any) -> int:
    """Return how many groups of values lie along an axis, several or all (`None`) of a shape with a batch."""
    listed = range(len(shape)) if axes is None else [axes] if isinstance(axes, int) else axes
    return math.prod(shape) // math.prod(shape[axis] for axis in listed)


def _groups(call: Call) -> int:
    return groups_of((1, *call.output_shape), call.layer.axis)


def _relu(call: Call) -> Operations:
    leaks, stops = call.layer.negative_slope != 0, call.layer.max_value is not None
    return Operations(comparisons=1 + stops, multiplications=int(leaks)) * call.elements


def _layer_norm(call: Call) -> Operations:
    layer = call.layer
    if getattr(layer, "rms_scaling", False):
        raise Unknown("rms_scaling=True")
    return normalisation(call.elements, _groups(call), scale=layer.scale, center=layer.center)


def _group_norm(call: Call) -> Operations:
    layer = call.layer
    return normalisation(call.elements, layer.groups, scale=layer.scale, center=layer.center)


def _local_response_norm(call: Call) -> Operations:
    additions = 2 * call.layer.depth_radius + 1
    return Operations(multiplications=2, additions=additions, exponentials=1, divisions=1) * call.elements


def _merged(done: Callable[[int], Operations]) -> Rule:
    """Return the rule for a merge, of what it does to a value of each input but the first."""
    return lambda call: done(len(call.inputs) - 1) * call.elements


standard(
    {
        layers.Activation: lambda call: activated(call.layer, call.output_shape),
        layers.ReLU: _relu,
        (layers.LeakyReLU, layers.PReLU): each(FUNCTIONS["leaky_relu"]),
        layers.ELU: lambda call: (
            (FUNCTIONS["elu"] + Operations(multiplications=int(call.layer.alpha != 1))) * call.elements
        ),
        layers.Softmax: lambda call: softmax(call.elements, _groups(call)),
        # At inference mean and variance are numbers: one scale and one shift for each value.
        (layers.BatchNormalization, BatchNormalization): each(Operations(multiplications=1, additions=1)),
        LocalResponseNormalization: _local_response_norm,
        layers.LayerNormalization: _layer_norm,
        layers.GroupNormalization: _group_norm,
        layers.RMSNormalization: lambda call: normalisation(
            call.elements, _groups(call), center=False, mean=False
        ),
        layers.UnitNormalization: lambda call: unit_norm(call.elements, _groups(call)),
        layers.Normalization: each(Operations(additions=1, divisions=1)),
        layers.Rescaling: lambda call: (
            Operations(multiplications=1, additions=int(np.any(call.layer.offset))) * call.elements
        ),
        (layers.Add, layers.Subtract): _merged(lambda others: Operations(additions=others)),
        layers.Average: _merged(lambda others: Operations(additions=others, divisions=1)),
        layers.Multiply: _merged(lambda others: Operations(multiplications=others)),
        (layers.Maximum, layers.Minimum): _merged(lambda others: Operations(comparisons=others)),
    }
)

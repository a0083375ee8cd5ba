"""Rules for what is done to each value: activations, normalisations, merges."""

from __future__ import annotations

import math
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
from inception_lab.model.counting.rules import Call, Unknown, count, standard
from inception_lab.model.layers import BatchNormalization, LocalResponseNormalization

layers = keras.layers


# Activations ---------------------------------------------------------------------------------------


def activated(layer: Any, shape: Shape) -> Operations:
    """Count a layer's own activation."""
    return function_operations(getattr(layer, "activation", None), shape)


def function_operations(function: Any, shape: Shape) -> Operations:
    """Count an activation function on values of a shape.

    Raises:
        Unknown: If it is none of Keras's.
    """
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


@standard(layers.Activation)
def activation(call: Call) -> Operations:
    """The function, for each value."""
    return activated(call.layer, call.output_shape)


@standard(layers.ReLU)
def relu(call: Call) -> Operations:
    """A comparison; another one if it stops at `max_value`; a multiplication if it leaks."""
    layer = call.layer
    comparisons = 1 + (layer.max_value is not None)
    return Operations(comparisons=comparisons, multiplications=int(layer.negative_slope != 0)) * call.elements


@standard(layers.LeakyReLU, layers.PReLU)
def leaky_relu(call: Call) -> Operations:
    """A comparison and a multiplication."""
    return FUNCTIONS["leaky_relu"] * call.elements


@standard(layers.ELU)
def elu(call: Call) -> Operations:
    """As the function; a multiplication more where alpha is not 1."""
    scaled = Operations(multiplications=int(call.layer.alpha != 1))
    return (FUNCTIONS["elu"] + scaled) * call.elements


@standard(layers.Softmax)
def softmax_layer(call: Call) -> Operations:
    """exp(x) / Σ exp(x) along the axes."""
    return softmax(call.elements, groups_of((1, *call.output_shape), call.layer.axis))


def groups_of(shape: Shape, axes: Any) -> int:
    """Return how many groups of values lie along an axis, several or all (`None`) of a shape with a batch."""
    listed = range(len(shape)) if axes is None else [axes] if isinstance(axes, int) else axes
    return math.prod(shape) // math.prod(shape[axis] for axis in listed)


# Normalisations ------------------------------------------------------------------------------------


@standard(layers.BatchNormalization, BatchNormalization)
def batch_norm(call: Call) -> Operations:
    """One scale and one shift for each value: at inference mean and variance are numbers."""
    return Operations(multiplications=1, additions=1) * call.elements


@standard(LocalResponseNormalization)
def local_response_norm(call: Call) -> Operations:
    """X / (bias + α·Σ x²)^β."""
    each = Operations(
        multiplications=2, additions=2 * call.layer.depth_radius + 1, exponentials=1, divisions=1
    )
    return each * call.elements


@standard(layers.LayerNormalization)
def layer_norm(call: Call) -> Operations:
    """(x − mean) / √(variance + ε) · γ + β along the axes."""
    layer = call.layer
    if getattr(layer, "rms_scaling", False):
        raise Unknown("rms_scaling=True")
    groups = groups_of((1, *call.output_shape), layer.axis)
    return normalisation(call.elements, groups, scale=layer.scale, center=layer.center)


@standard(layers.GroupNormalization)
def group_norm(call: Call) -> Operations:
    """As layer norm, over the values of each group of channels."""
    layer = call.layer
    return normalisation(call.elements, layer.groups, scale=layer.scale, center=layer.center)


@standard(layers.RMSNormalization)
def rms_norm(call: Call) -> Operations:
    """X / √(mean of x² + ε) · γ along the axes."""
    return normalisation(
        call.elements, groups_of((1, *call.output_shape), call.layer.axis), center=False, mean=False
    )


@standard(layers.UnitNormalization)
def unit_length(call: Call) -> Operations:
    """X / √Σ x²; the root is kept above a limit."""
    return unit_norm(call.elements, groups_of((1, *call.output_shape), call.layer.axis))


@standard(layers.Normalization)
def normalization(call: Call) -> Operations:
    """(x − mean) / deviation, both of them numbers."""
    return Operations(additions=1, divisions=1) * call.elements


@standard(layers.Rescaling)
def rescaling(call: Call) -> Operations:
    """X · scale + offset; nothing is added where the offset is 0."""
    return Operations(multiplications=1, additions=int(np.any(call.layer.offset))) * call.elements


# Merges --------------------------------------------------------------------------------------------


@standard(layers.Add, layers.Subtract)
def add(call: Call) -> Operations:
    """An addition for each value and each input but the first."""
    return Operations(additions=(len(call.inputs) - 1) * call.elements)


@standard(layers.Average)
def average(call: Call) -> Operations:
    """A sum and a division."""
    return Operations(additions=len(call.inputs) - 1, divisions=1) * call.elements


@standard(layers.Multiply)
def multiply(call: Call) -> Operations:
    """A multiplication for each value and each input but the first."""
    return Operations(multiplications=(len(call.inputs) - 1) * call.elements)


@standard(layers.Maximum, layers.Minimum)
def maximum(call: Call) -> Operations:
    """A comparison for each value and each input but the first."""
    return Operations(comparisons=(len(call.inputs) - 1) * call.elements)

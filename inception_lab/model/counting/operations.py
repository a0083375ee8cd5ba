"""Rules for nodes of `keras.ops` in a graph, by the names of their classes, which Keras keeps to itself."""

import math
from collections.abc import Mapping
from typing import Any

from inception_lab.architecture.network import snake_case
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
from inception_lab.model.counting.places import largest, mean, resized, under_windows
from inception_lab.model.counting.pointwise import groups_of
from inception_lab.model.counting.products import attended, einsum
from inception_lab.model.counting.rules import Call, Rule, Unknown, rule_of

ADDITION, MULTIPLICATION = Operations(additions=1), Operations(multiplications=1)
DIVISION, COMPARISON = Operations(divisions=1), Operations(comparisons=1)
EXPONENTIAL = Operations(exponentials=1)


def _each(operations: Operations, names: str) -> dict[str, Operations]:
    return dict.fromkeys(names.split(), operations)


ACTIVATIONS = (
    "Relu Relu6 LeakyRelu Sigmoid HardSigmoid Silu HardSilu Tanh Elu Celu Selu Softplus Softsign LogSigmoid "
    "HardTanh"
)
# For each value of the output.
ELEMENTWISE: Mapping[str, Operations] = {
    **_each(ADDITION, "Add Subtract Trapezoid Cumsum"),
    **_each(MULTIPLICATION, "Multiply Square Outer Cumprod"),
    **_each(DIVISION, "Divide TrueDivide DivideNoNan FloorDivide Mod Reciprocal"),
    **_each(
        COMPARISON,
        "Maximum Minimum Fmax Fmin Greater GreaterEqual Less LessEqual Equal NotEqual Absolute Abs Sign "
        "LogicalAnd LogicalOr LogicalNot LogicalXor Isfinite Isnan Isinf",
    ),
    **_each(
        EXPONENTIAL,
        "Exp Exp2 Expm1 Log Log1p Log2 Log10 Sqrt Rsqrt Cbrt Power Erf Erfc Sin Cos Tan Sinh Cosh Arcsin "
        "Arccos Arctan Arctan2",
    ),
    "Clip": COMPARISON * 2,
    "BatchNorm": MULTIPLICATION + ADDITION,
    **{name: FUNCTIONS[snake_case(name)] for name in ACTIVATIONS.split()},
    # Values are moved, chosen or made: nothing is computed of them.
    **_each(
        Operations(),
        "Reshape Transpose ExpandDims Squeeze GetItem Concatenate Stack Hstack Vstack Dstack Split Unstack "
        "ArraySplit Slice SliceUpdate Cast SaturateCast Pad Tile Repeat BroadcastTo Flip Fliplr Flipud Roll "
        "Rot90 Take TakeAlongAxis Moveaxis Swapaxes StopGradient Ravel Copy View Diagonal Diag Tril Triu "
        "Where Select ZerosLike OnesLike FullLike EmptyLike Full OneHot DepthToSpace SpaceToDepth "
        "Negative ConvertToTensor Real Imag Meshgrid ExtractPatches Unfold CropImages PadImages Size Ndim "
        "Arange Linspace Array ScatterUpdate",
    ),
}
# For each value that a reduction takes in beyond its results.
REDUCTIONS: Mapping[str, Operations] = {
    **_each(ADDITION, "Sum CountNonzero Trace"),
    **_each(MULTIPLICATION, "Prod"),
    **_each(COMPARISON, "Max Min Amax Amin Argmax Argmin Any All"),
}


def _product(call: Call) -> Operations:
    """Output values · length of the axis that is summed over."""
    return Operations(macs=call.elements * call.input_shape[-1])


def _tensordot(call: Call) -> Operations:
    shape, axes = call.input_shape, call.layer.axes
    if isinstance(axes, int):
        summed = shape[len(shape) - axes :]
    else:
        first = axes[0]
        summed = tuple(shape[axis] for axis in ([first] if isinstance(first, int) else first))
    return Operations(macs=call.elements * math.prod(summed))


def _spread(call: Call) -> Operations:
    """Mean and variance: Σ x, / m, x − mean, squared, Σ, / m."""
    values, groups = _whole(call), call.elements
    return Operations(additions=3 * values - 2 * groups, multiplications=values, divisions=2 * groups)


def _separable(call: Call) -> Operations:
    depthwise, pointwise = call.inputs[1:3]
    places = call.elements // pointwise[-1]
    return Operations(macs=places * math.prod(depthwise) + places * math.prod(pointwise))


def _attention(call: Call) -> Operations:
    (batch, queries, heads, depth), (_, keys, *_), value = call.inputs[:3]
    done = attended(queries, keys, depth, value[-1]) + Operations(multiplications=queries * depth)
    return done * (batch * heads)


def _unit(call: Call) -> Operations:
    if call.layer.order != 2:
        raise Unknown(f"order={call.layer.order}")
    return unit_norm(call.elements, _groups(call))


def _resize(call: Call) -> Operations:
    if call.layer.antialias:
        raise Unknown(f"interpolation={call.layer.interpolation!r}")
    return resized(call)


def _groups(call: Call) -> int:
    return groups_of(call.output_shape, call.layer.axis)


def _whole(call: Call) -> int:
    return math.prod(call.input_shape)


def _under_windows(call: Call) -> int:
    return under_windows(call, len(call.input_shape) - 2)


OTHERS: Mapping[str, Rule] = {
    "Matmul": _product,
    "Dot": _product,
    "Inner": _product,
    "Vdot": lambda call: Operations(macs=_whole(call)),
    "Tensordot": _tensordot,
    "Einsum": lambda call: einsum(call.layer.subscripts, call.inputs),
    "Conv": lambda call: Operations(macs=call.elements * math.prod(call.inputs[1][:-1])),
    "DepthwiseConv": lambda call: Operations(macs=call.elements * math.prod(call.inputs[1][:-2])),
    "SeparableConv": _separable,
    "ConvTranspose": lambda call: Operations(macs=_whole(call) * math.prod(call.inputs[1][:-1])),
    "DotProductAttention": _attention,
    "MaxPool": largest(_under_windows),
    "AveragePool": mean(_under_windows),
    "Gelu": lambda call: (GELU_BY_TANH if call.layer.approximate else FUNCTIONS["gelu"]) * call.elements,
    "Softmax": lambda call: softmax(call.elements, _groups(call)),
    "LogSoftmax": lambda call: log_softmax(call.elements, _groups(call)),
    "Logsumexp": lambda call: Operations(
        exponentials=_whole(call) + call.elements, additions=_whole(call) - call.elements
    ),
    "Mean": mean(_whole),
    "Var": _spread,
    "Moments": _spread,
    "Std": lambda call: _spread(call) + EXPONENTIAL * call.elements,
    "LayerNorm": lambda call: normalisation(
        call.elements, _groups(call), scale=len(call.inputs) > 1, center=len(call.inputs) > 2
    ),
    "RMSNorm": lambda call: normalisation(
        call.elements, _groups(call), scale=len(call.inputs) > 1, center=False, mean=False
    ),
    "Normalize": _unit,
    "Resize": _resize,
}


def rule_for(operation: Any) -> Rule | None:
    """Return the rule for a layer or a node of `keras.ops`; none where there is none."""
    found = rule_of(type(operation))
    if found or isinstance(operation, keras.layers.Layer):
        return found
    name = type(operation).__name__
    if not type(operation).__module__.startswith("keras."):
        return None
    if name in ELEMENTWISE:
        each = ELEMENTWISE[name]
        return lambda call: each * sum(math.prod(shape) for shape in call.outputs)
    if name in REDUCTIONS:
        one = REDUCTIONS[name]
        return lambda call: one * (_whole(call) - call.elements)
    return OTHERS.get(name)

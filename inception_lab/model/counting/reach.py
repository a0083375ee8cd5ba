"""How far units of a Keras layer see: the window that each kind of layer moves over its input."""

from collections.abc import Sequence
from typing import Any

from inception_lab.architecture import layers as spec
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.reach import UNDEFINED, Reach
from inception_lab.model.backend import keras
from inception_lab.model.layers import BatchNormalization, LocalResponseNormalization

layers = keras.layers
WINDOWED = (
    layers.Conv2D,
    layers.DepthwiseConv2D,
    layers.SeparableConv2D,
    layers.MaxPooling2D,
    layers.AveragePooling2D,
)
GLOBAL = (layers.Flatten, layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D, layers.GroupNormalization)
MERGES = (
    layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum,
    layers.Concatenate,
)  # fmt: skip
POINTWISE = (
    layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU, layers.BatchNormalization,
    BatchNormalization, LocalResponseNormalization, layers.Dropout, layers.SpatialDropout2D,
    layers.GaussianDropout, layers.GaussianNoise, layers.AlphaDropout, layers.Identity, layers.Rescaling,
    layers.Normalization, layers.Dense, layers.ActivityRegularization,
)  # fmt: skip
ALONG_CHANNELS = (layers.Softmax, layers.LayerNormalization, layers.RMSNormalization)
NODES = "Add Subtract Multiply Divide TrueDivide Maximum Minimum Relu Relu6 Silu Sigmoid Gelu Tanh Cast"


def reach_after(layer: Any, reaches: list[Reach], inputs: Sequence[Shape], output: Shape) -> Reach:
    """Return the reach after a layer.

    Returns:
        The reach along rows and columns; not defined after layers that mix places in other ways, such as
        attention.
    """
    if not reaches or not all(reach.largest for reach in reaches):
        return UNDEFINED
    reach, shape = reaches[0], inputs[0]
    if isinstance(layer, MERGES) or (
        type(layer).__name__ in NODES.split() and not isinstance(layer, layers.Layer)
    ):
        return Reach.merged(reaches)
    if len(shape) == 1:
        return reach if len(output) == 1 or output[:-1] == (1, 1) else UNDEFINED
    if len(shape) != 3:
        return UNDEFINED
    last = getattr(layer, "data_format", "channels_last") == "channels_last"
    sides = shape[:2] if last else shape[1:]
    if isinstance(layer, layers.Reshape):
        return reach if sides == (1, 1) else UNDEFINED
    if isinstance(layer, GLOBAL):
        return reach.everywhere(*sides) if len(output) == 1 else reach.across(*sides)
    if isinstance(layer, layers.ZeroPadding2D | layers.Cropping2D):
        pads = layer.padding if isinstance(layer, layers.ZeroPadding2D) else layer.cropping
        sign = 1 if isinstance(layer, layers.ZeroPadding2D) else -1
        (top, _), (left, _) = pads
        return Reach(reach.rows.behind(1, 1, sign * top), reach.columns.behind(1, 1, sign * left))
    if window := _window(layer):
        return reach.behind(window, (*sides, 1), (*sides, 1))
    if isinstance(layer, ALONG_CHANNELS):
        axis = layer.axis if isinstance(layer.axis, int) else tuple(layer.axis)
        return reach if axis in (-1, 3, (-1,), (3,)) else UNDEFINED
    return reach if isinstance(layer, POINTWISE) else UNDEFINED


def _window(layer: Any) -> Layer | None:
    """Return a layer of ours that moves the same window over a picture; `None` where there is none."""
    if isinstance(layer, layers.UpSampling2D) and layer.interpolation in ("nearest", "bilinear"):
        return spec.UpSampling2D(layer.size, layer.interpolation)
    if isinstance(layer, layers.Conv2DTranspose) and layer.dilation_rate == (1, 1):
        return spec.Conv2DTranspose(1, layer.kernel_size, layer.strides, layer.padding)
    if not isinstance(layer, WINDOWED):
        return None
    rate = getattr(layer, "dilation_rate", 1)
    rates = (rate, rate) if isinstance(rate, int) else rate
    kernel = getattr(layer, "kernel_size", None) or layer.pool_size
    rows, columns = ((side - 1) * dilation + 1 for side, dilation in zip(kernel, rates, strict=True))
    return spec.Conv2D(1, (rows, columns), layer.strides, layer.padding)

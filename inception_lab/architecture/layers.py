"""The kinds of layers that a network is made of, each with its shape, its parameters and its operations.

Arguments carry Keras's names. A layer is data: it knows nothing of its place in a network.
"""

import math
from dataclasses import dataclass
from typing import Literal

from inception_lab.architecture.convolutions import Conv2D, Conv2DTranspose, DepthwiseConv2D, SeparableConv2D
from inception_lab.architecture.layer import (
    Kernel,
    Layer,
    Padding,
    Shape,
    Sides,
    Window,
    Windowed,
    along,
    is_pixels,
    pair,
)
from inception_lab.architecture.norms import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from inception_lab.architecture.operations import Function, Operations, activation_operations

__all__ = [
    "Activation", "AveragePool2D", "BatchNorm", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D",
    "Dropout", "Flatten", "GlobalAveragePool2D", "GlobalMaxPool2D", "GroupNorm", "LayerNorm",
    "LocalResponseNorm", "MaxPool2D", "Scale", "SeparableConv2D", "UpSampling2D", "ZeroPadding2D",
]  # fmt: skip


class _Pool(Layer):
    def seen(self, input_shape: Shape) -> int:
        """Count the values under all windows."""
        raise NotImplementedError


class _Max(_Pool):
    def operations(self, input_shape: Shape) -> Operations:
        return Operations(comparisons=self.seen(input_shape) - math.prod(self.output_shape(input_shape)))


class _Average(_Pool):
    def operations(self, input_shape: Shape) -> Operations:
        means = math.prod(self.output_shape(input_shape))
        return Operations(additions=self.seen(input_shape) - means, divisions=means)


@dataclass(frozen=True)
class _Pool2D(Windowed, _Pool):
    pool_size: Sides
    strides: Sides = 1
    padding: Padding = "same"

    def output_shape(self, input_shape: Shape) -> Shape:
        return *self._places(input_shape), input_shape[2]

    def seen(self, input_shape: Shape) -> int:
        return math.prod(pair(self.pool_size)) * math.prod(self.output_shape(input_shape))


@dataclass(frozen=True)
class MaxPool2D(_Max, _Pool2D):
    """The maximum of each pool_size×pool_size window.

    A number of pixels as `padding` pads with zeros: exact where the input is never negative,
    as it is after a ReLU.
    """


@dataclass(frozen=True)
class AveragePool2D(_Average, _Pool2D):
    """The mean of each pool_size×pool_size window."""


@dataclass(frozen=True)
class _GlobalPool2D(_Pool):
    def output_shape(self, input_shape: Shape) -> Shape:
        return (self._picture(input_shape)[2],)

    def seen(self, input_shape: Shape) -> int:
        return math.prod(input_shape)


@dataclass(frozen=True)
class GlobalMaxPool2D(_Max, _GlobalPool2D):
    """The maximum of each channel: `(height, width, channels)` becomes `(channels,)`."""


@dataclass(frozen=True)
class GlobalAveragePool2D(_Average, _GlobalPool2D):
    """The mean of each channel: `(height, width, channels)` becomes `(channels,)`."""


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function as a layer of its own."""

    activation: Function

    def operations(self, input_shape: Shape) -> Operations:
        return activation_operations(self.activation, input_shape)


@dataclass(frozen=True)
class Scale(Layer):
    """Multiply every value by a constant, as Inception-ResNet does with what it adds to a shortcut.

    A second constant, `offset`, is added where it is not 0, as networks do that take bytes.
    """

    factor: float
    offset: float = 0

    def operations(self, input_shape: Shape) -> Operations:
        return Operations(multiplications=1, additions=int(self.offset != 0)) * math.prod(input_shape)


@dataclass(frozen=True)
class Flatten(Layer):
    """A picture written as one long vector."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return (math.prod(input_shape),)


@dataclass(frozen=True)
class Dense(Kernel):
    """A fully connected layer."""

    units: int
    use_bias: bool = True
    activation: Function | None = None

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ValueError(
                f"Dense takes a vector, `(units,)`; flatten a picture first. "
                f"Received: input_shape={input_shape}."
            )
        return (self.units,)

    def weights(self, input_shape: Shape) -> int:
        """Count the matrix's numbers, without biases: inputs · units."""
        return input_shape[-1] * self.units


@dataclass(frozen=True)
class Dropout(Layer):
    """Set a share `rate` of the values to zero in training; at inference nothing happens."""

    rate: float


Borders = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """A picture made larger.

    Attributes:
        size: Output pixels for each input pixel, or those of rows and of columns.
        interpolation: `"nearest"` repeats pixels, `"bilinear"` mixes neighbours.
    """

    size: Sides = 2
    interpolation: Literal["nearest", "bilinear"] = "nearest"

    @property
    def windows(self) -> tuple[Window, Window]:
        mixed = self.interpolation == "bilinear"
        return along(lambda n: Window(2 * n if mixed and n > 1 else n, grows=n), pair(self.size))

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = self._picture(input_shape)
        rows, columns = pair(self.size)
        return height * rows, width * columns, channels

    def operations(self, input_shape: Shape) -> Operations:
        """Count three mixtures a + (b − a)·t for each value, if bilinear."""
        values = math.prod(self.output_shape(input_shape))
        return Operations(multiplications=3, additions=6) * (values * (self.interpolation == "bilinear"))


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around a picture.

    Attributes:
        padding: Pixels on every side, or `((top, bottom), (left, right))`.
    """

    padding: int | Borders = 1

    def _check_padding(self, padding: object) -> None:
        if isinstance(padding, tuple | list) and len(padding) == 2:
            if all(
                isinstance(each, tuple | list) and len(each) == 2 and all(map(is_pixels, each))
                for each in padding
            ):
                borders = tuple(tuple(map(int, each)) for each in padding)
                object.__setattr__(self, "padding", borders)
                return
        elif is_pixels(padding):
            super()._check_padding(padding)
            return
        raise ValueError(
            "`padding` must be a number of pixels or ((top, bottom), (left, right)), 0 or more each. "
            f"Received: padding={padding!r}{self.where}."
        )

    @property
    def pads(self) -> bool:
        """Zeros are all that there is."""
        return False

    @property
    def borders(self) -> Borders:
        """`((top, bottom), (left, right))`."""
        return (pair(self.padding), pair(self.padding)) if isinstance(self.padding, int) else self.padding

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:
        (top, _), (left, _) = self.borders
        return top, left

    def output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = self._picture(input_shape)
        rows, columns = map(sum, self.borders)
        return height + rows, width + columns, channels

"""The kinds of layers that a network is made of, each with its shape, its parameters and its operations.

Arguments carry Keras's names. A layer is data: it knows nothing of its place in a network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from inception_lab.architecture.functions import activation_operations
from inception_lab.architecture.layer import Layer, Padding, Shape, Windowed
from inception_lab.architecture.operations import Function, Operations


@dataclass(frozen=True)
class Conv2D(Windowed):
    """A convolution with square kernels.

    Attributes:
        filters: Number of output channels.
        kernel_size: Side of the kernel in pixels.
        strides: Step of the kernel in pixels.
        padding: `"same"` as TensorFlow pads (possibly one pixel more after than before), `"valid"`,
            or a number of pixels on every side, as Caffe and PyTorch pad.
        use_bias: Whether each filter adds a bias.
        activation: `"relu"`, `"relu6"`, `"softmax"` or `None`.
        groups: The channels are split into so many groups that do not see each other.

    Example:
        >>> Conv2D(32, 5).operations((28, 28, 192)).macs  # 5² · 192 · 32 · 28²
        120422400
    """

    kind: ClassVar[str] = "Conv2D"
    filters: int
    kernel_size: int
    strides: int = 1
    padding: Padding = "same"
    use_bias: bool = True
    activation: Function | None = None
    groups: int = 1

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        channels = self._picture(input_shape)[2]
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                "Input channels and `filters` must both be divisible by `groups`. "
                f"Received: {channels} channels, filters={self.filters}, groups={self.groups}."
            )
        return *self._slide(input_shape, self.kernel_size, self.strides, self.padding), self.filters

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases: k² · input channels · filters / groups."""
        return self.kernel_size**2 * input_shape[-1] * self.filters // self.groups

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return self.weights(input_shape) + self.use_bias * self.filters

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        height, width, filters = self.output_shape(input_shape)
        elements = height * width * filters
        return Operations(
            macs=height * width * self.weights(input_shape), additions=self.use_bias * elements
        ) + activation_operations(self.activation, (height, width, filters))


@dataclass(frozen=True)
class DepthwiseConv2D(Windowed):
    """A convolution in which every input channel has `depth_multiplier` kernels of its own."""

    kind: ClassVar[str] = "DepthwiseConv2D"
    kernel_size: int
    strides: int = 1
    padding: Padding = "same"
    depth_multiplier: int = 1
    use_bias: bool = True
    activation: Function | None = None

    def grouped(self, channels: int) -> Conv2D:
        """Return what it is on so many channels: a convolution with a group for each."""
        return Conv2D(
            channels * self.depth_multiplier,
            self.kernel_size,
            self.strides,
            self.padding,
            self.use_bias,
            self.activation,
            groups=channels,
        )

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return self.grouped(self._picture(input_shape)[2]).output_shape(input_shape)

    def weights(self, input_shape: Shape) -> int:
        """Count the kernels' numbers, without biases: k² · input channels · depth multiplier."""
        return self.grouped(input_shape[-1]).weights(input_shape)

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return self.grouped(input_shape[-1]).parameters(input_shape)

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        return self.grouped(input_shape[-1]).operations(input_shape)


@dataclass(frozen=True)
class SeparableConv2D(Windowed):
    """A depthwise convolution followed by a 1×1 convolution, with nothing between them."""

    kind: ClassVar[str] = "SeparableConv2D"
    filters: int
    kernel_size: int
    strides: int = 1
    padding: Padding = "same"
    depth_multiplier: int = 1
    use_bias: bool = True
    activation: Function | None = None

    @property
    def depthwise(self) -> DepthwiseConv2D:
        """The first half: one set of kernels a channel."""
        return DepthwiseConv2D(
            self.kernel_size, self.strides, self.padding, self.depth_multiplier, use_bias=False
        )

    @property
    def pointwise(self) -> Conv2D:
        """The second half: a 1×1 convolution that mixes the channels."""
        return Conv2D(self.filters, 1, use_bias=self.use_bias, activation=self.activation)

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return self.pointwise.output_shape(self.depthwise.output_shape(input_shape))

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.parameters(input_shape) + self.pointwise.parameters(between)

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.operations(input_shape) + self.pointwise.operations(between)


@dataclass(frozen=True)
class _Pool2D(Windowed):
    pool_size: int
    strides: int = 1
    padding: Padding = "same"

    def output_shape(self, input_shape: Shape) -> Shape:
        return *self._slide(input_shape, self.pool_size, self.strides, self.padding), input_shape[2]


@dataclass(frozen=True)
class MaxPool2D(_Pool2D):
    """The maximum of each pool_size×pool_size window.

    A number of pixels as `padding` pads with zeros: exact where the input is never negative,
    as it is behind a ReLU.
    """

    kind: ClassVar[str] = "MaxPool2D"

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        elements = math.prod(self.output_shape(input_shape))
        return Operations(comparisons=elements * (self.pool_size**2 - 1))


@dataclass(frozen=True)
class AveragePool2D(_Pool2D):
    """The mean of each pool_size×pool_size window."""

    kind: ClassVar[str] = "AveragePool2D"

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        elements = math.prod(self.output_shape(input_shape))
        return Operations(additions=elements * (self.pool_size**2 - 1), divisions=elements)


@dataclass(frozen=True)
class GlobalAveragePool2D(Layer):
    """The mean of each channel: `(height, width, channels)` becomes `(channels,)`."""

    kind: ClassVar[str] = "GlobalAveragePool2D"

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return (self._picture(input_shape)[2],)

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        height, width, channels = self._picture(input_shape)
        return Operations(additions=(height * width - 1) * channels, divisions=channels)


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Divide each value by a measure of its neighbours in other channels.

    `x / (bias + alpha · Σ x²) ** beta`, the sum over `2 · depth_radius + 1` channels. The defaults are
    GoogLeNet's; Caffe writes them alpha = 1e-4, because it divides alpha by the five channels itself.

    Reference:
        Krizhevsky et al. 2012, section 3.3.
    """

    kind: ClassVar[str] = "LocalResponseNorm"
    depth_radius: int = 2
    bias: float = 1.0
    alpha: float = 1e-4 / 5
    beta: float = 0.75

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return self._picture(input_shape)

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        elements = math.prod(self._picture(input_shape))
        return Operations(
            multiplications=2 * elements,  # the square, and alpha times the sum
            additions=(2 * self.depth_radius + 1) * elements,  # the sum over channels, and the bias
            exponentials=elements,
            divisions=elements,
        )


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalise each channel by its mean and variance; at inference one scale and one shift.

    Attributes:
        scale: Whether each channel learns a factor (gamma).
        center: Whether each channel learns a shift (beta).
        epsilon: Added to the variance.
    """

    kind: ClassVar[str] = "BatchNorm"
    scale: bool = True
    center: bool = True
    epsilon: float = 1e-3

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return (self.scale + self.center) * input_shape[-1]

    def moving_statistics(self, input_shape: Shape) -> int:  # noqa: D102
        return 2 * input_shape[-1]

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        elements = math.prod(input_shape)
        return Operations(multiplications=elements, additions=elements)


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function as a layer of its own."""

    kind: ClassVar[str] = "Activation"
    activation: Function

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        return activation_operations(self.activation, input_shape)


@dataclass(frozen=True)
class Flatten(Layer):
    """A picture written as one long vector."""

    kind: ClassVar[str] = "Flatten"

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return (math.prod(input_shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """A fully connected layer."""

    kind: ClassVar[str] = "Dense"
    units: int
    use_bias: bool = True
    activation: Function | None = None

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        if len(input_shape) != 1:
            raise ValueError(
                f"Dense takes a vector, `(units,)`; flatten a picture first. "
                f"Received: input_shape={input_shape}."
            )
        return (self.units,)

    def weights(self, input_shape: Shape) -> int:
        """Count the matrix's numbers, without biases: inputs · units."""
        return input_shape[-1] * self.units

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return self.weights(input_shape) + self.use_bias * self.units

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        return Operations(
            macs=self.weights(input_shape), additions=self.use_bias * self.units
        ) + activation_operations(self.activation, (self.units,))


@dataclass(frozen=True)
class Dropout(Layer):
    """Set a share `rate` of the values to zero in training; at inference nothing happens."""

    kind: ClassVar[str] = "Dropout"
    rate: float

"""Convolutions: ordinary, depthwise, separable and transposed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from inception_lab.architecture.layer import Layer, Padding, Shape, Sides, Window, Windowed, pair
from inception_lab.architecture.operations import Function, Operations, activation_operations
from inception_lab.checks import one_of


@dataclass(frozen=True)
class Conv2D(Windowed):
    """A convolution.

    Attributes:
        filters: Number of output channels.
        kernel_size: Side of the kernel in pixels, or rows and columns, as in `(1, 7)`.
        strides: Step of the kernel in pixels, likewise.
        padding: `"same"` as TensorFlow pads (possibly one pixel more after than before), `"valid"`,
            or a number of pixels on every side, as Caffe and PyTorch pad.
        use_bias: Whether each filter adds a bias.
        activation: A function's name, such as `"relu"`, or `None`.
        groups: The channels are split into so many groups that do not see each other.
        dilation_rate: Pixels from one place of the kernel to the next; 1 is an ordinary convolution.

    Example:
        >>> Conv2D(32, 5).operations((28, 28, 192)).macs  # 5² · 192 · 32 · 28²
        120422400
    """

    kind: ClassVar[str] = "Conv2D"
    filters: int
    kernel_size: Sides
    strides: Sides = 1
    padding: Padding = "same"
    use_bias: bool = True
    activation: Function | None = None
    groups: int = 1
    dilation_rate: Sides = 1

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        dilated(self)

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        channels = self._picture(input_shape)[2]
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                "Input channels and `filters` must both be divisible by `groups`. "
                f"Received: {channels} channels, filters={self.filters}, groups={self.groups}."
            )
        return *self._places(input_shape), self.filters

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases: k² · input channels · filters / groups."""
        return math.prod(pair(self.kernel_size)) * input_shape[-1] * self.filters // self.groups

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return self.weights(input_shape) + self.use_bias * self.filters

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        shape = height, width, _ = self.output_shape(input_shape)
        return Operations(
            macs=height * width * self.weights(input_shape), additions=self.use_bias * math.prod(shape)
        ) + activation_operations(self.activation, shape)


@dataclass(frozen=True)
class DepthwiseConv2D(Windowed):
    """A convolution in which every input channel has `depth_multiplier` kernels of its own."""

    kind: ClassVar[str] = "DepthwiseConv2D"
    kernel_size: Sides
    strides: Sides = 1
    padding: Padding = "same"
    depth_multiplier: int = 1
    use_bias: bool = True
    activation: Function | None = None
    dilation_rate: Sides = 1

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        dilated(self)

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
            dilation_rate=self.dilation_rate,
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


def dilated(layer: Conv2D | DepthwiseConv2D) -> None:
    """Refuse what Keras refuses: a step together with a dilation."""
    if layer.strides != 1 and layer.dilation_rate != 1:
        raise ValueError(
            "Either `strides` or `dilation_rate` must be 1. Received: "
            f"strides={layer.strides}, dilation_rate={layer.dilation_rate}{layer.where}."
        )


def spread_before(side: int, same: bool) -> int:
    """Return how many units before its own place an output starts to see, if values are spread at step 1."""
    return side - 1 - (side - 1) // 2 * same


@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """A convolution that makes a picture larger: each input value is spread over a window of the output.

    Attributes:
        filters: Number of output channels.
        kernel_size: Side of the window in output pixels, or rows and columns.
        strides: Output pixels for each input pixel, likewise.
        padding: `"same"` gives `strides` times the size, `"valid"` all that the windows touch.
        use_bias: Whether each filter adds a bias.
        activation: A function's name, or `None`.
    """

    kind: ClassVar[str] = "Conv2DTranspose"
    filters: int
    kernel_size: Sides
    strides: Sides = 1
    padding: Padding = "same"
    use_bias: bool = True
    activation: Function | None = None

    def _check_padding(self, padding: object) -> None:
        one_of("padding", padding, ("same", "valid"), self.where)

    @property
    def windows(self) -> tuple[Window, Window]:  # noqa: D102
        rows, columns = (
            Window(side, grows=step)
            for side, step in zip(pair(self.kernel_size), pair(self.strides), strict=True)
        )
        return rows, columns

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:  # noqa: D102
        rows, columns = (spread_before(side, self.padding == "same") for side in pair(self.kernel_size))
        return rows, columns

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        sides = zip(self._picture(input_shape)[:2], self.windows, strict=True)
        over = self.padding == "valid"
        return *(n * w.grows + over * max(w.side - w.grows, 0) for n, w in sides), self.filters

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases: k² · input channels · filters."""
        return math.prod(pair(self.kernel_size)) * input_shape[-1] * self.filters

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        return self.weights(input_shape) + self.use_bias * self.filters

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        shape = self.output_shape(input_shape)
        return Operations(
            macs=math.prod(input_shape[:2]) * self.weights(input_shape),
            additions=self.use_bias * math.prod(shape),
        ) + activation_operations(self.activation, shape)


@dataclass(frozen=True)
class SeparableConv2D(Windowed):
    """A depthwise convolution followed by a 1×1 convolution, with nothing between them."""

    kind: ClassVar[str] = "SeparableConv2D"
    filters: int
    kernel_size: Sides
    strides: Sides = 1
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

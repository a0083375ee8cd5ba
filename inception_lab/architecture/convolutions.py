"""Convolutions: ordinary, depthwise, separable and transposed."""

import math
from dataclasses import dataclass
from functools import cached_property

from inception_lab.architecture.layer import Kernel, Padding, Shape, Sides, Window, Windowed, along, pair
from inception_lab.architecture.operations import Function, Operations
from inception_lab.checks import one_of


@dataclass(frozen=True)
class _Convolution(Kernel, Windowed):
    filters: int
    kernel_size: Sides
    strides: Sides = 1
    padding: Padding = "same"
    use_bias: bool = True
    activation: Function | None = None

    def output_shape(self, input_shape: Shape) -> Shape:
        return *self._places(input_shape), self.filters


@dataclass(frozen=True)
class Conv2D(_Convolution):
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

    groups: int = 1
    dilation_rate: Sides = 1

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = super().output_shape(input_shape)
        if self.groups > 1 and (input_shape[2] % self.groups or self.filters % self.groups):
            raise ValueError(
                "Input channels and `filters` must both be divisible by `groups`. "
                f"Received: {input_shape[2]} channels, filters={self.filters}, groups={self.groups}."
            )
        return shape

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases: k² · input channels · filters / groups."""
        return math.prod(pair(self.kernel_size)) * input_shape[-1] * self.filters // self.groups


@dataclass(frozen=True)
class DepthwiseConv2D(Kernel, Windowed):
    """A convolution in which every input channel has `depth_multiplier` kernels of its own."""

    kernel_size: Sides
    strides: Sides = 1
    padding: Padding = "same"
    depth_multiplier: int = 1
    use_bias: bool = True
    activation: Function | None = None
    dilation_rate: Sides = 1

    def output_shape(self, input_shape: Shape) -> Shape:
        return *self._places(input_shape), input_shape[2] * self.depth_multiplier

    def weights(self, input_shape: Shape) -> int:
        """Count the kernels' numbers, without biases: k² · input channels · depth multiplier."""
        return math.prod(pair(self.kernel_size)) * input_shape[-1] * self.depth_multiplier


@dataclass(frozen=True)
class Conv2DTranspose(_Convolution):
    """A convolution that makes a picture larger: each input value is spread over a window of the output.

    `strides` are output pixels for each input pixel; `padding="same"` gives so many times the size, `"valid"`
    all that the windows touch.
    """

    def _check_padding(self, padding: object) -> None:
        one_of("padding", padding, ("same", "valid"), self.where)

    @cached_property
    def windows(self) -> tuple[Window, Window]:
        return along(lambda side, step: Window(side, grows=step), pair(self.kernel_size), pair(self.strides))

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:
        # An output starts to see so many units before its own place, if values are spread at step 1.
        same = self.padding == "same"
        return along(lambda side: side - 1 - (side - 1) // 2 * same, pair(self.kernel_size))

    def output_shape(self, input_shape: Shape) -> Shape:
        sides = zip(self._picture(input_shape)[:2], self.windows, strict=True)
        over = self.padding == "valid"
        return *(n * w.grows + over * max(w.side - w.grows, 0) for n, w in sides), self.filters

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases: k² · input channels · filters."""
        return math.prod(pair(self.kernel_size)) * input_shape[-1] * self.filters

    def uses(self, input_shape: Shape, output_shape: Shape) -> int:
        """Count how often each weight is used: at each place of the input."""
        return math.prod(input_shape[:2])


@dataclass(frozen=True)
class SeparableConv2D(_Convolution):
    """A depthwise convolution followed by a 1×1 convolution, with nothing between them."""

    depth_multiplier: int = 1

    @cached_property
    def depthwise(self) -> DepthwiseConv2D:
        """The first half: one set of kernels a channel."""
        return DepthwiseConv2D(
            self.kernel_size, self.strides, self.padding, self.depth_multiplier, use_bias=False
        )

    @cached_property
    def pointwise(self) -> Conv2D:
        """The second half: a 1×1 convolution that mixes the channels."""
        return Conv2D(self.filters, 1, use_bias=self.use_bias, activation=self.activation)

    def weights(self, input_shape: Shape) -> int:
        """Count the numbers of both kernels, without biases."""
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.weights(input_shape) + self.pointwise.weights(between)

    def operations(self, input_shape: Shape) -> Operations:
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.operations(input_shape) + self.pointwise.operations(between)

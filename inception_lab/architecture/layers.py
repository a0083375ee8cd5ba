"""The layers a network is made of, each with its shape, its parameters and its operations.

Shapes are `(height, width, channels)` for pictures and `(units,)` for vectors, without batch.
Arguments carry Keras's names. A layer is data: it knows nothing of its place in a network.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal, get_args

Shape = tuple[int, ...]
Padding = Literal["same", "valid"] | int
Function = Literal["relu", "relu6", "softmax"]


@dataclass(frozen=True)
class Operations:
    """What a layer computes for one image, each kind of operation in a column of its own.

    Attributes:
        macs: Multiply-accumulates of convolutions and matrix products; a bias is not one.
        multiplications: Multiplications outside those.
        additions: Additions outside those: biases, sums of averages, merged branches.
        comparisons: One for each ReLU (two if it stops at 6), `k² - 1` for each maximum over k×k.
        divisions: Divisions.
        exponentials: Exponentials, logarithms, powers and roots.
    """

    macs: int = 0
    multiplications: int = 0
    additions: int = 0
    comparisons: int = 0
    divisions: int = 0
    exponentials: int = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: int) -> Operations:
        return Operations(*(getattr(self, f.name) * times for f in fields(self)))


def activation_operations(function: Function | None, elements: int) -> Operations:
    """Count what an activation function does to `elements` values."""
    if function == "relu":
        return Operations(comparisons=elements)
    if function == "relu6":  # at most 6
        return Operations(comparisons=2 * elements)
    if function == "softmax":
        return Operations(exponentials=elements, additions=elements - 1, divisions=elements)
    return Operations()


def positive_integer(name: str, value: object, where: str = "") -> int:
    """Return `value` as an int.

    Raises:
        ValueError: If it is not a positive integer; `where` is added to the message.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise ValueError(f"`{name}` must be a positive integer. Received: {name}={value!r}{where}.")
    return number


def one_of(name: str, value: object, options: tuple[object, ...], where: str = "") -> None:
    """Raise a ValueError that lists the options unless `value` is one of them."""
    if not isinstance(value, Hashable) or value not in options:  # an array would compare piece by piece
        listed = ", ".join(repr(option) for option in options)
        raise ValueError(f"`{name}` must be one of {listed}. Received: {name}={value!r}{where}.")


def same_padding(length: int, side: int, stride: int) -> tuple[int, int]:
    """Return how many pixels TensorFlow's `same` adds before and behind `length` pixels.

    Args:
        length: Pixels along one side of the input.
        side: Of the window, in pixels.
        stride: Its step.

    Example:
        >>> same_padding(112, 3, 2)
        (0, 1)
    """
    total = max((math.ceil(length / stride) - 1) * stride + side - length, 0)
    return total // 2, total - total // 2


def readable_name(field: str, name: object) -> None:
    """Raise a ValueError unless `name`, the value of a field, is a line of text."""
    if not (isinstance(name, str) and name.isprintable()):
        raise ValueError(f"`{field}` must be a line of text. Received: {field}={name!r}.")


@dataclass(frozen=True)
class Layer:
    """Something with one input and one output.

    Attributes:
        name: The layer's name within its group; without one it is named after its kind.
    """

    kind: ClassVar[str] = "Layer"
    name: str | None = field(default=None, kw_only=True)

    @property
    def where(self) -> str:
        """The layer's name as error messages add it."""
        return f" (layer '{self.name}')" if self.name else ""

    def __post_init__(self) -> None:
        """Check the arguments as far as they can be checked without an input."""
        if self.name is not None:
            readable_name("name", self.name)
        for name in (
            "filters",
            "units",
            "kernel_size",
            "pool_size",
            "strides",
            "groups",
            "depth_multiplier",
            "depth_radius",
        ):
            if hasattr(self, name):
                number = positive_integer(name, getattr(self, name), self.where)
                object.__setattr__(self, name, number)
        for name in ("use_bias", "scale", "center"):
            value = getattr(self, name, True)
            if not isinstance(value, bool):
                raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}{self.where}.")
        for name in ("bias", "alpha", "beta", "epsilon"):
            value = getattr(self, name, 1)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(
                    f"`{name}` must be a finite int or float. Received: {name}={value!r}{self.where}."
                )
        padding = getattr(self, "padding", "same")
        if not (
            (isinstance(padding, str) and padding in ("same", "valid"))
            or (isinstance(padding, int) and not isinstance(padding, bool) and padding >= 0)
        ):
            raise ValueError(
                "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. "
                f"Received: padding={padding!r}{self.where}."
            )
        if getattr(self, "activation", None) is not None:
            one_of("activation", self.activation, (None, *get_args(Function)), self.where)  # type: ignore[attr-defined]

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the output.

        Raises:
            ValueError: If the layer cannot take that input.
        """
        return input_shape

    def parameters(self, input_shape: Shape) -> int:
        """Count the trainable parameters."""
        return 0

    def moving_statistics(self, input_shape: Shape) -> int:
        """Count the numbers that are stored and not trained: batch norm's mean and variance."""
        return 0

    def operations(self, input_shape: Shape) -> Operations:
        """Count the operations of one image at inference."""
        return Operations()

    @property
    def window(self) -> tuple[int, int]:
        """Side and stride of the square window that each output value sees, in input pixels."""
        return 1, 1

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:
        """Return how many rows and columns the window starts before its input, a picture."""
        padding: Padding = getattr(self, "padding", "same")
        if padding == "same":
            rows, columns = (same_padding(size, *self.window)[0] for size in input_shape[:2])
            return rows, columns
        pixels = padding if isinstance(padding, int) else 0
        return pixels, pixels

    def _picture(self, input_shape: Shape) -> tuple[int, int, int]:
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.kind} takes a picture, `(height, width, channels)`. "
                f"Received: input_shape={input_shape}."
            )
        return input_shape

    def _slide(self, input_shape: Shape, side: int, strides: int, padding: Padding) -> tuple[int, int]:
        """Height and width after a window of `side` pixels has moved over the input."""
        height, width, _ = self._picture(input_shape)
        if padding == "same":
            return math.ceil(height / strides), math.ceil(width / strides)
        around = 2 * padding if isinstance(padding, int) else 0
        if side > min(height, width) + around:
            padded = f" padded by {padding}" if around else ""
            raise ValueError(
                f"A {side}×{side} window with padding={padding!r} must fit into its input. "
                f"Received: {height}×{width} pixels{padded}."
            )
        return (height + around - side) // strides + 1, (width + around - side) // strides + 1


@dataclass(frozen=True)
class Conv2D(Layer):
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

    @property
    def window(self) -> tuple[int, int]:  # noqa: D102
        return self.kernel_size, self.strides

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
        ) + activation_operations(self.activation, elements)


@dataclass(frozen=True)
class DepthwiseConv2D(Layer):
    """A convolution in which every input channel has `depth_multiplier` kernels of its own."""

    kind: ClassVar[str] = "DepthwiseConv2D"
    kernel_size: int
    strides: int = 1
    padding: Padding = "same"
    depth_multiplier: int = 1
    use_bias: bool = True
    activation: Function | None = None

    @property
    def window(self) -> tuple[int, int]:  # noqa: D102
        return self.kernel_size, self.strides

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
class SeparableConv2D(Layer):
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

    @property
    def window(self) -> tuple[int, int]:  # noqa: D102
        return self.kernel_size, self.strides

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        return self.pointwise.output_shape(self.depthwise.output_shape(input_shape))

    def parameters(self, input_shape: Shape) -> int:  # noqa: D102
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.parameters(input_shape) + self.pointwise.parameters(between)

    def operations(self, input_shape: Shape) -> Operations:  # noqa: D102
        between = self.depthwise.output_shape(input_shape)
        return self.depthwise.operations(input_shape) + self.pointwise.operations(between)


@dataclass(frozen=True)
class _Pool2D(Layer):
    pool_size: int
    strides: int = 1
    padding: Padding = "same"

    @property
    def window(self) -> tuple[int, int]:
        return self.pool_size, self.strides

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
        return activation_operations(self.activation, math.prod(input_shape))


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
        ) + activation_operations(self.activation, self.units)


@dataclass(frozen=True)
class Dropout(Layer):
    """Set a share `rate` of the values to zero in training; at inference nothing happens."""

    kind: ClassVar[str] = "Dropout"
    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.rate, int | float) or not 0 <= self.rate < 1:
            raise ValueError(f"`rate` must be in [0, 1). Received: rate={self.rate!r}{self.where}.")

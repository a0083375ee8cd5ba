"""What all layers share: a name, checked arguments, and a window that moves over the input.

Shapes are `(height, width, channels)` for pictures and `(units,)` for vectors, without batch.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple, NoReturn, TypeVar, get_args

from inception_lab.architecture.operations import Function, Operations, activation_operations
from inception_lab.checks import (
    finite_number,
    layer_name,
    one_of,
    positive_integer,
    positive_pair,
    share,
    true_or_false,
)

T = TypeVar("T")
Shape = tuple[int, ...]
Padding = Literal["same", "valid"] | int
Sides = int | tuple[int, int]  # of both sides, or of rows and columns

# Arguments of layers by what they must be; each name means the same in every layer that has it.
COUNTS = ("filters", "units", "groups", "depth_multiplier", "depth_radius")
PAIRS = ("kernel_size", "pool_size", "strides", "dilation_rate", "size")
SWITCHES = ("use_bias", "scale", "center")
NUMBERS = ("bias", "alpha", "beta", "epsilon", "factor", "offset")
CHOICES: Mapping[str, tuple[object, ...]] = {
    "activation": (None, *get_args(Function)),
    "interpolation": ("nearest", "bilinear"),
}
COLOURS = (1, 3, 4)  # channels of a picture


def same_padding(length: int, side: int, stride: int) -> tuple[int, int]:
    """Return how many pixels TensorFlow's `same` adds before and after `length` pixels.

    Args:
        length: Pixels along one side of the input.
        side: Of the window, in pixels.
        stride: Its step.

    Example:
        >>> same_padding(112, 3, 2)
        (0, 1)
    """
    total = max((-(-length // stride) - 1) * stride + side - length, 0)
    return total // 2, total - total // 2


def is_pixels(value: object) -> bool:
    """Whether a value is a number of pixels, 0 or more."""
    return not isinstance(value, bool) and isinstance(value, numbers.Integral) and int(value) >= 0


def pair(sides: Sides) -> tuple[int, int]:
    """Return what holds for rows and for columns."""
    return (sides, sides) if isinstance(sides, int) else sides


def along(of: Callable[..., T], *sides: Iterable[object]) -> tuple[T, T]:
    """Return what a function makes of what holds for rows, and of what holds for columns."""
    rows, columns = map(of, *sides)
    return rows, columns


def picture_shape(shape: object) -> tuple[int, int, int]:
    """Return `shape` as `(height, width, channels)`."""
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        raise ValueError(f"`input_shape` must be (height, width, channels). Received: input_shape={shape!r}.")
    where = f" in input_shape={shape!r}"
    height, width, channels = (
        positive_integer(name, value, where)
        for name, value in zip(("height", "width", "channels"), shape, strict=True)
    )
    if height in COLOURS and width == channels >= 28:  # no map of few rows, as many columns as channels
        _channels_last(height, width, channels)
    return height, width, channels


def colour_picture(shape: object) -> tuple[int, int, int]:
    """Return `shape` as `(height, width, channels)` of a picture in colour or grey."""
    height, width, channels = picture_shape(shape)
    if height in COLOURS and channels not in COLOURS and min(width, channels) > 8:
        _channels_last(height, width, channels)
    return height, width, channels


def _channels_last(channels: int, height: int, width: int) -> NoReturn:
    raise ValueError(
        "`input_shape` must be (height, width, channels), with the channels last: "
        f"{(height, width, channels)}. Received: input_shape={(channels, height, width)}."
    )


def by(sides: Sides) -> str:
    """Return sides as text: `3×3`."""
    return "×".join(map(str, pair(sides)))


class Window(NamedTuple):
    """What one output value sees along one side."""

    side: int = 1  # pixels from the first to the last
    step: int = 1  # pixels from one output's window to the next one's
    grows: int = 1  # outputs for each input: above 1 where a picture is made larger


ONE_PLACE = (Window(), Window())


@dataclass(frozen=True)
class Layer:
    """Something with one input and one output.

    Attributes:
        name: The layer's name within its group; without one it is named after its kind.
    """

    sees_all: ClassVar[bool] = False  # whether each value of the output depends on all places of the input
    name: str | None = field(default=None, kw_only=True)

    @property
    def kind(self) -> str:
        """Name of its class, by which tables and Keras know it."""
        return type(self).__name__

    @property
    def where(self) -> str:
        """The layer's name as error messages add it."""
        return f" (layer '{self.name}')" if self.name else ""

    def __post_init__(self) -> None:
        """Check the arguments as far as they can be checked without an input."""
        if self.name is not None:
            layer_name(self.name)
        for argument in fields(self):
            name, value = argument.name, getattr(self, argument.name)
            if name in COUNTS:
                object.__setattr__(self, name, positive_integer(name, value, self.where))
            elif name in PAIRS:
                object.__setattr__(self, name, positive_pair(name, value, self.where))
            elif name in SWITCHES:
                true_or_false(name, value, self.where)
            elif name in NUMBERS:
                finite_number(name, value, self.where)
            elif name == "rate":
                share(name, value, self.where)
            elif name == "padding":
                self._check_padding(value)
            elif name in CHOICES:
                one_of(name, value, CHOICES[name], self.where)

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

    def _check_padding(self, padding: object) -> None:
        if is_pixels(padding):
            object.__setattr__(self, "padding", int(padding))  # type: ignore[call-overload]
        elif not isinstance(padding, str) or padding not in ("same", "valid"):
            raise ValueError(
                "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. "
                f"Received: padding={padding!r}{self.where}."
            )

    @cached_property
    def windows(self) -> tuple[Window, Window]:
        """The window that each output value sees, along rows and along columns."""
        return ONE_PLACE

    @property
    def pads(self) -> bool:
        """Whether zeros are put around the input first, a number of pixels on every side."""
        return isinstance(getattr(self, "padding", None), int)

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:
        """Return how many rows and columns the window starts before its input, a picture."""
        padding: Padding = getattr(self, "padding", "same")
        if padding == "same":
            return along(lambda n, seen: same_padding(n, seen.side, seen.step)[0], input_shape, self.windows)
        return pair(padding if isinstance(padding, int) else 0)

    def _picture(self, input_shape: Shape) -> tuple[int, int, int]:
        if len(input_shape) != 3:
            raise ValueError(
                f"{self.kind} takes a picture, `(height, width, channels)`. "
                f"Received: input_shape={input_shape}."
            )
        return input_shape


class Kernel(Layer):
    """A layer with weights and, if it has biases, one for each channel of its output."""

    use_bias: bool
    activation: Function | None

    def weights(self, input_shape: Shape) -> int:
        """Count the kernel's numbers, without biases."""
        raise NotImplementedError

    def uses(self, input_shape: Shape, output_shape: Shape) -> int:
        """Count how often each weight is used: at each place of the output."""
        return math.prod(output_shape[:-1])

    def parameters(self, input_shape: Shape) -> int:
        biases = self.output_shape(input_shape)[-1] if self.use_bias else 0
        return self.weights(input_shape) + biases

    def operations(self, input_shape: Shape) -> Operations:
        shape = self.output_shape(input_shape)
        macs = self.uses(input_shape, shape) * self.weights(input_shape)
        done = Operations(macs, additions=self.use_bias * math.prod(shape))
        return done + activation_operations(self.activation, shape) if self.activation else done


class Windowed(Layer):
    """A layer whose output values each see a window of the input; subclasses name its sides."""

    strides: Sides
    padding: Padding

    def __post_init__(self) -> None:
        """Check the arguments; a step together with a dilation is refused, as by Keras."""
        super().__post_init__()
        rate = getattr(self, "dilation_rate", 1)
        if self.strides != 1 and rate != 1:
            raise ValueError(
                "Either `strides` or `dilation_rate` must be 1. Received: "
                f"strides={self.strides}, dilation_rate={rate}{self.where}."
            )

    @cached_property
    def windows(self) -> tuple[Window, Window]:
        sides = pair(getattr(self, "kernel_size", None) or self.pool_size)  # type: ignore[attr-defined]
        rates = pair(getattr(self, "dilation_rate", 1))
        return along(
            lambda side, rate, step: Window((side - 1) * rate + 1, step), sides, rates, pair(self.strides)
        )

    def _places(self, input_shape: Shape) -> tuple[int, int]:
        """Height and width after the window has moved over the input."""
        height, width, _ = shape = self._picture(input_shape)
        padding = self.padding
        if padding == "same":
            return along(lambda n, seen: -(-n // seen.step), shape, self.windows)
        around = 2 * padding if isinstance(padding, int) else 0
        places = along(lambda n, seen: (n + around - seen.side) // seen.step + 1, shape, self.windows)
        if min(places) < 1:
            side, padded = self.windows, f" padded by {padding}" if around else ""
            raise ValueError(
                f"A {by((side[0].side, side[1].side))} window with padding={padding!r} must fit into its "
                f"input. Received: {height}×{width} pixels{padded}."
            )
        return places

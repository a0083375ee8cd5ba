"""What all layers share: a name, checked arguments, and a window that moves over the input.

Shapes are `(height, width, channels)` for pictures and `(units,)` for vectors, without batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import ClassVar, Literal, get_args

from inception_lab.architecture.operations import Function, Operations
from inception_lab.checks import (
    finite_number,
    one_of,
    positive_integer,
    readable_name,
    share,
    true_or_false,
)

Shape = tuple[int, ...]
Padding = Literal["same", "valid"] | int

# Arguments of layers by what they must be; each name means the same in every layer that has it.
COUNTS = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "groups",
    "depth_multiplier",
    "depth_radius",
)
SWITCHES = ("use_bias", "scale", "center")
NUMBERS = ("bias", "alpha", "beta", "epsilon")


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


def _pixels(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


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
        for argument in fields(self):
            name, value = argument.name, getattr(self, argument.name)
            if name in COUNTS:
                object.__setattr__(self, name, positive_integer(name, value, self.where))
            elif name in SWITCHES:
                true_or_false(name, value, self.where)
            elif name in NUMBERS:
                finite_number(name, value, self.where)
            elif name == "rate":
                share(name, value, self.where)
            elif name == "padding" and value not in ("same", "valid") and not _pixels(value):
                raise ValueError(
                    "`padding` must be 'same', 'valid' or a number of pixels, 0 or more. "
                    f"Received: padding={value!r}{self.where}."
                )
            elif name == "activation" and value is not None:
                one_of(name, value, (None, *get_args(Function)), self.where)

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
class Windowed(Layer):
    """A layer whose output values each see a square window of the input; subclasses name its side."""

    @property
    def window(self) -> tuple[int, int]:  # noqa: D102
        side: int = getattr(self, "kernel_size", None) or self.pool_size  # type: ignore[attr-defined]
        return side, self.strides  # type: ignore[attr-defined]

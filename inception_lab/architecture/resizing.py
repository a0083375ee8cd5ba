"""Layers that change a picture's size and learn nothing: zeros around it, and more pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from inception_lab.architecture.layer import Layer, Shape, Sides, Window, is_pixels, pair
from inception_lab.architecture.operations import Operations
from inception_lab.checks import one_of

Borders = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """A picture made larger.

    Attributes:
        size: Output pixels for each input pixel, or those of rows and of columns.
        interpolation: `"nearest"` repeats pixels, `"bilinear"` mixes neighbours.
    """

    kind: ClassVar[str] = "UpSampling2D"
    size: Sides = 2
    interpolation: Literal["nearest", "bilinear"] = "nearest"

    def __post_init__(self) -> None:
        """Check the arguments."""
        super().__post_init__()
        one_of("interpolation", self.interpolation, ("nearest", "bilinear"), self.where)

    @property
    def windows(self) -> tuple[Window, Window]:  # noqa: D102
        mixed = self.interpolation == "bilinear"
        rows, columns = (
            Window(2 * grows if mixed and grows > 1 else grows, grows=grows) for grows in pair(self.size)
        )
        return rows, columns

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        height, width, channels = self._picture(input_shape)
        rows, columns = pair(self.size)
        return height * rows, width * columns, channels

    def operations(self, input_shape: Shape) -> Operations:
        """Count three mixtures a + (b − a)·t for each value, if bilinear."""
        height, width, channels = self.output_shape(input_shape)
        if self.interpolation == "nearest":
            return Operations()
        return Operations(multiplications=3, additions=6) * (height * width * channels)


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around a picture.

    Attributes:
        padding: Pixels on every side, or `((top, bottom), (left, right))`.
    """

    kind: ClassVar[str] = "ZeroPadding2D"
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
        pixels = self.padding
        return ((pixels, pixels), (pixels, pixels)) if isinstance(pixels, int) else pixels

    def padding_before(self, input_shape: Shape) -> tuple[int, int]:  # noqa: D102
        (top, _), (left, _) = self.borders
        return top, left

    def output_shape(self, input_shape: Shape) -> Shape:  # noqa: D102
        height, width, channels = self._picture(input_shape)
        rows, columns = map(sum, self.borders)
        return height + rows, width + columns, channels

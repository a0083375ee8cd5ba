"""How far a unit sees: its receptive field, along both sides."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from inception_lab.architecture.layer import ONE_PLACE, Layer, Shape


class Span(NamedTuple):
    """How much of the input one unit can see along one side, in pixels."""

    smallest: int = 1  # seen along the narrowest path
    largest: int = 1  # seen along the widest path; 0 where it is not defined
    stride: int | Fraction = 1  # between neighbouring units; a fraction after upsampling
    # of the point that the first unit's stretch is centred on, from the edge. TensorFlow's "same" pads
    # more after than before, so it is no half stride
    first: float = 0.5

    def behind(self, window: int, step: int, before: float) -> Span:
        """Return the span after a window.

        Args:
            window: Side of the window, in units of its input.
            step: From one place of the window to the next.
            before: How many units the window starts before its input.
        """
        more = int((window - 1) * self.stride)
        first = self.first + float(((window - 1) / 2 - before) * self.stride)
        return Span(self.smallest + more, self.largest + more, self.stride * step, first)

    def spread(self, window: int, grows: int) -> Span:
        """Return the span after a side has grown `grows` times, each unit spread over `window` new ones.

        The place is right on average: new units do not lie evenly over old ones.
        """
        most, least = -(-window // grows), max(window // grows, 1)
        stride = Fraction(self.stride) / grows
        return Span(
            self.smallest + int((least - 1) * self.stride),
            self.largest + int((most - 1) * self.stride),
            int(stride) if stride.denominator == 1 else stride,
            self.first - float(self.stride * (grows - 1)) / (2 * grows),
        )


class Reach(NamedTuple):
    """How much of the input one unit can see, along both sides."""

    rows: Span = Span()  # from top to bottom
    columns: Span = Span()  # from left to right

    @property
    def smallest(self) -> int:
        """Pixels seen along the narrowest path and the longer side."""
        return max(self.rows.smallest, self.columns.smallest)

    @property
    def largest(self) -> int:
        """Pixels seen along the widest path and the longer side: the receptive field."""
        return max(self.rows.largest, self.columns.largest)

    @property
    def stride(self) -> int | Fraction:
        """Pixels of the input between neighbouring units."""
        return max(self.rows.stride, self.columns.stride)

    def behind(self, layer: Layer, shape: Shape, output_shape: Shape) -> Reach:
        """Return the reach after a layer whose input has `shape`, and whose output has `output_shape`."""
        if len(shape) == 1:
            return self
        if len(output_shape) == 1:
            return self.everywhere(shape[0], shape[1])
        if layer.sees_all:
            return self.across(shape[0], shape[1])
        if layer.windows == ONE_PLACE and layer.padding_before(shape) == (0, 0):
            return self
        rows, columns = (
            span.spread(window.side, window.grows)
            if window.grows > 1
            else span.behind(window.side, window.step, before)
            for span, window, before in zip(
                (self.rows, self.columns), layer.windows, layer.padding_before(shape), strict=True
            )
        )
        return Reach(rows, columns)

    def across(self, height: int, width: int) -> Reach:
        """Return the reach of a picture each of whose values sees all of one of `height` by `width` units."""
        seen = self.everywhere(height, width)
        rows, columns = (
            own._replace(smallest=all_.smallest, largest=all_.largest)
            for own, all_ in zip(self, seen, strict=True)
        )
        return Reach(rows, columns)

    def everywhere(self, height: int, width: int) -> Reach:
        """Return the reach of a value that sees every unit of a picture of `height` by `width` units."""
        return Reach(self.rows.behind(height, 1, 0), self.columns.behind(width, 1, 0))

    def centre(self, row: float, column: float) -> tuple[float, float]:
        """Return row and column, in pixels from the corner, that the square of a unit is centred on.

        Example:
            >>> import inception_lab as lab
            >>> lab.cost(lab.googlenet())["inception_4a/1x1"].reach.centre(6, 6)
            (110.5, 110.5)
        """
        return (
            self.rows.first + float(row * self.rows.stride),
            self.columns.first + float(column * self.columns.stride),
        )

    def middle_unit(self, height: int, width: int) -> tuple[int, int]:
        """Return row and column of the unit whose square is centred nearest to the picture's middle."""
        row, column = (
            max(0, math.ceil((side / 2 - span.first) / span.stride - 0.5))  # of two as near the first
            for side, span in ((height, self.rows), (width, self.columns))
        )
        return row, column

    @staticmethod
    def merged(branches: list[Reach]) -> Reach:
        """Return the reach where branches meet; not defined where one of theirs is not."""
        if not all(branch.largest for branch in branches):
            return UNDEFINED

        def along(spans: list[Span]) -> Span:
            widest = max(spans, key=lambda span: span.largest)
            smallest = min(span.smallest for span in spans)
            return Span(smallest, widest.largest, max(span.stride for span in spans), widest.first)

        return Reach(along([b.rows for b in branches]), along([b.columns for b in branches]))


UNDEFINED = Reach(Span(0, 0, 0, 0.0), Span(0, 0, 0, 0.0))

"""What a network costs: parameters, operations, memory and reach, layer by layer and in total.

One convention everywhere: a MAC is one multiply and one add, counted for one image, the bias left out;
FLOPs = 2 × MACs. Other operations stand in columns of their own, so any published convention
is a choice of columns.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import Merge, Network, Part, merge_operations, merge_shapes
from inception_lab.architecture.operations import Operations

if TYPE_CHECKING:
    import pandas

FLOPS_PER_MAC = 2
OMITTED = (
    "loading and storing values (only their size is counted)",
    "preparing the picture before the first layer",
    "whatever training adds: gradients, optimizer, dropout",
)


@dataclass(frozen=True)
class Span:
    """How much of the input one unit can see along one side, in pixels.

    Attributes:
        smallest: Seen along the narrowest path.
        largest: Seen along the widest path; 0 where it is not defined.
        stride: Between neighbouring units; a fraction after upsampling.
        first: Of the point that the first unit's stretch is centred on, from the edge.
    """

    smallest: int = 1
    largest: int = 1
    stride: int | Fraction = 1
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


@dataclass(frozen=True)
class Reach:
    """How much of the input one unit can see, along both sides.

    Attributes:
        rows: From top to bottom.
        columns: From left to right.
    """

    rows: Span = Span()
    columns: Span = Span()

    @classmethod
    def square(
        cls, smallest: int, largest: int, stride: int, first: tuple[float, float] = (0.5, 0.5)
    ) -> Reach:
        """Return a reach that is the same along both sides."""
        row, column = first
        return cls(Span(smallest, largest, stride, row), Span(smallest, largest, stride, column))

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

    @property
    def first(self) -> tuple[float, float]:
        """Row and column, in pixels from the corner, of the point that the first unit's window is centred on.

        TensorFlow's "same" pads more after than before, so it is no half stride.
        """
        return self.rows.first, self.columns.first

    def behind(self, layer: Layer, shape: Shape) -> Reach:
        """Return the reach after a layer whose input has `shape`."""
        side, stride = layer.window
        if len(shape) == 1:
            return self
        if len(layer.output_shape(shape)) == 1:
            return self.everywhere(shape[0], shape[1])
        rows, columns = layer.padding_before(shape)
        return Reach(self.rows.behind(side, stride, rows), self.columns.behind(side, stride, columns))

    def everywhere(self, height: int, width: int) -> Reach:
        """Return the reach of a value that sees every unit of a picture of `height` by `width` units."""
        return Reach(self.rows.behind(height, 1, 0), self.columns.behind(width, 1, 0))

    def centre(self, row: float, column: float) -> tuple[float, float]:
        """Return row and column, in pixels from the corner, that the square of a unit is centred on.

        Args:
            row: Of the unit, from 0.
            column: Of the unit.

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
        """Return row and column of the unit whose square is centred nearest to the picture's middle.

        Args:
            height: Of the picture, in pixels.
            width: Of the picture.
        """
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


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs, for one image.

    Attributes:
        name: Path of the layer, such as `inception_3a/5x5_reduce`.
        type: Kind of the layer, such as `Conv2D`.
        input_shape: `(height, width, channels)` or `(units,)`.
        output_shape: The same behind the layer.
        parameters: Trainable numbers.
        moving_statistics: Stored numbers that are not trained.
        operations: MACs, additions, comparisons …
        activations: Output values; none where branches are joined, since each writes its own share.
        reach: Receptive field and stride after the layer; 0 where they are not defined.
        counted: Whether the operations are known; a layer without a rule shows `?` in tables.
    """

    name: str
    type: str
    input_shape: Shape
    output_shape: Shape
    parameters: int
    moving_statistics: int
    operations: Operations
    activations: int
    reach: Reach
    counted: bool = True

    @property
    def macs(self) -> int:
        """Multiply-accumulates, without biases."""
        return self.operations.macs

    @property
    def flops(self) -> int:
        """2 × MACs."""
        return FLOPS_PER_MAC * self.macs

    @property
    def module(self) -> str:
        """First part of the path, such as `inception_3a`, `conv2` or `loss1`."""
        return self.name.split("/")[0]

    @property
    def activation_bytes(self) -> int:
        """Bytes of the output in float32."""
        return 4 * self.activations

    def row(self) -> dict[str, Any]:
        """Return the columns of a table; operations that are not known are `"?"`."""
        operations = {**asdict(self.operations), "flops": self.flops}
        return {
            "name": self.name,
            "type": self.type,
            "input_shape": self.input_shape,
            "output_shape": self.output_shape,
            "parameters": self.parameters,
            "moving_statistics": self.moving_statistics,
            **(operations if self.counted else dict.fromkeys(operations, "?")),
            "activation_bytes": self.activation_bytes,
            "receptive_field": self.reach.largest,
            "stride": self.reach.stride,
        }


@dataclass(frozen=True)
class Cost:
    """The cost of a network; sums over `layers`, which are in graph order.

    Attributes:
        network: Its name.
        input_shape: `(height, width, channels)`; for a model with several inputs, a tuple of shapes.
        layers: One entry a layer, and one wherever branches meet.
        omitted: What the counts leave out.
    """

    network: str
    input_shape: tuple[Any, ...]
    layers: tuple[LayerCost, ...]
    omitted: tuple[str, ...] = OMITTED

    @cached_property
    def parameters(self) -> int:
        """Trainable parameters; what Keras calls trainable."""
        return sum(layer.parameters for layer in self.layers)

    @cached_property
    def moving_statistics(self) -> int:
        """Batch norm's stored means and variances; what Keras calls non-trainable."""
        return sum(layer.moving_statistics for layer in self.layers)

    @cached_property
    def operations(self) -> Operations:
        """All operations, by kind."""
        return sum((layer.operations for layer in self.layers), Operations())

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and dense layers, without biases."""
        return self.operations.macs

    @property
    def flops(self) -> int:
        """2 × MACs."""
        return FLOPS_PER_MAC * self.macs

    @cached_property
    def activation_bytes(self) -> int:
        """Bytes of all layers' outputs in float32, each kept once, as training keeps them."""
        return sum(layer.activation_bytes for layer in self.layers)

    @property
    def output_shape(self) -> tuple[Any, ...]:
        """Shape of the last layer's output."""
        return self.layers[-1].output_shape if self.layers else self.input_shape

    def __repr__(self) -> str:
        from inception_lab.architecture.tables import cost_text

        return cost_text(self)

    def _repr_html_(self) -> str:
        from inception_lab.architecture.tables import cost_html

        return cost_html(self)

    def __getitem__(self, name: str) -> LayerCost:
        """Return one layer by its path.

        Raises:
            KeyError: If there is none; the message names the nearest.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        from difflib import get_close_matches

        near = get_close_matches(name, [layer.name for layer in self.layers], n=3, cutoff=0.4)
        raise KeyError(f"{self.network} has no layer '{name}'. Nearest: {', '.join(near) or 'none'}.")

    def by_module(self) -> dict[str, Cost]:
        """Return the cost of each module: layers whose paths start with the same word."""
        modules: dict[str, list[LayerCost]] = {}
        for layer in self.layers:
            modules.setdefault(layer.module, []).append(layer)
        return {
            name: Cost(name, layers[0].input_shape, tuple(layers), self.omitted)
            for name, layers in modules.items()
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one dict a layer: the columns of `to_frame`."""
        return [layer.row() for layer in self.layers]

    def to_frame(self) -> pandas.DataFrame:
        """Return one row a layer as a pandas DataFrame, indexed by path."""
        import pandas

        return pandas.DataFrame(self.rows()).set_index("name")


def cost(network: Network | Part, input_shape: tuple[int, int, int] | None = None) -> Cost:
    """Count what a network costs for one image.

    Args:
        network: A network, or a part of one (a module, a layer) together with `input_shape`.
        input_shape: `(height, width, channels)`, without batch; for a whole network, its own.

    Returns:
        Totals and one entry a layer.

    Raises:
        ValueError: If the network cannot take an input of that shape.

    Example:
        >>> import inception_lab as lab
        >>> lab.cost(lab.googlenet()).parameters
        6998552
    """
    network = as_network(network, input_shape)
    layers: list[LayerCost] = []

    def count(path: str, layer: Layer, x: tuple[Shape, Reach]) -> tuple[Shape, Reach]:
        shape, reach = x
        output_shape, reach = layer.output_shape(shape), reach.behind(layer, shape)
        layers.append(
            LayerCost(
                path,
                layer.kind,
                shape,
                output_shape,
                layer.parameters(shape),
                layer.moving_statistics(shape),
                layer.operations(shape),
                math.prod(output_shape),
                reach,
            )
        )
        return output_shape, reach

    def join(path: str, how: Merge, branches: list[tuple[Shape, Reach]]) -> tuple[Shape, Reach]:
        shapes = [shape for shape, _ in branches]
        shape, reach = merge_shapes(how, shapes), Reach.merged([reach for _, reach in branches])
        added = how == "add"
        elements = math.prod(shape)
        operations = merge_operations(how, len(branches), elements)
        kind = "Add" if added else "Concatenate"
        layers.append(LayerCost(path, kind, shape, shape, 0, 0, operations, added * elements, reach))
        return shape, reach

    start: tuple[Shape, Reach] = (network.input_shape, Reach())
    network.fold(start, layer=count, merge=join)
    return Cost(network.name, network.input_shape, tuple(layers))


def break_even(kernel_size: int, channels: int, filters: int) -> Fraction:
    """Return the number of 1×1 filters at which reducing costs as much as not reducing.

    k²·Cin·Cout / (Cin + k²·Cout), exactly; fewer filters save. The size of the picture cancels.

    Args:
        kernel_size: Side k of the convolution behind the reduction.
        channels: Channels Cin before it.
        filters: Filters Cout of the convolution.

    Example:
        >>> float(break_even(5, channels=192, filters=32))
        154.83870967741936
    """
    return Fraction(kernel_size**2 * channels * filters, channels + kernel_size**2 * filters)


def as_network(network: Network | Part, input_shape: tuple[int, int, int] | None) -> Network:
    """Return a network for `network`, which may be a part that needs an input shape."""
    if isinstance(network, Network):
        return network if input_shape is None else Network(input_shape, network.body, network.name)
    if not isinstance(network, Part):
        raise TypeError(f"A network or a part of one is needed. Received: {network!r}.")
    if input_shape is None:
        raise ValueError(
            "`input_shape` must be (height, width, channels) for a part of a network. Received: None."
        )
    return Network(input_shape, network, getattr(network, "name", None) or "part")

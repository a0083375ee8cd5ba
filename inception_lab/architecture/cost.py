"""What a network costs: parameters, operations, memory and reach, layer by layer and in total.

One convention everywhere: a MAC is one multiply and one add, counted for one image, the bias left out;
FLOPs = 2 × MACs. Other operations stand in columns of their own, so any published convention
is a choice of columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import (
    MERGES,
    Merge,
    Network,
    Part,
    as_network,
    merge_operations,
    merge_shapes,
)
from inception_lab.architecture.operations import Operations
from inception_lab.architecture.reach import Reach

if TYPE_CHECKING:
    import pandas

FLOPS_PER_MAC = 2
OMITTED = (
    "loading and storing values (only their size is counted)",
    "preparing the picture before the first layer",
    "whatever training adds: gradients, optimizer, dropout",
)


class LayerCost(NamedTuple):
    """What one layer costs, for one image."""

    name: str  # path of the layer, such as `inception_3a/5x5_reduce`
    type: str  # kind of the layer, such as `Conv2D`
    input_shape: Shape  # `(height, width, channels)` or `(units,)`
    output_shape: Shape  # the same after the layer
    parameters: int  # trainable numbers
    moving_statistics: int  # stored numbers that are not trained
    operations: Operations  # MACs, additions, comparisons …
    activations: int  # output values; none where branches are joined, since each writes its own share
    reach: Reach  # receptive field and stride after the layer; 0 where they are not defined
    counted: bool = True  # whether the operations are known; a layer without a rule shows `?` in tables
    function: str = ""  # its activation, or how it interpolates; `""` for neither
    biases: int | None = None  # parameters that are added, where that is known; else it follows from the MACs

    @property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and matrix products, without biases, for one image."""
        return self.operations.macs

    @property
    def flops(self) -> int:
        """2 × MACs."""
        return FLOPS_PER_MAC * self.macs

    @property
    def weights(self) -> int:
        """Parameters that values are multiplied by, without biases; none of layers that do no such thing."""
        if self.biases is not None:
            return self.parameters - self.biases
        shape = self.input_shape if self.type == "Conv2DTranspose" else self.output_shape
        return self.macs // math.prod(shape[:-1])  # each is used once at every place

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
        operations = {**self.operations._asdict(), "flops": self.flops}
        own = ("name", "type", "input_shape", "output_shape", "parameters", "moving_statistics")
        return {
            **{name: getattr(self, name) for name in own},
            **(operations if self.counted else dict.fromkeys(operations, "?")),
            "activation_bytes": self.activation_bytes,
            "receptive_field": self.reach.largest,
            "stride": self.reach.stride,
        }


@dataclass(frozen=True)
class Cost:
    """The cost of a network; sums over `layers`, which are in graph order."""

    network: str  # its name
    # `(height, width, channels)`; for a model with several inputs, a tuple of shapes
    input_shape: tuple[Any, ...]
    layers: tuple[LayerCost, ...]  # one entry a layer, and one wherever branches meet
    omitted: tuple[str, ...] = OMITTED  # what the counts leave out

    @cached_property
    def parameters(self) -> int:
        """Trainable parameters; what Keras calls trainable."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def weights(self) -> int:
        """Parameters of convolutions and dense layers without biases."""
        return sum(layer.weights for layer in self.layers)

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
        """MACs of all layers."""
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

    def __getitem__(self, name: str) -> Any:
        """Return one layer by its path, a `LayerCost`; or by a group's, such as `inception_3a`, its `Cost`.

        Raises:
            ValueError: If there is neither; the message names the nearest.

        Example:
            >>> import inception_lab as lab
            >>> lab.cost(lab.googlenet())["inception_3a"].macs
            128049152
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        group = tuple(layer for layer in self.layers if layer.name.startswith(f"{name}/"))
        if group:
            return Cost(name, group[0].input_shape, group, self.omitted)
        from difflib import get_close_matches

        names = {
            "/".join(parts[:n])
            for layer in self.layers
            for parts in [layer.name.split("/")]
            for n in (1, 2, 3)
        }
        near = get_close_matches(str(name), sorted(names), n=3, cutoff=0.4)
        raise ValueError(f"{self.network} has no layer '{name}'. Nearest: {', '.join(near) or 'none'}.")

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


def cost(network: Network | Part, input_shape: Shape | None = None) -> Cost:
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
        output_shape = layer.output_shape(shape)
        reach = reach.behind(layer, shape, output_shape)
        numbers = layer.parameters(shape), layer.moving_statistics(shape), layer.operations(shape)
        values = math.prod(output_shape)
        does = getattr(layer, "activation", None) or getattr(layer, "interpolation", None) or ""
        row = LayerCost(path, layer.kind, shape, output_shape, *numbers, values, reach, function=does)
        layers.append(row)
        return output_shape, reach

    def join(path: str, how: Merge, branches: list[tuple[Shape, Reach]]) -> tuple[Shape, Reach]:
        shapes = [shape for shape, _ in branches]
        shape, reach = merge_shapes(how, shapes), Reach.merged([reach for _, reach in branches])
        elements = math.prod(shape)
        operations = merge_operations(how, len(branches), elements)
        written = 0 if how == "concat" else elements
        layers.append(LayerCost(path, MERGES[how], shape, shape, 0, 0, operations, written, reach))
        return shape, reach

    start: tuple[Shape, Reach] = (network.input_shape, Reach())
    network.fold(start, layer=count, merge=join)
    return Cost(network.name, network.input_shape, tuple(layers))


def break_even(kernel_size: int, channels: int, filters: int) -> Fraction:
    """Return the number of 1×1 filters at which reducing costs as much as not reducing.

    k²·Cin·Cout / (Cin + k²·Cout), exactly; fewer filters save. The size of the picture cancels.

    Example:
        >>> float(break_even(5, channels=192, filters=32))
        154.83870967741936
    """
    return Fraction(kernel_size**2 * channels * filters, channels + kernel_size**2 * filters)

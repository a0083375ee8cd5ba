"""The parts that Inception networks are made of: modules, heads, and the convolutions in them.

Reference:
    Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv:1409.4842.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from inception_lab.architecture.layer import Layer, Padding, Sides
from inception_lab.architecture.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    SeparableConv2D,
)
from inception_lab.architecture.network import Parallel, Part, Sequence
from inception_lab.architecture.operations import Function
from inception_lab.checks import located, positive_integer, short, true_or_false

# A module's six numbers: the layer that each sizes, and how Table 1 heads its column.
SIX_NUMBERS = {
    "conv1x1": ("1x1", "#1×1"),
    "reduce3x3": ("3x3_reduce", "#3×3 reduce"),
    "conv3x3": ("3x3", "#3×3"),
    "reduce5x5": ("5x5_reduce", "#5×5 reduce"),
    "conv5x5": ("5x5", "#5×5"),
    "pool_proj": ("pool_proj", "pool proj"),
}
BRANCHES = {field: layer for field, (layer, _) in SIX_NUMBERS.items()}
COLUMNS = {field: head for field, (_, head) in SIX_NUMBERS.items()}


@dataclass(frozen=True)
class InceptionRow:
    """One inception row of Table 1: how many filters each convolution of the module has.

    Without a reduction (`None`) the large kernels see all input channels; without `pool_proj` the
    pooling branch passes every channel on.
    """

    conv1x1: int  # #1×1
    reduce3x3: int | None  # #3×3 reduce
    conv3x3: int  # #3×3
    reduce5x5: int | None  # #5×5 reduce
    conv5x5: int  # #5×5
    pool_proj: int | None  # pool proj

    def __post_init__(self) -> None:
        """Refuse widths that are not positive integers."""
        for field in fields(self):
            value = getattr(self, field.name)
            optional = field.name in ("reduce3x3", "reduce5x5", "pool_proj")
            if not (optional and value is None):
                object.__setattr__(self, field.name, positive_integer(field.name, value))

    @property
    def naive(self) -> InceptionRow:
        """The same module without its 1×1 reductions and projection."""
        return replace(self, reduce3x3=None, reduce5x5=None, pool_proj=None)

    def output_channels(self, input_channels: int) -> int:
        """Return the channels of the joined branches."""
        return self.conv1x1 + self.conv3x3 + self.conv5x5 + (self.pool_proj or input_channels)

    def scaled(self, width: float) -> InceptionRow:
        """Return the row with every width multiplied."""
        return InceptionRow(**{name: value and scaled(value, width) for name, value in vars(self).items()})


def normalised(
    layer: Layer, function: Function | None = "relu", *, scale: bool = True, epsilon: float = 1e-3
) -> Sequence:
    """Return a convolution, named and without activation, with batch norm and an activation after it."""
    activation = [Activation(function, name=f"{layer.name}/{function}")] if function else []
    return Sequence(layer, BatchNorm(scale=scale, epsilon=epsilon, name=f"{layer.name}/bn"), *activation)


@dataclass(frozen=True)
class Convolutions:
    """Makes convolutions with the activation and normalisation of one network."""

    batch_norm: bool = False  # whether batch norm follows each
    scale: bool = True  # whether batch norm learns a factor
    epsilon: float = 1e-3  # of batch norm
    use_bias: bool | None = None  # whether each has biases; by default those without batch norm
    width: float = 1.0  # every number of filters is multiplied by it

    def __post_init__(self) -> None:
        """Refuse what would be taken as True."""
        true_or_false("batch_norm", self.batch_norm)

    def __call__(
        self,
        name: str,
        filters: int,
        kernel_size: Sides,
        strides: int = 1,
        padding: Padding = "same",
        depth_multiplier: int | None = None,
        activation: Function | None = "relu",
    ) -> Part:
        """Describe one convolution; with a `depth_multiplier` a separable one."""
        kind: Any = SeparableConv2D if depth_multiplier else Conv2D
        layer: Layer = kind(
            scaled(filters, self.width),
            kernel_size,
            strides,
            padding,
            use_bias=not self.batch_norm if self.use_bias is None else self.use_bias,
            activation=None if self.batch_norm else activation,
            name=name,
            **({"depth_multiplier": depth_multiplier} if depth_multiplier else {}),
        )
        if not self.batch_norm:
            return layer
        return normalised(layer, activation, scale=self.scale, epsilon=self.epsilon)


def inception_module(
    conv1x1: int | InceptionRow,
    reduce3x3: int | None = None,
    conv3x3: int | None = None,
    reduce5x5: int | None = None,
    conv5x5: int | None = None,
    pool_proj: int | None = None,
    *,
    name: str = "inception",
    kernel5x5: int = 5,
    batch_norm: bool | Convolutions = False,
) -> Parallel:
    """Describe an Inception module: four branches side by side, joined along the channels.

    Args:
        conv1x1: Filters of the 1×1 branch; or all six numbers as a row, such as `TABLE_1["3a"]`.
        reduce3x3: 1×1 filters before the 3×3, or `None` for none.
        conv3x3: Filters of the 3×3.
        reduce5x5: 1×1 filters before the 5×5, or `None` for none.
        conv5x5: Filters of the 5×5.
        pool_proj: 1×1 filters after the pooling, or `None`: then it passes every channel on.
        name: Start of the layers' paths.
        kernel5x5: Side of the kernels in the 5×5 branch.
        batch_norm: Whether each convolution is followed by batch norm; or what makes the convolutions.

    Returns:
        A part of a network; `cost(module, input_shape)` counts it, `build` builds it.

    Raises:
        ValueError: If a number of filters is not a positive integer, or a row and single numbers are given.

    Reference:
        Szegedy et al. 2014, Figure 2b.
    """
    values = (conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj)
    given = {field: value for field, value in zip(BRANCHES, values, strict=True) if value is not None}
    with located(f"in '{name}'"):
        if not isinstance(conv1x1, InceptionRow):
            row = InceptionRow(*values)  # type: ignore[arg-type]  # it refuses None
        elif len(given) > 1:
            others = ", ".join(f"{field}={value!r}" for field, value in list(given.items())[1:])
            raise ValueError(f"A row must stand alone: it holds all six numbers. Received besides: {others}.")
        else:
            row = conv1x1
    convolution = batch_norm if isinstance(batch_norm, Convolutions) else Convolutions(batch_norm)

    def reduced(reduce: int | None, layer: str, filters: int, kernel_size: int) -> Part:
        last = convolution(layer, filters, kernel_size)
        return Sequence(convolution(f"{layer}_reduce", reduce, 1), last) if reduce else last

    pool = MaxPool2D(3, name="pool")
    return Parallel(
        convolution("1x1", row.conv1x1, 1),
        reduced(row.reduce3x3, "3x3", row.conv3x3, 3),
        reduced(row.reduce5x5, "5x5", row.conv5x5, kernel5x5),
        Sequence(pool, convolution("pool_proj", row.pool_proj, 1)) if row.pool_proj else pool,
        name=name,
    )


def naive_module(
    conv1x1: int | None = None,
    conv3x3: int | None = None,
    conv5x5: int | None = None,
    conv7x7: int | None = None,
    *,
    pool: bool = True,
    name: str = "naive",
) -> Parallel:
    """Describe a naive module: any of the kernels side by side, each on all input channels.

    Args:
        conv1x1: Filters of the 1×1 branch, or `None` for no such branch; likewise the others.
        conv3x3: Filters of the 3×3 branch.
        conv5x5: Filters of the 5×5 branch.
        conv7x7: Filters of a 7×7 branch, which the paper does not have.
        pool: Whether a 3×3 max pooling passes every input channel on.
        name: Start of the layers' paths.

    Returns:
        A part of a network.

    Raises:
        ValueError: If a number of filters is not a positive integer, or no branch is left.

    Reference:
        Szegedy et al. 2014, Figure 2a.
    """
    true_or_false("pool", pool)
    branches: list[Layer] = []
    for side, width in {1: conv1x1, 3: conv3x3, 5: conv5x5, 7: conv7x7}.items():
        if width is not None:
            filters = positive_integer(f"conv{side}x{side}", width, f" (in '{name}')")
            branches.append(Conv2D(filters, side, activation="relu", name=f"{side}x{side}"))
    return Parallel(*branches, *([MaxPool2D(3, name="pool")] if pool else []), name=name)


def auxiliary_head(
    classes: int = 1000,
    *,
    filters: int = 128,
    units: int = 1024,
    name: str = "loss1",
    batch_norm: bool = False,
) -> Sequence:
    """Describe an auxiliary classifier.

    Args:
        classes: Number of classes.
        filters: Filters of its 1×1 convolution.
        units: Units of its fully connected layer.
        name: Start of the layers' paths.
        batch_norm: Whether its convolution is followed by batch norm.

    Raises:
        ValueError: If a number is not a positive integer.

    Reference:
        Szegedy et al. 2014, section 5.
    """
    return Sequence(
        AveragePool2D(5, strides=3, padding="valid", name="ave_pool"),
        Convolutions(batch_norm)("conv", positive_integer("filters", filters), 1),
        Flatten(name="flatten"),
        Dense(units, activation="relu", name="fc"),
        Dropout(0.7, name="drop_fc"),
        *classifier(classes),
        name=name,
    )


def classifier(classes: int, name: str = "classifier", softmax: str = "prob") -> tuple[Dense, Activation]:
    """Describe what networks and heads end in: a score for each class, and the scores' softmax."""
    return Dense(positive_integer("classes", classes), name=name), Activation("softmax", name=softmax)


def scaled(filters: int, width: float) -> int:
    """Return a number of filters times the width multiplier, rounded, at least 1."""
    return max(1, round(filters * multiplier(width)))


def multiplier(width: float) -> float:
    """Return what numbers of filters are multiplied by; refuse what is no such number."""
    given: object = width
    if isinstance(given, bool) or not isinstance(given, numbers.Real) or not 0 < width <= 1000:
        raise ValueError(f"`width` must be a number above 0, at most 1000. Received: width={short(width)}.")
    return width


def named_rows(rows: object, kind: type) -> None:
    """Refuse what is not rows of a kind by their names."""
    if not (
        isinstance(rows, Mapping)
        and rows
        and all(isinstance(name, str) and name for name in rows)
        and all(isinstance(row, kind) for row in rows.values())
    ):
        found = list(rows) if isinstance(rows, Mapping) else rows
        raise ValueError(f"`rows` must hold named inception rows, one or more. Received: {short(found)}.")

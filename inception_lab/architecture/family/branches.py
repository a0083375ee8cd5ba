"""What the networks after GoogLeNet share: modules whose branches are convolutions in a row."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal, NamedTuple

from inception_lab.architecture.layer import Padding, Sides, colour_picture
from inception_lab.architecture.layers import AveragePool2D, Dropout, GlobalAveragePool2D, MaxPool2D
from inception_lab.architecture.modules import Convolutions, classifier
from inception_lab.architecture.network import Network, Parallel, Part, Sequence

# A row's fields, and what layers in the branch are called: `double_3x3_reduce`, `double_3x3_1` …
NAMES = {
    "conv1x1": "1x1", "conv3x3": "3x3", "conv5x5": "5x5", "conv7x7": "7x7",
    "second3x3": "second_3x3", "double3x3": "double_3x3", "double7x7": "double_7x7",
}  # fmt: skip


class Fork(NamedTuple):
    """Two kernels side by side on one input, joined."""

    first: Sides
    second: Sides


@dataclass(frozen=True)
class Figure:
    """A module as a figure of a paper draws it."""

    source: str  # which figure of which paper
    kernels: Mapping[str, tuple[Sides | Fork, ...]]  # the kernels along each branch, by a row's field
    pool: Literal["average", "max"] | None = "average"  # what the last branch pools by, if there is one
    strides: int = 1  # of each branch's last layer: 2 in a grid reduction
    padding: Padding = "same"  # of that layer


@dataclass(frozen=True)
class Row:
    """A module: its figure, and the filters of the convolutions along each branch.

    Each side of a fork has its number of filters. Without `pool_proj` the pooling branch passes every
    channel on.
    """

    figure: Figure
    conv1x1: tuple[int, ...] = ()
    conv3x3: tuple[int, ...] = ()
    conv5x5: tuple[int, ...] = ()
    conv7x7: tuple[int, ...] = ()
    second3x3: tuple[int, ...] = ()
    double3x3: tuple[int, ...] = ()
    double7x7: tuple[int, ...] = ()
    pool_proj: int | None = None

    def module(self, convolution: Convolutions, name: str | None = None) -> Parallel:
        """Describe the module, with the convolutions of one network."""
        figure = self.figure
        branches: list[Part] = [Sequence(*self._tower(convolution, field)) for field in figure.kernels]
        if figure.pool:
            pool = {"max": MaxPool2D, "average": AveragePool2D}[figure.pool]
            # Caffe pools up to the edge where its convolutions have zeros.
            padding = "same" if isinstance(figure.padding, int) else figure.padding
            last: list[Part] = [pool(3, figure.strides, padding, name="pool")]
            last += [convolution("pool_proj", self.pool_proj, 1)] if self.pool_proj else []
            branches.append(Sequence(*last))
        return Parallel(*branches, name=name)

    def _tower(self, convolution: Convolutions, field: str) -> Iterator[Part]:
        """Describe a branch, layer by layer."""
        kernels, name = self.figure.kernels[field], NAMES[field]
        convolutions = sum(len(kernel) if isinstance(kernel, Fork) else kernel != 1 for kernel in kernels)
        names = (f"{name}_{number}" for number in count(1)) if convolutions > 1 else iter([name])
        for place, (filters, kernel) in enumerate(zip(getattr(self, field), kernels, strict=True), start=1):
            end = place == len(kernels)
            strides, padding = (self.figure.strides, self.figure.padding) if end else (1, "same")
            if isinstance(kernel, Fork):
                yield Parallel(*(convolution(next(names), filters, side) for side in kernel))
            else:
                reduces = kernel == 1 and not end
                own = f"{name}_reduce" if reduces else next(names)
                yield convolution(own, filters, kernel, strides, padding)


def logits(classes: int, rate: float) -> Sequence:
    """Describe what TF-slim's networks end in: the mean of each channel, dropout, a dense layer."""
    return Sequence(
        GlobalAveragePool2D(name="AvgPool"),
        Dropout(rate, name="Dropout_1b"),
        *classifier(classes, "Conv2d_1c_1x1", "Predictions"),
        name="Logits",
    )


def network(input_shape: tuple[int, int, int], name: str, *parts: Part) -> Network:
    """Return the network of these parts."""
    height, width, channels = colour_picture(input_shape)
    body = Sequence(*parts)

    def fits(side: int) -> bool:
        try:
            Network((side, side, channels), body)
        except ValueError:
            return False
        return True

    try:
        return Network((height, width, channels), body, name)
    except ValueError:
        smallest = bisect_left(range(1000), True, lo=1, key=fits)
        if min(height, width) >= smallest:
            raise
        raise ValueError(
            f"`input_shape` must have at least {smallest}×{smallest} pixels for {name}. "
            f"Received: input_shape={input_shape!r}."
        ) from None

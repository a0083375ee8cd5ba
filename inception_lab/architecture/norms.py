"""Layers that normalise values: over neighbouring channels, a batch, a place or a group of channels."""

import math
from dataclasses import dataclass
from typing import ClassVar

from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.operations import Operations, normalisation


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Divide each value by a measure of its neighbours in other channels.

    `x / (bias + alpha · Σ x²) ** beta`, the sum over `2 · depth_radius + 1` channels. The defaults are
    GoogLeNet's; Caffe writes them alpha = 1e-4, because it divides alpha by the five channels itself.

    Reference:
        Krizhevsky et al. 2012, section 3.3.
    """

    depth_radius: int = 2
    bias: float = 1.0
    alpha: float = 1e-4 / 5
    beta: float = 0.75

    def output_shape(self, input_shape: Shape) -> Shape:
        return self._picture(input_shape)

    def operations(self, input_shape: Shape) -> Operations:
        elements = math.prod(self._picture(input_shape))
        return Operations(
            multiplications=2 * elements,  # the square, and alpha times the sum
            additions=(2 * self.depth_radius + 1) * elements,  # the sum over channels, and the bias
            exponentials=elements,
            divisions=elements,
        )


@dataclass(frozen=True, kw_only=True)
class _Norm(Layer):
    scale: bool = True  # whether each channel learns a factor (gamma)
    center: bool = True  # whether each channel learns a shift (beta)
    epsilon: float = 1e-3  # added to the variance

    def parameters(self, input_shape: Shape) -> int:
        return (self.scale + self.center) * input_shape[-1]


@dataclass(frozen=True)
class BatchNorm(_Norm):
    """Normalise each channel by its mean and variance; at inference one scale and one shift."""

    def moving_statistics(self, input_shape: Shape) -> int:
        return 2 * input_shape[-1]

    def operations(self, input_shape: Shape) -> Operations:
        elements = math.prod(input_shape)
        return Operations(multiplications=elements, additions=elements)


@dataclass(frozen=True)
class LayerNorm(_Norm):
    """Normalise the channels of each place by their own mean and variance.

    Reference:
        Ba et al. 2016, arXiv:1607.06450.
    """

    def operations(self, input_shape: Shape) -> Operations:
        elements = math.prod(input_shape)
        groups = elements // input_shape[-1]
        return normalisation(elements, groups, scale=self.scale, center=self.center)


@dataclass(frozen=True)
class GroupNorm(_Norm):
    """Normalise each group of channels of a picture by its own mean and variance over all places.

    Reference:
        Wu & He 2018, arXiv:1803.08494.
    """

    sees_all: ClassVar[bool] = True
    groups: int = 32  # they divide the channels

    def output_shape(self, input_shape: Shape) -> Shape:
        if self._picture(input_shape)[2] % self.groups:
            raise ValueError(
                "Input channels must be divisible by `groups`. "
                f"Received: {input_shape[2]} channels, groups={self.groups}."
            )
        return input_shape

    def operations(self, input_shape: Shape) -> Operations:
        elements = math.prod(input_shape)
        return normalisation(elements, self.groups, scale=self.scale, center=self.center)

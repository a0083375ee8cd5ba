"""Rules for what works on places of a picture or a sequence: pools, resizing, and moving values."""

from __future__ import annotations

import math
from typing import Any

from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras
from inception_lab.model.counting.rules import Call, Unknown, rule

layers = keras.layers
SIDES = ("1D", "2D", "3D")


def pools(name: str) -> list[type]:
    """Return Keras's pools of a kind in one, two and three dimensions, those that this version has."""
    found = (getattr(layers, name + sides, None) for sides in SIDES)
    return [kind for kind in found if kind is not None]


def _window(layer: Any) -> int:
    return math.prod(layer.pool_size) if isinstance(layer.pool_size, tuple | list) else layer.pool_size


@rule(*pools("MaxPooling"))
def max_pool(call: Call) -> Operations:
    """k² − 1 comparisons for each value."""
    return Operations(comparisons=_window(call.layer) - 1) * call.elements


@rule(*pools("AveragePooling"))
def average_pool(call: Call) -> Operations:
    """k² − 1 additions and a division for each value."""
    return Operations(additions=_window(call.layer) - 1, divisions=1) * call.elements


@rule(*pools("GlobalMaxPooling"))
def global_max_pool(call: Call) -> Operations:
    """A comparison for each value but the first of its channel."""
    return Operations(comparisons=math.prod(call.input_shape) - call.elements)


@rule(*pools("GlobalAveragePooling"))
def global_average_pool(call: Call) -> Operations:
    """An addition for each value but the first of its channel, and a division a channel."""
    return Operations(additions=math.prod(call.input_shape) - call.elements, divisions=call.elements)


def _adaptive(call: Call) -> int:
    """Count the values under all windows, which go from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉."""
    last = call.layer.data_format == "channels_last"
    before, after = (shape[:-1] if last else shape[1:] for shape in (call.input_shape, call.output_shape))

    def seen(n: int, m: int) -> int:
        return sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))

    places = math.prod(seen(n, m) for n, m in zip(before, after, strict=True))
    return places * call.output_shape[-1 if last else 0]


@rule(*pools("AdaptiveMaxPooling"))
def adaptive_max_pool(call: Call) -> Operations:
    """A comparison for each value under a window but the first."""
    return Operations(comparisons=_adaptive(call) - call.elements)


@rule(*pools("AdaptiveAveragePooling"))
def adaptive_average_pool(call: Call) -> Operations:
    """An addition for each value under a window but the first, and a division for each output."""
    return Operations(additions=_adaptive(call) - call.elements, divisions=call.elements)


# What moves values, or does nothing at inference ------------------------------------------------------


@rule(
    layers.Concatenate,
    layers.Flatten,
    layers.Reshape,
    layers.Permute,
    layers.RepeatVector,
    layers.Identity,
    *(getattr(layers, name + sides) for name in ("ZeroPadding", "Cropping") for sides in SIDES),
    layers.UpSampling1D,
    layers.UpSampling3D,
    layers.Dropout,
    *(getattr(layers, "SpatialDropout" + sides) for sides in SIDES),
    layers.AlphaDropout,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.ActivityRegularization,
    layers.RandomFlip,
    layers.RandomRotation,
    layers.RandomTranslation,
    layers.RandomZoom,
    layers.RandomContrast,
    layers.RandomBrightness,
)
def moved(call: Call) -> Operations:
    """Nothing: values are moved, or it works in training alone."""
    return Operations()


@rule(layers.UpSampling2D)
def upsampling(call: Call) -> Operations:
    """Nothing for the nearest value; three mixtures a + (b − a)·t for each value if bilinear."""
    return _resized(call)


@rule(layers.Resizing)
def resizing(call: Call) -> Operations:
    """As upsampling."""
    layer = call.layer
    if layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio or getattr(layer, "antialias", False):
        raise Unknown("aspect ratio or antialias")
    return _resized(call)


def _resized(call: Call) -> Operations:
    if call.layer.interpolation == "nearest":
        return Operations()
    if call.layer.interpolation == "bilinear":
        return Operations(multiplications=3, additions=6) * call.elements
    raise Unknown(f"interpolation={call.layer.interpolation!r}")


@rule(layers.Masking)
def masking(call: Call) -> Operations:
    """A comparison and a multiplication for each value."""
    return Operations(comparisons=1, multiplications=1) * call.elements

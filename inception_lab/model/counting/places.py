"""Rules for what works on places of a picture or a sequence: pools, resizing, and moving values."""

from __future__ import annotations

import math
from typing import Any

from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras
from inception_lab.model.counting.rules import Call, Unknown, standard

layers = keras.layers
SIDES = ("1D", "2D", "3D")


def pools(name: str) -> list[type]:
    """Return Keras's pools of a kind in one, two and three dimensions, those that this version has."""
    found = (getattr(layers, name + sides, None) for sides in SIDES)
    return [kind for kind in found if kind is not None]


def _window(layer: Any) -> int:
    return math.prod(layer.pool_size) if isinstance(layer.pool_size, tuple | list) else layer.pool_size


@standard(*pools("MaxPooling"))
def max_pool(call: Call) -> Operations:
    """k² − 1 comparisons for each value."""
    return Operations(comparisons=_window(call.layer) - 1) * call.elements


@standard(*pools("AveragePooling"))
def average_pool(call: Call) -> Operations:
    """k² − 1 additions and a division for each value."""
    return Operations(additions=_window(call.layer) - 1, divisions=1) * call.elements


@standard(*pools("GlobalMaxPooling"))
def global_max_pool(call: Call) -> Operations:
    """A comparison for each value but the first of its channel."""
    return Operations(comparisons=math.prod(call.input_shape) - call.elements)


@standard(*pools("GlobalAveragePooling"))
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


@standard(*pools("AdaptiveMaxPooling"))
def adaptive_max_pool(call: Call) -> Operations:
    """A comparison for each value under a window but the first."""
    return Operations(comparisons=_adaptive(call) - call.elements)


@standard(*pools("AdaptiveAveragePooling"))
def adaptive_average_pool(call: Call) -> Operations:
    """An addition for each value under a window but the first, and a division for each output."""
    return Operations(additions=_adaptive(call) - call.elements, divisions=call.elements)


# What moves values, or does nothing at inference ------------------------------------------------------


IDLE = (  # work in training alone; older versions of Keras lack some
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise "
    "ActivityRegularization AugMix CutMix MixUp RandAugment RandomBrightness RandomColorDegeneration "
    "RandomColorJitter RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur "
    "RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation "
    "RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom"
)


@standard(
    layers.Concatenate,
    layers.Flatten,
    layers.Reshape,
    layers.Permute,
    layers.RepeatVector,
    layers.Identity,
    layers.UpSampling1D,
    layers.UpSampling3D,
    *(getattr(layers, name + sides) for name in ("ZeroPadding", "Cropping") for sides in SIDES),
    *(getattr(layers, name) for name in IDLE.split() if hasattr(layers, name)),
)
def moved(call: Call) -> Operations:
    """Nothing: values are moved, or it works in training alone."""
    return Operations()


@standard(layers.CenterCrop)
def center_crop(call: Call) -> Operations:
    """Nothing, where the middle is cut out."""
    if any(after > before for before, after in zip(call.input_shape, call.output_shape, strict=True)):
        raise Unknown("what is smaller is resized")
    return Operations()


@standard(layers.UpSampling2D)
def upsampling(call: Call) -> Operations:
    """Nothing for the nearest value; three mixtures a + (b − a)·t for each value if bilinear."""
    return _resized(call)


@standard(layers.Resizing)
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


@standard(layers.Masking)
def masking(call: Call) -> Operations:
    """A comparison and a multiplication for each value."""
    return Operations(comparisons=1, multiplications=1) * call.elements

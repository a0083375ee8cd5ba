"""Rules for what works on places of a picture or a sequence: pools, resizing, and moving values."""

import math
from collections.abc import Callable

from inception_lab.architecture.operations import Operations
from inception_lab.model.backend import keras
from inception_lab.model.counting.rules import Call, Rule, Unknown, each, standard

layers = keras.layers
# What works in training alone, or moves values.
IDLE = (
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise "
    "ActivityRegularization AugMix CutMix MixUp RandAugment RandomBrightness RandomColorDegeneration "
    "RandomColorJitter RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur "
    "RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation "
    "RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom "
    "Concatenate Flatten Reshape Permute RepeatVector Identity UpSampling1D UpSampling3D ZeroPadding1D "
    "ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D"
)


def known(names: str) -> tuple[type, ...]:
    """Return the layers of these names that this version of Keras has; older ones lack some."""
    return tuple(getattr(layers, name) for name in names.split() if hasattr(layers, name))


def under_windows(call: Call, sides: int) -> int:
    """Count the values under all windows of a pool that moves along so many sides."""
    size = call.layer.pool_size
    each: int = size**sides if isinstance(size, int) else math.prod(size)
    return call.elements * each


def _adaptive(call: Call) -> int:
    """Count the values under all windows, which go from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉."""
    last = call.layer.data_format == "channels_last"
    before, after = (shape[:-1] if last else shape[1:] for shape in (call.input_shape, call.output_shape))

    def seen(n: int, m: int) -> int:
        return sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))

    places = math.prod(seen(n, m) for n, m in zip(before, after, strict=True))
    return places * call.output_shape[-1 if last else 0]


def largest(seen: Callable[[Call], int]) -> Rule:
    """Return the rule for a maximum: a comparison for each value that is seen but the first."""
    return lambda call: Operations(comparisons=seen(call) - call.elements)


def mean(seen: Callable[[Call], int]) -> Rule:
    """Return the rule for a mean: an addition for each value that is seen but the first, and a division."""
    return lambda call: Operations(additions=seen(call) - call.elements, divisions=call.elements)


def _center_crop(call: Call) -> Operations:
    if any(after > before for before, after in zip(call.input_shape, call.output_shape, strict=True)):
        raise Unknown("what is smaller is resized")
    return Operations()


def _resizing(call: Call) -> Operations:
    layer = call.layer
    if layer.crop_to_aspect_ratio or layer.pad_to_aspect_ratio or getattr(layer, "antialias", False):
        raise Unknown("aspect ratio or antialias")
    return resized(call)


def resized(call: Call) -> Operations:
    """Count nothing for the nearest value; three mixtures a + (b − a)·t for each value if bilinear."""
    if call.layer.interpolation == "nearest":
        return Operations()
    if call.layer.interpolation == "bilinear":
        return Operations(multiplications=3, additions=6) * call.elements
    raise Unknown(f"interpolation={call.layer.interpolation!r}")


for kind, seen in {
    "": lambda call: under_windows(call, len(call.input_shape) - 1),
    "Global": lambda call: math.prod(call.input_shape),
    "Adaptive": _adaptive,
}.items():
    for pooling, rule in {"Max": largest(seen), "Average": mean(seen)}.items():
        standard({known(" ".join(f"{kind}{pooling}Pooling{n}D" for n in (1, 2, 3))): rule})
standard(
    {
        known(IDLE): lambda call: Operations(),
        layers.CenterCrop: _center_crop,
        layers.UpSampling2D: resized,
        layers.Resizing: _resizing,
        layers.Masking: each(Operations(comparisons=1, multiplications=1)),
    }
)

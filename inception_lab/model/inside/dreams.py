"""Pictures that please a unit: gradient ascent on what a channel answers, from coarse to fine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from inception_lab.checks import finite_number, positive_integer, seed_number, short
from inception_lab.model.backend import compiled, keras, value_and_gradients
from inception_lab.model.data.photos import Picture
from inception_lab.model.data.preparation import Preparation, rgb
from inception_lab.model.inside.branches import Floats, array, computed, layer_of

NOISE = 12.0  # standard deviation of the start, in bytes
RATIO = 1.5  # of two neighbouring sizes
JITTER = 8  # largest shift, in pixels
SMALLEST = 32  # pixels of the shorter side, unless the picture itself has less


@dataclass(frozen=True)
class Dream:
    """What gradient ascent came to."""

    picture: Picture  # RGB, uint8 `(height, width, 3)`
    # the objective before each step, and at the end: the channel's mean over all places
    answers: tuple[float, ...]


def dream(
    model: Any,
    prepare: Preparation,
    path: str,
    channel: int | None = None,
    *,
    start: Picture | None = None,
    side: int = 224,
    steps: int = 16,
    octaves: int = 3,
    rate: float = 6.0,
    seed: int = 0,
) -> Dream:
    """Change a picture, step by step, into one that a channel answers strongly to.

    Each octave starts from the last one's picture, enlarged: large shapes are settled when fine ones
    come. The picture is shifted a little before each step, so that nothing hangs on single pixels, and
    the gradient is blurred, less and less within an octave.

    Args:
        model: A functional Keras model; up to the layer it must be convolutional.
        prepare: What it takes, for the limits of its values.
        path: The layer, such as `inception_4c/5x5`; of a convolution what it has before its ReLU counts.
        channel: Which of its channels; `None` for the square mean of all: DeepDream.
        start: A photograph to start from, instead of noise; its shape stays.
        side: Of the picture in pixels, without `start`; it need not be the network's own.
        steps: In each octave.
        octaves: Sizes, each 1.5 times the one before.
        rate: Mean change of a step, in bytes, at most 255.
        seed: Of noise and shifts; the same seed gives the same picture, on the same machine.

    Raises:
        ValueError: If there is no such layer or channel, or a number is out of range.
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.

    Reference:
        Mordvintsev, Olah & Tyka 2015, "Inceptionism".
    """
    steps, octaves = positive_integer("steps", steps), positive_integer("octaves", octaves)
    finite_number("rate", rate)
    if not 0 < rate <= 255:
        raise ValueError(f"`rate` must be above 0, at most 255. Received: rate={rate}.")
    if not isinstance(prepare, Preparation):
        raise ValueError(f"`prepare` must be a Preparation. Received: {short(prepare)}.")
    rng = np.random.default_rng(seed_number(seed))
    if start is None:
        noise = rng.normal(0, NOISE, (*(positive_integer("side", side),) * 2, 3))
        base = np.clip(noise + np.array(prepare.background), 0, 255).astype(np.float32)
    else:
        base = rgb(start).astype(np.float32)
    shape = base.shape[:2]
    detail = np.zeros_like(base)
    answers: list[float] = []
    scales = [max(RATIO ** -(octaves - 1 - n), min(1.0, SMALLEST / min(shape))) for n in range(octaves)]
    sizes = [tuple(round(length * scale) for length in shape) for scale in scales]
    answer = _answer(model, path, channel, sizes[0])
    for size in sizes:
        ground = _resized(base, size)
        picture = ground + _resized(detail, size)
        for step in range(steps):
            shift = rng.integers(-JITTER, JITTER + 1, size=2)
            value, slope = answer(prepare.values(np.roll(picture, shift, axis=(0, 1)))[None])
            answers.append(value)
            slope = np.roll(slope[..., :: -1 if prepare.channels == "BGR" else 1], -shift, axis=(0, 1))
            slope = _blurred(slope, 1.5 * (1 - step / steps) + 0.3)
            picture = np.clip(picture + rate * slope / (np.abs(slope).mean() + 1e-12), 0, 255)
        detail = picture - ground
    answers.append(answer(prepare.values(picture)[None])[0])
    return Dream(np.rint(picture).astype(np.uint8), tuple(answers))


def _answer(
    model: Any, path: str, channel: int | None, size: tuple[int, ...]
) -> Callable[[Floats], tuple[float, Any]]:
    """Return what gives the objective and its gradient by the picture."""
    layer = layer_of(model, path)
    if len(layer.output.shape) != 4:
        raise ValueError(f"`path` must be that of a layer with maps. Received: {path!r}.")
    channels = layer.output.shape[-1]
    whole = isinstance(channel, int | np.integer) and not isinstance(channel, bool)
    if channel is not None and not (whole and 0 <= channel < channels):
        raise ValueError(f"`channel` must be from 0 to {channels - 1} (at '{path}'). Received: {channel!r}.")
    linear = isinstance(layer, keras.layers.Conv2D) and channel is not None
    part = keras.Model(model.input, layer.input if linear else layer.output)
    _fitting(keras.Model(model.input, layer.output), path, (1, *size, model.input.shape[-1]))

    def objective(tensors: Any) -> tuple[Any, None]:
        maps = computed(part, tensors[0])[id(part.outputs[0])]
        if linear:  # a ReLU that is shut everywhere would leave no gradient to climb
            maps = layer.convolution_op(maps, layer.kernel)
            maps = maps + layer.bias if layer.use_bias else maps
        if channel is None:
            return keras.ops.mean(keras.ops.square(keras.ops.cast(maps, "float32"))), None
        return keras.ops.mean(keras.ops.cast(maps[..., channel], "float32")), None

    def value_and_slope(values: Any) -> tuple[Any, Any]:
        value, _, (slope,) = value_and_gradients(objective, [values])
        return value, slope[0]

    climb = compiled(value_and_slope, (1, None, None, model.input.shape[-1]))

    def both(values: Floats) -> tuple[float, Any]:
        value, slope = climb(values)
        return float(array(value)), array(slope)

    return both


def _fitting(model: Any, path: str, shape: tuple[int, ...]) -> None:
    """Refuse a picture that some layer makes nothing of: there a backend may end the process."""
    try:
        every = keras.src.backend.compute_output_spec(
            lambda x: list(computed(model, x).values()), keras.KerasTensor(shape)
        )
        fits = all(all(tensor.shape) for tensor in every)
    except Exception:  # what a backend raises where a layer does not fit is its to choose
        fits = False
    if not fits:
        raise ValueError(
            "The picture must fit all layers up to the one asked for, also in its smallest octave. "
            f"Received: {shape[2]}×{shape[1]} pixels (at '{path}')."
        )


def _resized(picture: Floats, size: tuple[int, ...]) -> Floats:
    import cv2

    if picture.shape[:2] == size:
        return picture
    how = cv2.INTER_AREA if size[0] < picture.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (size[1], size[0]), interpolation=how), np.float32)


def _blurred(slope: Floats, sigma: float) -> Floats:
    import cv2

    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(slope), (0, 0), sigma), np.float32)

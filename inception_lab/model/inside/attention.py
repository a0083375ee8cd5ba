"""Where a network looks: which parts of a picture its answer hangs on.

Two ways that have nothing in common: cover a part and see what is lost (occlusion), or follow the
gradient of a class's score back to the last maps (Grad-CAM).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import positive_integer
from inception_lab.model.backend import keras, value_and_gradients
from inception_lab.model.inside.branches import array, class_scores, last_maps, layer_of

Floats = npt.NDArray[np.float32]
Map = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Occlusion:
    """What covering parts of a picture does to a class.

    Attributes:
        probability: Of the class on the whole picture.
        drop: What is lost where a square covers the picture, `(rows, columns)` of squares; below zero where
            covering helps.
        tops: First pixel row of the squares in each row.
        lefts: First pixel column of the squares in each column.
        side: Of a square, in pixels.
        shape: `(height, width)` of the picture.
    """

    probability: float
    drop: Map
    tops: tuple[int, ...]
    lefts: tuple[int, ...]
    side: int
    shape: tuple[int, int]

    @property
    def map(self) -> Map:
        """For each pixel the mean drop of the squares that cover it, `(height, width)`."""
        total, times = np.zeros(self.shape), np.zeros(self.shape)
        for row, top in enumerate(self.tops):
            for column, left in enumerate(self.lefts):
                here = slice(top, top + self.side), slice(left, left + self.side)
                total[here] += self.drop[row, column]
                times[here] += 1
        return total / np.maximum(times, 1)


def occlusion(
    model: Any,
    picture: Floats,
    label: int,
    *,
    side: int = 48,
    step: int = 24,
    fill: float = 0.0,
    batch_size: int = 32,
) -> Occlusion:
    """Cover a picture with a square here and there, and see how the probability of a class falls.

    Args:
        model: From prepared pictures to probabilities `(batch, classes)`.
        picture: As the model takes it, `(height, width, channels)`.
        label: Index of the class.
        side: Of the square, in pixels.
        step: From one square to the next, at most; the outermost reach the picture's edges.
        fill: What covers it: 0 is the mean colour for a network that the mean is subtracted for.
        batch_size: Pictures at a time.

    Raises:
        ValueError: If a number does not fit the picture or the classes.

    Reference:
        Zeiler & Fergus 2013, section 4.2, arXiv:1311.2901.
    """
    height, width = picture.shape[:2]
    if positive_integer("side", side) > min(height, width):
        raise ValueError(
            f"`side` must fit into the picture of {height}×{width} pixels. Received: side={side}."
        )
    tops, lefts = (_starts(length, side, positive_integer("step", step)) for length in (height, width))
    covered = np.repeat(picture[None], len(tops) * len(lefts) + 1, axis=0)
    for number, (top, left) in enumerate((top, left) for top in tops for left in lefts):
        covered[number, top : top + side, left : left + side] = fill
    found = [
        array(model.predict_on_batch(covered[start : start + batch_size]))
        for start in range(0, len(covered), batch_size)
    ]
    probabilities = np.concatenate(found).astype(np.float64)[:, _label(label, model.output.shape[-1])]
    drop = (probabilities[-1] - probabilities[:-1]).reshape(len(tops), len(lefts))
    return Occlusion(float(probabilities[-1]), drop, tops, lefts, side, (height, width))


def grad_cam(model: Any, picture: Floats, label: int, layer: str | None = None) -> Map:
    """Show which places of the last maps speak for a class.

    Each channel counts as much as the gradient of the class's score by it, averaged over its places; the
    weighted sum is cut at zero.

    Args:
        model: A functional Keras model; its scores are taken before the softmax.
        picture: As the model takes it, `(height, width, channels)`.
        label: Index of the class.
        layer: Path of the layer whose maps are taken; by default the last that has any.

    Returns:
        `(rows, columns)` of the layer's maps, from 0 to 1; all 0 where nothing speaks for the class.

    Raises:
        ValueError: If there is no such layer or class.
        NotImplementedError: On a backend other than TensorFlow, JAX and PyTorch.

    Reference:
        Selvaraju et al. 2016, arXiv:1610.02391.
    """
    scores = class_scores(model)
    label = _label(label, scores.shape[-1])
    end = (last_maps(model) if layer is None else layer_of(model, layer)).output
    if len(end.shape) != 4:
        raise ValueError(f"`layer` must put out maps. Received: {layer!r}, with shape {end.shape[1:]}.")
    maps = keras.Model(model.input, end)(picture[None], training=False)
    rest = keras.Model(end, scores)

    def score(tensors: Any) -> tuple[Any, None]:
        return keras.ops.sum(rest(tensors[0], training=False)[:, label]), None

    _, _, gradients = value_and_gradients(score, [maps])
    weights = array(gradients[0]).mean(axis=(0, 1, 2), dtype=np.float64)
    found = np.maximum((array(maps)[0] * weights).sum(axis=-1), 0)
    return np.asarray(found / (found.max() or 1.0))


def enlarged(small: Map, shape: tuple[int, int]) -> Map:
    """Return a map at the size of a picture, between its places linear.

    Args:
        small: `(rows, columns)`.
        shape: `(height, width)` of the picture.
    """
    import cv2

    return np.asarray(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float64)


def _starts(length: int, side: int, step: int) -> tuple[int, ...]:
    count = math.ceil((length - side) / step) + 1
    return tuple(round(start) for start in np.linspace(0, length - side, count))


def _label(label: int, classes: int) -> int:
    if isinstance(label, bool) or not 0 <= label < classes:
        raise ValueError(f"`label` must be a class, from 0 to {classes - 1}. Received: label={label!r}.")
    return int(label)

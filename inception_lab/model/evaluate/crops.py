"""Several looks at a picture: the crops that the paper tests with, and their mean."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import one_of, positive_integer
from inception_lab.model.data.dataset import Pictures
from inception_lab.model.data.photos import resized
from inception_lab.model.data.preparation import rgb
from inception_lab.model.evaluate.scores import Predictions

# Shorter side of the picture for each scale, as a multiple of the crop: 256, 288, 320, 352 over 224.
SCALES = (256 / 224, 288 / 224, 320 / 224, 352 / 224)
CROPS = (1, 10, 144)
CROPS_AT_ONCE = 512  # at 224 pixels 77 MB


def multi_crop(
    predict: Callable[[Pictures], Predictions], pictures: Sequence[Any], size: int, crops: int
) -> npt.NDArray[np.float64]:
    """Predict from several crops of each picture and average.

    Args:
        predict: From uint8 `(count, size, size, 3)` to probabilities `(count, classes)`.
        pictures: As `crop` takes them, of any sizes.
        size: Side of the crops, in pixels.
        crops: 1, 10 or 144; see `crop`.

    Returns:
        Probabilities, `(len(pictures), classes)`.

    Raises:
        ValueError: If there are no pictures, or the paper has no such number of crops.
    """
    one_of("crops", crops, CROPS)
    if not len(pictures):
        raise ValueError("`pictures` must be one or more. Received: none.")
    found = []
    together = max(1, CROPS_AT_ONCE // crops)
    for start in range(0, len(pictures), together):
        cut = [crop(picture, size, crops) for picture in pictures[start : start + together]]
        predicted = np.asarray(predict(np.concatenate(cut)), np.float64)
        found.append(predicted.reshape(len(cut), crops, -1).mean(axis=1))
    return np.concatenate(found)


def crop(picture: Any, size: int = 224, crops: int = 144) -> Pictures:
    """Cut crops as the paper tests.

    1: the centre of the picture brought to a shorter side of 256. 10: the four corners and the centre of
    its central square, 256×256, and their mirrors (Krizhevsky et al. 2012). 144: for each of four
    scales, from the left, centre and right square (top, centre and bottom of a portrait), the four
    corners, the centre and the whole square brought to the crop's size, and the mirrors of all:
    4 × 3 × 6 × 2.

    Args:
        picture: An array, a picture of Pillow's or a file's name, as `lab.data.rgb` takes them.
        size: Side of the crops; other lengths are in proportion to the paper's 224.
        crops: 1, 10 or 144.

    Returns:
        uint8 `(crops, size, size, 3)`.

    Raises:
        ValueError: If the paper has no such number of crops, or it is no picture.

    Reference:
        Szegedy et al. 2014, section 7.
    """
    one_of("crops", crops, CROPS)
    size, picture = positive_integer("size", size), rgb(picture)
    if crops == 144:
        views = [
            view
            for scale in SCALES
            for square in _squares(shortened(picture, round(scale * size)))
            for view in (*_corners_and_centre(square, size), shortened(square, size))
        ]
    else:
        _, square, _ = _squares(shortened(picture, round(SCALES[0] * size)))
        views = _corners_and_centre(square, size)
        if crops == 1:
            return np.stack(views[-1:])
    return np.stack([*views, *(view[:, ::-1] for view in views)])


def shortened(picture: Pictures, short: int) -> Pictures:
    """Return a picture with its shorter side brought to `short` pixels, its shape kept."""
    height, width = picture.shape[:2]
    scale = short / min(height, width)
    return resized(picture, max(short, round(height * scale)), max(short, round(width * scale)))


def _squares(picture: Pictures) -> tuple[Pictures, Pictures, Pictures]:
    height, width = picture.shape[:2]
    short, slack = min(height, width), abs(height - width)
    first, middle, last = (slice(start, start + short) for start in (0, slack // 2, slack))
    if width >= height:
        return picture[:, first], picture[:, middle], picture[:, last]
    return picture[first], picture[middle], picture[last]


def _corners_and_centre(picture: Pictures, size: int) -> list[Pictures]:
    down, right = picture.shape[0] - size, picture.shape[1] - size
    places = ((0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2))
    return [picture[top : top + size, left : left + size] for top, left in places]

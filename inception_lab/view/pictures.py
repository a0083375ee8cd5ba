"""Photographs, filters and what a filter answers at one place of a photograph (OpenCV, when needed)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Gray = NDArray[np.float64]

Filter = Literal["blob", "mean", "sum"]

# Four galaxies of the Hubble photograph: (column, row) of their centres.
GALAXIES: Mapping[str, tuple[int, int]] = {"A": (272, 364), "B": (90, 97), "C": (70, 301), "D": (257, 54)}
PHOTOS = ("galaxies", "coins", "coffee", "rocket")
LARGEST_WINDOW = 127


@cache
def photo(name: str) -> NDArray[np.uint8]:
    """Return one of scikit-image's photographs, cut to 420×380 pixels where it is larger.

    Args:
        name: One of `PHOTOS`; any other name is asked of `skimage.data`.

    Returns:
        `(height, width, 3)` or `(height, width)`, uint8.
    """
    import skimage.data

    match name:
        case "galaxies":
            return np.ascontiguousarray(skimage.data.hubble_deep_field()[420:840, 470:850])
        case "coins":
            return np.ascontiguousarray(skimage.data.coins()[:, :380])
        case "coffee":
            return np.ascontiguousarray(skimage.data.coffee()[:, 110:490])
        case "rocket":
            return np.ascontiguousarray(skimage.data.rocket()[:, 140:520])
    return np.ascontiguousarray(getattr(skimage.data, name)())


@cache
def gray(name: str, shrink: int = 1) -> Gray:
    """Return a photograph in grey.

    Args:
        name: As for `photo`.
        shrink: Each output pixel is the mean of shrink×shrink input pixels.

    Returns:
        `(height, width)`, float64 in [0, 1].
    """
    import cv2
    import skimage.color

    picture = photo(name)
    light = skimage.color.rgb2gray(picture) if picture.ndim == 3 else picture / 255.0
    if shrink > 1:
        light = cv2.resize(light, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    result: Gray = np.ascontiguousarray(light, dtype=np.float64)
    result.flags.writeable = False
    return result


@cache
def window_filter(kind: Filter, side: int) -> Gray:
    """Return the weights of a side×side window.

    Args:
        kind: `"blob"`: a Laplacian of Gaussian whose bright centre is side/2 wide, its positive weights
            summing to +1 and its negative ones to -1; `"mean"`: equal weights that sum to 1;
            `"sum"`: all ones.
        side: Side in pixels, odd.

    Returns:
        `(side, side)`.

    Raises:
        ValueError: If `side` is not odd.
    """
    if side < 1 or side % 2 == 0:
        raise ValueError(f"`side` must be odd: a window needs a centre. Received: side={side}.")
    if kind == "sum":
        return np.ones((side, side))
    if kind == "mean" or side == 1:
        return np.full((side, side), 1 / side**2)
    offsets = np.arange(side) - side // 2
    distance = offsets[:, None] ** 2 + offsets[None, :] ** 2
    variance = (side / (4 * math.sqrt(2))) ** 2  # the weights change sign at √2 standard deviations: side/4
    weights = (1 - distance / (2 * variance)) * np.exp(-distance / (2 * variance))
    positive, negative = np.maximum(weights, 0), np.minimum(weights, 0)
    result: Gray = positive / positive.sum() - negative / negative.sum()
    return result


@cache
def _padded(name: str, shrink: int) -> Gray:
    result: Gray = np.pad(gray(name, shrink), LARGEST_WINDOW // 2, mode="reflect")
    return result


def window(name: str, column: int, row: int, side: int, shrink: int = 1) -> Gray:
    """Cut a window out of a photograph; beyond its edge the photograph is mirrored.

    Args:
        name: As for `photo`.
        column: Column of the centre, in pixels of the photograph before shrinking.
        row: Row of the centre, likewise.
        side: Side in pixels of the shrunk photograph, odd, at most 127.
        shrink: The photograph is shrunk so many times.

    Returns:
        `(side, side)`, in [0, 1].
    """
    margin, half = LARGEST_WINDOW // 2, side // 2
    top, left = row // shrink + margin - half, column // shrink + margin - half
    return _padded(name, shrink)[top : top + side, left : left + side]


def response(name: str, column: int, row: int, side: int, shrink: int = 1, kind: Filter = "blob") -> float:
    """Return what a filter answers at one place: the sum of weights × brightness."""
    # Not np.vdot: BLAS would copy both and start threads for a few thousand products.
    return float(np.einsum("ij,ij->", window(name, column, row, side, shrink), window_filter(kind, side)))


def best_side(name: str, column: int, row: int, shrink: int = 1, kind: Filter = "blob", largest: int = 127) -> int:
    """Return the side, odd and from 3 to `largest`, at which a filter answers most."""
    sides = range(3, largest + 1, 2)
    return max(sides, key=lambda side: response(name, column, row, side, shrink, kind))


def half_maximum_diameter(name: str, column: int, row: int) -> float:
    """Return how wide a bright spot is: the diameter of a disc with the area brighter than half its centre.

    The centre's brightness is the maximum within 3 pixels; the area is the connected one around it.
    """
    import cv2

    picture = gray(name)
    centre = picture[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4]
    bright = (picture >= centre.max() / 2).astype(np.uint8)
    _, labels = cv2.connectedComponents(bright, connectivity=4)
    area = int((labels == labels[row, column]).sum())
    return 2 * math.sqrt(area / math.pi)


def brightest_near(name: str, column: int, row: int, steps: int = 12) -> tuple[int, int]:
    """Walk uphill on the blurred photograph, a pixel a step.

    Returns:
        `(column, row)` of the bright centre reached.
    """
    picture = _blurred(name)
    for _ in range(steps):
        top, left = max(row - 1, 0), max(column - 1, 0)
        around = picture[top : row + 2, left : column + 2]
        up, across = np.unravel_index(int(np.argmax(around)), around.shape)
        if (left + across, top + up) == (column, row):
            break
        column, row = int(left + across), int(top + up)
    return column, row


@cache
def _blurred(name: str) -> Any:
    import cv2

    return cv2.GaussianBlur(gray(name), (0, 0), 2)

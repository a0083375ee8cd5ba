"""Photographs, filters and what a filter answers at one place of a photograph (OpenCV, when needed)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from inception_lab.checks import one_of

Gray = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)
Filter = Literal["blob", "mean", "sum"]

# Name → file of scikit-image's, and what is cut out of it.
CUTS: Mapping[str, tuple[str, Any]] = {
    "galaxies": ("hubble_deep_field", np.s_[420:840, 470:850]),
    "coins": ("coins", np.s_[:, :380]),
    "coffee": ("coffee", np.s_[:, 110:490]),
    "rocket": ("rocket", np.s_[:420, 140:520]),
}
PHOTOS = tuple(CUTS)
LUMINANCE = (0.2125, 0.7154, 0.0721)  # of red, green and blue, as in `skimage.color.rgb2gray`
LARGEST_WINDOW = 127
SIDES = tuple(range(3, LARGEST_WINDOW + 1, 2))


@cache
def photo(name: str) -> NDArray[np.uint8]:
    """Return one of scikit-image's photographs, cut to 420×380 pixels where it is larger.

    Args:
        name: One of `PHOTOS`; any other name is asked of `skimage.data`.

    Returns:
        `(height, width, 3)` or `(height, width)`, uint8, read-only.

    Raises:
        ValueError: If there is no such photograph.
    """
    stored, cut = CUTS.get(name, (name, ...))
    return _fixed(np.ascontiguousarray(_stored(stored)[cut]))


def _fixed(array: NDArray[Number]) -> NDArray[Number]:
    """Make an array read-only: it is kept, and nobody's changes shall be seen by the next who asks."""
    array.flags.writeable = False
    return array


def _stored(name: str) -> Any:
    """Read one of scikit-image's files; its own readers take a third of a second to import."""
    from PIL import Image

    for file in (resources.files("skimage.data") / f"{name}{end}" for end in (".jpg", ".png")):
        if file.is_file():
            with Image.open(str(file)) as picture:
                if picture.mode in ("L", "RGB"):
                    return np.asarray(picture)
    import skimage.data

    if name not in skimage.data.__all__:
        raise ValueError(
            f"`name` must be one of {', '.join(PHOTOS)}, or a photograph of `skimage.data`. "
            f"Received: name={name!r}."
        )
    return getattr(skimage.data, name)()


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

    picture = photo(name) / 255.0
    light: Any = picture @ LUMINANCE if picture.ndim == 3 else picture
    if shrink > 1:
        light = cv2.resize(light, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    return _fixed(np.ascontiguousarray(light, dtype=np.float64))


@cache
def window_filter(kind: Filter, side: int) -> Gray:
    """Return the weights of a side×side window.

    Args:
        kind: `"blob"`: a Laplacian of Gaussian whose bright centre is side/2 wide, its positive weights
            summing to +1 and its negative ones to -1; `"mean"`: equal weights that sum to 1;
            `"sum"`: all ones.
        side: Side in pixels, odd.

    Returns:
        `(side, side)`, read-only.

    Raises:
        ValueError: If `side` is not odd, or there is no such filter.
    """
    one_of("kind", kind, get_args(Filter))
    if side < 1 or side % 2 == 0:
        raise ValueError(f"`side` must be odd: a window needs a centre. Received: side={side}.")
    if kind != "blob" or side == 1:
        return _fixed(np.full((side, side), 1.0 if kind == "sum" else 1 / side**2))
    offsets = np.arange(side) - side // 2
    distance = offsets[:, None] ** 2 + offsets[None, :] ** 2
    variance = (side / (4 * math.sqrt(2))) ** 2  # the weights change sign at √2 standard deviations: side/4
    weights = (1 - distance / (2 * variance)) * np.exp(-distance / (2 * variance))
    positive, negative = np.maximum(weights, 0), np.minimum(weights, 0)
    return _fixed(positive / positive.sum() - negative / negative.sum())


@cache
def _padded(name: str, shrink: int) -> Gray:
    return np.pad(gray(name, shrink), LARGEST_WINDOW // 2, mode="reflect")


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

    Raises:
        ValueError: If the place is not in the photograph, or there is no such window.
    """
    height, width = gray(name).shape
    if not (0 < side <= LARGEST_WINDOW and side % 2):
        raise ValueError(f"`side` must be odd, and at most {LARGEST_WINDOW}. Received: side={side!r}.")
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(
            f"The place must lie in the photograph, rows 0 to {height - 1} and columns 0 to {width - 1}. "
            f"Received: row={row}, column={column}."
        )
    margin, half = LARGEST_WINDOW // 2, side // 2
    top, left = row // shrink + margin - half, column // shrink + margin - half
    return _padded(name, shrink)[top : top + side, left : left + side]


@dataclass(frozen=True)
class Place:
    """A place in a photograph, and what filters answer there."""

    photo: str  # as for `photo`
    column: int  # column in pixels of the full-size photograph
    row: int  # row, likewise

    def answer(self, side: int, shrink: int = 1, kind: Filter = "blob") -> float:
        """Return what a side×side filter answers here: the sum of weights × brightness."""
        # Not np.vdot: BLAS would copy both and start threads for a few thousand products.
        cut = window(self.photo, self.column, self.row, side, shrink)
        return float(np.einsum("ij,ij->", cut, window_filter(kind, side)))

    def answers(self, shrink: int = 1, kind: Filter = "blob") -> tuple[float, ...]:
        """Return what filters of all `SIDES` answer here."""
        return tuple(self.answer(side, shrink, kind) for side in SIDES)

    def best_side(self, shrink: int = 1, kind: Filter = "blob") -> int:
        """Return the side at which a filter answers most."""
        answers = self.answers(shrink, kind)
        return SIDES[answers.index(max(answers))]

    def diameter(self) -> float:
        """Return how wide the bright spot is: the diameter of a disc of the same area.

        The spot is all that is connected with the centre and brighter than half of it; the centre's
        brightness is the maximum within 3 pixels.
        """
        import cv2

        picture = gray(self.photo)
        centre = picture[max(self.row - 3, 0) : self.row + 4, max(self.column - 3, 0) : self.column + 4]
        bright = (picture >= centre.max() / 2).astype(np.uint8)
        _, labels = cv2.connectedComponents(bright, connectivity=4)
        return 2 * math.sqrt(int((labels == labels[self.row, self.column]).sum()) / math.pi)


# Four galaxies of the Hubble photograph, from tiny to large; the centres count: 3 pixels off, A answers half.
GALAXIES: Mapping[str, Place] = {
    "A": Place("galaxies", 272, 364),
    "B": Place("galaxies", 90, 97),
    "C": Place("galaxies", 70, 301),
    "D": Place("galaxies", 257, 54),
}


def brightest_near(name: str, column: int, row: int, steps: int = 12) -> tuple[int, int]:
    """Walk uphill on the blurred photograph, a pixel a step.

    Returns:
        `(column, row)` of the bright centre reached.
    """
    picture = _blurred(name)
    for _ in range(steps):
        top, left = max(row - 1, 0), max(column - 1, 0)
        around = picture[top : row + 2, left : column + 2]
        up, across = divmod(int(np.argmax(around)), around.shape[1])
        if (left + across, top + up) == (column, row):
            break
        column, row = left + across, top + up
    return column, row


@cache
def _blurred(name: str) -> Any:
    import cv2

    return cv2.GaussianBlur(gray(name), (0, 0), 2)


def squares(names: Iterable[str], side: int) -> NDArray[np.float32]:
    """Return photographs cut to squares around their middle and resized.

    Args:
        names: As for `photo`.
        side: Side in pixels.

    Returns:
        `(batch, side, side, 3)`, from 0 to 255.
    """
    from inception_lab.model.data.photos import central_part
    from inception_lab.model.data.preparation import rgb

    return np.stack([central_part(rgb(photo(name)), side, side) for name in names]).astype(np.float32)

"""What is done to a picture before a network sees it: its size, the order of its colours, its values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from inception_lab.checks import in_a_line
from inception_lab.model.data.photos import Picture, central_part, on_white, read_photo, resized

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Preparation:
    """What is done to pictures before a network sees them."""

    height: int = 224  # of what the network takes, in pixels
    width: int = 224  # likewise
    # `"squash"` the whole picture into it, or `"crop"` its largest central part of that shape
    fit: Literal["squash", "crop"] = "squash"
    channels: Literal["BGR", "RGB"] = "BGR"  # order of the colours
    # subtracted from the bytes, in the order of `channels`
    mean: tuple[float, float, float] = (104.0, 117.0, 123.0)
    scale: float = 1.0  # the difference is divided by it

    def __call__(self, *pictures: Any) -> Floats:
        """Return pictures as the network takes them.

        Args:
            *pictures: As `rgb` takes them, each of any size.

        Returns:
            float32 `(count, height, width, 3)`.

        Raises:
            ValueError: If one is no picture.
        """
        return self.values(np.stack([self.resized(picture) for picture in pictures]))

    def values(self, pictures: Any) -> Floats:
        """Return RGB values from 0 to 255, already of the right size, as the network takes them."""
        ordered = np.asarray(pictures, np.float32)[..., :: -1 if self.channels == "BGR" else 1]
        return np.asarray((ordered - np.array(self.mean, np.float32)) / np.float32(self.scale))

    def undone(self, values: Any) -> Picture:
        """Return what a network takes as the RGB picture that a person sees, uint8 of the same shape."""
        picture = np.asarray(values, np.float64) * self.scale + np.array(self.mean)
        whole = np.rint(picture[..., :: -1 if self.channels == "BGR" else 1])
        return np.asarray(np.clip(whole, 0, 255), np.uint8)

    @property
    def background(self) -> tuple[float, float, float]:
        """The colour, as RGB bytes, that the network sees as zeros."""
        red, green, blue = self.mean[:: -1 if self.channels == "BGR" else 1]
        return red, green, blue

    def resized(self, picture: Any) -> Picture:
        """Return a picture at the network's size, uint8 `(height, width, 3)`."""
        fitted = central_part if self.fit == "crop" else resized
        return fitted(rgb(picture), self.height, self.width)


def rgb(picture: Any) -> Picture:
    """Return a picture with three channels, uint8 `(height, width, 3)`.

    Args:
        picture: uint8 `(height, width, 3)` or `(height, width)`, a picture of Pillow's, or a file's name.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(picture, str | Path):
        return read_photo(picture)
    found = f"a {type(picture).__name__}"
    if isinstance(picture, Image.Image):
        found = f"one of Pillow's of mode {picture.mode}"
        if picture.mode[0] not in "IF" and picture.size != (0, 0):
            try:
                return np.array(on_white(ImageOps.exif_transpose(picture)))
            except (OSError, ValueError) as error:
                found += f", whose pixels cannot be read ({in_a_line(error)})"
    if isinstance(picture, np.ndarray):
        found = f"{picture.dtype} of shape {picture.shape}"
    if (
        not isinstance(picture, np.ndarray)
        or picture.dtype != np.uint8
        or picture.ndim < 2
        or picture.shape[2:] not in ((), (1,), (3,))
        or not picture.size
    ):
        raise ValueError(
            "A picture must be uint8 of shape (height, width, 3) or (height, width), one of Pillow's of 8 "
            f"bits or a file's name. Received: {found}."
        )
    whole = np.broadcast_to(picture.reshape(*picture.shape[:2], -1), (*picture.shape[:2], 3))
    return np.ascontiguousarray(whole)

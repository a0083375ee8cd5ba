"""What is done to a picture before a network sees it: its size, the order of its colours, its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Preparation:
    """What is done to pictures before a network sees them.

    Attributes:
        height: Of what the network takes, in pixels.
        width: Likewise.
        fit: `"squash"` the whole picture into it, or `"crop"` its largest central part of that shape.
        channels: Order of the colours.
        mean: Subtracted from the bytes, in the order of `channels`.
        scale: The difference is divided by it.
    """

    height: int = 224
    width: int = 224
    fit: Literal["squash", "crop"] = "squash"
    channels: Literal["BGR", "RGB"] = "BGR"
    mean: tuple[float, float, float] = (104.0, 117.0, 123.0)
    scale: float = 1.0

    def __call__(self, *pictures: Picture) -> Floats:
        """Return pictures as the network takes them.

        Args:
            *pictures: RGB, uint8 `(any height, any width, 3)`, or grey without the last axis.

        Returns:
            float32 `(count, height, width, 3)`.

        Raises:
            ValueError: If one is not such an array.
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

    def resized(self, picture: Picture) -> Picture:
        """Return a picture at the network's size, uint8 `(height, width, 3)`."""
        import cv2

        picture = rgb(picture)
        if self.fit == "crop":
            tall, wide = picture.shape[:2]
            factor = min(tall / self.height, wide / self.width)
            height, width = max(1, round(factor * self.height)), max(1, round(factor * self.width))
            top, left = (tall - height) // 2, (wide - width) // 2
            picture = picture[top : top + height, left : left + width]
        shrinks = picture.shape[0] > self.height and picture.shape[1] > self.width
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        resized = cv2.resize(np.ascontiguousarray(picture), (self.width, self.height), interpolation=how)
        return np.asarray(resized, np.uint8)


def rgb(picture: Picture) -> Picture:
    """Return a picture, grey or not, with three channels.

    Raises:
        ValueError: If it is not uint8 `(height, width, 3)` or `(height, width)`.
    """
    if picture.dtype != np.uint8 or picture.shape[2:] not in ((), (1,), (3,)) or picture.ndim < 2:
        raise ValueError(
            "A picture must be uint8 of shape (height, width, 3) or (height, width). "
            f"Received: {picture.dtype} of shape {picture.shape}."
        )
    whole = np.broadcast_to(picture.reshape(*picture.shape[:2], -1), (*picture.shape[:2], 3))
    return np.ascontiguousarray(whole)

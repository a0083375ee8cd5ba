"""A picture for a page that has an earlier one: of what changed since, only tiles are sent, in one file."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.view.figures.layers import Area, slices

HEIGHT, WIDTH = 32, 256  # pixels of a tile: whole blocks of JPEG's
MOST = 0.5  # of all tiles in a patch; with more all are sent
NUMBERS = itertools.count()
MODULO = 65521  # of Adler's checksum, RFC 1950
START, END = b"\x78\x01", b"\x03\x00"  # of zlib's stream: its header; an empty last block


class Tiles:
    """What the page has: all tiles, and a patch of those that changed since these were sent.

    So one of them may come late or never: picture and patch are right together. A tile is compressed once.

    Args:
        height: Rows.
        width: Columns.
        photo: Whether the files are JPEG.
    """

    def __init__(self, height: int, width: int, *, photo: bool) -> None:
        self._size, self._photo = (height, width), photo
        self._shape = down, across = -(-height // HEIGHT), -(-width // WIDTH)
        # Red in the lowest byte; white beyond the last row and column.
        self._now: npt.NDArray[np.uint32] = np.full((HEIGHT * down, WIDTH * across), 0xFFFFFFFF, np.uint32)
        self._moved = np.full(self._shape, True)  # tiles of the patch
        self._picture = b""
        self._deflate = zlib.compressobj(1, wbits=-15)
        self._kept: dict[int, tuple[bytes, int]] = {}  # tile → chunk of PNG, checksum

    @property
    def pixels(self) -> Any:
        """The present picture, `(height, width, 3)`, red first."""
        height, width = self._size
        return self._now.view(np.uint8).reshape(*self._now.shape, 4)[:height, :width, :3]

    def encoded(self, pixels: Any, areas: Iterable[Area]) -> dict[str, Any]:
        """Return what the page must have.

        Args:
            pixels: `(height, width, 4)`, right in the areas.
            areas: All that changed.

        Returns:
            `picture`: a file of all tiles, one below the other; `patch`: of those that changed since; `cut`:
            the picture's size, a tile's, the numbers of the patch's tiles, counted in rows from the upper
            left, and a number that is always another.
        """
        new, differs = pixels.view(np.uint32)[..., 0], np.full(self._now.shape, not self._picture)
        for place in map(slices, areas):
            differs[place] |= self._now[place] != new[place]
            self._now[place] = new[place]
        down, across = self._shape
        rows = differs.reshape(down, HEIGHT, -1).any(axis=1)
        changed = rows.reshape(down, across, WIDTH).any(axis=2)
        self._moved |= changed
        file = self._jpeg if self._photo else self._png
        if not self._photo:
            self._compress(changed)
        if self._moved.mean() > MOST:
            self._moved[:], self._picture = False, file(np.full(self._shape, True))
        return {
            "picture": self._picture,
            "patch": file(self._moved) if self._moved.any() else b"",
            "cut": {
                "size": self._size[::-1],
                "tile": (WIDTH, HEIGHT),
                "moved": np.flatnonzero(self._moved).tolist(),
                "number": next(NUMBERS),
            },
        }

    def _colors(self, which: Any) -> Any:
        """Return some tiles, one below the other, `(height, WIDTH, 4)`."""
        down, across = self._shape
        tiles = self._now.reshape(down, HEIGHT, across, WIDTH).swapaxes(1, 2)[which]
        return tiles.view(np.uint8).reshape(-1, WIDTH, 4)

    def _jpeg(self, which: Any) -> bytes:
        import cv2

        fine = cv2.IMWRITE_JPEG_QUALITY, 85, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111
        done, data = cv2.imencode(".jpg", cv2.cvtColor(self._colors(which), cv2.COLOR_RGBA2BGR), fine)
        if not done:
            raise RuntimeError("OpenCV could not encode the picture as JPEG.")
        return bytes(data)

    def _compress(self, which: Any) -> None:
        colors = self._colors(which)
        rows = np.zeros((len(colors), 1 + 3 * WIDTH), np.uint8)  # each begins with its filter's number: none
        for color in range(3):  # one by one is four times as quick as all at once
            rows[:, 1 + color :: 3] = colors[..., color]
        for tile, part in zip(
            np.flatnonzero(which).tolist(), rows.reshape(-1, HEIGHT * rows.shape[1]), strict=True
        ):
            data = self._deflate.compress(part.data) + self._deflate.flush(zlib.Z_FULL_FLUSH)
            self._kept[tile] = _chunk(b"IDAT", data), zlib.adler32(part.data)

    def _png(self, which: Any) -> bytes:
        tiles = [self._kept[tile] for tile in np.flatnonzero(which).tolist()]
        low, high, size = 1, 0, HEIGHT * (1 + 3 * WIDTH)
        for _, checksum in tiles:
            high = (high + (checksum >> 16) + size * (low - 1)) % MODULO
            low = (low + (checksum & 0xFFFF) - 1) % MODULO
        return b"".join(
            (
                b"\x89PNG\r\n\x1a\n",
                _chunk(b"IHDR", struct.pack(">2I5B", WIDTH, HEIGHT * len(tiles), 8, 2, 0, 0, 0)),
                _chunk(b"IDAT", START),
                *(chunk for chunk, _ in tiles),
                _chunk(b"IDAT", END + struct.pack(">2H", high, low)),
                _chunk(b"IEND", b""),
            )
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

"""A picture as PNG, of which only the rows that changed are compressed anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

ROWS = 32  # that are compressed together
MODULO = 65521  # of Adler's checksum, RFC 1950
THREADS = 2  # zlib lets others run beside it
START, END = b"\x78\x01", b"\x03\x00"  # of zlib's stream: its header; an empty last block


class Png:
    """A picture in colour.

    Args:
        height: Rows.
        width: Columns.

    Attributes:
        pixels: `(height, width, 3)`, red first; write into it.
    """

    def __init__(self, height: int, width: int) -> None:
        self._rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter's number: none
        self.pixels = self._rows[:, 1:].reshape(height, width, 3)
        self._strips: dict[int, tuple[bytes, int, int]] = {}  # first row → chunk, checksum, bytes

    def encoded(self, changed: Iterable[tuple[int, int]]) -> bytes:
        """Return the file.

        Args:
            changed: First row, and the row after the last, of what changed since the last call.
        """
        height, width, _ = self.pixels.shape
        dirty = {row for first, end in changed for row in range(first - first % ROWS, end, ROWS)}
        firsts = [first for first in range(0, height, ROWS) if first in dirty or first not in self._strips]
        with ThreadPoolExecutor(THREADS) as threads:
            strips = threads.map(_strip, [self._rows[first : first + ROWS] for first in firsts])
            self._strips |= dict(zip(firsts, strips, strict=True))
        low, high = 1, 0
        for _, checksum, size in self._strips.values():
            high = (high + (checksum >> 16) + size * (low - 1)) % MODULO
            low = (low + (checksum & 0xFFFF) - 1) % MODULO
        return b"".join(
            (
                b"\x89PNG\r\n\x1a\n",
                _chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
                _chunk(b"IDAT", START),
                *(chunk for chunk, _, _ in self._strips.values()),
                _chunk(b"IDAT", END + struct.pack(">2H", high, low)),
                _chunk(b"IEND", b""),
            )
        )


def _strip(rows: Any) -> tuple[bytes, int, int]:
    deflate = zlib.compressobj(1, wbits=-15)
    data = deflate.compress(rows.data) + deflate.flush(zlib.Z_FULL_FLUSH)
    return _chunk(b"IDAT", data), zlib.adler32(rows.data), rows.size


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

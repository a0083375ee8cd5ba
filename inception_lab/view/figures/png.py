"""A picture as PNG, of which only the rows that changed are compressed anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

ROWS = 16  # that are compressed together
MODULO = 65521  # of Adler's checksum, RFC 1950
THREADS = 2  # zlib lets others run beside it
Strip = tuple[bytes, bytes, int]  # rows, chunk, checksum
NONE: Strip = (b"", b"", 0)
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
        self._strips: dict[int, Strip] = {}  # by their first rows

    def encoded(self, changed: Iterable[tuple[int, int]]) -> bytes:
        """Return the file.

        Args:
            changed: First row, and the row after the last, of what may have changed since the last call.
        """
        height, width, _ = self.pixels.shape
        firsts = range(0, height, ROWS)
        dirty = {row for first, end in changed for row in range(first - first % ROWS, end, ROWS)}
        dirty |= set(firsts) - self._strips.keys()
        rows = {first: self._rows[first : first + ROWS].tobytes() for first in dirty}
        new = [(first, each) for first, each in rows.items() if self._strips.get(first, NONE)[0] != each]
        with ThreadPoolExecutor(THREADS) as threads:
            for part in threads.map(_compressed, (new[number::THREADS] for number in range(THREADS))):
                self._strips |= part
        strips = [self._strips[first] for first in firsts]
        low, high = 1, 0
        for data, _, checksum in strips:
            high = (high + (checksum >> 16) + len(data) * (low - 1)) % MODULO
            low = (low + (checksum & 0xFFFF) - 1) % MODULO
        return b"".join(
            (
                b"\x89PNG\r\n\x1a\n",
                _chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
                _chunk(b"IDAT", START),
                *(chunk for _, chunk, _ in strips),
                _chunk(b"IDAT", END + struct.pack(">2H", high, low)),
                _chunk(b"IEND", b""),
            )
        )


def _compressed(strips: list[tuple[int, bytes]]) -> dict[int, Strip]:
    done = {}
    for first, rows in strips:
        deflate = zlib.compressobj(1, wbits=-15)
        data = deflate.compress(rows) + deflate.flush(zlib.Z_FULL_FLUSH)
        done[first] = rows, _chunk(b"IDAT", data), zlib.adler32(rows)
    return done


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

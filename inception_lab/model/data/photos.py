"""Any picture that a person has: read as RGB bytes, turned upright, or refused in one line."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

MOST_PIXELS = 24_000_000  # pictures with more are decoded at a half, a quarter or an eighth of their size
SMALL = 64  # pixels; a picture with a shorter side is enlarged so much that a reader should know
STARTS_OF_FRAME = {0xC0 + n for n in range(16)} - {0xC4, 0xC8, 0xCC}  # JPEG's markers that hold the size


def read_photo(path: str | Path, say: Callable[[str], None] | None = None) -> Picture:
    """Read a picture from a file.

    Grey pictures get three equal channels, 16 bits are brought to 8, what is transparent shows a white
    ground, and the camera's rotation (EXIF) is undone. Of an animation it is the first frame. A
    picture of more than 24 million pixels is decoded at a half, a quarter or an eighth of its size, which
    a JPEG file needs little memory for.

    Args:
        path: The file: JPEG, PNG, WebP, TIFF, BMP or whatever else OpenCV reads.
        say: Told in a line what a reader should know: that a picture is tiny, or was decoded smaller.

    Returns:
        RGB, uint8 `(height, width, 3)`.

    Raises:
        ValueError: If it cannot be read; the message names the file and says why.
    """
    path = Path(path)
    stored = _bytes(path)
    height, width = picture_size(stored.tobytes()) or (0, 0)
    reduced = next((n for n in (1, 2, 4) if height * width <= MOST_PIXELS * n * n), 8)
    picture = decoded(stored, reduced)
    if picture is None:
        raise ValueError(
            f"A picture must be in a format that OpenCV reads, such as JPEG or PNG, and whole. "
            f"Received: {path}, which is damaged or something else."
        )
    if say and reduced > 1:
        tall, wide = picture.shape[:2]
        say(f"{path}: {width:,}×{height:,} pixels, read at 1/{reduced} of that: {wide:,}×{tall:,}.")
    if say and min(picture.shape[:2]) < SMALL:
        tall, wide = picture.shape[:2]
        say(f"{path}: only {wide}×{tall} pixels; enlarged, it may be taken for anything.")
    return picture


def picture_size(stored: bytes) -> tuple[int, int] | None:
    """Return height and width of a JPEG or PNG picture from its first bytes, or `None` for other formats."""
    if stored.startswith(b"\x89PNG\r\n\x1a\n") and len(stored) >= 24:
        width, height = struct.unpack(">II", stored[16:24])
        return height, width
    if not stored.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(stored) and stored[at] == 0xFF:
        marker, length = stored[at + 1], int.from_bytes(stored[at + 2 : at + 4])
        if marker in STARTS_OF_FRAME:
            height, width = struct.unpack(">HH", stored[at + 5 : at + 9])
            return height, width
        at += 1 if marker == 0xFF else 2 + length  # a second FF only fills
    return None


def _bytes(path: Path) -> Picture:
    if path.is_dir():
        raise ValueError(f"A picture must be a file. Received: {path}, which is a folder.")
    try:
        stored = np.fromfile(path, np.uint8)  # cv2.imread cannot open every path on Windows
    except FileNotFoundError:
        raise ValueError(f"A picture must be a file. Received: {path}, not found.") from None
    except OSError as error:
        raise ValueError(
            f"A picture must be a file that can be read. Received: {path} ({error.strerror or error})."
        ) from error
    if not stored.size:
        raise ValueError(f"A picture must be in a file that holds one. Received: {path}, which is empty.")
    return stored


def decoded(stored: Picture, reduced: int = 1) -> Picture | None:
    """Return the picture that a file's bytes hold as RGB, or `None` where OpenCV cannot; see `read_photo`.

    Args:
        stored: The file's bytes, one or more.
        reduced: 1, 2, 4 or 8: the picture is decoded so many times smaller.
    """
    import cv2

    from inception_lab.model.quiet import quiet

    flag = {
        1: cv2.IMREAD_COLOR,
        2: cv2.IMREAD_REDUCED_COLOR_2,
        4: cv2.IMREAD_REDUCED_COLOR_4,
        8: cv2.IMREAD_REDUCED_COLOR_8,
    }[reduced]
    jpeg = bytes(stored[:2]) == b"\xff\xd8"
    try:
        with quiet():  # the libraries behind OpenCV write to the error stream themselves
            bgr: Any = cv2.imdecode(stored, flag)
            whole: Any = None
            if bgr is not None and not jpeg and reduced == 1:
                whole = cv2.imdecode(stored, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if bgr is None:
        return None
    if whole is not None and whole.ndim == 3 and whole.shape[2] == 4 and whole.dtype.kind == "u":
        bgr = _on_white(whole)
    return np.ascontiguousarray(bgr[..., ::-1]).astype(np.uint8)


def _on_white(bgra: Any) -> Any:
    full = float(np.iinfo(bgra.dtype).max)
    alpha = bgra[..., 3:] / full
    return np.rint(255 * (bgra[..., :3] / full * alpha + (1 - alpha)))

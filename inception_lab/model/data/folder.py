"""The reader's own pictures: a folder with one sub-folder a class."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.dataset import Pictures, Splits, announce, split
from inception_lab.model.data.photos import decoded

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
NAMED = 5  # unreadable files that are named one by one


def picture_folder(
    folder: str | Path,
    *,
    side: int = 96,
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 0,
) -> Splits:
    """Read pictures, one sub-folder a class, cut to their central square and brought to one size.

    Unreadable files are left out, and named on the error stream.

    Args:
        folder: The folder; its sub-folders' names are the classes, in alphabetical order.
        side: Side in pixels that pictures are stored at.
        validation: Share of each class held out to choose by.
        test: Share of each class held out to report on.
        seed: Which pictures are held out.

    Raises:
        ValueError: If there are not two classes of three readable pictures each.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(
            "A data set must be 'scaled-digits', 'cifar10' or a folder with a sub-folder for each class. "
            f"Received: '{folder}', which is no folder."
        )
    found = {
        place.name: sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES)
        for place in sorted(folder.iterdir())
        if place.is_dir() and not place.name.startswith(".")
    }
    files = {name: paths for name, paths in found.items() if paths}
    if len(files) < 2:
        names = ", ".join(f"'{name}'" for name in files) or "none"
        raise ValueError(
            "A folder of pictures must have a sub-folder of pictures for each of two classes or more. "
            f"Received: {names} (in {folder})."
        )
    announce(str(folder), sum(map(len, files.values())), (side, side, 3))
    pictures, labels = _read_all(folder, files, side)
    whole = split(str(folder), pictures, labels, tuple(files), validation=validation, test=test, seed=seed)
    return replace(whole, name=folder.resolve().name)


def read_picture(path: Path) -> Pictures | None:
    """Read a picture as `read_photo` does, or return `None` where it cannot be read.

    Args:
        path: The file.

    Returns:
        uint8 `(height, width, 3)`.
    """
    try:
        stored = np.fromfile(path, np.uint8)  # cv2.imread cannot open every path on Windows
    except OSError:
        return None
    return decoded(stored) if stored.size else None


def central_part(picture: Pictures, height: int, width: int) -> Pictures:
    """Cut the largest central part of some shape out of a picture and bring it to that size.

    Args:
        picture: uint8 `(any height, any width, 3)`.
        height: Of the result, in pixels.
        width: Of the result.
    """
    import cv2

    tall, wide = picture.shape[:2]
    scale = min(tall / height, wide / width)
    rows, columns = max(1, round(scale * height)), max(1, round(scale * width))
    top, left = (tall - rows) // 2, (wide - columns) // 2
    part = picture[top : top + rows, left : left + columns]
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    return cv2.resize(part, (width, height), interpolation=how).astype(np.uint8)


def _read_all(
    folder: Path, files: dict[str, list[Path]], side: int
) -> tuple[Pictures, npt.NDArray[np.int64]]:
    pictures = np.empty((sum(map(len, files.values())), side, side, 3), np.uint8)
    labels: list[int] = []
    unreadable: list[Path] = []
    for label, paths in enumerate(files.values()):
        for path in paths:
            picture = read_picture(path)
            if picture is None:
                unreadable.append(path.relative_to(folder))
            else:
                pictures[len(labels)] = central_part(picture, side, side)
                labels.append(label)
    if unreadable:
        named = ", ".join(map(str, unreadable[:NAMED]))
        more = f" and {len(unreadable) - NAMED} more" if len(unreadable) > NAMED else ""
        print(f"{folder}: left out {len(unreadable)} unreadable: {named}{more}.", file=sys.stderr)
    return pictures[: len(labels)], np.array(labels, np.int64)

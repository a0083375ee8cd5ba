"""The reader's own pictures: a folder with one sub-folder a class."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inception_lab.model.data import Pictures, Splits, announce, split

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
    """Read a picture as RGB, or return `None` where OpenCV cannot.

    Args:
        path: The file.

    Returns:
        uint8 `(height, width, 3)`.
    """
    import cv2

    from inception_lab.model.quiet import quiet

    try:
        stored = np.fromfile(path, np.uint8)  # cv2.imread cannot open every path on Windows
        with quiet():
            picture = cv2.imdecode(stored, cv2.IMREAD_COLOR) if stored.size else None
    except (OSError, cv2.error):
        return None
    return None if picture is None else np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8)


def central_square(picture: Pictures, side: int) -> Pictures:
    """Cut the largest central square out of a picture and bring it to `side` pixels."""
    import cv2

    height, width = picture.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = picture[top : top + short, left : left + short]
    how = cv2.INTER_AREA if short > side else cv2.INTER_LINEAR
    return cv2.resize(square, (side, side), interpolation=how).astype(np.uint8)


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
                pictures[len(labels)] = central_square(picture, side)
                labels.append(label)
    if unreadable:
        named = ", ".join(map(str, unreadable[:NAMED]))
        more = f" and {len(unreadable) - NAMED} more" if len(unreadable) > NAMED else ""
        print(f"{folder}: left out {len(unreadable)} unreadable: {named}{more}.", file=sys.stderr)
    return pictures[: len(labels)], np.array(labels, np.int64)

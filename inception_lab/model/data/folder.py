"""The reader's own pictures: a folder with one sub-folder a class."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.cifar import cifar10
from inception_lab.model.data.dataset import Pictures, Splits, announce, split
from inception_lab.model.data.digits import scaled_digits
from inception_lab.model.data.photos import read_photo
from inception_lab.model.data.preparation import central_part

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


def load(name: str, *, seed: int = 0, side: int | None = None) -> Splits:
    """Load a data set by name, as the command line does.

    Args:
        name: `"scaled-digits"`, `"cifar10"`, or a folder with one sub-folder of pictures a class.
        seed: Places the digits, or picks the pictures held out.
        side: Side in pixels that a folder's pictures are stored at, instead of the usual one.

    Raises:
        ValueError: If there is none of that name, or it cannot be read; the message says why.
    """
    if name == "scaled-digits":
        return scaled_digits(seed=seed)
    if name == "cifar10":
        return cifar10(seed=seed)
    return picture_folder(name, seed=seed, **({"side": side} if side else {}))


def _read_all(
    folder: Path, files: dict[str, list[Path]], side: int
) -> tuple[Pictures, npt.NDArray[np.int64]]:
    pictures = np.empty((sum(map(len, files.values())), side, side, 3), np.uint8)
    labels: list[int] = []
    unreadable: list[Path] = []
    for label, paths in enumerate(files.values()):
        for path in paths:
            try:
                pictures[len(labels)] = central_part(read_photo(path), side, side)
                labels.append(label)
            except ValueError:
                unreadable.append(path.relative_to(folder))
    if unreadable:
        named = ", ".join(map(str, unreadable[:NAMED]))
        more = f" and {len(unreadable) - NAMED} more" if len(unreadable) > NAMED else ""
        print(f"{folder}: left out {len(unreadable)} unreadable: {named}{more}.", file=sys.stderr)
    return pictures[: len(labels)], np.array(labels, np.int64)

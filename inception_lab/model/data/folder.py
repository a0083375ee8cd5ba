"""The reader's own pictures: a folder with one sub-folder a class, or with a split of such folders."""

import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np

from inception_lab.checks import positive_integer, seed_number, true_or_false
from inception_lab.model.data.cifar import cifar10
from inception_lab.model.data.contents import Report, alike, classes_of, inner, named, parts_of
from inception_lab.model.data.dataset import PARTS, Dataset, Pictures, Splits, announce
from inception_lab.model.data.digits import scaled_digits
from inception_lab.model.data.photos import (
    REMARKS,
    SMALL,
    TINY,
    NoPictureError,
    central_part,
    printable,
    read_photo,
)
from inception_lab.model.data.splitting import complete, digests
from inception_lab.text import say

NAMED = 3  # pairs of pictures that are named


def load(name: str, *, seed: int = 0, side: int | None = None, quiet: bool = False) -> Splits:
    """Load a data set by name, as the command line does.

    Args:
        name: `"scaled-digits"`, `"cifar10"`, or a folder with one sub-folder of pictures a class.
        seed: Places the digits, or picks the pictures held out.
        side: Side in pixels that a folder's pictures are stored at, instead of the usual one.
        quiet: Whether the report on a folder is kept from the error stream.

    Raises:
        ValueError: If there is none of that name, or it cannot be read; the message says why.
    """
    if name == "scaled-digits":
        return scaled_digits(seed=seed)
    if name == "cifar10":
        return cifar10(seed=seed)
    return picture_folder(name, seed=seed, quiet=quiet, **({} if side is None else {"side": side}))


def picture_folder(
    folder: str | Path,
    *,
    side: int = 96,
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 0,
    quiet: bool = False,
) -> Splits:
    """Read pictures, one sub-folder a class, cut to their central square and brought to one size.

    Sub-folders `train`, `val` and `test` (or `training`, `validation` … in any case) with classes below are
    taken as that split; what it lacks is held out of `train`. Which files are pictures is found by reading
    them, as `read_photo` does. Hidden files and those that systems leave behind count for nothing, links are
    followed, and pictures with the same pixels go to one side of the split. What is found and what is left
    out is said on the error stream, and stands in the data set's `report`.

    Args:
        folder: The folder; its sub-folders' names are the classes, in alphabetical order.
        side: Side in pixels that pictures are stored at.
        validation: Share of each class held out to choose by.
        test: Share of each class held out to report on.
        seed: Which pictures are held out.
        quiet: Whether nothing is said.

    Raises:
        ValueError: If there are not two classes of three different readable pictures each, or all would not
            fit in memory.
    """
    side, seed = positive_integer("side", side), seed_number(seed)
    if not (isinstance(folder, str | Path) and os.path.isdir(folder)):
        raise ValueError(
            "A data set must be 'scaled-digits', 'cifar10' or a folder with a sub-folder for each class. "
            f"Received: '{printable(str(folder))}', which is no folder."
        )
    true_or_false("quiet", quiet)
    folder = Path(folder)
    report = Report(folder.resolve().name)
    places = parts_of(folder, report)
    files = {part: classes_of(place, folder, report) for part, place in places.items()}
    every = [path for classes in files.values() for paths in classes.values() for path in paths]
    likely = [path for path in every if (mimetypes.guess_type(path)[0] or "image/").startswith("image/")]
    announce(str(folder), len(likely), (side, side, 3))
    read = {part or "train": _read(folder, classes, side, report) for part, classes in files.items()}
    classes = _classes(folder, read, files, report)
    report.notes += alike(classes)
    deeper = [
        path
        for part, place in places.items()
        for path in read[part or "train"].paths
        if len((folder / path).relative_to(place).parts) > 2  # its class's folder, and itself
    ]
    if deeper:
        report.notes.append(f"in folders below a class's lie {len(deeper):,} pictures, as {deeper[0]} does")
    _one_side(folder, read, report)
    parts = {
        part: Dataset(found.pictures, np.array([classes.index(name) for name in found.names]), classes)
        for part, found in read.items()
        if found.names
    }
    if "" not in files:
        report.notes += [f"{part} is held out of train" for part in PARTS if part not in parts]
    given = parts["train"], parts.get("validation"), parts.get("test")
    whole = complete(str(folder), *given, validation=validation, test=test, seed=seed)
    report.pictures = {
        name: {part: int((getattr(whole, part).labels == label).sum()) for part in PARTS}
        for label, name in enumerate(classes)
    }
    for part in PARTS:
        if lacking := [name for name, counts in report.pictures.items() if not counts[part]]:
            report.notes.append(f"{part} has no pictures of {named(lacking)}")
    if not quiet:
        say("\n".join(report.lines()))
    return replace(whole, name=report.folder, report=report)


@dataclass
class _Read:
    """Pictures as they were read, with their classes and their files, from the folder on."""

    pictures: Pictures
    names: list[str]
    paths: list[Path]


def _read(folder: Path, files: Mapping[str, list[Path]], side: int, report: Report) -> _Read:
    pictures = np.empty((sum(map(len, files.values())), side, side, 3), np.uint8)
    names: list[str] = []
    paths: list[Path] = []
    notes: list[str] = []
    for name, path in ((name, path) for name, listed in files.items() for path in listed):
        try:
            if not path.is_file():
                raise NoPictureError(path, "a link to nothing" if path.is_symlink() else "no file")
            pictures[len(names)] = central_part(read_photo(path, notes.append), side, side)
            names.append(name)
            paths.append(path.relative_to(folder))
        except NoPictureError as error:
            report.leave_out(path.relative_to(folder), error.reason)
    for kind in REMARKS:
        if (kind != TINY or side >= SMALL) and (count := sum(kind in note for note in notes)):
            report.notes.append(f"{kind.removesuffix('.')} ({count:,} picture{'s' * (count != 1)})")
    return _Read(pictures[: len(names)], names, paths)


def _classes(
    folder: Path, read: Mapping[str, _Read], files: Mapping[str, Mapping[str, list[Path]]], report: Report
) -> tuple[str, ...]:
    """Return the classes: those of which there are pictures to train on."""
    classes = tuple(dict.fromkeys(read["train"].names))
    for name in dict.fromkeys(name for listed in files.values() for name in listed):
        if not any(name in found.names for found in read.values()):
            report.notes.append(f"'{name}' is left out: it holds no pictures")
    if len(classes) < 2:
        names = ", ".join(f"'{name}'" for name in classes) or "none"
        deeper = inner(folder)
        hint = f" Perhaps it is {deeper}." if deeper not in (None, folder) else ""
        raise ValueError(
            "A folder of pictures must have a sub-folder of pictures for each of two classes or more. "
            f"Received: {names} (in {folder}{'; ' if report.omitted else ''}{report.omitted}).{hint}"
        )
    for part, found in read.items():
        if unknown := next((name for name in found.names if name not in classes), None):
            raise ValueError(
                "Every class must have pictures to train on. "
                f"Received: '{unknown}' in {part} alone (in {folder})."
            )
    return classes


def _one_side(folder: Path, read: dict[str, _Read], report: Report) -> None:
    """Leave out what a later part has as well; note copies and what is in two classes."""
    marks = {part: digests(found.pictures) for part, found in read.items()}
    first: dict[bytes, tuple[str, Path]] = {}
    clashes = []
    for part, found in read.items():
        for mark, name, path in zip(marks[part], found.names, found.paths, strict=True):
            other, earlier = first.setdefault(mark, (name, path))
            if other != name:
                clashes.append(f"{earlier} and {path}")
    for part, later in {"train": ("validation", "test"), "validation": ("test",)}.items():
        if part in read:
            found, taken = read[part], {mark for other in later for mark in marks.get(other, ())}
            alone = np.array([mark not in taken for mark in marks[part]], bool)
            if part == "train" and not alone.any():
                raise ValueError(
                    "The part to train on must have pictures that no other part has. "
                    f"Received: none among {len(alone):,} (in {folder})."
                )
            for path in compress(found.paths, ~alone):
                others = " or ".join(other for other in later if other in read)
                report.leave_out(path, f"the same pixels as in {others}")
            names, paths = list(compress(found.names, alone)), list(compress(found.paths, alone))
            read[part], marks[part] = (
                _Read(found.pictures[alone], names, paths),
                list(compress(marks[part], alone)),
            )
    left = [mark for listed in marks.values() for mark in listed]
    if copies := len(left) - len(set(left)):
        together = "a picture and its copies go to one side of the split"
        report.notes.append(f"copies, pixel for pixel: {copies:,}; {together}")
    if clashes:
        listed = ", ".join(clashes[:NAMED]) + (" …" if len(clashes) > NAMED else "")
        report.notes.append(f"pictures in two classes: {len(clashes):,} ({listed})")

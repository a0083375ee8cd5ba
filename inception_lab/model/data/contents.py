"""What lies in a folder of pictures: its parts, its classes, their files, and what is left out and why."""

from __future__ import annotations

import mimetypes
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inception_lab.model.data.photos import DAMAGED, known_suffixes, printable

# Left behind by systems and programs, besides all that is hidden; in small letters.
JUNK = {
    *("__macosx", "icon\r", "network trash folder", "temporary items"),  # macOS and its archives
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "recycler"),  # Windows
    *("system volume information", "found.000"),
    *("@eadir", "@tmp", "@recycle", "@recently-snapshot", "#recycle", "#snapshot"),  # network storage
    *("lost+found", "__pycache__", "picasa.ini", "zbthumbnail.info"),
}
PART_NAMES = {
    **dict.fromkeys(("train", "training", "train_set", "trainset"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "val_set", "valset"), "validation"),
    **dict.fromkeys(("test", "testing", "test_set", "testset"), "test"),
}
LONGEST = 60  # characters of a file's name that are shown
SHOWN = 12  # classes, or kinds of files left out, that are named in a line


@dataclass
class LeftOut:
    """Files of one kind that are no pictures to learn from.

    Attributes:
        suffix: Of their names, in small letters.
        reason: Why they are left out.
        first: One of them.
        count: How many.
    """

    suffix: str
    reason: str
    first: str
    count: int = 0

    def __str__(self) -> str:
        first = self.first if len(self.first) <= LONGEST else f"…{self.first[-LONGEST:]}"
        suffix = self.suffix[:LONGEST] or "without suffix"
        return f"{self.count:,} {suffix} ({self.reason}: {first}{' …' * (self.count > 1)})"


@dataclass
class Report:
    """What was found in a folder, for its reader to look over before anything is trained.

    Attributes:
        folder: Its name.
        pictures: Class → part → number of pictures.
        left_out: What was not taken, by suffix and reason.
        notes: What else a reader should know, a line each.
    """

    folder: str
    pictures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, path: Path, reason: str) -> None:
        """Count something that is left out.

        Args:
            path: Where it lies, from the folder on.
            reason: Why, as in `NoPictureError`.
        """
        suffix = path.suffix.lower()
        kind = mimetypes.guess_type(path.name)[0] or ""
        if reason == DAMAGED and suffix and not (kind.startswith("image/") or suffix in known_suffixes()):
            reason = "no picture" if kind else "no picture of a known kind"
        reason = reason.removeprefix("which is ").removeprefix("which ")
        same = [each for each in self.left_out if (each.suffix, each.reason) == (suffix, reason)]
        if not same:
            same = [LeftOut(suffix, reason, str(path))]
            self.left_out += same
        same[0].count += 1

    def lines(self) -> list[str]:
        """Return the report as a few lines."""
        sums = {name: sum(parts.values()) for name, parts in self.pictures.items()}
        parts = Counter[str]()
        for each in self.pictures.values():
            parts.update(each)
        found = [
            f"{len(sums)} classes, {sum(sums.values()):,} pictures: "
            + _named([f"{name} {count:,}" for name, count in sums.items()]),
            ", ".join(f"{part} {count:,}" for part, count in parts.items()),
        ]
        found += [self.omitted] if self.left_out else []
        return [printable(f"{self.folder}: {line}.") for line in (*found, *self.notes)]

    @property
    def omitted(self) -> str:
        """What is left out, in a line; empty where nothing is."""
        order = sorted(self.left_out, key=lambda each: -each.count)
        total = sum(each.count for each in order)
        return printable(f"left out {total:,}: {_named(list(map(str, order)))}") if order else ""

    def data(self) -> dict[str, Any]:
        """Return the report as plain data, for `result.json`."""
        return asdict(self)


def _named(texts: list[str]) -> str:
    more = f", and {len(texts) - SHOWN:,} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def is_junk(name: str) -> bool:
    """Say whether a file or folder of this name is hidden, or left behind by a system."""
    return name.startswith((".", "~$")) or name.lower() in JUNK


def inner(folder: Path) -> Path | None:
    """Return the first folder with several folders in it, where one alone lies in another, as in archives."""
    while len(below := _folders(folder)) == 1:
        folder = below[0]
    return folder if below else None


def parts_of(folder: Path, report: Report) -> dict[str, Path]:
    """Return the folders that hold classes: those of a given split by part, else `{"": folder}`.

    Raises:
        ValueError: If two folders are of one part, or there is none to train on.
    """
    below = _folders(folder)
    given: dict[str, Path] = {}
    for place in below:
        if part := PART_NAMES.get(place.name.lower()):
            if part in given:
                raise ValueError(
                    "A folder of pictures must have one folder for each part. "
                    f"Received: '{given[part].name}' and '{place.name}' for {part} (in {folder})."
                )
            given[part] = place
    others = [place for place in below if place not in given.values()]
    if not given or (others and not (len(given) > 1 and "train" in given and _folders(given["train"]))):
        for place in below:
            inside = {part for each in _folders(place) if (part := PART_NAMES.get(each.name.lower()))}
            if len(inside) > 1:
                raise ValueError(
                    "A split must be above the classes, as in train/cat. "
                    f"Received: {', '.join(sorted(inside))} in '{printable(place.name)}' (in {folder})."
                )
        return {"": folder}
    if "train" not in given:
        names = ", ".join(f"'{place.name}'" for place in given.values())
        raise ValueError(
            f"A split of pictures must have a folder 'train'. Received: {names} alone (in {folder})."
        )
    report.notes.append("the split is the folder's own")
    for place in others:
        report.notes.append(f"'{place.name}' is left out: it is none of the parts of a split")
    return {part: given[part] for part in PART_NAMES.values() if part in given}


def classes_of(place: Path, folder: Path, report: Report) -> dict[str, list[Path]]:
    """Return the files of each class, sorted: all that lie below its folder, through links as well.

    Args:
        place: Its sub-folders are the classes.
        folder: What the report is about.
        report: Told what is left out.
    """
    for name in sorted(_names(place)):
        if not is_junk(name) and not os.path.isdir(place / name):
            there = os.path.exists(place / name)
            reason = "in no folder of a class" if there else "a link to nothing"
            report.leave_out((place / name).relative_to(folder), reason)
    found = {}
    for each in _folders(place):
        if files := _files(each, {_identity(place), _identity(folder)}, folder, report):
            found[printable(each.name)] = files
        else:
            report.notes.append(f"'{each.relative_to(folder)}' is left out: it holds no files")
    return found


def _files(place: Path, seen: set[tuple[int, int]], folder: Path, report: Report) -> list[Path]:
    """Return the files below a place. `seen` are folders not to enter, such as those that it lies in."""

    def new(path: Path) -> bool:
        if (identity := _identity(path)) in seen:
            report.leave_out(path.relative_to(folder), "a link to a folder that is read already")
            return False
        seen.add(identity)
        return True

    def closed(error: OSError) -> None:
        report.leave_out(Path(error.filename).relative_to(folder), f"a closed folder: {error.strerror}")

    found: list[Path] = []
    if new(place):
        for where, folders, names in os.walk(place, followlinks=True, onerror=closed):
            inside = [name for name in sorted(folders) if not is_junk(name)]
            folders[:] = [name for name in inside if new(Path(where, name))]
            found += [Path(where, name) for name in names if not is_junk(name)]
    return sorted(found)


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _folders(place: Path) -> list[Path]:
    names = [name for name in sorted(_names(place)) if not is_junk(name)]
    return [place / name for name in names if os.path.isdir(place / name)]


def _names(place: Path) -> list[str]:
    try:
        return os.listdir(place)
    except OSError as error:
        raise ValueError(
            f"A folder of pictures must be one that can be read. Received: {place} ({error.strerror})."
        ) from error

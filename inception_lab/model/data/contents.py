"""What lies in a folder of pictures: its parts, its classes, their files, and what is left out and why."""

import mimetypes
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inception_lab.model.data.photos import DAMAGED, TEXTS, known_suffixes, printable

# Left behind by systems and programs, besides all that is hidden; in small letters.
JUNK = {
    *("__macosx", "icon\r", "network trash folder", "temporary items"),  # macOS and its archives
    *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "recycler"),  # Windows
    *("system volume information", "wpsettings.dat"),
    *("@eadir", "@tmp", "@recycle", "@recently-snapshot", "@__thumb"),  # network
    *("#recycle", "#snapshot"),  # storage
    *("@sharebin", "@appstore", "aquota.user", "aquota.group"),
    *("lost+found", "lost.dir", "__pycache__", "picasa.ini", "zbthumbnail.info"),
}
MORE_JUNK = re.compile(
    r"[.](?!.*[.]icloud$)|~[$]|~syncthing~|found[.]\d{3}$|.*(:zone[.]identifier|@syno\w+)$", re.IGNORECASE
)
ELSEWHERE = {  # what stands for pictures that are not here: suffix → what to do
    ".icloud": "kept by iCloud, not on this computer: download it first",
    **dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".xz"), "an archive: unpack it first"),
    **dict.fromkeys((".part", ".crdownload", ".partial", ".download"), "a download that did not end"),
    **dict.fromkeys((".lnk", ".url", ".webloc"), "a shortcut: put the picture itself in its place"),
}
PART_WORDS = {
    **dict.fromkeys(("train", "training", "trainset", "trainval"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "valset"), "validation"),
    **dict.fromkeys(("test", "testing", "testset", "eval", "evaluation"), "test"),
}
NO_PICTURE, LOOSE = "no picture", "in no folder of a class"
LONGEST = 60  # characters of a file's name that are shown
SHOWN = 12  # classes, or kinds of files left out, that are named in a line


@dataclass
class LeftOut:
    """Files of one kind that are no pictures to learn from."""

    suffix: str  # of their names, in small letters
    reason: str  # why they are left out
    first: str  # one of them
    count: int = 0  # how many

    def __str__(self) -> str:
        first = self.first if len(self.first) <= LONGEST else f"…{self.first[-LONGEST:]}"
        suffix = self.suffix[:LONGEST] or "without suffix"
        return f"{self.count:,} {suffix} ({self.reason}: {first}{' …' * (self.count > 1)})"


@dataclass
class Report:
    """What was found in a folder, for its reader to look over before anything is trained."""

    folder: str  # its name
    # class → part → number of pictures
    pictures: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)  # what was not taken, by suffix and reason
    notes: list[str] = field(default_factory=list)  # what else a reader should know, a line each

    def leave_out(self, path: Path, reason: str) -> None:
        """Count what is left out at a path from the folder on, and why, as `NoPictureError` says it."""
        suffix = path.suffix.lower()
        kind = mimetypes.guess_type(path.name)[0] or ""
        if suffix in ELSEWHERE and reason in (DAMAGED, LOOSE):
            reason = ELSEWHERE[suffix]
        if reason in TEXTS and suffix and not (kind.startswith("image/") or suffix in known_suffixes()):
            reason = NO_PICTURE
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
            + named([f"{_short(name)} {count:,}" for name, count in sums.items()]),
            ", ".join(f"{part} {count:,}" for part, count in parts.items()),
        ]
        found += [self.omitted] if self.left_out else []
        return [printable(f"{self.folder}: {line}.") for line in (*found, *self.notes)]

    @property
    def omitted(self) -> str:
        """What is left out, in a line; empty where nothing is."""
        order = sorted(self.left_out, key=lambda each: -each.count)
        total = sum(each.count for each in order)
        none = [each for each in order if each.reason == NO_PICTURE]
        texts = [str(each) for each in order if each not in none]
        if none:
            suffixes = named([f"{each.count:,} {each.suffix[:LONGEST]}" for each in none])
            texts.append(f"{sum(each.count for each in none):,} no pictures ({suffixes})")
        return printable(f"left out {total:,}: {named(texts)}") if order else ""


def named(texts: list[str]) -> str:
    """Return texts in a line, the first dozen of them."""
    more = f", and {len(texts) - SHOWN:,} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}…"


def alike(classes: Iterable[str]) -> list[str]:
    """Return what a reader should know of names that look the same: a line for each group of them."""
    groups: dict[str, list[str]] = {}
    for name in classes:
        groups.setdefault(unicodedata.normalize("NFKC", name).casefold().strip(), []).append(name)
    return [
        f"{', '.join(map(ascii, group))} are classes of their own: their names differ by capitals, spaces or "
        "the way an accent is written"
        for group in groups.values()
        if len(group) > 1
    ]


def is_junk(name: str) -> bool:
    """Say whether a file or folder of this name is hidden, or left behind by a system."""
    return name.lower() in JUNK or MORE_JUNK.match(name) is not None


def inner(folder: Path) -> Path | None:
    """Return the first folder with several folders in it, where one alone lies in another, as in archives."""
    while len(below := _folders(folder)) == 1:
        folder = below[0]
    return folder if below else None


def parts_of(folder: Path, report: Report) -> dict[str, Path]:
    """Return the folders that hold classes: those of a given split by part, else `{"": folder}`.

    A part has its word in its name, as `Training` and `test_images` have.

    Raises:
        ValueError: If two folders are of one part, or there is none to train on.
    """
    below = _folders(folder)
    given: dict[str, list[Path]] = {}
    for place in below:
        if part := _part(place.name):
            given.setdefault(part, []).append(place)
    others = [place for place in below if not _part(place.name)]
    if len(given) > 1 and "train" in given:
        is_split = not others or any(map(_folders, given["train"]))
    else:
        is_split = bool(below) and all(place.name.lower() in PART_WORDS for place in below)
    if not is_split:
        _look_deeper(folder, below, report)
        return {"": folder}
    for part, (first, *more) in given.items():
        if more:
            raise ValueError(
                "A folder of pictures must have one folder for each part. "
                f"Received: '{first.name}' and '{more[0].name}' for {part} (in {folder})."
            )
    if "train" not in given:
        names = ", ".join(f"'{place.name}'" for place in below)
        raise ValueError(
            f"A split of pictures must have a folder 'train'. Received: {names} alone (in {folder})."
        )
    report.notes.append("the split is the folder's own")
    _loose(folder, folder, report)
    for place in others:
        report.notes.append(f"'{place.name}' is left out: it is none of the parts of a split")
    order = [part for part in dict.fromkeys(PART_WORDS.values()) if part in given]
    return {part: _unfolded(given[part][0], folder, report) for part in order}


def _part(name: str) -> str | None:
    words = re.findall("[A-Z]?[a-z]+|[A-Z]+", name)
    parts = [part for word in words if (part := PART_WORDS.get(word.lower()))]
    return parts[0] if len(parts) == 1 else None


def _unfolded(place: Path, folder: Path, report: Report) -> Path:
    """Return the innermost of folders of one name that lie in one another, as archives leave them."""
    while [each.name for each in _folders(place)] == [place.name]:
        _loose(place, folder, report)
        place /= place.name
    return place


def _loose(place: Path, folder: Path, report: Report) -> None:
    """Leave out the files that lie among folders."""
    for name in sorted(_names(place)):
        if not is_junk(name) and not os.path.isdir(place / name):
            there = os.path.exists(place / name)
            report.leave_out((place / name).relative_to(folder), LOOSE if there else "a link to nothing")


def _look_deeper(folder: Path, below: list[Path], report: Report) -> None:
    """Refuse a split below the classes; note where the classes may be a level deeper."""
    inside = {place: [each.name for each in _folders(place)] for place in below}
    parts = {place: {part for name in names if (part := _part(name))} for place, names in inside.items()}
    split = [place for place in below if len(parts[place]) > 1]
    if split:
        hint = f" Perhaps it is {split[0]}." if len(split) == 1 else ""
        raise ValueError(
            "A split must be above the classes, as in train/cat. Received: "
            f"{', '.join(sorted(parts[split[0]]))} in '{printable(split[0].name)}' (in {folder}).{hint}"
        )
    shared = sorted(set.intersection(*map(set, inside.values()))) if len(inside) > 1 else []
    if len(shared) > 1:
        report.notes.append(f"in each of these classes lie {named(shared)}: perhaps those are the classes")


def classes_of(place: Path, folder: Path, report: Report) -> dict[str, list[Path]]:
    """Return the files of each class in a place, sorted: all below its folder, through links as well."""
    _loose(place, folder, report)
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
            report.leave_out(path.relative_to(folder), "a link to a folder around it or read already")
            return False
        seen.add(identity)
        return True

    def closed(error: OSError) -> None:
        report.leave_out(Path(error.filename).relative_to(folder), f"a closed folder: {error.strerror}")

    found: list[Path] = []
    seen |= {_identity(above) for above in place.resolve().parents}
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

"""Labelled pictures: what a data set is, and what memory it takes.

Pictures stay uint8 and at their own size until they are on the device: resizing and everything that
is done to them in training are layers of the model (`inception_lab.model.data.augment`).
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inception_lab.checks import short
from inception_lab.model.data.contents import Report
from inception_lab.shown import Shown
from inception_lab.text import columns, readable, say

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

PARTS = ("train", "validation", "test")
ROWS = 20  # of a table of classes
LARGE = 150_000_000  # bytes from which an estimate is printed


@dataclass(frozen=True)
class Dataset:
    """Pictures and what is on them.

    Attributes:
        images: uint8, `(count, height, width, 3)`, RGB.
        labels: Class of each picture, from 0.
        classes: Names of the classes.
        sizes: Side in pixels of the object on each picture, where that is known.
        sources: Which original each picture was made from, where several share one.

    Raises:
        ValueError: If these do not fit together.
    """

    images: Pictures
    labels: Labels
    classes: tuple[str, ...]
    sizes: npt.NDArray[np.float64] | None = field(default=None, kw_only=True)
    sources: npt.NDArray[np.int64] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse what could only fail later, in the middle of an epoch."""
        for name in ("images", "labels", "sizes", "sources"):
            try:
                column = getattr(self, name)
                if column is not None or name in ("images", "labels"):
                    object.__setattr__(self, name, np.asarray(column))
            except ValueError as error:
                raise ValueError(f"`{name}` must be an array. Received: rows of several lengths.") from error
        names: object = self.classes
        listed = list(names) if isinstance(names, Iterable) and not isinstance(names, str) else [None]
        texts = tuple(map(str, listed))
        if len({*texts}) < len(texts) or not all(isinstance(n, str | int | np.integer) for n in listed):
            raise ValueError(f"`classes` must be different names. Received: classes={short(names)}.")
        object.__setattr__(self, "classes", texts)
        images = self.images
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
            raise ValueError(
                "`images` must be uint8 of shape (count, height, width, 3). "
                f"Received: {images.dtype} of shape {images.shape}."
            )
        if len(images) == 0:
            raise ValueError("`images` must hold at least one picture. Received: none.")
        for name in ("labels", "sizes", "sources"):
            column = getattr(self, name)
            if column is not None and column.shape != (len(images),):
                raise ValueError(
                    f"`{name}` must hold one number for each of {len(images):,} pictures. "
                    f"Received: shape {column.shape}."
                )
        if self.labels.dtype.kind not in "iu":
            raise ValueError(f"`labels` must be integers. Received: {self.labels.dtype}.")
        low, high = int(self.labels.min()), int(self.labels.max())
        if low < 0 or high >= len(self.classes):
            wrong = low if low < 0 else high
            raise ValueError(
                f"`labels` must lie in 0 … {len(self.classes) - 1}, one for each class. Received: {wrong}."
            )
        object.__setattr__(self, "labels", self.labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"{len(self):,} pictures of {readable(self.picture_shape)}, {len(self.classes):,} classes"

    def __getitem__(self, chosen: slice | npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Dataset:
        """Return some of the pictures: a slice, a mask or a list of indices."""
        return replace(
            self,
            images=self.images[chosen],
            labels=self.labels[chosen],
            sizes=None if self.sizes is None else self.sizes[chosen],
            sources=None if self.sources is None else self.sources[chosen],
        )

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """`(height, width, 3)`."""
        height, width, channels = self.images.shape[1:]
        return height, width, channels

    @property
    def fingerprint(self) -> str:
        """A digest of pictures and labels, by which a run knows its data again."""
        digest = hashlib.sha256(repr((self.images.shape, self.classes)).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Splits(Shown):
    """A data set in three parts that share no picture. A notebook shows a picture of each class.

    Attributes:
        name: What it is called in tables and logs.
        train: To learn from.
        validation: To choose by: learning rates, the best epoch.
        test: To report, once, at the end.
        augmentation: What training does to these pictures by default: a name in
            `lab.recipes.AUGMENTATIONS`.
        report: What was found in the folder that it was read from, and what was left out.

    Raises:
        ValueError: If the parts differ in their classes or in the size of their pictures.
    """

    name: str
    train: Dataset
    validation: Dataset
    test: Dataset
    augmentation: str = "none"
    report: Report | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse parts that no network could be both trained and tested on."""
        for what, plural in (("classes", "classes, in one order"), ("picture_shape", "size of pictures")):
            found = {name: getattr(part, what) for name, part in self.parts.items()}
            for name in PARTS[1:]:
                if found[name] != found["train"]:
                    raise ValueError(
                        f"The parts of a data set must have the same {plural}. Received: "
                        f"{found['train']} in train and {found[name]} in {name} (in {self.name})."
                    )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.train.classes

    @property
    def parts(self) -> dict[str, Dataset]:
        """The three parts by their names."""
        return {name: getattr(self, name) for name in PARTS}

    def counts(self) -> list[tuple[str, ...]]:
        """Return the cells of a table: pictures of each class in each part, beyond 20 classes summed."""
        each = [np.bincount(part.labels, minlength=len(self.classes)) for part in self.parts.values()]
        rows = [(name, *counts) for name, *counts in zip(self.classes, *each, strict=True)]
        if len(rows) > ROWS:
            rest = len(rows) - ROWS
            rows[ROWS:] = [(f"… {rest:,} more", *(count[ROWS:].sum() for count in each))]
        rows.append(("all", *map(len, self.parts.values())))
        return [("class", *self.parts), *((name, *map(readable, counts)) for name, *counts in rows)]

    def __repr__(self) -> str:
        said = f"{self.name}: pictures of {readable(self.train.picture_shape)}"
        return "\n".join((f"{said}; in training, {self.augmentation}", *columns(self.counts())))

    @property
    def fingerprint(self) -> str:
        """A digest of all three parts."""
        fingerprints = "".join(part.fingerprint for part in self.parts.values())
        return hashlib.sha256(fingerprints.encode()).hexdigest()[:16]


def announce(name: str, count: int, shape: tuple[int, int, int]) -> None:
    """Say on the error stream how much memory is about to be taken, if it is much.

    Raises:
        ValueError: If there is less.
    """
    needed, free = count * math.prod(shape), free_memory()
    text = f"{count:,} pictures of {'×'.join(map(str, shape))} bytes take {needed / 1e9:.2f} GB"
    if free is not None and 2 * needed > free:
        raise ValueError(
            "Pictures must fit in memory twice, while they are split. "
            f"Received: {text}, twice {2 * needed / 1e9:.2f} GB; {free / 1e9:.2f} GB are free (for {name})."
        )
    if needed >= LARGE:
        say(f"{name}: {text} of memory.")


def free_memory() -> int | None:
    """Return how many bytes of memory can be taken, or `None` where the system does not say."""
    limits = []
    with suppress(OSError, ValueError, StopIteration):  # Linux: what is free
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        limits.append(1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")))
    with suppress(OSError, ValueError):  # a container: what it may have
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    if not limits:
        with suppress(AttributeError, OSError, ValueError):  # macOS: what there is
            limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(limits, default=None)

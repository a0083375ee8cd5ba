"""Labelled pictures: what a data set is, how it is split, and which are at hand.

Pictures stay uint8 and at their own size until they are on the device: resizing and everything that
is done to them in training are layers of the model (`inception_lab.model.data.augment`).
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.contents import Report
from inception_lab.shown import Shown
from inception_lab.text import columns, readable

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]
Pair = tuple[Any, Any]  # pictures and labels, as `as_splits` takes them

PARTS = ("train", "validation", "test")
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

    def counts(self, most: int = 20) -> list[tuple[str, ...]]:
        """Return the cells of a table: pictures of each class in each part.

        Args:
            most: Rows; what is beyond is summed in one more.
        """
        each = [np.bincount(part.labels, minlength=len(self.classes)) for part in self.parts.values()]
        rows = [(name, *counts) for name, *counts in zip(self.classes, *each, strict=True)]
        if len(rows) > most:
            rest = len(rows) - most
            rows[most:] = [(f"… {rest:,} more", *(count[most:].sum() for count in each))]
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


def memory(count: int, shape: Iterable[int], kind: str = "uint8") -> int:
    """Return the bytes that pictures need.

    Args:
        count: Number of pictures.
        shape: `(height, width, channels)`.
        kind: How each value is stored.

    Example:
        >>> memory(60_000, (32, 32, 3)), memory(60_000, (224, 224, 3), "float32")
        (184320000, 36126720000)
    """
    return int(count * np.prod(tuple(shape), dtype=np.int64) * np.dtype(kind).itemsize)


def announce(name: str, count: int, shape: tuple[int, int, int]) -> None:
    """Say on the error stream how much memory is about to be taken, if it is much.

    Raises:
        ValueError: If there is less.
    """
    needed, free = memory(count, shape), free_memory()
    text = f"{count:,} pictures of {'×'.join(map(str, shape))} bytes take {needed / 1e9:.2f} GB"
    if free is not None and 2 * needed > free:
        raise ValueError(
            "Pictures must fit in memory twice, while they are split. "
            f"Received: {text}, twice {2 * needed / 1e9:.2f} GB; {free / 1e9:.2f} GB are free (for {name})."
        )
    if needed >= LARGE:
        print(f"{name}: {text} of memory.", file=sys.stderr, flush=True)


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


def held_out(count: int, share: float, seed: int) -> tuple[Labels, Labels]:
    """Return indices of the pictures kept and of those held out, in random order.

    Args:
        count: Number of pictures, at least 2.
        share: Part held out; at least one picture is, and at least one is not.
        seed: Which ones.
    """
    order = np.random.default_rng(seed).permutation(count)
    out = min(max(1, round(count * share)), count - 1)
    return np.sort(order[out:]), np.sort(order[:out])


def split(
    name: str,
    pictures: Pictures,
    labels: Labels,
    classes: tuple[str, ...],
    *,
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 0,
    augmentation: str = "crops",
) -> Splits:
    """Make a data set of pictures that are all in one array; pictures with the same pixels stay together.

    Args:
        name: What it is called.
        pictures: uint8 `(count, height, width, 3)`, RGB.
        labels: Class of each, from 0.
        classes: Names of the classes.
        validation: Share of each class held out to choose by.
        test: Share of each class held out to report on.
        seed: Which pictures are held out.
        augmentation: What training does to them by default.

    Raises:
        ValueError: If a class has fewer than three different pictures, or the arrays do not fit together.
    """
    whole = Dataset(pictures, labels, classes)
    return complete(
        name, whole, None, None, validation=validation, test=test, seed=seed, augmentation=augmentation
    )


def complete(
    name: str,
    train: Dataset,
    validation_part: Dataset | None,
    test_part: Dataset | None,
    *,
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 0,
    augmentation: str = "crops",
) -> Splits:
    """Hold out of the training pictures, class by class, the parts that are not given; see `split`."""
    shares = {
        part: share
        for part, given, share in (("test", test_part, test), ("validation", validation_part, validation))
        if given is None
    }
    part_of: dict[int, str] = {}
    copies = same_pixels(train.images)
    for label, class_name in enumerate(train.classes):
        different = list(dict.fromkeys(copies[train.labels == label].tolist()))
        if len(different) <= len(shares):
            raise ValueError(
                f"A class must have {len(shares) + 1} or more different readable pictures: for "
                f"{', '.join(part for part in PARTS if part == 'train' or part in shares)}. "
                f"Received: {len(different)} in '{class_name}' (in {name})."
            )
        left = np.array([picture for picture in different if picture not in part_of])
        taken = 0.0
        for turn, (part, share) in enumerate(shares.items()):
            if len(left) <= len(shares) - turn:  # most are in another class as well, and have a part
                break
            most = 1 - (len(shares) - turn) / len(left)
            kept, out = held_out(len(left), min(share / (1 - taken), most), seed + turn)
            part_of |= dict.fromkeys(left[out].tolist(), part)
            left, taken = left[kept], taken + share
        part_of |= dict.fromkeys(left.tolist(), "train")
    parts = np.array([part_of[picture] for picture in copies.tolist()])
    return Splits(
        name,
        train[parts == "train"],
        validation_part or train[parts == "validation"],
        test_part or train[parts == "test"],
        augmentation,
    )


def same_pixels(pictures: Pictures) -> npt.NDArray[np.int64]:
    """Return for each picture the number of the first one that has the same pixels, `(count,)`."""
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(mark, number) for number, mark in enumerate(digests(pictures))])


def digests(pictures: Pictures) -> list[bytes]:
    """Return a digest of each picture's pixels."""
    return [hashlib.sha256(np.ascontiguousarray(picture).data).digest() for picture in pictures]


def as_splits(data: Any) -> Splits:
    """Return a data set in three parts, from what `lab.train` is given.

    Args:
        data: `Splits`, as all loaders return; or a `Dataset` or `(pictures, labels)`, which are split; or two
            such pairs, to train on and to test on, as `keras.datasets` gives. Pictures are uint8
            `(count, height, width, 3)` or grey; labels are whole numbers or text, one for each.

    Raises:
        ValueError: If it is none of these, or its arrays do not fit together.
    """
    if isinstance(data, Splits):
        return data
    if isinstance(data, Dataset):
        return complete("pictures", data, None, None)
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(
            "`data` must be what a loader of `lab.data` returns, (pictures, labels), or two such pairs, to "
            f"train and to test on. Received: {type(data).__name__}."
        )
    if all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in data):
        train = _dataset(data[0])
        return complete("pictures", train, None, _dataset(data[1], train.classes))
    return complete("pictures", _dataset(data), None, None)


def _dataset(pair: Any, classes: tuple[str, ...] | None = None) -> Dataset:
    images, named = (np.asarray(column) for column in pair)
    if images.dtype == np.uint8 and images.shape[3:] in ((), (1,)) and images.ndim > 2:
        images = np.repeat(images.reshape(*images.shape[:3], 1), 3, axis=3)
    if named.shape[1:] == (1,):
        named = named[:, 0]
    if named.dtype.kind not in "iubUO" or named.ndim != 1:
        return Dataset(images, named, classes or ())  # which says what is wrong
    if classes is None:
        order = sorted(set(named.tolist()), key=lambda value: (isinstance(value, str), value))
        classes = tuple(map(str, order))
    texts = [str(label) for label in named.tolist()]
    if unknown := next((text for text in texts if text not in classes), None):
        raise ValueError(
            f"Labels of the test part must be classes of the training part. Received: {unknown!r}."
        )
    return Dataset(images, np.array([classes.index(text) for text in texts]), classes)

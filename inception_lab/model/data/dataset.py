"""Labelled pictures: what a data set is, how it is split, and which are at hand.

Pictures stay uint8 and at their own size until they are on the device: resizing and everything that
is done to them in training are layers of the model (`inception_lab.model.data.augment`).
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

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
class Splits:
    """A data set in three parts that share no picture.

    Attributes:
        name: What it is called in tables and logs.
        train: To learn from.
        validation: To choose by: learning rates, the best epoch.
        test: To report, once, at the end.
        augmentation: What training does to these pictures by default: a name in
            `inception_lab.model.data.augment.AUGMENTATIONS`.
    """

    name: str
    train: Dataset
    validation: Dataset
    test: Dataset
    augmentation: str = "none"

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.train.classes

    @property
    def fingerprint(self) -> str:
        """A digest of all three parts."""
        parts = (self.train, self.validation, self.test)
        return hashlib.sha256("".join(part.fingerprint for part in parts).encode()).hexdigest()[:16]


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
    """Say on the error stream how much memory is about to be taken, if it is much."""
    needed = memory(count, shape)
    if needed >= LARGE:
        sides = "×".join(map(str, shape))
        print(
            f"{name}: {count:,} pictures of {sides} bytes take {needed / 1e9:.2f} GB of memory.",
            file=sys.stderr,
            flush=True,
        )


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
    """Make a data set of pictures that are all in one array.

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
        ValueError: If a class has fewer than three pictures, or the arrays do not fit together.
    """
    parts: dict[str, list[npt.NDArray[np.int64]]] = {"train": [], "validation": [], "test": []}
    for label, class_name in enumerate(classes):
        members = np.flatnonzero(labels == label)
        if len(members) < 3:
            raise ValueError(
                "A class must have 3 readable pictures or more: to train on, to choose by and to test. "
                f"Received: {len(members)} in '{class_name}' (in {name})."
            )
        rest, out = held_out(len(members), min(test, 1 - 2 / len(members)), seed)
        kept, chosen = held_out(len(rest), validation / (1 - test), seed + 1)
        parts["test"].append(members[out])
        parts["validation"].append(members[rest[chosen]])
        parts["train"].append(members[rest[kept]])
    whole = Dataset(pictures, labels, classes)
    found = {part: whole[np.sort(np.concatenate(chosen))] for part, chosen in parts.items()}
    return Splits(name, **found, augmentation=augmentation)

"""How pictures come to be in three parts: some are held out, class by class; copies stay together."""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import seed_number, share
from inception_lab.model.data.dataset import PARTS, Dataset, Labels, Pictures, Splits
from inception_lab.text import say

Pair = tuple[Any, Any]  # pictures and labels, as `as_splits` takes them


def held_out(count: int, share: float, seed: int) -> tuple[Labels, Labels]:
    """Return indices, rising, of the pictures kept and of those held out, at random; neither is empty."""
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
    return complete(name, whole, validation=validation, test=test, seed=seed, augmentation=augmentation)


def complete(
    name: str,
    train: Dataset,
    validation_part: Dataset | None = None,
    test_part: Dataset | None = None,
    *,
    validation: float = 0.1,
    test: float = 0.2,
    seed: int = 0,
    augmentation: str = "crops",
) -> Splits:
    """Hold out of the training pictures, class by class, the parts that are not given; see `split`."""
    seed = seed_number(seed)
    share("validation", validation)
    share("test", test)
    share("validation + test", validation + test)
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
        for turn, (part, wanted) in enumerate(shares.items()):
            if len(left) <= len(shares) - turn:  # most are in another class as well, and have a part
                break
            most = 1 - (len(shares) - turn) / len(left)
            kept, out = held_out(len(left), min(wanted / (1 - taken), most), seed + turn)
            part_of |= dict.fromkeys(left[out].tolist(), part)
            left, taken = left[kept], taken + wanted
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
        return complete("pictures", data)
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(
            "`data` must be what a loader of `lab.data` returns, (pictures, labels), or two such pairs, to "
            f"train and to test on. Received: {type(data).__name__}."
        )
    if _two_pairs(data):
        train = _dataset(data[0])
        test = _dataset(data[1], train.classes)
        alone = ~np.isin(digests(train.images), digests(test.images))
        if not alone.all():
            say(f"pictures: {(~alone).sum():,} are left out of the training part: they are in the test part.")
        return complete("pictures", train[alone], test_part=test)
    return complete("pictures", _dataset(data))


def _two_pairs(data: Any) -> bool:
    """Say whether the second of two is a pair whose first is pictures, and no list of two labels."""
    pairs = all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in data)
    return pairs and hasattr(data[1][0], "__len__") and not isinstance(data[1][0], str)


def _dataset(pair: Any, classes: tuple[str, ...] | None = None) -> Dataset:
    try:
        images, named = (np.asarray(column) for column in pair)
    except ValueError as error:
        raise ValueError(
            "Pictures and labels must be arrays, all pictures of one size. Received: several sizes."
        ) from error
    if images.dtype == np.uint8 and images.shape[3:] in ((), (1,)) and images.ndim > 2:
        images = np.repeat(images.reshape(*images.shape[:3], 1), 3, axis=3)
    if named.shape[1:] == (1,):
        named = named[:, 0]
    if named.dtype.kind not in "iubUO" or named.ndim != 1:
        return Dataset(images, named, classes or ())  # which says what is wrong
    if named.dtype == object:
        odd = [label for label in named.tolist() if not isinstance(label, str | int | np.integer)]
        if odd:
            raise ValueError(f"Labels must be whole numbers or text, one for each. Received: {odd[0]!r}.")
    if classes is None:
        order = sorted(set(named.tolist()), key=lambda value: (isinstance(value, str), value))
        classes = tuple(map(str, order))
    texts = [str(label) for label in named.tolist()]
    if unknown := next((text for text in texts if text not in classes), None):
        raise ValueError(
            f"Labels of the test part must be classes of the training part. Received: {unknown!r}."
        )
    return Dataset(images, np.array([classes.index(text) for text in texts]), classes)

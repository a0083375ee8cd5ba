"""Scaled digits: real handwriting at sizes from 10 to 60 pixels, on cluttered colour backgrounds.

The digits are the 1,797 that the UCI repository publishes as the test part of "Optical Recognition of
Handwritten Digits" (8×8, grey, 0–16). They lie in `data/` form by form: the same text of about 130
digits, written out fourteen times. Forms of train, validation and test are different ones, so that
no handwriting is tested that was learned from.

Reference:
    E. Alpaydin & C. Kaynak 1998, doi:10.24432/C50P49, CC BY 4.0.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from inception_lab.checks import entry, positive_integer, seed_number
from inception_lab.model.data.dataset import Dataset, Pictures, Splits, announce
from inception_lab.resources import data_path

SIDE = 64
SMALLEST, LARGEST = 10, 60
SEVEN_SIZES = (10, 13, 18, 24, 33, 44, 60)  # pixels: each about 1.35 times the one before
# Coarsest to finest grain of the clutter, as pixels between its random values. With one grain alone,
# the size of a digit would be its size relative to the clutter as well.
GRAINS = (32, 16, 8, 4, 2)
FORMS = {"train": range(10), "validation": range(10, 11), "test": range(11, 14)}
# Others held out: nothing was ever chosen by how well a network reads these.
FRESH = {"train": range(4, 14), "validation": range(3, 4), "test": range(3)}
CLASSES = tuple("0123456789")
_STREAMS = {"train": 0, "validation": 1, "test": 2}

Floats = npt.NDArray[np.float32]


@cache
def originals() -> tuple[Pictures, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return the 1,797 originals, read-only: images `(1797, 8, 8)` in 0–16, labels, each one's form."""
    with np.load(data_path("digits.npz")) as file:
        images, labels, forms = file["images"], file["labels"], file["forms"]
    for kept in (images, labels, forms):
        kept.setflags(write=False)
    return images, labels, forms


def scaled_digits(
    count: int = 8_000,
    *,
    sizes: tuple[float, float] = (SMALLEST, LARGEST),
    seed: int = 0,
    validation: int = 1_000,
    test: int = 2_000,
) -> Splits:
    """Make the data set, the same from the same seed; a smaller one is the start of a larger one.

    Args:
        count: Pictures to train on.
        sizes: Band of sizes trained on, in pixels, log-uniform; validation and test always have all.
        seed: Places the digits and draws the clutter of train; validation and test never change.
        validation: Pictures to choose by, of a form not trained on.
        test: Pictures to report on, of three other forms.

    Returns:
        Pictures of 64×64×3, each with its size.

    Raises:
        ValueError: If a count or the band is out of range.
    """
    for name, number in {"count": count, "validation": validation, "test": test}.items():
        positive_integer(name, number)
    announce("scaled digits", count + validation + test, (SIDE, SIDE, 3))
    full = (float(SMALLEST), float(LARGEST))
    return Splits(
        "scaled-digits",
        draw("train", count, sizes=sizes, seed=seed),
        draw("validation", validation, sizes=full),
        draw("test", test, sizes=full),
    )


def fresh_digits(*, seed: int = 0) -> Splits:
    """Make a data set like `scaled_digits()` whose forms held out are others, as are the backgrounds.

    The digits' difficulty was set while looking at test accuracy. These test pictures were not in sight.

    Args:
        seed: Places the digits and draws the clutter of train; validation and test never change.
    """
    announce("scaled digits", 11_000, (SIDE, SIDE, 3))
    train = draw("train", 8_000, seed=seed, forms=FRESH)
    validation, test = (
        draw("validation", 1_000, seed=1, forms=FRESH),
        draw("test", 2_000, seed=1, forms=FRESH),
    )
    return Splits("fresh-digits", train, validation, test)


def draw(
    split: str,
    count: int,
    *,
    sizes: tuple[float, float] = (SMALLEST, LARGEST),
    seed: int = 0,
    forms: Mapping[str, Iterable[int]] = FORMS,
) -> Dataset:
    """Draw pictures, each of a random digit of a split's forms at a random size and place.

    `split` is `"train"`, `"validation"` or `"test"`; sizes are in pixels, log-uniform between two.
    `forms` are those of each split.

    Raises:
        ValueError: If an argument is out of range.
    """
    count, seed = positive_integer("count", count), seed_number(seed)
    if np.shape(sizes) != (2,) or not 4 <= sizes[0] <= sizes[1] <= SIDE:
        raise ValueError(
            f"`sizes` must be (low, high) with 4 ≤ low ≤ high ≤ {SIDE}. Received: sizes={sizes}."
        )
    low, high = sizes
    chosen = _of_split(split, forms)
    streams = [np.random.default_rng((seed, _STREAMS[split], number)) for number in range(count)]
    sources = np.array([chosen[rng.integers(len(chosen))] for rng in streams])
    drawn = np.array([np.exp(rng.uniform(np.log(low), np.log(high))) for rng in streams])
    return _place(sources, drawn, streams)


def at_fixed_sizes(split: str = "test", sizes: Iterable[float] = SEVEN_SIZES, *, seed: int = 0) -> Dataset:
    """Draw every digit of a split's forms once at each size: accuracies at two sizes are then paired.

    Args:
        split: `"test"` has 382 digits.
        sizes: Sizes in pixels, from 4 to 64.
        seed: Places and clutter.

    Returns:
        One digit after another, each at all sizes.

    Raises:
        ValueError: If there is no size, or one is out of range.
    """
    listed = tuple(sizes) if isinstance(sizes, Iterable) else ()
    if not listed or not all(4 <= size <= SIDE for size in listed):
        given = listed if isinstance(sizes, Iterable) else sizes
        raise ValueError(f"`sizes` must be one number or more from 4 to {SIDE}. Received: sizes={given}.")
    chosen, seed = _of_split(split), seed_number(seed)
    streams = [
        np.random.default_rng((seed, 3 + _STREAMS[split], number))
        for number in range(len(chosen) * len(listed))
    ]
    return _place(np.repeat(chosen, len(listed)), np.tile(listed, len(chosen)).astype(float), streams)


def plain_digits() -> Splits:
    """Return the originals enlarged four times, without clutter: a task for a network that hardly learns.

    Returns:
        Pictures of 32×32×3, each digit once; the splits' forms are those of the scaled digits.
    """
    import cv2

    def split(name: str) -> Dataset:
        chosen = _of_split(name)
        digits, labels, _ = originals()
        grey = [cv2.resize(digits[n].astype(np.float32), (32, 32)) * (255 / 16) for n in chosen]
        pictures = np.repeat(np.stack(grey).round().astype(np.uint8)[..., None], 3, axis=-1)
        return Dataset(pictures, labels[chosen].astype(np.int64), CLASSES, sources=chosen)

    return Splits("plain-digits", split("train"), split("validation"), split("test"))


def _of_split(split: str, forms: Mapping[str, Iterable[int]] = FORMS) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.isin(originals()[2], list(entry("split", split, forms))))


def _place(
    sources: npt.NDArray[np.int64], sizes: npt.NDArray[np.float64], streams: list[np.random.Generator]
) -> Dataset:
    digits, labels, _ = originals()
    pictures = np.empty((len(sources), SIDE, SIDE, 3), np.uint8)
    for number, (source, size, rng) in enumerate(zip(sources, sizes, streams, strict=True)):
        pictures[number] = _picture(digits[source], float(size), rng)
    return Dataset(pictures, labels[sources].astype(np.int64), CLASSES, sizes=sizes, sources=sources)


def _picture(digit: Pictures, size: float, rng: np.random.Generator) -> Pictures:
    clutter = _clutter(rng)
    ink = _ink(digit, size, rng)
    here = clutter[ink > 0.5].mean(axis=0) if (ink > 0.5).any() else clutter.mean(axis=(0, 1))
    colour = rng.uniform(0, 1, 3)
    while abs(colour.mean() - here.mean()) < 0.35:  # legible: clearly lighter or darker than what is behind
        colour = rng.uniform(0, 1, 3)
    mixed = clutter + ink[..., None] * (colour.astype(np.float32) - clutter)
    return (np.clip(mixed, 0, 1) * 255).round().astype(np.uint8)


def _clutter(rng: np.random.Generator) -> Floats:
    """Return a background: a colour, and random patterns of two grains on it."""
    import cv2

    contrast = rng.uniform(0.02, 0.1)
    background = np.broadcast_to(rng.uniform(0.2, 0.8, 3).astype(np.float32), (SIDE, SIDE, 3)).copy()
    for grain in rng.choice(GRAINS, 2, replace=False):
        cells = SIDE // int(grain) + 1
        values = rng.normal(0, contrast, (cells, cells, 3)).astype(np.float32)
        background += cv2.resize(values, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.clip(background, 0, 1)


def _ink(digit: Pictures, size: float, rng: np.random.Generator) -> Floats:
    """Return how much ink is on each pixel, 0–1: the digit enlarged, slightly turned, somewhere."""
    import cv2

    scale = size / 8
    turn = np.deg2rad(rng.uniform(-10, 10))
    slack = max(0.0, SIDE - size)
    centre = size / 2 + rng.uniform(0, slack, 2)
    cosine, sine = scale * np.cos(turn), scale * np.sin(turn)
    middle = np.array([3.5, 3.5])
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    matrix = np.column_stack([rotation, centre - 0.5 - rotation @ middle])
    page = cv2.warpAffine(digit.astype(np.float32) / 16, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
    return np.clip(page, 0, 1).astype(np.float32)

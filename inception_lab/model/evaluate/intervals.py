"""How sure a figure is: bootstrap intervals over seeds and pictures, and how many seeds a claim takes."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import finite_number, positive_integer, seed_number, share, short

Right = npt.NDArray[Any]  # of bool, or of shares
POWER = 0.8
OUTSIDE = NormalDist().inv_cdf(0.975)  # of a two-sided test at 95 %, in standard errors
FOR_T = OUTSIDE**2 / 2  # seeds more, since their spread is not known but measured (Guenther 1981)


def accuracy_interval(
    right: Right, level: float = 0.95, samples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Return the two ends of an interval for an accuracy.

    Args:
        right: Which pictures each run had right, `(seeds, pictures)`.
        level: Share of such intervals that should hold the true value.
        samples: Resamplings.
        seed: Of the resampling.

    Raises:
        ValueError: If the shape is another.
    """
    return difference_interval(right, np.zeros_like(right), level, samples, seed)


def difference_interval(
    one: Right, two: Right, level: float = 0.95, samples: int = 2_000, seed: int = 0, *, paired: bool = False
) -> tuple[float, float]:
    """Return an interval for the difference of two accuracies on the same pictures: most of `resampled`.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`.
        two: The same for the second; the number of seeds may differ unless they are paired.
        level: Share of such intervals that should hold the true value.
        samples: Resamplings.
        seed: Of the resampling.
        paired: Whether the seeds of both are the same, in the same order.

    Returns:
        The ends for the first accuracy minus the second.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    share("level", level)
    found = resampled(one, two, samples, seed, paired=paired)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return a 95 % interval for a mean of few values, such as differences of paired seeds: Student's.

    Resampling so few (`difference_interval` of accuracies alone) gives intervals that are too short.

    Raises:
        ValueError: If there are fewer than four values: the expansion is not good enough for them.

    Reference:
        M. Abramowitz, I. A. Stegun 1964, "Handbook of Mathematical Functions", 26.7.5: the quantile.
    """
    if len(values) < 4:
        raise ValueError(f"`values` must be four numbers or more. Received: values={short(values)}.")
    z, free = OUTSIDE, len(values) - 1
    expansion = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    quantile = z + sum(term / free**power for power, term in enumerate(expansion, start=1))
    middle, off = float(np.mean(values)), quantile * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return middle - off, middle + off


def resampled(
    one: Right, two: Right, samples: int = 2_000, seed: int = 0, *, paired: bool = False
) -> npt.NDArray[np.float64]:
    """Return the difference of two accuracies in many samples, drawn anew from the same runs and pictures.

    Pictures are resampled for both networks together: a picture hard for both then cancels. So are seeds, if
    they are paired: runs of one seed learned from the same pictures in the same order.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`.
        two: The same for the second; the number of seeds may differ unless they are paired.
        samples: Resamplings.
        seed: Of the resampling.
        paired: Whether the seeds of both are the same, in the same order.

    Returns:
        `(samples,)`: the first accuracy minus the second.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    one, two = np.asarray(one), np.asarray(two)
    if paired:
        one, two = _paired(one, two, (1, 1)), np.zeros_like(one, float)
    if one.ndim != 2 or two.ndim != 2 or one.shape[1] != two.shape[1] or not (one.size and two.size):
        raise ValueError(
            "`one` and `two` must be (seeds, pictures), with the same pictures. "
            f"Received: {one.shape} and {two.shape}."
        )
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("`one` and `two` must be finite numbers. Received: NaN or infinity.")
    rng = np.random.default_rng(seed_number(seed))
    pictures = one.shape[1]
    found = np.empty(positive_integer("samples", samples))
    for sample in range(samples):
        counts = np.bincount(rng.integers(pictures, size=pictures), minlength=pictures)
        found[sample] = (_resampled(one, rng) @ counts - _resampled(two, rng) @ counts) / pictures
    return found


def seeds_needed(one: Right, two: Right, difference: float = 0.01, power: float = POWER) -> int | None:
    """Return how many paired seeds would show a difference of two accuracies on these pictures' kind.

    Two-sided at 95 %. A rough number: the pilot's spread is one of a few seeds. Pictures are a sample,
    too, so some differences are too small for any number of seeds.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`: a pilot's. Or
            accuracies, `(seeds, 1)`: then the pictures are taken as they are, as no sample.
        two: The same of the second network, with the same seeds.
        difference: That which is to be shown, as a share.
        power: How often it should be shown, if it is there.

    Returns:
        The number; `None` where it would take more pictures.

    Raises:
        ValueError: If the shapes do not fit, or there are fewer than two seeds.

    Reference:
        W. C. Guenther 1981, "Sample size formulas for normal theory T tests".
    """
    finite_number("difference", difference)
    by_seed, by_picture = _variances(one, two)
    left = (difference / _reach(power)) ** 2 - by_picture
    return math.ceil(by_seed / left + FOR_T) if left > 0 else None


def smallest_difference(one: Right, two: Right, power: float = POWER) -> float:
    """Return the smallest difference of two accuracies that as many paired seeds as these would show.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`.
        two: The same of the second network, with the same seeds.
        power: How often it should be shown, if it is there.

    Raises:
        ValueError: If the shapes do not fit, or there are fewer than two seeds.
    """
    by_seed, by_picture = _variances(one, two)
    return _reach(power) * math.sqrt(by_seed / (len(one) - FOR_T) + by_picture)


def _reach(power: float) -> float:
    """Return how many standard errors a difference must have to be shown so often."""
    if isinstance(power, bool) or not isinstance(power, float) or not 0 < power < 1:
        raise ValueError(f"`power` must be a float between 0 and 1. Received: power={short(power)}.")
    return OUTSIDE + NormalDist().inv_cdf(power)


def _variances(one: Right, two: Right) -> tuple[float, float]:
    """Return the variance of the mean difference: the part that one seed leaves, and the pictures' part.

    Seeds and pictures cross. What is left beside the two (their interaction) becomes smaller with both.
    """
    apart = _paired(np.asarray(one), np.asarray(two), (2, 1))
    seeds, pictures = apart.shape
    if pictures == 1:
        return float(apart.var(ddof=1)), 0.0
    of_seeds, of_pictures = apart.mean(axis=1), apart.mean(axis=0)
    rest = apart - of_seeds[:, None] - of_pictures + apart.mean()
    interaction = float((rest**2).sum()) / ((seeds - 1) * (pictures - 1))
    by_picture = max(0.0, float(of_pictures.var(ddof=1)) - interaction / seeds) / pictures
    return max(float(of_seeds.var(ddof=1)), interaction / pictures), by_picture


def _paired(one: Right, two: Right, least: tuple[int, int]) -> npt.NDArray[np.float64]:
    if one.ndim != 2 or one.shape != two.shape or any(np.less(one.shape, least)):
        raise ValueError(
            f"`one` and `two` must be (seeds, pictures), the same of both, at least {least}. "
            f"Received: {one.shape} and {two.shape}."
        )
    return np.subtract(one, two, dtype=float)


def _resampled(right: Right, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    chosen = rng.integers(len(right), size=len(right))
    return np.asarray(right[chosen].mean(axis=0))

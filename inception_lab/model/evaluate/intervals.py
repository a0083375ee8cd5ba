"""How sure a figure is: intervals over seeds and pictures, and how many seeds a claim takes."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import finite_number, share, short

Right = npt.NDArray[Any]  # of bool, or of shares
POWER = 0.8
OUTSIDE = NormalDist().inv_cdf(0.975)  # of a two-sided test at 95 %, in standard errors
FOR_T = OUTSIDE**2 / 2  # seeds more, since their spread is not known but measured (Guenther 1981)


def difference_interval(
    one: Right, two: Right, level: float = 0.95, *, paired: bool = False
) -> tuple[float, float]:
    """Return an interval for the difference of two accuracies on the same pictures.

    Seeds and pictures are both a sample, and their squared errors add up. Seeds are few, so their error is
    multiplied by Student's quantile; that of the many pictures by the normal one. A picture hard for both
    networks does not count, nor does what a seed does to both, if seeds are paired: runs of one seed learned
    from the same pictures in the same order. Where there is one seed, only the pictures are a sample.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`.
        two: The same for the second; the number of seeds may differ unless they are paired.
        level: Share of such intervals that should hold the true value.
        paired: Whether the seeds of both are the same, in the same order.

    Returns:
        The ends for the first accuracy minus the second.

    Raises:
        ValueError: If the shapes do not fit together.

    Reference:
        B. L. Welch 1947, "The generalization of Student's problem", for seeds that are not paired.
        G. Y. Zou, A. Donner 2008, "Construction of confidence limits about effect measures": the sum.
    """
    share("level", level)
    one, two = np.asarray(one), np.asarray(two)
    if paired:
        one = _paired(one, two, (1, 1))
        two = np.zeros((1, one.shape[1]))
    by_seed, by_picture = _variances(one, two)
    errors = [variance / len(each) for variance, each in zip(by_seed, (one, two), strict=True)]
    middle, off = float(one.mean() - two.mean()), 0.0
    if sum(errors):
        parts = (error**2 / (len(each) - 1) for error, each in zip(errors, (one, two), strict=True) if error)
        off = _student(sum(errors) ** 2 / sum(parts), level) * math.sqrt(sum(errors))
    off = math.hypot(off, NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(by_picture))
    return middle - off, middle + off


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return a 95 % interval for a mean of few values, such as differences of paired seeds: Student's.

    Raises:
        ValueError: If there are fewer than two values.
    """
    if len(values) < 2:
        raise ValueError(f"`values` must be two numbers or more. Received: values={short(values)}.")
    each = np.reshape(values, (-1, 1))
    return difference_interval(each, np.zeros_like(each), paired=True)


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
    by_seed, by_picture = _by_pair(one, two)
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
    by_seed, by_picture = _by_pair(one, two)
    return _reach(power) * math.sqrt(by_seed / (len(one) - FOR_T) + by_picture)


def _reach(power: float) -> float:
    """Return how many standard errors a difference must have to be shown so often."""
    if isinstance(power, bool) or not isinstance(power, float) or not 0 < power < 1:
        raise ValueError(f"`power` must be a float between 0 and 1. Received: power={short(power)}.")
    return OUTSIDE + NormalDist().inv_cdf(power)


def _by_pair(one: Right, two: Right) -> tuple[float, float]:
    """Return the variance of a seed's difference, and that which the pictures leave in the mean."""
    apart = _paired(np.asarray(one), np.asarray(two), (2, 1))
    (by_seed, _), by_picture = _variances(apart, np.zeros((1, apart.shape[1])))
    return by_seed, by_picture


def _variances(one: Right, two: Right) -> tuple[list[float], float]:
    """Return the variance of a seed's accuracy, for each network, and the pictures' part in the difference.

    Seeds and pictures cross. What is left beside the two (their interaction) becomes smaller with both; it
    stands in the seeds' part, not in the pictures'.
    """
    if one.ndim != 2 or two.ndim != 2 or one.shape[1] != two.shape[1] or not (one.size and two.size):
        raise ValueError(
            "`one` and `two` must be (seeds, pictures), with the same pictures. "
            f"Received: {one.shape} and {two.shape}."
        )
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("`one` and `two` must be finite numbers. Received: NaN or infinity.")
    pictures, by_seed, interactions = one.shape[1], [], 0.0
    for each in (one, two):
        seeds, interaction = len(each), 0.0
        of_seeds = each.mean(axis=1)
        if seeds > 1 < pictures:
            rest = each - of_seeds[:, None] - each.mean(axis=0) + each.mean()
            interaction = float((rest**2).sum()) / ((seeds - 1) * (pictures - 1)) / pictures
        by_seed.append(max(float(of_seeds.var(ddof=1)), interaction) if seeds > 1 else 0.0)
        interactions += interaction / seeds
    if pictures == 1:
        return by_seed, 0.0
    of_pictures = one.mean(axis=0) - two.mean(axis=0)
    return by_seed, max(0.0, float(of_pictures.var(ddof=1)) / pictures - interactions)


def _student(free: float, level: float) -> float:
    """Return how many standard errors hold so large a share of Student's distribution, about its middle.

    At √free · tan(angle) its density in the angle is the cosine to the power of free − 1.
    """
    edges = np.linspace(0, math.pi / 2, 2_001)
    below = np.cumsum(np.cos((edges[1:] + edges[:-1]) / 2) ** (free - 1))
    return math.sqrt(free) * math.tan(float(np.interp(level * below[-1], below, edges[1:])))


def _paired(one: Right, two: Right, least: tuple[int, int]) -> npt.NDArray[np.float64]:
    if one.ndim != 2 or one.shape != two.shape or any(np.less(one.shape, least)):
        raise ValueError(
            f"`one` and `two` must be (seeds, pictures), the same of both, at least {least}. "
            f"Received: {one.shape} and {two.shape}."
        )
    return np.subtract(one, two, dtype=float)

"""How sure a figure is: bootstrap intervals that resample seeds and pictures together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Right = npt.NDArray[np.bool_]


def accuracy_interval(
    right: Right, level: float = 0.95, samples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Return an interval for an accuracy.

    Args:
        right: Which pictures each run had right, `(seeds, pictures)`.
        level: Share of such intervals that should hold the true value.
        samples: Resamplings.
        seed: Of the resampling.

    Returns:
        Its two ends.

    Raises:
        ValueError: If the shape is another.
    """
    return difference_interval(right, np.zeros_like(right), level, samples, seed)


def difference_interval(
    one: Right, two: Right, level: float = 0.95, samples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Return an interval for the difference of two accuracies on the same pictures.

    Seeds of each network are resampled on their own, pictures for both together: a picture hard for both then
    cancels.

    Args:
        one: Which pictures each run of the first network had right, `(seeds, pictures)`.
        two: The same for the second; the number of seeds may differ.
        level: Share of such intervals that should hold the true value.
        samples: Resamplings.
        seed: Of the resampling.

    Returns:
        The ends for the first accuracy minus the second.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    one, two = np.asarray(one), np.asarray(two)
    if one.ndim != 2 or two.ndim != 2 or one.shape[1] != two.shape[1] or not (one.size and two.size):
        raise ValueError(
            "`one` and `two` must be (seeds, pictures), with the same pictures. "
            f"Received: {one.shape} and {two.shape}."
        )
    rng = np.random.default_rng(seed)
    pictures = one.shape[1]
    found = np.empty(samples)
    for sample in range(samples):
        counts = np.bincount(rng.integers(pictures, size=pictures), minlength=pictures)
        found[sample] = (_resampled(one, rng) @ counts - _resampled(two, rng) @ counts) / pictures
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _resampled(right: Right, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    chosen = rng.integers(len(right), size=len(right))
    return np.asarray(right[chosen].mean(axis=0))

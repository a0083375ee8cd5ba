"""How good predictions are: functions of arrays.

Predictions are `(count, classes)`: probabilities, or logits where only the order counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inception_lab.checks import positive_integer
from inception_lab.model.data.dataset import Labels

Predictions = npt.NDArray[np.number | np.bool_]
Floats = npt.NDArray[np.float64]
PROBABILITY_FLOOR = 1e-12
ROUNDING = 1e-2  # of probabilities in half precision


def softmax(logits: Predictions) -> npt.NDArray[np.float64]:
    """Return the probabilities that logits stand for, along the last axis."""
    values = _numbers(logits, "logits")
    with np.errstate(under="ignore"):
        shifted = np.exp(values - np.max(values, axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def accuracy(predictions: Predictions, labels: Labels, top: int = 1) -> float:
    """Return the share of pictures whose class is among the `top` likeliest.

    Args:
        predictions: `(count, classes)`.
        labels: `(count,)`.
        top: How many guesses count.

    Raises:
        ValueError: If the shapes do not fit together, or `top` is out of range.

    Example:
        >>> accuracy(np.array([[0.7, 0.2, 0.1], [0.5, 0.2, 0.3]]), np.array([0, 2]))
        0.5
    """
    return float(correct(predictions, labels, top).mean())


def correct(predictions: Predictions, labels: Labels, top: int = 1) -> npt.NDArray[np.bool_]:
    """Return for each picture whether its class is among the `top` likeliest; see `accuracy`."""
    values, right = _matching(predictions, labels)
    classes = values.shape[1]
    if not 1 <= positive_integer("top", top) <= classes:
        raise ValueError(f"`top` must be at most the number of classes, {classes}. Received: top={top}.")
    best = np.argsort(-values, axis=1, kind="stable")[:, :top]
    return np.asarray((best == right[:, None]).any(axis=1))


def cross_entropy(probabilities: Predictions, labels: Labels) -> float:
    """Return the mean of −ln(probability of the right class): ln(classes) for a guess without knowledge.

    Raises:
        ValueError: If the shapes do not fit together, or logits are given for probabilities.
    """
    values, right = _matching(probabilities, labels)
    if values.min() < 0 or values.max() > 1 + ROUNDING:
        raise ValueError(
            "`probabilities` must be from 0 to 1; `softmax` makes them of logits. "
            f"Received: values from {values.min():.4g} to {values.max():.4g}."
        )
    found = values[np.arange(len(right)), right]
    return float(-np.log(np.maximum(found, PROBABILITY_FLOOR)).mean())


def confusion(predictions: Predictions, labels: Labels) -> npt.NDArray[np.int64]:
    """Count pictures by their class (rows) and the class predicted (columns).

    Example:
        >>> confusion(np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]), np.array([0, 1, 1])).tolist()
        [[1, 0], [1, 1]]
    """
    values, right = _matching(predictions, labels)
    table = np.zeros((values.shape[1],) * 2, np.int64)
    np.add.at(table, (right, values.argmax(axis=1)), 1)
    return table


@dataclass(frozen=True)
class ClassAccuracy:
    """How often the pictures of one class are recognised."""

    name: str  # of the class
    right: int  # how many pictures
    count: int  # of how many

    @property
    def accuracy(self) -> float | None:
        """Share of the class's pictures that are right; `None` without any."""
        return self.right / self.count if self.count else None

    def __str__(self) -> str:
        share = "none" if self.accuracy is None else f"{self.accuracy:.1%}"
        return f"{self.name}: {share} ({self.right:,} of {self.count:,})"


def accuracy_by_class(
    predictions: Predictions, labels: Labels, names: Sequence[str] | None = None
) -> tuple[ClassAccuracy, ...]:
    """Return how often the pictures of each class are recognised, in the classes' order.

    Args:
        predictions: `(count, classes)`.
        labels: `(count,)`.
        names: Of the classes; by default their numbers.

    Raises:
        ValueError: If the shapes or the number of names do not fit together.

    Example:
        >>> print(*accuracy_by_class(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1]), ("cat", "dog")))
        cat: 100.0% (1 of 1) dog: 0.0% (0 of 1)
    """
    table = confusion(predictions, labels)
    names = tuple(map(str, range(len(table)))) if names is None else tuple(names)
    if len(names) != len(table):
        raise ValueError(f"`names` must be one for each of {len(table)} classes. Received: {len(names)}.")
    return tuple(
        ClassAccuracy(name, int(row[number]), int(row.sum()))
        for number, (name, row) in enumerate(zip(names, table, strict=True))
    )


def explained_by_largest(classes: Sequence[ClassAccuracy]) -> str | None:
    """Warn where the largest class alone explains the accuracy.

    Args:
        classes: What `accuracy_by_class` returns.

    Returns:
        A line, if whoever says the largest class of every picture is right as often; else `None`.
    """
    largest = max(classes, key=lambda each: each.count)
    total = sum(each.count for each in classes)
    right = sum(each.right for each in classes)
    if len(classes) < 2 or not total or right > largest.count:
        return None
    return (
        f"{right / total:.2%} is no more than one gets by saying '{largest.name}' of every picture "
        f"({largest.count / total:.2%}): look at each class."
    )


@dataclass(frozen=True)
class SizeAccuracy:
    """Accuracy on the objects of one size."""

    size: float  # in pixels
    accuracy: float  # share of pictures right
    count: int  # how many pictures


def accuracy_by_size(
    predictions: Predictions, labels: Labels, sizes: npt.NDArray[np.float64]
) -> tuple[SizeAccuracy, ...]:
    """Return the accuracy for each size of object, from small to large.

    Args:
        predictions: `(count, classes)`.
        labels: `(count,)`.
        sizes: Side of each picture's object in pixels, `(count,)`.

    Raises:
        ValueError: If the shapes do not fit together.
    """
    right = correct(predictions, labels)
    sizes = _numbers(sizes, "sizes")
    if sizes.shape != right.shape or np.isnan(sizes).any():
        raise ValueError(
            f"`sizes` must hold one number for each of {len(right):,} pictures. "
            f"Received: {'NaN' if np.isnan(sizes).any() else f'shape {sizes.shape}'}."
        )
    of_size = {float(size): right[sizes == size] for size in np.unique(sizes)}
    return tuple(SizeAccuracy(size, float(each.mean()), len(each)) for size, each in of_size.items())


def ensemble(predictions: Sequence[Predictions]) -> npt.NDArray[np.float64]:
    """Return the mean of several models' probabilities, or of several crops'.

    Args:
        predictions: Arrays of equal shape.

    Raises:
        ValueError: If there is none, or their shapes differ.

    Reference:
        Szegedy et al. 2014, section 7: "the softmax probabilities are averaged".
    """
    arrays = [_numbers(member) for member in predictions]
    shapes = {member.shape for member in arrays}
    if len(shapes) != 1:
        listed = ", ".join(map(str, sorted(shapes))) or "none"
        raise ValueError(f"`predictions` must be arrays of one shape. Received: {listed}.")
    members = np.stack(arrays)
    if unusable := [number for number, each in enumerate(members) if np.isnan(each).any()]:
        raise ValueError(f"`predictions` must be numbers. Received: NaN in number {unusable[0]}.")
    return np.asarray(np.mean(members, axis=0))


def _numbers(given: Predictions, name: str = "predictions") -> Floats:
    """Return numbers as float64, which no minus sign wraps; refuse what is no array of numbers."""
    try:
        found = np.asarray(given)
    except ValueError as error:
        raise ValueError(f"`{name}` must be an array. Received: rows of several lengths.") from error
    if found.dtype.kind not in "fiub":
        raise ValueError(f"`{name}` must be numbers. Received: dtype {found.dtype}.")
    return found.astype(np.float64)


def _matching(predictions: Predictions, labels: Labels) -> tuple[Floats, Labels]:
    """Return predictions as float64, and labels; refuse what does not fit."""
    values, right = _numbers(predictions), np.asarray(labels)
    if values.ndim != 2 or right.shape != values.shape[:1] or not len(right) or not values.shape[1]:
        raise ValueError(
            "`predictions` must be (count, classes) and `labels` (count,), count at least 1. "
            f"Received: {values.shape} and {right.shape}."
        )
    if (unusable := np.isnan(values).any(axis=1)).any():
        raise ValueError(
            "`predictions` must be numbers. Received: NaN for "
            f"{unusable.sum():,} of {len(values):,} pictures, first for number {unusable.argmax()}."
        )
    classes = values.shape[1]
    whole = right.dtype.kind in "iu"
    outside = ~((right >= 0) & (right < classes)) if whole else np.ones(len(right), bool)
    if outside.any():
        first = int(outside.argmax())
        raise ValueError(
            f"`labels` must be whole numbers from 0 to {classes - 1}, the classes' places. "
            f"Received: {right[first].item()!r} for picture {first}."
        )
    return values, right

"""Size tuning: how strongly each unit in the middle answers to discs of growing diameter.

The numbers and what is read from them; `discs.py` measures them on a network. What is stored with
the project was measured on BVLC's GoogLeNet, so that it can be looked at without Keras and weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inception_lab.checks import entry
from inception_lab.resources import data_path

Floats = npt.NDArray[np.float32]

STORED = "size_tuning.npz"
COLOURS: Mapping[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
}
LEAST = 0.3  # of the median strongest answer in a branch: what answers less is left out
LEVELS = 100  # steps in which a stored answer is kept, of the unit's strongest


@dataclass(frozen=True)
class Mean:
    """The geometric mean of a branch's preferred diameters, with an interval."""

    diameter: float  # in pixels
    low: float  # lower end of the interval that 95 % of resamplings fall into
    high: float  # upper end
    answering: int  # how many channels answer to any disc
    channels: int  # how many there are


@dataclass(frozen=True)
class SizeTuning:
    """Answers of the units in the middle of each branch's maps."""

    diameters: tuple[int, ...]  # of the discs, in pixels, rising
    colours: tuple[str, ...]  # names of the discs' colours
    # module → branch → `(colours, diameters, channels)`: what the unit puts out for a disc, less what
    # it puts out for the bare background
    answers: Mapping[str, Mapping[str, Floats]]
    side: int  # of the network's picture, in pixels
    network: str  # what was measured, in words

    def branch(self, module: str, branch: str) -> Floats:
        """Return the answers of a branch, `(colours, diameters, channels)`.

        Raises:
            ValueError: If there is no such branch.
        """
        return entry("branch", branch, entry("module", module, self.answers), f" (in '{module}')")

    def preferred(self, module: str, branch: str) -> npt.NDArray[np.float64]:
        """Return the diameter that each unit answers most to, in each colour that it answers to.

        Returns:
            `(colours, channels)`, in pixels; NaN where the strongest answer is under 0.3 of the branch's
            median one.
        """
        return preferred_diameters(self.branch(module, branch), self.diameters)

    def mean(self, module: str, branch: str) -> Mean:
        """Return the geometric mean of a branch's preferred diameters; see `geometric_mean`."""
        if (module, branch) not in self._means:
            self._means[module, branch] = geometric_mean(self.preferred(module, branch))
        return self._means[module, branch]

    def table(self) -> dict[str, dict[str, Mean]]:
        """Return the means of all branches, by module."""
        return {
            module: {name: self.mean(module, name) for name in found}
            for module, found in self.answers.items()
        }

    def inner(self, module: str, branch: str) -> npt.NDArray[np.float64]:
        """Return `preferred`, but NaN where it is the smallest or the largest disc of all."""
        found = self.preferred(module, branch)
        return np.where(np.isin(found, (self.diameters[0], self.diameters[-1])), np.nan, found)

    def ratio(self, one: str, other: str, *, ends: bool = True) -> tuple[float, float, float]:
        """Return how many times as large one branch's mean is as another's: geometric mean of all modules.

        Args:
            one: A branch.
            other: Another.
            ends: Whether units count that answer most to the smallest or the largest disc of all.

        Returns:
            The ratio, and the ends of an interval that 95 % of resamplings of all channels fall into.
        """
        rng, found = np.random.default_rng(0), self.preferred if ends else self.inner
        logs = [
            np.subtract(*(_log_means(found(module, branch), rng)[0] for branch in (one, other)))
            for module in self.answers
        ]
        ratio, *drawn = np.exp(np.mean(logs, axis=0))
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(ratio), float(low), float(high)

    @cached_property
    def _means(self) -> dict[tuple[str, str], Mean]:
        return {}


def preferred_diameters(answers: Floats, diameters: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the diameter of the strongest answer, for each colour and channel.

    Units whose strongest answer in a colour is less than `LEAST` of the median strongest answer (of all that
    answer at all) do not count: their diameter is chance.

    Answers are `(colours, diameters, channels)`, above what the background gives; what is returned is
    `(colours, channels)`, in pixels, NaN where a unit does not count.

    Example:
        >>> preferred_diameters(np.array([[[0.1, 0], [2, 0], [1, 0]]]), (4, 9, 20)).tolist()
        [[9.0, nan]]
    """
    strongest = answers.max(axis=1)
    above = strongest[strongest > 1e-6]
    counts = strongest > max(1e-6, LEAST * float(np.median(above)) if above.size else 0.0)
    chosen = np.asarray(diameters, np.float64)[answers.argmax(axis=1)]
    return np.where(counts, chosen, np.nan)


def geometric_mean(preferred: npt.NDArray[np.float64]) -> Mean:
    """Return the geometric mean of preferred diameters, and an interval by resampling channels 1,000 times.

    A channel's colours are not independent, so it is drawn with all of them.

    Args:
        preferred: `(colours, channels)`, NaN where a unit does not count.

    Example:
        >>> round(geometric_mean(np.array([[4.0, 16.0], [np.nan, 16.0]])).diameter, 3)  # (4 · 16 · 16)^(1/3)
        10.079
    """
    logs, answering = _log_means(preferred, np.random.default_rng(0))
    diameter, *drawn = np.exp(logs)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Mean(float(diameter), float(low), float(high), answering, preferred.shape[1])


def _log_means(
    preferred: npt.NDArray[np.float64], rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], int]:
    """Return the log of the mean, then those of 1,000 resamplings; and how many channels answer."""
    answered = ~np.isnan(preferred)
    kept = answered.any(axis=0)
    sums = np.where(answered, np.log(np.where(answered, preferred, 1.0)), 0.0).sum(axis=0)[kept]
    counts = answered.sum(axis=0)[kept]
    if not len(sums):
        return np.full(1001, np.nan), 0
    drawn = rng.integers(len(sums), size=(1000, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return np.concatenate([[sums.sum() / counts.sum()], means]), len(sums)


def save_tuning(tuning: SizeTuning, path: Path) -> None:
    """Write answers small: each curve in 100 steps of its largest value, below zero as zero.

    Preferred diameters change only where two answers differ by less than a step.
    """
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "diameters": np.array(tuning.diameters),
        "colours": np.array(tuning.colours),
        "about": np.array([str(tuning.side), tuning.network]),
    }
    for module, found in tuning.answers.items():
        for branch, answers in found.items():
            strongest = np.maximum(answers.max(axis=1, keepdims=True), 0)
            steps = np.maximum(answers, 0) / np.where(strongest > 0, strongest, 1) * LEVELS
            arrays[f"{module}/{branch}"] = np.rint(steps).astype(np.uint8)
            arrays[f"{module}/{branch}/strongest"] = strongest[:, 0].astype(np.float16)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type,unused-ignore]


def stored_tuning(path: Path | None = None) -> SizeTuning:
    """Return answers that `save_tuning` wrote: by default BVLC's GoogLeNet's, which come with the project."""
    with np.load(path or data_path(STORED), allow_pickle=False) as file:
        answers: dict[str, dict[str, Floats]] = {}
        for name in file.files:
            module, _, branch = name.partition("/")
            if branch and not branch.endswith("/strongest"):
                strongest = file[f"{name}/strongest"].astype(np.float32)[:, None]
                answers.setdefault(module, {})[branch] = file[name].astype(np.float32) / LEVELS * strongest
        side, network = map(str, file["about"])
        diameters = tuple(int(diameter) for diameter in file["diameters"])
        return SizeTuning(diameters, tuple(map(str, file["colours"])), answers, int(side), network)

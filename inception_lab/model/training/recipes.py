"""Recipes: how a network is trained, and what suits a data set, as data. No Keras here."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from inception_lab.checks import one_of, positive_integer, readable_name, true_or_false
from inception_lab.model.data.augmentation import AUGMENTATIONS as AUGMENTATIONS
from inception_lab.model.data.augmentation import Augmentation as Augmentation
from inception_lab.resources import toml_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


MOST_STEPS = 100_000_000  # each has its learning rate, made in advance


@dataclass(frozen=True)
class Recipe:
    """What decides a training run besides network, data and seed.

    Attributes:
        source: Where it comes from, and what of it is ours.
        learning_rate: The highest rate of the schedule.
        schedule: `"steps"` multiplies the rate by `decay` every `decay_epochs`; `"cosine"` rises
            linearly during `warm_up` and then falls along half a cosine to zero.
        decay: Factor of the steps.
        decay_epochs: Epochs between steps.
        warm_up: Share of all steps in which the rate rises, for the cosine.
        momentum: Of stochastic gradient descent.
        nesterov: Whether the gradient is taken ahead of the step.
        weight_decay: Share of each kernel taken away a step, times the learning rate.
        label_smoothing: Share of the target spread over all classes.
        auxiliary_weight: Weight of each auxiliary head's loss; the main head's is 1.
        averaging: Momentum of the Polyak average of the weights; 0 for none.
        batch_size: Pictures a step.
        frozen: Share of the epochs, the first ones, in which only the classifier learns: for networks that
            start from trained weights.
    """

    source: str
    learning_rate: float
    schedule: Literal["steps", "cosine"]
    decay: float = 0.96
    decay_epochs: int = 8
    warm_up: float = 0.0
    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    auxiliary_weight: float = 0.3
    averaging: float = 0.0
    batch_size: int = 64
    frozen: float = 0.0

    def __post_init__(self) -> None:
        """Refuse values that could not train; scalars of NumPy's become Python's, which JSON can hold."""
        readable_name("source", self.source)
        one_of("schedule", self.schedule, ("steps", "cosine"))
        true_or_false("nesterov", self.nesterov)
        for name in ("batch_size", "decay_epochs"):
            object.__setattr__(self, name, positive_integer(name, getattr(self, name)))
        for name in ("learning_rate", "auxiliary_weight"):
            self._number(name, "0 or more", lambda number: number >= 0)
        self._number("decay", "a number above 0", lambda number: number > 0)
        for name in ("warm_up", "momentum", "weight_decay", "label_smoothing", "averaging", "frozen"):
            self._number(name, "0 or more and below 1", lambda number: 0 <= number < 1)

    def _number(self, name: str, constraint: str, holds: Callable[[float], bool]) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not (
            isinstance(value, numbers.Real) and math.isfinite(value) and holds(float(value))
        ):
            raise ValueError(f"`{name}` must be {constraint}. Received: {name}={value!r}.")
        object.__setattr__(self, name, float(value))

    def learning_rates(self, epochs: int, steps_per_epoch: int = 1) -> npt.NDArray[np.float32]:
        """Return the learning rate of each step.

        Args:
            epochs: Length of the training.
            steps_per_epoch: Batches in an epoch.

        Returns:
            float32 of shape `(epochs × steps_per_epoch,)`.

        Example:
            >>> rates = RECIPES["article"].learning_rates(epochs=25)
            >>> f"{rates[0]:.4f} → {rates[-1]:.4f}"
            '0.0100 → 0.0088'
        """
        import numpy as np

        total = positive_integer("epochs", epochs) * positive_integer("steps_per_epoch", steps_per_epoch)
        if total > MOST_STEPS:
            raise ValueError(
                f"`epochs` must make {MOST_STEPS:,} steps at most. "
                f"Received: epochs={epochs}, of {steps_per_epoch:,} steps."
            )
        step = np.arange(total)
        if self.schedule == "steps":
            epoch = step // steps_per_epoch
            return (self.learning_rate * self.decay ** (epoch // self.decay_epochs)).astype(np.float32)
        warm = round(self.warm_up * total)
        rising = (step + 1) / max(warm, 1)
        falling = 0.5 * (1 + np.cos(np.pi * (step - warm) / max(total - warm, 1)))
        return (self.learning_rate * np.where(step < warm, rising, falling)).astype(np.float32)


RECIPES: Mapping[str, Recipe] = {name: Recipe(**row) for name, row in toml_rows("recipes.toml").items()}


@dataclass(frozen=True)
class Suited:
    """What suits a data set."""

    network: str  # name of a network of the command line's
    epochs: int  # how often the pictures are gone through
    # height and width in pixels that the network takes; `None` for its own
    input: tuple[int, int] | None = None
    recipe: str = "modern"  # a name in `RECIPES`


SUITED: Mapping[str, Suited] = {
    "scaled-digits": Suited("googlenet-digits", epochs=7),
    "cifar10": Suited("googlenet-cifar", epochs=100, recipe="long"),
    "folder": Suited("googlenet-digits", epochs=30, input=(96, 96)),
}
BVLC = "bvlc"  # the network that is not described but fetched, with its weights
FINETUNING = Suited(BVLC, epochs=8, recipe="finetune")  # where a training starts from trained weights

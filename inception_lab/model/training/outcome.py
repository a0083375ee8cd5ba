"""What a training run gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.dataset import Pictures
from inception_lab.model.evaluate import ClassAccuracy, softmax
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.run import Row


@dataclass
class Outcome:
    """What a training run gives.

    Attributes:
        learner: The network in Keras with all that trained it; `learner.core` is `build(network)`.
        history: A row an epoch: `epoch`, `learning_rate`, `loss`, `main_accuracy` (and `aux1_…`) while
            learning, `validation_loss` and `validation_accuracy` after it, `seconds`.
        epochs: Complete epochs.
        accuracy: On the test pictures, with the averaged weights where the recipe averages; `None` if
            the run was interrupted.
        seconds: From the call to the end, in this process.
        images_per_second: Median over this process's epochs.
        interrupted: Whether Ctrl-C ended it; then it is as it was after its last complete epoch.
        classes: How often the test pictures of each class are recognised.
    """

    learner: Learner
    history: list[Row] = field(default_factory=list)
    accuracy: float | None = None
    seconds: float = 0.0
    images_per_second: float | None = None
    interrupted: bool = False
    classes: tuple[ClassAccuracy, ...] = ()

    @property
    def epochs(self) -> int:
        """Complete epochs."""
        return len(self.history)

    @property
    def model(self) -> Any:
        """The network in Keras, without what prepares the pictures."""
        return self.learner.core

    @property
    def parameters(self) -> int:
        """Trained parameters, heads included."""
        return self.learner.parameters

    def predict(self, pictures: Pictures, output: str = "main") -> npt.NDArray[np.float64]:
        """Return class probabilities.

        Args:
            pictures: uint8 `(count, height, width, 3)`, as in the data set.
            output: Which head's.

        Returns:
            `(count, classes)`, with the averaged weights where the recipe averages.
        """
        return softmax(self.learner.predict(pictures)[output])

    def numbers(self) -> dict[str, Any]:
        """Return what `inception-lab train --format json` prints."""
        return {
            "accuracy": self.accuracy,
            "seconds": round(self.seconds, 2),
            "epochs": self.epochs,
            "parameters": self.parameters,
            "images_per_second": self.images_per_second and round(self.images_per_second, 1),
            "precision": self.learner.precision.name,
            "classes": {each.name: {"right": each.right, "count": each.count} for each in self.classes},
        }

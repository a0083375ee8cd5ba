"""What a training run gives."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.dataset import Pictures
from inception_lab.model.evaluate import ClassAccuracy, softmax
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.run import Row
from inception_lab.shown import Shown
from inception_lab.text import columns


@dataclass(repr=False)
class Outcome(Shown):
    """What a training run gives. A notebook shows its curves.

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
        directory: Where the run is kept; `None` if nothing was written.
    """

    learner: Learner
    history: list[Row] = field(default_factory=list)
    accuracy: float | None = None
    seconds: float = 0.0
    images_per_second: float | None = None
    interrupted: bool = False
    classes: tuple[ClassAccuracy, ...] = ()
    directory: Path | None = None

    def __repr__(self) -> str:
        first, *next_steps = self.words()
        return "\n".join((first, *columns(self.table()), *next_steps))

    def words(self) -> list[str]:
        """Return how it went, where it is kept, and what to call next, in a line each."""
        epochs = f"{self.epochs} epoch{'' if self.epochs == 1 else 's'}"
        if self.accuracy is None:
            went = f"Interrupted after {epochs}, {self.seconds:.0f} s"
        else:
            went = f"{self.accuracy:.1%} of the test pictures are right, after {epochs}, {self.seconds:.0f} s"
        if self.directory is None:
            kept = "Kept in this session alone; `out=` keeps a run in a directory."
        elif self.accuracy is None:
            kept = f"Kept in {self.directory}; `resume=True` carries on from there."
        else:
            kept = f"Kept in {self.directory}; `lab.classifier({str(self.directory)!r})` brings it back."
        return [
            f"{went}; {self.parameters:,} parameters.",
            f"{kept} Next: `.predict(pictures)`, `.history`, `.model`.",
        ]

    def shown(self, most: int) -> list[ClassAccuracy]:
        """Return all classes, or where there are more than `most`, so many of the worst."""
        if len(self.classes) <= most:
            return list(self.classes)
        return sorted(self.classes, key=lambda each: 1.0 if each.accuracy is None else each.accuracy)[:most]

    def table(self) -> list[tuple[str, ...]]:
        """Return the cells of a table of classes; where there are more than 18, of the worst."""
        listed, rows = self.shown(18), []
        for each in listed:
            share = "–" if each.accuracy is None else f"{each.accuracy:.1%}"
            rows.append((each.name, f"{each.right:,}", f"{each.count:,}", share))
        if rest := len(self.classes) - len(listed):
            rows.append((f"… {rest:,} more, at least as good", "", "", ""))
        return [("class", "right", "of", "accuracy"), *rows] if rows else []

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

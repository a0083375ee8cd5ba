"""What happens after each step and epoch of a run: looked at, kept, told."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.evaluate import accuracy, cross_entropy, softmax
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.progress import Progress
from inception_lab.model.training.run import AVERAGED, BEST, Checkpoint, Row, RunDirectory


@dataclass
class Epochs:
    """What the epochs of a run leave: their rows, the state after the last one, and files of both."""

    data: Splits  # what is trained on, and chosen by
    learner: Learner  # what learns
    rows: list[Row]  # of the complete epochs
    steps: int  # steps an epoch
    saved: bool  # whether the run is kept
    directory: RunDirectory | None  # where, in the process that writes
    shown: Progress  # told of steps and epochs
    on_epoch: Callable[[list[Row]], None] | None  # called after each epoch with the rows so far
    on_step: Callable[[int, int], None] | None  # called after each step with epoch and step
    # of the learner after the last complete epoch; `None` before the first
    state: dict[str, Any] | None = None
    speeds: list[float] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        """Take the state that a run is carried on from."""
        self.state = self.learner.state() if self.rows else None

    @property
    def images_per_second(self) -> float | None:
        """Median over the epochs."""
        return float(median(self.speeds)) if self.speeds else None

    def step_done(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Look at the loss, and tell of the step."""
        first = epoch == step == 0  # whose loss is that of the weights that the run starts from
        self._finite("The loss", [logs["loss"]], epoch, step, "other weights to start from" if first else "")
        self.shown.step_done(epoch, step, logs)
        if self.on_step:
            self.on_step(epoch, step)

    def epoch_done(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Validate, keep what the epoch leaves, and tell of it."""
        seconds = time.perf_counter() - self.began
        state, validation = self.learner.state(), self.data.validation
        for values in state.values():  # a batch norm hides weights that are infinite from the loss
            self._finite("Each weight", values, epoch, self.steps - 1)
        logits = self.logits(validation, epoch)
        row = {
            "epoch": epoch + 1,
            "learning_rate": self._rate(epoch, self.steps - 1),
            **logs,
            "validation_loss": cross_entropy(softmax(logits), validation.labels),
            "validation_accuracy": accuracy(logits, validation.labels),
            "seconds": round(seconds, 3),
        }
        if row["seconds"] > 0:  # a clock may stand still
            self.speeds.append(self.steps * self.learner.recipe.batch_size / row["seconds"])
        self.rows, self.state = [*self.rows, row], state
        if self.saved:
            self._save(state)
        self.shown.epoch_done(row)
        if self.on_epoch:
            self.on_epoch(self.rows)
        self.began = time.perf_counter()

    def logits(self, part: Dataset, epoch: int) -> npt.NDArray[np.float32]:
        """Return what the main head says of some pictures after an epoch."""
        logits = self.learner.predict(part.images)["main"]
        self._finite("Each prediction", logits, epoch, self.steps - 1)
        return logits

    def _rate(self, epoch: int, step: int) -> float:
        return float(self.learner.rates[epoch * self.steps + step])

    def _finite(self, what: str, values: npt.ArrayLike, epoch: int, step: int, cure: str = "") -> None:
        if (odd := ~np.isfinite(found := np.asarray(values))).any():
            half = " or `precision` 'float32'" if self.learner.precision.name == "float16" else ""
            raise FloatingPointError(
                f"{what} must be a finite number. Received: {found[odd][0]} (epoch {epoch + 1}, "
                f"step {step + 1}, learning rate {self._rate(epoch, step):.3g}). "
                f"Try {cure or 'a lower rate'}{half}."
            )

    def _save(self, state: Mapping[str, Any]) -> None:
        """Write weights, then the checkpoint: killed in between, the epoch is run again to the same end.

        All processes enter, since putting the averages in the weights' place is a matter for all; the first,
        which has the directory, writes.
        """
        files = [AVERAGED] if self.learner.recipe.averaging else []
        *before, last = (row["validation_accuracy"] for row in self.rows)
        if last > max(before, default=-1.0):
            files = [BEST, *files]
        content = self.learner.weights_file() if files else b""
        if self.directory:
            for name in files:
                self.directory.write(name, content)
            self.directory.save(Checkpoint(len(self.rows), self.rows, state))

"""Progress of a training run, on the error stream: a bar in a terminal, else a line an epoch."""

import sys
import time
from collections.abc import Mapping, Sequence

from inception_lab.text import bar, say

EVERY = 0.1  # seconds between two drawings of the bar


class Progress:
    """Says, if enabled, how far a run of some epochs is, each of so many steps; `outputs` names the heads."""

    def __init__(self, enabled: bool, epochs: int, steps: int, outputs: Sequence[str]) -> None:
        self.enabled, self.epochs, self.steps, self.outputs = enabled, epochs, steps, tuple(outputs)
        self.terminal = enabled and sys.stderr is not None and sys.stderr.isatty()
        self.drawn = 0.0
        self.width = 0
        self.began, self.counted = 0.0, -1  # when the first step ended, and steps since

    def say(self, text: str) -> None:
        """Write a line."""
        if self.enabled:
            self._clear()
            say(text)

    def step_done(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Draw the bar, in a terminal, a few times a second."""
        now = time.monotonic()
        self.counted += 1
        if not self.counted:  # the first step makes the graph: it says nothing about the others
            self.began = now
        if not self.terminal or (now - self.drawn < EVERY and step + 1 < self.steps):
            return
        self.drawn = now
        drawn = bar((step + 1) / self.steps, "·")
        text = f"epoch {epoch + 1}/{self.epochs} {drawn} {step + 1}/{self.steps}"
        if "loss" in logs:
            text += f"  loss {logs['loss']:.3f}"
        left = (self.epochs - epoch) * self.steps - step - 1
        if self.counted and left:
            text += f"  {duration((now - self.began) / self.counted * left)} left"
        self._clear()
        sys.stderr.write(text)
        sys.stderr.flush()
        self.width = len(text)

    def epoch_done(self, row: Mapping[str, float]) -> None:
        """Write an epoch's line."""
        heads = ", ".join(f"{name} {row[f'{name}_accuracy']:.3f}" for name in self.outputs)
        self.say(
            f"epoch {row['epoch']:.0f}/{self.epochs}  loss {row['loss']:.4f}  accuracy {heads}, "
            f"validation {row['validation_accuracy']:.3f}  {row['seconds']:.1f} s"
        )

    def _clear(self) -> None:
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            self.width = 0


def duration(seconds: float) -> str:
    """Write a time as people say it.

    Example:
        >>> [duration(seconds) for seconds in (7.2, 200, 9_000)]
        ['7 s', '3 min', '2.5 h']
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"

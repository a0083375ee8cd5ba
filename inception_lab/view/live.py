"""Curves that grow while a network learns, and stay as a picture when it is done."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from inception_lab.view.figures import figure_html, plot_history


class LiveCurves:
    """Loss and accuracy by epoch, drawn anew after each: what `lab.train` shows in a notebook.

    The picture is one output of the cell that trains, replaced in place, so a saved notebook shows
    the last one.

    Args:
        epochs: Length of the training.
        chance: Accuracy of guessing, drawn dotted.
    """

    def __init__(self, epochs: int, chance: float = 0.1) -> None:
        from IPython.display import HTML, display

        self.epochs, self.chance = epochs, chance
        self._handle: Any = display(HTML("<p>The first epoch is under way …</p>"), display_id=True)

    def __call__(self, history: Sequence[Mapping[str, float]]) -> None:
        """Draw the history so far."""
        from IPython.display import HTML

        said = self.describe(history)
        picture = figure_html(plot_history(history, epochs=self.epochs, chance=self.chance), said)
        if self._handle is not None:  # outside a notebook there is nowhere to draw
            self._handle.update(HTML(f"{picture}<p>{html.escape(said)}</p>"))

    def describe(self, history: Sequence[Mapping[str, float]]) -> str:
        """Say where the last epoch got to."""
        last = history[-1]
        return (
            f"Epoch {last['epoch']:.0f} of {self.epochs}: loss {last['loss']:.3f}, accuracy "
            f"{last['main_accuracy']:.1%} while learning, {last['validation_accuracy']:.1%} on validation; "
            f"{sum(row['seconds'] for row in history):.0f} seconds so far."
        )

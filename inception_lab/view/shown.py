"""What a notebook shows of networks, data and trainings, also while they run: see `inception_lab.shown`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.architecture.cost import cost
from inception_lab.architecture.network import Network
from inception_lab.text import html_table
from inception_lab.view import figures
from inception_lab.view.diagrams import plot_network

if TYPE_CHECKING:
    from inception_lab.model.data.dataset import Splits
    from inception_lab.model.training.outcome import Outcome

PICTURES = 10  # in a strip


def page(thing: Any) -> str:
    """Return a network, a data set or a training as HTML: a picture with its words."""
    if isinstance(thing, Network):
        counted = cost(thing)
        words = f"{thing!r}; {counted.parameters:,} parameters, {counted.macs:,} MACs per image"
        return with_words(figures.figure_html(plot_network(thing), words), words)
    return of_training(thing) if hasattr(thing, "history") else of_splits(thing)


def of_splits(data: Splits) -> str:
    """Return a strip of pictures, one of each class, and how many there are."""
    first = {name: np.flatnonzero(data.train.labels == label) for label, name in enumerate(data.classes)}
    shown = {name: data.train.images[found[0]] for name, found in first.items() if len(found)}
    strip = dict(list(shown.items())[:PICTURES])
    drawn = figures.plot_pictures(strip, columns=PICTURES, size=0.92)
    head, *rows, total = data.counts()
    alt = f"One picture each of {', '.join(strip)}."
    words = repr(data).splitlines()[0]
    return with_words(figures.figure_html(drawn, alt), words) + html_table(head, rows, total)


def of_training(outcome: Outcome) -> str:
    """Return the curves of a training, and how each class does."""
    (classes,) = outcome.learner.network.output_shapes()["main"]
    drawn = figures.plot_history(outcome.history, epochs=outcome.epochs, chance=1 / classes)
    first, then = outcome.words()
    last = outcome.history[-1]
    alt = f"{first} In the last epoch: loss {last['loss']:.3f}, validation {last['validation_accuracy']:.1%}."
    table = outcome.table()
    listed = html_table(table[0], table[1:]) if table else ""
    return with_words(figures.figure_html(drawn, alt), first) + listed + f"<p>{escape(then)}</p>"


def with_words(picture: str, words: str) -> str:
    """Return a picture as HTML with a line of words below."""
    return f"<div>{picture}<p>{escape(words)}</p></div>"


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
        drawn = figures.plot_history(history, epochs=self.epochs, chance=self.chance)
        if self._handle is not None:  # outside a notebook there is nowhere to draw
            self._handle.update(HTML(f"{figures.figure_html(drawn, said)}<p>{escape(said)}</p>"))

    def describe(self, history: Sequence[Mapping[str, float]]) -> str:
        """Say where the last epoch got to."""
        last = history[-1]
        return (
            f"Epoch {last['epoch']:.0f} of {self.epochs}: loss {last['loss']:.3f}, accuracy "
            f"{last['main_accuracy']:.1%} while learning, {last['validation_accuracy']:.1%} on validation; "
            f"{sum(row['seconds'] for row in history):.0f} seconds so far."
        )

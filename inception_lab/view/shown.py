"""What a notebook shows of networks, data and trainings: see `inception_lab.shown`."""

from __future__ import annotations

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

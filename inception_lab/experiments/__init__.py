"""Experiments that take several seeds: run by a command, stored as they finish, plotted by notebooks.

    python -m inception_lab.experiments --list
    python -m inception_lab.experiments reduction
    python -m inception_lab.experiments all

Each run's rows go into `data/experiments/NAME.csv` as it ends, with its settings, versions, hardware
and seconds; started again, a command runs only what is missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from inception_lab.checks import entry
from inception_lab.experiments.ablation import ABLATION, FURTHER_ABLATION
from inception_lab.experiments.additions import ADDITIONS
from inception_lab.experiments.claims import CIFAR10, CIFAR10_FULL_WIDTH, CIFAR10_SMALL_FIRST, DIGITS, FULL
from inception_lab.experiments.gradients import GRADIENTS
from inception_lab.experiments.lessons import BANDS, HEADS, OVERFITTING, REDUCTION
from inception_lab.experiments.lessons import epochs_lost as epochs_lost
from inception_lab.experiments.runner import Experiment, Rows
from inception_lab.experiments.starts import STARTS
from inception_lab.experiments.starts import by_rate as by_rate
from inception_lab.experiments.starts_found import at_own_rates as at_own_rates
from inception_lab.experiments.starts_found import ranges as ranges
from inception_lab.experiments.starts_found import summary as summary
from inception_lab.experiments.starts_found import wider as wider
from inception_lab.experiments.towers import TOWERS_COMPARED

if TYPE_CHECKING:
    import pandas

# The cheapest and most telling first: what `all` has done when it is stopped is worth most.
_ALL = (
    GRADIENTS, REDUCTION, DIGITS, FULL, BANDS, HEADS, STARTS, OVERFITTING, ABLATION, FURTHER_ABLATION,
    TOWERS_COMPARED, ADDITIONS, CIFAR10, CIFAR10_SMALL_FIRST, CIFAR10_FULL_WIDTH,
)  # fmt: skip
EXPERIMENTS: Mapping[str, Experiment] = {experiment.name: experiment for experiment in _ALL}


def stored(name: str) -> pandas.DataFrame:
    """Return the rows that an experiment has stored.

    Args:
        name: A name in `EXPERIMENTS`.

    Returns:
        A row a run, or several where a run has several layers.

    Raises:
        ValueError: If there is no such experiment.
    """
    import pandas

    return pandas.DataFrame(entry("name", name, EXPERIMENTS).rows())


def live(name: str, **settings: Any) -> Rows:
    """Run one setting of an experiment now, and store nothing.

    Args:
        name: A name in `EXPERIMENTS`.
        **settings: Those that differ from the experiment's first run; `seed` among them.

    Returns:
        The rows that would have been stored.

    Raises:
        ValueError: If there is no such experiment or setting.
    """
    experiment = entry("name", name, EXPERIMENTS)
    first = experiment.runs[0]
    for unknown in settings.keys() - first.keys():
        known = ", ".join(first)
        raise ValueError(f"Settings of '{name}' are {known}. Received: {unknown}={settings[unknown]!r}.")
    return experiment.measure({**first, **settings}, experiment.rows())

"""Experiments that take several seeds: run by a command, stored as they finish, plotted by notebooks.

    python -m inception_lab.experiments --list
    python -m inception_lab.experiments reduction_own_rates
    python -m inception_lab.experiments all

Each run's rows go into `data/experiments/NAME.csv` as it ends, with its settings, versions, hardware
and seconds; started again, a command runs only what is missing there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.checks import entry
from inception_lab.experiments.ablation import ABLATION, FURTHER_ABLATION, WIDER_RATES
from inception_lab.experiments.additions import ADDITIONS
from inception_lab.experiments.claims import (
    CIFAR10,
    CIFAR10_FULL_WIDTH,
    CIFAR10_SMALL_FIRST,
    DIGITS,
    DIGITS_FRESH,
    FULL,
)
from inception_lab.experiments.gradients import GRADIENTS
from inception_lab.experiments.kernels import KERNELS_COMPARED
from inception_lab.experiments.lessons import BANDS, HEADS, OVERFITTING, OVERFITTING_AS_OFTEN
from inception_lab.experiments.lessons import epochs_lost as epochs_lost
from inception_lab.experiments.own_rates import MEASURE, unpack
from inception_lab.experiments.reductions import REDUCTION_OWN_RATES
from inception_lab.experiments.runner import Experiment, Rows
from inception_lab.experiments.sizes import PREFERRED
from inception_lab.experiments.sizes import size_ratios as size_ratios
from inception_lab.experiments.starts import STARTS
from inception_lab.experiments.starts import by_rate as by_rate
from inception_lab.experiments.starts_found import at_own_rates as at_own_rates
from inception_lab.experiments.starts_found import ranges as ranges
from inception_lab.experiments.starts_found import summary as summary
from inception_lab.experiments.starts_found import wider as wider
from inception_lab.experiments.towers import TOWERS_COMPARED
from inception_lab.model.evaluate import difference_interval

if TYPE_CHECKING:
    import pandas

# The cheapest and most telling first: what `all` has done when it is stopped is worth most.
_ALL = (
    GRADIENTS, PREFERRED, REDUCTION_OWN_RATES, DIGITS, DIGITS_FRESH, FULL, BANDS, HEADS, STARTS,
    OVERFITTING, OVERFITTING_AS_OFTEN, ABLATION, WIDER_RATES, FURTHER_ABLATION, KERNELS_COMPARED,
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


def measured(name: str) -> pandas.DataFrame:
    """Return the measured runs of an experiment whose arms chose rates of their own.

    Args:
        name: A name in `EXPERIMENTS`.

    Returns:
        A row a run: the arm, its MACs, its rate, the seed, and what was right in per cent: of the held-out
        digits at all seven sizes, and of the training pictures in the last epoch. No row where nothing is
        stored.

    Raises:
        ValueError: If there is no such experiment.
    """
    import pandas

    head = ["network", "MACs", "rate", "seed", "right, %", "training, %"]
    lines = [
        (row["network"], row["macs"], row["chosen_rate"], row["seed"],
         100 * unpack(str(row["right"])).mean(), 100 * float(row["train_accuracy"]))
        for row in entry("name", name, EXPERIMENTS).rows() if row["phase"] == MEASURE
    ]  # fmt: skip
    return pandas.DataFrame(lines, columns=head)


def differences(name: str, of: str = "right") -> dict[str, tuple[float, tuple[float, float]]]:
    """Return how far apart the arms are whose difference answers an experiment's question.

    Args:
        name: A name in `EXPERIMENTS`.
        of: A column of accuracies; `"right"` stands for the held-out digits at all seven sizes.

    Returns:
        "one minus other" → the mean difference over seeds that both arms have, in points, and its 95 %
        interval (`difference_interval`, in pairs). Empty where nothing is stored.

    Raises:
        ValueError: If there is no such experiment.
    """
    experiment = entry("name", name, EXPERIMENTS)
    found: dict[str, dict[int, Any]] = {}
    for row in experiment.rows():
        if row["phase"] == MEASURE:
            values = unpack(str(row[of])).mean(axis=1) if of == "right" else [float(row[of])]
            found.setdefault(row["network"], {})[row["seed"]] = values
    told = {}
    for arms in experiment.compared:
        one, other = (found.get(arm, {}) for arm in arms)
        if seeds := one.keys() & other.keys():
            a, b = (np.array([arm[seed] for seed in sorted(seeds)]) for arm in (one, other))
            low, high = (100 * end for end in difference_interval(a, b, paired=True))
            told[" minus ".join(arms)] = (100 * float(a.mean() - b.mean()), (low, high))
    return told


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

"""Networks for the digits that are compared each at the learning rate that suits it.

Two modules in one frame. For each network the rate is chosen on validation pictures, with a seed that is not
measured; then come the seeds that are.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.layer import Shape
from inception_lab.architecture.layers import Activation, Conv2D, Dense, GlobalAveragePool2D, MaxPool2D
from inception_lab.architecture.modules import Convolutions, normalised
from inception_lab.architecture.network import Network, Part, Sequence
from inception_lab.experiments.lessons import EPOCHS, IMAGES, MODERN, learn
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.training.recipes import Recipe

STEM = 16
FIRST: Shape = (16, 16, 2 * STEM)  # what the first of two modules sees
RATES = (0.1, 0.2, 0.4, 0.8, 1.6)
SEEDS = range(8)
CHOOSE, MEASURE = "choose", "measure"  # the learning rate on the validation pictures; then the network


def around(
    first: Part, second: Part, *before_classifier: Part, name: str, batch_norm: bool = True
) -> Network:
    """Return a network for the digits with two modules in it, which see 16×16 and 8×8 pixels."""
    convolution, parts = Convolutions(batch_norm), list[Part]()
    for number, filters in enumerate((STEM, 2 * STEM), start=1):
        parts += [convolution(f"conv{number}", filters, 3), MaxPool2D(3, strides=2, name=f"pool{number}")]
    parts += [first, MaxPool2D(3, strides=2, name="pool3"), second, GlobalAveragePool2D(name="average")]
    parts += [*before_classifier, Dense(10, name="classifier"), Activation("softmax", name="prob")]
    return Network((64, 64, 3), Sequence(*parts), name)


def convolution(name: str, filters: int, kernel_size: int | tuple[int, int], groups: int = 1) -> Sequence:
    """Describe a convolution as all networks here have them: batch norm and ReLU after it."""
    return normalised(Conv2D(filters, kernel_size, use_bias=False, groups=groups, name=name))


def at_own_rates(
    name: str,
    question: str,
    network: Callable[[str], Network],
    arms: Iterable[str],
    compared: tuple[tuple[str, str], ...],
    *,
    rates: tuple[float, ...] = RATES,
    seeds: range = SEEDS,
    described: Callable[[str], list[Any]] | None = None,
) -> Experiment:
    """Return the experiment that compares networks, each at its own rate.

    Args:
        name: Of its file.
        question: What it answers.
        network: From the name of an arm to its network.
        arms: Their names.
        compared: The pairs of arms whose difference answers the question.
        rates: Those to choose from.
        seeds: Those that are measured.
        described: From the name of an arm to what decides its network; nothing for the network itself.
    """

    def definition(settings: Settings) -> object:
        arm = settings["network"]
        tried = rates if settings["phase"] == MEASURE else ()
        return [*(described(arm) if described else [network(arm)]), tried, MODERN, IMAGES, EPOCHS]

    return Experiment(
        name,
        question,
        tuple(tuned_runs(arms, rates, seeds)),
        lambda run, so_far: tuned(network(run["network"]), run, so_far),
        definition,
        compared=compared,
    )


def tuned(
    network: Network, settings: Settings, so_far: Rows, recipe: Recipe = MODERN, **options: Any
) -> Rows:
    """Train a network at the rate of a run's settings, or to measure at the one that was chosen."""
    choosing, kind = settings["phase"] == CHOOSE, str(settings["network"])
    rate = float(settings["rate"]) if choosing else chosen_rate(kind, so_far)
    recipe = replace(recipe, learning_rate=rate)
    row, _, right = learn(network, recipe, seed=int(settings["seed"]), **options)
    return [{"chosen_rate": rate, **row, "right": pack(right)}]


def tuned_runs(kinds: Iterable[str], rates: Iterable[float], seeds: range, **fixed: object) -> list[Settings]:
    """Return the runs that choose the rate of each network, with a seed that is not measured, and measure."""
    arms: list[tuple[str, str, object, int]]
    arms = [(CHOOSE, kind, rate, 100) for kind, rate in product(kinds, rates)]
    arms += [(MEASURE, kind, "chosen", seed) for seed, kind in product(seeds, kinds)]
    return [
        {"phase": phase, "network": kind, "rate": rate, **fixed, "seed": seed}
        for phase, kind, rate, seed in arms
    ]


def chosen_rate(kind: str, rows: Rows) -> float:
    """Return the learning rate at which a network did best on the validation pictures."""
    tried = [row for row in rows if row["network"] == kind and row["phase"] == CHOOSE]
    if not tried:
        raise ValueError(f"A learning rate must be chosen first. Received: no such run of '{kind}'.")
    return float(max(tried, key=lambda row: float(row["validation_accuracy"]))["rate"])


def pack(right: npt.NDArray[np.bool_]) -> str:
    """Write which pictures were right, `(digits, sizes)`, as hexadecimal digits."""
    return np.packbits(right.reshape(-1)).tobytes().hex()


def unpack(text: str, sizes: int = 7) -> npt.NDArray[np.bool_]:
    """Read what `pack` wrote.

    Returns:
        `(digits, sizes)`. Up to seven bits of padding fall away with the last incomplete digit.
    """
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8)).astype(bool)
    return bits[: len(bits) // sizes * sizes].reshape(-1, sizes)

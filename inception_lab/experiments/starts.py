"""Which learning rates suit which start, and do auxiliary heads widen their range?

The hypotheses, written down before the runs:

1. Each start learns within a range of rates. He's range lies lower than that of Xavier with bias 0, whose
   gradients are smaller beside its weights.
2. Batch norm's range is the widest, without heads as with them.
3. Heads widen the range of a start without batch norm.

A rate *works* in a run if at least 80 % of the validation pictures are right after the last epoch. A range is
the number of rates that work, in factors of two. "Wider" means: over pairs of one seed, the difference's
interval of 95 % lies above zero (`difference_interval`, paired). A run that never leaves ln 10 is counted
apart from the mean of those that did.

The rate falls to zero along half a cosine, so that the last epoch is no matter of luck. Twenty epochs, since
stored runs at the fixed rate of 0.02 took up to ten of them to leave ln 10. After the grid, each start has
eight new seeds at the rate of the highest validation accuracy, the mean over the grid's seeds.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.experiments.lessons import FIXED_RATE, HEAD_STARTS, head_curves, head_network
from inception_lab.experiments.runner import Experiment, Rows, Settings

# In factors of two. Where an end of 0.00125 … 0.08, or with batch norm of 0.01 … 0.64, worked in the first
# runs, the grid goes on.
XAVIER, HE, NORMALISED = (
    tuple(0.0003125 * 2**step for step in steps) for steps in (range(2, 9), range(9), range(3, 13))
)
RATES: Mapping[str, tuple[float, ...]] = dict(zip(HEAD_STARTS, (XAVIER, XAVIER, HE, NORMALISED), strict=True))
WEIGHTS = (0.0, 0.3)  # of the heads; 0: none
GRID, MEASURE = "grid", "measure"
EPOCHS = 20
RECIPE = replace(FIXED_RATE, schedule="cosine", source="SGD 0.9, from the rate to zero along half a cosine")
HEADS_IN_WORDS = ("without heads", "with heads")
# Steps, counted from 1, at which the step is compared with the weights; and the modules, from the picture up.
STEPS = (1, 10, 100, 1000)
MODULES = ("conv1", *(f"inception_{name}" for name in TABLE_1), "loss3")


def _recipe(rate: float, weight: float) -> Any:
    return replace(RECIPE, learning_rate=rate, auxiliary_weight=weight)


def _measure(settings: Settings, so_far: Rows) -> Rows:
    from inception_lab.model.data.digits import plain_digits
    from inception_lab.model.evaluate import accuracy
    from inception_lab.model.training.epochs import Epochs
    from inception_lab.model.training.learner import Learner
    from inception_lab.model.training.progress import Progress

    start, weight = str(settings["start"]), float(settings["weight"])
    rate = chosen_rate(start, weight, so_far) if settings["phase"] == MEASURE else float(settings["rate"])
    recipe, data = _recipe(rate, weight), plain_digits()
    steps = len(data.train) // recipe.batch_size
    learner = Learner(
        head_network(start, weight > 0),
        data.train.picture_shape,
        recipe,
        recipe.learning_rates(EPOCHS, steps),
        precision="float32",
        seed=int(settings["seed"]),
        kernel_initializer=HEAD_STARTS[start][1],
        bias_initializer=HEAD_STARTS[start][2],
    )
    silent = Progress(False, EPOCHS, steps, learner.outputs)
    kept = Epochs(data, learner, [], steps, False, None, silent, None, None)
    before, shares = kernels(learner.core), {}

    def step_done(epoch: int, step: int, logs: Mapping[str, float]) -> None:
        nonlocal before
        kept.step_done(epoch, step, logs)
        number = epoch * steps + step + 1
        if number in STEPS:
            shares[number] = step_shares(before, kernels(learner.core))
        if number + 1 in STEPS:
            before = kernels(learner.core)

    diverged = 0
    try:
        learner.fit(
            data.train.images,
            data.train.labels,
            range(EPOCHS),
            step_done=step_done,
            epoch_done=kept.epoch_done,
        )
    except FloatingPointError:
        diverged = len(kept.rows) + 1
    found = None if diverged else accuracy(learner.predict(data.test.images)["main"], data.test.labels)
    return [
        {
            "used_rate": rate,
            "accuracy": "" if found is None else round(found, 6),
            "diverged": diverged,
            **head_curves(kept.rows),
            **{f"share_{step}": " ".join(f"{s:.3g}" for s in shares.get(step, ())) for step in STEPS},
            "images_per_second": round(kept.images_per_second or 0, 1),
        }
    ]


def kernels(model: Any) -> dict[str, list[npt.NDArray[np.float32]]]:
    """Return a copy of the kernels of each module in `MODULES`."""
    from inception_lab.model.backend import as_array

    return {
        module: [
            as_array(layer.kernel)
            for layer in model.layers
            if layer.name.startswith(f"{module}_") and hasattr(layer, "kernel")
        ]
        for module in MODULES
    }


def step_shares(
    before: Mapping[str, list[npt.NDArray[np.float32]]], after: Mapping[str, list[npt.NDArray[np.float32]]]
) -> list[float]:
    """Return |Δw| / |w| of each module, over all its kernels: the step as a share of the weights."""

    def size(arrays: list[Any]) -> float:
        return float(np.sqrt(sum(float(np.sum(np.square(array, dtype=np.float64))) for array in arrays)))

    return [
        size([new - old for new, old in zip(after[name], before[name], strict=True)]) / size(before[name])
        for name in before
    ]


def final(row: Mapping[str, Any]) -> float:
    """Return a run's validation accuracy after its last epoch; 0 where the loss was no number any more."""
    return 0.0 if row["diverged"] else float(str(row["validation_accuracy"]).split()[-1])


def chosen_rate(start: str, weight: float, rows: Rows) -> float:
    """Return the rate of the grid with the highest validation accuracy, mean over seeds; of equals the lower.

    Args:
        start: A name in `HEAD_STARTS`.
        weight: Of the heads.
        rows: Stored ones.

    Raises:
        ValueError: If no rate has been tried.
    """
    tried = by_rate(rows).get(start, {}).get(HEADS_IN_WORDS[weight > 0])
    if not tried:
        raise ValueError(
            f"A learning rate must be tried first. Received: no such run of '{start}', weight {weight}."
        )
    return max(tried, key=lambda rate: float(np.mean(tried[rate])))  # rates rise


def by_rate(rows: Rows) -> dict[str, dict[str, dict[float, list[float]]]]:
    """Return what the grid's runs have on validation pictures in the end, a value a seed.

    Args:
        rows: Stored ones.

    Returns:
        Start → "without heads" or "with heads" → rate → accuracies; 0 where the loss was no number any more.
    """
    found: dict[str, dict[str, dict[float, list[float]]]] = {}
    for row in sorted((row for row in rows if row["phase"] == GRID), key=lambda row: float(row["rate"])):
        arm = found.setdefault(row["start"], {}).setdefault(HEADS_IN_WORDS[row["weight"] > 0], {})
        arm.setdefault(float(row["rate"]), []).append(final(row))
    return {start: found[start] for start in HEAD_STARTS if start in found}


def _runs() -> list[Settings]:
    """Seed 0 first, and of it every other rate first: what is done when it is stopped is worth most."""
    arms = list(product(HEAD_STARTS, WEIGHTS))
    first = [(0, part) for part in (slice(0, None, 2), slice(1, None, 2))]
    order = [*first, (1, slice(None)), (2, slice(None))]
    grid = [
        {"phase": GRID, "start": start, "weight": weight, "rate": rate, "seed": seed}
        for seed, part in order
        for start, weight in arms
        for rate in RATES[start][part]
    ]
    measure = [
        {"phase": MEASURE, "start": start, "weight": weight, "rate": "chosen", "seed": seed}
        for seed in range(10, 18)
        for start, weight in arms
    ]
    return [*grid, *measure]


def _definition(settings: Settings) -> object:
    start, weight = settings["start"], settings["weight"]
    rates = RATES[start] if settings["phase"] == MEASURE else ()
    return [head_network(start, weight > 0), HEAD_STARTS[start], _recipe(1.0, weight), EPOCHS, rates]


STARTS = Experiment(
    "starts",
    "which learning rates suit which start, and do auxiliary heads widen their range?",
    tuple(_runs()),
    _measure,
    _definition,
)

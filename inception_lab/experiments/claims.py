"""The runs behind claims: how good, how fast, how large. Each with the command that anybody can run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.network import Network
from inception_lab.architecture.small import NETWORKS, full_width_cifar, plain_start_cifar
from inception_lab.experiments.lessons import finished
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.data import cifar, digits
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.training.recipes import RECIPES, SUITED, Recipe

if TYPE_CHECKING:
    from inception_lab.model.training.outcome import Outcome

RUNS = Path("runs")
# Full GoogLeNet on pictures of CIFAR-10's number and size, resized on the device.
FULL_PICTURES, FULL_BATCH, FULL_STEPS = 50_000, 32, 12


def _default(dataset: str) -> tuple[Network, Recipe, int]:
    """Return what `inception-lab train --dataset …` trains without more options: how, and for how long."""
    suited = SUITED[dataset]
    return NETWORKS[suited.network](), RECIPES[suited.recipe], suited.epochs


def _trained(
    data: Splits, network: Network, recipe: Recipe, epochs: int, *, run: str = "", **options: Any
) -> Outcome:
    """Train; in a directory of `runs/` what is there is carried on: killed, a run loses an epoch at most."""
    from inception_lab.model.training.train import train

    if run:
        options |= {"out": RUNS / run, "resume": (RUNS / run).exists()}
    return train(data, network, recipe, epochs=epochs, **options)


def _numbers(result: Outcome) -> dict[str, Any]:
    accuracy = round(finished(result), 6)
    return {"accuracy": accuracy, "epochs": result.epochs, "parameters": result.parameters}


def _digits(data: Splits, seed: int) -> Rows:
    result = _trained(data, *_default("scaled-digits"), seed=seed, progress=False)
    speed, seconds = round(result.images_per_second or 0, 1), round(result.seconds, 1)
    return [{**_numbers(result), "images_per_second": speed, "training_seconds": seconds}]


def _cifar(settings: Settings, _: Rows) -> Rows:
    seed = int(settings["seed"])
    data, run = cifar.cifar10(seed=seed), f"cifar10-seed-{seed}"
    return _with_curves(_trained(data, *_default("cifar10"), seed=seed, run=run))


def _with_curves(result: Outcome) -> Rows:
    curves = ("loss", "main_accuracy", "validation_loss", "validation_accuracy", "seconds")
    return [
        {
            **_numbers(result),
            "training_seconds": round(sum(row["seconds"] for row in result.history)),
            **{f"{name}_by_epoch": " ".join(f"{row[name]:.4g}" for row in result.history) for name in curves},
        }
    ]


# What short trials on 12,500 pictures were for: no dropout, plain convolutions at 32×32, and 24×24 pixels
# first. The trials went on with the same rate and momentum at 32×32; here the second training starts from
# the first one's averaged weights, with a schedule and a classifier of its own.
SMALL_SIDE, SMALL_EPOCHS, WHOLE_EPOCHS = 24, 108, 72
LONG = RECIPES["long"]
STEADY = replace(LONG, schedule="steps", decay=1.0, source="long, at its highest rate throughout")


def _cifar_small_first(settings: Settings, _: Rows) -> Rows:
    from inception_lab.model.pretrained.sources import classifier

    seed = int(settings["seed"])
    data = cifar.cifar10(seed=seed)
    small, whole = (f"cifar10-{part}-seed-{seed}" for part in ("small", "whole"))
    network = plain_start_cifar((SMALL_SIDE, SMALL_SIDE, 3))
    if not (RUNS / small / "result.json").exists():  # finished, it is taken as it is, wherever it ran
        finished(_trained(data, network, STEADY, SMALL_EPOCHS, seed=seed, run=small))
    start = classifier(RUNS / small)
    return _with_views(
        _trained(data, plain_start_cifar(), LONG, WHOLE_EPOCHS, seed=seed, run=whole, start=start), data
    )


def _with_views(result: Outcome, data: Splits) -> Rows:
    """Add how many are right where the predictions for a test picture and its mirror image are averaged."""
    from inception_lab.model.evaluate import accuracy, ensemble

    pictures, labels = data.test.images, data.test.labels
    views = ensemble([result.predict(pictures), result.predict(pictures[:, :, ::-1])])
    return [{"mirrored_accuracy": round(accuracy(views, labels), 6), **row} for row in _with_curves(result)]


# With the modules' own width, for a GPU: two cores would need about a day.
FULL_WIDTH_EPOCHS = 40


def _cifar_full_width(settings: Settings, _: Rows) -> Rows:
    seed = int(settings["seed"])
    data, run = cifar.cifar10(seed=seed), f"cifar10-full-width-seed-{seed}"
    found = _trained(data, full_width_cifar(), LONG, FULL_WIDTH_EPOCHS, seed=seed, run=run)
    return _with_views(found, data)


class Enough(Exception):  # noqa: N818 - no error
    """Raised when as many steps were timed as are needed."""


def full_network(precision: str, variant: str = "paper") -> dict[str, float]:
    """Train full GoogLeNet, heads included, for some steps at 224 pixels, in `"float32"` or `"bfloat16"`.

    The first two steps, in which the graph is made, are not timed. The paper's variant has LRN, torchvision's
    batch norm.

    Returns:
        `images_per_second` (median over steps) and `peak_memory`, the process's largest, in bytes.
    """
    import resource

    from inception_lab.model.training.train import train

    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (FULL_PICTURES, 32, 32, 3), np.uint8)
    everything = Dataset(pictures, rng.integers(0, 10, FULL_PICTURES), tuple("0123456789"))
    few = Dataset(pictures[:FULL_BATCH], everything.labels[:FULL_BATCH], everything.classes)
    ended: list[float] = []

    def step_done(_epoch: int, _step: int) -> None:
        ended.append(time.perf_counter())
        if len(ended) == FULL_STEPS:
            raise Enough

    with suppress(Enough):
        train(
            Splits("as CIFAR-10", everything, few, few),
            googlenet(classes=10, auxiliary=True, variant=variant),
            "paper",
            batch_size=FULL_BATCH,
            precision=precision,
            on_step=step_done,
            progress=False,
        )
    seconds = np.diff(ended)[1:]
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "images_per_second": round(FULL_BATCH / median(seconds), 1),
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    }


def in_a_process(*options: str) -> dict[str, Any]:
    """Return what `full_network` finds in a process of its own, whose memory is its alone."""
    code = f"import json; from {__name__} import full_network as f; print(json.dumps(f(*{options!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


DIGITS = Experiment(
    "digits",
    "how good is the default network on the scaled digits, after how long?",
    tuple({"seed": seed} for seed in range(3)),
    lambda run, _: _digits(digits.scaled_digits(seed=run["seed"]), run["seed"]),
    lambda _: _default("scaled-digits"),
)
DIGITS_FRESH = Experiment(
    "digits_fresh",
    "and on other held-out digits and backgrounds, by which nothing was ever chosen?",
    tuple({"seed": seed} for seed in range(5)),
    lambda run, _: _digits(digits.fresh_digits(seed=run["seed"]), run["seed"]),
    lambda _: [_default("scaled-digits"), {name: [*forms] for name, forms in digits.FRESH.items()}],
)
CIFAR10 = Experiment(
    "cifar10",
    "how good is a network of under 0.3 M parameters on CIFAR-10?",
    ({"seed": 0},),
    _cifar,
    lambda _: _default("cifar10"),
)
CIFAR10_SMALL_FIRST = Experiment(
    "cifar10_small_first",
    "and without dropout, with plain convolutions first, on small pictures first, for longer?",
    tuple({"seed": seed} for seed in range(3)),
    _cifar_small_first,
    lambda _: [plain_start_cifar(), SMALL_SIDE, SMALL_EPOCHS, STEADY, WHOLE_EPOCHS, LONG],
)
CIFAR10_FULL_WIDTH = Experiment(
    "cifar10_full_width",
    "and the paper's nine modules at their own width, on a GPU?",
    ({"seed": 0},),
    _cifar_full_width,
    lambda _: [full_width_cifar(), FULL_WIDTH_EPOCHS, LONG],
)
FULL = Experiment(
    "full_network",
    "how fast is full GoogLeNet trained at 224 pixels, in which precision, with how much memory?",
    tuple({"precision": p, "seed": n} for n in range(3) for p in ("float32", "bfloat16")),
    lambda settings, _: [in_a_process(str(settings["precision"]))],
    lambda _: [googlenet(classes=10, auxiliary=True), FULL_BATCH, FULL_STEPS],
)

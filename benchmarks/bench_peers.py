"""Our GoogLeNets in a race with torchvision's, where PyTorch and torchvision are installed.

The two run in turn, five pairs of processes for each line; each pair is stored in data/experiments/race.csv
as it ends. A machine that does something else stops the race: what is missing then runs the next time.

They are no dependencies of the project: `pip install torch torchvision` into .venv, then `make bench`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from inception_lab.experiments.claims import in_a_process
from inception_lab.experiments.runner import Experiment, Rows, Settings, complete

if TYPE_CHECKING:
    from benchmarks.conftest import Table

PRECISIONS = ("float32", "bfloat16")
TASKS = {"train": "training at 224×224 with heads, batch 32", "classify": "classifying, batch 16"}
DEFAULT, BEST = "torchvision's by default, float32", "torchvision's at its best"
OWN = "our torchvision variant"  # whom the paper's network races with
LINES = (*product(PRECISIONS, (BEST, DEFAULT)), ("bfloat16", OWN))
# PyTorch gives memory back to Linux behind each operation, and waits for it at the next; so it need not.
KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "4000000000"}
# How many times the opponent's rate ours should be; for the paper's network, whose LRN and true 5×5 kernels
# cost, the share of our torchvision variant's that it keeps.
GOALS = {(DEFAULT, "train"): 2.0, (DEFAULT, "classify"): 1.6, BEST: 1.1, OWN: 0.85}
PAIRS, MOST_SPREAD = 5, 0.05
STAT, MOST_BUSY = Path("/proc/stat"), 0.1


def theirs(task: str, precision: str, **variables: str) -> float:
    """Return torchvision's images/s, of a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peer_torchvision", task, precision]
    environment = os.environ | variables
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(median(json.loads(done.stdout.splitlines()[-1])))


def ours(task: str, precision: str, variant: str) -> float:
    """Return our images/s, of a process of its own."""
    if task == "train":
        return float(in_a_process(precision, variant)["images_per_second"])
    code = f"from benchmarks.bench_peers import classify; print(classify({precision!r}, {variant!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def classify(precision: str, variant: str, batch: int = 16) -> float:
    """Return the median images/s of ten batches at 224 pixels."""
    import numpy as np

    import inception_lab as lab
    from inception_lab.model.backend import PRECISIONS as POLICIES
    from inception_lab.model.backend import dtype_policy

    with dtype_policy(POLICIES[precision]):
        model = lab.build(lab.googlenet(variant=variant))
    images = np.random.default_rng(0).random((batch, 224, 224, 3), np.float32)
    rates = []
    for _ in range(12):
        start = time.perf_counter()
        model.predict_on_batch(images)
        rates.append(batch / (time.perf_counter() - start))
    return median(rates[2:])


def busy(seconds: float = 2.0) -> float:
    """Return the share of all processors' time that others use just now; 0 where Linux does not say."""

    def ticks() -> tuple[int, int]:
        numbers = [int(number) for number in STAT.read_text().split("\n")[0].split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]  # all; idle, and waiting for a disk

    if not STAT.exists():
        return 0.0
    before, idle_before = ticks()
    time.sleep(seconds)
    after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / max(after - before, 1)


def pair(settings: Settings, _: Rows) -> Rows:
    """Run ours, then the opponent, once each.

    Raises:
        ValueError: If the machine is not idle: a race on it says nothing.
    """
    if (share := busy()) > MOST_BUSY:
        raise ValueError(
            "The machine must be idle: the race stops here. "
            f"Received: {share:.0%} of its processors busy (before pair {settings['pair']})."
        )
    task, precision, opponent = settings["task"], settings["precision"], settings["opponent"]
    variant = "paper" if opponent == OWN else "torchvision"
    own = ours(task, precision, variant)
    if opponent == OWN:
        other = ours(task, precision, "torchvision")
    elif opponent == BEST:
        other = theirs(task, precision, **KEEPS_MEMORY)
    else:
        other = theirs(task, "float32")
    peers = f"PyTorch {version('torch')}, torchvision {version('torchvision')}"
    return [{"ours": round(own, 3), "theirs": round(other, 3), "busy": round(share, 3), "peers": peers}]


RACE = Experiment(
    name="race",
    question="Is ours faster than torchvision's GoogLeNet on the same machine?",
    runs=tuple(
        {"task": task, "precision": precision, "opponent": opponent, "pair": number}
        for precision, opponent in LINES
        for task in TASKS
        for number in range(1, PAIRS + 1)
    ),
    measure=pair,
    definition=lambda settings: [settings["opponent"], KEEPS_MEMORY if settings["opponent"] == BEST else {}],
    command="make bench",
)


def ratios(rows: Rows) -> dict[tuple[str, str, str], list[float]]:
    """Return how many times the opponent's rate ours is, pair by pair, for each line of the race."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        line = found.setdefault((row["task"], row["precision"], row["opponent"]), [])
        line.append(row["ours"] / row["theirs"])
    return found


def spread(values: Sequence[float]) -> float:
    """Return how far pairs lie apart, as a share of their median."""
    return (max(values) - min(values)) / median(values)


@pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision is not installed: nothing to race")
def test_against_torchvision(table: "Table") -> None:
    """Each line is how many times the opponent's rate ours is."""
    try:
        complete(RACE)
    finally:
        for (task, precision, opponent), values in ratios(RACE.rows()).items():
            name = f"{TASKS[task]}, {precision}: ours / {opponent}"
            goal = GOALS.get((opponent, task)) or GOALS[opponent]
            table.add(f"{name} (at least {goal:g})", "×", values)
            table.add(f"    spread over {len(values)} pairs", "", [spread(values)], MOST_SPREAD)


if __name__ == "__main__":
    complete(RACE)

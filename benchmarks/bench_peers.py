"""Our GoogLeNets in a race with torchvision's, where PyTorch and torchvision are installed.

The two run in turn, five pairs of processes; on a machine that does something else the run is void.

They are no dependencies of the project: `pip install torch torchvision` into .venv, then `make bench`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from inception_lab.experiments.claims import in_a_process

if TYPE_CHECKING:
    from benchmarks.conftest import Table

pytestmark = pytest.mark.skipif(
    find_spec("torchvision") is None, reason="torchvision is not installed: nothing to compare with"
)
PRECISIONS = ("float32", "bfloat16")
# How many times torchvision's own rate ours must be: against its default, and in the same precision.
AGAINST_DEFAULT = {"train": 2.0, "classify": 1.6}
SAME_PRECISION = 1.1
# PyTorch gives memory back to Linux behind each operation, and waits for it at the next; so it need not.
KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "4000000000"}
PAIRS, MOST_SPREAD = 5, 0.05
STAT, MOST_BUSY = Path("/proc/stat"), 0.1
PAPERS_SHARE = 0.85  # of what the torchvision variant reaches, for the paper's network


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


def race(
    ours: Callable[[], float],
    theirs: Callable[[], float],
    pairs: int = PAIRS,
    busy: Callable[[], float] = busy,
) -> list[float]:
    """Run ours and theirs in turn, A B A B …, and return the share of their time that ours takes, by pair.

    Args:
        ours: Runs ours once and returns its images/s.
        theirs: The same for theirs.
        pairs: How many.
        busy: What else the machine does, as a share of its processors.

    Raises:
        ValueError: If the machine is not idle before a pair: the run is void.
    """
    shares = []
    for pair in range(pairs):
        if (share := busy()) > MOST_BUSY:
            raise ValueError(
                f"The machine must be idle: this run is void. Received: {share:.0%} of its processors busy "
                f"(before pair {pair + 1} of {pairs})."
            )
        our_rate = ours()
        shares.append(theirs() / our_rate)
    return shares


def spread(shares: Sequence[float]) -> float:
    """Return how far pairs lie apart, as a share of their median."""
    return (max(shares) - min(shares)) / median(shares)


@pytest.mark.parametrize("task", AGAINST_DEFAULT)
def test_against_torchvision(table: "Table", task: str) -> None:
    """Each line is a share of time: below 1, ours is faster."""
    done = {"train": "training at 224×224 with heads, batch 32", "classify": "classifying, batch 16"}[task]
    races = {
        "ours by default / torchvision's by default": (
            ("bfloat16", "float32", {}), 1 / AGAINST_DEFAULT[task],
        ),
        **{
            f"ours / torchvision's at its best, both {precision}": (
                (precision, precision, KEEPS_MEMORY), 1 / SAME_PRECISION,
            )
            for precision in PRECISIONS
        },
    }  # fmt: skip
    results = {}
    try:
        for name, ((own, other, variables), target) in races.items():
            shares = race(
                lambda own=own: ours(task, own, "torchvision"),  # type: ignore[misc]
                lambda other=other, variables=variables: theirs(task, other, **variables),  # type: ignore[misc]
            )
            results[name] = (shares, target)
        paper = race(lambda: ours(task, "bfloat16", "paper"), lambda: ours(task, "bfloat16", "torchvision"))
        results["the paper's / our torchvision variant's"] = (paper, 1 / PAPERS_SHARE)
    except ValueError as void:
        pytest.skip(str(void))
    for name, (shares, target) in results.items():
        table.add(f"{done}: time, {name}", "", shares, target)
        table.add(f"{done}: spread over {len(shares)} pairs, {name}", "", [spread(shares)], MOST_SPREAD)

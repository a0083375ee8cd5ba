"""Our GoogLeNets beside torchvision's, in the same run, where PyTorch and torchvision are installed.

They are no dependencies of the project: `pip install torch torchvision` into .venv, then `make bench`.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
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
    import time

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


@pytest.mark.parametrize("task", AGAINST_DEFAULT)
def test_against_torchvision(table: "Table", task: str) -> None:
    """Each line is a share of time: below 1, ours is faster."""
    done = {"train": "training at 224×224 with heads, batch 32", "classify": "classifying, batch 16"}[task]
    their_rates = {precision: theirs(task, precision) for precision in PRECISIONS}
    our_rates = {
        (variant, precision): ours(task, precision, variant)
        for variant in ("torchvision", "paper")
        for precision in PRECISIONS
    }
    for precision, rate in their_rates.items():
        table.add(f"{done}, torchvision, {precision}", "images/s", [rate])
        tuned = theirs(task, precision, **KEEPS_MEMORY)
        table.add(f"{done}, torchvision, {precision}, glibc told to keep memory", "images/s", [tuned])
    for (variant, precision), rate in our_rates.items():
        table.add(f"{done}, ours ({variant}), {precision}", "images/s", [rate])
    best = max(our_rates["torchvision", precision] for precision in PRECISIONS)
    default = their_rates["float32"]
    table.add(
        f"{done}: time, ours by default / torchvision's", "", [default / best], 1 / AGAINST_DEFAULT[task]
    )
    for precision in PRECISIONS:
        share = their_rates[precision] / our_rates["torchvision", precision]
        table.add(f"{done}: time, ours / torchvision's, both {precision}", "", [share], 1 / SAME_PRECISION)
    share = best / max(our_rates["paper", precision] for precision in PRECISIONS)
    table.add(f"{done}: time, the paper's / our torchvision variant's", "", [share], 1 / PAPERS_SHARE)

"""What this process computes on, how long it takes, and with which versions."""

import os
import statistics
import sys
import time
from typing import Any

import numpy as np

from inception_lab.model.backend import cpu_info, gpu, keras
from inception_lab.version import __version__


def hardware() -> str:
    """Say what this process computes on, for logs of experiments."""
    if found := gpu():
        return found[0]
    model = cpu_info("model name") or "CPU"
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{count} core{'s' * (count != 1)} of {model}"


def versions() -> dict[str, str]:
    """Return the versions that a run's numbers depend on, by name."""
    return {
        "inception_lab": __version__,
        "keras": keras.__version__,
        "backend": keras.config.backend(),
        "numpy": np.__version__,
        "python": sys.version.split()[0],
    }


def seconds_per_batch(model: Any, batch_size: int = 16, repeats: int = 7) -> float:
    """Time a forward pass.

    Args:
        model: A Keras model with one input.
        batch_size: Images a batch.
        repeats: Passes that are timed, after one that is not.

    Returns:
        Median seconds for one batch.
    """
    batch = np.random.default_rng(0).random((batch_size, *model.input_shape[1:]), dtype=np.float32)
    model.predict_on_batch(batch)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        model.predict_on_batch(batch)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)

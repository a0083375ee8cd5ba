"""What this process computes on, in which numbers, how long it takes, and with which versions."""

import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.checks import one_of
from inception_lab.model.backend import PRECISIONS, gpu, keras
from inception_lab.version import __version__


@dataclass(frozen=True)
class Precision:
    """In what numbers a network computes; its weights are kept in float32."""

    name: str  # `"float32"`, `"bfloat16"` or `"float16"`
    reason: str  # what decided it

    @property
    def policy(self) -> str:
        """Keras's name for it."""
        return PRECISIONS[self.name]

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def precision(name: str | None = None) -> Precision:
    """Choose the precision that this machine computes quickly in.

    Returns:
        By default bfloat16 where the hardware is quick at it, float16 on older GPUs with half-precision
        units (Keras scales the loss then), float32 otherwise.
    """
    if name is not None:
        one_of("precision", name, tuple(PRECISIONS))
        return Precision(name, "as asked for")
    found = gpu()
    if found is None:
        flags = _cpu_info("flags").split()
        # Intel's AVX512-BF16 without AMX is slower than its float32, AMD's is faster (docs/performance.md).
        for flag, name, maker in (("amx_bf16", "AMX", ""), ("avx512_bf16", "AVX512-BF16", "AuthenticAMD")):
            if flag in flags and maker in _cpu_info("vendor_id"):
                return Precision("bfloat16", f"the CPU has {name}")
        return Precision("float32", "a CPU without fast bfloat16")
    capability = found[1]
    text = f"a GPU of compute capability {capability[0]}.{capability[1]}"
    if capability >= (8, 0):
        return Precision("bfloat16", text)
    return Precision("float16" if capability >= (7, 0) else "float32", text)


def hardware() -> str:
    """Say what this process computes on, for logs of experiments."""
    if found := gpu():
        return found[0]
    model = _cpu_info("model name") or "CPU"
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{count} core{'s' * (count != 1)} of {model}"


def _cpu_info(name: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")


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

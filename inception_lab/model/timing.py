"""What the reader's own clock says."""

import statistics
import time
from typing import Any

import numpy as np


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

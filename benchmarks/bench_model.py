"""Building GoogLeNet in Keras, and running it."""

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

import inception_lab as lab

if TYPE_CHECKING:
    from benchmarks.conftest import Table

BATCH = 16


def test_build(table: "Table") -> None:
    lab.build(lab.layers.Conv2D(1, 1), (1, 1, 1))  # loads Keras
    network = lab.googlenet(auxiliary=True)
    seconds = []
    for _ in range(3):
        lab.keras.backend.clear_session()
        start = time.perf_counter()
        lab.build(network)
        seconds.append(time.perf_counter() - start)
    table.add("build(googlenet(auxiliary=True))", "s", seconds, 1.5)


@pytest.mark.parametrize("variant", ["paper", "batch_norm"])
def test_forward_pass(table: "Table", variant: str) -> None:
    model = lab.build(lab.googlenet(variant=variant))
    images = np.random.default_rng(0).random((BATCH, 224, 224, 3), np.float32)
    model.predict_on_batch(images)
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        model.predict_on_batch(images)
        rates.append(BATCH / (time.perf_counter() - start))
    table.add(f"forward pass at 224×224, batch {BATCH}, {variant}", "images/s", rates)

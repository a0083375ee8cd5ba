"""Where the time of a training step goes, by TensorFlow's own profiler: the table of docs/performance.md.

Below it what the machine can do at best: the rate of one large product of matrices.

python -m benchmarks.where_time_goes [float32|bfloat16] [VARIANT]
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

import inception_lab as lab
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.recipes import RECIPES

BATCH, SIDE, WARM_UP, STEPS = 32, 224, 3, 6
MATRIX, PRODUCTS = 4096, 9
# Kinds of operations by their names in the graph; the first that fits counts.
KINDS = {
    "LRN": r"norm[12]_",
    "optimizer, averages": r"sgd",
    "pictures": r"window",
    "convolutions": r"Conv2D",
    "sums of gradients": r":AddN",
    "ReLU's gradient": r":ReluGrad",
    "batch norm": r"BatchNorm",
    "pooling": r"Pool",
    "all else": r"/.*:",
}


def milliseconds(folder: str) -> Counter[str]:
    """Add up what a profile of some steps says, by kind."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    (file,) = Path(folder).rglob("*.xplane.pb")
    profile = xplane_pb2.XSpace()
    profile.ParseFromString(file.read_bytes())
    found: Counter[str] = Counter()
    for plane in profile.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name.split("#")[0]
                kind = next((kind for kind, form in KINDS.items() if re.search(form, name)), None)
                if kind and "::" not in name:
                    found[kind] += event.duration_ps / 1e9
    return found


def product_rate(precision: str) -> float:
    """Return how many 10⁹ multiply-adds a second a product of two large square matrices does."""
    import tensorflow as tf

    one, two = (
        tf.cast(tf.random.stateless_normal((MATRIX, MATRIX), (0, seed)), precision) for seed in range(2)
    )
    multiply = tf.function(tf.matmul)
    taken = []
    for _ in range(PRODUCTS):
        started = perf_counter()
        multiply(one, two)  # returns when it is done: on a CPU nothing is queued
        taken.append(perf_counter() - started)
    return MATRIX**3 / median(taken) / 1e9


def main(precision: str = "bfloat16", variant: str = "paper") -> None:
    """Train for some steps and print the table."""
    from tensorflow.profiler import experimental as profiler

    recipe = RECIPES["paper"]
    learner = Learner(
        lab.googlenet(classes=10, auxiliary=True, variant=variant),
        (SIDE, SIDE, 3),
        recipe,
        recipe.learning_rates(1, 100),
        precision=precision,
    )
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (STEPS * BATCH, SIDE, SIDE, 3), np.uint8)
    labels = rng.integers(0, 10, len(pictures))
    ended: list[float] = []

    def train(steps: int) -> None:
        count = steps * BATCH
        learner.fit(
            pictures[:count], labels[:count], range(1), step_done=lambda *_: ended.append(perf_counter())
        )

    train(WARM_UP)
    ended.clear()
    train(STEPS)
    print(f"{variant}, {precision}: {BATCH / median(np.diff(ended)):.1f} images/s")
    with tempfile.TemporaryDirectory() as folder:
        profiler.start(folder)
        train(STEPS)
        profiler.stop()
        for kind, time in milliseconds(folder).most_common():
            print(f"{time / STEPS:8.1f} ms  {kind}")
    print(f"{product_rate(precision):8.0f} · 10⁹ MACs a second in a product of {MATRIX}×{MATRIX} matrices")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Building GoogLeNet in Keras, and running it."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.experiments.claims import in_a_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.conftest import Table

BATCH = 16


def test_build(table: "Table") -> None:
    lab.build(lab.layers.Conv2D(1, 1), (1, 1, 1))  # loads Keras
    network = lab.googlenet(auxiliary=True)
    seconds = []
    for _ in range(3):
        lab.keras.backend.clear_session()
        seconds.append(timed(lab.build, network))
    table.add("build(googlenet(auxiliary=True))", "s", seconds, 1.5)


@pytest.mark.parametrize("variant", ["paper", "batch_norm"])
def test_forward_pass(table: "Table", variant: str) -> None:
    model = lab.build(lab.googlenet(variant=variant))
    images = np.random.default_rng(0).random((BATCH, 224, 224, 3), np.float32)
    model.predict_on_batch(images)
    rates = [BATCH / timed(model.predict_on_batch, images) for _ in range(5)]
    table.add(f"forward pass at 224×224, batch {BATCH}, {variant}", "images/s", rates)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_training_of_the_full_network(table: "Table", precision: str) -> None:
    """Full GoogLeNet, heads and LRN included, on pictures of CIFAR-10's size, in a process of its own."""
    found = in_a_process(precision)
    what = f"training full GoogLeNet at 224×224 with heads, batch 32, {precision}"
    table.add(what, "images/s", [found["images_per_second"]])
    table.add(f"{what}: peak memory", "GB", [found["peak_memory"] / 1e9], 2.5)


@pytest.mark.parametrize("side", [32, 256])
def test_preparing_pictures(table: "Table", side: int) -> None:
    """Resizing and the paper's augmentation of a batch, as a share of the step that it is for."""
    import tensorflow as tf

    from inception_lab.model.data.augment import Window
    from inception_lab.model.training.recipes import AUGMENTATIONS

    window = Window(224, 224, AUGMENTATIONS["crops"])
    prepare = tf.function(lambda pictures: window(pictures, training=True))
    pictures = tf.constant(np.random.default_rng(0).integers(0, 256, (32, side, side, 3), np.uint8))
    prepare(pictures)
    seconds = [timed(lambda: prepare(pictures).numpy()) for _ in range(9)]
    what = f"preparing 32 pictures, {side}×{side} to 224×224, cropped, mirrored, recoloured"
    table.add(what, "s", seconds)
    step = 32 / max(in_a_process(precision)["images_per_second"] for precision in ("float32", "bfloat16"))
    table.add(f"{what}: share of the step", "", [float(np.median(seconds)) / step], 0.15)


def test_memory_stays_flat(table: "Table") -> None:
    """What a process holds more after eight epochs than after two."""
    held: list[float] = []
    lab.train(
        lab.digits.scaled_digits(1_280, test=64, validation=64),
        lab.googlenet_digits(width=0.5),
        epochs=8,
        on_epoch=lambda _: held.append(resident()),
    )
    table.add("memory held after 8 epochs less that after 2", "MB", [(held[-1] - held[1]) / 1e6], 20)


def resident() -> float:
    """Return the bytes of memory that this process holds (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


@pytest.fixture(scope="module")
def weights() -> Path:
    folder = Path(__file__).parents[2] / "shared" / "weights"
    if not folder.is_dir() and "INCEPTION_LAB_WEIGHTS" not in os.environ:
        pytest.skip("BVLC's weights are not here: set INCEPTION_LAB_WEIGHTS")
    return Path(os.environ.get("INCEPTION_LAB_WEIGHTS", folder))


def test_loading_the_pretrained_weights(table: "Table", weights: Path) -> None:
    seconds = [timed(lab.classifier, weights) for _ in range(3)]
    table.add("classifier(): weights read and loaded", "s", seconds, 3.0)


def test_classifying(table: "Table", weights: Path) -> None:
    """One photo, and batches in both precisions with what the lower one costs in accuracy."""
    import skimage.data

    names = ("chelsea", "coffee", "rocket", "astronaut", "camera", "coins")
    photos = [getattr(skimage.data, name)() for name in names]
    batch = np.repeat(lab.classifier(weights).prepare(*photos), 8, axis=0)[:BATCH]
    rates, probabilities = {}, {}
    for precision in ("float32", "bfloat16"):
        classifier = lab.classifier(weights, precision=precision)
        probabilities[precision] = classifier.probabilities(*photos)
        if precision == "float32":
            classifier.top(photos[0])
            seconds = [timed(classifier.top, photos[0]) for _ in range(9)]
            table.add("classify one photo", "s", seconds, 0.2)
        classifier.model.predict_on_batch(batch)
        seconds = [timed(classifier.model.predict_on_batch, batch) for _ in range(5)]
        rates[precision] = [BATCH / each for each in seconds]
        table.add(f"classify, batch {BATCH}, {precision}", "images/s", rates[precision])
    float32, bfloat16 = probabilities.values()
    table.add("bfloat16: largest change of a probability", "", [float(abs(bfloat16 - float32).max())])
    table.add(
        "bfloat16: photos of six whose first class changes",
        "",
        [int((bfloat16.argmax(axis=1) != float32.argmax(axis=1)).sum())],
    )
    share = np.median(rates["float32"]) / np.median(rates["bfloat16"])
    table.add("time that bfloat16 takes, as a share of float32's", "", [float(share)], 1 / 1.5)


def timed(call: "Callable[..., object]", *arguments: object) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start

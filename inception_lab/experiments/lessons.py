"""Experiments that train on digits: bands of sizes, auxiliary heads, overfitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.network import Network
from inception_lab.architecture.small import googlenet_digits
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.training.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from inception_lab.model.training.outcome import Outcome

IMAGES, EPOCHS = 8_000, 5
MODERN = RECIPES["modern"]


def learn(
    network: Network,
    recipe: Recipe = MODERN,
    *,
    seed: int,
    images: int = IMAGES,
    epochs: int = EPOCHS,
    sizes: tuple[float, float] = (10, 60),
    **options: Any,
) -> tuple[dict[str, Any], Any, Any]:
    """Train on scaled digits and measure at the seven sizes.

    Returns:
        A row of numbers, the result of training, and which of the held-out digits were right at each
        size, `(digits, sizes)`.
    """
    from inception_lab.model.data import digits
    from inception_lab.model.evaluate import correct
    from inception_lab.model.training.train import train

    data = digits.scaled_digits(images, sizes=sizes, seed=seed)
    result = train(data, network, recipe, epochs=epochs, seed=seed, progress=False, **options)
    score = finished(result)
    held_out = _held_out()
    right = correct(result.predict(held_out.images), held_out.labels).reshape(-1, len(digits.SEVEN_SIZES))
    counted = cost(network)
    row = {
        "parameters": counted.parameters,
        "macs": counted.macs,
        "reach": max(layer.reach.largest for layer in counted.layers if layer.type == "Conv2D"),
        "train_accuracy": result.history[-1]["main_accuracy"],
        "train_loss": result.history[-1]["loss"],
        "validation_accuracy": result.history[-1]["validation_accuracy"],
        "accuracy": score,
        **{f"size_{size}": right[:, n].mean() for n, size in enumerate(digits.SEVEN_SIZES)},
        "images_per_second": result.images_per_second,
    }
    return {name: round(v, 6) if isinstance(v, float) else v for name, v in row.items()}, result, right


def finished(result: Outcome) -> float:
    """Return a run's accuracy on the test pictures."""
    if result.accuracy is None:
        raise KeyboardInterrupt
    return result.accuracy


@cache
def _held_out() -> Any:
    from inception_lab.model.data.digits import at_fixed_sizes

    return at_fixed_sizes()


# 05: trained on some sizes only, tested on all.
BAND_LIMITS = ((10, 60), (10, 14), (14, 20), (20, 30), (30, 43), (43, 60), (10, 24), (24, 60))


BANDS = Experiment(
    "bands",
    "trained on some sizes of digit only: what happens at the others?",
    tuple({"smallest": a, "largest": b, "seed": n} for n, (a, b) in product(range(5), BAND_LIMITS)),
    lambda run, _: [learn(googlenet_digits(), seed=run["seed"], sizes=(run["smallest"], run["largest"]))[0]],
    lambda _: [googlenet_digits(), MODERN, IMAGES, EPOCHS],
)

# 04: nine modules at an eighth of the width, without and with heads, by plain SGD as in 2014. The task is
# easy on purpose: on the cluttered digits none of the starts without batch norm learns anything in minutes.
HEAD_STARTS = {
    "Xavier, bias 0": ("none", "glorot_uniform", 0.0),
    "Xavier, bias 0.2": ("none", "glorot_uniform", 0.2),
    "He": ("none", "he_normal", 0.0),
    "He, batch norm": ("batch_norm", "he_normal", 0.0),
}
HEAD_WEIGHTS = (0.0, 0.3)  # 0: no heads
HEAD_EPOCHS = 20
# An epoch after another.
HEAD_CURVES = ("validation_loss", "validation_accuracy", "main_accuracy", "aux1_accuracy")
FIXED_RATE = Recipe(
    source="SGD 0.9 at a fixed rate",
    learning_rate=0.02,
    schedule="steps",
    decay=1.0,
    averaging=0.0,
    batch_size=16,
)


@cache
def head_network(start: str, heads: bool) -> Network:
    """Return nine modules at an eighth of the width, as one of `HEAD_STARTS` needs them."""
    return googlenet(
        (32, 32, 3),
        10,
        ("4a", "4d") if heads else False,
        width=0.125,
        stem="small",
        normalization=HEAD_STARTS[start][0],  # type: ignore[arg-type]
        rows=TABLE_1,
    )


def _heads(settings: Settings, _: Rows) -> Rows:
    from inception_lab.model.data.digits import plain_digits
    from inception_lab.model.training.train import train

    start, weight = str(settings["start"]), float(settings["weight"])
    kernel, bias = HEAD_STARTS[start][1:]
    result = train(
        plain_digits(),
        head_network(start, weight > 0),
        replace(FIXED_RATE, auxiliary_weight=weight),
        epochs=HEAD_EPOCHS,
        seed=int(settings["seed"]),
        precision="float32",
        kernel_initializer=kernel,
        bias_initializer=bias,
        progress=False,
    )

    return [
        {
            "accuracy": round(finished(result), 6),
            **head_curves(result.history),
            "images_per_second": round(result.images_per_second or 0, 1),
        }
    ]


def head_curves(history: Sequence[Mapping[str, float]]) -> dict[str, str]:
    """Return the curves of a run, each as the text of its cell: an epoch after another."""
    return {
        name: " ".join(f"{epoch[name]:.4f}" for epoch in history if name in epoch) for name in HEAD_CURVES
    }


def epochs_lost(losses: npt.NDArray[np.float64], classes: int = 10) -> list[int]:
    """Return for each run how many epochs passed before its loss was first a tenth below ln(classes).

    Args:
        losses: `(runs, epochs)`, in nats.
        classes: Of the task: who knows nothing has a loss of ln(classes).
    """
    learned = losses < 0.9 * np.log(classes)
    return [int(np.argmax(row)) if row.any() else len(row) for row in learned]


HEADS = Experiment(
    "heads",
    "do auxiliary heads help a network to learn, from which start?",
    tuple({"start": s, "weight": w, "seed": n} for n, s, w in product(range(3), HEAD_STARTS, HEAD_WEIGHTS)),
    _heads,
    lambda run: [
        head_network(run["start"], run["weight"] > 0),
        HEAD_STARTS[run["start"]],
        FIXED_RATE,
        HEAD_EPOCHS,
    ],
)

# 05: the gap between training and test, by number of pictures and by width. All see as many pictures, so the
# fewer there are, the more often each is seen. Or all see each picture as often: then the more there are, the
# more steps are made. (Of 1,000 pictures the two are the same.)
#
# Of the second the hypotheses, written down before its runs, seeds paired, at a rate of 0.2:
# 1. At the full width the gap, "learnt" minus test accuracy, is smaller with 8,000 pictures than with 320.
# 2. With 8,000 pictures, a quarter of the width does not bring a better test accuracy than the full one.
SEEN, EACH = 16_000, 16
WIDTHS = (0.25, 0.5, 1.0)


def _overfitted(settings: Settings, epochs: int) -> tuple[dict[str, Any], Outcome]:
    width, images = float(settings["width"]), int(settings["images"])
    network = googlenet_digits(width=width)
    return learn(network, seed=int(settings["seed"]), images=images, epochs=epochs)[:2]


def _as_often(settings: Settings, _: Rows) -> Rows:
    """Train, and ask for the training pictures once more, in the end and without dropout."""
    from inception_lab.model.data.digits import draw
    from inception_lab.model.evaluate import accuracy

    row, result = _overfitted(settings, EACH)
    seen = draw("train", int(settings["images"]), seed=int(settings["seed"]))
    return [{**row, "learnt": round(accuracy(result.predict(seen.images), seen.labels), 6)}]


OVERFITTING = Experiment(
    "overfitting",
    "how far apart are training and test accuracy, by number of pictures and by width?",
    tuple({"images": i, "width": w, "seed": n} for n, i, w in product(range(5), (320, 1_000, 8_000), WIDTHS)),
    lambda run, _: [_overfitted(run, SEEN // run["images"])[0]],
    lambda run: [googlenet_digits(width=run["width"]), MODERN, SEEN],
)
OVERFITTING_AS_OFTEN = Experiment(
    "overfitting_as_often",
    "the same where each picture is seen as often, however many there are?",
    tuple({"images": i, "width": w, "seed": n} for n, i, w in product(range(5), (320, 8_000), WIDTHS)),
    _as_often,
    lambda run: [googlenet_digits(width=run["width"]), MODERN, EACH],
)

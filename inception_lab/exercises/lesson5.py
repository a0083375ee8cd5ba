"""The exercises of notebook 05, training."""

from __future__ import annotations

import math
from functools import cache

from inception_lab.exercises.judge import Exercise, number, word
from inception_lab.experiments.lessons import BAND_LIMITS, BANDS
from inception_lab.model.training.recipes import RECIPES

ORDERED = (18, 33)  # pixels
SMOOTHING, CLASSES = 0.2, 10


def memory_of_floats(pictures: int, side: int) -> float:
    """Return the GB that pictures in colour take as float32."""
    return pictures * side * side * 3 * 4 / 1e9


def epochs_until(share: float) -> int:
    """Return the first epoch, counted from 0, in which the article's rate is at most `share` of its first."""
    recipe = RECIPES["article"]
    steps = math.ceil(math.log(share) / math.log(recipe.decay))
    return steps * recipe.decay_epochs


def lowest_loss(smoothing: float, classes: int) -> float:
    """Return the cross-entropy of a perfect answer to labels that are smoothed."""
    off = smoothing / classes
    on = 1 - smoothing + off
    return -(on * math.log(on) + (classes - 1) * off * math.log(off))


@cache
def best_band() -> str:
    """Return the band, all sizes excepted, whose stored networks are best at the ordered sizes together."""
    stored = BANDS.curves("smallest", "largest", of=[f"size_{size}" for size in ORDERED])
    means = {band: curves.mean() for band, curves in stored.items() if band != BAND_LIMITS[0]}
    best = max(means, key=lambda band: means[band])
    return "-".join(map(str, best))


EXERCISES = {
    "05.1": Exercise(
        "How many GB do CIFAR-10's 50,000 training pictures take at 96×96 as float32?",
        number(
            lambda: memory_of_floats(50_000, 96),
            "GB",
            tolerance=0.01,
            slips={
                "That is with one byte a number: float32 has four.": lambda: memory_of_floats(50_000, 96) / 4,
                "That is without the three colours.": lambda: memory_of_floats(50_000, 96) / 3,
                "That is for all 60,000 pictures.": lambda: memory_of_floats(60_000, 96),
                "That is with 96 pixels a picture: it has 96 · 96.": lambda: (
                    memory_of_floats(50_000, 96) / 96
                ),
                "That is with eight bytes a number: float32 has four.": lambda: (
                    2 * memory_of_floats(50_000, 96)
                ),
                "That is in MB. A GB has 1,000 of them.": lambda: 1000 * memory_of_floats(50_000, 96),
                "That is in GiB, of 2³⁰ bytes. A GB is 10⁹.": lambda: (
                    memory_of_floats(50_000, 96) / 1.073741824
                ),
            },
        ),
        ("Pictures × height × width × colours × bytes.", "Three colours, four bytes a number; 1 GB is 10⁹."),
    ),
    "05.2": Exercise(
        "The paper's learning rate falls by 4 % every 8 epochs, and is constant in between. After how many "
        "epochs is it at half or less for the first time?",
        number(
            lambda: epochs_until(0.5),
            "epochs",
            slips={
                "That many steps: each takes 8 epochs.": lambda: epochs_until(0.5) / 8,
                "That is one step too few: after it the rate is at 52 %.": lambda: epochs_until(0.5) - 8,
                "It falls every 8 epochs, and not in between.": 8 * math.log(0.5) / math.log(0.96),
                "That takes 4 % of the first rate each time. It is 4 % of the rate before.": 13 * 8,
            },
        ),
        (
            "How often must you multiply by 0.96 to get below 0.5?",
            "ln 0.5 / ln 0.96 = 16.98: 17 steps, of 8 epochs each.",
        ),
    ),
    "05.3": Exercise(
        "Ten classes, label smoothing 0.2: what is the lowest loss that a network can reach?",
        number(
            lambda: lowest_loss(SMOOTHING, CLASSES),
            "nats",
            tolerance=0.005,
            slips={
                "That is the right class alone. The nine others add to it.": lambda: -0.82 * math.log(0.82),
                "That is against plain labels. The target here is smoothed.": lambda: -math.log(0.82),
                "That is in bits: Keras's loss is in nats.": lambda: (
                    lowest_loss(SMOOTHING, CLASSES) / math.log(2)
                ),
            },
        ),
        (
            "The target is 0.82 for the right class and 0.02 for each other; the best answer is the target.",
            "−(0.82 ln 0.82 + 9 · 0.02 ln 0.02)",
        ),
    ),
    "05.4": Exercise(
        "A customer's digits are of 18 and of 33 pixels. You may train on one band, but not on all sizes.",
        word(
            best_band,
            tuple(f"{low}-{high}" for low, high in BAND_LIMITS[1:]),
            slips=dict.fromkeys(("10-24", "14-20"), "It holds 18. How good is it at 33?")
            | dict.fromkeys(("24-60", "30-43"), "It holds 33. How good is it at 18?")
            | dict.fromkeys(("10-14", "43-60"), "It holds neither size. Look at what it does with both."),
        ),
        (
            "It is in the table and in the explorer: read both sizes off, band by band.",
            "A band need not hold a size to serve it.",
        ),
    ),
}

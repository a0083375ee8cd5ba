"""The exercises of notebook 05, training."""

from __future__ import annotations

import math
from functools import cache

from inception_lab.exercises.judge import Exercise, number
from inception_lab.experiments.lessons import BANDS
from inception_lab.model.training.recipes import RECIPES

ORDERED = (13, 44)  # pixels
OFFERED = ((10, 24), (24, 60))  # bands
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
def right_at() -> tuple[tuple[float, float], ...]:
    """Return how often each offered band's stored networks are right at the ordered sizes, in per cent."""
    stored = BANDS.curves("smallest", "largest", of=[f"size_{size}" for size in ORDERED])
    return tuple((100 * small, 100 * large) for small, large in (stored[band].mean(0) for band in OFFERED))


def share_of_large() -> float:
    """Return the share of large digits, in per cent, at which both offered bands are right as often."""
    (low_small, low_large), (high_small, high_large) = right_at()
    lost, gained = low_small - high_small, high_large - low_large
    return 100 * lost / (lost + gained)


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
                "That is with smoothing 0.1, as in the lesson.": lambda: lowest_loss(0.1, CLASSES),
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
        "A customer's digits have 13 or 44 pixels. From which share of 44-pixel digits on, in per cent, is "
        "the band 24–60 right more often than 10–24?",
        number(
            share_of_large,
            "per cent",
            tolerance=0.01,
            slips={
                "That is the share of the small ones.": lambda: 100 - share_of_large(),
                "In per cent, please: 100 times as much.": lambda: share_of_large() / 100,
                "Each band is also asked about the size that it does not hold.": lambda: (
                    100 * right_at()[0][0] / (right_at()[0][0] + right_at()[1][1])
                ),
            },
        ),
        (
            "With a share p of large digits a band is right in (1 − p) · (its 13 px) + p · (its 44 px).",
            "96.1 · (1 − p) + 13.7 · p = 26.7 · (1 − p) + 97.6 · p",
        ),
    ),
}

"""The exercises of notebook 05, training."""

import math
from functools import cache

from inception_lab.exercises.judge import number
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
    "05.1": number(
        "How many GB do CIFAR-10's 50,000 training pictures take at 96×96 as float32?",
        lambda: memory_of_floats(50_000, 96),
        "GB",
        ("Pictures × height × width × colours × bytes.", "Three colours, four bytes a number; 1 GB is 10⁹."),
        lambda truth: {
            "That is with one byte a number: float32 has four.": truth / 4,
            "That is without the three colours.": truth / 3,
            "That is for all 60,000 pictures.": memory_of_floats(60_000, 96),
            "That is with 96 pixels a picture: it has 96 · 96.": truth / 96,
            "That is with eight bytes a number: float32 has four.": 2 * truth,
            "That is in MB. A GB has 1,000 of them.": 1000 * truth,
            "That is in GiB, of 2³⁰ bytes. A GB is 10⁹.": truth / 1.073741824,
        },
        tolerance=0.01,
    ),
    "05.2": number(
        "The paper's learning rate falls by 4 % every 8 epochs, and is constant in between. After how many "
        "epochs is it at half or less for the first time?",
        lambda: epochs_until(0.5),
        "epochs",
        (
            "How often must you multiply by 0.96 to get below 0.5?",
            "ln 0.5 / ln 0.96 = 16.98: 17 steps, of 8 epochs each.",
        ),
        lambda truth: {
            "That many steps: each takes 8 epochs.": truth / 8,
            "That is one step too few: after it the rate is at 52 %.": truth - 8,
            "It falls every 8 epochs, and not in between.": 8 * math.log(0.5) / math.log(0.96),
            "That takes 4 % of the first rate each time. It is 4 % of the rate before.": 13 * 8,
        },
    ),
    "05.3": number(
        "Ten classes, label smoothing 0.2: what is the lowest loss that a network can reach?",
        lambda: lowest_loss(SMOOTHING, CLASSES),
        "nats",
        (
            "The target is 0.82 for the right class and 0.02 for each other; the best answer is the target.",
            "−(0.82 ln 0.82 + 9 · 0.02 ln 0.02)",
        ),
        lambda truth: {
            "That is the right class alone. The nine others add to it.": -0.82 * math.log(0.82),
            "That is against plain labels. The target here is smoothed.": -math.log(0.82),
            "That is with smoothing 0.1, as in the lesson.": lowest_loss(0.1, CLASSES),
            "That is in bits: Keras's loss is in nats.": truth / math.log(2),
        },
        tolerance=0.005,
    ),
    "05.4": number(
        "A customer's digits have 13 or 44 pixels. From which share of 44-pixel digits on, in per cent, is "
        "the band 24–60 right more often than 10–24?",
        share_of_large,
        "per cent",
        (
            "With a share p of large digits a band is right in (1 − p) · (its 13 px) + p · (its 44 px).",
            "96.1 · (1 − p) + 13.7 · p = 26.7 · (1 − p) + 97.6 · p",
        ),
        lambda truth: {
            "That is the share of the small ones.": 100 - truth,
            "In per cent, please: 100 times as much.": truth / 100,
            "Each band is also asked about the size that it does not hold.": (
                100 * right_at()[0][0] / (right_at()[0][0] + right_at()[1][1])
            ),
        },
        tolerance=0.01,
    ),
}

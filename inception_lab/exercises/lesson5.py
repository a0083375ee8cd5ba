"""The exercises of notebook 05, training."""

import math
from functools import cache

from inception_lab.exercises.judge import number
from inception_lab.experiments.lessons import BANDS
from inception_lab.model.evaluate import mean_interval
from inception_lab.model.training.recipes import RECIPES

ORDERED = (13, 44)  # pixels
OFFERED = ((10, 24), (24, 60))  # bands
GAINS = (0.2, 0.9, 1.3)  # points, of a block in three seeds
MIXED, PLAIN = 0.7, 0.5  # the target of a mixed picture's first digit, and the share of plain pictures


def epochs_until(share: float) -> int:
    """Return the first epoch, counted from 0, in which the article's rate is at most `share` of its first."""
    recipe = RECIPES["article"]
    steps = math.ceil(math.log(share) / math.log(recipe.decay))
    return steps * recipe.decay_epochs


def lowest_loss(mixed: float, plain: float) -> float:
    """Return the lowest mean loss where the other pictures are mixed of two digits, so much of the first."""
    return -(1 - plain) * (mixed * math.log(mixed) + (1 - mixed) * math.log(1 - mixed))


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
        "A block gained 0.2, 0.9 and 1.3 points in three pairs of runs. Where does the interval of the mean "
        "gain begin?",
        lambda: mean_interval(GAINS)[0],
        "points",
        (
            "The mean, minus 4.30 times its error. The error is the spread of the three, divided by √3.",
            "The spread: √((0.6² + 0.1² + 0.5²) / 2) = 0.557.",
        ),
        lambda _: {
            "That is with the factor for very many values. For three it is 4.30.": 0.170,
            "That spread divides by three. A spread of three values divides by two.": -0.329,
            "That is for a single run. The error of a mean of three is √3 times smaller.": -1.596,
            "That is its upper end.": 2.183,
            "Is it above zero, or below?": 0.583,
            "That is the mean alone.": 0.8,
        },
        tolerance=0.015,
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
        "Half of the pictures are plain, the others are mixed of two digits with targets 0.7 and 0.3: what "
        "is the lowest training loss?",
        lambda: lowest_loss(MIXED, PLAIN),
        "nats",
        (
            "Of a picture the lowest loss is reached by answering its target. What is it for a plain one?",
            "Plain: 0. Mixed: −(0.7 ln 0.7 + 0.3 ln 0.3). And then the mean of both.",
        ),
        lambda truth: {
            "That is for a mixed picture. Half of the pictures are plain.": 2 * truth,
            "That is the digit of 0.7 alone. The other one adds to it.": -0.35 * math.log(0.7),
            "That is against the digit of 0.7 as the plain label. The target has both.": -0.5 * math.log(0.7),
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
            "96.6 · (1 − p) + 14.0 · p = 25.9 · (1 − p) + 98.0 · p",
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

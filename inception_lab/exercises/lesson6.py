"""The exercises of notebook 06, inside a trained network."""

import math
from functools import cache
from itertools import product
from operator import mul

from inception_lab.exercises.judge import number
from inception_lab.model.inside.tuning import Mean, stored_tuning

ALPHA, BETA, CHANNELS = 1e-4, 0.75, 5  # as Caffe's file has them
EQUAL = 100  # the value of each channel
PHOTO, BALL = 224, 25  # pixels: the side of a photo, and the width of a ball in it


@cache
def preferred() -> dict[str, dict[str, Mean]]:
    """Return the mean preferred diameters of BVLC's GoogLeNet by module, such as `3a`, and branch."""
    table = stored_tuning().table()
    return {module.removeprefix("inception_"): found for module, found in table.items()}


def divided_by(alpha: float) -> float:
    """Return what LRN divides a value by, where it and the four channels beside it are all `EQUAL`."""
    return float((1 + alpha * CHANNELS * EQUAL**2) ** BETA)


def enlarged(branch: str) -> float:
    """Return the side of the photo in which the ball is as wide as a branch of 4b prefers on average."""
    return PHOTO * float(preferred()["4b"][branch].diameter) / BALL


def swapped() -> list[float]:
    """Return the sum of log ratios of 5×5 to 1×1: as found, then with the two swapped in some modules."""
    logs = [math.log(found["5x5"].diameter / found["1x1"].diameter) for found in preferred().values()]
    return [sum(map(mul, signs, logs)) for signs in product((1, -1), repeat=len(logs))]


def _by_chance() -> float:
    sums = swapped()
    return sum(each >= sums[0] - 1e-9 for each in sums) / len(sums)


EXERCISES = {
    "06.1": number(
        "The geometric mean of two units' preferred diameters is 30 pixels. One prefers 20. And the other?",
        lambda: 30**2 / 20,
        "pixels",
        ("30 is one and a half times 20.", "From 20 to 30 is as far, by factors, as from 30 to the other."),
        lambda _: {
            "That is by the arithmetic mean. Sizes are compared by ratios.": 2 * 30 - 20,
            "That is the factor between them. Which size is so many times 30?": 30 / 20,
            "That is as far below 20 as 20 is below 30. The mean lies between the two.": 20**2 / 30,
            "That is the mean of 20 and 30. But 30 is the mean, of 20 and the other.": 600**0.5,
        },
        tolerance=1e-6,
    ),
    "06.2": number(
        "In a photo of 224×224 pixels a ball is 25 pixels wide. To which side must you enlarge the photo so "
        "that the ball is off by the same factor from what 4b's 1×1 and its 5×5 prefer, on average?",
        lambda: (enlarged("1x1") * enlarged("5x5")) ** 0.5,
        "pixels",
        (
            "The table has what both prefer. Which size is as many times the one as the other is times it?",
            "The ball must be √(24 · 59) pixels wide, and the photo grows as the ball does.",
        ),
        lambda truth: {
            "That makes the ball smaller.": PHOTO**2 / truth,
            "That is by areas. A ball's width grows as the photo's side does.": PHOTO
            * (truth / PHOTO) ** 0.5,
            "That is halfway by pixels. Halfway by factors is the geometric mean.": (
                (enlarged("1x1") + enlarged("5x5")) / 2
            ),
            "That is the factor. Which side is so many times 224?": truth / PHOTO,
            "That is how wide the ball is then. And the photo?": BALL * truth / PHOTO,
            "That adds the pixels that the ball lacks. The photo grows by a factor.": (
                PHOTO + BALL * truth / PHOTO - BALL
            ),
            "That is for 4b's 1×1 alone.": enlarged("1x1"),
            "That is for 4b's 5×5 alone.": enlarged("5x5"),
            "That is for 4b's 3×3.": enlarged("3x3"),
        },
        tolerance=0.01,
    ),
    "06.3": number(
        "1×1 and 5×5 can be swapped in the nine modules in 512 ways. In which share of them is the mean "
        "ratio at least as large as found?",
        _by_chance,
        "of 512 ways",
        (
            "A swap turns a ratio into its inverse, so its logarithm into minus itself.",
            "Sum s · log(ratio) over the modules, for all s in itertools.product((1, -1), repeat=9).",
        ),
        lambda truth: {
            "That counts 8 of 9 or more above 1. By how much they are above counts, too.": 10 / 512,
            "That is one way of the 512. More than one reaches the ratio.": 1 / 512,
            "That leaves out no swap at all, which reaches the ratio, too.": truth - 1 / 512,
            "That is how many ways there are. Which share of 512?": 512 * truth,
            "In per cent? Write it as a share of 1.": 100 * truth,
            "That is the share of modules above 1.": 8 / 9,
        },
        tolerance=0.02,
    ),
    "06.4": number(
        "LRN divides a value by (1 + alpha · S)^0.75, S being the sum of the squares of 5 channels. All five "
        "are 100. How many times too small is the result with alpha 0.0001 instead of a fifth of it?",
        lambda: divided_by(ALPHA) / divided_by(ALPHA / CHANNELS),
        "times",
        ("S = 5 · 100² = 50,000. Both alphas divide by something.", "(1 + 5)^0.75 against (1 + 1)^0.75."),
        lambda _: {
            "That is by how much alpha is too large. It stands inside a sum and a power.": CHANNELS,
            "That is without the power of 0.75.": 3,
            "That is without the 1 of the sum.": CHANNELS**BETA,
            "That is one channel's square. S is the sum of five.": (
                ((1 + ALPHA * EQUAL**2) / (1 + ALPHA / CHANNELS * EQUAL**2)) ** BETA
            ),
            "That is with 5 · 100. S is a sum of squares.": (
                ((1 + ALPHA * CHANNELS * EQUAL) / (1 + ALPHA * EQUAL)) ** BETA
            ),
            "That is the other way round: how many times too *small*?": (
                divided_by(ALPHA / CHANNELS) / divided_by(ALPHA)
            ),
            "That is what the wrong alpha divides by. And the right one?": divided_by(ALPHA),
            "That is what the right alpha divides by. And the wrong one?": divided_by(ALPHA / CHANNELS),
        },
        tolerance=0.01,
    ),
}

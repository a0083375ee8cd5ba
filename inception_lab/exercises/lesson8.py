"""The exercises of notebook 08, what came after."""

import math
from bisect import bisect_left
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.family.bn_inception import bn_inception
from inception_lab.architecture.family.inception_resnet_v2 import inception_resnet_v2
from inception_lab.architecture.family.inception_v3 import inception_v3
from inception_lab.architecture.family.inception_v4 import inception_v4
from inception_lab.architecture.family.xception import xception
from inception_lab.exercises.judge import Exercise, number

KERNEL, BIAS = 0.8, 0.1  # of the convolution to fold
GAMMA, BETA, MEAN, VARIANCE = 0.5, 0.2, 0.3, 0.04
BUDGET, LEAST = 1_500_000_000, 0.95  # MACs, and the share of them to use
CHANNELS, FILTERS = 16, 48  # of 4a's 5×5
FAMILY = {
    network.__name__: network
    for network in (bn_inception, inception_v3, inception_v4, inception_resnet_v2, xception)
}


def _most_in_the_middle() -> int:
    """Return the most filters with which two 3×3 have fewer weights than 4a's 5×5."""
    return math.ceil(25 * CHANNELS * FILTERS / (9 * (CHANNELS + FILTERS))) - 1


def _smallest_for_v3() -> int:
    """Return the smallest side of a picture that Inception v3 takes."""

    def fits(side: int) -> bool:
        try:
            inception_v3((side, side, 3))
        except ValueError:
            return False
        return True

    return bisect_left(range(300), True, lo=1, key=fits)


def _folded(answer: Any) -> tuple[bool | None, str]:
    """Judge the weight and the bias that do what a convolution and its batch norm do."""
    try:
        weight, bias = (float(each) for each in answer)
    except (TypeError, ValueError):
        return None, f"Two numbers are needed: (weight, bias), not {answer!r}."
    factor = GAMMA / math.sqrt(VARIANCE)
    right = [math.isclose(weight, KERNEL * factor), math.isclose(bias, (BIAS - MEAN) * factor + BETA)]
    if all(right):
        return True, f"{weight:g} · x + {bias:g}."
    if math.isclose(weight, KERNEL * GAMMA / VARIANCE):
        return False, "Batch norm divides by the standard deviation, the root of the variance."
    if right[0] and math.isclose(bias, BETA - MEAN * factor):
        return False, "The weight is right. The old bias goes through batch norm, too."
    if right[0] and math.isclose(bias, BIAS * factor + BETA):
        return False, "The weight is right. Batch norm takes the mean away, from the old bias, too."
    if right[0] and math.isclose(bias, (BIAS - MEAN) * factor):
        return False, "The weight is right. β is added in the end."
    if math.isclose(weight, KERNEL * GAMMA):
        return False, "Batch norm also divides by the standard deviation."
    return False, "The weight is right." if right[0] else "The weight is not right."


def _within_budget(answer: Any) -> tuple[bool | None, str]:
    """Judge a network of the family, its width and its picture: it must use up a budget of MACs."""
    try:
        name, width, side = answer
        found = cost(FAMILY[name]((side, side, 3), width=width)).macs
    except KeyError:
        return None, f"One of {', '.join(FAMILY)} is needed, not {answer[0]!r}."
    except (TypeError, ValueError) as error:
        return None, f"A name, a width and a side are needed, not {answer!r}: {error}"
    text = f"It costs {found:,} MACs, of {BUDGET:,}."
    if found > BUDGET:
        return False, f"{text} That is too many."
    if found < LEAST * BUDGET:
        return False, f"{text} There is room left."
    return True, f"{text} {found / BUDGET:.1%} of the budget is used."


EXERCISES = {
    "08.1": number(
        "Two 3×3 instead of 4a's 5×5 (16 → 48 channels): with how many filters in the middle, at most, do "
        "they have fewer weights?",
        _most_in_the_middle,
        "filters",
        ("m filters in the middle: 9 · 16 · m + 9 · m · 48 weights.", "9 · 64 · m < 25 · 16 · 48."),
        lambda truth: {
            "With so many they have more weights.": truth + 1,
            "That is where the two are equal: a whole number of filters is asked for.": 19_200 / (9 * 64),
            "That leaves out the second 3×3, which reads the middle.": 19_200 // (9 * 16),
            "That leaves out the first 3×3, which makes the middle.": 19_200 // (9 * 48),
            "That is 3a's. 4a gives 48 channels.": 29,
        },
    ),
    "08.2": Exercise(
        f"y = {KERNEL}·x + {BIAS}, then batch norm with γ = {GAMMA}, β = {BETA}, mean {MEAN}, variance "
        f"{VARIANCE} (ε = 0). Which weight and which bias do both at once?",
        _folded,
        ("γ/σ multiplies everything that comes out of the convolution.", "σ = 0.2, so γ/σ = 2.5."),
    ),
    "08.3": number(
        "What is the smallest side of a square picture that Inception v3 can take?",
        _smallest_for_v3,
        "pixels",
        (
            "Below it, a layer has nothing left to slide over: `lab.inception_v3` raises an error.",
            "The last grid reduction needs 3×3: go backwards from there.",
        ),
        lambda truth: {
            "So small, the last grid reduction gets 2×2.": truth - 1,
            "That is five halvings with padding. v3 pads none of the five, nor two other 3×3.": 32,
            "That is the usual size, not the smallest.": 299,
        },
    ),
    "08.4": Exercise(
        "Choose a network of the family, its width and the side of its picture so that it uses at least 95 % "
        "of 1.5 G MACs, and no more than all.",
        _within_budget,
        (
            "MACs grow about as the square of the width, and as the square of the side.",
            "Xception at 299 pixels has 8.36 G: √(1.5 / 8.36) = 0.42 of the width, or of the side.",
        ),
    ),
}

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
    """Judge the weight and the bias of batch norm and a convolution, and where a ReLU between them bends."""
    try:
        weight, bias, bend = map(float, answer)
    except (TypeError, ValueError):
        return None, f"Three numbers are needed: (weight, bias, x), not {answer!r}."
    factor = GAMMA / math.sqrt(VARIANCE)
    shift = BETA - MEAN * factor  # batch norm makes factor · x + shift
    slips = [
        (weight, KERNEL * GAMMA / VARIANCE, "Batch norm divides by the root of the variance."),
        (weight, KERNEL * GAMMA, "Batch norm also divides by the standard deviation."),
        (bias, (BIAS - MEAN) * factor + BETA, "Batch norm comes before the convolution here."),
        (bias, KERNEL * shift, "The convolution's own bias is added in the end."),
        (bias, shift + BIAS, "What batch norm adds is multiplied by 0.8, too."),
        (bias, BIAS - KERNEL * MEAN * factor, "β is added before the convolution."),
        (bend, MEAN, "At the mean z is β, not 0."),
        (bend, (KERNEL * shift + BIAS) / (-KERNEL * factor), "There y would be 0. The ReLU cuts z, not y."),
    ]
    for value, slip, said in slips:
        if math.isclose(value, slip):
            return False, said
    truth = {"weight": (weight, KERNEL * factor), "bias": (bias, KERNEL * shift + BIAS)}
    for name, (value, right) in {**truth, "x": (bend, -shift / factor)}.items():
        if not math.isclose(value, right):
            return False, f"The {name} is not right."
    return True, f"{weight:g} · x {bias:+g}. With the ReLU y bends at {bend:g}: no weight and bias do both."


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
        f"Batch norm with γ = {GAMMA}, β = {BETA}, mean {MEAN}, variance {VARIANCE} (ε = 0) makes z of x; "
        f"then y = {KERNEL}·z + {BIAS}. Which weight and bias do both? With a ReLU between, up to which "
        "x does y stay the same?",
        _folded,
        (
            "σ = 0.2, so z = 2.5 · (x − 0.3) + 0.2. Put that into y.",
            "A ReLU makes 0 of every z below 0: at which x is z = 0?",
        ),
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

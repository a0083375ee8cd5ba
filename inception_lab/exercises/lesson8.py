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
CHANNELS, FILTERS = 16, 48  # of the 7×7
FAMILY = {
    network.__name__: network
    for network in (bn_inception, inception_v3, inception_v4, inception_resnet_v2, xception)
}


def _equal(first: int = CHANNELS, last: int = FILTERS, *, between: int = 1, side: int = 7) -> float:
    """Return with how many filters, twice in the middle, three 3×3 have as many weights as one large kernel.

    Args:
        first: Channels that come in; 0 leaves the first 3×3 out.
        last: Filters at the end; 0 leaves the last 3×3 out.
        between: How many 3×3 stand between the two middles.
        side: Of the large kernel.
    """
    half, whole = (first + last) / 2, side**2 * CHANNELS * FILTERS / 9  # between · m² + 2 · half · m = whole
    return math.sqrt(half**2 + whole) - half if between else whole / (2 * half)


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
    right = {"weight": KERNEL * factor, "bias": KERNEL * shift + BIAS, "x": -shift / factor}
    slips = {
        "weight": {
            "Batch norm divides by the root of the variance.": KERNEL * GAMMA / VARIANCE,
            "Batch norm also divides by the standard deviation.": KERNEL * GAMMA,
            "That makes z of x. The convolution makes y of z.": factor,
        },
        "bias": {
            "Batch norm comes before the convolution here.": (BIAS - MEAN) * factor + BETA,
            "The convolution's own bias is added in the end.": KERNEL * shift,
            "What batch norm adds is multiplied by 0.8, too.": shift + BIAS,
            "β is added before the convolution.": BIAS - KERNEL * MEAN * factor,
            "Mind the sign: the mean is taken away.": -right["bias"],
        },
        "x": {
            "At the mean z is β, not 0.": MEAN,
            "There y would be 0. The ReLU cuts z, not y.": -right["bias"] / right["weight"],
            "The ReLU cuts z, not x.": 0.0,
            "Mind the sign: z is negative left of its zero.": -right["x"],
        },
    }
    for (name, truth), value in zip(right.items(), (weight, bias, bend), strict=True):
        for said, slip in slips[name].items():
            if math.isclose(value, slip, abs_tol=1e-12):
                return False, said
        if not math.isclose(value, truth):
            return False, f"The {name} is not right."
    return True, f"{weight:g} · x {bias:+g}. With the ReLU y bends at {bend:g}: no weight and bias do both."


def _within_budget(answer: Any) -> tuple[bool | None, str]:
    """Judge a network of the family, its width and its picture: it must use up a budget of MACs."""
    try:
        name, width, side = answer
        if not hasattr(side, "__index__"):
            return None, f"The side comes after the width, as a whole number of pixels, not {side!r}."
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
        "Three 3×3 instead of a 7×7 (16 → 48 channels), with m filters after the first and after the second: "
        "what is the largest m with which they have fewer weights?",
        lambda: math.ceil(_equal()) - 1,
        "filters",
        ("A 3×3 from m channels to m has 9 · m² weights.", "9 · (16 · m + m² + m · 48) < 49 · 16 · 48."),
        lambda truth: {
            "With so many they have more weights.": truth + 1,
            "That is where they are equal: a whole number of filters is asked for.": _equal(),
            "That is where they are equal, rounded: it is to be fewer.": round(_equal(), 1),
            "That leaves out the first 3×3, from 16 channels.": int(_equal(first=0)),
            "That leaves out the last 3×3, to 48 channels.": int(_equal(last=0)),
            "That leaves out the 3×3 between: from m channels to m.": int(_equal(between=0)),
            "That is for a 5×5. A 7×7 has 49 places.": int(_equal(side=5)),
        },
    ),
    "08.2": Exercise(
        f"Batch norm with γ = {GAMMA}, β = {BETA}, mean {MEAN}, variance {VARIANCE} makes z of x; "
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
            "The last grid reduction needs 3×3: go backwards from there.",
            "To make n pixels, stride 2 needs 2n + 1, and stride 1 needs n + 2.",
        ),
        lambda truth: {
            "So small, the last grid reduction gets 2×2.": truth - 1,
            "That is five halvings with padding. v3 pads none of the five, nor two other 3×3.": 32,
            "That is the usual size, not the smallest.": 299,
            "That goes through the list forwards. Begin with the last reduction.": 111,
            "That leaves out the two with stride 1, which take 2 pixels each.": 63,
            "That leaves out the first convolution.": 37,
            "That is the smallest in v3's paper, for a network that shrinks less.": 79,
        },
    ),
    "08.4": Exercise(
        "Choose a network of the family, its width and the side of its picture so that it uses at least 95 % "
        "of 1.5 G MACs, and no more than all.",
        _within_budget,
        (
            "MACs grow about as the square of the width, and as the square of the side.",
            "Xception at 299 pixels has 8.36 G: √(1.5 / 8.36) = 0.42 of the side, or 0.41 of the width.",
        ),
    ),
}

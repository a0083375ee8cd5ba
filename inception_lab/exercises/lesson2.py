"""The exercises of notebook 02, the 1×1 reduction."""

from __future__ import annotations

import math
import operator
from dataclasses import astuple, replace
from typing import Any

from inception_lab.architecture.cost import break_even, cost
from inception_lab.architecture.googlenet import TABLE_1, InceptionRow, googlenet, inception_module
from inception_lab.architecture.layers import Conv2D
from inception_lab.exercises.judge import Exercise, Judge, number

FEWEST_3X3, FEWEST_5X5 = 48, 8  # what we would still build


def module_macs(row: InceptionRow) -> int:
    """Count a module on 3a's input."""
    return cost(inception_module(*astuple(row)), (28, 28, 192)).macs


def reductions_within(macs: int) -> Judge:
    """Judge the two reductions of 3a: the module must use up a budget, its outputs as they are."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        try:
            reduce3x3, reduce5x5 = (operator.index(value) for value in answer)
            row = replace(TABLE_1["3a"], reduce3x3=reduce3x3, reduce5x5=reduce5x5)
        except (TypeError, ValueError):
            return None, f"Two positive whole numbers are needed: (reduce3x3, reduce5x5), not {answer!r}."
        if reduce3x3 < FEWEST_3X3 or reduce5x5 < FEWEST_5X5:
            return False, f"At least {FEWEST_3X3} and {FEWEST_5X5}: a large kernel must hear something."
        found = module_macs(row)
        wider = (replace(row, reduce3x3=reduce3x3 + 1), replace(row, reduce5x5=reduce5x5 + 1))
        text = f"The module costs {found:,} MACs, of {macs:,}."
        if found > macs:
            return False, f"{text} That is too many."
        if any(module_macs(more) <= macs for more in wider):
            return False, f"{text} There is room left."
        return True, f"{text} One more filter in either reduction would be too many."

    return judge


def _branch_macs(module: str, branch: str) -> int:
    return sum(
        layer.macs
        for layer in cost(googlenet()).layers
        if layer.name.startswith(f"inception_{module}/{branch}")
    )


EXERCISES = {
    "02.1": Exercise(
        "3a's 3×3 branch: 128 filters on 192 channels. What is the largest number of 1×1 "
        "filters that still saves?",
        number(lambda: math.ceil(break_even(3, 192, 128)) - 1, "filters"),
        (
            "Where do the two costs cross?",
            "k²·Cin·Cout / (Cin + k²·Cout), and then the whole number below it.",
        ),
    ),
    "02.2": Exercise(
        "How many MACs has the whole 5×5 branch of 5b (832 channels → 48 → 128, on 7×7)?",
        number(lambda: _branch_macs("5b", "5x5"), "MACs"),
        (
            "Two convolutions, one after the other.",
            "7² · 832 · 48 for the first. And 5² · 48 · 128 at 7² places.",
        ),
    ),
    "02.3": Exercise(
        "A 1×1 convolution from 192 to 16 channels uses one matrix for all 28×28 pixels. "
        "How many weights would it take if every pixel had a matrix of its own?",
        number(lambda: 28 * 28 * Conv2D(16, 1, use_bias=False).parameters((28, 28, 192)), "weights"),
        (
            "One matrix has 192 · 16 weights.",
            "28 · 28 pixels, each with its own. You have met this number in this lesson, under another name.",
        ),
    ),
    "02.4": Exercise(
        "Choose 3a's two reductions so that the module uses up 100 million MACs, its outputs unchanged.",
        reductions_within(100_000_000),
        (
            "The 1×1 branch and the pool projection take their share first.",
            "One filter more in the 3×3 reduction costs 28²·(192 + 9·128), in the 5×5 "
            "reduction 28²·(192 + 25·32).",
        ),
    ),
}

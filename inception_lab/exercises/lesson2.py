"""The exercises of notebook 02, the 1×1 reduction."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import Any

from inception_lab.architecture.cost import break_even, cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.modules import InceptionRow, inception_module
from inception_lab.architecture.network import Sequence
from inception_lab.exercises.judge import Exercise, number

FEWEST_3X3, FEWEST_5X5 = 48, 8  # what we would still build
BUDGET = 100_000_000  # MACs


def module_macs(row: InceptionRow) -> int:
    """Count a module on 3a's input."""
    return cost(inception_module(row), (28, 28, 192)).macs


def _reductions(answer: Any) -> tuple[bool | None, str]:
    """Judge the two reductions of 3a: the module must use up a budget, its outputs as they are."""
    try:
        reduce3x3, reduce5x5 = (operator.index(value) for value in answer)
        row = replace(TABLE_1["3a"], reduce3x3=reduce3x3, reduce5x5=reduce5x5)
    except (TypeError, ValueError):
        return None, f"Two positive whole numbers are needed: (reduce3x3, reduce5x5), not {answer!r}."
    if reduce3x3 < FEWEST_3X3 or reduce5x5 < FEWEST_5X5:
        return False, f"At least {FEWEST_3X3} and {FEWEST_5X5}: a large kernel needs some channels."
    found = module_macs(row)
    wider = (replace(row, reduce3x3=reduce3x3 + 1), replace(row, reduce5x5=reduce5x5 + 1))
    text = f"The module costs {found:,} MACs, of {BUDGET:,}."
    if found > BUDGET:
        return False, f"{text} That is too many."
    if any(module_macs(more) <= BUDGET for more in wider):
        return False, f"{text} There is room left."
    return True, f"{text} One more filter in either reduction would be too many."


def _branch_macs(module: str, branch: str) -> int:
    return sum(
        layer.macs
        for layer in cost(googlenet()).layers
        if layer.name.startswith(f"inception_{module}/{branch}")
    )


def _most_before_5x5() -> int:
    """Return the most 1×1 filters with which 4e's 5×5 branch costs no more than its 3×3 branch."""
    each = cost(Sequence(Conv2D(1, 1), Conv2D(128, 5)), (14, 14, 528)).macs
    return _branch_macs("4e", "3x3") // each


EXERCISES = {
    "02.1": Exercise(
        "3a's 3×3 branch: 128 filters on 192 channels. What is the largest number of 1×1 "
        "filters that still saves?",
        number(
            lambda: math.ceil(break_even(3, 192, 128)) - 1,
            "filters",
            slips={
                "That one costs more than no reduction. The largest that saves is asked for.": lambda: (
                    math.ceil(break_even(3, 192, 128))
                ),
                "That is with k instead of k².": 3 * 192 * 128 // (192 + 3 * 128),
                "There the two costs cross. A filter is whole.": lambda: float(break_even(3, 192, 128)),
                "That leaves out what the 3×3 costs: it reads what the 1×1 makes.": 9 * 128,
                "That leaves out what the 1×1 itself costs.": 191,
            },
        ),
        (
            "Where do the two costs cross?",
            "k²·Cin·Cout / (Cin + k²·Cout), and then the whole number below it.",
        ),
    ),
    "02.2": Exercise(
        "How many MACs has the whole 5×5 branch of 5b (832 channels → 48 → 128, on 7×7)?",
        number(
            lambda: _branch_macs("5b", "5x5"),
            "MACs",
            slips={
                "That is the 5×5 alone: the reduction before it counts, too.": 7 * 7 * 25 * 48 * 128,
                "That is the reduction alone.": 7 * 7 * 832 * 48,
                "That is without the reduction.": 7 * 7 * 25 * 832 * 128,
                "That is for 7 places: a picture of 7×7 has 49.": 7 * (832 * 48 + 25 * 48 * 128),
                "That is one place: there are 49.": 832 * 48 + 25 * 48 * 128,
                "That is with 5 weights a channel: a window of 5×5 has 25.": 49 * (832 * 48 + 5 * 48 * 128),
                "That counts biases, too. MACs leave them out.": 49 * (833 * 48 + (25 * 48 + 1) * 128),
            },
        ),
        (
            "Two convolutions, one after the other.",
            "7² · 832 · 48 for the first. And 5² · 48 · 128 at 7² places.",
        ),
    ),
    "02.3": Exercise(
        "How many 1×1 filters could 4e's 5×5 branch have before it costs more than 4e's 3×3 branch?",
        number(
            _most_before_5x5,
            "filters",
            slips={
                "That leaves out the reduction before the 3×3: its MACs count.": 460_800 // (528 + 25 * 128),
                "That counts what a 1×1 filter's output costs later, not what it costs to make.": 170,
                "That is with 5 and 3 weights a channel: the windows have 25 and 9.": 160 * 1488 // 1168,
                "That many cost more. The largest number that does not is asked for.": lambda: (
                    _most_before_5x5() + 1
                ),
            },
        ),
        (
            "What does one more 1×1 filter cost in the 5×5 branch? And the whole 3×3 branch, with its 160?",
            "A place: 528 + 25·128 for each filter, against 160·(528 + 9·320).",
        ),
    ),
    "02.4": Exercise(
        "Choose 3a's two reductions so that the module uses up 100 million MACs, its outputs unchanged.",
        _reductions,
        (
            "The 1×1 branch and the pool projection take their share first.",
            "One filter more in the 3×3 reduction costs 28²·(192 + 9·128), in the 5×5 "
            "reduction 28²·(192 + 25·32).",
        ),
    ),
}

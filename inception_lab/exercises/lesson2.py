"""The exercises of notebook 02, the 1×1 reduction."""

import operator
from dataclasses import replace
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.modules import InceptionRow, inception_module, naive_module
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


def _naive_3a() -> int:
    return cost(naive_module(64, 128, 32), (28, 28, 192)).macs


def _most_for_a_quarter() -> int:
    """Return the most 1×1 filters with which a 3×3 of 256 on 256 channels costs a quarter at most."""
    shape = (28, 28, 256)
    return cost(Conv2D(256, 3), shape).macs // 4 // cost(Sequence(Conv2D(1, 1), Conv2D(256, 3)), shape).macs


def _most_before_5x5() -> int:
    """Return the most 1×1 filters with which 4e's 5×5 branch costs no more than its 3×3 branch."""
    each = cost(Sequence(Conv2D(1, 1), Conv2D(128, 5)), (14, 14, 528)).macs
    return _branch_macs("4e", "3x3") // each


EXERCISES = {
    "02.1": number(
        "A 3×3 has 256 filters on 256 channels. How many 1×1 filters before it, at most, bring the cost "
        "down to a quarter or less?",
        _most_for_a_quarter,
        "filters",
        (
            "What does one 1×1 filter cost at a place: to make its channel, and for the 3×3 to read it?",
            "r·(256 + 9·256) is to be a quarter of 9·256·256 or less.",
        ),
        lambda truth: {
            "That makes the 3×3 four times cheaper. But the 1×1 costs, too.": 64,
            "That many cost more than a quarter.": truth + 1,
            "That is where it is a quarter. A filter is whole.": 9 * 256 / 4 / 10,
            "That is where the two cost the same. A quarter is asked for.": 230,
            "That saves a quarter. Down to a quarter is asked for.": 172,
            "That is with k instead of k².": 3 * 256 // (4 * (1 + 3)),
            "That leaves out what the 3×3 costs: it reads what the 1×1 makes.": 9 * 256 // 4,
        },
    ),
    "02.2": number(
        "If 3a's 5×5 branch cost nothing at all, how many times cheaper than the naive module would 3a be?",
        lambda: _naive_3a() / (module_macs(TABLE_1["3a"]) - _branch_macs("3a", "5x5")),
        "times",
        (
            "What is left of 3a's MACs without that branch?",
            "303,464,448 against 128,049,152 − 12,443,648.",
        ),
        lambda _: {
            "That is with the branch as it is.": _naive_3a() / module_macs(TABLE_1["3a"]),
            "That is against 3a as it is. Compare with the naive module.": (
                module_macs(TABLE_1["3a"]) / (module_macs(TABLE_1["3a"]) - _branch_macs("3a", "5x5"))
            ),
            "That takes the branch from the naive module, and reduces nothing else.": (
                _naive_3a() / (_naive_3a() - 120_422_400)
            ),
            "That takes the naive branch from both.": (
                (_naive_3a() - 120_422_400) / (module_macs(TABLE_1["3a"]) - _branch_macs("3a", "5x5"))
            ),
        },
        tolerance=0.005,
    ),
    "02.3": number(
        "How many 1×1 filters could 4e's 5×5 branch have before it costs more than 4e's 3×3 branch?",
        _most_before_5x5,
        "filters",
        (
            "What does one more 1×1 filter cost in the 5×5 branch? And the whole 3×3 branch, with its 160?",
            "A place: 528 + 25·128 for each filter, against 160·(528 + 9·320).",
        ),
        lambda truth: {
            "That leaves out the reduction before the 3×3: its MACs count.": 460_800 // (528 + 25 * 128),
            "That counts what a 1×1 filter's output costs later, not what it costs to make.": 170,
            "That is with 5 and 3 weights a channel: the windows have 25 and 9.": 160 * 1488 // 1168,
            "That many cost more. The largest number that does not is asked for.": truth + 1,
        },
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

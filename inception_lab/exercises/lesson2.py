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
        swapped = " The 3×3's comes first." if reduce5x5 >= FEWEST_3X3 and reduce3x3 >= FEWEST_5X5 else ""
        return False, f"At least {FEWEST_3X3} and {FEWEST_5X5}: a large kernel needs some channels.{swapped}"
    found = module_macs(row)
    wider = (replace(row, reduce3x3=reduce3x3 + 1), replace(row, reduce5x5=reduce5x5 + 1))
    text = f"The module costs {found:,} MACs, of {BUDGET:,}."
    if found > BUDGET:
        printed = " It is the paper's pair." if row == TABLE_1["3a"] else ""
        return False, f"{text} That is too many.{printed}"
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


def _most_shared() -> int:
    """Return the most 1×1 filters that 3a's 3×3 and 5×5 may share and cost no more than with their own."""
    shape = (28, 28, 192)
    both = (cost(Sequence(Conv2D(1, 1), Conv2D(n, side)), shape).macs for n, side in ((128, 3), (32, 5)))
    each = sum(both) - cost(Conv2D(1, 1), shape).macs  # made once, read twice
    return (_branch_macs("3a", "3x3") + _branch_macs("3a", "5x5")) // each


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
            "That is where the two cost the same, with part of a filter. A quarter is asked for.": 230.4,
            "That is the first to cost more than no 1×1 at all. A quarter is asked for.": 231,
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
            "That takes the naive branch from the reduced module, whose own costs a tenth of it.": (
                _naive_3a() / (module_macs(TABLE_1["3a"]) - 120_422_400)
            ),
            "That adds up shares that were rounded. Count in MACs.": 2.37 / (0.08 + 0.79 + 0.04),
            "That is the other way round: how many times cheaper?": (
                (module_macs(TABLE_1["3a"]) - _branch_macs("3a", "5x5")) / _naive_3a()
            ),
        },
        tolerance=0.005,
    ),
    "02.3": number(
        "3a's 3×3 and 5×5 share one reduction, and both read all of its channels. How many 1×1 filters may "
        "it have at most, if 3a is to cost no more MACs than with two reductions of its own?",
        _most_shared,
        "filters",
        (
            "What does one shared filter cost at a place: to make its channel, for the 3×3 to read it, and "
            "for the 5×5? And what do the two branches cost now?",
            "A place: r·(192 + 9·128 + 25·32) is to be 96·(192 + 9·128) + 16·(192 + 25·32) or less.",
        ),
        lambda truth: {
            "That is as many filters as now. But now each kernel reads only some of them.": 96 + 16,
            "That makes each channel twice. The two kernels share it.": 144_896 // (1344 + 992),
            "That leaves out what it costs to make the channels.": 144_896 // (9 * 128 + 25 * 32),
            "That leaves out the making of the channels, before and after.": (
                (96 * 9 * 128 + 16 * 25 * 32) // (9 * 128 + 25 * 32)
            ),
            "That leaves out the 5×5: it reads each shared channel, too.": 144_896 // (192 + 9 * 128),
            "That is with 3 and 5 weights a channel: the windows have 9 and 25.": (
                (96 * (192 + 3 * 128) + 16 * (192 + 5 * 32)) // (192 + 3 * 128 + 5 * 32)
            ),
            "That is the mean of the two. The 5×5 makes a shared channel more expensive.": (96 + 16) / 2,
            "That many cost more. The largest number that does not is asked for.": truth + 1,
            "That is where the two cost the same. A filter is whole.": 144_896 / 2144,
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

"""The exercises of notebook 06, inside a trained network."""

from __future__ import annotations

import math
from functools import cache

from inception_lab.architecture.layers import LocalResponseNorm
from inception_lab.exercises.judge import Exercise, number
from inception_lab.model.inside.tuning import Mean, stored_tuning


@cache
def preferred() -> dict[str, dict[str, Mean]]:
    """Return the mean preferred diameters of BVLC's GoogLeNet by module, such as `3a`, and branch."""
    table = stored_tuning().table()
    return {module.removeprefix("inception_"): found for module, found in table.items()}


def _between() -> float:
    found = preferred()["4c"]
    return math.sqrt(float(found["1x1"].diameter * found["5x5"].diameter))


def _larger() -> int:
    """Count the modules whose 5×5 branch prefers larger discs than its 1×1 branch."""
    return sum(found["5x5"].diameter > found["1x1"].diameter for found in preferred().values())


def _exactly(heads: int) -> float:
    return math.comb(len(preferred()), heads) * 0.5 ** len(preferred())


def _by_chance() -> float:
    return sum(_exactly(heads) for heads in range(_larger(), len(preferred()) + 1))


EXERCISES = {
    "06.1": Exercise(
        "The geometric mean of two units' preferred diameters is 24 pixels. One prefers 16. And the other?",
        number(
            lambda: 24**2 / 16,
            "pixels",
            tolerance=1e-6,
            slips={"That is by the arithmetic mean. Sizes are compared by ratios.": 2 * 24 - 16},
        ),
        ("24 is one and a half times 16.", "From 16 to 24 is as far, by factors, as from 24 to the other."),
    ),
    "06.2": Exercise(
        "For which size of disc, in pixels, are 4c's 1×1 and 5×5 equally good a choice, by ratio?",
        number(
            _between,
            "pixels",
            tolerance=0.03,
            slips={
                "That is the arithmetic mean. By ratio the 1×1 would be farther off.": lambda: (
                    (preferred()["4c"]["1x1"].diameter + preferred()["4c"]["5x5"].diameter) / 2
                )
            },
        ),
        ("It is as many times the one mean as the other mean is of it.", "√(first mean · second mean)"),
    ),
    "06.3": Exercise(
        "If the order of 1×1 and 5×5 were a coin's throw in each of the nine modules: how probable is it "
        "that the 5×5 prefers larger discs in at least as many of them as we found?",
        number(
            _by_chance,
            "as a probability",
            tolerance=0.02,
            slips={
                "That is for exactly as many. At least as many is asked for.": lambda: _exactly(_larger()),
                "That is for all nine.": lambda: 0.5 ** len(preferred()),
                "That is the share that we found.": lambda: _larger() / len(preferred()),
                "In per cent? Write it as a share of 1.": lambda: 100 * _by_chance(),
            },
        ),
        (
            "Count the ratios above 1 in the table. Each of the 2⁹ outcomes of nine throws is as probable.",
            "8 of 9, or 9 of 9: 9 + 1 outcomes of 512.",
        ),
    ),
    "06.4": Exercise(
        "A Caffe file says alpha = 0.0001 over 5 channels. Which alpha for a framework that does not divide?",
        number(
            lambda: LocalResponseNorm().alpha,
            "as alpha",
            tolerance=1e-6,
            slips={
                "That is Caffe's own, which it divides by 5 itself. Your framework does not.": lambda: 1e-4,
                "That is multiplied by 5. Caffe divides.": lambda: 5e-4,
            },
        ),
        ("Caffe divides alpha by the number of channels itself.", "One fifth."),
    ),
}

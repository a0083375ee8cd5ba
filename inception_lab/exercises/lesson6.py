"""The exercises of notebook 06, inside a trained network."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.architecture.layers import LocalResponseNorm
from inception_lab.exercises.judge import Exercise, number, word
from inception_lab.model.inside.tuning import Mean, stored_tuning

BRANCHES = ("1x1", "3x3", "5x5")
SIZE = 40


@cache
def preferred() -> dict[str, dict[str, Mean]]:
    """Return the mean preferred diameters of BVLC's GoogLeNet by module, such as `3a`, and branch."""
    table = stored_tuning().table()
    return {module.removeprefix("inception_"): found for module, found in table.items()}


def in_order(module: str) -> bool:
    """Tell whether a module's larger kernels prefer larger discs."""
    small, middle, large = (preferred()[module][branch].diameter for branch in BRANCHES)
    return small < middle < large


def _nearest() -> str:
    found = preferred()["4c"]
    return min(BRANCHES, key=lambda branch: abs(math.log(found[branch].diameter / SIZE)))


def _out_of_order(answer: Any) -> tuple[bool | None, str]:
    said = answer.strip().lower() if isinstance(answer, str) else answer
    if not isinstance(said, str) or said not in TABLE_1:
        return None, f"One of {', '.join(TABLE_1)} is needed, not {answer!r}."
    if said == "5b":
        return None, "One besides 5b is needed."
    means = ", ".join(f"{name} {preferred()[said][name].diameter:.0f}" for name in BRANCHES)
    return not in_order(said), f"{said} prefers {means} pixels."


EXERCISES = {
    "06.1": Exercise(
        "One unit prefers discs of 10 pixels, another discs of 40. What is their geometric mean?",
        number(lambda: math.sqrt(10 * 40), "pixels", tolerance=1e-6),
        ("Not 25: sizes are compared by ratios.", "From 10 to it is as far, by factors, as from it to 40."),
    ),
    "06.2": Exercise(
        f"Which branch of 4c, 1x1, 3x3 or 5x5, is nearest in taste to a disc of {SIZE} pixels?",
        word(_nearest, BRANCHES),
        ("Row 4c of the table.", "By factors: is 50 to 40 nearer than 40 to 30?"),
    ),
    "06.3": Exercise(
        "Name a module besides 5b whose means do not rise from 1×1 to 3×3 to 5×5.",
        _out_of_order,
        ("Column by column in the table; look at 3×3.", "Stage 4, towards its end."),
    ),
    "06.4": Exercise(
        "A Caffe file says alpha = 0.0001 over 5 channels. Which alpha for a framework that does not divide?",
        number(lambda: LocalResponseNorm().alpha, "as alpha", tolerance=1e-6),
        ("Caffe divides alpha by the number of channels itself.", "One fifth."),
    ),
}

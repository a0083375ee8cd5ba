"""What an exercise is, and the judges that several exercises share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any], tuple[bool, str]]


@dataclass(frozen=True)
class Exercise:
    """A question with a judge.

    Attributes:
        question: What is asked, in a line.
        judge: Takes an answer; returns whether it is right, and what to say.
        hints: One more is shown after each wrong answer.
    """

    question: str
    judge: Judge
    hints: tuple[str, ...]


def number(truth: Callable[[], float], unit: str, *, tolerance: float = 0.0) -> Judge:
    """Judge a number: right within a relative tolerance."""

    def judge(answer: Any) -> tuple[bool, str]:
        if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
            return False, f"A number is needed ({unit}), not {answer!r}."
        try:
            value = float(answer)
        except (TypeError, ValueError, OverflowError):
            return False, f"A single number is needed ({unit})."
        if not math.isfinite(value):
            return False, f"A finite number is needed ({unit}), not {answer!r}."
        expected = truth()
        if abs(value - expected) <= tolerance * abs(expected):
            return True, f"{expected:,.10g} {unit}."
        return False, f"{value:,.10g} {unit} is too {'large' if value > expected else 'small'}."

    return judge


def word(truth: Callable[[], str], options: tuple[str, ...]) -> Judge:
    """Judge one of several words."""

    def judge(answer: Any) -> tuple[bool, str]:
        said = str(answer).strip().lower().replace("×", "x")
        if said not in options:
            return False, f"One of {', '.join(options)} is needed, not {answer!r}."
        return said == truth(), f"{answer}."

    return judge

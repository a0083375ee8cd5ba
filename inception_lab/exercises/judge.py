"""What an exercise is, and the judges that several exercises share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any], tuple[bool | None, str]]
Slip = float | Callable[[], float]  # a wrong number, or what computes it


@dataclass(frozen=True)
class Exercise:
    """A question with a judge."""

    question: str  # what is asked, in a line
    judge: Judge  # takes an answer; returns whether it is right (`None` if it is no answer), and what to say
    hints: tuple[str, ...]  # one more is shown after each wrong answer


def number(
    truth: Callable[[], float],
    unit: str,
    *,
    tolerance: float = 0.0,
    slips: Mapping[str, Slip] | None = None,
) -> Judge:
    """Judge a number.

    Args:
        truth: Computes the right one.
        unit: Of what it is a number.
        tolerance: Relative, within which an answer is right.
        slips: What to say to the results of likely mistakes: hint → the wrong number that it belongs to.
    """
    common: dict[str, Slip] = {"That is twice as many. FLOPs, perhaps? A MAC is one.": lambda: 2 * truth()}
    known = {**(slips or {}), **(common if unit == "MACs" else {})}

    def judge(answer: Any) -> tuple[bool | None, str]:
        if isinstance(answer, tuple):
            return None, f"One number is needed ({unit}), without commas: 1200000 or 1_200_000."
        if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
            return None, f"A number is needed ({unit}), not {answer!r}."
        try:
            value = float(answer)
        except (TypeError, ValueError, OverflowError):
            return None, f"A single number is needed ({unit})."
        if not math.isfinite(value):
            return None, f"A finite number is needed ({unit}), not {answer!r}."
        expected = truth()
        if abs(value - expected) <= tolerance * abs(expected):
            return True, f"{expected:,.10g} {unit}."
        for hint, slip in known.items():
            if math.isclose(
                value, slip() if callable(slip) else slip, rel_tol=max(tolerance, 2e-4)
            ):  # it may be rounded
                return False, hint
        return False, f"{value:,.10g} {unit} is too {'large' if value > expected else 'small'}."

    return judge


def word(
    truth: Callable[[], str], options: tuple[str, ...], *, slips: Mapping[str, str] | None = None
) -> Judge:
    """Judge one of several words."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        said = answer.replace(" ", "").replace("–", "-").lower() if isinstance(answer, str) else answer
        if said not in options:
            return None, f"One of {', '.join(options)} is needed, not {answer!r}."
        right = said == truth()
        return right, f"{answer}." if right else (slips or {}).get(str(said), f"{answer}.")

    return judge

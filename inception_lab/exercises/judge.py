"""What an exercise is, and the two kinds of most: a number, a word."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any], tuple[bool | None, str]]
TWICE = "That is twice as many. FLOPs, perhaps? A MAC is one."


@dataclass(frozen=True)
class Exercise:
    """A question with a judge."""

    question: str  # what is asked, in a line
    judge: Judge  # takes an answer; returns whether it is right (`None` if it is no answer), and what to say
    hints: tuple[str, ...]  # one more is shown after each wrong answer


def number(
    question: str,
    truth: Callable[[], float],
    unit: str,
    hints: tuple[str, ...],
    slips: Callable[[Any], Mapping[str, float]] = lambda _: {},
    *,
    tolerance: float = 0.0,
    right: str = "",
) -> Exercise:
    """Ask for a number.

    Args:
        question: What is asked for.
        truth: Computes the right one.
        unit: Of what it is a number.
        hints: One more is shown after each wrong answer.
        slips: Gives, from the right one, what to say to the results of likely mistakes: hint → the wrong
            number that it belongs to.
        tolerance: Relative, within which an answer is right.
        right: What to say to a right answer, instead of the number.
    """

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
            return True, right or f"{expected:,.10g} {unit}."
        common = {TWICE: 2 * expected} if unit == "MACs" else {}
        for hint, slip in {**slips(expected), **common}.items():
            if math.isclose(value, slip, rel_tol=max(tolerance, 2e-4)):  # it may be rounded
                return False, hint
        return False, f"{value:,.10g} {unit} is too {'large' if value > expected else 'small'}."

    return Exercise(question, judge, hints)


def word(
    question: str,
    truth: Callable[[], str],
    options: tuple[str, ...],
    hints: tuple[str, ...],
    slips: Callable[[str], str],
) -> Exercise:
    """Ask for one of several words; `slips` says something to each of the others."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        said = answer.replace(" ", "").replace("–", "-").lower() if isinstance(answer, str) else answer
        if said not in options:
            return None, f"One of {', '.join(options)} is needed, not {answer!r}."
        right = said == truth()
        return right, f"{answer}." if right else slips(said)

    return Exercise(question, judge, hints)

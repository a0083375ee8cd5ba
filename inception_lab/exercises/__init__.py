"""Exercises that answer, and predictions that are kept until the reveal.

No answer is stored: the truth is computed with this package when it is asked for. A blank (`None`
or `...`) never raises, so Run All goes through; a wrong answer gets a hint, the next one a stronger hint.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inception_lab.exercises import kept, lesson1, lesson2, lesson3, lesson4, lesson5, lesson6, lesson7
from inception_lab.exercises.judge import Exercise
from inception_lab.exercises.lessons import Cards


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer.

    Attributes:
        right: True, False, or None where there was nothing to judge.
        text: The verdict in words.
    """

    right: bool | None
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        color = {True: "#009E73", False: "#D55E00", None: "#6B6B6B"}[self.right]
        return f'<div style="border-left:4px solid {color};padding:2px 10px">{html.escape(self.text)}</div>'


EXERCISES: dict[str, Exercise] = {
    **lesson1.EXERCISES,
    **lesson2.EXERCISES,
    **lesson3.EXERCISES,
    **lesson4.EXERCISES,
    **lesson5.EXERCISES,
    **lesson6.EXERCISES,
    **lesson7.EXERCISES,
}

_tries: dict[str, int] = {}
_solved: set[str] = set()
_guesses: dict[str, Any] = {}


def blank(answer: Any) -> bool:
    """Tell whether an answer, or a part of it, was left out."""
    try:
        return answer is None or answer is ... or (isinstance(answer, tuple) and any(map(blank, answer)))
    except RecursionError:  # a tuple in a tuple in a tuple …
        return False


def check(name: str, *answers: Any) -> Verdict:
    """Judge an answer.

    Args:
        name: Name of the exercise, such as `"01.1"`.
        *answers: What the reader found; `None` or `...` where it is still blank. Several are one tuple.

    Returns:
        A verdict, which a notebook shows.

    Raises:
        ValueError: If there is no such exercise.
    """
    exercise = _find(EXERCISES, name)
    answer = answers[0] if len(answers) == 1 else answers or None
    if blank(answer):
        return Verdict(None, f"Exercise {name} is still blank. {exercise.question}")
    try:
        right, text = exercise.judge(answer)
    except Exception as error:  # whatever a reader may hand in: arrays, huge numbers, other people's objects
        right, text = None, f"This answer cannot be judged: {type(error).__name__}. {exercise.question}"
    if right is None:
        return Verdict(None, text)
    if right:
        _solved.add(name)
        return Verdict(True, " ".join(filter(None, (f"✔ Right. {text}", kept.keep(name)))))
    _tries[name] = _tries.get(name, 0) + 1
    hints = exercise.hints[: _tries[name]]
    shown = " ".join(f"Hint {number}: {hint}" for number, hint in enumerate(hints, 1))
    return Verdict(False, f"✘ Not yet. {text} {shown}")


def predict(name: str, guess: Any = None) -> Verdict:
    """Keep a guess until `reveal(name)` sets it beside the truth."""
    if blank(guess):
        return Verdict(None, f"Prediction {name}: no guess yet.")
    _guesses[name] = guess
    return Verdict(None, f"Prediction {name}: you say {_said(guess)}. It is kept until the answer.")


def reveal(name: str, truth: Any) -> Verdict:
    """Set the truth, as the cell above computed it, beside what was guessed."""
    if name not in _guesses:
        return Verdict(None, f"Prediction {name}: the answer is {_said(truth)}. You made no guess.")
    guess = _guesses[name]
    return Verdict(None, f"Prediction {name}: you said {_said(guess)}; the answer is {_said(truth)}.")


def progress() -> Verdict:
    """Tell how many exercises are solved, of the notebooks whose exercises were tried."""
    before, damaged = kept.solved()
    done = before | _solved
    parts = []
    for notebook in sorted({name.split(".")[0] for name in {*_tries, *done}}):
        names = [name for name in EXERCISES if name.startswith(f"{notebook}.")]
        parts.append(f"notebook {notebook}: {sum(name in done for name in names)} of {len(names)}")
    solved = "; ".join(parts) or "no exercise tried yet"
    since = "so far" if kept.file() else "in this session"
    text = f"Solved {since}: {solved}. Guesses made: {len(_guesses)}."
    return Verdict(None, " ".join(filter(None, (damaged, text))))


def lessons() -> Cards:
    """Return the lessons as cards: the insight, the minutes, and how much is solved."""
    return Cards(tuple(EXERCISES), kept.solved()[0] | _solved)


def _said(value: Any) -> str:
    try:
        if isinstance(value, tuple):
            return " and ".join(str(part) if isinstance(part, tuple) else _said(part) for part in value)
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    except Exception:  # a number of 5,000 digits, or other people's objects
        return f"something that cannot be written ({type(value).__name__})"


def _find(table: Mapping[str, Exercise], name: str) -> Exercise:
    if name not in table:
        raise ValueError(f"There is no exercise '{name}'. There are: {', '.join(table)}.")
    return table[name]

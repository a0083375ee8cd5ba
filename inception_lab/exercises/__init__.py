"""Exercises that answer, and predictions that are kept until the reveal.

No answer is stored: the truth is computed with this package when it is asked for. A blank (`None`
or `...`) never raises, so Run All goes through: it shows a field. A wrong answer gets a hint, the next one a
stronger hint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from weakref import WeakSet

from inception_lab.exercises import kept
from inception_lab.exercises.form import Turn, beside, draw_guess, in_words
from inception_lab.exercises.form import Verdict as Verdict
from inception_lab.exercises.judge import Exercise
from inception_lab.exercises.lesson7 import suspect as suspect
from inception_lab.exercises.lessons import Cards
from inception_lab.exercises.reports import report as report
from inception_lab.text import columns, html_table

EXERCISES: dict[str, Exercise] = {}
for nth in range(1, 10):
    EXERCISES |= import_module(f"{__name__}.lesson{nth}").EXERCISES
YOUR_TURN = "Your turn."


def blank(answer: Any) -> bool:
    """Tell whether an answer, or a part of it, was left out."""
    try:
        return answer is None or answer is ... or (isinstance(answer, tuple) and any(map(blank, answer)))
    except RecursionError:  # a tuple in a tuple in a tuple …
        return False


def check(name: str, *answers: Any) -> Verdict:
    """Judge an answer; without one, show a field that it can be written into.

    Args:
        name: Name of the exercise, such as `"01.1"`.
        *answers: What the reader found; `None` or `...` where it is still blank. Several are one tuple.

    Returns:
        A verdict, which a notebook shows.

    Raises:
        ValueError: If there is no such exercise.
    """
    if name not in EXERCISES:
        raise ValueError(f"There is no exercise '{name}'. There are: {', '.join(EXERCISES)}.")
    exercise = EXERCISES[name]
    answer = answers[0] if len(answers) == 1 else answers or None
    if blank(answer):
        done = name in kept.known().solved
        return Turn(done or None, "✔ Solved." if done else YOUR_TURN, lambda written: check(name, written))
    try:
        right, text = exercise.judge(answer)
    except Exception as error:  # whatever a reader may hand in: arrays, huge numbers, other people's objects
        right, text = None, f"This answer cannot be judged: {type(error).__name__}. {exercise.question}"
    if right:
        kept.session.solved.add(name)
        return Verdict(True, f"✔ Right. {text} {kept.keep()}".rstrip())
    if right is None:
        return Verdict(None, text)
    tries = kept.known().tries.get(name, 0) + 1
    kept.session.tries[name] = tries
    shown = " ".join(f"Hint {number}: {hint}" for number, hint in enumerate(exercise.hints[:tries], 1))
    return Verdict(False, f"✘ Not yet. {text} {shown} {kept.keep()}".rstrip())


def predict(
    name: str, guess: Any = None, *, labels: Sequence[str] = (), choices: Sequence[str] = ()
) -> Verdict:
    """Keep a guess until `reveal(name)` sets it beside the truth; without one, show fields to write it into.

    Args:
        name: Of the prediction, such as `"01.sizes"`.
        guess: A number, a word, or several as a tuple; `None` or `...` where it is left out.
        labels: What stands before each field; by default one field, or as many as `guess` has parts.
        choices: What can be chosen, where the guess is one of a few words.
    """
    if not blank(guess):
        kept.session.guesses[name] = guess
        for picture in tuple(MARKED.get(name, ())):
            mark(picture, name)
        said = f"Prediction {name}: you say {in_words(guess)}. It is kept until the answer."
        return Verdict(None, f"{said} {kept.keep()}".rstrip())
    before = kept.known().guesses.get(name)
    parts = before if isinstance(before, tuple) else () if before is None else (before,)
    count = len(guess) if isinstance(guess, tuple) else 1
    return Turn(
        None,
        YOUR_TURN if before is None else f"You say {in_words(before)}.",
        lambda written: predict(name, written),
        labels or ("",) * count,
        choices,
        tuple(map(in_words, parts)),
    )


@dataclass(frozen=True, repr=False)
class Revealed(Verdict):
    """A guess and the truth, which a notebook shows as bars where they are numbers."""

    guess: Any
    truth: Any

    def _repr_html_(self) -> str:
        return super()._repr_html_() + beside(self.guess, self.truth)


def reveal(name: str, truth: Any) -> Verdict:
    """Set the truth, as the cell above computed it, beside what was guessed."""
    guess = kept.known().guesses.get(name)
    if guess is None:
        return Verdict(None, f"Prediction {name}: the answer is {in_words(truth)}. You made no guess.")
    said = f"Prediction {name}: you said {in_words(guess)}; the answer is {in_words(truth)}."
    return Revealed(None, said, guess, truth)


MARKED: dict[str, WeakSet[Any]] = {}  # prediction → explorers that show its guess


def mark(picture: Any, name: str) -> Any:
    """Draw what was guessed into a picture of the answer, in the reader's colour; nothing without a guess.

    Args:
        picture: An explorer, which also takes a later guess; or Matplotlib axes whose horizontal axis is what
            was asked for, or else the axis that is. It keeps its ends.
        name: Of the prediction; of several numbers each is drawn. A word is looked for among the axis's.

    Returns:
        The picture.
    """
    if hasattr(picture, "mark"):
        MARKED.setdefault(name, WeakSet()).add(picture)
        picture.mark(lambda axis: draw_guess(axis, kept.known().guesses.get(name)))
    else:
        draw_guess(getattr(picture, "xaxis", picture), kept.known().guesses.get(name))
    return picture


@dataclass(frozen=True)
class Progress:
    """What is solved and guessed, lesson by lesson; shows itself as a table."""

    known: kept.Kept
    damaged: str = ""

    def rows(self) -> list[tuple[str, ...]]:
        """Return the cells of the table: a row a lesson, and the sums."""

        def row(title: str, start: str) -> tuple[str, ...]:
            names = [name for name in EXERCISES if name.startswith(start)]
            solved = sum(name in self.known.solved for name in names)
            wrong = sum(self.known.tries.get(name, 0) for name in names)
            guesses = sum(name.startswith(start) for name in self.known.guesses)
            return title, f"{solved} of {len(names)}", f"{wrong}", f"{guesses}"

        lessons = sorted({name[:2] for name in EXERCISES})
        return [
            ("lesson", "solved", "wrong answers", "guesses"),
            *(row(n, f"{n}.") for n in lessons),
            row("all", ""),
        ]

    @property
    def begun(self) -> bool:
        """Whether there is anything to tell."""
        return self.known != kept.Kept()

    @property
    def first(self) -> str:
        """What stands above the table, or alone."""
        since = "so far" if kept.file() else "in this session"
        return self.damaged or (f"Solved {since}:" if self.begun else "Nothing is solved or guessed yet.")

    def __repr__(self) -> str:
        return "\n".join([self.first, *(columns(self.rows()) if self.begun else [])])

    def _repr_html_(self) -> str:
        head, *rows, total = self.rows()
        table = html_table(head, rows, total) if self.begun else ""
        return Verdict(None, self.first)._repr_html_() + table


def progress() -> Progress:
    """Return what is solved and guessed in all lessons."""
    return Progress(kept.known(), kept.say())


def lessons() -> Cards:
    """Return the lessons as cards: the insight, the minutes, and how much is solved."""
    return Cards(tuple(EXERCISES), kept.known().solved, kept.say())

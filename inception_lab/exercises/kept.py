"""What the reader has solved, tried and guessed: in the session, and beside their copy of the lessons.

`make lab` names the file in `INCEPTION_LAB_PROGRESS`. Only lessons that lie beside it write to it: not the
committed notebooks, and not the solutions. Elsewhere, as in Colab, it is known in the session alone.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inception_lab.exercises.form import in_words

VARIABLE = "INCEPTION_LAB_PROGRESS"


@dataclass
class Kept:
    """What is known of a reader."""

    solved: set[str] = field(default_factory=set)  # names of exercises, such as `"01.1"`
    tries: dict[str, int] = field(default_factory=dict)  # wrong answers to each exercise
    guesses: dict[str, Any] = field(default_factory=dict)  # prediction → what was guessed

    def data(self) -> dict[str, Any]:
        """Return it as JSON can hold it; a guess that it cannot hold is written out."""
        return {
            "solved": sorted(self.solved),
            "tries": dict(sorted(self.tries.items())),
            "guesses": {name: _plain(guess) for name, guess in sorted(self.guesses.items())},
        }


def from_data(data: Any) -> Kept:
    """Return what `data` gave."""
    try:
        solved = {name for name in data["solved"] if isinstance(name, str)}
        tries = {str(name): int(count) for name, count in data.get("tries", {}).items()}
        guesses = {str(name): _tupled(guess) for name, guess in data.get("guesses", {}).items()}
    except (AttributeError, KeyError, TypeError, OverflowError) as error:
        raise ValueError("no progress") from error
    return Kept(solved, tries, guesses)


session = Kept()
unsaid: list[str] = []  # about a file that was damaged, until somebody says it


def file() -> Path | None:
    """Return the file for what is known here, or None if nothing is kept here."""
    named = os.environ.get(VARIABLE)
    path = Path(named) if named else None
    return path if path and path.parent == Path.cwd() else None


def known() -> Kept:
    """Return what is known from the file and from the session."""
    path, before = file(), Kept()
    if path and path.exists():
        try:
            before = from_data(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            unsaid[:] = [f"The file of your progress could not be read: {path} ({error.strerror})."]
        except (ValueError, RecursionError):
            aside = path.with_suffix(".damaged")
            with suppress(OSError):
                path.replace(aside)
            now = "in a read-only folder" if path.exists() else f"kept as {aside.name}, and begun anew"
            unsaid[:] = [f"The file of your progress was damaged. It is {now}."]
    tries = {
        name: max(before.tries.get(name, 0), session.tries.get(name, 0))
        for name in {**before.tries, **session.tries}
    }
    return Kept(before.solved | session.solved, tries, {**before.guesses, **session.guesses})


def say() -> str:
    """Return a line if the file was damaged, once."""
    return unsaid.pop() if unsaid else ""


def keep() -> str:
    """Add the session to the file; return a line if that could not be done, or if the file was damaged."""
    path = file()
    if path is None:
        return ""
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(json.dumps(known().data()), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        return f"Your progress could not be kept in {path} ({error.strerror})."
    return say()


def _plain(guess: Any) -> Any:
    if isinstance(guess, tuple):
        return [_plain(part) for part in guess]
    if hasattr(guess, "item") and getattr(guess, "ndim", 1) == 0:  # one of NumPy's numbers
        guess = guess.item()
    words = in_words(guess)  # of an integer that is too long to be written, that it is one
    return guess if isinstance(guess, int | float | bool) and words[-1].isdigit() else words


def _tupled(guess: Any) -> Any:
    return tuple(map(_tupled, guess)) if isinstance(guess, list) else guess

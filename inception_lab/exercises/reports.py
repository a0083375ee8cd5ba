"""A reader's report for their teacher: what is solved, wrong answers and guesses, and no code."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inception_lab.exercises import kept
from inception_lab.exercises.form import Verdict

LARGEST = 1_000_000  # bytes; a report has a few thousand


@dataclass(frozen=True)
class Report:
    """What one reader did."""

    name: str  # of the reader
    done: kept.Kept  # what is solved, tried and guessed


def report(name: str, folder: str | Path = ".") -> Verdict:
    """Write what you solved, your wrong answers and your guesses into a file for your teacher.

    Args:
        name: Yours, as your teacher knows it.
        folder: Where the file is written; by default beside the lesson.

    Raises:
        ValueError: If the name holds no letter and no digit, or the file cannot be written.
    """
    letters = re.sub(r"[\W_]+", "-", name).strip("-")[:60]
    if not letters:
        raise ValueError(f"`name` must hold a letter or a digit. Received: name={name!r}.")
    done = kept.known()
    content = {"report": "Inception Lab", "name": name, **done.data()}
    path = Path(folder) / f"report-{letters}.json"
    try:
        path.write_text(json.dumps(content | {"checksum": checksum(content)}, indent=1), encoding="utf-8")
    except OSError as error:
        raise ValueError(f"A report must be written. Received: {path} ({error.strerror}).") from error
    said = f"{path} says what you solved, your wrong answers and your guesses; it holds no code."
    return Verdict(None, f"{kept.say()} {said} Its checksum finds accidents; it is no proof.".lstrip())


def checksum(content: dict[str, Any]) -> str:
    """Return a digest of a report without its checksum."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def read(path: Path) -> Report:
    """Read a report."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("too large")
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.pop("checksum", None)
        name, done = str(content["name"]), kept.from_data(content)
        if content["report"] != "Inception Lab":
            raise ValueError("another program's")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"A report must be one that `exercises.report` wrote. Received: {path}.") from error
    if found != checksum(content):
        raise ValueError(f"A report must be as it was written. Received: {path}, whose checksum differs.")
    return Report(name, done)


def class_table(reports: Sequence[Report], exercises: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row a reader: sums; 1 for each exercise that is solved, 0 if it was tried, else nothing."""
    return [
        {
            # no formula where a spreadsheet opens the table
            "name": re.sub(r"^(?=[=+@\t-])", "'", each.name),
            "solved": sum(name in each.done.solved for name in exercises),
            "wrong answers": sum(each.done.tries.values()),
            "guesses": len(each.done.guesses),
            **{
                name: 1 if name in each.done.solved else 0 if each.done.tries.get(name) else ""
                for name in exercises
            },
        }
        for each in reports
    ]


def how_hard(reports: Sequence[Report], exercises: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return for each exercise how many solved it at once, after wrong answers, and tried it in vain."""
    found = {}
    for name in exercises:
        wrong = [bool(each.done.tries.get(name)) for each in reports]
        solved = [name in each.done.solved for each in reports]
        pairs = list(zip(solved, wrong, strict=True))
        found[name] = (pairs.count((True, False)), pairs.count((True, True)), pairs.count((False, True)))
    return found

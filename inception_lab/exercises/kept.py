"""What the reader has solved, kept beside their copy of the lessons.

`make lab` names the file in `INCEPTION_LAB_PROGRESS`. Only lessons that lie beside it write to it: not the
committed notebooks, and not the solutions. Elsewhere, as in Colab, it is known in the session alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "INCEPTION_LAB_PROGRESS"


def file() -> Path | None:
    """Return the file for what is solved here, or None if nothing is kept here."""
    named = os.environ.get(VARIABLE)
    path = Path(named) if named else None
    return path if path and path.parent == Path.cwd() else None


def solved() -> tuple[set[str], str]:
    """Return the names of the exercises that are solved, and a line if the file was damaged."""
    path = file()
    if path is None or not path.exists():
        return set(), ""
    try:
        return {str(name) for name in json.loads(path.read_text(encoding="utf-8"))["solved"]}, ""
    except (OSError, ValueError, TypeError, KeyError):
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        return set(), f"The file of your progress was damaged. It is kept as {aside.name}, and begun anew."


def keep(name: str) -> str:
    """Add a solved exercise; return a line if that could not be done, or if the file was damaged."""
    path = file()
    if path is None:
        return ""
    names, damaged = solved()
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(json.dumps({"solved": sorted({*names, name})}), encoding="utf-8")
        new.replace(path)
    except OSError as error:
        return f"Your progress could not be kept in {path} ({error.strerror})."
    return damaged

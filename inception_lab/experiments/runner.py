"""Runs what is missing of an experiment and stores each run as it ends."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.resources import data_path

Settings = Mapping[str, Any]
Rows = list[dict[str, Any]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Experiment:
    """A question, and the runs that answer it.

    Attributes:
        name: Of its file.
        question: What it answers, in a line.
        runs: The settings of each run, seed included. All have the same names, in the same order.
        measure: From settings, and the rows stored so far, to the rows of one run.
    """

    name: str
    question: str
    runs: tuple[Settings, ...]
    measure: Callable[[Settings, Rows], Rows]

    def path(self, folder: Path | None = None) -> Path:
        """Return the file that the runs are stored in."""
        return (folder or data_path("README.md").parent / "experiments") / f"{self.name}.csv"

    def missing(self, folder: Path | None = None) -> list[Settings]:
        """Return the settings that have no stored run yet."""
        names = tuple(self.runs[0])
        done = {tuple(row.get(name) for name in names) for row in read(self.path(folder))}
        return [run for run in self.runs if tuple(_as_read(run[name]) for name in names) not in done]

    def curves(self, *settings: str, of: str | Sequence[str]) -> dict[tuple[Any, ...], Floats]:
        """Return what is stored as arrays `(seeds, positions)`.

        Args:
            *settings: Names of those that tell the arrays apart.
            of: A column, whose numbers are the positions: one a row, or several in a cell. Or several
                columns, one a position.

        Returns:
            Values of the settings → the array; none where the columns are empty.
        """
        columns = [of] if isinstance(of, str) else of
        found: dict[tuple[Any, ...], dict[Any, list[float]]] = {}
        for row in read(self.path()):
            if numbers := [float(number) for column in columns for number in str(row[column]).split()]:
                runs = found.setdefault(tuple(row[name] for name in settings), {})
                runs.setdefault(row["seed"], []).extend(numbers)
        return {key: np.array(list(runs.values())) for key, runs in found.items()}


def complete(experiment: Experiment, folder: Path | None = None, limit: int | None = None) -> int:
    """Run what is missing of an experiment.

    Args:
        experiment: Which one.
        folder: Where the CSV files are; by default the project's.
        limit: Most runs to do.

    Returns:
        How many runs were done.
    """
    from inception_lab.model.backend import keras

    path = experiment.path(folder)
    missing = experiment.missing(folder)[:limit]
    done = len(experiment.runs) - len(experiment.missing(folder))
    for number, settings in enumerate(missing, start=1):
        started = time.perf_counter()
        found = experiment.measure(settings, read(path))
        seconds = time.perf_counter() - started
        about = {"seconds": round(seconds, 1), **provenance(experiment.name)}
        append(path, [{**settings, **row, **about} for row in found])
        text = ", ".join(f"{name} {value}" for name, value in settings.items())
        print(
            f"{experiment.name} {done + number}/{len(experiment.runs)}: {text} ({seconds:.0f} s)",
            file=sys.stderr,
            flush=True,
        )
        keras.utils.clear_session()
    return len(missing)


def provenance(name: str) -> dict[str, str]:
    """Return what a run was made with: command, versions, hardware and time."""
    from inception_lab.model.hardware import hardware, versions

    used = versions()
    return {
        "command": f"python -m inception_lab.experiments {name}",
        "versions": "inception-lab {inception_lab}, Keras {keras} on {backend}, NumPy {numpy}, "
        "Python {python}".format(**used),
        "hardware": hardware(),
        "finished": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
    }


def read(path: Path) -> Rows:
    """Read stored rows: numbers as numbers, the rest as text; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: _number(text) for name, text in row.items()} for row in csv.DictReader(file)]


def append(path: Path, rows: Rows) -> None:
    """Add rows to a CSV file; it is replaced whole, so that it is never half written.

    Raises:
        ValueError: If the file has other columns.
    """
    columns = list(rows[0])
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    if old:
        head = next(csv.reader(io.StringIO(old)))
        if head != columns:
            raise ValueError(
                f"{path.name} must have the columns of this version. Received: {', '.join(head)} (in {path})."
            )
        text.write(old)
    else:
        writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".csv.new")
    new.write_text(text.getvalue(), encoding="utf-8")
    os.replace(new, path)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _as_read(value: Any) -> int | float | str:
    return _number(str(value))

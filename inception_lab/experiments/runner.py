"""Runs what is missing of an experiment and stores each run as it ends."""

import csv
import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.network import Network
from inception_lab.architecture.stored import network_to_data
from inception_lab.resources import data_path

Settings = Mapping[str, Any]
Rows = list[dict[str, Any]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Experiment:
    """A question, and the runs that answer it."""

    name: str  # of its file
    question: str  # what it answers, in a line
    # the settings of each run, seed included. All have the same names, in the same order
    runs: tuple[Settings, ...]
    # from settings, and the rows stored so far, to the rows of one run
    measure: Callable[[Settings, Rows], Rows]
    # from settings to what else decides the run, such as network, recipe and epochs. Its digest stands
    # in each row: rows made by another definition are neither counted nor shown
    definition: Callable[[Settings], object]
    command: str = ""  # that runs it; nothing for the command of this package
    # the arms whose difference answers the question, in the order of the hypotheses
    compared: tuple[tuple[str, str], ...] = ()

    def path(self, folder: Path | None = None) -> Path:
        """Return the file that the runs are stored in."""
        return (folder or data_path("README.md").parent / "experiments") / f"{self.name}.csv"

    def missing(self, folder: Path | None = None) -> list[Settings]:
        """Return the settings that have no stored run yet."""
        done = {self._settings(row) for row in self.rows(folder)}
        return [run for run in self.runs if self._settings(run) not in done]

    def rows(self, folder: Path | None = None) -> Rows:
        """Return the stored rows of runs that today's definition made."""
        return self._by_definition(folder)[0]

    def left_out(self, folder: Path | None = None) -> str:
        """Say how many stored rows another definition made; nothing where there are none."""
        count = len(self._by_definition(folder)[1])
        return f"{self.name}: stored rows of another definition, left out: {count}." if count else ""

    def _by_definition(self, folder: Path | None) -> tuple[Rows, Rows]:
        """Return the stored rows that today's definition made, and the others."""
        arms = {self._settings(run)[:-1]: run for run in self.runs}  # seeds aside
        today = {arm: digest(self.definition(run)) for arm, run in arms.items()}
        split: tuple[Rows, Rows] = ([], [])
        for row in read(self.path(folder)):
            split[row.get("definition", "") != today.get(self._settings(row)[:-1])].append(row)
        return split

    def _settings(self, run: Settings) -> tuple[Any, ...]:
        return tuple(_number(str(run.get(name))) for name in self.runs[0])

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
        for row in self.rows():
            if numbers := [float(number) for column in columns for number in str(row[column]).split()]:
                runs = found.setdefault(tuple(row[name] for name in settings), {})
                runs.setdefault(row["seed"], []).extend(numbers)
        return {key: np.array(list(runs.values())) for key, runs in found.items()}


def complete(experiment: Experiment, folder: Path | None = None, limit: int | None = None) -> int:
    """Run what is missing of an experiment.

    Returns:
        How many runs were done.
    """
    from inception_lab.model.backend import keras

    path = experiment.path(folder)
    missing = experiment.missing(folder)[:limit]
    if left_out := experiment.left_out(folder):
        print(left_out, file=sys.stderr, flush=True)
    done = len(experiment.runs) - len(experiment.missing(folder))
    for number, settings in enumerate(missing, start=1):
        started = time.perf_counter()
        found = experiment.measure(settings, experiment.rows(folder))
        seconds = time.perf_counter() - started
        made = {"definition": digest(experiment.definition(settings))}
        about = {"seconds": round(seconds, 1), **provenance(experiment), **made}
        append(path, [{**settings, **row, **about} for row in found])
        text = ", ".join(f"{name} {value}" for name, value in settings.items())
        print(
            f"{experiment.name} {done + number}/{len(experiment.runs)}: {text} ({seconds:.0f} s)",
            file=sys.stderr,
            flush=True,
        )
        keras.utils.clear_session()
    return len(missing)


def digest(definition: object) -> str:
    """Return "#" and twelve hexadecimal digits that another definition would not have.

    Args:
        definition: Numbers, text, lists, mappings, networks and dataclasses. Of a dataclass only what
            differs from its defaults counts, and a recipe's `source`, which is prose, does not: a field
            added later, or another wording, leaves stored runs as they are.
    """

    def plain(value: Any) -> Any:
        if isinstance(value, Network):
            return network_to_data(value)
        if is_dataclass(value):
            data = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
            return {name: own for name, (own, default) in data.items() if own != default and name != "source"}
        raise TypeError(f"`definition` must hold plain data. Received: {value!r}.")

    text = json.dumps(definition, sort_keys=True, default=plain)
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def provenance(experiment: Experiment) -> dict[str, str]:
    """Return what a run was made with: command, versions, hardware and time."""
    from inception_lab.model.hardware import hardware, versions

    used = versions()
    return {
        "command": experiment.command or f"python -m inception_lab.experiments {experiment.name}",
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
    """Add rows to a CSV file; it is replaced whole, so that it is never half written."""
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

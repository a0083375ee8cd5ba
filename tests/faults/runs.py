"""Real runs of `inception-lab train`, as small as can be, killed at random moments and carried on."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.architecture.layers import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
)
from inception_lab.architecture.network import Network, Tap
from inception_lab.architecture.network import Sequence as Row
from inception_lab.architecture.small import NETWORKS
from inception_lab.model.training.run import AVERAGED, BEST, RunDirectory
from tests.faults.writer import Found, changed, half_written

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 8
PICTURES = 12  # of each class
MOST_KILLS = 6  # of one run; then it is left alone
STARTED = "Training in "  # what a run says when everything is built
PATIENCE = 300  # seconds that a process may take


def tiny(classes: int = 2, input_shape: tuple[int, int, int] = (8, 8, 3)) -> Network:
    """Describe a network that has all that a run must carry on: batch norm, dropout and a head."""
    head = Row(GlobalAveragePool2D(), Dense(classes, name="classifier"), name="loss1")
    body = Row(
        Conv2D(4, 3, use_bias=False, name="conv1"),
        BatchNorm(name="norm"),
        Tap(head, "aux1"),
        AveragePool2D(2, strides=2, name="pool"),
        Flatten(name="flatten"),
        Dropout(0.3, name="drop"),
        Dense(classes, name="classifier"),
    )
    return Network(input_shape, body, "tiny")


def main(arguments: Sequence[str]) -> int:
    """Run the command line `inception-lab`, which then knows the network `tiny` besides its own."""
    from inception_lab.cli import main as cli

    NETWORKS["tiny"] = tiny  # type: ignore[assignment]  # its arguments are fewer
    try:
        return cli.main(arguments)
    finally:
        NETWORKS.pop("tiny", None)


def pictures(folder: Path) -> Path:
    """Make a data set of dark and bright pictures, and return its folder."""
    import cv2

    rng = np.random.default_rng(0)
    for bright, name in enumerate(("dark", "bright")):
        (folder / name).mkdir(parents=True)
        for number in range(PICTURES):
            picture = rng.integers(0, 128, (8, 8, 3)) + 127 * bright
            cv2.imwrite(str(folder / name / f"{number}.png"), picture.astype(np.uint8))
    return folder


def words(data: Path, out: Path, *more: str) -> list[str]:
    """Return the words of the command that trains `tiny` and carries on what is there."""
    options = {
        "--network": "tiny",
        "--dataset": str(data),
        "--input": "8",
        "--batch-size": "8",
        "--precision": "float32",
        "--epochs": str(EPOCHS),
        "--out": str(out),
        "--format": "json",
    }
    return ["train", *(word for pair in options.items() for word in pair), "--resume", *more]


def start(data: Path, out: Path, said: Path) -> subprocess.Popen[bytes]:
    """Start that command as a process of its own; what it says goes into the file `said`."""
    command = [sys.executable, "-m", "tests.faults", "inception-lab", *words(data, out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with said.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)


def final(out: Path) -> dict[str, Any]:
    """Return all that a complete run leaves, but for the seconds that it took: arrays and numbers by name."""
    with np.load(out / f"checkpoint-{EPOCHS:04d}.npz") as stored:
        found: dict[str, Any] = {name: stored[name] for name in stored.files if name != "about"}
    for name in (BEST, AVERAGED):
        found |= {f"{name}/{key}": value for key, value in arrays_of(out / name)}
    for number, row in enumerate(log(out)):
        found |= {f"log {number} {name}": value for name, value in row.items() if name != "seconds"}
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    return found | {name: result[name] for name in ("accuracy", "epochs", "parameters", "precision")}


def arrays_of(file: Path) -> Iterator[tuple[str, Any]]:
    """Give the arrays of a file of weights by name."""
    import h5py

    found: list[tuple[str, Any]] = []

    def note(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found.append((name, item[()]))

    with h5py.File(file) as opened:
        opened.visititems(note)
    return iter(found)


def log(out: Path) -> list[dict[str, float]]:
    """Return the rows of a run's log; there are none before the first epoch's end."""
    if not (out / "log.csv").exists():
        return []
    with (out / "log.csv").open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the name of something that differs in a single bit, or an empty string."""
    for name in sorted({*one, *other}):
        a, b = (np.asarray(found.get(name)) for found in (one, other))
        if name not in one or name not in other or a.dtype != b.dtype or a.tobytes() != b.tobytes():
            return name
    return ""


@dataclass
class Killed(Found):
    """What a series of kills of runs came to.

    Attributes:
        runs: Runs that were carried on to their end.
    """

    runs: int = 0


class Kills:
    """Runs that are killed at random moments and carried on until they end.

    Args:
        folder: An empty folder for data and runs.
        seed: Decides the moments, as far as the clock lets it.
        count: Processes to kill in all.
        whole: What an undisturbed run leaves; without it one is made, and its time taken.
        times: Seconds before its training and in it.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        count: int,
        whole: dict[str, Any] | None = None,
        times: tuple[float, float] = (5.0, 2.0),
    ) -> None:
        self.folder, self.seed = folder, seed
        self.data = pictures(folder / "pictures")
        self.found = Killed()
        self._left, self._lock = count, threading.Lock()
        self._whole, self._times = whole, times

    def run(self, workers: int = 2) -> Killed:
        """Kill until the count is reached; see `Killed`."""
        started = time.perf_counter()
        if self._whole is None:
            self._whole = self._reference()
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(self._work, range(workers)):
                pass
        self.found.seconds = time.perf_counter() - started
        return self.found

    def _reference(self) -> dict[str, Any]:
        """Run once undisturbed, and take the time."""
        out, said = self.folder / "whole", self.folder / "whole.txt"
        started = time.perf_counter()
        process = start(self.data, out, said)
        while STARTED not in said.read_text() and process.poll() is None:
            time.sleep(0.01)
        before = time.perf_counter() - started
        status = process.wait(PATIENCE)
        self._times = before, time.perf_counter() - started - before
        if status:
            raise RuntimeError(f"The undisturbed run must end well. Received: {said.read_text()}")
        return final(out)

    def _work(self, worker: int) -> None:
        number = worker
        while self._left > 0:
            self._one_run(number, random.Random(f"{self.seed} {number}"))
            number += 1000

    def _ticket(self) -> bool:
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            return True

    def _one_run(self, number: int, rng: random.Random) -> None:
        out, said = self.folder / f"run{number}", self.folder / f"run{number}.txt"
        behind, kills = 0, 0
        while True:
            before = time.time()
            process = start(self.data, out, said)
            killed = kills < MOST_KILLS and self._ticket() and self._kill(process, out, said, rng, before)
            status = process.wait(PATIENCE)
            kills += killed
            text = said.read_text()
            carried = re.search(r"Carrying on after epoch (\d+) of", text)
            if carried and int(carried[1]) < behind:
                self._fail(number, kills, f"went back from epoch {behind} to {carried[1]}")
            behind = self._check(number, kills, out, text, behind)
            if not killed:
                break
        if status:
            self._fail(number, kills, f"ended with {status}: {text[-300:]!r}")
            return
        if differs := difference(final(out), self._whole or {}):
            self._fail(number, kills, f"'{differs}' differs from the undisturbed run's")
        with self._lock:
            self.found.runs += 1

    def _kill(
        self, process: subprocess.Popen[bytes], out: Path, said: Path, rng: random.Random, before: float
    ) -> bool:
        """Kill a process at a random moment; `False` if it ended before."""
        how = rng.choices(("any", "training", "writing"), (2, 6, 4))[0]
        if how == "any":
            moment = rng.uniform(0, sum(self._times))
        else:
            moment = rng.uniform(0, self._times[1])
            while STARTED not in said.read_text() and process.poll() is None:
                time.sleep(0.005)
        deadline = time.perf_counter() + moment
        while time.perf_counter() < deadline and process.poll() is None:
            time.sleep(0.001)
        kind = rng.choice(("best", "averaged", "checkpoint", "log"))
        while how == "writing" and process.poll() is None:
            if half_written(out, before).startswith(kind):  # so it is for a millisecond or so
                break
        process.kill()
        ended = process.wait(PATIENCE) >= 0
        with self._lock:
            if ended:
                self._left += 1  # the next one may have it
                return False
            self.found.kills += 1
            self.found.hit[where(out, before)] += 1
        return True

    def _check(self, number: int, kills: int, out: Path, text: str, behind: int) -> int:
        """Look at what a process left, and return how many epochs are safe."""
        if "Traceback" in text or "damaged" in text:
            self._fail(number, kills, f"said {text[-300:]!r}")
        complaints: list[str] = []
        checkpoint = RunDirectory(out).latest(complaints.append)
        epoch = checkpoint.epoch if checkpoint else 0
        told = [int(line) for line in re.findall(rf"^epoch (\d+)/{EPOCHS}  loss", text, re.MULTILINE)]
        rows = len(log(out))
        if complaints or epoch < max([behind, *told]) or not 0 <= epoch - rows <= 1:
            self._fail(number, kills, f"left epoch {epoch}, {rows} rows, told of {told[-1:]}, {complaints}")
        return epoch

    def _fail(self, number: int, kills: int, what: str) -> None:
        with self._lock:
            self.found.failures.append(f"run {number}, kill {kills}: {what}")


def where(out: Path, since: float) -> str:
    """Say where a kill hit a process that began at `since`, by what lies in the directory."""
    if changed(out) < since * 1e9:
        return "before it wrote anything"
    if half_written(out, since):
        return "while a file was written"
    return "after the result" if (out / "result.json").exists() else "in an epoch"

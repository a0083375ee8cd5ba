"""The writer of a run's directory alone: no Keras, so that it can be killed hundreds of times."""

from __future__ import annotations

import csv
import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.model.training.run import AVERAGED, BEST, Checkpoint, Row, RunDirectory

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 12  # kills in one directory
DIGEST = 32  # bytes that a file of weights ends with here


def rows(seed: int, epoch: int) -> list[Row]:
    """Return the log of a made-up run."""
    rng = random.Random(seed)
    return [{"epoch": float(number + 1), "loss": rng.random()} for number in range(epoch)]


def state(seed: int, epoch: int) -> dict[str, Any]:
    """Return what a made-up run knows behind an epoch: some arrays, from a few bytes to a megabyte."""
    rng = np.random.default_rng((seed, epoch))
    size = int(4 ** np.random.default_rng(seed).uniform(1, 9))
    return {f"w{number}": rng.random(size + number, np.float32) for number in range(3)}


def weights(seed: int, epoch: int) -> bytes:
    """Return bytes that stand for a file of weights; they end with their own digest."""
    content = b"".join(array.tobytes() for array in state(seed, epoch).values())
    return content + hashlib.sha256(content).digest()


def write(out: Path, seed: int) -> None:
    """Go on writing epoch after epoch, and say each one that is complete, until somebody kills us."""
    directory = RunDirectory(out)
    with directory.taken():
        directory.begin({"seed": seed}, {}, resume=True)
        found = directory.latest(complain)
        if found:
            directory.log(found.rows)  # as `train` does: the log may be an epoch behind
        for epoch in count(found.epoch + 1 if found else 1):
            directory.write(BEST, weights(seed, epoch))
            directory.write(AVERAGED, weights(seed, epoch))
            directory.save(Checkpoint(epoch, rows(seed, epoch), state(seed, epoch)))
            print(epoch, flush=True)


def complain(text: str) -> None:
    """Raise what a directory complains of: a kill alone must damage nothing."""
    raise RuntimeError(text)


@dataclass
class Found:
    """What a series of kills came to.

    Attributes:
        kills: Processes that were killed.
        hit: Where the kills hit → how many.
        failures: What went wrong, a line each.
        seconds: In all.
    """

    kills: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Written(Found):
    """What a series of kills of writers came to.

    Attributes:
        epochs: Complete epochs that were found in all.
    """

    epochs: int = 0


def kill_writers(folder: Path, seed: int, times: int) -> Written:
    """Start and kill writers, and look each time at what is left.

    Args:
        folder: An empty folder.
        seed: Decides contents, sizes and moments, these as far as the clock lets it.
        times: How many.
    """
    found, rng = Written(), random.Random(seed)
    started = time.perf_counter()
    for chain in count():
        out, behind = folder / f"run{chain}", 0
        for _ in range(min(rng.randint(1, LONGEST), times - found.kills)):
            before = time.time()
            told = killed(out, seed + chain, rng)
            found.kills += 1
            found.hit[left(out, before)] += 1
            try:
                behind = checked(out, seed + chain, max(behind, told))
            except Exception as error:  # whatever it is, it is a failure
                what = " ".join(str(error).split())
                found.failures.append(
                    f"directory {chain}, kill {found.kills}: {type(error).__name__}: {what}"
                )
                break
        found.epochs += behind
        if found.kills >= times:
            found.seconds = time.perf_counter() - started
            return found
    raise AssertionError("unreachable")


def killed(out: Path, seed: int, rng: random.Random) -> int:
    """Start a writer, kill it at a random moment, and return the last epoch that it called complete."""
    command = [sys.executable, "-m", "tests.faults", "write", str(out), "--seed", str(seed)]
    before, began = time.time(), changed(out)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        how = rng.choices(("any", "begun", "writing"), (1, 4, 4))[0]
        if how == "any":
            time.sleep(rng.uniform(0, 0.5))
        else:
            while changed(out) == began and process.poll() is None:
                pass
            time.sleep(rng.choice((0.002, 0.02, 0.2)) * rng.random())
            kind = rng.choice(("best", "averaged", "checkpoint", "log"))
            while how == "writing" and process.poll() is None:
                if half_written(out, before).startswith(kind):
                    break
        process.kill()
        said, complaint = process.communicate()
        if complaint or process.returncode >= 0:
            raise RuntimeError(f"A writer must go on until it is killed. Received: {complaint.decode()}")
    return max((int(line) for line in said.split()), default=0)


def checked(out: Path, seed: int, at_least: int) -> int:
    """Return the epoch that a killed writer's directory holds, after looking at every file of it.

    Raises:
        AssertionError: If something is damaged, older than it may be, or not what was written.
    """
    directory = RunDirectory(out)
    with directory.taken():
        directory.begin({"seed": seed}, {}, resume=True)
        found = directory.latest(complain)
    epoch = found.epoch if found else 0
    assert epoch >= at_least, f"epoch {epoch}, but {at_least} was complete"
    if found:
        assert found.rows == rows(seed, epoch), "other rows"
        wanted = state(seed, epoch)
        assert found.state.keys() == wanted.keys(), "other arrays"
        assert all((found.state[name] == wanted[name]).all() for name in wanted), "other values"
    for name in (BEST, AVERAGED):
        if epoch or (out / name).exists():
            content = (out / name).read_bytes()
            assert content in (weights(seed, epoch), weights(seed, epoch + 1)), f"{name} is of neither epoch"
    if epoch > 1 or (out / "log.csv").exists():
        with (out / "log.csv").open(encoding="utf-8", newline="") as file:
            logged = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
        assert logged in (rows(seed, epoch), rows(seed, epoch - 1)), "the log is of neither epoch"
    return epoch


def changed(out: Path) -> int:
    """Return when something came into a directory or left it, in nanoseconds."""
    with suppress(OSError):
        return out.stat().st_mtime_ns
    return 0


def half_written(out: Path, since: float) -> str:
    """Return the name of a file that was not whole at the end of a process that began at `since`."""
    for path in out.glob("new.*"):
        with suppress(OSError):  # it may just be moved to its place
            if path.stat().st_mtime >= since:
                return path.name.removeprefix("new.")
    return ""


def left(out: Path, since: float) -> str:
    """Say where a kill hit a process that began at `since`, by what lies in the directory."""
    if changed(out) < since * 1e9:
        return "before anything was written"
    if not (name := half_written(out, since)):
        return "between two files"
    kind = name.split("-")[0].split(".")[0]
    return {"checkpoint": "in a checkpoint", "log": "in the log", "config": "in config.json"}.get(
        kind, "in a file of weights"
    )

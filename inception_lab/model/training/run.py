"""The directory of a training run: what was run, how it went, and where it can be carried on.

    config.json            what decides the run's result, and what it was made with
    log.csv                a line an epoch
    checkpoint-0007.npz    everything after epoch 7; the last two are kept
    best.weights.h5        the weights that did best on the validation pictures
    averaged.weights.h5    the Polyak average of the weights, where the recipe has one
    result.json            the outcome, once the run is complete

Files are written beside their place and moved there whole, so a run may be killed at any moment. One
process at a time trains in a directory; the system forgets its lock when it ends, however it ends.
"""

import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.checks import in_a_line, short
from inception_lab.text import csv_text

if sys.platform != "win32":
    import fcntl

KEPT = 2
BEST, AVERAGED = "best.weights.h5", "averaged.weights.h5"
CONFIG = "config.json"
NEW = "new."  # how the name of a file begins until it is whole

Row = dict[str, float]


@dataclass(frozen=True)
class Checkpoint:
    """Everything that a run needs to go on after an epoch."""

    epoch: int  # epochs done
    rows: list[Row]  # the log so far
    state: Mapping[str, Any]  # of model and optimizer: arrays by name


class RunDirectory:
    """The files of one run, in a directory that need not exist; a ValueError refuses what is no path."""

    def __init__(self, path: str | Path) -> None:
        if not (isinstance(path, str | os.PathLike) and path) or "\0" in str(path):
            raise ValueError(f"`out` must be a directory's path. Received: out={short(path)}.")
        self.path = Path(os.path.expanduser(path))
        self._lock: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Keep the directory for this process while entered: `begin` takes it."""
        try:
            yield
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def check(self, config: Mapping[str, Any] | None, resume: bool) -> None:
        """Refuse a directory that `begin` would refuse, before anything slow; nothing is taken or written."""
        with self._usable():
            if self.path.exists() and not self.path.is_dir():
                raise ValueError(f"`out` must be a directory. Received: {self.path}, which is a file.")
            names = {file.name for file in self.path.iterdir()} if self.path.exists() else set()
        if CONFIG in names:
            if config is not None:
                self._compare(self.config(), config)
                if not resume:
                    raise ValueError(
                        f"`out` must be a new directory unless `resume` is set. Received: {self.path}, "
                        "which holds this very run."
                    )
        elif names - {NEW + CONFIG}:  # which a run leaves that was killed in its first moment
            raise ValueError(
                f"`out` must be a run's directory or empty. Received: {self.path}, which holds other files."
            )
        else:
            with self._usable():  # a file without a name is gone at once
                at = next(each for each in (self.path, *self.path.absolute().parents) if each.exists())
                tempfile.TemporaryFile(dir=at).close()

    def begin(self, config: Mapping[str, Any], made_with: Mapping[str, str], resume: bool) -> None:
        """Take the directory for a run, or find the same run in it: then all of `config` must be equal.

        Versions and hardware, `made_with`, are for the record. What is refused leaves nothing written.
        """
        self.check(None, resume)
        with self._usable():
            self.path.mkdir(parents=True, exist_ok=True)
            self._take()
        self.check(config, resume)
        if not (self.path / CONFIG).exists():
            self.write(CONFIG, json.dumps({**config, "made_with": made_with}, indent=1).encode())

    def _take(self) -> None:
        if sys.platform == "win32":  # there it is left to the reader not to start a run twice
            return
        self._lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"`out` must be a directory that no other process trains in. Received: {self.path}, "
                "where one does."
            ) from None
        except OSError:  # a file system without locks
            pass

    def config(self) -> dict[str, Any]:
        """Return what the run was started with."""
        try:
            found = json.loads((self.path / CONFIG).read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError("it holds no object")
        except OSError:
            raise ValueError(f"A run's directory must hold config.json. Received: {self.path}.") from None
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"config.json must be whole. Received a damaged one in {self.path}: {error}."
            ) from None
        return found

    def _compare(self, old: dict[str, Any], new: Mapping[str, Any]) -> None:
        new = json.loads(json.dumps(new))
        old.pop("made_with", None)
        different = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
        if different:
            name = different[0]
            others = f" and in {', '.join(different[1:])}" if len(different) > 1 else ""
            raise ValueError(
                f"`out` must be the directory of the same run. Received: {self.path}, whose run differs "
                f"in {name} ({_short(old.get(name))} there, {_short(new.get(name))} here){others}."
            )

    def latest(self, say: Callable[[str], None]) -> Checkpoint | None:
        """Load the newest checkpoint that is whole."""
        files = self._checkpoints()
        for file in reversed(files):
            try:
                with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
                    state = {name: stored[name] for name in stored.files}
                about = json.loads(str(state.pop("about")))
                if not all(np.isfinite(values).all() for values in state.values()):
                    raise ValueError("not all numbers are finite")
                return Checkpoint(about["epoch"], about["rows"], state)
            except Exception as error:  # what zipfile, zlib and NumPy raise is theirs to choose
                say(f"{file.name} is damaged and passed over ({in_a_line(error)}).")
        if files:
            raise ValueError(
                f"A run must have a whole checkpoint to be carried on. "
                f"Received: {len(files)} damaged (in {self.path})."
            )
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint and the log, then remove all checkpoints but the newest."""
        about = json.dumps({"epoch": checkpoint.epoch, "rows": checkpoint.rows})
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(about), **checkpoint.state)
        self.write(f"checkpoint-{checkpoint.epoch:04d}.npz", buffer.getvalue())
        self.log(checkpoint.rows)
        for file in self._checkpoints()[:-KEPT]:
            with suppress(OSError):  # one more than needed does no harm
                file.unlink()

    def log(self, rows: Sequence[Row]) -> None:
        """Write the log whole."""
        self.write("log.csv", csv_text(rows).encode())

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the outcome."""
        self.write("result.json", json.dumps(result, indent=1).encode())

    def _checkpoints(self) -> list[Path]:
        found = [
            (re.fullmatch(r"checkpoint-(\d+)\.npz", file.name), file) for file in self.path.glob("*.npz")
        ]
        return [file for _, file in sorted((int(name[1]), file) for name, file in found if name)]

    def write(self, name: str, content: bytes) -> None:
        """Write a file, which appears under its name when it is whole."""
        new = self.path / f"{NEW}{name}"
        with self._usable(new):
            with new.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self.path / name)

    @contextmanager
    def _usable(self, new: Path | None = None) -> Iterator[None]:
        """Say in a line what the system refuses, as on a full disk; half of a `new` file is removed."""
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else in_a_line(error)
            if new is not None:
                reason = f"{new.name.removeprefix(NEW)}: {reason}"
                with suppress(OSError):
                    new.unlink()
            kept = "; `resume` carries on from its newest checkpoint" if self._checkpoints() else ""
            raise ValueError(
                f"`out` must be a directory that can be written to. Received: {self.path} ({reason}){kept}."
            ) from error


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "…"

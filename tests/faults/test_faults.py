"""What can go wrong under a run: the command line says it in one line, and nothing complete is lost."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inception_lab.model.training import train as training
from inception_lab.model.training.run import Checkpoint, RunDirectory
from tests.faults import runs

Plant = Callable[[int, Callable[[], Any]], None]
CARRIES_ON = "; `resume` carries on from its newest checkpoint"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runs.pictures(tmp_path_factory.mktemp("data") / "pictures")


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert runs.main(runs.words(data, out)) == 0
    return out


@pytest.fixture(scope="module")
def whole(undisturbed: Path) -> dict[str, Any]:
    """What such a run leaves."""
    return runs.final(undisturbed)


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Has something happen once, behind an epoch of the run that is started next."""

    def plant(epoch: int, happen: Callable[[], Any]) -> None:
        real = training.train

        def train(*arguments: Any, **options: Any) -> Any:
            monkeypatch.setattr(training, "train", real)
            return real(
                *arguments,
                **options,
                progress=True,
                on_epoch=lambda rows: happen() if len(rows) == epoch else None,
            )

        monkeypatch.setattr(training, "train", train)

    return plant


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run a command that must end with status 2, and return the line that says why."""
    capsys.readouterr()
    with pytest.raises(SystemExit, match=r"^2$"):
        runs.main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    *before, last = err.splitlines()
    assert not any(line.startswith("inception-lab:") for line in before)
    return last.removeprefix("inception-lab: ")


def carried_on(capsys: pytest.CaptureFixture[str], data: Path, out: Path, epoch: int) -> dict[str, Any]:
    """Carry a run on to its end, from behind an epoch, and return what it leaves."""
    capsys.readouterr()
    assert runs.main(runs.words(data, out)) == 0
    said = capsys.readouterr().err
    assert f"Carrying on after epoch {epoch} of {runs.EPOCHS} (in {out})." in said
    return runs.final(out)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_that_is_killed_and_carried_on_ends_as_if_it_had_not_been(
    tmp_path: Path, undisturbed: Path
) -> None:
    """One of those that `python -m tests.faults kills` makes a hundred of."""
    found = runs.Kills(tmp_path, seed=3, count=1, whole=runs.final(undisturbed)).run(workers=1)
    assert found.failures == []
    assert found.runs >= 1


# Disks --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """Give a disk of half a megabyte, or `None` where nobody may mount one."""
    place.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    may = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
    if not may or subprocess.run(options, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as opened, contextlib.suppress(OSError):
        while True:
            opened.write(bytes(4096))


@contextlib.contextmanager
def short_files(most: int) -> Iterator[Callable[[], None]]:
    """Give a function behind which the system refuses to make a file any longer than so many bytes."""
    resource = pytest.importorskip("resource", reason="Windows has no such limits")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_ends_a_run_in_a_line_and_nothing_complete_is_lost(
    tmp_path: Path, data: Path, whole: dict[str, Any], behind: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        out = (disk or tmp_path) / "run"
        with short_files(8_000) as shorten:
            behind(3, shorten if disk is None else lambda: fill(disk / "other"))
            message = refused(capsys, runs.words(data, out))
        reason = "File too large" if disk is None else "No space left on device"
        assert re.fullmatch(
            r"`out` must be a directory that can be written to\. "
            rf"Received: {out} \((best|averaged)\.weights\.h5: {reason}\){CARRIES_ON}\.",
            message,
        )
        assert list(out.glob("new.*")) == []  # half of a file would only take room
        (out.parent / "other").unlink(missing_ok=True)
        assert runs.difference(carried_on(capsys, data, out, 3), whole) == ""


def test_the_writer_on_a_disk_that_fills_up_keeps_its_checkpoints(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        if disk is None:
            pytest.skip("only root may mount a small disk")
        directory = RunDirectory(disk / "run")

        def grow() -> None:
            with directory.taken():
                directory.begin({}, {}, resume=False)
                for epoch in range(1, 99):
                    state = {"w": np.zeros(4_000 * epoch, np.float32)}
                    directory.save(Checkpoint(epoch, [{"epoch": float(epoch)}] * epoch, state))

        with pytest.raises(ValueError, match="No space left on device"):
            grow()
        said: list[str] = []
        found = directory.latest(said.append)
        assert found is not None
        assert (said, found.epoch > 2, len(runs.log(disk / "run"))) == ([], True, found.epoch)


def test_a_directory_that_cannot_be_written_to_is_refused(
    tmp_path: Path, data: Path, behind: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the first step where it is so from the start, else behind the epoch that could not be kept."""
    with small_disk(tmp_path / "disk") as disk:
        if disk is None and (sys.platform == "win32" or os.geteuid() == 0):
            pytest.skip("neither a disk can be mounted nor a permission taken away")
        out = (disk or tmp_path) / "run"

        def writable(yes: bool) -> None:
            if disk is None:
                out.chmod(0o755 if yes else 0o555)
            else:
                subprocess.run(["mount", "-o", f"remount,{'rw' if yes else 'ro'}", str(disk)], check=True)

        behind(5, lambda: writable(False))
        reason = "Permission denied" if disk is None else "Read-only file system"
        message = refused(capsys, runs.words(data, out))
        assert message.startswith(f"`out` must be a directory that can be written to. Received: {out} ("), (
            message
        )
        assert message.endswith(f": {reason}){CARRIES_ON}.")
        if disk is not None:
            assert refused(capsys, runs.words(data, disk / "other")) == (
                f"`out` must be a directory that can be written to. Received: {disk / 'other'} ({reason})."
            )
        writable(True)
        found = RunDirectory(out).latest(pytest.fail)
        assert found is not None
        assert found.epoch == 5


def test_a_directory_that_vanishes_ends_a_run_in_a_line(
    tmp_path: Path, data: Path, behind: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    behind(2, lambda: shutil.rmtree(out))
    assert re.fullmatch(
        r"`out` must be a directory that can be written to\. "
        rf"Received: {out} \((best|averaged)\.weights\.h5: No such file or directory\)\.",
        refused(capsys, runs.words(data, out)),
    )
    assert not out.exists()


# Two runs, clocks, damage -------------------------------------------------------------------------


def test_the_second_of_two_runs_in_one_directory_is_refused_and_the_first_goes_on(
    tmp_path: Path, data: Path, whole: dict[str, Any], behind: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    said: list[str] = []
    behind(1, lambda: said.append(refused(capsys, runs.words(data, out))))
    assert runs.main(runs.words(data, out)) == 0
    assert said == [
        f"`out` must be a directory that no other process trains in. Received: {out}, where one does."
    ]
    assert runs.difference(runs.final(out), whole) == ""


def test_a_clock_that_jumps_back_or_stands_still_leaves_the_log_readable(
    tmp_path: Path, data: Path, whole: dict[str, Any], behind: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    real, wall, jumps = time.perf_counter, time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: wall() - jumps[0])
    monkeypatch.setattr(time, "perf_counter", lambda: real() - jumps[0])

    def jump() -> None:
        jumps[0] += 3_600
        monkeypatch.setattr(time, "perf_counter", lambda: 7.0)

    behind(4, jump)
    assert runs.main(runs.words(data, out)) == 0
    assert [row["epoch"] for row in runs.log(out)] == list(range(1, runs.EPOCHS + 1))
    assert [row["seconds"] for row in runs.log(out)][5:] == [0.0, 0.0, 0.0]
    assert runs.difference(runs.final(out), whole) == ""


@pytest.mark.parametrize("damage", ["empty", "cut", "zeros", "a flipped bit"])
def test_a_damaged_checkpoint_is_passed_over_in_a_line(tmp_path: Path, damage: str) -> None:
    directory = RunDirectory(tmp_path)
    with directory.taken():
        directory.begin({}, {}, resume=False)
        for epoch in (1, 2, 3):
            state = {"w": np.arange(1_000) + epoch}
            directory.save(Checkpoint(epoch, [{"epoch": float(epoch)}] * epoch, state))
    newest = tmp_path / "checkpoint-0003.npz"
    content = newest.read_bytes()
    at = len(content) // 2
    newest.write_bytes(
        {
            "empty": b"",
            "cut": content[:at],
            "zeros": content[:at] + bytes(len(content) - at),
            "a flipped bit": content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
        }[damage]
    )
    said: list[str] = []
    found = directory.latest(said.append)
    assert found is not None
    assert found.epoch == 2
    assert (found.state["w"] == np.arange(1_000) + 2).all()
    assert len(said) == 1
    assert re.fullmatch(r"checkpoint-0003\.npz is damaged and passed over \([^\n]{1,200}\)\.", said[0])


def test_a_run_goes_on_from_the_checkpoint_before_a_damaged_one(
    tmp_path: Path, data: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    shutil.copytree(undisturbed, out)
    newest = out / f"checkpoint-{runs.EPOCHS:04d}.npz"
    newest.write_bytes(newest.read_bytes()[:-9])
    assert runs.difference(carried_on(capsys, data, out, runs.EPOCHS - 1), runs.final(undisturbed)) == ""


def test_the_newest_checkpoint_is_the_one_with_the_largest_number(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path)
    with directory.taken():
        directory.begin({}, {}, resume=False)
        for epoch in (9_998, 9_999, 10_000, 10_001):
            directory.save(Checkpoint(epoch, [{"epoch": float(epoch)}], {}))
    (tmp_path / "checkpoint-mine.npz").write_bytes(b"")  # not one of the run's
    found = directory.latest(pytest.fail)
    assert found is not None
    assert found.epoch == 10_001
    assert sorted(path.name for path in tmp_path.glob("checkpoint-1*")) == [
        "checkpoint-10000.npz",
        "checkpoint-10001.npz",
    ]


def test_what_the_system_refuses_before_a_run_takes_a_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, ["train", "--out", "n" * 300])
    assert message.startswith(
        "Files must be readable and writable where they are needed. Received: [Errno "
    ), message

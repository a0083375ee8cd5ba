"""The writer of a run's directory, killed; `python -m tests.faults writer` does it hundreds of times."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from inception_lab.model.training.run import RunDirectory
from tests.faults import writer

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")


def test_a_writer_that_is_killed_leaves_a_state_that_can_be_loaded(tmp_path: Path) -> None:
    found = writer.kill_writers(tmp_path, seed=2, times=8)
    assert found.failures == []
    assert found.kills == sum(found.hit.values()) == 8


def test_a_directory_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults", "write", str(tmp_path / "run"), "--seed", "1"]
    environment = {**os.environ, "PYTHONPATH": str(writer.ROOT)}
    directory = RunDirectory(tmp_path / "run")
    with subprocess.Popen(command, cwd=writer.ROOT, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with directory.taken(), pytest.raises(ValueError, match="no other process") as caught:
            directory.begin({"seed": 1}, {}, resume=True)
        process.kill()
        process.communicate()
    assert str(caught.value) == (
        "`out` must be a directory that no other process trains in. "
        f"Received: {tmp_path / 'run'}, where one does."
    )
    assert writer.checked(tmp_path / "run", 1, at_least=1) >= 1


def test_a_run_that_was_killed_in_its_first_moment_can_be_started(tmp_path: Path) -> None:
    (tmp_path / "new.config.json").write_bytes(b'{"seed"')
    directory = RunDirectory(tmp_path)
    with directory.taken():
        directory.begin({"seed": 1}, {}, resume=False)
    assert directory.config() == {"seed": 1, "made_with": {}}
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]

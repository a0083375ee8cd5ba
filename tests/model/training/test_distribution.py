"""Several processes on this machine train as one does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inception_lab.model.training.distribution import Team, join
from tests.ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
STEPS, BATCH = 20, 8
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}


def arrays(file: Path) -> dict[str, Any]:
    with np.load(file) as stored:
        return dict(stored)


def trained(processes: int, folder: Path) -> list[dict[str, Any]]:
    """Train in so many processes and return what each wrote down."""
    port = free_port()
    files = [folder / f"{processes}-{process}.json" for process in range(processes)]
    started = [
        subprocess.Popen(
            [sys.executable, str(HERE / "team.py"), *map(str, (processes, process, port, STEPS, file))],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for process, file in enumerate(files)
    ]
    said = [each.communicate(timeout=300)[0] for each in started]
    assert [each.returncode for each in started] == [0] * processes, said
    return [
        {**json.loads(file.read_text(encoding="utf-8")), "state": arrays(Path(f"{file}.npz"))}
        for file in files
    ]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    (found,) = trained(1, tmp_path_factory.mktemp("alone"))
    order = np.random.default_rng((0, 0)).permutation(STEPS * BATCH)
    assert found["seen"] == order.reshape(STEPS, BATCH).tolist()
    return found


@pytest.mark.parametrize("processes", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_several_processes_do_what_one_does(processes: int, alone: dict[str, Any], tmp_path: Path) -> None:
    found = trained(processes, tmp_path)
    # Each saw its own part of every batch, and no other picture: together they saw each once.
    for step in range(STEPS):
        parts = [each["seen"][step] for each in found]
        assert [len(part) for part in parts] == [BATCH // processes] * processes
        assert [n for part in parts for n in part] == alone["seen"][step]
    for each in found:
        np.testing.assert_allclose(each["losses"][:5], alone["losses"][:5], rtol=0, atol=1e-5)
        np.testing.assert_allclose(each["losses"], alone["losses"], rtol=0, atol=1e-3)
        np.testing.assert_allclose(each["predicted"], alone["predicted"], rtol=0, atol=1e-3)
        assert each["state"].keys() == alone["state"].keys()
        for name, value in alone["state"].items():
            np.testing.assert_array_equal(each["state"][name], found[0]["state"][name])
            np.testing.assert_allclose(each["state"][name], value, rtol=0, atol=1e-3, err_msg=name)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for name in ("dark", "light"):
        (folder / name).mkdir()
        for n in range(40):
            grey = rng.integers(*((0, 100) if name == "dark" else (150, 256)), (16, 16, 3), np.uint8)
            cv2.imwrite(str(folder / name / f"{n}.png"), grey)
    return folder


def command(pictures: Path, out: Path, *more: str) -> list[str]:
    tiny = ("--network", "googlenet-cifar", "--width", "0.25", "--input", "16", "--epochs", "4")
    same = (
        "--batch-size",
        "16",
        "--learning-rate",
        "0.01",
        "--precision",
        "float32",
        "--dataset",
        str(pictures),
        "--out",
        str(out),
    )
    return [sys.executable, "-m", "inception_lab", "train", *tiny, *same, *more]


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        arguments, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_a_lost_process_ends_the_run_and_another_number_carries_it_on(pictures: Path, tmp_path: Path) -> None:
    def pair(out: Path, *more: str) -> list[subprocess.Popen[str]]:
        where = ("--coordinator", f"localhost:{free_port()}", "--processes", "2")
        return [start(command(pictures, out, *where, "--process", str(n), *more)) for n in range(2)]

    whole = pair(tmp_path / "whole")
    said = [each.communicate(timeout=400) for each in whole]
    assert [each.returncode for each in whole] == [0, 0], said
    assert "test accuracy" in said[0][0]
    assert said[1][0] == ""  # one report is enough

    killed = pair(tmp_path / "killed")
    deadline = time.monotonic() + 400
    while not (tmp_path / "killed" / "checkpoint-0001.npz").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    killed[1].send_signal(signal.SIGKILL)
    killed[1].communicate()
    _, errors = killed[0].communicate(timeout=400)
    assert killed[0].returncode == 1
    assert "Traceback" not in errors
    last = errors.splitlines()[-1]
    assert last.startswith("Every process of a run must stay until its end. One cannot be reached (")
    assert last.endswith(
        f"Carry on with --resume, by as many processes as you like (in {tmp_path / 'killed'})."
    )

    alone = start(command(pictures, tmp_path / "killed", "--resume"))
    _, errors = alone.communicate(timeout=400)
    assert alone.returncode == 0, errors
    assert "Carrying on after epoch" in errors
    weights = [arrays(tmp_path / name / "checkpoint-0004.npz") for name in ("whole", "killed")]
    for name in weights[0]:
        if name != "about":  # sums in another order: rounding, which steps enlarge
            np.testing.assert_allclose(weights[0][name], weights[1][name], rtol=0, atol=0.02, err_msg=name)


@pytest.mark.slow
def test_several_devices_of_one_machine_are_taken_without_asking(pictures: Path, tmp_path: Path) -> None:
    weights = []
    for devices in (1, 2):
        process = subprocess.run(
            command(pictures, tmp_path / str(devices), "--epochs", "1"),
            env={**ENVIRONMENT, "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"},
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert process.returncode == 0, process.stderr
        assert ("one process on 2 devices" in process.stderr) == (devices == 2)
        weights.append(arrays(tmp_path / str(devices) / "checkpoint-0001.npz"))
    for name in weights[0]:
        if name != "about":
            np.testing.assert_allclose(weights[0][name], weights[1][name], rtol=0, atol=1e-3, err_msg=name)


def test_batches_are_shared_evenly_or_not_at_all() -> None:
    crew = Team(processes=2, process=1, devices=4)
    assert crew.share(np.arange(8)).tolist() == [4, 5, 6, 7]
    assert not crew.first
    crew.check(8)
    with pytest.raises(ValueError, match="Received") as caught:
        crew.check(6)
    assert str(caught.value) == (
        "`batch_size` must be a multiple of the number of devices, 4. Received: batch_size=6."
    )


def test_one_process_alone_asks_nobody() -> None:
    assert Team().told_by_the_first({"a": 1}) == {"a": 1}
    assert Team().gathered(lambda part: {"main": part}, np.arange(3.0))["main"].tolist() == [0, 1, 2]


def test_several_processes_need_jax() -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        join("localhost:1", 2, 0)
    assert str(caught.value) == (
        "Several processes need the backend jax: set KERAS_BACKEND=jax. Received: tensorflow."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--processes", "2"), "Several processes need `coordinator`, `processes` and `process`. "
                               "Missing: coordinator, process."),
        (("--processes", "2", "--process", "2", "--coordinator", "a:1"),
         "`process` must be from 0 to 1. Received: process=2."),
        (("--processes", "2", "--process", "1", "--coordinator", "here"),
         "`coordinator` must be HOST:PORT. Received: coordinator='here'."),
    ],
)  # fmt: skip
def test_a_team_that_cannot_be(arguments: tuple[str, ...], message: str) -> None:
    process = start([sys.executable, "-m", "inception_lab", "train", *arguments])
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert errors.splitlines()[-1].endswith(message)
    assert "Traceback" not in errors

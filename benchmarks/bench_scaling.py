"""Two processes with a core each, beside one with a core: what training together costs."""

import json
import os
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.ports import free_port

if TYPE_CHECKING:
    from benchmarks.conftest import Table

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two cores, and a system that lets a process be pinned to one",
)


def speed(processes: int) -> float:
    """Return the median images/s of so many processes together."""
    port = free_port()
    members = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.team_member", *map(str, (processes, process, port))],
            env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for process in range(processes)
    ]
    said = [member.communicate()[0] for member in members]
    assert [member.returncode for member in members] == [0] * processes
    return float(median(json.loads(said[0].splitlines()[-1])))


def test_two_processes_beside_one(table: "Table") -> None:
    one, two = speed(1), speed(2)
    table.add("googlenet-digits, training on JAX, one process on one core", "images/s", [one])
    table.add("googlenet-digits, training on JAX, two processes, a core each", "images/s", [two])
    table.add("googlenet-digits: two processes' rate / twice one's", "", [two / (2 * one)])

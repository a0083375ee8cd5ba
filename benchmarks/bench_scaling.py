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

EFFICIENCY = 0.85  # of twice what one process does

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two cores, and a system that lets a process be pinned to one",
)


def speed(network: str, processes: int) -> float:
    """Return the median images/s of so many processes together."""
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    port = free_port()
    members = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.team_member", network, *map(str, (processes, process, port))],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for process in range(processes)
    ]
    said = [member.communicate()[0] for member in members]
    assert [member.returncode for member in members] == [0] * processes
    return float(median(json.loads(said[0].splitlines()[-1])))


@pytest.mark.parametrize("network", ["googlenet", "googlenet-digits"])
def test_two_processes_beside_one(table: "Table", network: str) -> None:
    """The first has most weights to share, the second batch norm, for which all wait at every layer."""
    one, two = speed(network, 1), speed(network, 2)
    table.add(f"{network}, training on JAX, one process on one core", "images/s", [one])
    table.add(f"{network}, training on JAX, two processes, a core each", "images/s", [two])
    table.add(
        f"{network}: time, twice one process's rate / two processes'", "", [2 * one / two], 1 / EFFICIENCY
    )

"""Counting must be quick enough to happen at every tick of a slider."""

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import inception_lab as lab

if TYPE_CHECKING:
    from benchmarks.conftest import Table

IMPORT = """
import time
start = time.perf_counter()
import inception_lab
seconds = time.perf_counter() - start
import sys
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules)
print(seconds)
"""
COUNT = IMPORT.replace("import inception_lab", "import inception_lab as lab; lab.cost(lab.googlenet())")


def milliseconds(benchmark: BenchmarkFixture) -> list[float]:
    """What pytest-benchmark measured."""
    assert benchmark.stats is not None
    return [1e3 * seconds for seconds in benchmark.stats.stats.data]


@pytest.mark.parametrize(
    ("what", "code", "target"),
    [("import inception_lab", IMPORT, 0.3), ("import and cost(googlenet()) from nothing", COUNT, None)],
)
def test_import(table: "Table", what: str, code: str, target: float | None) -> None:
    seconds = []
    for _ in range(7):
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds.append(float(run.stdout))
    table.add(what, "s", seconds, target)


def test_cost_of_googlenet(benchmark: BenchmarkFixture, table: "Table") -> None:
    network = lab.googlenet()
    cost = benchmark(lab.cost, network)
    assert cost.macs == 1_582_671_872
    table.add("cost(googlenet())", "ms", milliseconds(benchmark), 2.0)


def test_spec_of_googlenet(benchmark: BenchmarkFixture, table: "Table") -> None:
    benchmark(lab.googlenet)
    table.add("googlenet()", "ms", milliseconds(benchmark))


@pytest.mark.parametrize("name", sorted(lab.zoo.NETWORKS))
def test_cost_of_the_zoo(benchmark: BenchmarkFixture, table: "Table", name: str) -> None:
    network = lab.zoo.NETWORKS[name]()
    benchmark(lab.cost, network)
    table.add(f"cost({name})", "ms", milliseconds(benchmark))


def test_cost_of_the_family(benchmark: BenchmarkFixture, table: "Table") -> None:
    names = ("bn_inception", "inception_v3", "inception_v4", "inception_resnet_v2", "xception")
    family = [lab.zoo.NETWORKS[name]() for name in names]
    benchmark(lambda: [lab.cost(network) for network in family])
    table.add("cost of the five that came after", "ms", milliseconds(benchmark), 20.0)

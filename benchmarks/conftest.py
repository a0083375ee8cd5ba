"""What is measured stands beside what must be reached, in one table and in results/latest.json.

Targets are reported, not asserted: a busy machine must not fail a run.
"""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).parent / "results"
BROWSER = RESULTS / "browser.json"  # what tests/browser/test_learner.py measured: seconds from the command
BROWSER_SECONDS = {"make lab, start page shown": 10.0, "make lab, first explorer moved": 20.0}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        unit: Its unit.
        p50: Median.
        p95: What 95 of 100 stay below.
        most: The largest.
        target: What must be reached, if anything.
        judged: Which of the columns the target is for.
    """

    what: str
    unit: str
    p50: float
    p95: float
    most: float
    target: float | None = None
    judged: str = "p50"

    @property
    def verdict(self) -> str:
        """PASS, over, or nothing where there is no target."""
        if self.target is None:
            return ""
        return "PASS" if float(getattr(self, self.judged)) <= self.target else "over"


def row(
    what: str, unit: str, values: Sequence[float], target: float | None = None, judged: str = "p50"
) -> Row:
    """Sum up what was measured."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Row(what, unit, statistics.median(ordered), p95, ordered[-1], target, judged)


class Table:
    """The lines that the benchmarks add."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(
        self,
        what: str,
        unit: str,
        values: Sequence[float],
        target: float | None = None,
        judged: str = "p50",
    ) -> None:
        """Add a line: many values of one quantity."""
        self.rows.append(row(what, unit, values, target, judged))


TABLE = pytest.StashKey[Table]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[TABLE] = Table()


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Table:
    """The table that is printed at the end."""
    return request.config.stash[TABLE]


def machine() -> dict[str, Any]:
    """Describe the machine and what runs on it."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: version(name) for name in ("tensorflow", "keras", "matplotlib", "numpy")},
        "load": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else [],
    }


def in_the_browser() -> list[Row]:
    """Lines of the last run of tests/browser, if there was one."""
    stored = json.loads(BROWSER.read_text(encoding="utf-8")) if BROWSER.exists() else {}
    found = {
        f"{place}, {name}": each
        for place in stored
        for name, each in stored[place].get("seconds", {}).items()  # none in an older version's file
    }
    return [row(name, "s", [found[name]], most) for name, most in BROWSER_SECONDS.items() if name in found]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table and write it down."""
    rows = [*config.stash[TABLE].rows, *in_the_browser()]
    if not config.stash[TABLE].rows:
        return
    described = machine()
    write = terminalreporter.write_line
    terminalreporter.section("what must be fast")
    write(", ".join(f"{name} {value}" for name, value in described.items()))
    write("")
    wide = max(len(each.what) for each in rows)
    write(f"{'':{wide}}  {'p50':>9} {'p95':>9} {'max':>9}  {'target':>18}")
    for each in rows:
        numbers = " ".join(f"{value:9.4g}" for value in (each.p50, each.p95, each.most))
        target = "" if each.target is None else f"{each.judged} ≤ {each.target:g} {each.unit}"
        write(f"{each.what:{wide}}  {numbers}  {target:>18}  {each.verdict:4} ({each.unit})")
    RESULTS.mkdir(exist_ok=True)
    stored = {"machine": described, "rows": [{**asdict(each), "verdict": each.verdict} for each in rows]}
    path = RESULTS / "latest.json"
    path.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write(f"\nwritten to {path.relative_to(RESULTS.parent.parent)}")

"""What `make test-versions` stands on: the edges of what pyproject.toml allows."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment, versions


def test_the_edges_are_the_bounds_of_the_project(root: Path) -> None:
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert environment.python_bounds(pyproject) == ("3.11", "3.13")
    assert {name: edge.python for name, edge in versions.EDGES.items()} == {
        "lowest": "3.11",
        "highest": "3.13",
    }


def test_bounds_that_are_not_both_named_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^`requires-python` in pyproject\.toml must name both bounds, as in"
    ):
        environment.python_bounds('requires-python = ">=3.11"')


def test_a_python_of_the_version_is_found_or_left_to_uv(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    own = "{}.{}".format(*sys.version_info[:2])
    assert versions.Edge(own, "highest", ()).found_python() == sys.executable
    assert versions.Edge("3.99", "highest", ()).found_python() == "3.99"


def test_a_pyenvs_python_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "versions" / "3.99.1" / "bin" / "python3.99"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 3.99\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert versions.Edge("3.99", "highest", ()).found_python() == str(python)


@pytest.mark.parametrize(("statuses", "expected"), [((0, 0), 0), ((1, 0), 1), ((0, 2), 2)])
def test_the_suite_runs_the_notebooks_even_when_tests_fail(
    statuses: tuple[int, int], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, statuses[len(commands) - 1])

    monkeypatch.setattr(subprocess, "run", run)
    assert versions.suite("python", ("-x",), ["a.ipynb"]) == expected
    assert [command[-1] for command in commands] == ["-x", "a.ipynb"]

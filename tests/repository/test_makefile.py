"""What make says, and what it says when Python does not suit."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OUTER = {"MAKELEVEL", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTHON"}
TARGETS = [
    *("help", "setup", "lab", "playground"),
    *("test", "test-all", "mutants", "test-colab", "test-versions"),
    *("notebooks", "wheel", "site", "film", "bench", "lock", "clean"),
]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-C", str(folder), *arguments]
    # Under `make test` these tests run inside make, whose level and variables are not for the inner one.
    environment = {name: value for name, value in os.environ.items() if name not in OUTER}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)


def executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(root: Path, tmp_path: Path) -> Path:
    """A copy of what set-up reads, without a `.venv`."""
    for name in ["Makefile", "pyproject.toml", "requirements.lock", "requirements-gpu.lock"]:
        shutil.copy(root / name, tmp_path)
    shutil.copytree(root / "tools", tmp_path / "tools")
    return tmp_path


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The only line that is not make's own."""
    lines = [
        line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("make: ***")
    ]
    assert result.returncode != 0
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("arguments", [[], ["help"]])
def test_help_lists_every_target(root: Path, arguments: list[str]) -> None:
    result = make(root, *arguments)
    assert result.returncode == 0
    assert re.findall(r"^  make (\S+) +\S", result.stdout, flags=re.MULTILINE) == TARGETS


def test_a_python_that_does_not_exist(bare: Path) -> None:
    assert one_line(make(bare, "setup", "PYTHON=/no/such/python")) == (
        "Inception Lab needs Python 3.11, 3.12 or 3.13. Found: '/no/such/python' does not run as Python. "
        "Give another: make setup PYTHON=/path/to/python3.13"
    )


def test_a_python_that_is_too_old(bare: Path) -> None:
    old = executable(bare / "old python", "echo 3.9")
    assert one_line(make(bare, "test", f"PYTHON={old}")) == (
        f"Inception Lab needs Python 3.11, 3.12 or 3.13. Found: {old} is Python 3.9. "
        "Give another: make setup PYTHON=/path/to/python3.13"
    )


def test_no_python_at_all(bare: Path) -> None:
    tools = bare / "bin"
    tools.mkdir()
    for name in ["sh", "make", "dirname", "uname", "head", "cat", "sed", "cksum"]:
        (tools / name).symlink_to(str(shutil.which(name)))
    executable(tools / "python3", "exit 127")  # a shim that finds nothing to run
    assert one_line(make(bare, "setup", f"PATH={tools}")) == (
        "Inception Lab needs Python 3.11, 3.12 or 3.13. Found: no Python that runs. "
        "Give another: make setup PYTHON=/path/to/python3.13"
    )


def test_a_python_that_colab_has_not(bare: Path) -> None:
    other = executable(bare / "other python", "exit 1")
    assert one_line(make(bare, "test-colab", f"PYTHON={other}")) == (
        f"Colab has Python 3.13, and '{other}' is none. Give one: make test-colab PYTHON=/path/to/python3.13"
    )


def test_no_python_of_colab(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = bare / "bin"
    tools.mkdir()
    (tools / "sh").symlink_to(str(shutil.which("sh")))
    executable(tools / "python3", "exit 1")
    monkeypatch.setenv("PYENV_ROOT", str(bare))
    assert one_line(make(bare, "test-colab", f"PATH={tools}")) == (
        "Colab has Python 3.13, and none is here. Give one: make test-colab PYTHON=/path/to/python3.13"
    )


def test_colabs_python_is_found_among_pyenvs(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, pyenvs = bare / "bin", bare / "versions" / "3.13.1" / "bin"
    tools.mkdir()
    pyenvs.mkdir(parents=True)
    (tools / "sh").symlink_to(str(shutil.which("sh")))
    script = 'if [ "$1" = -c ]; then echo 3.13; else echo "$@"; fi'  # says what it is to run
    executable(pyenvs / "python3.13", script)
    monkeypatch.setenv("PYENV_ROOT", str(bare))
    result = make(bare, "test-colab", f"PATH={tools}", "NOTEBOOKS=notebooks/a.ipynb")
    assert result.stdout.splitlines() == ["-u -m tools.colab notebooks/a.ipynb"]


def test_a_python_without_its_venv_module(bare: Path) -> None:
    script = f'case "$2" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac'
    python = executable(bare / "python-minimal", script)
    assert one_line(make(bare, "lab", f"PYTHON={python}")) == (
        f"{python} lacks its venv module. On Debian and Ubuntu: apt install python3-venv. "
        "Or give another: make setup PYTHON=/path/to/python3.13"
    )


def test_a_set_up_that_was_interrupted_is_made_anew(bare: Path) -> None:
    (bare / ".venv" / "bin").mkdir(parents=True)
    (bare / ".venv" / "half").touch()
    # The lock is emptied: only what becomes of the old folder is looked at, and installing then fails.
    (bare / "requirements.lock").write_text("no such requirement\n", encoding="utf-8")
    result = make(bare, "setup", f"PYTHON={sys.executable}")
    assert result.returncode != 0
    assert not (bare / ".venv" / "half").exists()
    assert not (bare / ".venv" / ".stamp").exists()


@pytest.mark.slow
def test_set_up_works_and_is_then_not_repeated(root: Path, bare: Path) -> None:
    for name in ["README.md", "LICENSE"]:
        shutil.copy(root / name, bare)
    for name in ["inception_lab", "data"]:
        shutil.copytree(root / name, bare / name)
    command = ["make", "-C", str(bare), "setup", f"PYTHON={sys.executable}"]
    subprocess.run(command, check=True, timeout=1200)
    assert (bare / ".venv" / ".stamp").exists()
    assert make(bare, "setup").stdout.splitlines() == []

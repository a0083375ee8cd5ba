"""The set-up cell, run as Colab runs it, with a stand-in for what is Colab's."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import inception_lab
from tools import notebook_cells

VERSION = inception_lab.__version__
WHEEL = f"inception_lab-{VERSION}-py3-none-any.whl"
OTHER = "inception_lab-0.0.9-py3-none-any.whl"
Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the cell in a runtime that has some packages; returns pip's arguments, command by command."""
    monkeypatch.chdir(tmp_path)

    def run(
        *present: str, address: str = "", uploads: dict[str, bytes] | None = None, content: Path | None = None
    ) -> list[str]:
        found, commands = set(present), list[str]()

        def system(command: str) -> None:
            command = command.format(**names)  # IPython fills braces in from the cell's names
            assert command.startswith(f"{sys.executable} -m pip ")
            commands.append(command.partition(" -m pip ")[2])
            found.add("pooch" if command.endswith("pooch") else "inception_lab")

        colab: Any = ModuleType("google.colab")
        colab.files = SimpleNamespace(upload=lambda: uploads or {})
        monkeypatch.setitem(sys.modules, "google.colab", colab)
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name in found or None)
        source = TransformerManager().transform_cell(notebook_cells.setup_cell(address))
        source = source.replace('"/content', f'"{content or tmp_path / "nowhere"}')
        names: dict[str, Any] = {"get_ipython": lambda: SimpleNamespace(system=system)}
        exec(compile(source, "the set-up cell", "exec"), names)
        assert names["lab"] is inception_lab
        return commands

    return run


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_elsewhere_it_installs_nothing_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(TransformerManager().transform_cell(notebook_cells.setup_cell()), names)
    assert names["lab"] is inception_lab
    assert said(capsys) == []


def test_a_package_that_is_there_is_taken(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path(WHEEL).touch()
    assert run("inception_lab", "pooch") == []
    assert said(capsys) == [f"Inception Lab {VERSION} from this runtime, where it was already."]


@pytest.mark.parametrize("place", [".", "content", "content/drive/MyDrive"])
def test_a_wheel_is_found_beside_the_notebook_in_content_and_on_drive(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str
) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    for name in (WHEEL, OTHER, "inception_lab-9.9.9-py3-none-any.whl"):
        (folder / name).touch()
    path = f"./{WHEEL}" if place == "." else str(folder / WHEEL)
    assert run(address="https://github.com/someone/lab", content=tmp_path / "content") == [
        f'install --quiet --no-deps "{path}"',
        "install --quiet pooch",
    ]
    assert said(capsys) == [f"Inception Lab {VERSION} from {path}."]


def test_the_repository_is_the_next_source(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    source = f"git+https://github.com/someone/lab@v{VERSION}"
    assert run("pooch", address="https://github.com/someone/lab") == [f'install --quiet --no-deps "{source}"']
    assert said(capsys) == [f"Inception Lab {VERSION} from {source}."]


def test_else_a_wheel_is_asked_for(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pooch", uploads={WHEEL: b""}) == [f'install --quiet --no-deps "{WHEEL}"']
    assert said(capsys) == [
        f"Choose {WHEEL}, which `make wheel` puts into dist/.",
        f"Inception Lab {VERSION} from {WHEEL}.",
    ]


def test_no_wheel_chosen(run: Run) -> None:
    with pytest.raises(ValueError, match=r"^The lab's wheel was not chosen: run this cell again\.$"):
        run("pooch")


def test_another_version_than_the_notebooks_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inception_lab, "__version__", "0.2.0")  # of the notebook
    assert run("inception_lab", "pooch") == []
    assert said(capsys) == [
        f"Inception Lab {VERSION} from this runtime, where it was already.",
        "This notebook is of 0.2.0. Take the notebooks of the lab's version, or another wheel.",
    ]

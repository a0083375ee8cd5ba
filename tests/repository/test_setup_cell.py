"""The set-up cell, run as Colab runs it, with a stand-in for what is Colab's."""

import builtins
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import inception_lab
from inception_lab import version
from tools import notebook_cells

VERSION = inception_lab.__version__
WHEEL = f"inception_lab-{VERSION}-py3-none-any.whl"
OTHER = "inception_lab-0.0.9-py3-none-any.whl"
Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the cell in a runtime that has the lab or not; returns pip's arguments, command by command."""
    monkeypatch.chdir(tmp_path)

    def run(
        *, there: bool = False, address: str = "", uploads: tuple[str, ...] = (), content: Path | None = None
    ) -> list[str]:
        commands = list[str]()
        whole = builtins.__import__

        def imported(name: str, *arguments: Any) -> Any:
            if name == "inception_lab" and not (there or commands):
                raise ModuleNotFoundError(f"No module named {name!r}")
            return whole(name, *arguments)

        def system(command: str) -> None:
            command = command.format(**names)  # IPython fills braces in from the cell's names
            assert command.startswith("python -m pip ")
            commands.append(command.removeprefix("python -m pip "))

        colab: Any = ModuleType("google.colab")
        colab.files = SimpleNamespace(upload=lambda: dict.fromkeys(uploads, b""))
        monkeypatch.setitem(sys.modules, "google.colab", colab)
        source = TransformerManager().transform_cell(notebook_cells.setup_cell(address))
        source = source.replace('"/content', f'"{content or tmp_path / "nowhere"}')
        kept = {**vars(builtins), "__import__": imported}
        names: dict[str, Any] = {"get_ipython": lambda: SimpleNamespace(system=system), "__builtins__": kept}
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
    assert run(there=True) == []
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
    found = run(address="https://github.com/someone/lab", content=tmp_path / "content")
    assert found == [f'install --quiet --no-deps pooch "{path}"']
    assert said(capsys) == [f"Inception Lab {VERSION} from {path}."]


def test_the_repository_is_the_next_source(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path(OTHER).touch()  # of another version than the notebook
    source = f"git+https://github.com/someone/lab@v{VERSION}"
    found = run(address="https://github.com/someone/lab", uploads=(WHEEL,))
    assert found == [f'install --quiet --no-deps pooch "{source}"']
    assert said(capsys) == [f"Inception Lab {VERSION} from {source}."]


def test_else_a_wheel_is_asked_for(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(uploads=(WHEEL,)) == [f'install --quiet --no-deps pooch "{WHEEL}"']
    assert said(capsys) == [f"Inception Lab {VERSION} from {WHEEL}."]
    title, *_ = notebook_cells.setup_cell().splitlines()
    assert "Colab may ask for `inception_lab-….whl`, which `make wheel` makes." in title


def test_no_wheel_chosen(run: Run) -> None:
    with pytest.raises(AssertionError, match=r"^No wheel was chosen: run this cell again\.$"):
        run()


def test_another_version_than_the_notebooks_is_said_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    version.say("0.2.0", "a wheel")
    assert said(capsys) == [f"This notebook is of 0.2.0, the lab of {VERSION}. Take both of one version."]

"""What `make test-colab` stands on: Colab's versions, and the set-up cell as it runs there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tools import colab, notebook_cells, notebooks
from tools.environment import direct_dependencies

CHECKOUT = "file:///a%20folder/lab"


def lines_of(path: Path) -> set[str]:
    return {line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}


def with_setup(source: str) -> dict[str, Any]:
    """A notebook whose second cell is the given one."""
    title = {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}
    setup = {"cell_type": "code", "metadata": {"tags": ["setup"]}, "source": source.splitlines(keepends=True)}
    return {"cells": [title, setup]}


# The versions


def test_the_versions_are_those_that_were_read_off_colab_and_torch_is_left_out(shared: Path) -> None:
    reference = shared / "reference" / "colab_runtime.txt"
    (torch,) = (line for line in lines_of(reference) if line.startswith("torch=="))
    assert lines_of(colab.RUNTIME) == lines_of(reference) - {torch}
    first, *_ = reference.read_text(encoding="utf-8").splitlines()
    text = colab.RUNTIME.read_text(encoding="utf-8")
    for fact in (torch, *re.findall(r"20\d\d-\d\d-\d\d|Python [\d.]+", first)):
        assert fact in text


def test_every_line_is_a_version_of_a_package() -> None:
    pins = colab.pinned(colab.RUNTIME.read_text(encoding="utf-8"))
    assert {f"{name}=={version}" for name, version in pins.items()} == lines_of(colab.RUNTIME)
    assert list(pins) == sorted(pins)


def test_colab_has_what_the_project_needs(root: Path) -> None:
    pins = colab.pinned(colab.RUNTIME.read_text(encoding="utf-8"))
    pins |= {"lazy-loader": "0.4", "pooch": "1.8.2"}  # with scikit-image, and with the set-up cell
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    for needed in map(Requirement, direct_dependencies(pyproject)):
        # The set-up cell installs without dependencies: each must be there, and suit.
        assert needed.specifier.contains(pins[needed.name]), f"{needed} is not {pins[needed.name]}"


# The set-up cell


def test_the_set_up_cell_of_every_notebook_is_understood() -> None:
    content = Path("/somewhere")
    cells = {
        colab.setup_cell(json.loads(path.read_text(encoding="utf-8")), CHECKOUT, content)
        for path in notebooks.all_notebooks()
    }
    assert cells == {notebook_cells.setup_cell(CHECKOUT).replace('"/content', '"/somewhere')}


OTHER = 'VERSION, REPOSITORY, source = "1", "", ""'


@pytest.mark.parametrize("source", ["import inception_lab as lab", OTHER])
def test_a_set_up_cell_that_installs_in_another_way_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"^The set-up cell must name VERSION and REPOSITORY once, and /"):
        colab.setup_cell(with_setup(source), CHECKOUT, Path("/somewhere"))


# What moves


def test_what_moved_came_or_went_is_named() -> None:
    before = {"numpy": "2.1.3", "keras": "3.13.2", "pip": "24"}
    after = {"numpy": "2.4.0", "keras": "3.13.2", "inception-lab": "0.1.0", "onnx": "1.17"}
    assert colab.moved(before, before) == []
    assert colab.moved(before, {**before, "inception-lab": "0.1.0"}, new=("inception-lab",)) == []
    assert colab.moved(before, after, new=("inception-lab",)) == [
        "numpy: 2.1.3 → 2.4.0",
        "onnx: none → 1.17",
        "pip: 24 → none",
    ]


def test_a_move_stops_with_what_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "stamp"
    stamp.touch()
    monkeypatch.setattr(colab, "STAMP", stamp)
    colab.require_none([], "The set-up cell")
    assert stamp.exists()
    said = "The set-up cell must leave Colab's packages as they are. Received:\nnumpy: 2.1.3 → 2.4.0"
    with pytest.raises(SystemExit, match=f"^{re.escape(said)}$"):
        colab.require_none(["numpy: 2.1.3 → 2.4.0"], "The set-up cell")
    assert not stamp.exists()

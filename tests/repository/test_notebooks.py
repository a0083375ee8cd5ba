"""The committed notebooks keep the rules, and the tool that runs them keeps its word."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebook_cells, notebooks
from tools.notebook_rules import METADATA, MOST_BYTES, ON_GPU, WIDGET, problems, stamp, tidy

Write = Callable[..., Path]
NOTEBOOKS = notebooks.all_notebooks()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_committed_notebook_keeps_the_rules(path: Path) -> None:
    assert notebooks.check(path) == []


def test_solutions_belong_to_lessons(root: Path) -> None:
    solutions = {path.name for path in root.glob("notebooks/solutions/*.ipynb")}
    assert solutions <= {path.name for path in root.glob("notebooks/*.ipynb")}


ASKING = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]


@pytest.mark.parametrize("path", ASKING, ids=[path.stem for path in ASKING])
def test_what_asks_for_an_answer_has_its_question_right_above(path: Path) -> None:
    silent = [
        cell["source"]
        for above, cell in pairwise(notebooks.load(path)["cells"])
        if re.search(r"exercises\.(predict|check)\(", cell["source"]) and cell["cell_type"] == "code"
        if above["cell_type"] != "markdown"
    ]
    assert silent == []


# The badge and the set-up cell


ADDRESS = "https://github.com/someone/inception-lab"


def test_badge_opens_the_notebook_at_the_packages_version() -> None:
    assert re.fullmatch(
        r"\[!\[Open in Colab\]\(https://colab\.research\.google\.com/assets/colab-badge\.svg\)\]"
        r"\(https://colab\.research\.google\.com/github/someone/inception-lab/blob/learner-v\d+\.\d+\.\d+"
        r"/notebooks/solutions/01_x\.ipynb\)",
        notebook_cells.badge("notebooks/solutions/01_x.ipynb", ADDRESS),
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_committed_badge_points_to_its_own_file_and_there_is_none_without_an_address(
    root: Path, path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"colab\.research\.google\.com/github/[^/]+/[^/]+/blob/[^/]+/([^)]+)\)", text)
    assert [root / target for target in targets] == ([path] if notebook_cells.repository() else [])


def test_badge_goes_under_the_title_is_renewed_in_its_place_and_taken_away() -> None:
    plain = "# Title\n\nText."
    new = notebook_cells.with_badge(plain, "notebooks/a.ipynb", ADDRESS)
    assert new == f"# Title\n\n{notebook_cells.badge('notebooks/a.ipynb', ADDRESS)}\n\nText."
    moved = new.replace("inception-lab/blob/learner-v", "old/blob/v9")
    assert notebook_cells.with_badge(moved, "notebooks/a.ipynb", ADDRESS) == new
    assert notebook_cells.with_badge(moved, "notebooks/a.ipynb", "") == plain
    assert notebook_cells.with_badge(plain, "notebooks/a.ipynb", "") == plain


# Colab's GPU


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_colab_offers_a_gpu_where_it_helps(root: Path, path: Path) -> None:
    lesson = path.parent == root / "notebooks" and path.stem[:2] in ("04", "05", "06")
    metadata = notebooks.load(path)["metadata"]
    assert metadata.get("accelerator") == ("GPU" if lesson else None)
    assert metadata.get("colab") == ({"gpuType": "T4"} if lesson else None)


def test_tidy_keeps_the_gpu_and_the_rules_ask_for_it() -> None:
    name = min(ON_GPU)
    notebook = new_notebook(metadata={"colab": {"provenance": []}})
    tidy(notebook, name)
    assert notebook["metadata"] == {**METADATA, "accelerator": "GPU", "colab": {"gpuType": "T4"}}
    tidy(notebook, "notebooks/a.ipynb")
    assert notebook["metadata"] == METADATA
    assert next(iter(problems(notebook, name))) == (
        "metadata: is not the kernel's name, and Colab's GPU where it helps; `make notebooks` tidies it"
    )


# Tidying


def test_tidy_takes_out_widgets_and_timings_and_keeps_the_rest() -> None:
    view = {WIDGET: {"model_id": "1"}, "text/plain": "IntSlider(value=1)"}
    cell = new_code_cell(
        "slider",
        metadata={"execution": {"iopub.status.busy": "now"}, "tags": ["kept"]},
        outputs=[
            new_output("display_data", data=view),
            new_output("display_data", data={**view, "text/html": "<img alt='kept'>"}),
            new_output("stream", name="stdout", text="kept\n"),
        ],
    )
    notebook = new_notebook(cells=[cell], metadata={"widgets": {"state": {}}})
    tidy(notebook, "notebooks/a.ipynb")
    assert notebook["metadata"] == METADATA
    assert cell["metadata"] == {"tags": ["kept"]}
    assert [output.get("data") for output in cell["outputs"]] == [
        {"text/plain": "IntSlider(value=1)", "text/html": "<img alt='kept'>"},
        None,
    ]


# The rules


def proper(*sources: str, outputs: list[Any] | None = None) -> Any:
    """A notebook as it should be, whose last cell has the given outputs."""
    cells = [new_code_cell(source, execution_count=n) for n, source in enumerate(sources, start=2)]
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *cells])
    stamp(notebook, "notebooks/a.ipynb")
    tidy(notebook, "notebooks/a.ipynb")
    notebook["cells"][1]["execution_count"] = 1
    notebook["cells"][-1]["outputs"] = outputs or []
    return notebook


def test_a_proper_notebook_has_no_problem() -> None:
    assert list(problems(proper("1", "2"), "notebooks/a.ipynb")) == []


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        (
            new_output("stream", name="stderr", text="W0000 noise\nmore"),
            "cell 3: wrote to stderr: W0000 noise",
        ),
        (new_output("error", ename="KeyError", evalue="'x'\ny"), "cell 3: raised KeyError: 'x'"),
        (
            new_output("display_data", data={WIDGET: {}, "text/html": "x"}),
            "cell 3: holds a widget's view; `make notebooks` tidies it",
        ),
        (
            new_output("execute_result", data={"text/plain": "<Axes at 0x7f0011223344>"}),
            "cell 3: shows an object's address, another at each run: <Axes at 0x7f0011223344>",
        ),
    ],
)
def test_an_output_that_a_reader_should_not_see(output: Any, problem: str) -> None:
    assert list(problems(proper("1", outputs=[output]), "notebooks/a.ipynb")) == [problem]


def test_a_cell_that_is_long_empty_or_out_of_order() -> None:
    notebook = proper("\n".join("x = 1" for _ in range(16)), "", "3")
    notebook["cells"][4]["execution_count"] = 9
    assert list(problems(notebook, "notebooks/a.ipynb")) == [
        "cell 3: has 16 lines of code, at most 15 are allowed",
        "cell 4: is empty",
        "cell 5: was not run in order (its number is 9, not 4)",
    ]


def test_a_badge_for_another_notebook_and_a_changed_setup_cell() -> None:
    notebook = proper("1")
    notebook["cells"][0]["source"] += f"\n\n{notebook_cells.badge('notebooks/a.ipynb', ADDRESS)}"
    notebook["cells"][1]["source"] = "%pip install more"
    assert list(problems(notebook, "notebooks/b.ipynb")) == [
        "cell 1: has no Colab badge, or one for another address or version; `make notebooks` renews it",
        "cell 2: is not the set-up cell that all notebooks share; `make notebooks` renews it",
    ]


# Running


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a notebook of the given code cells that has not been run yet."""

    def write(*sources: str) -> Path:
        cells = [new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
        path = tmp_path / "lesson.ipynb"
        nbformat.write(new_notebook(cells=[new_markdown_cell("# Lesson", id="title"), *cells]), path)
        return path

    return write


def test_run_stamps_executes_tidies_and_is_the_same_twice(write: Write, tmp_path: Path) -> None:
    path = write(
        "import pathlib\nprint(pathlib.Path.cwd().name)", "from ipywidgets import IntSlider\nIntSlider()"
    )
    assert notebooks.renew(path, root=tmp_path) == []
    once = path.read_bytes()
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells] == ["title", "setup", "c0", "c1"]
    assert cells[2].outputs[0].text == f"{tmp_path.name}\n"
    assert cells[3].outputs == []
    assert notebooks.check(path, root=tmp_path) == []
    assert notebooks.renew(path, root=tmp_path) == []
    assert path.read_bytes() == once


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("raise ValueError('no\\nmore')", "lesson.ipynb: cell 3: raised ValueError: no"),
        ("import sys\nprint('noise', file=sys.stderr)", "lesson.ipynb: cell 3: wrote to stderr: noise"),
        (f"print('x\\n' * {MOST_BYTES // 2})", "lesson.ipynb: file: has "),
    ],
)
def test_run_that_fails_leaves_the_file_as_it_was(
    write: Write, tmp_path: Path, source: str, problem: str
) -> None:
    path = write(source)
    before = path.read_bytes()
    (line,) = notebooks.renew(path, root=tmp_path)
    assert line.startswith(problem)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# Solutions

POSED = re.compile(r'exercises\.check\("(\d\d\.\d+)", (.*)\)', re.DOTALL)
LESSONS = sorted((notebook_cells.ROOT / "notebooks").glob("0[1-9]*.ipynb"))


def exercises_of(path: Path) -> dict[str, tuple[str, str]]:
    """Name of an exercise → its question, and what is answered."""
    cells = notebooks.load(path)["cells"]
    found: dict[str, tuple[str, str]] = {}
    for before, cell in pairwise(cells):
        if cell["cell_type"] == "code" and (posed := POSED.search(cell["source"])):
            question = re.search(r"\*\*\d\.\d+\*\*.*", before["source"], re.DOTALL)
            assert question, f"{posed[1]} has no question above it (in {path.name})"
            found[posed[1]] = (question[0], posed[2])
    return found


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_solutions_answer_what_the_lesson_asks(path: Path) -> None:
    asked = exercises_of(path)
    solved = exercises_of(path.parent / "solutions" / path.name)
    assert len(asked) >= 4
    assert {name: question for name, (question, _) in solved.items()} == {
        name: question for name, (question, _) in asked.items()
    }
    assert {answer for _, answer in asked.values()} == {"None"}
    assert "None" not in {answer for _, answer in solved.values()}


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_every_solution_was_right(path: Path) -> None:
    for cell in notebooks.load(path.parent / "solutions" / path.name)["cells"]:
        if cell["cell_type"] == "code" and POSED.search(cell["source"]):
            (verdict,) = [out for out in cell["outputs"] if out["output_type"] == "execute_result"]
            assert verdict["data"]["text/plain"].startswith("✔ Right. ")

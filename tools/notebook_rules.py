"""How a notebook is kept: what is tidied away after a run, and what is wrong with one that is committed."""

import re
from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell

from tools import notebook_cells

MOST_LINES = 15
MOST_BYTES = 1_500_000
WIDGET = "application/vnd.jupyter.widget-view+json"
SHOWS_ERROR = "raises-exception"  # the tag by which Jupyter and nbval know a cell that is meant to fail
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Lessons that train or look inside the full network, where Colab shall offer a GPU.
ON_GPU = {
    "notebooks/04_auxiliary_classifiers.ipynb",
    "notebooks/05_training.ipynb",
    "notebooks/06_inside_a_trained_network.ipynb",
}
GPU = {"accelerator": "GPU", "colab": {"gpuType": "T4"}}
KEPT_CELL_METADATA = {"tags", "jupyter", "slideshow", "cellView"}
FOLDED = {"tags": ["setup"], "jupyter": {"source_hidden": True}, "cellView": "form"}  # here and in Colab


def metadata(name: str) -> dict[str, Any]:
    """The metadata of the notebook at `name`: its kernel, and what it asks of Colab."""
    return METADATA | (GPU if name in ON_GPU else {})


def tidy(notebook: NotebookNode, name: str) -> None:
    """Take out what is of one run only: widget views and their state, timings, the kernel's version."""
    notebook["metadata"] = from_dict(metadata(name))
    for cell in notebook["cells"]:
        kept = KEPT_CELL_METADATA & set(cell["metadata"])
        cell["metadata"] = NotebookNode({key: cell["metadata"][key] for key in kept})
        if cell["cell_type"] == "code":
            cell["outputs"] = [output for output in cell["outputs"] if not is_only_widget(output)]
            for output in cell["outputs"]:
                output.get("data", {}).pop(WIDGET, None)


def is_only_widget(output: NotebookNode) -> bool:
    """Whether an output is a live widget and nothing that a reader on GitHub could see."""
    data = output.get("data", {})
    return WIDGET in data and not set(data) - {WIDGET, "text/plain"}


def stamp(notebook: NotebookNode, name: str) -> None:
    """Renew the badge in the first cell and the set-up cell in the second of the notebook at `name`."""
    cells = notebook["cells"]
    if not cells or cells[0]["cell_type"] != "markdown":
        raise ValueError("the first cell must be Markdown: the title, what one learns, the minutes needed")
    cells[0]["source"] = notebook_cells.with_badge(cells[0]["source"], name)
    if len(cells) < 2 or "setup" not in cells[1]["metadata"].get("tags", []):
        cells.insert(1, new_code_cell(id="setup"))
    cells[1]["metadata"] = from_dict(FOLDED)
    cells[1]["source"] = notebook_cells.setup_cell()


def problems(notebook: NotebookNode, name: str) -> Iterator[str]:
    """What is wrong with a notebook that has been run; each problem is a line that says the cell and what."""
    if notebook["metadata"] != metadata(name):
        yield "metadata: is not the kernel's name, and Colab's GPU where it helps; `make notebooks` tidies it"
    yield from first_cells_problems(notebook["cells"], name)
    counted = 0
    for number, cell in enumerate(notebook["cells"], start=1):
        if set(cell["metadata"]) - KEPT_CELL_METADATA:
            yield f"cell {number}: has metadata of one run; `make notebooks` tidies it"
        if cell["cell_type"] == "code":
            counted += 1
            for problem in code_problems(cell, counted):
                yield f"cell {number}: {problem}"


def first_cells_problems(cells: list[NotebookNode], name: str) -> Iterator[str]:
    """What is wrong with the badge in the first cell or with the set-up cell in the second."""
    first = cells[0]["source"] if cells and cells[0]["cell_type"] == "markdown" else ""
    if not first.startswith("# "):
        yield "cell 1: must be Markdown that begins with the title, '# …'"
    elif notebook_cells.with_badge(first, name) != first:
        yield "cell 1: has no Colab badge, or one for another address or version; `make notebooks` renews it"
    second = cells[1] if len(cells) > 1 else new_code_cell()
    if second["metadata"] != FOLDED or second["source"] != notebook_cells.setup_cell():
        yield "cell 2: is not the set-up cell that all notebooks share; `make notebooks` renews it"


def code_problems(cell: NotebookNode, place: int) -> Iterator[str]:
    """What is wrong with a code cell, the one at `place` among the code cells."""
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    if not lines:
        yield "is empty"
    elif cell["execution_count"] != place:
        yield f"was not run in order (its number is {cell['execution_count']}, not {place})"
    if len(lines) > MOST_LINES:
        yield f"has {len(lines)} lines of code, at most {MOST_LINES} are allowed"
    for output in cell["outputs"]:
        yield from output_problems(output, cell["metadata"].get("tags", []))


def output_problems(output: NotebookNode, tags: list[str]) -> Iterator[str]:
    """What is wrong with one output."""
    if output["output_type"] == "error":
        if SHOWS_ERROR not in tags:
            yield f"raised {output['ename']}: {output['evalue'].strip().partition(chr(10))[0]}"
        return
    text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
    if output.get("name") == "stderr":
        yield f"wrote to stderr: {text.strip().partition(chr(10))[0]}"
    elif WIDGET in output.get("data", {}):
        yield "holds a widget's view; `make notebooks` tidies it"
    elif re.search(r" at 0x[0-9a-f]{6,}", text):
        yield f"shows an object's address, another at each run: {text.strip().partition(chr(10))[0]}"

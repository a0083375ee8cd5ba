"""Run the notebooks from top to bottom in place, tidied for reading on GitHub; or check the committed ones.

    python -m tools.notebooks [NOTEBOOK …]
    python -m tools.notebooks --check [NOTEBOOK …]

A notebook that fails, warns or grows too large is left as it was, and one line says why.
"""

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tools import notebook_rules
from tools.lab import write
from tools.notebook_cells import ROOT
from tools.notebook_rules import MOST_BYTES

SECONDS_FOR_A_CELL = 900


def all_notebooks() -> list[Path]:
    """The lessons and then their solutions."""
    return [*sorted(ROOT.glob("notebooks/*.ipynb")), *sorted(ROOT.glob("notebooks/solutions/*.ipynb"))]


def name_of(path: Path, root: Path) -> str:
    """The notebook's path inside the repository."""
    return path.resolve().relative_to(root).as_posix()


def load(path: Path) -> NotebookNode:
    """Read a notebook in the present format, in which each cell has an id."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def dump(notebook: NotebookNode) -> bytes:
    """The bytes of a notebook's file: always the same for the same content."""
    text = nbformat.writes(notebook)
    return f"{text.rstrip()}\n".encode()


def check(path: Path, root: Path = ROOT) -> list[str]:
    """What is wrong with the committed file: lines that say the notebook, the cell and what."""
    found = list(notebook_rules.problems(load(path), name_of(path, root)))
    return [f"{name_of(path, root)}: {problem}" for problem in [*found, *size_problems(path.stat().st_size)]]


def size_problems(size: int) -> list[str]:
    """Whether a file of `size` bytes is too large for GitHub to show."""
    return [f"file: has {size:,} bytes, at most {MOST_BYTES:,} are allowed"] if size > MOST_BYTES else []


def execute(notebook: NotebookNode, folder: Path) -> list[str]:
    """Run all cells in `folder`, outputs into the notebook; returns why it stopped early, if so."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_FOR_A_CELL,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    try:
        client.execute()
    except CellExecutionError as error:
        number = next(n for n, cell in enumerate(notebook["cells"], start=1) if raised(cell))
        return [f"cell {number}: raised {error.ename}: {error.evalue.strip().partition(chr(10))[0]}"]
    except CellTimeoutError:
        return [f"a cell took longer than {SECONDS_FOR_A_CELL} s"]
    except DeadKernelError:
        return ["the kernel died (out of memory?)"]
    return []


def raised(cell: NotebookNode) -> bool:
    """Whether a cell ended in an error that it was not meant to show."""
    meant = notebook_rules.SHOWS_ERROR in cell["metadata"].get("tags", [])
    return not meant and any(output["output_type"] == "error" for output in cell.get("outputs", []))


def renew(path: Path, root: Path = ROOT) -> list[str]:
    """Stamp, run, tidy and write one notebook; returns what is wrong, in which case the file is untouched."""
    name = name_of(path, root)
    notebook = load(path)
    try:
        notebook_rules.stamp(notebook, name)
    except ValueError as error:
        return [f"{name}: {error}"]
    found = execute(notebook, path.parent)
    if not found:
        notebook_rules.tidy(notebook, name)
        content = dump(notebook)
        found = [*notebook_rules.problems(notebook, name), *size_problems(len(content))]
    if not found:
        write(path, content)
    return [f"{name}: {problem}" for problem in found]


def main() -> int:
    """Run or check the notebooks that are named, else all; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.notebooks", description="Run or check the notebooks."
    )
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks; all if none is named")
    parser.add_argument("--check", action="store_true", help="only check the files, run nothing")
    arguments = parser.parse_args()
    found: list[str] = []
    for path in arguments.notebooks or all_notebooks():
        started = time.monotonic()
        wrong = check(path) if arguments.check else renew(path)
        if not (wrong or arguments.check):
            seconds = time.monotonic() - started
            print(f"{path}: {seconds:.0f} s, {path.stat().st_size / 1e6:.2f} MB", flush=True)
        print("".join(f"{line}\n" for line in wrong), end="", file=sys.stderr, flush=True)
        found += wrong
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

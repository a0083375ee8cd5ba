"""Open JupyterLab on a learner's copy of the lessons: without outputs, in a folder that git ignores.

    python -m tools.lab [--folder my_lessons | --author] [arguments for JupyterLab]

The copy is brought up to date each time. What the learner changed is never overwritten: a newer lesson is put
beside theirs, and a line says so. `--author` opens the committed notebooks, as they are.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "notebooks"
FOLDER = ROOT / "my_lessons"
SETTINGS = ROOT / "tools" / "jupyter"  # widgets are saved with a notebook, so that its pictures come back
COPIED = ".copied.json"  # path of a lesson → digest of what was last copied there
START = "00_start.ipynb"


def unanswered(lesson: Path) -> bytes:
    """A committed notebook without its outputs."""
    notebook = read(lesson.read_bytes())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def read(content: bytes) -> dict[str, Any]:
    """The notebook that a file holds.

    Raises:
        ValueError: If it holds none.
    """
    notebook = json.loads(content)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("no notebook")
    return notebook


def digest(content: bytes) -> str:
    """What tells one lesson from another: its cells. JupyterLab saves more beside them once it was open."""
    return hashlib.sha256(json.dumps(read(content)["cells"], sort_keys=True).encode()).hexdigest()


def copy(folder: Path, lessons: Path = LESSONS) -> Iterator[str]:
    """Bring the learner's copy of the lessons up to date; gives lines that the learner should read.

    Raises:
        OSError: If the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copied = last_copied(folder)
    for lesson in sorted(lessons.rglob("*.ipynb")):
        name = lesson.relative_to(lessons).as_posix()
        if ".ipynb_checkpoints" in lesson.parts:
            continue
        new, theirs = unanswered(lesson), folder / name
        if theirs.exists() and not is_notebook(theirs):
            aside = free(theirs.with_suffix(".damaged"))
            theirs.rename(aside)
            yield f"{name} is no notebook any more: it is kept as {aside.name}, and the lesson begins anew."
        now = digest(theirs.read_bytes()) if theirs.exists() else None
        if now in (None, copied.get(name), digest(new)):
            write(theirs, new)  # not there, or as it was copied
        elif copied.get(name) != digest(new):
            beside = free(theirs.with_name(f"{theirs.stem} (new).ipynb"))
            write(beside, new)
            yield f"{name} was changed by you, and there is a newer one beside it: {beside.name}."
        copied[name] = digest(new)
    write(folder / COPIED, json.dumps(copied, indent=1).encode())


def last_copied(folder: Path) -> dict[str, str]:
    """What was copied last; nothing if that is not known any more."""
    try:
        known = json.loads((folder / COPIED).read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in known.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def is_notebook(path: Path) -> bool:
    """Whether a file still holds a notebook."""
    with suppress(ValueError):
        return bool(read(path.read_bytes()))
    return False


def free(path: Path) -> Path:
    """A path as the given one that no file has: with a number if need be."""
    others = (path.with_name(f"{path.stem} {number}{path.suffix}") for number in count(2))
    return next(found for found in chain([path], others) if not found.exists())


def write(path: Path, content: bytes) -> None:
    """Write a file, all of it or nothing; leave it alone if it is so already."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def jupyterlab(folder: Path, *arguments: str) -> list[str]:
    """The command that opens JupyterLab in a folder, on the start page; arguments may say otherwise."""
    options = {"--ServerApp.ip": "localhost", "--ServerApp.root_dir": str(folder)}
    if (folder / START).exists():
        options["--LabApp.default_url"] = f"/lab/tree/{START}"
    given = {argument.partition("=")[0] for argument in arguments}
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    command += [f"{name}={value}" for name, value in options.items() if name not in given]
    return [*command, *arguments]


def main() -> None:
    """Copy, and become JupyterLab."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.lab", description="Open JupyterLab on the lessons."
    )
    parser.add_argument("--author", action="store_true", help="open the committed notebooks")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the learner's copy")
    chosen, arguments = parser.parse_known_args()
    folder: Path = LESSONS if chosen.author else chosen.folder.absolute()
    try:
        if not chosen.author:
            print("".join(f"{line}\n" for line in copy(folder)), end="", flush=True)
    except OSError as error:
        raise SystemExit(
            f"The folder of your lessons must be one that can be written to. Received: {folder} "
            f"({error.strerror}). Give another: make lab LESSONS=another/folder"
        ) from None
    command = jupyterlab(folder, *arguments)
    if not chosen.author:
        os.environ["INCEPTION_LAB_PROGRESS"] = str(folder / "progress.json")
        others = os.environ.get("JUPYTER_CONFIG_PATH", "")
        os.environ["JUPYTER_CONFIG_PATH"] = f"{SETTINGS}{os.pathsep}{others}".rstrip(os.pathsep)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()

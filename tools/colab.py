"""Run notebooks on what Colab has: the packages of tests/colab/runtime.txt, in `.venv-colab`.

    make test-colab [NOTEBOOKS='notebooks/0*.ipynb']

The environment is made anew when that file changes. Each time, the notebooks' set-up cell runs in it as it
runs in Colab, in each of its ways to this checkout; no package may have moved by that. Runs on a bare Python.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "tests" / "colab" / "runtime.txt"
SANITIZE = ROOT / "tests" / "other_versions.cfg"
FOLDER = ROOT / ".venv-colab"
PYTHON = FOLDER / ("Scripts" if os.name == "nt" else "bin") / "python"
STAMP = FOLDER / ".stamp"
RUNNERS = ("nbval", "pytest-xdist")  # all that is there and not in Colab, with what they need
PROJECT = "inception-lab"
NEW = ("pooch",)  # what the set-up cell brings besides

# What stands in for google.colab: an upload puts a wheel beside the notebook, as Colab does.
IN_COLAB = """\
import shutil, sys, types
colab = sys.modules["google.colab"] = types.ModuleType("google.colab")
colab.files = types.SimpleNamespace(upload=lambda: {{shutil.copy({wheel!r}, "."): b""}})
"""

Packages = dict[str, str]
"""Name of a package → its version."""


def pinned(text: str) -> Packages:
    """The packages that a list of `name==version` lines and comments names."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: version for name, _, version in (line.partition("==") for line in lines)}


def moved(before: Packages, after: Packages, new: tuple[str, ...] = ()) -> list[str]:
    """What became of installed packages, one line each; those in `new` are meant to have come."""
    names = sorted(before.keys() | after.keys() - set(new))
    pairs = {name: (before.get(name, "none"), after.get(name, "none")) for name in names}
    return [f"{name}: {old} → {now}" for name, (old, now) in pairs.items() if old != now]


def setup_cell(notebook: dict[str, Any], address: str, content: Path) -> str:
    """The source of a notebook's set-up cell, with another address and another folder for /content.

    Raises:
        ValueError: If the cell names neither.
    """
    cells = [cell for cell in notebook["cells"] if "setup" in cell["metadata"].get("tags", [])]
    source = "".join(cells[0]["source"]) if cells else ""
    source, named = re.subn(r'(VERSION, REPOSITORY, source = "[^"]*", )"[^"]*"', rf'\g<1>"{address}"', source)
    source, folders = re.subn(r'"/content', f'"{content}', source)
    if (named, folders) != (1, 2):
        must = "The set-up cell must name VERSION and REPOSITORY once, and /content twice."
        raise ValueError(f"{must} Received: {source!r}.")
    return source


def run(*arguments: str, folder: Path = ROOT, variables: Mapping[str, str] | None = None) -> None:
    """Run Colab's Python; stop with its exit status if it fails: it has said why."""
    command = [str(PYTHON), *arguments]
    status = subprocess.run(command, cwd=folder, env=environment() | dict(variables or {})).returncode
    if status:
        raise SystemExit(status)


def environment() -> dict[str, str]:
    """The variables to run with: Colab's Python first, and no checkout in the place of what is installed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | {"PATH": f"{PYTHON.parent}{os.pathsep}{kept.get('PATH', '')}"}


def packages() -> Packages:
    """The packages that are installed."""
    command = [str(PYTHON), "-m", "pip", "list", "--format=json", "--disable-pip-version-check"]
    listed = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, check=True).stdout
    return {package["name"]: package["version"] for package in json.loads(listed)}


def require_none(changes: list[str], what: str) -> None:
    """Stop with one line a package if any has moved; the environment is then no longer trusted."""
    if changes:
        STAMP.unlink(missing_ok=True)
        raise SystemExit("\n".join([f"{what} must leave Colab's packages as they are. Received:", *changes]))


def prepare() -> None:
    """Make the environment, or leave it as it is when it is of this Python and this list."""
    digest = hashlib.sha256(RUNTIME.read_bytes() + " ".join(RUNNERS).encode()).hexdigest()
    made_with = f"Python {platform.python_version()} in {ROOT}\n{digest}\n"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == made_with:
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise SystemExit(
            f"{sys.executable} lacks its venv module. On Debian and Ubuntu: apt install python3-venv. "
            "Or give another: make test-colab PYTHON=/path/to/python3.13"
        )
    print(f"Making {FOLDER.name} with {sys.executable}. It takes about 3 GB of disk and a few minutes.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True, symlinks=os.name != "nt")
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--requirement", str(RUNTIME))
    before = packages()
    run(*pip, "--constraint", str(RUNTIME), *RUNNERS)
    after = packages()
    require_none(moved(before, after, new=tuple(after.keys() - before.keys())), "What runs notebooks")
    STAMP.write_text(made_with, encoding="utf-8")


def published(folder: Path, version: str) -> str:
    """Make a repository of the checkout's files, with the version's tag, and return its address."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("inception_lab", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-c", "user.name=lab", "-c", "user.email=lab@localhost"]
    for words in ("init --quiet", "add .", "commit --quiet --message=lab", f"tag v{version}"):
        subprocess.run([*git, *words.split()], cwd=folder, check=True)
    return folder.as_uri()


def set_up(notebook: Path) -> None:
    """Install the project as the notebook's set-up cell does in Colab, in each of its ways.

    No other package may change by any. The last way leaves the project installed.
    """
    before = without_project()
    pins = pinned(RUNTIME.read_text(encoding="utf-8"))
    require_none(moved(pins, before, new=tuple(before.keys() - pins.keys())), "What was installed by hand")
    read = json.loads(notebook.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for part in ("dist", "repository", "content/drive/MyDrive", "beside"):
            (place / part).mkdir(parents=True)
        run("-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(place / "dist"), str(ROOT))
        (wheel,) = (place / "dist").iterdir()
        address = published(place / "repository", wheel.name.split("-")[1])
        content, beside = place / "content", place / "beside"
        ways: dict[str, tuple[str, Path | None]] = {
            "an upload": ("", None),
            "the repository": (address, None),
            "a wheel on Drive": (address, content / "drive" / "MyDrive"),
            "a wheel in /content": (address, content),
            "a wheel beside the notebook": (address, beside),
            "the package": ("", None),
        }
        for way, (repository, folder) in ways.items():
            if way != "the package":
                without_project()
            if folder:
                shutil.copy(wheel, folder)
            print(f"{way}: ", end="", flush=True)
            cell = IN_COLAB.format(wheel=str(wheel)) + setup_cell(read, repository, content)
            own = beside if folder == beside else Path(tempfile.mkdtemp(dir=place))
            ipython = ("-m", "IPython", "--no-banner", "--no-term-title")
            run(*ipython, "-c", cell, folder=own, variables={"IPYTHONDIR": str(FOLDER / "ipython")})
            if PROJECT not in (after := packages()):
                raise SystemExit(f"The set-up cell of {notebook.name} did not install {PROJECT}.")
            require_none(moved(before, after, new=(PROJECT, *NEW)), "The set-up cell")
            if folder:
                (folder / wheel.name).unlink()
    print(f"{len(before)} packages are as they were.")


def without_project() -> Packages:
    """Take out what the set-up cell brings, and return what is left."""
    brought = [name for name in (PROJECT, *NEW) if name in packages()]
    if brought:
        run("-m", "pip", "uninstall", "--quiet", "--yes", *brought)
    return packages()


def main() -> None:
    """Run the notebooks that are named."""
    parser = argparse.ArgumentParser(prog="python -m tools.colab", description="Run notebooks as in Colab.")
    parser.add_argument("notebooks", nargs="+", help="notebooks, which have the same set-up cell")
    notebooks = parser.parse_args().notebooks
    prepare()
    set_up(Path(notebooks[0]))
    nbval = ("--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", str(SANITIZE))
    two = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    half = str(max(1, (os.cpu_count() or 2) // 2))
    quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "TF_NUM_INTRAOP_THREADS": half}
    run("-m", "pytest", *two, *nbval, *notebooks, variables=quiet)


if __name__ == "__main__":
    main()

"""Run the suite on the lowest and on the highest versions that pyproject.toml allows.

    make test-versions [VERSIONS=lowest] [NOTEBOOKS=]

`lowest` is Python 3.11 with each requirement at its lower bound, in `.venv-lowest`; `highest` is Python 3.13
with the newest of all, in `.venv-highest`. uv finds the versions, and fetches a Python that is not here. Runs
on a bare Python.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import environment, lock

ROOT = environment.ROOT
SANITIZE = str(ROOT / "tests" / "other_versions.cfg")


@dataclass(frozen=True)
class Edge:
    """An edge of what the project supports."""

    python: str  # version of Python, as in `3.11`
    resolution: str  # uv's way of choosing versions
    extras: tuple[str, ...]  # of the project
    options: tuple[str, ...] = ()  # for pytest

    def found_python(self) -> str:
        """A Python of this version that is here, else the version itself, which uv fetches."""
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        own = sorted(pyenv.glob(f"{self.python}.*/bin/python{self.python}"))
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        for candidate in (sys.executable, shutil.which(f"python{self.python}"), *map(str, own)):
            if candidate:
                answer = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
                if answer.stdout.strip() == self.python:
                    return candidate
        return self.python


LOWEST, HIGHEST = environment.python_bounds((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# What is old complains of what is new beside it.
NO_COMPLAINTS = ("-W", "default::DeprecationWarning", "-W", "default::PendingDeprecationWarning")
EDGES = {
    # JupyterLab needs a newer ipywidgets than the lowest, which Colab has.
    "lowest": Edge(LOWEST, "lowest-direct", ("weights", "test"), NO_COMPLAINTS),
    "highest": Edge(HIGHEST, "highest", ("lab", "weights", "test")),
}


def prepare(name: str, uv: str) -> str:
    """Make an edge's environment, or bring it up to date, and return its Python."""
    edge, folder = EDGES[name], ROOT / f".venv-{name}"
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    fresh = ("venv", "--quiet", "--seed", "--allow-existing", "--python", edge.found_python())
    lock.run(uv, *fresh, str(folder))
    what = f".[{','.join(edge.extras)}]"
    install = [uv, "pip", "install", "--quiet", "--upgrade", "--python", python]
    lock.run(*install, "--resolution", edge.resolution, "--editable", what)
    return python


def described(name: str, python: str, uv: str) -> str:
    """The versions of Python and of the project's own requirements, in a line each."""
    listed = subprocess.run(
        [uv, "pip", "list", "--format=json", "--python", python], cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    versions = {environment.package_name(row["name"]): row["version"] for row in json.loads(listed)}
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    names = map(environment.package_name, environment.direct_dependencies(pyproject, *EDGES[name].extras))
    return "\n".join(f"  {package} {versions[package]}" for package in names)


def suite(python: str, options: tuple[str, ...], notebooks: list[str]) -> int:
    """Run the tests, then the notebooks; return the first status that is not 0."""
    command = [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    nbval = ["--nbval-lax", "--nbval-current-env", "--nbval-sanitize-with", SANITIZE, *notebooks]
    runs = [list(options), nbval] if notebooks else [list(options)]
    statuses = [subprocess.run([*command, *run], cwd=ROOT).returncode for run in runs]
    return next((status for status in statuses if status), 0)


def main() -> None:
    """Run the suite on the edges that are named."""
    parser = argparse.ArgumentParser(prog="python -m tools.versions", description="Test the edges.")
    parser.add_argument("--edge", action="append", choices=EDGES, help="by default both")
    parser.add_argument("notebooks", nargs="*", help="notebooks to run after the tests")
    arguments = parser.parse_args()
    statuses = {}
    with tempfile.TemporaryDirectory() as folder:
        uv = lock.install_uv(Path(folder))
        for name in arguments.edge or EDGES:
            python = prepare(name, uv)
            print(f"{name}, Python {EDGES[name].python}:\n{described(name, python, uv)}", flush=True)
            statuses[name] = suite(python, EDGES[name].options, arguments.notebooks)
    failed = [name for name, status in statuses.items() if status]
    if failed:
        raise SystemExit(f"Fails on the {' and the '.join(failed)} supported versions.")


if __name__ == "__main__":
    main()

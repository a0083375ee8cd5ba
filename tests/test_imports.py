"""Imports go down the house, never up, and not in a circle; what only counts loads no framework."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import inception_lab as lab

PACKAGE = Path(lab.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
# From the ground up. What is not named here (`cli`, `__main__`) lies under the roof.
FLOORS = (
    ("checks", "resources", "version", "shown", "text"),
    ("architecture",),
    ("model",),
    ("experiments",),  # measure models; some explorers show what was measured
    ("view",),
    ("exercises",),
)
BACKENDS = {"tensorflow", "jax", "torch"}
HEAVY = BACKENDS | {"keras", "matplotlib", "pandas", "cv2", "skimage", "ipywidgets", "IPython"}


class Import(NamedTuple):
    """One module that a file imports."""

    module: str
    at_start: bool  # whether it is loaded with the file itself, not later by a function or for types alone

    @property
    def root(self) -> str:
        return self.module.split(".")[0]


def imports(tree: ast.AST, package: str = "", at_start: bool = True) -> Iterator[Import]:
    """Every import below a node of the source."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Import():
                yield from (Import(alias.name, at_start) for alias in node.names)
            case ast.ImportFrom():
                parents = package.split(".")
                start = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
                module = ".".join(filter(None, (start, node.module)))
                yield from (Import(f"{module}.{alias.name}", at_start) for alias in node.names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from imports(node, package, at_start=False)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                for child in node.body:
                    yield from imports(ast.Module([child], []), package, at_start=False)
                for child in node.orelse:
                    yield from imports(ast.Module([child], []), package, at_start)
            case _:
                yield from imports(node, package, at_start)


def of_file(path: Path) -> list[Import]:
    folder = path.relative_to(PACKAGE.parent).parent
    return list(imports(ast.parse(path.read_text(encoding="utf-8")), ".".join(folder.parts)))


def rank(name: str) -> int:
    """The floor that a file or folder of the package is on."""
    return next((n for n, names in enumerate(FLOORS) if name in names), len(FLOORS))


def identify(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def upwards(path: Path) -> list[str]:
    """What a file imports from above it; the package itself, with all its names, is above everything."""
    own = rank(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))
    inside = [each.module.split(".") for each in of_file(path) if each.root == "inception_lab"]
    return [".".join(module) for module in inside if rank("".join(module[1:2])) > own]


def on(floor: str) -> list[Path]:
    """The files of a floor."""
    return sorted((PACKAGE / floor).rglob("*.py"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import tensorflow as tf", [("tensorflow", True)]),
        ("from keras.src import ops", [("keras.src.ops", True)]),
        ("try:\n    import jax\nexcept ImportError:\n    pass", [("jax", True)]),
        ("class A:\n    import torch", [("torch", True)]),
        ("def f():\n    import pandas", [("pandas", False)]),
        ("if TYPE_CHECKING:\n    import pandas\nelse:\n    import cv2", [("pandas", False), ("cv2", True)]),
        ("from ..view import figures", [("inception_lab.view.figures", True)]),
        ("from . import layers", [("inception_lab.architecture.layers", True)]),
    ],
)
def test_imports_are_found(source: str, found: list[tuple[str, bool]]) -> None:
    assert [tuple(each) for each in imports(ast.parse(source), "inception_lab.architecture")] == found


def wrong(files: list[Path], is_wrong: Callable[[Import], bool]) -> list[str]:
    """The imports of files that are not as they should be."""
    return [f"{identify(path)}: {each.module}" for path in files for each in of_file(path) if is_wrong(each)]


def test_no_file_imports_upwards() -> None:
    found = {identify(path): upwards(path) for path in FILES}
    assert len(found) > 50
    assert {file: names for file, names in found.items() if names} == {}


def test_the_architecture_floor_loads_only_python() -> None:
    assert wrong(on("architecture"), lambda each: each.at_start and each.root in HEAVY | {"numpy"}) == []


def test_only_the_backend_module_imports_keras_or_a_backend() -> None:
    # JAX must know of the other machines before the backend loads, so one file asks for it, later.
    backend, machines = PACKAGE / "model" / "backend.py", PACKAGE / "model" / "training" / "distribution.py"
    assert "keras" in {each.root for each in of_file(backend)}
    others = [path for path in FILES if path not in (backend, machines)]
    assert wrong(others, lambda each: each.root in BACKENDS | {"keras"}) == []
    assert wrong([machines], lambda each: each.at_start and each.root in BACKENDS | {"keras"}) == []


def test_no_view_loads_the_model_floor_by_itself() -> None:
    data = "inception_lab.model.training.recipes"  # loads no framework, see below
    assert (
        wrong(
            on("view"),
            lambda each: (
                each.at_start
                and each.module.startswith("inception_lab.model")
                and not each.module.startswith(data)
            ),
        )
        == []
    )


def test_no_notebook_imports_deeper_than_a_wing(root: Path) -> None:
    found = {}
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code")
        deeper = re.findall(r"(?:from|import) (inception_lab\.\w+\.[\w.]+)", code)
        found[f"{path.parent.name}/{path.stem}"] = deeper
    assert len(found) > 10
    assert {name: modules for name, modules in found.items() if modules} == {}


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after some code."""
    code += "\nimport sys\nprint(*{name.split('.')[0] for name in sys.modules})"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return set(process.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import inception_lab",
        "import inception_lab as lab; lab.cost(lab.googlenet()).by_module()",
        "from inception_lab.cli.main import main; main(['cost', 'googlenet', '--format', 'csv'])",
        "import inception_lab as lab; lab.recipes.RECIPES",
    ],
)
def test_counting_loads_only_python(code: str) -> None:
    assert loaded(code) & (HEAVY | {"numpy"}) == set()


def test_a_frame_loads_pandas_and_no_framework() -> None:
    modules = loaded("import inception_lab as lab; lab.cost(lab.googlenet()).to_frame()")
    assert modules & (HEAVY - {"pandas"}) == set()
    assert "pandas" in modules


def test_views_that_count_load_no_framework() -> None:
    modules = loaded("import inception_lab as lab; lab.figures, lab.diagrams, lab.explore")
    assert modules & (BACKENDS | {"keras"}) == set()
    assert "matplotlib" in modules


def test_public_names_are_there() -> None:
    assert len(lab.__all__) > 20
    for name in lab.__all__:
        assert getattr(lab, name) is vars(lab)[name] is not None, name  # kept: it is looked up once


def test_the_names_of_wings_are_there() -> None:
    for wing in (lab.data, lab.evaluate, lab.inside):
        assert len(wing.__all__) > 10
        assert [name for name in wing.__all__ if getattr(wing, name, None) is None] == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"^No inception_lab attribute gogglenet$"):
        getattr(lab, "gogglenet")  # noqa: B009

"""Imports go one way: view → model → architecture and view → architecture; counting loads no framework."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import inception_lab as lab

PACKAGE = Path(lab.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
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


def floor(path: Path) -> str:
    """`architecture`, `model`, `view`, or the file's own name above the floors."""
    return path.relative_to(PACKAGE).parts[0]


def identify(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


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


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_imports_go_one_way(path: Path) -> None:
    above = {"architecture": ("model", "view"), "model": ("view",)}.get(floor(path), ())
    wrong = [
        each.module
        for each in of_file(path)
        if each.module.startswith(tuple(f"inception_lab.{x}" for x in above))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in FILES if floor(path) == "architecture"], ids=identify)
def test_the_architecture_floor_loads_only_python(path: Path) -> None:
    assert [each.module for each in of_file(path) if each.at_start and each.root in HEAVY | {"numpy"}] == []


@pytest.mark.parametrize("path", FILES, ids=identify)
def test_only_the_backend_module_imports_keras_or_a_backend(path: Path) -> None:
    found = [each for each in of_file(path) if each.root in BACKENDS | {"keras"}]
    if identify(path) == str(
        Path("model", "training", "distribution.py")
    ):  # JAX must know of others before the backend loads
        assert not any(each.at_start for each in found)
    elif identify(path) != str(Path("model", "backend.py")):
        assert found == []


def test_the_backend_module_imports_keras() -> None:
    assert "keras" in {each.root for each in of_file(PACKAGE / "model" / "backend.py")}


@pytest.mark.parametrize("path", [path for path in FILES if floor(path) == "view"], ids=identify)
def test_no_view_loads_the_model_floor_by_itself(path: Path) -> None:
    wrong = [
        each.module
        for each in of_file(path)
        if each.at_start
        and each.module.startswith("inception_lab.model")
        and not each.module.startswith(
            "inception_lab.model.training.recipes"
        )  # data: it loads no framework, see below
    ]
    assert wrong == []


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


@pytest.mark.parametrize("name", lab.__all__)
def test_public_names_are_there(name: str) -> None:
    assert getattr(lab, name) is not None
    assert getattr(lab, name) is vars(lab)[name]  # kept, so that it is looked up once


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match=r"^No inception_lab attribute gogglenet$"):
        getattr(lab, "gogglenet")  # noqa: B009

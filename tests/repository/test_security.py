"""What SECURITY.md says of the code can be seen in the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(p for folder in ("inception_lab", "tools") for p in (ROOT / folder).rglob("*.py"))
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads", "marshal.loads",
         "keras.models.load_model", "keras.saving.load_model", "yaml.load"}  # fmt: skip
MODULES = {"pickle", "marshal", "dill", "shelve", "joblib", "cloudpickle"}


def dangers(tree: ast.AST) -> Iterator[str]:
    """Calls that run what they are given, and modules that do."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, keywords=keywords):
                name = ast.unparse(function)
                if name in CALLS:
                    yield name
                for keyword in keywords:
                    if keyword.arg in ("shell", "allow_pickle") and not (
                        isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                    ):
                        yield f"{name}({keyword.arg}=…)"
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.split(".")[0] in MODULES)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
                yield module


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("eval('1')", ["eval"]),
        ("import pickle\npickle.loads(b'')", ["pickle", "pickle.loads"]),
        ("np.load(file, allow_pickle=True)", ["np.load(allow_pickle=…)"]),
        ("np.load(file, allow_pickle=False)", []),
        ("subprocess.run(words, shell=flag)", ["subprocess.run(shell=…)"]),
        ("from dill import load", ["dill"]),
    ],
)
def test_dangers_are_found(source: str, found: list[str]) -> None:
    assert list(dangers(ast.parse(source))) == found


def test_no_file_runs_what_it_reads() -> None:
    assert len(FILES) > 50
    found = {
        path.relative_to(ROOT).as_posix(): list(dangers(ast.parse(path.read_text(encoding="utf-8"))))
        for path in FILES
    }
    # A saved model is read to be counted, once its description is seen to hold nothing but Keras's layers
    # and no Lambda: tests/cli/test_cli_models.py
    assert {path: what for path, what in found.items() if what} == {
        "inception_lab/cli/models.py": ["keras.saving.load_model"]
    }


def test_downloads_are_pinned_and_encrypted() -> None:
    from inception_lab.model.pretrained import bvlc

    for remote in (bvlc.BVLC, bvlc.INDEX):
        assert all(address.startswith("https://") for address in remote.addresses)
        assert len(remote.digest) == {"sha256": 64, "md5": 32}[remote.algorithm]
        assert remote.size > 0


def test_servers_listen_on_localhost() -> None:
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "voila notebooks/playground.ipynb --Voila.ip=localhost" in recipes

"""A wheel built from the tree works alone, and brings its data."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import lazy_loader
import pytest

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import inception_lab
from inception_lab.resources import data_path
here = Path(sys.argv[1])
assert Path(inception_lab.__file__).is_relative_to(here), inception_lab.__file__
table = data_path("paper_table1.csv")
assert table.is_relative_to(here), table
assert "inception (3a)" in table.read_text(encoding="utf-8")
"""


def run(*command: str | Path, cwd: Path) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made by way of the source distribution, which thus holds all that is needed."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", folder, root, cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    run("tar", "-xzf", sdist, cwd=folder)
    source = folder / sdist.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, source, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_loads_alone_and_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run(*pip, "--target", installed, wheel, cwd=empty)
    shutil.copytree(Path(lazy_loader.__file__).parent, installed / "lazy_loader")  # what `import` needs
    # -S: only these and the standard library are on the path.
    run(sys.executable, "-S", "-I", "-c", SCRIPT, installed, cwd=empty)


def test_wheel_holds_the_package_its_data_and_nothing_else(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"inception_lab"}
    assert "inception_lab/data/paper_table1.csv" in names
    assert not [name for name in names if "__pycache__" in name]
    assert any(name.endswith("/licenses/LICENSE") for name in names)

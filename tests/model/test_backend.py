"""The backend loads without a word, unless it fails.

Most tests put a small package named keras in the real one's place, which talks as much as they like.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inception_lab.model.quiet import quiet

ROOT = Path(__file__).parents[2]
SILENT = """
class ops:
    zeros = staticmethod(lambda shape: shape)
    convert_to_numpy = staticmethod(lambda x: x)
"""
LOUD = f"""{SILENT}
import os, sys
os.write(2, b"a line past Python\\n")
print("a line of Python's", file=sys.stderr)
devices = [b"devices found\\n"]
ops.convert_to_numpy = lambda x: devices and os.write(2, devices.pop())
"""
LOAD = """
import os
from inception_lab.model.backend import keras
print(keras.__file__, os.environ["KERAS_BACKEND"])
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh Python."""
    inherited = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PYTHONPATH whose keras is a loud stand-in."""
    (tmp_path / "keras.py").write_text(LOUD, encoding="utf-8")
    return os.pathsep.join((str(tmp_path), str(ROOT)))


def test_the_real_backend_loads_without_a_word() -> None:
    """Libraries talk when they are loaded, and again when the first operation looks for devices."""
    build = "import inception_lab as lab\nprint(lab.build(lab.layers.Conv2D(2, 3), (4, 4, 1)).count_params())"
    process = run(f"{LOAD}\n{build}\nkeras.ops.convert_to_numpy(keras.ops.ones((2,)))")
    assert (process.returncode, process.stderr) == (0, "")
    lines = process.stdout.splitlines()
    assert lines[0].endswith("tensorflow")
    assert lines[1] == "20"  # 9 · 1 · 2 + 2


def test_a_loud_library_is_not_heard(path: str) -> None:
    process = run(LOAD, PYTHONPATH=path)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.split() == [str(Path(path.split(os.pathsep)[0], "keras.py")), "tensorflow"]


def test_the_first_operation_happens_while_nobody_hears(path: str) -> None:
    process = run(f"{LOAD}\nkeras.ops.convert_to_numpy(keras.ops.zeros((1,)))", PYTHONPATH=path)
    assert (process.returncode, process.stderr) == (0, "")


def test_the_backend_may_be_chosen(path: str) -> None:
    assert run(LOAD, PYTHONPATH=path, KERAS_BACKEND="jax").stdout.split()[1] == "jax"


def test_what_a_failing_library_said_is_shown(path: str, tmp_path: Path) -> None:
    (tmp_path / "keras.py").write_text(f"{LOUD}\nraise ImportError('no such library')", encoding="utf-8")
    process = run(LOAD, PYTHONPATH=path)
    assert process.returncode == 1
    assert process.stderr.startswith(
        "a line past Python\na line of Python's\nTraceback (most recent call last):\n"
    )
    assert process.stderr.endswith("\nImportError: no such library\n")


def test_after_loading_errors_are_heard(path: str) -> None:
    code = f"{LOAD}\nimport sys\nprint('one', file=sys.stderr, flush=True)\nos.write(2, b'two\\n')"
    assert run(code, PYTHONPATH=path).stderr == "one\ntwo\n"


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor in the shell's way")
@pytest.mark.parametrize("before", ["", "import os; taken = open(os.devnull); assert taken.fileno() == 2\n"])
def test_it_loads_where_there_is_no_error_stream(path: str, tmp_path: Path, before: str) -> None:
    """Then another file may have its number."""
    (tmp_path / "keras.py").write_text(SILENT, encoding="utf-8")
    process = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, before + LOAD],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert process.stdout.startswith(str(tmp_path / "keras.py"))


def test_quiet_keeps_the_error_stream_alone(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before\n")
    with quiet():
        os.write(2, b"past Python\n")
        os.write(1, b"a result\n")
    os.write(2, b"after\n")
    out, err = capfd.readouterr()
    assert (out, err) == ("a result\n", "before\nafter\n")


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_quiet_shows_what_was_said_before_a_fault(
    capfd: pytest.CaptureFixture[str], fault: type[BaseException]
) -> None:
    with pytest.raises(fault, match=r"^a fault$"), quiet():  # noqa: PT012
        os.write(2, b"past Python\n")
        raise fault("a fault")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "past Python\nafter\n"


def test_quiet_leaves_no_descriptor_open() -> None:
    def free() -> int:
        descriptor = os.open(os.devnull, os.O_RDONLY)
        os.close(descriptor)
        return descriptor

    before = free()
    with quiet():
        pass
    with pytest.raises(ValueError, match=r"^a fault$"), quiet():
        raise ValueError("a fault")
    assert free() == before

"""Backends of Keras give the same: outputs, gradients, training, predictions. Each in a process of its own.

PyTorch is tried where it is installed; it is none of the project's dependencies.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
FOLDERS = [str(HERE / wing) for wing in ("inside", "training")]
OTHERS = [
    "jax",
    pytest.param(
        "torch", marks=pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
    ),
]
REPEATED = """
import sys
sys.path += {folders!r}
import test_activations, test_train
test_activations.test_a_network_worked_out_by_hand()
first, second = test_train.learn(), test_train.learn()
test_train.assert_equal(test_train.final(first), test_train.final(second))
print(test_train.keras.config.backend(), first.epochs)
"""


def run(backend: str, *arguments: str) -> str:
    """Run Python on a backend and return what it printed."""
    process = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1]), "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def tensorflows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("floor") / "tensorflow.npz"
    assert run("tensorflow", str(HERE / "backend_floor.py"), str(file)) == "tensorflow\n"
    return file


@pytest.mark.parametrize("backend", OTHERS)
def test_what_tensorflow_computes_is_computed(backend: str, tensorflows: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.npz"
    assert run(backend, str(HERE / "backend_floor.py"), str(file)) == f"{backend}\n"
    with np.load(tensorflows) as expected, np.load(file) as found:
        assert set(expected.files) == set(found.files)
        for name in expected.files:
            span = np.abs(expected[name]).max()
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-4 * span, err_msg=name)
            # What is compared depends on what is computed.
            assert expected[name].size == 1 or np.ptp(expected[name]) > 0, name


@pytest.mark.parametrize("backend", OTHERS)
def test_a_run_repeats_bit_for_bit(backend: str) -> None:
    assert run(backend, "-c", REPEATED.format(folders=FOLDERS)) == f"{backend} 3\n"

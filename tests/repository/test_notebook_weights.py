"""Notebook 06 on the real weights; on the small network `make test` runs it like all others."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_notebook_runs_on_the_real_weights(shared: Path) -> None:
    words = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    words += ["--nbval-sanitize-with", "tests/other_versions.cfg"]
    notebook = "notebooks/06_inside_a_trained_network.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, notebook],
        cwd=ROOT,
        env={**os.environ, "INCEPTION_LAB_WEIGHTS": str(shared / "weights")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout

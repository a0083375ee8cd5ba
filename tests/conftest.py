"""Fixtures for all tests."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same cases each time, and none fails because the machine is busy. `--hypothesis-profile=fuzz` tries many
# more in tests/faults, `--hypothesis-seed` others.
SLOW = [HealthCheck.too_slow]
settings.register_profile("lab", deadline=None, derandomize=True, suppress_health_check=SLOW)
settings.register_profile("fuzz", parent=settings.get_profile("lab"), max_examples=10_000, derandomize=False)
settings.load_profile("lab")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The large material that is not in the repository: `LAB_SHARED`, else `shared` beside the checkout.

    Tests that need it are skipped where it is absent; under `LAB_REQUIRE_SHARED=1` they fail.
    """
    folder = Path(os.environ.get("LAB_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        reason = f"needs the large material; {folder} is not there (LAB_SHARED names another folder)"
        if os.environ.get("LAB_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def bvlc(shared: Path) -> Any:
    """BVLC's GoogLeNet with its real weights, as `lab.classifier` gives it."""
    from inception_lab.model.pretrained.sources import classifier

    return classifier(shared / "weights")

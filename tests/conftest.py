"""Fixtures for all tests."""

import gc
import os
import sys
from collections.abc import Iterator
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


def _widgets() -> dict[str, Any]:
    """All widgets there are: ipywidgets keeps each, and with it its picture, until it is closed."""
    module = sys.modules.get("ipywidgets.widgets.widget")
    if module is None:
        return {}
    return dict(module._instances if hasattr(module, "_instances") else module.Widget.widgets)  # 8, or 7


def _closing() -> Iterator[None]:
    before = _widgets()
    yield
    for name in _widgets().keys() - before.keys():
        if widget := _widgets().get(name):
            widget.close()


@pytest.fixture(autouse=True)
def _a_test_closes_its_widgets() -> Iterator[None]:
    """An explorer takes 20 MB. Those of a module's fixtures were there before the test, and stay."""
    yield from _closing()


@pytest.fixture(scope="module", autouse=True)
def _a_module_closes_its_widgets() -> Iterator[None]:
    yield from _closing()
    gc.collect()


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

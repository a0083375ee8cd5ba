"""One JupyterLab and one browser for all tests; each notebook is opened and run once."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab, Notebook


def unavailable(reason: str) -> NoReturn:
    """Skip; but fail where everything must be at hand, as in CI."""
    if os.environ.get("LAB_REQUIRE_SHARED") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A browser."""
    if find_spec("jupyterlab") is None or find_spec("voila") is None:
        unavailable("needs JupyterLab and Voilà, the extra `lab`")
    try:
        from tests.browser import lab
    except ImportError as error:
        unavailable(f"needs Playwright: {error}")
    try:
        with lab.chromium() as browser:
            yield browser
    except lab.NoBrowserError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def jupyter(root: Path, chromium: "Browser") -> Iterator["Lab"]:
    """A running JupyterLab on a copy of the notebooks."""
    from tests.browser.lab import jupyterlab

    with jupyterlab(root / "notebooks", chromium) as running:
        yield running


@pytest.fixture(scope="session")
def opened(jupyter: "Lab") -> Callable[[str], "Notebook"]:
    """Open a notebook and run all its cells, the first time that it is asked for."""
    notebooks: dict[str, Notebook] = {}
    failed: dict[str, str] = {}

    def opened(name: str) -> "Notebook":
        if name not in notebooks:
            notebooks[name] = jupyter.open(name)
            if not notebooks[name].run_all():
                outputs = notebooks[name].outputs()
                failed[name] = str([output for output in outputs if output["output_type"] == "error"])
        if name in failed:
            pytest.fail(f"{name} did not run to its end: {failed[name]}")
        return notebooks[name]

    return opened

"""Fixtures for the tests of what all explorers share."""

from collections.abc import Iterator

import pytest

import inception_lab as lab
from inception_lab.view.engine.explorer import Explorer


@pytest.fixture(scope="module", params=lab.explore.__all__)
def shared_explorer(request: pytest.FixtureRequest) -> Explorer:
    explorer: Explorer = getattr(lab.explore, request.param)()
    return explorer


@pytest.fixture
def explorer(shared_explorer: Explorer) -> Iterator[Explorer]:
    """One of the explorers, as it is at first."""
    shared_explorer.reset()
    yield shared_explorer
    shared_explorer.reset()

"""Nothing that was read or counted before is taken from a cache, so that a changed function is seen."""

import pytest

from inception_lab.architecture.published import conventions, paper


@pytest.fixture(scope="session", autouse=True)
def _fresh() -> None:
    for kept in (conventions.reproductions, paper.table_1, paper.published_counts, paper.imagenet_accuracy):
        kept.cache_clear()

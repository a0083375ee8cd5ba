"""What the tests of the model floor share."""

from typing import Any

import pytest

import inception_lab as lab


@pytest.fixture(scope="session")
def paper_model() -> Any:
    """The paper's network in Keras, whole, without heads."""
    return lab.build(lab.googlenet(), seed=0)

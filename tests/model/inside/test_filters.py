"""What is shown of filters and maps."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.inside.filters import CELL, first_convolution, first_filters, strongest


@pytest.fixture(scope="module")
def small() -> Classifier:
    return lab.classifier("digits")


def test_first_filters_show_reds_as_red(small: Classifier) -> None:
    model = keras.models.clone_model(small.model)
    layer = first_convolution(model)
    kernel = np.zeros(layer.kernel.shape, np.float32)
    kernel[:, :, 0, 0] = 1
    layer.set_weights([kernel, *layer.get_weights()[1:]])
    cell = slice(0, CELL)
    orders: dict[Literal["RGB", "BGR"], list[int]] = {"RGB": [255, 0, 0], "BGR": [0, 0, 255]}
    for channels, colour in orders.items():
        prepare = replace(small.prepare, channels=channels)
        mosaic = first_filters(replace(small, model=model, prepare=prepare))
        assert (mosaic[cell, cell] == colour).all()
        assert mosaic.shape == (4 * (CELL + 2), 4 * (CELL + 2), 3)


def test_strongest_channels_come_first() -> None:
    maps = np.zeros((2, 2, 8), np.float32)
    maps[1, 0] = [3, 9, 0, 5, 1, 2, 4, 6]
    found = strongest(maps)
    assert list(found) == [f"channel {number}" for number in (1, 7, 3, 6, 0, 5)]
    assert found["channel 3"].tolist() == [[0, 0], [5, 0]]

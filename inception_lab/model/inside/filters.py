"""What a network's first filters look like, and which of its maps answer most."""

import math
from typing import Any

import numpy as np

from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.data.photos import Picture
from inception_lab.model.data.preparation import Floats

CELL = 24  # pixels that each filter is shown with
SHOWN = 6  # maps of a branch


def first_convolution(model: Any) -> Any:
    """Return the first convolution of a model."""
    return next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))


def first_filters(network: Classifier) -> Picture:
    """Return the first layer's filters side by side, each from its darkest to its brightest value.

    Args:
        network: What `lab.classifier` gives.

    Returns:
        RGB, uint8 `(height, width, 3)`.
    """
    kernel = first_convolution(network.model).get_weights()[0]
    filters = np.moveaxis(kernel, -1, 0)[..., :: -1 if network.prepare.channels == "BGR" else 1]
    columns = math.isqrt(len(filters) - 1) + 1
    rows = -(-len(filters) // columns)
    mosaic = np.full((rows * (CELL + 2), columns * (CELL + 2), 3), 255, np.uint8)
    places = np.arange(CELL) * filters.shape[1] // CELL
    for number, values in enumerate(filters):
        scaled = (values - values.min()) / (np.ptp(values) or 1.0)
        top, left = number // columns * (CELL + 2), number % columns * (CELL + 2)
        mosaic[top : top + CELL, left : left + CELL] = np.rint(255 * scaled[places][:, places])
    return mosaic


def strongest(maps: Floats) -> dict[str, Floats]:
    """Return the six of `(height, width, channels)` that answer most strongly somewhere, by name."""
    order = np.argsort(-maps.max(axis=(0, 1)), kind="stable")[:SHOWN]
    return {f"channel {number}": maps[:, :, number] for number in order}

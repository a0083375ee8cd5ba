"""How far a unit really sees: the gradient of its value by the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.model.build import keras_name
from inception_lab.model.device import keras, value_and_gradients

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class EffectiveField:
    """How much each pixel moves one unit.

    Attributes:
        density: `(height, width)`, adding up to 1.
        centre: Row and column, in pixels, of the unit's place.
    """

    density: NDArray[np.float64]
    centre: tuple[float, float]

    def side(self, share: float = 0.9) -> int:
        """Return the side in pixels of the smallest square around the centre that holds a share of it."""
        rows, columns = np.indices(self.density.shape)
        distance = np.maximum(abs(rows + 0.5 - self.centre[0]), abs(columns + 0.5 - self.centre[1])).ravel()
        nearest = np.argsort(distance)
        held = np.cumsum(self.density.ravel()[nearest])
        last = nearest[min(int(np.searchsorted(held, share)), held.size - 1)]
        return math.ceil(2 * float(distance[last])) + 1


def effective_field(model: Any, path: str, photos: NDArray[np.float32]) -> EffectiveField:
    """Return how much each pixel moves the unit in the middle of a layer.

    It is the absolute gradient of the sum of the unit's channels, averaged over photos and colours.

    Args:
        model: A Keras model.
        path: Path of the layer, such as `inception_4e/5x5`.
        photos: `(batch, height, width, channels)`, as the model takes them.

    Raises:
        ValueError: If the model has no layer of that path.

    Reference:
        Luo et al. 2016, "Understanding the Effective Receptive Field", arXiv:1701.04128.
    """
    part = keras.Model(model.input, model.get_layer(keras_name(path)).output)
    height, width = part.output_shape[1:3]
    row, column = height // 2, width // 2

    def middle(tensors: Any) -> tuple[Any, None]:
        return keras.ops.sum(part(tensors[0], training=False)[:, row, column, :]), None

    _, _, gradients = value_and_gradients(middle, [keras.ops.convert_to_tensor(photos)])
    density = np.abs(keras.ops.convert_to_numpy(gradients[0])).mean(axis=(0, 3), dtype=np.float64)
    centre = ((row + 0.5) * photos.shape[1] / height, (column + 0.5) * photos.shape[2] / width)
    return EffectiveField(density / (density.sum() or 1.0), centre)

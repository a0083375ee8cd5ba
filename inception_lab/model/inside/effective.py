"""How far a unit really sees: the gradient of its value by the picture."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inception_lab.architecture.reach import Reach
from inception_lab.model.backend import dtype_policy, keras, value_and_gradients
from inception_lab.model.inside.branches import fitting, layer_of


@dataclass(frozen=True)
class EffectiveField:
    """How much each pixel moves one unit."""

    density: NDArray[np.float64]  # `(height, width)`, adding up to 1
    # row and column, in pixels from the corner, that the unit's square is centred on
    centre: tuple[float, float]

    def side(self, share: float = 0.9) -> int:
        """Return the side in pixels of the smallest square around the centre that holds a share of it."""
        rows, columns = np.indices(self.density.shape)
        distance = np.maximum(abs(rows + 0.5 - self.centre[0]), abs(columns + 0.5 - self.centre[1])).ravel()
        nearest = np.argsort(distance)
        held = np.cumsum(self.density.ravel()[nearest])
        last = nearest[min(int(np.searchsorted(held, share)), held.size - 1)]
        return math.ceil(2 * float(distance[last])) + 1


@dtype_policy()
def effective_field(model: Any, path: str, photos: NDArray[np.float32], reach: Reach) -> EffectiveField:
    """Return how much each pixel moves the unit of a layer that looks at the middle of the picture.

    It is the absolute gradient of the sum of the unit's channels, averaged over photos and colours.

    Args:
        model: A Keras model.
        path: Path of the layer, such as `inception_4e/5x5`.
        photos: `(batch, height, width, channels)`, as the model takes them.
        reach: Of that layer, as `cost(network)[path].reach` counts it: it says which unit that is.

    Raises:
        ValueError: If the model has no layer of that path, the layer puts out no maps, or the photos have
            another shape.

    Reference:
        Luo et al. 2016, "Understanding the Effective Receptive Field", arXiv:1701.04128.
    """
    part = keras.Model(model.input, layer_of(model, path).output)
    if len(part.output_shape) != 4:
        raise ValueError(f"`path` must name a layer that puts out maps. Received: {path!r}.")
    fitting("photos", photos, model.input_shape)
    middle_unit = reach.middle_unit(*photos.shape[1:3])
    row, column = (
        min(unit, size - 1) for unit, size in zip(middle_unit, part.output_shape[1:3], strict=True)
    )

    def middle(tensors: Any) -> tuple[Any, None]:
        return keras.ops.sum(part(tensors[0], training=False)[:, row, column, :]), None

    _, _, gradients = value_and_gradients(middle, [keras.ops.convert_to_tensor(photos)])
    density = np.abs(keras.ops.convert_to_numpy(gradients[0])).mean(axis=(0, 3), dtype=np.float64)
    return EffectiveField(density / (density.sum() or 1.0), reach.centre(row, column))

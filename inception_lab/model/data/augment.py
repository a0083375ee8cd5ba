"""From stored bytes to what a network takes: windows, sizes and values, as layers on the device."""

import math
from typing import Any

from inception_lab.model.backend import keras
from inception_lab.model.data.augmentation import Augmentation

ops = keras.ops
CENTRE, SPREAD = 127.5, 64.0  # bytes become (value − 127.5) / 64: about zero mean, unit spread on photographs
GREY = (CENTRE, CENTRE, CENTRE)


@keras.saving.register_keras_serializable("inception_lab")
class Window(keras.layers.Layer):  # type: ignore[misc]
    """Show each picture through a window of its own, at one size; at inference the whole picture.

    Cropping, resizing, mirroring and shifting are one resampling: along each side, an output pixel is
    a weighted mean of input pixels with triangular weights, as wide as an output pixel where the
    picture shrinks. That is two small matrix products a picture, on any backend, and each picture of
    a batch has its own. What lies outside the picture is of the colour that becomes 0.

    Args:
        height: Of the output.
        width: Of the output.
        augmentation: What training draws; `None` for nothing.
        seed: Of what is drawn.
        centre: The colour, RGB, that becomes 0.

    Input: `(batch, any height, any width, 3)`, 0–255. Output: `(batch, height, width, 3)`, centred at 0.

    Reference:
        Szegedy et al. 2014, section 6: 8–100 % of the area, aspect ratios from 3/4 to 4/3.
    """

    def __init__(
        self,
        height: int,
        width: int,
        augmentation: Augmentation | None = None,
        seed: int = 0,
        centre: tuple[float, float, float] = GREY,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.height, self.width, self.seed, self.centre = height, width, seed, tuple(centre)
        self.augmentation = augmentation or Augmentation()
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, pictures: Any, training: bool = False) -> Any:
        """Resample a batch and centre its values."""
        values = (ops.cast(pictures, "float32") - ops.array(self.centre, "float32")) / SPREAD
        height, width = pictures.shape[1:3]
        augmented = training and self.augmentation != Augmentation()
        if augmented or (height, width) != (self.height, self.width):
            top, left, tall, wide = self.windows(pictures, augmented)
            rows = weights(top, tall, height, self.height)
            columns = weights(left, wide, width, self.width)
            values = ops.einsum("bih,bhwc->biwc", rows, values)
            values = ops.einsum("bjw,biwc->bijc", columns, values)
        if augmented and self.augmentation.photometric:
            values = self._photometric(values)
        if augmented and self.augmentation.hidden:
            values = self._hide(values)
        return values

    def windows(self, pictures: Any, augmented: bool) -> tuple[Any, Any, Any, Any]:
        """Draw a window for each picture: top, left, height and width in pixels, each `(batch,)`.

        A negative width is a mirrored picture; then `left` is the right edge.
        """
        height, width = (float(side) for side in pictures.shape[1:3])
        batch = ops.shape(pictures)[0]
        chosen = self.augmentation if augmented else Augmentation()

        def draw(low: float, high: float) -> Any:
            if low == high:
                return ops.full((batch,), low)
            return keras.random.uniform((batch,), low, high, seed=self.generator)

        area = draw(*chosen.area)
        # Drawn as a logarithm, so that 3/4 is as likely as 4/3.
        aspect = ops.exp(draw(*(math.log(ratio) for ratio in chosen.aspect)))
        if chosen.area == (1.0, 1.0):
            tall, wide = ops.full((batch,), height), ops.full((batch,), width)
        else:
            tall = ops.minimum(ops.sqrt(height * width * area / aspect), height)
            wide = ops.minimum(ops.sqrt(height * width * area * aspect), width)
        top = (height - tall) * draw(0.0, 1.0 if chosen.area != (1.0, 1.0) else 0.0)
        left = (width - wide) * draw(0.0, 1.0 if chosen.area != (1.0, 1.0) else 0.0)
        if chosen.shift:
            span = float(chosen.shift) + 0.5
            top = top + ops.round(draw(-span, span))
            left = left + ops.round(draw(-span, span))
        if chosen.flip:
            mirrored = ops.cast(draw(0.0, 1.0) < 0.5, "float32")
            left = left + mirrored * wide
            wide = wide * (1 - 2 * mirrored)
        return top, left, tall, wide

    def _photometric(self, values: Any) -> Any:
        batch, most = ops.shape(values)[0], self.augmentation.photometric

        def draw(*shape: int) -> Any:
            return keras.random.uniform((batch, *shape), -most, most, seed=self.generator)

        mean = ops.mean(values, axis=(1, 2, 3), keepdims=True)
        contrast, brightness, colour = 1 + draw(1, 1, 1), draw(1, 1, 1), draw(1, 1, 3)
        return (values - mean) * contrast + mean + (brightness + colour) * (CENTRE / SPREAD) / 2

    def _hide(self, values: Any) -> Any:
        """Paint over a square of each picture, wherever its centre comes to lie."""
        batch = ops.shape(values)[0]

        def within(side: int) -> Any:
            places = (ops.arange(side, dtype="float32") + 0.5) / side
            centre = keras.random.uniform((batch, 1), seed=self.generator)
            return ops.cast(ops.abs(places - centre) < self.augmentation.hidden / 2, "float32")

        hidden = ops.einsum("bi,bj->bij", within(self.height), within(self.width))
        return values * (1 - hidden)[..., None]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output."""
        return input_shape[0], self.height, self.width, input_shape[-1]

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        config = super().get_config()
        config.pop("dtype", None)
        return {
            **config,
            "height": self.height,
            "width": self.width,
            "seed": self.seed,
            "centre": self.centre,
        }


def weights(start: Any, length: Any, inputs: int, outputs: int) -> Any:
    """Return how much each input pixel along a side counts for each output pixel, `(batch, outputs, inputs)`.

    Windows start and are as long as said in pixels, `(batch,)`; mirrored ones have a negative length. A row
    sums to 1, or to 0 where it lies outside the picture.
    """
    step = ops.reshape(length / outputs, (-1, 1, 1))
    places = ops.reshape(ops.arange(outputs, dtype="float32") + 0.5, (1, -1, 1))
    centres = ops.reshape(start, (-1, 1, 1)) + places * step
    pixels = ops.reshape(ops.arange(inputs, dtype="float32") + 0.5, (1, 1, -1))
    reach = ops.maximum(ops.abs(step), 1.0)
    near = ops.maximum(0.0, 1 - ops.abs(centres - pixels) / reach)
    return near / ops.maximum(ops.sum(near, axis=2, keepdims=True), 1e-3)

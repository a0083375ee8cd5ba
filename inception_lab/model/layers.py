"""The layers that Keras lacks."""

from typing import Any

import numpy as np

from inception_lab.model.backend import fused_batch_norm, gpu, keras

ops = keras.ops


@keras.saving.register_keras_serializable("inception_lab")
class LocalResponseNormalization(keras.layers.Layer):  # type: ignore[misc]
    """Divide each value by a measure of its neighbours in other channels, on any backend.

    The sum over neighbouring channels is a 1×1 convolution of the squares with a band, and the power
    -0.75 two square roots: several times quicker than slices and powers. The gradient is written out,
    from what the forward pass has: half the work of what differentiation makes of it, in half
    precision as well, in which TensorFlow's own operation has none.

    Args:
        depth_radius: Channels on either side that take part.
        bias: Added to the sum.
        alpha: Weight of the sum of squares (Caffe's alpha divided by the number of channels).
        beta: Power of the denominator.

    Input and output: `(batch, height, width, channels)`.

    Reference:
        Krizhevsky et al. 2012, section 3.3.
    """

    def __init__(
        self,
        depth_radius: int = 2,
        bias: float = 1.0,
        alpha: float = 1e-4 / 5,
        beta: float = 0.75,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.depth_radius, self.bias, self.alpha, self.beta = depth_radius, bias, alpha, beta
        self._band: np.ndarray | None = None

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Prepare the band of ones."""
        channels = np.arange(input_shape[-1])
        near = np.abs(channels[:, None] - channels[None, :]) <= self.depth_radius
        self._band = near[None, None].astype("float32")

    def call(self, x: Any) -> Any:
        """Normalise a batch."""
        band = ops.cast(self._band, x.dtype)

        def over_neighbours(values: Any) -> Any:
            return ops.conv(values, band, padding="valid", data_format="channels_last")

        @ops.custom_gradient  # type: ignore[untyped-decorator]
        def normalised(x: Any) -> tuple[Any, Any]:
            # α before the square: float16 ends at 65,504, and activations reach hundreds.
            denominator = self.bias + over_neighbours(ops.square(self.alpha**0.5 * x))
            if self.beta == 0.75:
                root = ops.rsqrt(ops.sqrt(denominator))
                power = root * root * root
            else:
                power = ops.power(denominator, -self.beta)
            y = x * power

            def gradient(*arguments: Any, upstream: Any = None) -> Any:
                # y = x·d^-β with d = bias + α·Σx²: dL/dx = g·d^-β - 2αβ·x·Σ(g·y/d), sums over neighbours
                (g,) = arguments if upstream is None else (upstream,)
                others = over_neighbours(g * y / denominator)
                return g * power - (2 * self.alpha * self.beta * x) * others

            return y, gradient

        return normalised(x)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the output: that of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        own = {"depth_radius": self.depth_radius, "bias": self.bias, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("inception_lab")
class GroupedConv2D(keras.layers.Conv2D):  # type: ignore[misc]
    """Keras's convolution in groups, quick on a CPU as well.

    TensorFlow's own takes 20 to 100 times as long to learn there as one convolution a group does. Where
    each channel is a group it is a depthwise convolution. Weights and results are the same.

    Input and output: `(batch, height, width, channels)`.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Convolve a batch."""
        if keras.config.backend() != "tensorflow" or gpu():
            return super().convolution_op(inputs, kernel)
        how = {"strides": self.strides, "padding": self.padding, "dilation_rate": self.dilation_rate}
        if self.groups == inputs.shape[-1] == self.filters and self.strides[0] == self.strides[1]:
            return ops.depthwise_conv(inputs, ops.swapaxes(kernel, -1, -2), **how)
        groups = zip(ops.split(inputs, self.groups, -1), ops.split(kernel, self.groups, -1), strict=True)
        return ops.concatenate([ops.conv(values, weights, **how) for values, weights in groups], axis=-1)


@keras.saving.register_keras_serializable("inception_lab")
class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Keras's batch norm over channels, in one operation where the backend has it.

    Keras takes moments, scales and shifts one after the other, in float32: on a CPU that takes four
    times as long, and in a small network longer than the convolutions. Weights and results are the same.

    Input and output: `(batch, height, width, channels)`.

    Reference:
        Ioffe & Szegedy 2015, arXiv:1502.03167.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise a batch, and in training move the statistics."""
        learning = bool(training) and self.trainable
        statistics = None if learning else (self.moving_mean, self.moving_variance)
        fused = None
        if len(inputs.shape) == 4:
            channels = inputs.shape[-1]
            scale = ops.convert_to_tensor(self.gamma) if self.scale else ops.ones((channels,), "float32")
            offset = ops.convert_to_tensor(self.beta) if self.center else ops.zeros((channels,), "float32")
            fused = fused_batch_norm(inputs, scale, offset, self.epsilon, statistics)
        if fused is None:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = fused
        if learning:
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return outputs

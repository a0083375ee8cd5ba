"""Batch norm folded into the layer before it: at inference it costs nothing."""

from collections import Counter
from typing import Any

import numpy as np

from inception_lab.model.backend import as_array, keras
from inception_lab.model.counting.graph import ordered
from inception_lab.model.layers import BatchNormalization

# What puts out a sum of products, channel by channel. Exactly these: a class made from one may do otherwise.
SUMS = (
    keras.layers.Dense,
    *(keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D),
    *(keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose, keras.layers.Conv3DTranspose),
    *(keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D),
    *(keras.layers.SeparableConv1D, keras.layers.SeparableConv2D),
)
DEPTHWISE, TRANSPOSED = SUMS[7:9], SUMS[4:7]
NORMS = (keras.layers.BatchNormalization, BatchNormalization)


def fold(model: Any) -> Any:
    """Return a copy of a model for inference, with batch norm folded into the layers before it.

    A convolution or dense layer gives w·x + b, and batch norm γ·(w·x + b - μ)/σ + β. That is one layer with
    the weights w·γ/σ and the bias (b - μ)·γ/σ + β, where σ² is the moving variance plus epsilon.

    Args:
        model: A functional or sequential Keras model. Batch norm is folded where it comes straight after a
            convolution (of any kind) or a dense layer that has no activation and leads nowhere else, in
            models inside the model too. What comes elsewhere stays.

    Returns:
        A Keras model with the same inputs and, to rounding, the same outputs. Training it again would be
        training without batch norm.

    Raises:
        ValueError: If there is nothing to fold.

    Example:
        >>> import inception_lab as lab
        >>> model = lab.build(lab.googlenet_digits())
        >>> len(model.layers), len(lab.fold(model).layers)  # 25 convolutions, a batch norm after each
        (90, 65)

    Reference:
        Jacob et al. 2017, arXiv:1712.05877, section 3.2.
    """
    if (result := _folded(model)) is None:
        raise ValueError(
            "`model` must be a functional or sequential Keras model with batch norm straight after a "
            f"convolution or a dense layer. Received: {getattr(model, 'name', model)!r}, without any."
        )
    return result


def _folded(model: Any) -> Any:
    """Return what `fold` does, or `None` where there is nothing to fold."""
    if isinstance(model, keras.Sequential) and model.built:
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    if not hasattr(model, "operations"):
        return None
    norms = _foldable(model)
    inner = {id(layer): _folded(layer) for layer in model.layers if isinstance(layer, keras.Model)}
    copies = {key: found for key, found in inner.items() if found is not None}
    if not norms and not copies:
        return None
    folded = {id(norm) for norm in norms.values()}
    done = set(copies)
    skipped: set[int] = set()

    def copy(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Layer):
            return layer
        if id(layer) not in copies:
            config = layer.get_config() | ({"use_bias": True} if id(layer) in norms else {})
            copies[id(layer)] = type(layer).from_config(config)
        if id(layer) in folded:
            skipped.add(id(copies[id(layer)]))
        return copies[id(layer)]

    def call(layer: Any, x: Any, *more: Any, **options: Any) -> Any:
        return x if id(layer) in skipped else layer(x, *more, **options)

    result = keras.models.clone_model(model, clone_function=copy, call_function=call)
    for layer in model.layers:
        if id(layer) in copies.keys() - folded - done:
            norm = norms.get(id(layer))
            copies[id(layer)].set_weights(_together(layer, norm) if norm else layer.get_weights())
    return result


def _foldable(model: Any) -> dict[int, Any]:
    """Return the id of each layer that takes a batch norm in → the batch norm."""
    nodes = ordered(model.outputs, {id(x) for x in model.inputs})
    calls = Counter(id(node.operation) for node in nodes)
    uses = Counter(id(x) for x in (*model.outputs, *(x for node in nodes for x in node.input_tensors)))
    makers = {id(x): node.operation for node in nodes for x in node.output_tensors}
    found = {}
    for node in nodes:
        norm, x = node.operation, node.input_tensors[0]
        layer: Any = makers.get(id(x))
        if (
            type(norm) in NORMS
            and type(layer) in SUMS
            and calls[id(norm)] == calls[id(layer)] == uses[id(x)] == 1
            and layer.activation is keras.activations.linear
            and norm.axis % len(x.shape)
            == (1 if getattr(layer, "data_format", "") == "channels_first" else len(x.shape) - 1)
        ):
            found[id(layer)] = norm
    return found


def _together(layer: Any, norm: Any) -> list[Any]:
    """Return the weights of a layer that does what the layer and the batch norm after it do."""
    weights = [as_array(weight).astype(np.float64) for weight in layer.weights]
    bias = weights.pop() if layer.use_bias else 0.0
    mean, variance = (as_array(v).astype(np.float64) for v in (norm.moving_mean, norm.moving_variance))
    gamma = as_array(norm.gamma).astype(np.float64) if norm.scale else 1.0
    beta = as_array(norm.beta).astype(np.float64) if norm.center else 0.0
    factor = gamma / np.sqrt(variance + norm.epsilon)
    *before, kernel = weights  # of a separable convolution the pointwise kernel comes last
    if type(layer) in DEPTHWISE:  # (…, channels, multiplier)
        kernel = kernel * factor.reshape(kernel.shape[-2:])
    elif type(layer) in TRANSPOSED:  # (…, filters, channels)
        kernel = kernel * factor[:, None]
    else:  # (…, filters)
        kernel = kernel * factor
    return [*before, kernel, (bias - mean) * factor + beta]

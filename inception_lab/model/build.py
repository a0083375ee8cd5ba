"""From a spec to a Keras model."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from itertools import count
from typing import Any

from inception_lab.architecture import layers as spec
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import MERGES, Merge, Network, Part, as_network
from inception_lab.checks import finite_number, seed_number, short
from inception_lab.model.backend import dtype_policy, keras
from inception_lab.model.layers import BatchNormalization, GroupedConv2D, LocalResponseNormalization


@dtype_policy()
def build(
    network: Network | Part,
    input_shape: Shape | None = None,
    *,
    softmax: bool = False,
    kernel_initializer: str = "glorot_uniform",
    bias_initializer: float = 0.0,
    seed: int | None = None,
) -> Any:
    """Build a network in Keras.

    Layers carry the spec's paths with `_` for `/`, which Keras refuses in names. Every layer has an
    initialiser of its own: one shared instance would start layers of equal shape with equal weights.

    Args:
        network: A network, or a part of one together with `input_shape`.
        input_shape: `(height, width, channels)`, without batch; for a whole network, its own.
        softmax: Whether the final softmax is built; without it the outputs are logits, which losses
            take with `from_logits=True`.
        kernel_initializer: Name of a Keras initialiser, such as `"he_normal"`.
        bias_initializer: Value that all biases start from (BVLC's model starts at 0.2).
        seed: Makes the initial weights repeatable.

    Returns:
        A functional `keras.Model` with one output tensor; with auxiliary heads a dict of them:
        `{"main", "aux1", "aux2"}`.

    Raises:
        ValueError: If the network cannot take an input of that shape, or an initialiser or the seed is none.

    Example:
        >>> import inception_lab as lab
        >>> lab.build(lab.googlenet()).count_params()
        6998552
    """
    network = as_network(network, input_shape)
    make = _Maker(kernel_initializer, bias_initializer, None if seed is None else seed_number(seed))
    last = network.fold("", layer=lambda path, *_: path, merge=lambda path, *_: path).values()

    def apply(path: str, layer: Layer, x: Any) -> Any:
        if path in last and getattr(layer, "activation", None) == "softmax" and not softmax:
            if isinstance(layer, spec.Activation):
                return x
            layer = replace(layer, activation=None)  # type: ignore[call-arg]
        for keras_layer in make(keras_name(path), layer):
            x = keras_layer(x)
        return x

    def merge(path: str, how: Merge, branches: list[Any]) -> Any:
        if len(branches) == 1:
            return keras.layers.Identity(name=keras_name(path))(branches[0])
        return getattr(keras.layers, MERGES[how])(name=keras_name(path))(branches)

    inputs = keras.Input(network.input_shape, name="image")
    outputs = network.fold(inputs, layer=apply, merge=merge)
    if any(output is inputs for output in outputs.values()):  # older Keras wants something in between
        same = keras.layers.Identity(name="unchanged")(inputs)
        outputs = {name: same if output is inputs else output for name, output in outputs.items()}
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", network.name).strip("_") or "network"
    return keras.Model(inputs, outputs if len(outputs) > 1 else outputs["main"], name=name)


def initializer(name: str) -> Any:
    """Return a Keras initialiser by its name.

    Raises:
        ValueError: If there is none of that name.
    """
    found = None
    if isinstance(name, str):
        with suppress(KeyError, ValueError):  # Keras's own takes several lines; "constant" has no constant
            made = keras.initializers.get(name)
            made((1, 1, 1, 1))
            found = made
    if found is None:
        raise ValueError(
            "`kernel_initializer` must be the name of an initializer of Keras's for kernels, such as "
            f"'he_normal'. Received: kernel_initializer={short(name)}."
        )
    return found


def keras_name(path: str) -> str:
    """Return a layer's path as a Keras layer name."""
    return path.replace("/", "_")


# Where Keras has another name for a kind of layer; the arguments have Keras's names in both.
CLASSES: Mapping[str, Any] = {
    "AveragePool2D": keras.layers.AveragePooling2D,
    "BatchNorm": BatchNormalization,
    "GlobalAveragePool2D": keras.layers.GlobalAveragePooling2D,
    "GroupNorm": keras.layers.GroupNormalization,
    "LayerNorm": keras.layers.LayerNormalization,
    "LocalResponseNorm": LocalResponseNormalization,
    "Scale": lambda factor, offset, name: keras.layers.Rescaling(factor, offset, name=name),
}


def keras_class(kind: str) -> Any:
    """Return Keras's class, or what makes a layer, for a kind of layer; `None` where there is none."""
    return CLASSES.get(kind) or getattr(keras.layers, kind, None)


KERNELS = {"DepthwiseConv2D": ("depthwise",), "SeparableConv2D": ("depthwise", "pointwise")}


class _Maker:
    """Makes the Keras layers of one model, each with an initialiser of its own."""

    def __init__(self, kernel_initializer: str, bias_initializer: float, seed: int | None) -> None:
        finite_number("bias_initializer", bias_initializer)
        self.kernel_initializer = initializer(kernel_initializer)
        self.bias = bias_initializer
        self.seeds = count(seed) if seed is not None else None

    def __call__(self, name: str, layer: Layer) -> Iterator[Any]:
        arguments = {field.name: getattr(layer, field.name) for field in fields(layer)} | {"name": name}
        if layer.pads:
            yield keras.layers.ZeroPadding2D(arguments["padding"], name=f"{name}_pad")
            arguments["padding"] = "valid"
        if "use_bias" in arguments:
            for kernel in KERNELS.get(layer.kind, ("kernel",)):
                arguments[f"{kernel}_initializer"] = self._kernel()
            arguments["bias_initializer"] = keras.initializers.Constant(self.bias)
        if isinstance(layer, spec.Dropout):
            arguments["seed"] = self._seed()
        grouped = isinstance(layer, spec.Conv2D) and layer.groups > 1
        kind = GroupedConv2D if grouped else keras_class(layer.kind)
        if kind is None:
            raise TypeError(f"Keras has no layer for {layer!r} here; add it to `CLASSES`.")
        yield kind(**arguments)

    def _seed(self) -> int | None:
        return next(self.seeds) if self.seeds else None

    def _kernel(self) -> Any:
        config = self.kernel_initializer.get_config()
        if "seed" in config:
            config["seed"] = self._seed()
        return type(self.kernel_initializer).from_config(config)

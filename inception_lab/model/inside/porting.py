"""What comes out when one thing is got wrong while a network's weights are carried over."""

from dataclasses import replace
from typing import Any, Literal

from inception_lab.architecture.layer import same_padding
from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.inside.filters import first_convolution
from inception_lab.model.layers import LocalResponseNormalization


def misported(network: Classifier) -> dict[str, Classifier]:
    """Return a network as it comes out when one thing is got wrong while its weights are carried over.

    Args:
        network: The network as it should be.

    Returns:
        What is wrong → the network. Only mistakes that can be made with this network are there: one with
        batch norm has no LRN whose alpha could be wrong.
    """
    prepare = network.prepare
    wrong: Literal["RGB", "BGR"] = "RGB" if prepare.channels == "BGR" else "BGR"
    swapped = replace(prepare, channels=wrong, mean=prepare.mean[::-1])
    from_0_to_1 = replace(prepare, mean=(0.0, 0.0, 0.0), scale=255.0)
    found = {
        f"{wrong} instead of {prepare.channels}": replace(network, prepare=swapped),
        "values from 0 to 1": replace(network, prepare=from_0_to_1),
    }
    if any(isinstance(layer, LocalResponseNormalization) for layer in network.model.layers):
        found["LRN's alpha not divided by 5"] = replace(network, model=_copy(network.model, _full_alpha))
    if any(isinstance(layer, keras.layers.ZeroPadding2D) for layer in network.model.layers):
        found["conv1 padded as 'same'"] = replace(network, model=_copy(network.model, _padded_as_same))
    return found


def _copy(model: Any, change: Any) -> Any:
    def changed(layer: Any) -> Any:
        return type(layer).from_config(change(model, layer, layer.get_config()))

    copy = keras.models.clone_model(model, clone_function=changed)
    copy.set_weights(model.get_weights())
    return copy


def _full_alpha(_: Any, layer: Any, config: dict[str, Any]) -> dict[str, Any]:
    if isinstance(layer, LocalResponseNormalization):
        config["alpha"] *= 2 * layer.depth_radius + 1
    return config


def _padded_as_same(model: Any, layer: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Pad the first convolution as TensorFlow's `same` does: one pixel more after than before, or none."""
    first = first_convolution(model)
    if isinstance(layer, keras.layers.ZeroPadding2D) and layer.output is first.input:
        windows = zip(model.input_shape[1:3], first.kernel_size, first.strides, strict=True)
        config["padding"] = tuple(same_padding(*window) for window in windows)
    return config

"""What a training starts from when it does not start from nothing: a trained network's weights."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.layer import Layer
from inception_lab.architecture.layers import Conv2D, Dense
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap
from inception_lab.checks import positive_integer
from inception_lab.model.backend import as_array, keras
from inception_lab.model.build import keras_name
from inception_lab.model.classifier import Classifier
from inception_lab.model.data.augment import SPREAD

Arrays = tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True)
class Start:
    """Weights to start from."""

    name: str  # of the network that they are of
    # name of a layer in Keras → its weights, for pictures as training hands them on: RGB, (byte −
    # centre) / 64
    weights: Mapping[str, Arrays]
    centre: tuple[float, float, float]  # the colour, RGB, that becomes 0
    classifier: str  # name in Keras of the layer that has no weights here: it learns from nothing

    @property
    def fingerprint(self) -> str:
        """A digest of the weights, by which a run knows them again."""
        digest = hashlib.sha256(repr((self.name, self.centre)).encode())
        for name, arrays in sorted(self.weights.items()):
            digest.update(name.encode())
            for array in arrays:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]

    def load_into(self, core: Any) -> None:
        """Put the weights into a network in Keras; its auxiliary heads learn from nothing."""
        main = core.output["main"] if isinstance(core.output, dict) else core.output
        for layer in keras.Model(core.input, main).layers:
            shapes = [tuple(variable.shape) for variable in layer.weights]
            if not shapes or layer.name == self.classifier:
                continue
            found = [array.shape for array in self.weights.get(layer.name, ())]
            if found != shapes:
                raise ValueError(
                    f"The network must have the layers of {self.name} below its classifier. "
                    f"Received: '{layer.name}' of shapes {shapes}, there {found or 'none of that name'}."
                )
            layer.set_weights(list(self.weights[layer.name]))


def start_from(source: Classifier) -> Start:
    """Return a trained network's weights, all but its classifier's, to start a training from.

    What a classifier does to pictures is partly moved into its first kernel: BGR becomes RGB by turning
    the kernel's channels, and another scale by multiplying it. The colour that becomes 0 stays, since a
    kernel at the border sees it beyond the picture.
    """
    prepare, last = source.prepare, keras_name(_classifiers(source.network)["main"][0])
    weights = {
        layer.name: tuple(as_array(variable) for variable in layer.weights)
        for layer in source.model.layers
        if layer.weights and layer.name != last
    }
    if (prepare.channels, prepare.scale) != ("RGB", SPREAD):
        first, (kernel, *others) = next(iter(weights.items()))
        if prepare.channels == "BGR":
            kernel = kernel[:, :, ::-1, :]
        weights[first] = (np.ascontiguousarray(kernel * np.float32(SPREAD / prepare.scale)), *others)
    red, green, blue = prepare.background
    return Start(source.name, weights, (red, green, blue), last)


def for_classes(network: Network, classes: int) -> Network:
    """Return a network with another number of classes, at its auxiliary heads too.

    Args:
        network: One the last kernel before each of whose outputs is that of a dense layer or a convolution.
        classes: How many.

    Raises:
        ValueError: If the number is not positive, or there is no network or no such layer.
    """
    if not isinstance(network, Network):
        raise ValueError(f"`network` must be a network's description. Received: {type(network).__name__}.")
    last = {id(layer) for _, layer in _classifiers(network).values()}
    units = positive_integer("classes", classes)

    def changed(part: Part) -> Part:
        match part:
            case Sequence():
                return Sequence(*map(changed, part.parts), name=part.name)
            case Parallel():
                return Parallel(*map(changed, part.branches), merge=part.merge, name=part.name)
            case Tap():
                return Tap(changed(part.head), part.output)
            case Dense() if id(part) in last:
                return replace(part, units=units)
            case Conv2D() if id(part) in last:
                return replace(part, filters=units)
        return part

    return replace(network, body=changed(network.body))


def _classifiers(network: Network) -> dict[str, tuple[str, Layer]]:
    """Return the last dense layer or convolution before each output of a network, with its path."""

    def note(path: str, layer: Layer, before: tuple[str, Layer] | None) -> tuple[str, Layer] | None:
        return (path, layer) if isinstance(layer, Dense | Conv2D) else before

    ends = network.fold(None, layer=note, merge=lambda _, __, found: found[-1])
    found = {output: end for output, end in ends.items() if end}
    if len(found) < len(ends):
        raise ValueError(
            f"A network must have a dense layer or a convolution as classifier. Received: '{network.name}'."
        )
    return found

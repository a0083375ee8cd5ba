"""A network that is ready for pictures, and what a training takes from it to start from."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.layers import Conv2D, Dense
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap
from inception_lab.checks import positive_integer
from inception_lab.model.backend import as_array, keras
from inception_lab.model.build import keras_name
from inception_lab.model.data.augment import SPREAD
from inception_lab.model.data.photos import Picture, resized
from inception_lab.model.data.preparation import Preparation

BATCH = 32

Arrays = tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True)
class Prediction:
    """A class, and how likely it is."""

    index: int  # of the class
    label: str  # its name
    probability: float  # from 0 to 1


@dataclass(frozen=True)
class Classifier:
    """A network that is ready for pictures; `lab.classifier` gives one.

    Attributes:
        model: In Keras, from prepared pictures to probabilities `(batch, classes)`.
        prepare: Makes what the network takes of RGB pictures.
        classes: Names of the classes.
        network: The network as a spec.
        name: What to call it in figures.
        about: Which network it is, in a line.
        draw_samples: Gives `samples`.
    """

    model: Any = field(repr=False)
    prepare: Preparation
    classes: tuple[str, ...] = field(repr=False)
    network: Network = field(repr=False)
    name: str
    about: str = ""
    draw_samples: Callable[[], Mapping[str, Picture]] = field(default=dict, repr=False)

    @cached_property
    def samples(self) -> Mapping[str, Picture]:
        """Pictures to try it on, name → RGB, uint8: the network gets one wrong at least. A run has none."""
        return self.draw_samples()

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of its modules, such as `inception_3a`, in order."""
        joins = (layer.name for layer in cost(self.network).layers if layer.type == "Concatenate")
        return tuple(name.removesuffix("/output") for name in joins)

    @property
    def side(self) -> int:
        """Side of the pictures that it takes, in pixels."""
        return self.network.input_shape[0]

    def probabilities(self, *pictures: Any) -> npt.NDArray[np.float64]:
        """Return each picture's class probabilities.

        Args:
            *pictures: Arrays, pictures of Pillow's or files' names, as `lab.data.rgb` takes them.

        Returns:
            `(count, classes)`.
        """
        found = [np.zeros((0, len(self.classes)))]
        for start in range(0, len(pictures), BATCH):
            batch = self.prepare(*pictures[start : start + BATCH])
            found.append(as_array(self.model.predict_on_batch(batch)))
        return np.concatenate(found, dtype=np.float64)

    def top(self, picture: Any, count: int = 5) -> list[Prediction]:
        """Return a picture's likeliest classes, the likeliest first; see `named`."""
        return self.named(self.probabilities(picture)[0], count)

    def named(self, probabilities: npt.NDArray[np.float64], count: int = 5) -> list[Prediction]:
        """Return the likeliest classes with their names.

        Args:
            probabilities: `(classes,)`.
            count: How many; all of them if there are fewer.

        Raises:
            ValueError: If `count` is not a positive integer.
        """
        order = np.argsort(-probabilities, kind="stable")[: positive_integer("count", count)]
        return [Prediction(int(n), self.classes[n], float(probabilities[n])) for n in order]

    def shrunk(self, picture: Any, side: int) -> Picture:
        """Return a picture at `side` pixels, in the middle of the colour that the network sees as zeros.

        Args:
            picture: As for `probabilities`.
            side: In pixels of what the network takes.

        Raises:
            ValueError: If it does not fit.
        """
        if positive_integer("side", side) > self.side:
            raise ValueError(
                f"`side` must be at most the network's {self.side} pixels. Received: side={side}."
            )
        whole = np.empty((self.side, self.side, 3), np.uint8)
        whole[:] = np.rint(self.prepare.background)
        start = (self.side - side) // 2
        small = resized(self.prepare.resized(picture), side, side)
        whole[start : start + side, start : start + side] = small
        return whole


def with_probabilities(model: Any) -> Any:
    """Return a network with a softmax after its scores, the main head's where it has several."""
    scores = model.output["main"] if isinstance(model.output, dict) else model.output
    name = "probabilities"
    name += "_" * any(layer.name == name for layer in model.layers)
    softmax = keras.layers.Softmax(dtype="float32", name=name)
    return keras.Model(model.input, softmax(scores), name=model.name)


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

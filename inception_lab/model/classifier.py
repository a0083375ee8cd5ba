"""A network that is ready for pictures: with its weights, its preparation and its classes' names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.cost import cost
from inception_lab.architecture.network import Network
from inception_lab.checks import positive_integer
from inception_lab.model.backend import as_array, keras
from inception_lab.model.data.photos import Picture
from inception_lab.model.data.preparation import Preparation, resized

BATCH = 32


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

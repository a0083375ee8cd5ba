"""The trained network that lesson 6 looks into: BVLC's if its weights are here, else a small one of ours."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.layer import same_padding
from inception_lab.architecture.small import googlenet_digits
from inception_lab.checks import positive_integer
from inception_lab.model.backend import dtype_policy, keras
from inception_lab.model.build import build
from inception_lab.model.classifier import Classifier, classifier
from inception_lab.model.data.augment import GREY, SPREAD
from inception_lab.model.data.digits import CLASSES, SIDE, draw
from inception_lab.model.data.photos import Picture
from inception_lab.model.data.preparation import Preparation, resized
from inception_lab.model.inside.branches import modules
from inception_lab.model.layers import LocalResponseNormalization
from inception_lab.model.pretrained.bvlc import WEIGHTS, find_weights
from inception_lab.resources import data_path

Floats = npt.NDArray[np.float32]

STORED = "digits_network.weights.h5"
PHOTOS = {
    "cat": "chelsea",
    "coffee": "coffee",
    "rocket": "rocket",
    "astronaut": "astronaut",
    "cameraman": "camera",
    "coins": "coins",
}
DIGITS = (4, 5, 12, 38, 191, 32)  # of the pictures to test on; the last two the network takes for others
CELL = 24  # pixels that each is shown with


@dataclass(frozen=True)
class TrainedNetwork(Classifier):
    """A trained network with pictures to try it on.

    Attributes:
        samples: Name → RGB picture, uint8; the network gets at least one of them wrong.
        about: Which network it is, in a line.
    """

    samples: Mapping[str, Picture] = field(repr=False)
    about: str

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of its modules, such as `inception_3a`, in order."""
        return modules(self.model)

    @property
    def side(self) -> int:
        """Side of the pictures that it takes, in pixels."""
        return self.network.input_shape[0]

    def shrunk(self, picture: Picture, side: int) -> Picture:
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

    def first_filters(self) -> Picture:
        """Return the first layer's filters side by side, each from its darkest to its brightest value."""
        kernel = first_convolution(self.model).get_weights()[0]
        filters = np.moveaxis(kernel, -1, 0)[..., :: -1 if self.prepare.channels == "BGR" else 1]
        columns = math.isqrt(len(filters) - 1) + 1
        rows = -(-len(filters) // columns)
        mosaic = np.full((rows * (CELL + 2), columns * (CELL + 2), 3), 255, np.uint8)
        places = np.arange(CELL) * filters.shape[1] // CELL
        for number, values in enumerate(filters):
            scaled = (values - values.min()) / (np.ptp(values) or 1.0)
            top, left = number // columns * (CELL + 2), number % columns * (CELL + 2)
            mosaic[top : top + CELL, left : left + CELL] = np.rint(255 * scaled[places][:, places])
        return mosaic


def trained_network(weights: str | Path | None = None, *, download: bool = False) -> TrainedNetwork:
    """Return BVLC's GoogLeNet if its weights are here, else a small one that was trained on scaled digits.

    Args:
        weights: BVLC's ONNX file or a folder with it; by default what `pretrained.find_weights` finds:
            `$INCEPTION_LAB_WEIGHTS`, then the cache.
        download: Whether the weights may be downloaded, 28 MB, if they are not here.

    Returns:
        The network with pictures to try it on. Its `about` says which one it is.

    Raises:
        ValueError: If weights were asked for that cannot be had or read.
        ModuleNotFoundError: Without the package `onnx`, if there are weights to read.
    """
    try:
        file = find_weights(weights, download=download)
    except ValueError:
        if weights or os.environ.get(WEIGHTS) or download:
            raise
        return digits_network()
    found = classifier(weights if weights else None if download else file, download=download)
    about = "BVLC's GoogLeNet, trained on ImageNet: photographs of 224×224 pixels, 1,000 classes"
    return TrainedNetwork(**_fields(found), samples=_photographs(), about=about)


def digits_network() -> TrainedNetwork:
    """Return the small network that comes with the project: digits of 10 to 60 pixels on clutter.

    `data/README.md` says how it was trained.
    """
    network = googlenet_digits()
    with dtype_policy("float32"):
        model = build(network)
    model.load_weights(data_path(STORED))
    model = keras.Model(
        model.input, keras.layers.Softmax(dtype="float32", name="probabilities")(model.output)
    )
    prepare = Preparation(SIDE, SIDE, "crop", "RGB", GREY, SPREAD)
    about = "a small GoogLeNet, trained on scaled digits: pictures of 64×64 pixels, 10 classes"
    return TrainedNetwork(model, prepare, CLASSES, network, "small GoogLeNet", _digits(), about)


def strongest(maps: Floats, count: int = 6) -> dict[str, Floats]:
    """Return the maps of the channels that answer most strongly somewhere, by the channel's name.

    Args:
        maps: `(height, width, channels)`.
        count: How many.
    """
    order = np.argsort(-maps.max(axis=(0, 1)), kind="stable")[: positive_integer("count", count)]
    return {f"channel {number}": maps[:, :, number] for number in order}


def first_convolution(model: Any) -> Any:
    """Return the first convolution of a model."""
    return next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D))


def misported(network: TrainedNetwork) -> dict[str, TrainedNetwork]:
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


def _fields(found: Classifier) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("model", "prepare", "classes", "network", "name")}


def _photographs() -> dict[str, Picture]:
    import skimage.data

    return {name: np.ascontiguousarray(getattr(skimage.data, stored)()) for name, stored in PHOTOS.items()}


def _digits() -> dict[str, Picture]:
    drawn = draw("test", max(DIGITS) + 1)
    sizes: npt.NDArray[np.float64] = drawn.sizes if drawn.sizes is not None else np.zeros(len(drawn))
    return {
        f"a {CLASSES[drawn.labels[number]]}, {sizes[number]:.0f} px": drawn.images[number]
        for number in DIGITS
    }

"""From pictures to named classes: a network with its weights, its preparation and its classes' names."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.network import Network
from inception_lab.architecture.stored import network_from_data
from inception_lab.checks import in_a_line, one_of, positive_integer
from inception_lab.model.backend import PRECISIONS, dtype_policy, keras
from inception_lab.model.build import build
from inception_lab.model.data.augment import GREY, SPREAD, Window
from inception_lab.model.data.photos import Picture
from inception_lab.model.data.preparation import Floats, Preparation, central_part, rgb
from inception_lab.model.pretrained.bvlc import (
    class_names,
    download_class_names,
    find_weights,
    with_weights,
)
from inception_lab.model.pretrained.download import cache_folder
from inception_lab.model.training.run import AVERAGED, BEST, RunDirectory

BATCH = 32
MOST_PIXELS = 32_767  # of a side that OpenCV resizes to


@dataclass(frozen=True)
class Prediction:
    """A class, and how likely it is.

    Attributes:
        index: Of the class.
        label: Its name.
        probability: From 0 to 1.
    """

    index: int
    label: str
    probability: float


@dataclass(frozen=True)
class Classifier:
    """A network that is ready for pictures.

    Attributes:
        model: In Keras, from prepared pictures to probabilities `(batch, classes)`.
        prepare: Makes what the network takes of RGB pictures.
        classes: Names of the classes.
        network: The network as a spec.
        name: What to call it in figures.
    """

    model: Any = field(repr=False)
    prepare: Preparation
    classes: tuple[str, ...] = field(repr=False)
    network: Network = field(repr=False)
    name: str

    def probabilities(self, *pictures: Any) -> npt.NDArray[np.float64]:
        """Return each picture's class probabilities.

        Args:
            *pictures: Arrays, pictures of Pillow's or files' names, as `lab.data.rgb` takes them.

        Returns:
            `(count, classes)`.
        """
        found = []
        for start in range(0, len(pictures), BATCH):
            batch = self.prepare(*pictures[start : start + BATCH])
            found.append(keras.ops.convert_to_numpy(self.model.predict_on_batch(batch)))
        return np.concatenate(found).astype(np.float64)

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


@dataclass(frozen=True)
class RunPreparation(Preparation):
    """What `inception-lab train` does to pictures: cut, stored small, resized on the device.

    Attributes:
        stored: `(height, width)` that the run's pictures were stored at.
    """

    stored: tuple[int, int] = (64, 64)

    def __call__(self, *pictures: Any) -> Floats:
        """Return pictures as the network takes them; see `Preparation`."""
        batch = np.stack([self.resized(picture) for picture in pictures])
        window = Window(self.height, self.width, centre=self.background)
        return np.asarray(keras.ops.convert_to_numpy(window(batch)), np.float32)

    def resized(self, picture: Any) -> Picture:
        """Return a picture as the run's data set stores them, uint8 `(*stored, 3)`."""
        return central_part(rgb(picture), *self.stored)


def classifier(
    weights: str | Path | None = None,
    *,
    run: str | Path | None = None,
    precision: str = "float32",
    download: bool = True,
) -> Classifier:
    """Return BVLC's GoogLeNet, or what the reader trained.

    Args:
        weights: BVLC's ONNX file or a folder with it; by default what `pretrained.find_weights` finds.
        run: Directory of a run of `inception-lab train`, instead.
        precision: `"float32"`, `"bfloat16"` or `"float16"`.
        download: Whether the weights may be downloaded if they are not here.

    Raises:
        ValueError: If there is nothing usable there, or both are given.
        ModuleNotFoundError: Without the package `onnx`, which reads the weights.
    """
    one_of("precision", precision, tuple(PRECISIONS))
    if run is not None:
        if weights is not None:
            raise ValueError("Only one of `weights` and `run` can be used. Received: both.")
        return _of_run(Path(run), precision)
    file = find_weights(weights, download=download)
    names = class_names(file)
    if download and file.parent == cache_folder() and names[0] == "0":
        download_class_names()
        names = class_names(file)
    return Classifier(with_weights(file, precision), Preparation(), names, googlenet(), "BVLC GoogLeNet")


def _of_run(place: Path, precision: str) -> Classifier:
    config = RunDirectory(place).config()
    try:
        network = network_from_data(config["network"])
        classes = tuple(map(str, config["data"]["classes"]))
        tall, wide = (positive_integer("picture_shape", side) for side in config["picture_shape"][:2])
        if max(tall, wide) > MOST_PIXELS:
            raise ValueError(f"pictures of {tall:g} × {wide:g} pixels")
        red, green, blue = map(float, (config.get("start") or {"centre": GREY})["centre"])
        if (shape := network.output_shapes()["main"]) != (len(classes),):
            raise ValueError(f"{len(classes)} classes for an output of shape {shape}")
        with dtype_policy(PRECISIONS[precision]):
            model = build(network)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"`run` must be a directory that `inception-lab train` wrote. Received: {place}, whose "
            f"config.json is of something else ({in_a_line(error)})."
        ) from error
    file = next((place / name for name in (AVERAGED, BEST) if (place / name).exists()), None)
    if file is None:
        raise ValueError(f"`run` must hold weights, one epoch's at least. Received: {place}, without any.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras warns where it leaves a layer as it was
            model.load_weights(file)
    except Exception as error:  # what HDF5 and Keras raise is theirs to choose
        raise ValueError(f"A run's weights must be whole. Received: {file} ({in_a_line(error)}).") from error
    scores = model.output["main"] if isinstance(model.output, dict) else model.output
    model = keras.Model(model.input, keras.layers.Softmax(dtype="float32", name="probabilities")(scores))
    height, width = network.input_shape[:2]
    prepare = RunPreparation(height, width, "crop", "RGB", (red, green, blue), SPREAD, stored=(tall, wide))
    return Classifier(model, prepare, classes, network, place.name)

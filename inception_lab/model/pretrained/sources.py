"""`lab.classifier`, the one door to a trained network: BVLC's, the project's small one, or the reader's."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.small import googlenet_digits
from inception_lab.architecture.stored import network_from_data
from inception_lab.checks import in_a_line, one_of, positive_integer, short
from inception_lab.model.backend import PRECISIONS, as_array, dtype_policy
from inception_lab.model.build import build
from inception_lab.model.classifier import Classifier, with_probabilities
from inception_lab.model.data.augment import GREY, SPREAD, Window
from inception_lab.model.data.digits import CLASSES, SIDE, draw
from inception_lab.model.data.photos import MOST, Picture, central_part
from inception_lab.model.data.preparation import Floats, Preparation, rgb
from inception_lab.model.download import cache_folder
from inception_lab.model.pretrained import bvlc
from inception_lab.model.training.run import AVERAGED, BEST, CONFIG, RunDirectory
from inception_lab.resources import data_path

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


@dataclass(frozen=True)
class RunPreparation(Preparation):
    """What `inception-lab train` does to pictures: cut, stored small, resized on the device."""

    stored: tuple[int, int] = (64, 64)  # `(height, width)` that the run's pictures were stored at

    def __call__(self, *pictures: Any) -> Floats:
        """Return pictures as the network takes them; see `Preparation`."""
        batch = np.stack([self.resized(picture) for picture in pictures])
        window = Window(self.height, self.width, centre=self.background)
        return np.asarray(as_array(window(batch)), np.float32)

    def resized(self, picture: Any) -> Picture:
        """Return a picture as the run's data set stores them, uint8 `(*stored, 3)`."""
        return central_part(rgb(picture), *self.stored)


def classifier(
    source: str | Path | None = None, *, download: bool = False, precision: str = "float32"
) -> Classifier:
    """Return a trained network that is ready for pictures.

    Args:
        source: `"bvlc"`: GoogLeNet as BVLC trained it on ImageNet, from the file that
            `$INCEPTION_LAB_WEIGHTS` names or the cache. `"digits"`: the small network that comes with the
            project, trained on scaled digits. A file of BVLC's weights or a folder with it. A directory
            that `inception-lab train` wrote (one called `bvlc` or `digits` as a `Path`). By default BVLC's
            network if its weights are here, else the small one.
        download: Whether BVLC's weights may be downloaded, 28 MB, if they are not here.
        precision: `"float32"`, or `"bfloat16"` or `"float16"`: where the hardware has it, batches take a
            third to a half of the time, and probabilities are off by a hundredth at most.

    Raises:
        ValueError: If there is nothing usable.
        ModuleNotFoundError: Without the package `onnx`, which reads BVLC's weights.

    Example:
        >>> import inception_lab as lab
        >>> lab.classifier("digits").about
        'a small GoogLeNet, trained on scaled digits: pictures of 64×64 pixels, 10 classes'
    """
    one_of("precision", precision, tuple(PRECISIONS))
    if not isinstance(source, str | Path | None) or source == "":
        raise _no_source(f"source={short(source)}")
    file = bvlc.find_weights(download=download) if source in (None, "bvlc") else None
    with dtype_policy(PRECISIONS[precision]):
        if file:
            return _bvlc(file, download)
        if source == "bvlc":
            raise ValueError(
                f"BVLC's weights must be here. Received: none; {bvlc.WEIGHTS} may name the file "
                f"{bvlc.BVLC.name}, and `inception-lab classify` downloads it to {cache_folder()}."
            )
        if source is None or source == "digits":
            return _digits()
        place = Path(source).expanduser()
        if not place.exists():
            raise _no_source(f"{place}, not found")
        if place.is_dir() and not any(place.glob("*.onnx")):
            return _of_run(place)
        return _bvlc(bvlc.weights_in("`source`", place), download)


def _no_source(received: str) -> ValueError:
    return ValueError(
        "`source` must be 'bvlc', 'digits', a file of weights, a folder with one or a run's directory. "
        f"Received: {received}."
    )


def _bvlc(file: Path, download: bool) -> Classifier:
    names = bvlc.class_names(file)
    if download and file.parent == cache_folder() and names[0] == "0":
        bvlc.download_class_names()
        names = bvlc.class_names(file)
    about = "BVLC's GoogLeNet, trained on ImageNet: photographs of 224×224 pixels, 1,000 classes"
    model = bvlc.bvlc_googlenet(file)
    return Classifier(model, Preparation(), names, googlenet(), "BVLC GoogLeNet", about, _photographs)


def _digits() -> Classifier:
    """Return the small network that comes with the project; `data/README.md` says how it was trained."""
    network = googlenet_digits()
    model = build(network)
    model.load_weights(data_path(STORED))
    prepare = Preparation(SIDE, SIDE, "crop", "RGB", GREY, SPREAD)
    about = "a small GoogLeNet, trained on scaled digits: pictures of 64×64 pixels, 10 classes"
    model = with_probabilities(model)
    return Classifier(model, prepare, CLASSES, network, "small GoogLeNet", about, _drawn_digits)


def _of_run(place: Path) -> Classifier:
    if not (place / CONFIG).exists():
        raise ValueError(
            f"`source` must be a run's directory, with {CONFIG}, or a folder with one file *.onnx. "
            f"Received: {place}, with neither."
        )
    config = RunDirectory(place).config()
    try:
        network = network_from_data(config["network"])
        classes = tuple(map(str, config["data"]["classes"]))
        tall, wide = (positive_integer("picture_shape", side) for side in config["picture_shape"][:2])
        if max(tall, wide) > MOST:
            raise ValueError(f"pictures of {tall:g} × {wide:g} pixels")
        red, green, blue = map(float, (config.get("start") or {"centre": GREY})["centre"])
        if (shape := network.output_shapes()["main"]) != (len(classes),):
            raise ValueError(f"{len(classes)} classes for an output of shape {shape}")
        model = build(network)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"A run's directory must be one that `inception-lab train` wrote. Received: {place}, whose "
            f"{CONFIG} is of something else ({in_a_line(error)})."
        ) from error
    file = next((place / name for name in (AVERAGED, BEST) if (place / name).exists()), None)
    if file is None:
        raise ValueError(
            f"A run's directory must hold weights, one epoch's at least. Received: {place}, without any."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras warns where it leaves a layer as it was
            model.load_weights(file)
        if not all(np.isfinite(weights).all() for weights in model.get_weights()):
            raise ValueError("not all are finite numbers")
    except Exception as error:  # what HDF5 and Keras raise is theirs to choose
        raise ValueError(f"A run's weights must be whole. Received: {file} ({in_a_line(error)}).") from error
    height, width = network.input_shape[:2]
    prepare = RunPreparation(height, width, "crop", "RGB", (red, green, blue), SPREAD, stored=(tall, wide))
    name = place.resolve().name
    about = f"{network.name} of the run {name}: pictures of {wide}×{tall} pixels, {len(classes):,} classes"
    return Classifier(with_probabilities(model), prepare, classes, network, name, about)


def _photographs() -> Mapping[str, Picture]:
    import skimage.data

    return {name: np.ascontiguousarray(getattr(skimage.data, stored)()) for name, stored in PHOTOS.items()}


def _drawn_digits() -> Mapping[str, Picture]:
    drawn = draw("test", max(DIGITS) + 1)
    sizes = np.zeros(len(drawn)) if drawn.sizes is None else drawn.sizes
    return {
        f"a {CLASSES[drawn.labels[number]]}, {sizes[number]:.0f} px": drawn.images[number]
        for number in DIGITS
    }

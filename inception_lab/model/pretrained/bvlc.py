"""GoogLeNet with the weights that BVLC trained on ImageNet, free to use, and what belongs to them.

Reference:
    S. Guadarrama, BVLC GoogLeNet, github.com/BVLC/caffe/tree/master/models/bvlc_googlenet ("released
    for unrestricted use"); ONNX's model zoo, googlenet-9.
"""

import json
import os
from pathlib import Path
from typing import Any

from inception_lab.architecture.googlenet import googlenet
from inception_lab.model.build import build, keras_name
from inception_lab.model.classifier import with_probabilities
from inception_lab.model.download import Remote, cache_folder, cached, fetch
from inception_lab.model.pretrained.onnx_file import read_weights
from inception_lab.text import say

WEIGHTS = "INCEPTION_LAB_WEIGHTS"
ZOO = "validated/vision/classification/inception_and_googlenet/googlenet/model/googlenet-9.onnx"
BVLC = Remote(
    "googlenet-9.onnx",
    (
        f"https://huggingface.co/onnxmodelzoo/legacy_models/resolve/main/{ZOO}",
        f"https://github.com/onnx/models/raw/main/{ZOO}",
    ),
    28_020_232,
    "bd979d99d10d9acf84c5a67252bcae4992bf4e1afdab046cb0ea370e6f01ee38",
)
CLASSES = 1000
KERAS_INDEX = "imagenet_class_index.json"  # as keras.applications keeps it
SYNSETS = "synset_words.txt"


def bvlc_googlenet(file: Path) -> Any:
    """Return GoogLeNet with the weights of an ONNX file.

    Returns:
        A Keras model, `(batch, 224, 224, 3)` → `(batch, 1000)`: from what `Preparation()` makes of pictures
        (BGR, minus 104, 117 and 123) to the probabilities of the classes that `class_names` names.
    """
    network = googlenet()
    weights = read_weights(file, network)
    model = build(network, kernel_initializer="zeros")
    for layer, (kernel, bias) in weights.items():
        model.get_layer(keras_name(layer)).set_weights([kernel, bias])
    return with_probabilities(model)


def find_weights(*, download: bool = False) -> Path | None:
    """Return the file with BVLC's weights: `$INCEPTION_LAB_WEIGHTS`, a file or a folder, then the cache."""
    if place := os.environ.get(WEIGHTS):
        return weights_in(WEIGHTS, Path(place).expanduser())
    if (found := cached(BVLC)) or not download:
        return found
    try:
        return fetch(BVLC)
    except ValueError as error:
        raise ValueError(f"{error} {WEIGHTS} may name a copy of the file.") from error


def weights_in(name: str, place: Path) -> Path:
    """Return the file of weights that a file or folder holds; `name` says in errors who named it."""
    if not place.is_dir():
        if place.exists():
            return place
        raise ValueError(
            f"{name} must be a file of weights or a folder with one. Received: {place}, not found."
        )
    files = sorted(place.glob("*.onnx"))
    known = [file for file in files if file.name == BVLC.name]
    if len(known or files) != 1:
        what = "none" if not files else ", ".join(file.name for file in files)
        raise ValueError(f"{name} must be a folder with one file *.onnx. Received: {place} with {what}.")
    return (known or files)[0]


def class_names(beside: Path | None = None) -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes; the list may lie beside the weights' file.

    They come from the index that `keras.applications` keeps, or else from `synset_words.txt`, or are
    the classes' numbers where neither is at hand.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    folders = [cache_folder(), *([beside.parent] if beside else [])]
    for file in (home / KERAS_INDEX, *(folder / KERAS_INDEX for folder in folders)):
        if (names := _from_index(file)) is not None:
            return names
    for folder in reversed(folders):
        if (names := _from_synsets(folder / SYNSETS)) is not None:
            return names
    return tuple(map(str, range(CLASSES)))


def download_class_names() -> None:
    """Download the names' index beside the weights, as far as that goes; without it classes have numbers."""
    try:
        fetch(INDEX)
    except ValueError as error:
        say(f"{error} Classes are called by their numbers.")


INDEX = Remote(
    KERAS_INDEX,
    (f"https://storage.googleapis.com/download.tensorflow.org/data/{KERAS_INDEX}",),
    35_363,
    "c2c37ea517e94d9795004a39431a14cb",
    "md5",  # keras.applications publishes no other
)


def _from_index(file: Path) -> tuple[str, ...] | None:
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
        return tuple(str(index[str(number)][1]).replace("_", " ") for number in range(CLASSES))
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return None


def _from_synsets(file: Path) -> tuple[str, ...] | None:
    """Read lines such as `n04266014 space shuttle`; of several names the first counts, as in the index."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        names = tuple(line.split(" ", 1)[1].split(",")[0].strip() for line in lines if line.strip())
    except (OSError, ValueError, IndexError):
        return None
    return names if len(names) == CLASSES else None

"""CIFAR-10: 60,000 colour pictures of 32×32 pixels in ten classes.

Reference:
    A. Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.checks import in_a_line, located, seed_number
from inception_lab.model.data.dataset import Dataset, Splits, announce
from inception_lab.model.data.splitting import held_out

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE = 32
FOLDER = "INCEPTION_LAB_DATA"
FILE = "cifar10.npz"
_PARTS = ("x_train", "y_train", "x_test", "y_test")


def cifar10(*, validation: int = 1_000, seed: int = 0) -> Splits:
    """Load CIFAR-10: from `cifar10.npz` in the folder that `INCEPTION_LAB_DATA` names, else by Keras.

    Args:
        validation: Training pictures held out to choose by.
        seed: Which ones.

    Returns:
        uint8 pictures at their own 32×32; the model enlarges them, on the device.

    Raises:
        ValueError: If the file is missing, damaged or not CIFAR-10, or the download fails.
    """
    folder, seed = os.environ.get(FOLDER), seed_number(seed)
    arrays = _read(Path(folder) / FILE) if folder else _download()
    train, test = _part(arrays, "train"), _part(arrays, "test")
    if not 0 < validation < len(train):
        raise ValueError(
            f"`validation` must be between 1 and {len(train) - 1:,}, the training pictures less one. "
            f"Received: validation={validation}."
        )
    kept, out = held_out(len(train), validation / len(train), seed)
    return Splits("cifar10", train[kept], train[out], test, augmentation="flip_shift_hide")


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise ValueError(
            f"{FOLDER} must name a folder that holds {FILE} (arrays {', '.join(_PARTS)}). "
            f"Received: {path.parent}, which has none; without {FOLDER} Keras downloads the data."
        )
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            missing = [name for name in _PARTS if name not in file.files]
            if missing:
                raise ValueError(
                    f"{FILE} must hold the arrays {', '.join(_PARTS)}. "
                    f"Missing: {', '.join(missing)} (in {path})."
                )
            announce("CIFAR-10", 60_000, (SIDE, SIDE, 3))
            return {name: file[name] for name in _PARTS}
    except Exception as error:  # what zipfile, zlib and NumPy raise is theirs to choose
        if isinstance(error, ValueError) and str(error).startswith((FILE, "Pictures must fit")):
            raise
        raise ValueError(
            f"{FILE} must be a whole .npz file. Received a damaged one: {path} ({in_a_line(error)})."
        ) from error


def _download() -> Mapping[str, Any]:
    from inception_lab.model.backend import keras

    announce("CIFAR-10", 60_000, (SIDE, SIDE, 3))
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    except Exception as error:  # whatever the network, the server or the cache does
        raise ValueError(
            f"CIFAR-10 could not be downloaded. Put {FILE} (arrays {', '.join(_PARTS)}) into a folder "
            f"and set {FOLDER} to it, or train on scaled-digits, which need no download. "
            f"Received: {error}"
        ) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _part(arrays: Mapping[str, Any], part: str) -> Dataset:
    images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE, 3):
        raise ValueError(
            f"`x_{part}` of {FILE} must be uint8 of shape (count, 32, 32, 3). "
            f"Received: {images.dtype} of shape {images.shape}."
        )
    if labels.size != len(images):
        raise ValueError(
            f"`y_{part}` of {FILE} must hold a label for each of {len(images):,} pictures. "
            f"Received: shape {labels.shape}."
        )
    with located(f"in the {part} part of {FILE}"):
        return Dataset(images, labels.reshape(-1), CLASSES)

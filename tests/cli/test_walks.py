"""Through how many files the value of an option of `train` is handed, until the first step learns from it."""

import json
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from PIL import Image

import inception_lab as lab
from inception_lab.architecture.stored import network_to_data
from inception_lab.cli.main import main
from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier, Start
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.training.recipes import Recipe

PACKAGE = Path(lab.__file__).parent.as_posix() + "/"
RATE = 0.0123
MOST = {"--learning-rate": 10, "--from": 10, "--dataset": 11}  # files; CONTRIBUTING says why so many


class FirstStepError(Exception):
    """Raised where training would begin."""


def inside(value: Any, is_it: Callable[[Any], bool], depth: int = 4) -> bool:
    """Whether a value is what is followed, or holds it."""
    held: Iterable[Any] = ()
    if isinstance(value, dict | list | tuple):
        held = value.values() if isinstance(value, dict) else value
    elif type(value).__module__.startswith(("inception_lab.", "argparse")):
        held = getattr(value, "__dict__", {}).values()
    return is_it(value) or (depth > 0 and any(inside(each, is_it, depth - 1) for each in held))


def handed_through(run: Callable[[], Any], followed: dict[str, Callable[[Any], bool]]) -> dict[str, set[str]]:
    """The files of functions that have what is followed in hand: an argument, a local variable, a result."""
    found: dict[str, set[str]] = {name: set() for name in followed}

    def note(frame: FrameType, event: str, result: Any) -> None:
        file = frame.f_code.co_filename
        if file.startswith(PACKAGE) and event in ("call", "return") and frame.f_code.co_name != "<module>":
            for name, is_it in followed.items():
                if file not in found[name] and inside([*frame.f_locals.values(), result], is_it):
                    found[name].add(file)

    sys.setprofile(note)
    try:
        with suppress(FirstStepError):
            run()
            raise AssertionError("Training must begin.")
    finally:
        sys.setprofile(None)
    return {name: {file.removeprefix(PACKAGE) for file in files} for name, files in found.items()}


def is_rate(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype == np.float32 and bool((value == np.float32(RATE)).any())
    return isinstance(value, Recipe) or (isinstance(value, float) and value == RATE)


def below(folder: Path, *kinds: type) -> Callable[[Any], bool]:
    """What tells a path below a folder, and what is read of it."""
    start = str(folder)
    return lambda value: (
        isinstance(value, kinds) or (isinstance(value, str | Path) and str(value).startswith(start))
    )


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras hands NumPy 2.4 an old one
def test_no_value_is_handed_through_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = (lab.layers.Conv2D(2, 3, 4), lab.layers.GlobalAveragePool2D(), lab.layers.Dense(2, name="end"))
    network = lab.Network((16, 16, 3), lab.Sequence(*layers))
    pictures, run = tmp_path / "pictures", tmp_path / "run"
    for number in range(8):
        place = pictures / "ab"[number % 2] / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((80, 80, 3), 20 * number, np.uint8)).save(place)
    run.mkdir()
    about = {"data": {"classes": ["c", "d"]}, "picture_shape": [80, 80, 3]}
    (run / "config.json").write_text(json.dumps({"network": network_to_data(network), **about}))
    lab.build(network).save_weights(run / "best.weights.h5")

    def stop(*_: Any, **__: Any) -> None:
        raise FirstStepError

    monkeypatch.setattr(keras.Model, "fit", stop)
    options = f"--dataset {pictures} --from {run} --learning-rate {RATE} --batch-size 2 --epochs 1"
    is_picture = below(pictures, Splits, Dataset, Image.Image, BufferedReader)
    found = handed_through(
        lambda: main(["train", *options.split(), "--out", f"{tmp_path / 'out'}"]),
        {
            "--learning-rate": is_rate,
            "--from": below(run, Classifier, Start),
            "--dataset": lambda value: (
                is_picture(value)
                or (isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim > 2)
            ),
        },
    )
    assert "model/training/optimizer.py" in found["--learning-rate"]
    assert all("model/training/learner.py" in files for files in found.values())
    assert {name: sorted(files) for name, files in found.items() if len(files) > MOST[name]} == {}

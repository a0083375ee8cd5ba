"""Whatever keras.json or the session says of numbers and channels, our networks come out alike."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import LIMITS, keras
from tests.model.training.test_train import RECIPE, bright_or_dark, final, learn, tiny_network

ROOT = Path(__file__).parents[2]


def limits_now() -> list[Any]:
    readers: list[Any] = [getattr(keras.config, limit, None) for limit in LIMITS]
    return [reader and reader() for reader in readers]


def limit_all(value: int | None) -> None:
    for limit in LIMITS:
        setter: Any = getattr(keras.config, f"set_{limit}")
        setter(value)


SETTINGS: dict[str, Callable[[], Any]] = {
    "float64": lambda: keras.config.set_floatx("float64"),
    "float16": lambda: keras.config.set_floatx("float16"),
    "channels_first": lambda: keras.config.set_image_data_format("channels_first"),
    "dtype policy float64": lambda: keras.config.set_dtype_policy("float64"),
    "dtype policy float16": lambda: keras.config.set_dtype_policy("float16"),
    "limits": lambda: limit_all(1),
    "dtype policy int8": lambda: keras.config.set_dtype_policy("int8_from_float32"),
    "dtype policy float8": lambda: keras.config.set_dtype_policy("float8_from_float32"),
    "mixed": lambda: keras.config.set_dtype_policy("mixed_bfloat16"),
}


@pytest.fixture(params=SETTINGS)
def setting(request: pytest.FixtureRequest) -> Iterator[str]:
    config = keras.config
    before = config.dtype_policy(), config.floatx(), config.image_data_format()
    if request.param == "limits" and not hasattr(config, "set_max_epochs"):
        pytest.skip("this Keras has none")
    SETTINGS[request.param]()
    if request.param.startswith("float"):  # as keras.json does: the policy follows
        config.set_dtype_policy(request.param)
    limits = limits_now()
    during = config.dtype_policy().name, config.floatx(), config.image_data_format(), limits
    yield request.param
    limits = limits_now()
    assert (config.dtype_policy().name, config.floatx(), config.image_data_format(), limits) == during
    if hasattr(config, "set_max_epochs"):
        limit_all(None)
    config.set_dtype_policy(before[0])
    config.set_floatx(before[1])
    config.set_image_data_format(before[2])


@pytest.fixture(scope="module")
def usual() -> dict[str, Any]:
    return final(learn(epochs=1))


def test_training_gives_the_same_bits(setting: str, usual: dict[str, Any]) -> None:
    outcome = learn(epochs=1)
    assert len(outcome.predict(bright_or_dark().test.images)) == 12
    found = final(outcome)
    assert found.keys() == usual.keys()
    for name, value in usual.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)


@pytest.mark.parametrize("variant", ["paper", "tf_slim"])
def test_a_network_is_built_and_run(setting: str, variant: str) -> None:
    network = lab.googlenet((64, 64, 3), 10, variant=variant, width=0.1, rows={"3a": lab.TABLE_1["3a"]})
    model = lab.build(network, seed=0)
    assert {variable.dtype for variable in model.weights if "seed" not in variable.path} == {"float32"}
    pictures = np.random.default_rng(0).normal(size=(2, 64, 64, 3)).astype(np.float32)
    logits = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(model(pictures), "float32")))
    assert logits.shape == (2, 10)
    assert np.isfinite(logits).all()


def test_where_a_network_looks(setting: str) -> None:
    body = lab.Sequence(lab.layers.Conv2D(2, 3), lab.layers.GlobalAveragePool2D(), lab.layers.Dense(2))
    picture = np.random.default_rng(0).random((8, 8, 3), np.float32)
    found = lab.inside.grad_cam(lab.build(lab.Network((8, 8, 3), body), seed=3), picture, 1)
    assert found.shape == (8, 8)
    assert found.max() == 1


@pytest.mark.parametrize(
    ("backend", "line"),
    [
        ("theano", "`KERAS_BACKEND` must be one of .*, 'openvino'. Received: KERAS_BACKEND='theano'."),
        ("numpy", "`KERAS_BACKEND` must be one of .*, 'torch'. Received: KERAS_BACKEND='numpy'."),
    ],
)
def test_a_backend_that_cannot_train_is_named(backend: str, line: str) -> None:
    command = [sys.executable, "-m", "inception_lab", "train", "--epochs", "1"]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(rf"^inception-lab: {line}$", done.stderr.splitlines()[-1]), done.stderr


SESSION = """
import sys
import numpy as np
import inception_lab as lab
assert (lab.keras.config.floatx(), lab.keras.config.image_data_format()) == ("float64", "channels_first")
model = lab.keras.models.load_model(sys.argv[1])
pictures = np.load(sys.argv[2])
np.save(sys.argv[3], np.asarray(model.predict(pictures, verbose=0)["main"], np.float32))
data = lab.digits.scaled_digits(64, test=20, validation=20)
print(lab.train(data, lab.googlenet_digits(width=0.1), batch_size=16, epochs=1, progress=False).epochs)
"""


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras's own
def test_a_new_session_knows_our_layers_and_trains_whatever_keras_json_says(tmp_path: Path) -> None:
    """A whole learner is saved: batch norm, the window, the loss, the rates and the averaged optimizer."""
    learner = learn(epochs=1, recipe=replace(RECIPE, averaging=0.0), network=tiny_network()).learner
    learner.model.save(tmp_path / "model.keras")
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype(np.uint8)
    np.save(tmp_path / "pictures.npy", pictures)
    home = tmp_path / "home"
    home.mkdir()
    settings = {"floatx": "float64", "image_data_format": "channels_first"}
    (home / "keras.json").write_text(json.dumps(settings), encoding="utf-8")
    names = [str(tmp_path / name) for name in ("model.keras", "pictures.npy", "logits.npy")]
    process = subprocess.run(
        [sys.executable, "-c", SESSION, *names],
        env={**os.environ, "KERAS_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout) == (0, "1\n"), process.stderr
    np.testing.assert_allclose(np.load(names[2]), learner.predict(pictures)["main"], atol=1e-5)

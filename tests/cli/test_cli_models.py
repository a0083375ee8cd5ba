"""`inception-lab cost` on models of Keras: by name, from files, and from files that are none."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import pytest

import inception_lab as lab
from inception_lab.cli.main import main
from inception_lab.model.backend import keras

Capture = pytest.CaptureFixture[str]
layers = keras.layers
# Keras's own way to save weights meets a change of NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def model() -> Any:
    x = keras.Input((None, None, 2), name="image")
    y = layers.GlobalAveragePooling2D(name="pool")(layers.Conv2D(4, 3, name="conv")(x))
    return keras.Model(x, layers.Dense(3, name="dense")(y), name="small")


def counted(capsys: Capture, *arguments: str) -> Any:
    assert main(["cost", *arguments, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def refused(capsys: Capture, *arguments: str) -> str:
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["cost", *arguments])
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"inception-lab: [^\n]+\n", err), err
    return err.removeprefix("inception-lab: ").removesuffix("\n")


def test_networks_of_keras_applications_go_by_name(capsys: Capture) -> None:
    found = counted(capsys, "keras:MobileNetV2")
    assert (found["network"], found["macs"]) == ("mobilenetv2_1.00_224", 300_774_272)
    small = counted(capsys, "keras:MobileNetV2", "--input", "96", "--classes", "10")
    assert small["input_shape"] == [96, 96, 3]
    assert small["layers"][-1]["output_shape"] == [10]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning")
def test_saved_models_are_counted(model: Any, suffix: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / f"model{suffix}"
    model.save(file)
    found = counted(capsys, str(file), "--input", "10x12")
    assert found["macs"] == 8 * 10 * 4 * 9 * 2 + 4 * 3
    assert [layer["name"] for layer in found["layers"]] == ["conv", "pool", "dense"]


def test_unknown_operations_show_a_question_mark(tmp_path: Path, capsys: Capture) -> None:
    x = keras.Input((4, 4, 1), name="image")
    keras.Model(x, layers.UpSampling2D(2, interpolation="bicubic", name="up")(x)).save(tmp_path / "m.keras")
    assert main(["cost", str(tmp_path / "m.keras")]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^up +UpSampling2D +8×8×1 +0 +\?$", out, flags=re.MULTILINE)
    assert "Left out: 'up' (UpSampling2D): interpolation='bicubic'; 0 parameters, 0.0 % of all;" in out


def test_free_sides_are_asked_for(model: Any, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "model.keras"
    model.save(file)
    assert refused(capsys, str(file)) == (
        "`input_shape` must be given for the sides that the model leaves free: height and width of 'image'. "
        "Received: None for (None, None, 2)."
    )


def test_code_in_a_file_is_not_run(tmp_path: Path, capsys: Capture) -> None:
    x = keras.Input((4,))
    file = tmp_path / "model.keras"
    keras.Model(x, layers.Lambda(lambda x: x * 2, name="twice", output_shape=(4,))(x)).save(file)
    assert refused(capsys, str(file)) == (
        f"`{file}` must hold no Lambda layers, whose code is not run here. Received: 'twice'. If you trust "
        f"the file, count it in Python: lab.cost(keras.saving.load_model('{file}', safe_mode=False))."
    )


@keras.saving.register_keras_serializable("mine")
class Own(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        return x


def test_layers_of_ones_own_are_named(tmp_path: Path, capsys: Capture) -> None:
    x = keras.Input((4,))
    file = tmp_path / "model.keras"
    keras.Model(x, Own()(x)).save(file)
    assert refused(capsys, str(file)) == (
        f"`{file}` must hold layers of Keras or of this package. Received: Own. Import their classes in "
        f"Python, load the model with keras.saving.load_model and count it with lab.cost."
    )


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_a_saved_network_of_our_own_is_counted(suffix: str, tmp_path: Path, capsys: Capture) -> None:
    norm = lab.layers.LocalResponseNorm(name="norm")
    network = lab.Network((9, 9, 3), lab.Sequence(lab.layers.Conv2D(8, 3, name="conv"), norm))
    lab.build(network).save(tmp_path / f"own.{suffix}")
    found = counted(capsys, str(tmp_path / f"own.{suffix}"))
    assert (found["parameters"], found["macs"]) == (8 * 28, 81 * 8 * 27)


@pytest.mark.parametrize("name", ["model.weights.h5", "model.h5"])
def test_a_file_of_weights_is_told_apart(name: str, model: Any, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / name
    model.save_weights(tmp_path / "model.weights.h5")
    (tmp_path / "model.weights.h5").rename(file)
    assert refused(capsys, str(file)) == (
        f"`{file}` must be a saved model. Received: a file of weights, which holds no layers; "
        f"save the model with model.save('model.keras')."
    )


def test_a_file_of_a_newer_keras_says_so(model: Any, tmp_path: Path, capsys: Capture) -> None:
    model.save(tmp_path / "now.keras")
    file = tmp_path / "later.keras"
    with zipfile.ZipFile(tmp_path / "now.keras") as now, zipfile.ZipFile(file, "w") as later:
        config = json.loads(now.read("config.json"))
        config["config"]["layers"][1]["config"]["invented_later"] = 1
        later.writestr("config.json", json.dumps(config))
        later.writestr("metadata.json", json.dumps({"keras_version": "99.1.0"}))
    assert refused(capsys, str(file)) == (
        f"`{file}` must be a model that this Keras can read. Received: it was written by Keras 99.1.0, "
        f"newer than {keras.__version__} here."
    )


def test_other_mistakes(tmp_path: Path, capsys: Capture) -> None:
    assert refused(capsys, "none.keras") == (
        "`network` must be a known network or the file of a saved model. Received: none.keras."
    )
    file = tmp_path / "text.keras"
    file.write_text("no model")
    assert refused(capsys, str(file)) == (
        f"`{file}` must be a saved model of Keras. Received: File is not a zip file."
    )
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    assert "a file of weights" in refused(capsys, str(tmp_path / "empty.h5"))
    assert refused(capsys, "keras:ResNet50", "--variant", "v2") == "keras:ResNet50 has no option --variant."
    text = tmp_path / "a.txt"
    text.write_text("no model")
    assert refused(capsys, str(text)).startswith(f"`{text}` must be a saved model of Keras. Received: ")


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("mobilenet", " Close to it: keras:MobileNet, keras:MobileNetV2, keras:MobileNetV3Small."),
        ("resnet", " Close to it: keras:ResNet50, keras:ResNet152, keras:ResNet101."),
        ("Foo", ""),
    ],
)
def test_close_names_are_said(name: str, close: str, capsys: Capture) -> None:
    assert refused(capsys, f"keras:{name}") == (
        f"`network` must be one of Keras Applications. Received: network='keras:{name}'.{close}"
    )


def test_counting_a_file_is_counting_the_model(model: Any, tmp_path: Path, capsys: Capture) -> None:
    model.save(tmp_path / "model.keras")
    found = counted(capsys, str(tmp_path / "model.keras"), "--input", "9")
    cost = lab.cost(model, (9, 9, 2))
    assert (found["parameters"], found["macs"]) == (cost.parameters, cost.macs)

"""`lab.classifier`: which network it gives, the project's own one, its pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import inception_lab as lab
from inception_lab.model.classifier import Classifier, with_probabilities
from inception_lab.model.data import digits
from inception_lab.model.download import cache_folder
from inception_lab.model.pretrained import bvlc as weights
from inception_lab.model.pretrained import sources
from inception_lab.resources import data_path

MODULES = ("3a", "4a", "4b", "5a")


@pytest.fixture(scope="module")
def small() -> Classifier:
    return lab.classifier("digits")


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No weights: neither named nor in the cache."""
    monkeypatch.delenv(weights.WEIGHTS, raising=False)
    monkeypatch.setattr(weights, "cached", lambda remote: None)


# Which network


@pytest.mark.usefixtures("nothing_at_hand")
def test_without_weights_it_is_the_small_one(capsys: pytest.CaptureFixture[str]) -> None:
    network = lab.classifier()
    assert network.name == "small GoogLeNet"
    assert (
        network.about == "a small GoogLeNet, trained on scaled digits: pictures of 64×64 pixels, 10 classes"
    )
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("nothing_at_hand")
def test_the_environment_names_the_weights(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(weights.WEIGHTS, str(shared / "weights"))
    network = lab.classifier()
    assert network.name == "BVLC GoogLeNet"
    assert network.about.startswith("BVLC's GoogLeNet, trained on ImageNet: ")


@pytest.mark.usefixtures("nothing_at_hand")
def test_weights_that_were_asked_for_are_not_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"^`source` must be 'bvlc', .*missing, not found\.$"):
        lab.classifier(tmp_path / "missing")
    monkeypatch.setenv(weights.WEIGHTS, str(tmp_path))
    with pytest.raises(ValueError, match=r"INCEPTION_LAB_WEIGHTS must be a folder with one file"):
        lab.classifier()


@pytest.mark.usefixtures("nothing_at_hand")
def test_nothing_is_downloaded_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(remote: object) -> Path:
        raise ValueError("no network")

    monkeypatch.setattr(weights, "fetch", fetch)
    assert lab.classifier().name == "small GoogLeNet"
    with pytest.raises(ValueError, match="no network"):
        lab.classifier(download=True)


@pytest.mark.usefixtures("nothing_at_hand")
def test_weights_that_must_be_there_are_not_replaced() -> None:
    with pytest.raises(ValueError, match="must be here") as caught:
        lab.classifier("bvlc")
    assert str(caught.value) == (
        "BVLC's weights must be here. Received: none; INCEPTION_LAB_WEIGHTS may name the file "
        f"googlenet-9.onnx, and `inception-lab classify` downloads it to {cache_folder()}."
    )


@pytest.mark.parametrize("source", [3, "", b"digits", ["digits"]])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises(ValueError, match="`source` must be") as caught:
        lab.classifier(source)
    assert str(caught.value) == (
        "`source` must be 'bvlc', 'digits', a file of weights, a folder with one or a run's directory. "
        f"Received: source={source!r}."
    )


def test_a_folder_called_as_a_network_is_meant_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digits").mkdir()
    assert lab.classifier("digits").name == "small GoogLeNet"
    for place in ("./digits", Path("digits")):
        with pytest.raises(ValueError, match=r"`source` must be a run's directory, .* with neither\.$"):
            lab.classifier(place)


def test_modules_are_those_of_the_model(small: Classifier) -> None:
    assert small.modules == lab.inside.modules(small.model) == tuple(f"inception_{n}" for n in MODULES)


@pytest.mark.usefixtures("nothing_at_hand")
def test_a_picture_may_be_a_file_one_of_pillows_or_an_array(small: Classifier, tmp_path: Path) -> None:
    picture = small.samples["a 9, 54 px"]
    image = Image.fromarray(picture)
    image.save(tmp_path / "nine.png")
    expected = small.top(picture)
    for same in (str(tmp_path / "nine.png"), tmp_path / "nine.png", image):
        assert small.top(same) == expected
        np.testing.assert_array_equal(small.shrunk(same, 20), small.shrunk(picture, 20))
    with pytest.raises(ValueError, match=r"^A picture must be a file\. Received: x\.jpg, not found\.$"):
        small.top("x.jpg")
    with pytest.raises(ValueError, match=r"^A picture must be uint8 .* Received: a list\.$"):
        small.top([[1, 2], [3, 4]])


def test_a_layer_may_be_called_as_the_softmax_is() -> None:
    layers = lab.layers
    parts = (layers.GlobalAveragePool2D(), layers.Dense(2, name="probabilities"))
    model = with_probabilities(lab.build(lab.Network((4, 4, 3), lab.Sequence(*parts))))
    found = np.asarray(model(np.ones((1, 4, 4, 3), np.float32)))
    np.testing.assert_allclose(found.sum(), 1, rtol=1e-6)


# The stored weights


def test_stored_weights_are_small() -> None:
    assert data_path(sources.STORED).stat().st_size <= 1_000_000


def test_small_network_reads_digits(small: Classifier) -> None:
    drawn = digits.draw("test", 400)
    right = small.probabilities(*drawn.images).argmax(axis=1) == drawn.labels
    assert right.mean() > 0.95


def test_small_network_prepares_pictures_as_its_training_did(small: Classifier) -> None:
    from inception_lab.model.backend import keras
    from inception_lab.model.data.augment import Window

    pictures = digits.draw("test", 3).images
    expected = keras.ops.convert_to_numpy(Window(64, 64)(pictures))
    np.testing.assert_allclose(small.prepare(*pictures), expected, atol=1e-6)


# Pictures


def test_small_network_gets_one_of_its_samples_wrong(small: Classifier) -> None:
    said = {name: small.top(picture, 1)[0].label for name, picture in small.samples.items()}
    wrong = [name for name, label in said.items() if not name.startswith(f"a {label},")]
    assert len(said) == len(sources.DIGITS)
    assert wrong == ["a 9, 54 px", "a 9, 15 px"]


def test_large_network_on_its_samples(bvlc: Classifier) -> None:
    said = {name: bvlc.top(picture, 1)[0].label for name, picture in bvlc.samples.items()}
    assert said["cat"] == "Egyptian cat"
    assert said["coffee"] == "espresso"
    assert said["astronaut"] == "football helmet"  # there is no class for her
    assert bvlc.modules == tuple(f"inception_{name}" for name in lab.TABLE_1)


@pytest.mark.parametrize("side", [1, 17, 64])
def test_shrunk(small: Classifier, side: int) -> None:
    picture = small.shrunk(np.full((30, 40, 3), 255, np.uint8), side)
    assert picture.shape == (64, 64, 3)
    assert (picture == 255).all(axis=2).sum() == side**2
    assert (picture[picture != 255] == 128).all()


@pytest.mark.parametrize("side", [0, 65, 2.5])
def test_shrunk_to_a_size_that_cannot_be(small: Classifier, side: int) -> None:
    with pytest.raises(ValueError, match="`side` must be"):
        small.shrunk(np.zeros((8, 8, 3), np.uint8), side)

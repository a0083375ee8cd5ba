"""The trained network of lesson 6: BVLC's or the project's own, its weights, its pictures, and bad ports."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.data import digits
from inception_lab.model.layers import LocalResponseNormalization
from inception_lab.model.pretrained import bvlc as pretrained
from inception_lab.model.pretrained import trained
from inception_lab.model.pretrained.trained import TrainedNetwork, digits_network, misported, strongest
from inception_lab.resources import data_path


@pytest.fixture(scope="module")
def small() -> TrainedNetwork:
    return digits_network()


@pytest.fixture(scope="module")
def large(shared: Path) -> TrainedNetwork:
    return lab.trained_network(shared / "weights")


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No weights: neither named nor in the cache."""
    monkeypatch.delenv(pretrained.WEIGHTS, raising=False)
    monkeypatch.setattr(pretrained, "cached", lambda remote: None)


# Which network


@pytest.mark.usefixtures("nothing_at_hand")
def test_without_weights_it_is_the_small_one(capsys: pytest.CaptureFixture[str]) -> None:
    network = lab.trained_network()
    assert network.name == "small GoogLeNet"
    assert (
        network.about == "a small GoogLeNet, trained on scaled digits: pictures of 64×64 pixels, 10 classes"
    )
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("nothing_at_hand")
def test_the_environment_names_the_weights(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pretrained.WEIGHTS, str(shared / "weights"))
    network = lab.trained_network()
    assert network.name == "BVLC GoogLeNet"
    assert network.about.startswith("BVLC's GoogLeNet, trained on ImageNet: ")


@pytest.mark.usefixtures("nothing_at_hand")
def test_weights_that_were_asked_for_are_not_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"`path` must be a file of weights or a folder with one"):
        lab.trained_network(tmp_path / "missing")
    monkeypatch.setenv(pretrained.WEIGHTS, str(tmp_path))
    with pytest.raises(ValueError, match=r"INCEPTION_LAB_WEIGHTS must be a folder with one file"):
        lab.trained_network()


@pytest.mark.usefixtures("nothing_at_hand")
def test_nothing_is_downloaded_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(remote: object) -> Path:
        raise ValueError("no network")

    monkeypatch.setattr(pretrained, "fetch", fetch)
    assert lab.trained_network().name == "small GoogLeNet"
    with pytest.raises(ValueError, match="no network"):
        lab.trained_network(download=True)


# The stored weights


def test_stored_weights_are_small() -> None:
    assert data_path(trained.STORED).stat().st_size <= 1_000_000


def test_small_network_reads_digits(small: TrainedNetwork) -> None:
    drawn = digits.draw("test", 400)
    right = small.probabilities(*drawn.images).argmax(axis=1) == drawn.labels
    assert right.mean() > 0.95


def test_small_network_prepares_pictures_as_its_training_did(small: TrainedNetwork) -> None:
    from inception_lab.model.backend import keras
    from inception_lab.model.data.augment import Window

    pictures = digits.draw("test", 3).images
    expected = keras.ops.convert_to_numpy(Window(64, 64)(pictures))
    np.testing.assert_allclose(small.prepare(*pictures), expected, atol=1e-6)


# Pictures


def test_small_network_gets_one_of_its_samples_wrong(small: TrainedNetwork) -> None:
    said = {name: small.top(picture, 1)[0].label for name, picture in small.samples.items()}
    wrong = [name for name, label in said.items() if not name.startswith(f"a {label},")]
    assert len(said) == len(trained.DIGITS)
    assert wrong == ["a 9, 54 px", "a 9, 15 px"]


def test_large_network_on_its_samples(large: TrainedNetwork) -> None:
    said = {name: large.top(picture, 1)[0].label for name, picture in large.samples.items()}
    assert said["cat"] == "Egyptian cat"
    assert said["coffee"] == "espresso"
    assert said["astronaut"] == "football helmet"  # there is no class for her
    assert large.modules == tuple(f"inception_{name}" for name in lab.TABLE_1)


@pytest.mark.parametrize("side", [1, 17, 64])
def test_shrunk(small: TrainedNetwork, side: int) -> None:
    picture = small.shrunk(np.full((30, 40, 3), 255, np.uint8), side)
    assert picture.shape == (64, 64, 3)
    assert (picture == 255).all(axis=2).sum() == side**2
    assert (picture[picture != 255] == 128).all()


@pytest.mark.parametrize("side", [0, 65, 2.5])
def test_shrunk_to_a_size_that_cannot_be(small: TrainedNetwork, side: int) -> None:
    with pytest.raises(ValueError, match="`side` must be"):
        small.shrunk(np.zeros((8, 8, 3), np.uint8), side)


def test_first_filters_show_reds_as_red(small: TrainedNetwork) -> None:
    model = lab.keras.models.clone_model(small.model)
    layer = trained.first_convolution(model)
    kernel = np.zeros(layer.kernel.shape, np.float32)
    kernel[:, :, 0, 0] = 1
    layer.set_weights([kernel, *layer.get_weights()[1:]])
    cell = slice(0, trained.CELL)
    orders: dict[Literal["RGB", "BGR"], list[int]] = {"RGB": [255, 0, 0], "BGR": [0, 0, 255]}
    for channels, colour in orders.items():
        prepare = replace(small.prepare, channels=channels)
        mosaic = replace(small, model=model, prepare=prepare).first_filters()
        assert (mosaic[cell, cell] == colour).all()
        assert mosaic.shape == (4 * (trained.CELL + 2), 4 * (trained.CELL + 2), 3)


def test_strongest_channels_come_first() -> None:
    maps = np.zeros((2, 2, 4), np.float32)
    maps[1, 0] = [3, 9, 0, 5]
    found = strongest(maps, 3)
    assert list(found) == ["channel 1", "channel 3", "channel 0"]
    assert found["channel 3"].tolist() == [[0, 0], [5, 0]]


# Bad ports


def test_mistakes_that_can_be_made_with_the_small_network(small: TrainedNetwork) -> None:
    found = misported(small)
    assert list(found) == ["BGR instead of RGB", "values from 0 to 1"]
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[..., 0] = 255
    swapped = found["BGR instead of RGB"].prepare(picture)
    assert (swapped == small.prepare(picture)[..., ::-1]).all()
    assert found["values from 0 to 1"].prepare(picture)[0, 0, 0].tolist() == [1, 0, 0]


def test_mistakes_that_can_be_made_with_the_large_network(large: TrainedNetwork) -> None:
    found = misported(large)
    assert list(found) == [
        "RGB instead of BGR",
        "values from 0 to 1",
        "LRN's alpha not divided by 5",
        "conv1 padded as 'same'",
    ]
    alphas = {
        layer.alpha
        for layer in found["LRN's alpha not divided by 5"].model.layers
        if isinstance(layer, LocalResponseNormalization)
    }
    assert [round(alpha, 9) for alpha in alphas] == [1e-4]
    coffee = large.samples["coffee"]
    index = large.top(coffee, 1)[0].index
    wrong = {what: float(network.probabilities(coffee)[0, index]) for what, network in found.items()}
    assert wrong["values from 0 to 1"] < 0.01
    assert len({round(value, 6) for value in (*wrong.values(), large.top(coffee, 1)[0].probability)}) == 5


def test_conv1_padded_as_same_is_tensorflows_same(large: TrainedNetwork) -> None:
    keras = lab.keras
    wrong = misported(large)["conv1 padded as 'same'"].model
    values = large.prepare(large.samples["cat"])
    right = trained.first_convolution(large.model)
    same = keras.layers.Conv2D(64, 7, 2, padding="same", activation=right.activation)
    same.build(values.shape)
    same.set_weights(right.get_weights())
    found = keras.Model(wrong.input, trained.first_convolution(wrong).output)(values)
    np.testing.assert_allclose(np.asarray(found), np.asarray(same(values)), atol=1e-3)

"""Gradient ascent on channels whose favourite picture is known."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import Conv2D, Dense, GlobalAveragePool2D, MaxPool2D
from inception_lab.model.data.preparation import Preparation
from inception_lab.model.inside.dreams import dream

PREPARE = Preparation(32, 32, channels="RGB", mean=(128, 128, 128), scale=64)
LITTLE: dict[str, Any] = {"steps": 6, "octaves": 2, "side": 48}


@pytest.fixture(scope="module")
def model() -> Any:
    """Channel 0 answers to red less green, channel 1 to a step from dark to bright."""
    layers = (
        Conv2D(2, 3, activation="relu", name="first"),
        MaxPool2D(2, strides=2, name="pool"),
        Conv2D(3, 1, activation="relu", name="second"),
        GlobalAveragePool2D(name="mean"),
        Dense(2, name="classifier"),
    )
    built = lab.build(lab.Network((32, 32, 3), lab.Sequence(*layers)), seed=1)
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[1, 1, :2, 0] = 1, -1
    kernel[1, 0, :, 1], kernel[1, 2, :, 1] = -1, 1
    built.get_layer("first").set_weights([kernel, np.array([-10, 0])])  # a ReLU that is shut at first
    return built


def test_a_colour_is_found(model: Any) -> None:
    found = dream(model, PREPARE, "first", 0, rate=20.0, **LITTLE)
    red, green, blue = found.picture.reshape(-1, 3).mean(axis=0)
    assert (red, green) == (255, 0)
    assert 120 < blue < 136  # noise around the mean: nothing pulls at it
    assert found.answers[-1] == pytest.approx((255 - 0) / 64 - 10, abs=1e-4)


def test_answers_rise_within_an_octave(model: Any) -> None:
    answers = dream(model, PREPARE, "first", 0, **LITTLE).answers
    assert len(answers) == 2 * 6 + 1
    assert answers[0] < answers[5]
    assert answers[6] < answers[12]


def test_colours_in_the_other_order_are_put_back(model: Any) -> None:
    """For a network that takes BGR, its first channel is blue."""
    prepare = Preparation(32, 32, channels="BGR", mean=(128, 128, 128), scale=64)
    red, green, blue = (
        dream(model, prepare, "first", 0, rate=20.0, **LITTLE).picture.reshape(-1, 3).mean(axis=0)
    )
    assert (blue, green) == (255, 0)
    assert 120 < red < 136


def test_the_same_seed_gives_the_same_picture(model: Any) -> None:
    one, same, other = (dream(model, PREPARE, "second", 0, seed=seed, **LITTLE) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.picture, same.picture)
    assert one.answers == same.answers
    assert (one.picture != other.picture).any()


def test_a_photograph_keeps_its_shape_and_most_of_its_look(model: Any) -> None:
    photo = lab.pictures.photo("chelsea")[:60, :90]
    found = dream(model, PREPARE, "second", start=photo, steps=2, octaves=2, rate=1.0)
    assert found.picture.dtype == np.uint8
    assert found.picture.shape == photo.shape
    assert 0 < np.abs(found.picture.astype(int) - photo).mean() < 8


@pytest.mark.parametrize("shape", [(16, 16), (20, 90), (90, 20), (31, 64)])
def test_a_small_picture_keeps_its_shape(model: Any, shape: tuple[int, int]) -> None:
    start = np.full((*shape, 3), 128, np.uint8)
    assert dream(model, PREPARE, "first", 0, start=start, steps=1).picture.shape == start.shape
    if shape == (16, 16):
        assert dream(model, PREPARE, "first", 0, side=16, steps=1).picture.shape == start.shape


def test_a_grey_start_gets_colours(model: Any) -> None:
    start = np.full((40, 40), 128, np.uint8)
    assert dream(model, PREPARE, "first", 0, start=start, steps=1, octaves=1).picture.shape == (40, 40, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "third"}, r"`path` must be that of a layer, such as .*\. Received: 'third'\."),
        ({"path": "mean"}, r"`path` must be that of a layer with maps\. Received: 'mean'\."),
        ({"channel": 2}, r"`channel` must be from 0 to 1 \(at 'first'\)\. Received: 2\."),
        ({"channel": "1"}, r"`channel` must be from 0 to 1 \(at 'first'\)\. Received: '1'\."),
        ({"channel": 1.0}, r"`channel` must be from 0 to 1 \(at 'first'\)\. Received: 1\.0\."),
        ({"steps": 0}, r"`steps` must be a positive integer\. Received: steps=0\."),
        ({"rate": float("nan")}, r"`rate` must be a finite int or float\. Received: rate=nan\."),
        ({"rate": 1e300}, r"`rate` must be above 0, at most 255\. Received: rate=1e\+300\."),
        ({"rate": "quick"}, r"`rate` must be a finite int or float\. Received: rate='quick'\."),
        ({"seed": -1}, r"`seed` must be a whole number from 0 to 2147483647\. Received: seed=-1\."),
        ({"path": 3}, r"`path` must be that of a layer, such as .*\. Received: 3\."),
    ],
)
def test_mistakes_are_named(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        dream(model, PREPARE, **{"path": "first", "channel": 0, **options})


@pytest.mark.parametrize("side", [1, 6, 8, 16, 26])
def test_a_picture_that_a_layer_makes_nothing_of_is_refused(side: int) -> None:
    """A window that does not fit ended the whole process, in TensorFlow."""
    layers = (
        Conv2D(3, 7, 2, padding="valid", name="a"),
        MaxPool2D(3, 2, padding="valid"),
        Conv2D(3, 5, padding="valid", name="b"),
    )
    valid = lab.build(lab.Network((64, 64, 3), lab.Sequence(*layers)), seed=0)
    message = rf"^The picture must fit all layers .*\. Received: {side}×{side} pixels \(at 'b'\)\.$"
    with pytest.raises(ValueError, match=message):
        dream(valid, PREPARE, "b", 0, side=side, steps=1, octaves=1)


def test_a_network_of_no_numbers_dreams_of_nothing(model: Any) -> None:
    broken = lab.keras.models.clone_model(model)
    broken.set_weights([array * np.nan for array in model.get_weights()])
    with pytest.raises(
        ValueError, match=r"^What a network computes must be finite numbers\. Received: nan\.$"
    ):
        dream(broken, PREPARE, "first", 0, **LITTLE)


def test_googlenet_dreams_at_another_size_than_its_own(bvlc: Any) -> None:
    found = dream(bvlc.model, bvlc.prepare, "inception_3a/5x5", 2, side=96, steps=4, octaves=1)
    assert found.picture.shape == (96, 96, 3)
    assert found.answers[-1] > found.answers[0] + 20

"""Where a network looks, on a network made by hand: it sees nothing but red and green."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import Activation, Conv2D, Dense, GlobalAveragePool2D
from inception_lab.model.inside.attention import enlarged, grad_cam, occlusion

SIDE = 24
GAIN = 10.0


@pytest.fixture(scope="module")
def model() -> Any:
    """Two classes, red and green: each class's score is 10 × the mean of its colour."""
    layers = (
        Conv2D(3, 1, activation="relu", name="colours"),
        GlobalAveragePool2D(name="mean"),
        Dense(2, name="classifier"),
        Activation("softmax", name="prob"),
    )
    built = lab.build(lab.Network((SIDE, SIDE, 3), lab.Sequence(*layers)), softmax=True)
    built.get_layer("colours").set_weights([np.eye(3)[None, None], np.zeros(3)])
    built.get_layer("classifier").set_weights([GAIN * np.eye(3)[:, :2], np.zeros(2)])
    return built


@pytest.fixture(scope="module")
def picture() -> Any:
    """A red square of 8×6 pixels at the top left, a green one of 4×4 at the bottom right."""
    drawn = np.zeros((SIDE, SIDE, 3), np.float32)
    drawn[2:10, 3:9, 0] = 1
    drawn[16:20, 18:22, 1] = 1
    return drawn


def probability_of_red(picture: Any) -> float:
    red, green = (GAIN * float(picture[..., channel].mean()) for channel in (0, 1))
    return float(1 / (1 + np.exp(green - red)))


def test_grad_cam_shows_the_red_square_for_red(model: Any, picture: Any) -> None:
    np.testing.assert_allclose(grad_cam(model, picture, 0), picture[..., 0], atol=1e-6)


def test_grad_cam_shows_the_green_square_for_green(model: Any, picture: Any) -> None:
    np.testing.assert_allclose(grad_cam(model, picture, 1, "colours"), picture[..., 1], atol=1e-6)


def test_grad_cam_takes_scores_not_probabilities(model: Any, picture: Any) -> None:
    """With probabilities a certain answer would have no gradient."""
    bare = lab.build(lab.Network((SIDE, SIDE, 3), lab.Sequence(Conv2D(3, 1, name="colours"))))
    assert bare.output_shape[1:3] == (SIDE, SIDE)
    np.testing.assert_allclose(grad_cam(model, 1000 * picture, 0), picture[..., 0], atol=1e-6)


def test_grad_cam_of_nothing_is_nothing(model: Any) -> None:
    assert not grad_cam(model, np.zeros((SIDE, SIDE, 3), np.float32), 0).any()


def test_occlusion_is_the_drop_of_the_probability(model: Any, picture: Any) -> None:
    found = occlusion(model, picture, 0, side=6, step=3)
    assert found.tops == found.lefts == (0, 3, 6, 9, 12, 15, 18)
    assert found.probability == pytest.approx(probability_of_red(picture), abs=1e-6)
    for row, top in enumerate(found.tops):
        for column, left in enumerate(found.lefts):
            covered = picture.copy()
            covered[top : top + 6, left : left + 6] = 0
            drop = probability_of_red(picture) - probability_of_red(covered)
            assert found.drop[row, column] == pytest.approx(drop, abs=1e-6)
    assert found.drop[5, 6] < 0  # without green, red is likelier


def test_the_map_of_occlusion_is_the_mean_of_the_squares_over_a_pixel(model: Any, picture: Any) -> None:
    found = occlusion(model, picture, 0, side=6, step=3)
    assert found.map.shape == (SIDE, SIDE)
    assert found.map[0, 0] == pytest.approx(found.drop[0, 0])
    assert found.map[4, 4] == pytest.approx(found.drop[:2, :2].mean())  # squares from 0 and 3 cover pixel 4
    row, column = np.unravel_index(np.argmax(found.map), found.map.shape)
    assert picture[row, column, 0] == 1


@pytest.mark.parametrize(("side", "step"), [(24, 5), (7, 7), (5, 4), (1, 24)])
def test_squares_reach_every_edge(model: Any, picture: Any, side: int, step: int) -> None:
    found = occlusion(model, picture, 0, side=side, step=step, batch_size=7)
    assert (found.tops[0], found.tops[-1]) == (0, SIDE - side)
    assert all(0 < b - a <= step for a, b in zip(found.tops, found.tops[1:], strict=False))


def test_what_covers_may_be_chosen(model: Any, picture: Any) -> None:
    assert occlusion(model, picture, 0, side=24, step=1, fill=1.0).drop[0, 0] == pytest.approx(
        probability_of_red(picture) - 0.5, abs=1e-6
    )


def test_a_map_is_enlarged_between_its_places() -> None:
    found = enlarged(np.array([[0.0, 1.0]]), (1, 8))
    np.testing.assert_allclose(found[0], [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1])


@pytest.mark.parametrize("label", [-1, 2, True])
def test_a_class_that_is_not_there_is_refused(model: Any, picture: Any, label: Any) -> None:
    message = f"^`label` must be a class, from 0 to 1. Received: label={label}.$"
    with pytest.raises(ValueError, match=message):
        grad_cam(model, picture, label)
    with pytest.raises(ValueError, match=message):
        occlusion(model, picture, label, side=8)


def test_squares_and_layers_that_do_not_fit_are_refused(model: Any, picture: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^`side` must fit into the picture of 24×24 pixels\. Received: side=25"
    ):
        occlusion(model, picture, 0, side=25)
    with pytest.raises(
        ValueError, match=r"^`layer` must put out maps\. Received: 'mean', with shape \(3,\)\.$"
    ):
        grad_cam(model, picture, 0, "mean")
    with pytest.raises(ValueError, match=r"^`path` must be that of a layer, such as .*Received: 'nose'\.$"):
        grad_cam(model, picture, 0, "nose")


def test_the_cat_is_where_the_network_looks(bvlc: Any) -> None:
    """On scikit-image's cat the face fills the middle; the corners are blanket and dark."""
    prepared = bvlc.prepare(lab.pictures.photo("chelsea"))[0]
    cam = grad_cam(bvlc.model, prepared, 285)
    assert cam.shape == (7, 7)
    assert cam[1:5, 1:5].mean() > 2 * max(cam[0, 0], cam[0, 6], cam[6, 6])

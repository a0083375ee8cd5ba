"""Where a network looks, on a network made by hand: it sees nothing but red and green."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

import inception_lab as lab
from inception_lab.architecture.layers import Activation, Conv2D, Dense, GlobalAveragePool2D
from inception_lab.model.backend import keras
from inception_lab.model.inside.attention import grad_cam

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


def test_grad_cam_of_a_branchs_layer_goes_through_what_comes_after() -> None:
    """One branch sees red, the other green; both are joined, and the classifier weighs them."""
    branches = lab.Parallel(Conv2D(1, 1, name="left"), Conv2D(1, 1, name="right"), name="module")
    body = lab.Sequence(branches, GlobalAveragePool2D(name="mean"), Dense(2, name="classifier"))
    built = lab.build(lab.Network((4, 4, 3), body))
    for number, name in enumerate(("module_left", "module_right")):
        built.get_layer(name).set_weights([np.eye(3, dtype=np.float32)[None, None, :, [number]], np.zeros(1)])
    built.get_layer("classifier").set_weights([np.array([[1.0, -1.0], [2.0, 3.0]]), np.zeros(2)])
    picture = np.random.default_rng(0).random((4, 4, 3)).astype(np.float32)
    red, green = picture[..., 0] / picture[..., 0].max(), picture[..., 1] / picture[..., 1].max()
    np.testing.assert_allclose(grad_cam(built, picture, 0, "module/left"), red, rtol=1e-5)
    np.testing.assert_allclose(grad_cam(built, picture, 1, "module/right"), green, rtol=1e-5)
    assert not grad_cam(built, picture, 1, "module/left").any()  # red speaks against the second class


def test_a_layer_that_leads_to_no_score_is_refused(bvlc: Any) -> None:
    heads = lab.build(lab.googlenet((96, 96, 3), 5, auxiliary=("4a",), width=1 / 8))
    with pytest.raises(ValueError, match=r"^`path` must be that of a layer, .*Received: 'loss1/conv'\.$"):
        grad_cam(heads, np.zeros((96, 96, 3), np.float32), 0, "loss1/conv")
    with pytest.raises(
        ValueError,
        match=r"^`picture` must be as .*, of shape \(224, 224, 3\)\. .* shape \(300, 451, 3\)\.$",
    ):
        grad_cam(bvlc.model, lab.pictures.photo("chelsea").astype(np.float32), 0)


@pytest.mark.parametrize("label", [-1, 2, True, 0.0, "red"])
def test_a_class_that_is_not_there_is_refused(model: Any, picture: Any, label: Any) -> None:
    message = f"^`label` must be a class, from 0 to 1. Received: label={label!r}.$"
    with pytest.raises(ValueError, match=message):
        grad_cam(model, picture, label)


def test_layers_without_maps_are_refused(model: Any, picture: Any) -> None:
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


# Models of Keras's own ----------------------------------------------------------------------------

PIXELS = keras.Input((SIDE, SIDE, 3), name="pixels")
MAPS = keras.layers.Conv2D(3, 1, name="maps")(PIXELS)
MEANS = keras.layers.GlobalAveragePooling2D()(MAPS)


@pytest.mark.parametrize("gain", [1.0, 1e4])
def test_a_softmax_within_the_last_layer_is_taken_off(picture: Any, gain: float) -> None:
    """As all of Keras Applications have it: with probabilities a certain answer has no gradient."""
    soft, bare = (
        keras.Model(PIXELS, keras.layers.Dense(3, activation=each)(MEANS)) for each in ("softmax", None)
    )
    soft.set_weights([gain * array for array in soft.get_weights()])
    bare.set_weights(soft.get_weights())
    for label in range(3):
        found = grad_cam(soft, picture, label)
        np.testing.assert_allclose(found, grad_cam(bare, picture, label), atol=1e-6)
        assert found.max() in (0, 1)
    assert any(grad_cam(soft, picture, label).any() for label in range(3))


def test_scores_may_be_maps_and_the_layer_the_input(picture: Any) -> None:
    whole = keras.Model(PIXELS, keras.layers.GlobalAveragePooling2D(keepdims=True)(MAPS))
    whole.set_weights([np.eye(3)[None, None], np.zeros(3)])
    for label in range(2):
        for layer in ("maps", "pixels"):
            found = grad_cam(whole, picture, label, layer)
            np.testing.assert_allclose(found, picture[..., label], atol=1e-6)


@pytest.mark.parametrize("kind", ["uint8", "int64", "list", "Pillow"])
def test_a_picture_may_be_of_any_numbers(model: Any, picture: Any, kind: str) -> None:
    whole = (255 * picture).astype(kind if "int" in kind else "uint8")
    given = {"list": whole.tolist(), "Pillow": Image.fromarray(whole.astype(np.uint8))}.get(kind, whole)
    np.testing.assert_allclose(grad_cam(model, given, 0), picture[..., 0], atol=1e-6)


def test_numbers_that_are_none_are_no_map(model: Any, picture: Any) -> None:
    message = r"^What a network computes must be finite numbers\. Received: nan\.$"
    with pytest.raises(ValueError, match=message):
        grad_cam(model, picture * np.nan, 0)


def _twice() -> Any:
    shared = keras.layers.Conv2D(3, 1)
    return keras.Model(PIXELS, keras.layers.GlobalAveragePooling2D()(shared(shared(PIXELS))))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_twice, "each used once, with one input. Received: 'odd'."),
        (lambda: keras.Sequential([keras.Model(PIXELS, MEANS)]), "with one input. Received: 'odd'."),
        (lambda: keras.Sequential([keras.layers.Flatten()]), "with one input. Received: 'odd'."),
        (lambda: keras.Model(PIXELS, keras.Sequential([keras.layers.Flatten()])(MAPS)), "Received: 'odd'."),
        (lambda: keras.Model(PIXELS, [MEANS, MAPS]), "have one output, or one called 'main'. .*2 "),
        (lambda: keras.Model(PIXELS, {"a": MEANS, "b": MAPS}), "have one output, .*2 "),
        (lambda: None, "with one input. Received: None."),
    ],
)
def test_models_without_one_way_through_are_refused(picture: Any, make: Any, message: str) -> None:
    odd = make()
    if odd is not None:
        odd.name = "odd"
    with pytest.raises(ValueError, match=rf"^The model must .*{message}") as caught:
        grad_cam(odd, picture, 0)
    assert "\n" not in str(caught.value)

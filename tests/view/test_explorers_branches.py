"""`explore.branches()`: on a small network that nobody trained, against what its layers put out."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.data.preparation import Preparation
from inception_lab.view.explorers.branches import CELL, mosaic

PHOTOS = {"cat": lab.pictures.photo("chelsea"), "cup": lab.pictures.photo("coffee")}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    network = lab.googlenet_digits()
    prepare = Preparation(64, 64, "crop", "RGB", (127.5, 127.5, 127.5), 64.0)
    return Classifier(
        lab.build(network, softmax=True, seed=3), prepare, tuple("0123456789"), network, "small"
    )


@pytest.fixture(scope="module")
def shared_explorer(classifier: Classifier) -> Any:
    return lab.explore.branches(classifier=classifier, photos=PHOTOS)


@pytest.fixture
def explorer(shared_explorer: Any) -> Any:
    shared_explorer.reset()
    return shared_explorer


@pytest.mark.parametrize("module", ["3a", "4b", "5a"])
@pytest.mark.parametrize("branch", ["1x1", "3x3", "5x5", "pool_proj"])
def test_maps_are_what_the_layers_put_out(
    explorer: Any, classifier: Classifier, module: str, branch: str
) -> None:
    explorer.set(photo="cup", module=module, branch=branch)
    prepared = classifier.prepare(PHOTOS["cup"])
    end = classifier.model.get_layer(f"inception_{module}_{branch}_relu").output
    expected = np.asarray(keras.Model(classifier.model.input, end)(prepared))[0]
    result = explorer.result
    assert result.total == expected.shape[2]
    np.testing.assert_allclose(result.maps, expected[:, :, list(result.channels)], rtol=1e-4, atol=1e-5)
    strongest = result.maps.max(axis=(0, 1))
    assert (np.diff(strongest) <= 0).all()
    assert result.silent == pytest.approx((expected <= 0).mean(), abs=1e-3)


def test_the_box_is_the_receptive_field_around_the_brightest_unit(
    explorer: Any, classifier: Classifier
) -> None:
    explorer.set(module="4a", branch="3x3", map=2)
    chosen = explorer.result.maps[:, :, 1]
    row, column = np.unravel_index(np.argmax(chosen), chosen.shape)
    reach = lab.cost(classifier.network)["inception_4a/3x3"].reach
    y, x = reach.centre(int(row), int(column))
    assert explorer.result.place == (x / 64, y / 64)
    pixels = reach.largest
    assert explorer._box.get_width() == explorer._box.get_height() == pixels / 64
    assert explorer._box.get_x() + explorer._box.get_width() / 2 == pytest.approx(explorer.result.place[0])
    assert f"sees a square of {pixels} pixels at most" in explorer.readout


def test_choosing_another_map_moves_mark_and_box(explorer: Any) -> None:
    explorer.set(map=6)
    assert explorer._mark.get_xy() == (1, 1)  # the sixth of rows of four
    assert explorer.result.channel == explorer.result.channels[5]
    assert f"Channel {explorer.result.channel} is largest at" in explorer.readout


def test_a_photograph_goes_through_the_network_once(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = lab.explore.branches(classifier=classifier, photos=PHOTOS)
    monkeypatch.setattr(
        "inception_lab.model.inside.branches.branch_maps", lambda *_: pytest.fail("went through it again")
    )
    for module in ("3a", "4a", "5a"):
        for branch in ("1x1", "pool_proj"):
            explorer.set(module=module, branch=branch, map=3)


def test_the_picture_is_what_the_network_sees(explorer: Any, classifier: Classifier) -> None:
    shown = explorer._image.get_array()
    assert shown.shape == (64, 64, 3)
    np.testing.assert_array_equal(shown, classifier.prepare.resized(PHOTOS["cat"]))


def test_a_mosaic_holds_each_map_from_zero_to_its_largest() -> None:
    maps = np.zeros((2, 2, 3), np.float32)
    maps[..., 0] = [[0, 1], [2, 4]]
    maps[..., 1] = -3
    maps[..., 2] = 9
    whole = mosaic(maps)
    inner = int(np.isfinite(whole[0]).argmin())
    half = inner // 2
    assert [whole[y, x] for y in (0, inner - 1) for x in (0, inner - 1)] == [0, 0.25, 0.5, 1]
    assert whole[half - 1, half - 1] == 0
    assert (whole[:inner, CELL : CELL + inner] == 0).all()
    assert (whole[:inner, 2 * CELL : 2 * CELL + inner] == 1).all()
    assert np.isnan(whole[CELL:]).all()
    assert np.isnan(whole[:, inner:CELL]).all()


def test_without_weights_it_is_the_projects_own_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("INCEPTION_LAB_CACHE", str(tmp_path))
    monkeypatch.delenv("INCEPTION_LAB_WEIGHTS", raising=False)
    explorer = lab.explore.branches()
    assert explorer.classifier.name == "small GoogLeNet"
    assert list(explorer._photos) == list(explorer.classifier.samples)
    assert explorer.link() == "lab.explore.branches()"


def test_a_network_without_modules_is_refused(classifier: Classifier) -> None:
    plain = lab.Network((8, 8, 3), lab.layers.Conv2D(2, 3, name="only"), "plain")
    bare = Classifier(lab.build(plain), classifier.prepare, ("a", "b"), plain, "plain")
    with pytest.raises(
        ValueError, match=r"^The network must have modules\. Received: plain, which has none\.$"
    ):
        lab.explore.branches(classifier=bare, photos=PHOTOS)


def test_by_default_it_is_bvlcs_network(bvlc: Any) -> None:
    explorer = lab.explore.branches(classifier=bvlc)
    assert list(explorer.presets) == ["3a, 5×5", "4a, 1×1", "4e, 3×3", "5b, 5×5"]
    assert len(explorer.result.channels) == 12
    for preset in explorer.presets.values():
        explorer.set(**preset)
        assert np.isfinite(explorer.result.maps).all()

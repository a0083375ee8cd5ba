"""Size tuning: on units whose favourite size is known, and on what is stored of BVLC's network."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import Conv2D
from inception_lab.model.data.preparation import Preparation
from inception_lab.model.inside.discs import disc, disc_diameters, shuffled, size_tuning, untrained
from inception_lab.model.inside.tuning import (
    COLOURS,
    SizeTuning,
    geometric_mean,
    preferred_diameters,
    save_tuning,
    stored_tuning,
)

SIDE = 48
PREPARE = Preparation(SIDE, SIDE, channels="RGB", mean=(0, 0, 0))


def spot(side: int, diameter: int) -> Any:
    """A kernel of one where a disc is bright and as much below zero around it: (side, side, 3, 1)."""
    bright = disc(side, side, diameter, (1, 1, 1), (0, 0, 0))
    return (2 * bright - 1)[..., None] / 255


@pytest.fixture(scope="module")
def model() -> Any:
    """A module whose three branches like discs of 6, 12 and 20 pixels, and one that answers to nothing."""
    kernels = {"3x3": (15, 6), "5x5": (21, 12), "7x7": (31, 20)}
    branches = [Conv2D(1, side, activation="relu", name=name) for name, (side, _) in kernels.items()]
    module = lab.Parallel(*branches, Conv2D(1, 1, activation="relu", name="1x1"), name="inception_1a")
    built = lab.build(lab.Network((SIDE, SIDE, 3), module))
    for name, (side, diameter) in kernels.items():
        built.get_layer(f"inception_1a_{name}").set_weights([spot(side, diameter), np.zeros(1)])
    built.get_layer("inception_1a_1x1").set_weights([np.zeros((1, 1, 3, 1)), np.ones(1)])
    return built


@pytest.fixture(scope="module")
def tuning(model: Any) -> SizeTuning:
    return size_tuning(
        model,
        PREPARE,
        diameters=tuple(range(2, 40, 2)),
        colours=("white", "red"),
        background=(0, 0, 0),
        name="by hand",
    )


# Measuring ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("diameter", [4, 9, 17.5, 40])
def test_a_disc_has_its_area_in_the_middle(diameter: float) -> None:
    picture = disc(60, 50, diameter, (255, 0, 0), (0, 0, 255))
    inside = picture[..., 0] / 255
    assert inside.sum() == pytest.approx(math.pi * diameter**2 / 4, rel=0.03)
    np.testing.assert_allclose(inside, inside[::-1, ::-1])
    np.testing.assert_allclose(picture[..., 2] / 255, 1 - inside, atol=1e-6)


def test_a_square_has_its_area_and_corners() -> None:
    inside = disc(40, 50, 12, (1, 1, 1), (0, 0, 0), "square")[..., 0]
    assert inside.sum() == pytest.approx(12**2)
    assert (inside[14:26, 19:31] == 1).all()


def test_no_disc_is_the_background() -> None:
    assert (disc(8, 8, 0, (255, 255, 255), (1, 2, 3)) == [1, 2, 3]).all()


def test_diameters_stand_in_equal_ratios() -> None:
    found = disc_diameters(224)
    assert (len(found), found[0], found[-1]) == (30, 4, 220)
    assert disc_diameters(32)[-1] == 31
    assert list(found) == sorted(set(found))


@pytest.mark.parametrize(("branch", "diameter"), [("3x3", 6), ("5x5", 12), ("7x7", 20)])
def test_units_like_the_disc_that_their_kernel_holds(tuning: SizeTuning, branch: str, diameter: int) -> None:
    assert tuning.preferred("inception_1a", branch).tolist() == [[diameter], [diameter]]
    found = tuning.mean("inception_1a", branch)
    assert found.diameter == pytest.approx(diameter)
    assert (found.answering, found.channels) == (1, 1)


def test_answers_are_what_the_kernel_gives(tuning: SizeTuning) -> None:
    """Red is a third of white: the kernel weighs three colours alike."""
    answers = tuning.branch("inception_1a", "5x5")[:, :, 0]
    white, red = (answers[tuning.colours.index(colour)] for colour in ("white", "red"))
    np.testing.assert_allclose(white, 3 * red, rtol=1e-4, atol=1e-3)
    kernel = spot(21, 12)[..., 0]
    drawn = disc(SIDE, SIDE, 8, (255, 255, 255), (0, 0, 0))
    middle = (SIDE - 1) // 2
    seen = drawn[middle - 10 : middle + 11, middle - 10 : middle + 11]
    assert white[tuning.diameters.index(8)] == pytest.approx(float((seen * kernel).sum()), rel=1e-5)


def test_what_does_not_change_with_the_disc_does_not_answer(tuning: SizeTuning) -> None:
    assert np.isnan(tuning.preferred("inception_1a", "1x1")).all()
    found = tuning.mean("inception_1a", "1x1")
    assert (found.answering, math.isnan(found.diameter)) == (0, True)


def test_shuffling_moves_weights_and_nothing_else(model: Any) -> None:
    before = [weight.copy() for weight in model.get_weights()]
    one, same, other = shuffled(model, 0), shuffled(model, 0), shuffled(model, 1)
    for old, new, again, different in zip(
        before, one.get_weights(), same.get_weights(), other.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(np.sort(new.ravel()), np.sort(old.ravel()))
        np.testing.assert_array_equal(new, again)
        if old.ndim == 1:
            np.testing.assert_array_equal(new, old)
        elif old.any():
            assert (new != old).any()
            assert (new != different).any()
    for old, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


def test_an_untrained_copy_has_fresh_weights_of_variance_one_by_fan_in(model: Any) -> None:
    one, same, other = (untrained(model, seed).get_weights() for seed in (0, 0, 1))
    for weight, again, different in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(weight, again)
        if weight.ndim == 1:
            assert (weight == np.float32(0.2)).all()
        else:
            assert (weight != different).all()
            assert abs(weight).max() <= (3 / weight[..., 0].size) ** 0.5
    widest = max(one, key=np.size)  # 31 · 31 · 3 weights
    assert widest.var() == pytest.approx(1 / widest.size, rel=0.05)


def test_a_ratio_is_the_geometric_mean_of_all_modules(tuning: SizeTuning) -> None:
    assert tuning.ratio("5x5", "3x3") == pytest.approx((12 / 6,) * 3)
    # Branch "a" prefers 8 and 8, "b" 16 and 8 in one module, 32 and 8 in another: √2 and 2
    eye = np.eye(4, dtype=np.float32)[None]
    both = {
        name: {"a": eye[:, :, [1, 1]], "b": eye[:, :, [large, 1]]} for name, large in (("1", 2), ("2", 3))
    }
    found = SizeTuning((4, 8, 16, 32), ("black",), both, 40, "by hand")
    ratio, low, high = found.ratio("b", "a")
    assert ratio == pytest.approx(2**0.75)
    assert (low, high) == pytest.approx((1, 2**1.5), rel=0.1)
    assert found.ratio("b", "a", ends=False)[0] == pytest.approx(2**0.25)  # 32 is the largest disc


def test_mistakes_are_named(model: Any, tuning: SizeTuning) -> None:
    with pytest.raises(
        ValueError, match=r"^`module` must be one of the network's: 'inception_1a'\. Received: '2b'"
    ):
        size_tuning(model, PREPARE, ["2b"])
    with pytest.raises(ValueError, match=r"^`colours` must be among black, .*\. Received: mauve\.$"):
        size_tuning(model, PREPARE, colours=["red", "mauve"])
    with pytest.raises(ValueError, match=r"^`branch` must be one of .* \(in 'inception_1a'\)\.$"):
        tuning.branch("inception_1a", "9x9")
    bare = lab.build(lab.Network((8, 8, 3), Conv2D(1, 1, name="only")))
    with pytest.raises(ValueError, match="must have modules"):
        size_tuning(bare, PREPARE)
    with pytest.raises(ValueError, match=r"^`colours` must be among black, .*\. Received: none\.$"):
        size_tuning(model, PREPARE, colours=())
    with pytest.raises(ValueError, match="`shape`") as caught:
        size_tuning(model, PREPARE, shape="star")  # type: ignore[arg-type]
    assert str(caught.value) == "`shape` must be one of 'disc', 'square'. Received: shape='star'."
    for diameters in ((), (0, 4), (4, 4), (8, 4)):
        with pytest.raises(ValueError, match="`diameters`") as caught:
            size_tuning(model, PREPARE, diameters=diameters)
        assert str(caught.value) == (
            f"`diameters` must be positive and rising. Received: diameters={diameters}."
        )


# Reading --------------------------------------------------------------------------------------------


def test_preferred_is_where_the_answer_is_largest_and_not_chance() -> None:
    answers = np.zeros((2, 3, 4), np.float32)  # colours, diameters, channels
    answers[0, :, 0] = 1, 5, 2
    answers[0, :, 1] = 4, 1, 1
    answers[1, :, 1] = 0, 0, 1.0  # under 0.3 × the median of 5, 4, 4 and 1, which is 4
    answers[1, :, 2] = -1, 0, 4
    answers[1, :, 3] = -3, -2, -1
    found = preferred_diameters(answers, (4, 8, 16))
    np.testing.assert_array_equal(found, [[8, 4, np.nan, np.nan], [np.nan, np.nan, 16, np.nan]])


def test_geometric_mean_and_its_interval() -> None:
    even = geometric_mean(np.array([[4.0, 4.0, 4.0]]))
    assert [even.diameter, even.low, even.high] == pytest.approx([4, 4, 4])
    rng = np.random.default_rng(1)
    many = geometric_mean(np.exp(rng.normal(3, 0.5, (1, 400))))
    expected = 1.96 * 0.5 / math.sqrt(400)
    assert math.log(many.high / many.low) / 2 == pytest.approx(expected, rel=0.15)
    repeated = geometric_mean(np.exp(np.repeat(rng.normal(3, 0.5, (1, 400)), 6, axis=0)))
    assert math.log(repeated.high / repeated.low) / 2 == pytest.approx(expected, rel=0.15)  # no free evidence


def test_what_is_stored_is_what_was_measured(tuning: SizeTuning, tmp_path: Path) -> None:
    save_tuning(tuning, tmp_path / "tuning.npz")
    found = stored_tuning(tmp_path / "tuning.npz")
    assert (found.diameters, found.colours, found.side, found.network) == (
        tuning.diameters,
        ("white", "red"),
        SIDE,
        "by hand",
    )
    for branch, answers in tuning.answers["inception_1a"].items():
        close = found.branch("inception_1a", branch)
        assert np.abs(close - np.maximum(answers, 0)).max() <= 0.006 * max(answers.max(), 1e-9)
        np.testing.assert_array_equal(
            found.preferred("inception_1a", branch), tuning.preferred("inception_1a", branch)
        )


# BVLC's network -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored() -> SizeTuning:
    return stored_tuning()


def test_the_stored_answers_are_small_and_need_no_keras(root: Path) -> None:
    assert (root / "data" / "size_tuning.npz").stat().st_size < 450_000
    code = (
        "import sys; from inception_lab.model.inside.tuning import stored_tuning; stored_tuning().table()\n"
        "print(*{'keras', 'tensorflow'} & set(sys.modules))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert process.stdout == "\n"


@pytest.mark.parametrize(
    ("module", "diameters"),
    [  # what a pilot found by its own definitions: 11 15 17, 25 33 46, 24 32 48, 22 29 50, 25 24 24
        ("3a", (11, 15, 16)),
        ("4a", (26, 32, 50)),
        ("4b", (24, 32, 59)),
        ("4c", (26, 30, 50)),
        ("5b", (26, 22, 22)),
    ],
)
def test_branches_prefer_these_diameters(
    stored: SizeTuning, module: str, diameters: tuple[int, int, int]
) -> None:
    means = stored.table()[f"inception_{module}"]
    assert tuple(round(means[branch].diameter) for branch in ("1x1", "3x3", "5x5")) == diameters


def test_the_order_holds_where_it_is_said_to_and_not_elsewhere(stored: SizeTuning) -> None:
    table = stored.table()
    for module in ("4a", "4b", "4c"):
        one, three, five = (table[f"inception_{module}"][branch] for branch in ("1x1", "3x3", "5x5"))
        assert one.diameter < three.diameter < five.diameter
        assert one.high < five.low
    assert table["inception_4d"]["3x3"].diameter < table["inception_4d"]["1x1"].diameter
    last = table["inception_5b"]
    assert last["5x5"].diameter < last["1x1"].diameter


def test_the_stored_answers_are_those_of_the_real_weights(bvlc: Any, stored: SizeTuning) -> None:
    found = size_tuning(bvlc.model, bvlc.prepare, ["inception_3a"], colours=("black", "yellow"))
    assert found.diameters == stored.diameters
    for branch, answers in found.answers["inception_3a"].items():
        kept = stored.branch("inception_3a", branch)[[stored.colours.index(c) for c in found.colours]]
        strongest = np.maximum(answers.max(axis=1, keepdims=True), 0)
        assert (np.abs(kept - np.maximum(answers, 0)) <= 0.008 * strongest + 1e-3 * answers.max()).all()
    assert tuple(COLOURS) == stored.colours

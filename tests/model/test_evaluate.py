"""Evaluation against answers worked out by hand."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from inception_lab.model.evaluate import (
    SizeAccuracy,
    accuracy,
    accuracy_by_class,
    accuracy_by_size,
    confusion,
    correct,
    crop,
    cross_entropy,
    difference_interval,
    ensemble,
    explained_by_largest,
    mean_interval,
    multi_crop,
    seeds_needed,
    shortened,
    smallest_difference,
    softmax,
)

PREDICTIONS = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3], [0.4, 0.35, 0.25]])
LABELS = np.array([0, 2, 2, 1])  # right, right, second guess, second guess


def coordinates(height: int, width: int) -> npt.NDArray[np.uint8]:
    """A picture whose red and green say where a pixel is, from 0 to 255."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.dstack([rows * 255 // height, columns * 255 // width, np.zeros_like(rows)]).astype(np.uint8)


PHOTO = coordinates(300, 400)


def test_accuracy_of_first_and_second_guesses() -> None:
    assert accuracy(PREDICTIONS, LABELS) == 0.5
    assert accuracy(PREDICTIONS, LABELS, top=2) == 1.0
    assert correct(PREDICTIONS, LABELS).tolist() == [True, True, False, False]


def test_cross_entropy_of_a_guess_is_the_logarithm_of_the_classes() -> None:
    assert cross_entropy(np.full((2, 1000), 0.001), np.array([3, 999])) == pytest.approx(math.log(1000))
    # −(ln .5 + ln .7 + ln .3 + ln .35) / 4
    assert cross_entropy(PREDICTIONS, LABELS) == pytest.approx(-math.log(0.5 * 0.7 * 0.3 * 0.35) / 4)
    assert math.isfinite(cross_entropy(np.array([[0.0, 1.0]]), np.array([0])))


def test_softmax_bears_large_logits() -> None:
    np.testing.assert_allclose(
        softmax(np.array([[1000.0, 1000.0], [0.0, math.log(3)]])), [[0.5, 0.5], [0.25, 0.75]]
    )


def test_confusion_has_the_truth_in_rows() -> None:
    assert confusion(PREDICTIONS, LABELS).tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 1]]


def test_accuracy_by_size() -> None:
    sizes = np.array([10.0, 10.0, 60.0, 20.0])
    assert accuracy_by_size(PREDICTIONS, LABELS, sizes) == (
        SizeAccuracy(10, 1.0, 2),
        SizeAccuracy(20, 0.0, 1),
        SizeAccuracy(60, 0.0, 1),
    )


def test_accuracy_by_class() -> None:
    found = accuracy_by_class(PREDICTIONS, LABELS, ("ant", "bee", "cat"))
    assert [(each.name, each.right, each.count) for each in found] == [
        ("ant", 1, 1),
        ("bee", 0, 1),
        ("cat", 1, 2),
    ]
    assert list(map(str, found)) == ["ant: 100.0% (1 of 1)", "bee: 0.0% (0 of 1)", "cat: 50.0% (1 of 2)"]
    absent = accuracy_by_class(PREDICTIONS, np.zeros(4, int))[2]
    assert (absent.name, absent.accuracy, str(absent)) == ("2", None, "2: none (0 of 0)")


def test_the_largest_class_may_explain_all() -> None:
    """40 against 1: whoever always says the first is right in 97.56 %."""
    labels = np.array([0] * 40 + [1])
    always = np.tile([[0.9, 0.1]], (41, 1))
    assert explained_by_largest(accuracy_by_class(always, labels, ("cats", "dogs"))) == (
        "97.56% is no more than one gets by saying 'cats' of every picture (97.56%): look at each class."
    )
    knows = np.eye(2)[labels]
    assert explained_by_largest(accuracy_by_class(knows, labels)) is None
    worse = 1 - np.eye(2)[[0] * 20 + [1] * 20]
    assert explained_by_largest(accuracy_by_class(worse, np.array([0] * 20 + [1] * 20))) is not None


def test_votes_of_every_kind_of_number_are_compared_as_they_are() -> None:
    """A minus sign wraps unsigned numbers, and is refused for booleans."""
    votes = np.array([[0, 5, 2], [7, 1, 0]])
    for kind in (np.uint8, np.uint64, np.int32, np.float16):
        assert correct(votes.astype(kind), np.array([1, 0])).tolist() == [True, True]
    assert accuracy(votes > 4, np.array([1, 0], np.uint8)) == 1.0


def test_a_session_that_raises_for_every_rounding_gets_probabilities() -> None:
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(softmax(np.array([[0.0, -1_000.0]])), [[1, 0]])


def test_an_ensemble_is_the_mean_of_probabilities() -> None:
    np.testing.assert_allclose(ensemble([np.array([[0.9, 0.1]]), np.array([[0.3, 0.7]])]), [[0.6, 0.4]])


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (
            lambda: accuracy(PREDICTIONS, LABELS[:3]),
            "`predictions` must be (count, classes) and `labels` (count,), count at least 1. "
            "Received: (4, 3) and (3,).",
        ),
        (
            lambda: accuracy(np.zeros((0, 3)), LABELS[:0]),
            "`predictions` must be (count, classes) and `labels` (count,), count at least 1. "
            "Received: (0, 3) and (0,).",
        ),
        (
            lambda: accuracy(PREDICTIONS, LABELS, top=4),
            "`top` must be at most the number of classes, 3. Received: top=4.",
        ),
        (
            lambda: accuracy(np.where(PREDICTIONS == 0.7, np.nan, PREDICTIONS), LABELS),
            "`predictions` must be numbers. Received: NaN for 1 of 4 pictures, first for number 1.",
        ),
        (
            lambda: confusion(PREDICTIONS, np.array([0, 2, -1, 1])),
            "`labels` must be whole numbers from 0 to 2, the classes' places. Received: -1 for picture 2.",
        ),
        (
            lambda: cross_entropy(PREDICTIONS, LABELS + 1),
            "`labels` must be whole numbers from 0 to 2, the classes' places. Received: 3 for picture 1.",
        ),
        (
            lambda: accuracy(PREDICTIONS, np.array(["cat", "dog", "cat", "cat"])),
            "`labels` must be whole numbers from 0 to 2, the classes' places. Received: 'cat' for picture 0.",
        ),
        (
            lambda: accuracy(PREDICTIONS, LABELS.astype(float)),
            "`labels` must be whole numbers from 0 to 2, the classes' places. Received: 0.0 for picture 0.",
        ),
        (
            lambda: accuracy(PREDICTIONS.astype(str), LABELS),
            "`predictions` must be numbers. Received: dtype <U32.",
        ),
        (
            lambda: accuracy_by_class(PREDICTIONS, LABELS, ("one", "two")),
            "`names` must be one for each of 3 classes. Received: 2.",
        ),
        (
            lambda: accuracy_by_size(PREDICTIONS, LABELS, np.array([1, 2, np.nan, 3])),
            "`sizes` must hold one number for each of 4 pictures. Received: NaN.",
        ),
        (
            lambda: cross_entropy(10 * PREDICTIONS - 3, LABELS),
            "`probabilities` must be from 0 to 1; `softmax` makes them of logits. "
            "Received: values from -2 to 4.",
        ),
        (
            lambda: ensemble([PREDICTIONS, PREDICTIONS * np.nan]),
            "`predictions` must be numbers. Received: NaN in number 1.",
        ),
        (
            lambda: difference_interval(np.array([[1, np.nan]]), np.zeros((1, 2))),
            "`one` and `two` must be finite numbers. Received: NaN or infinity.",
        ),
        (
            lambda: difference_interval(np.ones((2, 3)), np.zeros((2, 3)), 95),
            "`level` must be in [0, 1). Received: level=95.",
        ),
        (lambda: ensemble([]), "`predictions` must be arrays of one shape. Received: none."),
        (
            lambda: ensemble([np.zeros((2, 3)), np.zeros((3, 2))]),
            "`predictions` must be arrays of one shape. Received: (2, 3), (3, 2).",
        ),
        (
            lambda: ensemble([[[0.9, 0.1], [1.0]]]),  # type: ignore[list-item]
            "`predictions` must be an array. Received: rows of several lengths.",
        ),
        (
            lambda: accuracy([[0.9, 0.1], [1.0]], LABELS[:2]),  # type: ignore[arg-type]
            "`predictions` must be an array. Received: rows of several lengths.",
        ),
        (
            lambda: multi_crop(softmax, [PHOTO], 32, 0),
            "`crops` must be one of 1, 10, 144. Received: crops=0.",
        ),
        (
            lambda: shortened(PHOTO, 0),
            "A picture must have sides of 1 to 32,767 pixels. Received: 0×0.",
        ),
        (
            lambda: smallest_difference(np.ones((2, 3)), np.ones((2, 3)), power=1.0),
            "`power` must be a float between 0 and 1. Received: power=1.0.",
        ),
        (
            lambda: seeds_needed(np.ones((2, 3)), np.ones((2, 3)), difference=math.nan),
            "`difference` must be a finite int or float. Received: difference=nan.",
        ),
        (lambda: softmax(np.array(["a"])), "`logits` must be numbers. Received: dtype <U1."),
        (
            lambda: ensemble([np.array([["a", "b"]])]),
            "`predictions` must be numbers. Received: dtype <U1.",
        ),
        (
            lambda: accuracy_by_size(PREDICTIONS, LABELS, np.zeros(3)),
            "`sizes` must hold one number for each of 4 pictures. Received: shape (3,).",
        ),
        (lambda: crop(PHOTO, crops=9), "`crops` must be one of 1, 10, 144. Received: crops=9."),
    ],
)
def test_what_does_not_fit_is_refused(action: Callable[[], Any], expected: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        action()
    assert str(caught.value) == expected


# crops --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crops", [1, 10, 144])
@pytest.mark.parametrize("size", [224, 32])
def test_shapes_and_counts(crops: int, size: int) -> None:
    views = crop(PHOTO, size, crops)
    assert views.shape == (crops, size, size, 3)
    assert views.dtype == np.uint8
    if crops > 1:
        np.testing.assert_array_equal(views[crops // 2 :], views[: crops // 2, :, ::-1])


@pytest.mark.parametrize("portrait", [False, True])
def test_the_ten_crops_are_cut_from_the_central_square(portrait: bool) -> None:
    """Krizhevsky et al. cut from the central 256×256, not from the picture's own corners."""
    picture = PHOTO.transpose(1, 0, 2) if portrait else PHOTO
    views = crop(picture, 224, 10)
    whole = shortened(picture, 256)  # 300×400 becomes 256×341, of which 42 pixels are left out on a side
    assert whole.shape == ((341, 256, 3) if portrait else (256, 341, 3))
    square = whole[42:298] if portrait else whole[:, 42:298]
    corners = (square[:224, :224], square[:224, -224:], square[-224:, :224], square[-224:, -224:])
    for view, corner in zip(views, corners, strict=False):
        np.testing.assert_array_equal(view, corner)
    np.testing.assert_array_equal(views[4], square[16:240, 16:240])
    np.testing.assert_array_equal(crop(picture, 224, 1)[0], views[4])


@pytest.mark.parametrize("portrait", [False, True])
def test_the_144_crops_cover_three_squares_at_four_scales(portrait: bool) -> None:
    picture = PHOTO.transpose(1, 0, 2)[..., [1, 0, 2]] if portrait else PHOTO
    views = crop(picture, 224, 144)[:72].reshape(4, 3, 6, 224, 224, 3)
    along = 0 if portrait else 1
    for scale in range(4):
        whole = views[scale, :, 5, ..., along].astype(int)
        # the squares start at 0, at half of and at all of the slack: (400 − 300) / 400 of 255
        assert whole.min(axis=(1, 2)).tolist() == pytest.approx([0, 32, 64], abs=2)
        assert whole.max(axis=(1, 2)).tolist() == pytest.approx([191, 223, 254], abs=2)
    # at shorter side 352 a crop shows 224/352 of the square's height, at 256 it shows 224/256
    across = 1 - along
    spans = np.ptp(views[:, 1, 4, ..., across].astype(int), axis=(1, 2))
    assert spans.tolist() == pytest.approx([255 * 224 / side for side in (256, 288, 320, 352)], abs=3)


def test_crops_of_whatever_a_picture_may_be() -> None:
    grey = PHOTO[..., 0]
    np.testing.assert_array_equal(crop(grey, 64, 10), crop(np.dstack([grey] * 3), 64, 10))
    np.testing.assert_array_equal(crop(Image.fromarray(PHOTO), 64, 10), crop(PHOTO, 64, 10))
    with pytest.raises(ValueError, match=r"^A picture must be uint8 .* Received: float64 of shape"):
        crop(PHOTO / 255, 64, 10)


def test_several_looks_at_no_picture_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^`pictures` must be one or more\. Received: none\.$"):
        multi_crop(lambda views: views, [], 224, 10)


def test_several_crops_are_averaged() -> None:
    def predict(views: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        share = views[:, :, :, 1].mean(axis=(1, 2)) / 255
        return np.stack([share, 1 - share], axis=1)

    found = multi_crop(predict, [PHOTO, PHOTO[:, ::-1]], 224, 10)
    assert found.shape == (2, 2)
    expected = predict(crop(PHOTO, 224, 10)).mean(axis=0)
    np.testing.assert_allclose(found[0], expected)
    np.testing.assert_allclose(found[0], found[1], atol=0.01)  # the mirrors are among the crops


# intervals ----------------------------------------------------------------------------------------

TRIALS = 400


def crossed(
    rng: np.random.Generator,
    seeds: int,
    pictures: int,
    by_seed: float,
    by_picture: float,
    noise: float = 0.3,
) -> npt.NDArray[np.float64]:
    """Differences that have a part of the seed, a part of the picture, and noise, of those spreads."""
    of_seed, of_picture = rng.normal(0, by_seed, (seeds, 1)), rng.normal(0, by_picture, (1, pictures))
    return np.asarray(of_seed + of_picture + rng.normal(0, noise, (seeds, pictures)))


def test_the_interval_of_equal_runs_is_a_point() -> None:
    right = np.ones((8, 20), bool)
    assert difference_interval(right, ~right) == (1.0, 1.0)
    assert difference_interval(right, right) == (0.0, 0.0)


def test_pairing_takes_away_what_the_pictures_share() -> None:
    """Two networks that fail on the same hard pictures, one of them on a few more."""
    rng = np.random.default_rng(0)
    hard = rng.random(400) < 0.2
    one = np.tile(~hard, (8, 1))
    two = one & (rng.random((8, 400)) > 0.02)
    low, high = difference_interval(one, two)
    assert 0 < low < (one.mean() - two.mean()) < high < 0.03
    apart = difference_interval(one, np.zeros_like(one))
    assert apart[1] - apart[0] > 3 * (high - low)  # unpaired, the pictures' own spread hides it


@pytest.mark.parametrize(
    ("pictures", "by_seed", "by_picture", "noise"),
    [(1, 1.0, 0.0, 0.0), (60, 0.03, 0.05, 0.1), (60, 0.01, 0.3, 0.3), (60, 0.03, 0.2, 0.3)],
    ids=["seeds alone", "mostly seeds", "mostly pictures", "both"],
)
def test_intervals_of_eight_seeds_cover_the_truth_as_often_as_they_say(
    pictures: int, by_seed: float, by_picture: float, noise: float
) -> None:
    """95 of 100, in pairs and apart."""
    rng = np.random.default_rng(0)
    covered = [0, 0]  # apart, in pairs
    for _ in range(TRIALS):
        one, two = (crossed(rng, 8, pictures, by_seed, 0, noise) for _ in range(2))
        one += rng.normal(0, by_picture, (1, pictures))
        for paired in (True, False):
            low, high = difference_interval(one, two, paired=paired)
            covered[paired] += low <= 0 <= high
    assert all(0.93 * TRIALS < hits < 0.985 * TRIALS for hits in covered)


def test_resampling_eight_seeds_would_cover_the_truth_too_seldom() -> None:
    """Why these intervals are no bootstraps: the middle 95 % of so few drawn again lie too close together."""
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(8, np.full(8, 1 / 8), 1_000) / 8 @ rng.normal(0, 1, (8, TRIALS))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    assert 0.85 < np.mean((low <= 0) & (high >= 0)) < 0.92


def test_one_run_has_the_interval_of_its_pictures() -> None:
    """√(0.8 · 0.2 / 199) · 1.96."""
    right = np.arange(200)[None] < 160
    found = difference_interval(right, np.zeros_like(right))
    assert found == pytest.approx((0.8 - 0.0556, 0.8 + 0.0556), abs=1e-4)


@pytest.mark.parametrize(
    ("count", "quantile"), [(2, 12.706), (3, 4.303), (4, 3.182), (8, 2.365), (10, 2.262), (101, 1.984)]
)
def test_the_interval_of_a_mean_is_students(count: int, quantile: float) -> None:
    """The quantiles as tables of Student's distribution print them."""
    values = [*range(count)]
    low, high = mean_interval(values)
    error = np.std(values, ddof=1) / np.sqrt(count)
    assert (low + high) / 2 == pytest.approx(np.mean(values))
    assert (high - low) / 2 / error == pytest.approx(quantile, abs=0.0006)


def test_the_interval_of_a_mean_needs_values() -> None:
    with pytest.raises(
        ValueError, match=r"^`values` must be two numbers or more\. Received: values=\[1\]\.$"
    ):
        mean_interval([1])


def test_paired_seeds_take_away_what_a_seed_does_to_both() -> None:
    rng = np.random.default_rng(0)
    two = crossed(rng, 8, 400, by_seed=0.2, by_picture=0)
    one = two + 0.05
    assert difference_interval(one, two, paired=True) == pytest.approx((0.05, 0.05))
    low, high = difference_interval(one, two)
    assert low < -0.05 < 0.15 < high
    # With one picture it is the interval of a mean over seeds: 3.182 · √(1/3) / √4.
    each = np.array([[0.0], [0.0], [1.0], [1.0]])
    assert difference_interval(each, np.zeros((4, 1)), paired=True) == pytest.approx(
        (-0.419, 1.419), abs=1e-3
    )
    assert mean_interval(each[:, 0].tolist()) == difference_interval(each, np.zeros((4, 1)), paired=True)


def test_so_many_seeds_show_the_difference_as_often_as_they_say() -> None:
    """Simulated: with the number that a pilot says, the interval lies above zero in 80 of 100 trials."""
    rng = np.random.default_rng(0)
    pilot = crossed(rng, 400, 300, by_seed=0.03, by_picture=0.05)
    seeds = seeds_needed(pilot, np.zeros_like(pilot), difference=0.02)
    assert seeds is not None
    # √(0.03² + 0.3²/300) = 0.0346 a seed; 0.05²/300 of the pictures; 2.80 standard errors:
    # 0.0346² / ((0.02/2.80)² − 0.0029²) = 28, and 1.96²/2
    assert seeds == pytest.approx(30, rel=0.15)
    trials = (0.02 + crossed(rng, seeds, 300, 0.03, 0.05) for _ in range(300))
    shown = [difference_interval(trial, np.zeros_like(trial), paired=True)[0] > 0 for trial in trials]
    assert 0.7 < np.mean(shown) < 0.9
    least = smallest_difference(pilot, np.zeros_like(pilot))
    assert least == pytest.approx(2.80 * np.sqrt((0.03**2 + 0.3**2 / 300) / 400 + 0.05**2 / 300), rel=0.1)
    assert seeds_needed(pilot, np.zeros_like(pilot), difference=0.005) is None  # below what 300 pictures tell


def test_a_difference_of_one_spread_takes_ten_pairs() -> None:
    """As in any table of a t-test's power: effect 1, two-sided 5 %, 80 %."""
    spread = np.tile([[-1.0], [0.0], [1.0]], (1, 5))  # a sample's spread of 1, nothing of the pictures
    assert seeds_needed(spread, np.zeros((3, 5)), difference=1.0) == 10
    assert seeds_needed(spread[:, :1], np.zeros((3, 1)), difference=1.0) == 10  # accuracies, no pictures
    assert smallest_difference(spread, np.zeros((3, 5))) == pytest.approx(2.80 / np.sqrt(3 - 1.92), rel=0.01)


def test_paired_runs_need_the_same_seeds() -> None:
    constraint = r"^`one` and `two` must be \(seeds, pictures\), the same of both, at least "
    with pytest.raises(ValueError, match=constraint + r"\(1, 1\)\. Received: \(8, 20\) and \(7, 20\)\.$"):
        difference_interval(np.ones((8, 20)), np.ones((7, 20)), paired=True)
    with pytest.raises(ValueError, match=constraint + r"\(2, 1\)\. Received: \(1, 20\) and \(1, 20\)\.$"):
        smallest_difference(np.ones((1, 20)), np.ones((1, 20)))


@pytest.mark.parametrize("shapes", [((8, 20), (8, 19)), ((20,), (20,)), ((0, 20), (0, 20))])
def test_intervals_need_runs_by_pictures(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    one, two = (np.ones(shape, bool) for shape in shapes)
    with pytest.raises(ValueError, match="Received") as caught:
        difference_interval(one, two)
    assert str(caught.value) == (
        "`one` and `two` must be (seeds, pictures), with the same pictures. "
        f"Received: {shapes[0]} and {shapes[1]}."
    )

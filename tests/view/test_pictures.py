"""Photographs and filters: against NumPy by hand and OpenCV, and against the lesson's table."""

import math

import cv2
import numpy as np
import pytest
import skimage.color
import skimage.data

from inception_lab.view import pictures
from inception_lab.view.pictures import Filter

SOME_SIDES = (3, 5, 9, 17, 63, 127)


@pytest.mark.parametrize("name", pictures.PHOTOS)
def test_photos_fit_the_explorers_ranges(name: str) -> None:
    picture = pictures.photo(name)
    assert picture.dtype == np.uint8
    assert picture.shape[0] <= 420
    assert picture.shape[1] == 380


def test_the_galaxies_are_cut_from_the_hubble_deep_field() -> None:
    whole = skimage.data.hubble_deep_field()
    assert np.array_equal(pictures.photo("galaxies"), whole[420:840, 470:850])


# Grey, PNG, JPEG, with transparency, and one whose file has another name.
@pytest.mark.parametrize("name", ["camera", "chelsea", "retina", "logo", "horse", "immunohistochemistry"])
def test_any_other_photo_is_scikit_images_own(name: str) -> None:
    assert np.array_equal(pictures.photo(name), getattr(skimage.data, name)())


def test_grey_weighs_colours_as_the_eye_does() -> None:
    red, green, blue = (pictures.photo("galaxies")[364, 272].astype(float) / 255).tolist()
    expected = 0.2125 * red + 0.7154 * green + 0.0721 * blue
    assert pictures.gray("galaxies")[364, 272] == pytest.approx(expected, abs=1e-6)
    assert pictures.gray("coffee") == pytest.approx(skimage.color.rgb2gray(pictures.photo("coffee")))
    assert np.array_equal(pictures.gray("coins"), pictures.photo("coins") / 255)


@pytest.mark.parametrize("shrink", [2, 4])
def test_shrinking_takes_means(shrink: int) -> None:
    whole = pictures.gray("galaxies")
    height, width = whole.shape
    blocks = whole.reshape(height // shrink, shrink, width // shrink, shrink)
    assert pictures.gray("galaxies", shrink) == pytest.approx(blocks.mean(axis=(1, 3)))


def test_a_kept_photograph_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only") as caught:
        pictures.gray("galaxies")[0, 0] = 1
    assert str(caught.value) == "assignment destination is read-only"


# Filters


@pytest.mark.parametrize("side", SOME_SIDES)
def test_a_blob_filter_is_balanced_round_and_half_as_wide_in_its_centre(side: int) -> None:
    weights = pictures.window_filter("blob", side)
    assert weights.shape == (side, side)
    assert weights[weights > 0].sum() == pytest.approx(1)
    assert weights[weights < 0].sum() == pytest.approx(-1)
    assert np.allclose(weights, weights.T)
    assert np.allclose(weights, weights[::-1])
    offsets = np.arange(side) - side // 2
    distance = np.hypot(offsets[:, None], offsets[None, :])
    assert np.array_equal(weights > 1e-12, distance < side / 4)


@pytest.mark.parametrize(("kind", "total"), [("mean", 1), ("sum", 49)])
def test_all_ones(kind: Filter, total: float) -> None:
    weights = pictures.window_filter(kind, 7)
    assert weights.sum() == pytest.approx(total)
    assert np.ptp(weights) == 0


@pytest.mark.parametrize("side", [0, -3, 2, 64])
def test_a_window_without_a_centre_is_refused(side: int) -> None:
    with pytest.raises(ValueError, match="odd") as caught:
        pictures.window_filter("blob", side)
    assert str(caught.value) == f"`side` must be odd: a window needs a centre. Received: side={side}."


# Windows and answers


@pytest.mark.parametrize(("column", "row", "side"), [(272, 364, 9), (100, 200, 127), (63, 63, 127)])
def test_a_window_inside_is_a_piece_of_the_photograph(column: int, row: int, side: int) -> None:
    half = side // 2
    piece = pictures.gray("galaxies")[row - half : row + half + 1, column - half : column + half + 1]
    assert np.array_equal(pictures.window("galaxies", column, row, side), piece)


def test_beyond_the_edge_the_photograph_is_mirrored() -> None:
    photo = pictures.gray("coins")
    assert pictures.window("coins", 0, 0, 3).tolist() == [
        [photo[1, 1], photo[1, 0], photo[1, 1]],
        [photo[0, 1], photo[0, 0], photo[0, 1]],
        [photo[1, 1], photo[1, 0], photo[1, 1]],
    ]


@pytest.mark.parametrize("name", pictures.PHOTOS)
@pytest.mark.parametrize("shrink", [1, 2, 4])
def test_every_window_has_its_whole_side(name: str, shrink: int) -> None:
    height, width = pictures.gray(name).shape
    for column, row in ((0, 0), (width - 1, height - 1)):
        assert pictures.window(name, column, row, 127, shrink).shape == (127, 127)


@pytest.mark.parametrize("kind", ["blob", "mean", "sum"])
@pytest.mark.parametrize("side", SOME_SIDES)
def test_answers_are_opencvs_with_the_edge_mirrored(kind: Filter, side: int) -> None:
    photo = pictures.gray("rocket").copy()
    weights = pictures.window_filter(kind, side).copy()
    answers = cv2.filter2D(photo, cv2.CV_64F, weights, borderType=cv2.BORDER_REFLECT_101)
    for column, row in ((0, 0), (183, 270), (379, 5)):
        found = pictures.Place("rocket", column, row).answer(side, kind=kind)
        assert found == pytest.approx(answers[row, column], abs=1e-9)


# The lesson's table


@pytest.mark.parametrize(
    ("galaxy", "diameter", "best", "peak", "shrunk"),
    [("A", 3.7, 9, 0.54, 3), ("B", 8.0, 17, 0.57, 5), ("C", 14.0, 33, 0.60, 9), ("D", 26.3, 63, 0.61, 17)],
)
def test_galaxies(galaxy: str, diameter: float, best: int, peak: float, shrunk: int) -> None:
    place = pictures.GALAXIES[galaxy]
    assert place.diameter() == pytest.approx(diameter, rel=0.1)  # the table's cut through the middle
    assert place.best_side() == best
    assert place.answer(best) == max(place.answers()) == pytest.approx(peak, abs=0.005)
    assert 2.1 <= best / place.diameter() <= 2.45
    assert place.best_side(shrink=4) == shrunk
    assert (place.best_side(kind="mean"), place.best_side(kind="sum")) == (3, 127)


@pytest.mark.parametrize("galaxy", pictures.GALAXIES)
def test_the_diameter_is_that_of_a_disc_as_large_as_the_bright_spot(galaxy: str) -> None:
    place, photo = pictures.GALAXIES[galaxy], pictures.gray("galaxies")
    half = photo[place.row - 3 : place.row + 4, place.column - 3 : place.column + 4].max() / 2
    spot, edge = set(), [(place.row, place.column)]
    while edge:
        row, column = edge.pop()
        if (row, column) not in spot and photo[row, column] >= half:
            spot.add((row, column))
            edge += [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    assert math.pi * (place.diameter() / 2) ** 2 == pytest.approx(len(spot))


@pytest.mark.parametrize("galaxy", pictures.GALAXIES)
@pytest.mark.parametrize(("across", "down"), [(0, 0), (3, -2), (-2, 3)])
def test_walking_uphill_finds_the_galaxy(galaxy: str, across: int, down: int) -> None:
    place = pictures.GALAXIES[galaxy]
    column, row = pictures.brightest_near("galaxies", place.column + across, place.row + down)
    assert max(abs(column - place.column), abs(row - place.row)) <= 2


@pytest.mark.parametrize("start", [(0, 0), (379, 419), (0, 419)])
def test_walking_uphill_stays_in_the_photograph(start: tuple[int, int]) -> None:
    column, row = pictures.brightest_near("galaxies", *start, steps=500)
    assert 0 <= column < 380
    assert 0 <= row < 420
    assert pictures.brightest_near("galaxies", column, row) == (column, row)


@pytest.mark.parametrize(
    ("column", "row", "side"), [(5000, 0, 5), (0, -1, 5), (9, 9, 4), (9, 9, 129), (9, 9, 0)]
)
def test_a_window_that_is_not_there_is_refused(column: int, row: int, side: int) -> None:
    with pytest.raises(
        ValueError, match=r"^(`side` must be odd|The place must lie in the photograph).* Received: "
    ):
        pictures.window("coins", column, row, side)


def test_what_is_kept_cannot_be_changed() -> None:
    blob, ones = pictures.window_filter("blob", 5), pictures.window_filter("sum", 5)
    kept = (pictures.photo("coins"), pictures.gray("coins"), blob, ones)
    assert not any(array.flags.writeable for array in kept)

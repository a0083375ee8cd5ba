"""What is done to pictures before a network sees them: one rule to cut and resize, for every kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inception_lab.model.data.photos import central_part, resized
from inception_lab.model.data.preparation import Preparation, rgb


def test_the_central_square_is_kept() -> None:
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[:, 2:6] = 255
    assert (central_part(picture, 2, 2) == 255).all()
    assert (central_part(picture.transpose(1, 0, 2), 6, 6) == 255).all()


def test_a_central_part_keeps_the_shape_that_is_asked_for() -> None:
    picture = np.zeros((12, 12, 3), np.uint8)
    picture[3:9] = 255  # the middle, twice as wide as high
    assert (central_part(picture, 6, 12) == 255).all()
    assert central_part(picture, 6, 12).shape == (6, 12, 3)


@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (4, 1), (1, 5)])
def test_where_no_side_grows_a_pixel_is_the_mean_of_what_it_covers(rows: int, columns: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    means = picture.reshape(20 // rows, rows, 20 // columns, columns, 3).mean(axis=(1, 3))
    assert np.abs(resized(picture, 20 // rows, 20 // columns) - means).max() <= 0.5


def test_what_grows_lies_between_its_neighbours() -> None:
    picture = np.zeros((1, 2, 3), np.uint8)
    picture[:, 1] = 100
    assert resized(picture, 1, 4)[0, :, 0].tolist() == [
        0,
        25,
        75,
        100,
    ]  # (n + 0.5) / 2 − 0.5 pixels from the first


def test_pictures_come_in_many_ways(tmp_path: Path) -> None:
    whole = np.random.default_rng(1).integers(0, 256, (70, 80, 3), np.uint8)
    image = Image.fromarray(whole)
    image.save(tmp_path / "a.png")
    for picture in (whole, image, str(tmp_path / "a.png"), tmp_path / "a.png"):
        np.testing.assert_array_equal(rgb(picture), whole)
    grey = np.dstack([whole[..., 0]] * 3)
    for picture in (whole[..., 0], whole[..., :1], Image.fromarray(whole[..., 0])):
        np.testing.assert_array_equal(rgb(picture), grey)


def test_a_picture_of_pillows_is_turned_upright_and_gets_a_white_ground() -> None:
    image = Image.new("RGBA", (4, 2), (0, 0, 0, 0))
    image.getexif()[0x0112] = 6  # a quarter turn
    assert rgb(image).tolist() == np.full((4, 2, 3), 255).tolist()


@pytest.mark.parametrize(
    ("picture", "received"),
    [
        (Image.new("F", (4, 4)), "one of Pillow's of mode F"),
        (Image.new("I;16", (4, 4)), "one of Pillow's of mode I;16"),
        (np.zeros((0, 4, 3), np.uint8), "uint8 of shape (0, 4, 3)"),
        ([[0, 1], [1, 0]], "a list"),
    ],
)
def test_other_things_are_refused(picture: Any, received: str) -> None:
    with pytest.raises(ValueError, match="must be uint8") as caught:
        Preparation()(picture)
    assert str(caught.value) == (
        "A picture must be uint8 of shape (height, width, 3) or (height, width), one of Pillow's of 8 bits "
        f"or a file's name. Received: {received}."
    )

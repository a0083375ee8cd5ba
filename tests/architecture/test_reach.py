"""How far units see where pictures grow, and where all places count, with the arithmetic written out."""

from fractions import Fraction

import pytest

import inception_lab as lab
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.layers import (
    Conv2D,
    Conv2DTranspose,
    GlobalAveragePool2D,
    GroupNorm,
    UpSampling2D,
    ZeroPadding2D,
)
from inception_lab.architecture.reach import UNDEFINED, Reach, Span

FIRST = Conv2D(2, 3, strides=2)  # of 16 pixels it sees 0–2, 2–4 …: 3 pixels, 2 apart, the first around 1.5


def after(layer: Layer, shape: tuple[int, int, int] = (16, 12, 3)) -> Reach:
    return lab.cost(lab.Sequence(FIRST, layer), shape).layers[-1].reach


@pytest.mark.parametrize(
    ("layer", "span"),
    [
        (UpSampling2D(2), Span(3, 3, 1, 1.0)),  # two lie around 1.5: 1 and 2
        (UpSampling2D(3), Span(3, 3, Fraction(2, 3), 1.5 - 2 / 3)),  # three: 0.83, 1.5 and 2.17
        (UpSampling2D(2, "bilinear"), Span(3 + 2, 3 + 2, 1, 1.0)),  # mixes two units, 2 pixels apart
        (UpSampling2D(1, "bilinear"), Span(3, 3, 2, 1.5)),  # mixes nothing
        (Conv2DTranspose(2, 3, 2), Span(3, 3 + 2, 1, 1.0)),  # of windows of 3, 2 apart, one or two meet
        (Conv2DTranspose(2, 2, 3), Span(3, 3, Fraction(2, 3), 1.5 - 2 / 3)),  # they do not meet
        (Conv2DTranspose(2, 8, 2), Span(3 + 3 * 2, 3 + 3 * 2, 1, 1.0)),  # four meet
        (Conv2DTranspose(2, 3), Span(3 + 2 * 2, 3 + 2 * 2, 2, 1.5)),  # at step 1 a convolution
        (Conv2DTranspose(2, 4), Span(3 + 3 * 2, 3 + 3 * 2, 2, 1.5 - 1)),  # half a unit to the left
        (Conv2DTranspose(2, 3, padding="valid"), Span(3 + 2 * 2, 3 + 2 * 2, 2, 1.5 - 2)),  # a unit before
    ],
)
def test_what_grows_sees_the_units_that_are_mixed(layer: Layer, span: Span) -> None:
    reach = after(layer)
    assert reach == Reach(span, span)
    assert str(reach.stride) == str(span.stride)  # whole where it can be


def test_rows_and_columns_grow_apart() -> None:
    assert after(UpSampling2D((2, 1))) == Reach(Span(3, 3, 1, 1.0), Span(3, 3, 2, 1.5))


def test_a_norm_over_places_sees_all_of_them_and_keeps_its_own() -> None:
    """Of 16×12 pixels there are 8×6 units, 2 pixels apart."""
    rows, columns = Span(3 + 7 * 2, 3 + 7 * 2, 2, 1.5), Span(3 + 5 * 2, 3 + 5 * 2, 2, 1.5)
    assert after(GroupNorm(groups=1)) == Reach(rows, columns)


def test_a_mean_over_all_places_is_centred_among_them() -> None:
    rows, columns = Span(17, 17, 2, 1.5 + 7), Span(13, 13, 2, 1.5 + 5)
    assert after(GlobalAveragePool2D()) == Reach(rows, columns)


def test_zeros_around_a_picture_move_the_first_unit() -> None:
    assert after(ZeroPadding2D(((1, 0), (2, 0)))) == Reach(Span(3, 3, 2, -0.5), Span(3, 3, 2, -2.5))


def test_where_branches_meet_the_widest_says_where_units_lie() -> None:
    thin, wide = Reach(Span(5, 7, 1, 0.5), Span(5, 7, 2, 1.0)), Reach(Span(1, 9, 2, 1.5), Span(3, 9, 1, 2.0))
    assert Reach.merged([thin, wide]) == Reach(Span(1, 9, 2, 1.5), Span(3, 9, 2, 2.0))


def test_where_one_branch_has_no_reach_the_joint_has_none() -> None:
    assert Reach.merged([Reach(), UNDEFINED]) == UNDEFINED
    assert Reach.merged([UNDEFINED, Reach()]) == UNDEFINED


@pytest.mark.parametrize(
    ("reach", "height", "width", "unit"),
    [
        (lab.cost(lab.googlenet())["inception_4a/1x1"].reach, 224, 224, (6, 6)),  # 110.5, and 126.5 is next
        (Reach(Span(2, 2, 2, 1.0), Span(2, 2, 2, 1.0)), 8, 12, (1, 2)),  # of 3 and 5 the first; 5 and 7
        (Reach(Span(2, 2, 2, 0.9), Span(2, 2, 2, 1.1)), 8, 8, (2, 1)),  # 2.9 and 4.9; 3.1
        (Reach(Span(9, 9, 2, 9.0), Span(9, 9, 1, 9.0)), 4, 40, (0, 11)),  # none lies before the first
    ],
)
def test_the_middle_unit_is_centred_nearest_to_the_middle(
    reach: Reach, height: int, width: int, unit: tuple[int, int]
) -> None:
    assert reach.middle_unit(height, width) == unit


def test_without_padding_the_first_window_begins_at_the_corner() -> None:
    (row,) = lab.cost(lab.layers.Conv2D(1, 3, padding="valid"), (9, 9, 1)).layers
    assert row.reach.centre(0, 0) == (1.5, 1.5)  # the middle of the first three pixels


def test_a_place_that_is_not_its_own_moves_the_centre() -> None:
    class Cut(Layer):
        """Two rows and columns fewer at the start, and nothing computed."""

        def padding_before(self, input_shape: Shape) -> tuple[int, int]:
            return -2, -2

        def output_shape(self, input_shape: Shape) -> Shape:
            return input_shape[0] - 2, input_shape[1] - 2, input_shape[2]

    (row,) = lab.cost(Cut(), (9, 9, 1)).layers
    assert row.reach.centre(0, 0) == (2.5, 2.5)  # the middle of the third pixel

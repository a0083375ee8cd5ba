"""The canvas: a frame drawn once, and what changes drawn over it."""

from contextlib import ExitStack
from unittest.mock import patch

import cv2
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture
def ax() -> Axes:
    """Axes that fill a figure of 200×100 pixels, one unit a pixel, without lines of their own."""
    ax = figures.new_figure(2, 1).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 200), ylim=(0, 100))
    ax.set_axis_off()
    return ax


@pytest.fixture
def canvas(ax: Axes) -> Canvas:
    return Canvas(ax.get_figure(root=True))  # type: ignore[arg-type]


def square(ax: Axes, x: float, color: str) -> Rectangle:
    patch = Rectangle((x, 40), 20, 20, color=color, linewidth=0)
    ax.add_patch(patch)
    return patch


def picture(canvas: Canvas) -> NDArray[np.uint8]:
    """The PNG's pixels, red first."""
    data = cv2.imdecode(np.frombuffer(canvas.encoded(), np.uint8), cv2.IMREAD_COLOR)
    assert data is not None
    return np.asarray(data[:, :, ::-1], np.uint8)


def colors(pixels: NDArray[np.uint8], *columns: int) -> list[tuple[int, ...]]:
    """The colours in the middle row."""
    return [tuple(int(part) for part in pixels[50, column]) for column in columns]


def test_the_picture_is_a_png_of_the_figures_size(canvas: Canvas) -> None:
    assert canvas.encoded().startswith(b"\x89PNG\r\n\x1a\n")
    assert picture(canvas).shape == (100, 200, 3)


def test_what_moves_leaves_no_trace_and_the_frame_stays(ax: Axes, canvas: Canvas) -> None:
    square(ax, 10, "blue")  # the frame
    moving = square(ax, 100, "red")
    canvas.add(moving)
    assert colors(picture(canvas), 20, 110, 160) == [BLUE, RED, WHITE]
    moving.set_x(150)
    assert colors(picture(canvas), 20, 110, 160) == [BLUE, WHITE, RED]
    moving.set_visible(False)
    assert colors(picture(canvas), 20, 110, 160) == [BLUE, WHITE, WHITE]
    canvas.frame_changed()
    assert not moving.get_visible()  # though everything that lives was hidden to draw the frame
    assert colors(picture(canvas), 160) == [WHITE]


def test_nothing_stays_in_the_last_column_of_a_width_that_is_no_binary_number() -> None:
    figure = figures.new_figure(9.2, 1)
    figure.set_dpi(200)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    patch, canvas = ax.add_patch(Rectangle((0, 0), 1, 1, color="red")), Canvas(figure)
    canvas.add(patch)
    assert (picture(canvas)[:, -1] == RED).all()
    patch.set_visible(False)
    assert (picture(canvas) == WHITE).all()


def test_what_lives_is_drawn_in_the_order_in_which_it_was_added(ax: Axes, canvas: Canvas) -> None:
    below, above = square(ax, 100, "red"), square(ax, 110, "blue")
    canvas.add(above, below)
    assert colors(picture(canvas), 105, 115, 125) == [RED, RED, BLUE]


def drawn(canvas: Canvas, *patches: Rectangle) -> list[int]:
    """How often each is drawn for the next picture."""
    with ExitStack() as stack:
        draws = [stack.enter_context(patch.object(each, "draw", wraps=each.draw)) for each in patches]
        canvas.encoded()
    return [draw.call_count for draw in draws]


def test_pieces_are_drawn_only_while_they_change(ax: Axes, canvas: Canvas) -> None:
    pieces = [square(ax, x, "red") for x in range(0, 180, 30)]
    for each in pieces:
        canvas.add_piece(each)
    above = square(ax, 180, "blue")
    canvas.add(above)
    canvas.encoded()
    pieces[0].set_x(5)
    assert drawn(canvas, *pieces, above) == [1] * 7  # now it is seen which one moves
    pieces[0].set_x(0)
    assert drawn(canvas, *pieces, above) == [1, 0, 0, 0, 0, 0, 1]
    assert colors(picture(canvas), 22, 40, 190) == [WHITE, RED, BLUE]
    pieces[1].set_x(22)
    assert drawn(canvas, *pieces, above) == [1] * 7
    assert colors(picture(canvas), 10, 24, 45, 70, 190) == [RED, RED, WHITE, RED, BLUE]


def test_a_piece_is_below_all_that_lives_even_if_it_changed_last(ax: Axes, canvas: Canvas) -> None:
    above, piece = square(ax, 100, "red"), square(ax, 10, "blue")
    canvas.add(above)
    canvas.add_piece(piece)
    for x in (110, 105, 110):
        piece.set_x(x)
        assert colors(picture(canvas), 115, 122) == [RED, BLUE]


def test_within_a_piece_the_order_stays(ax: Axes, canvas: Canvas) -> None:
    low, middle, high = square(ax, 90, "red"), square(ax, 100, "blue"), square(ax, 110, "red")
    canvas.add_piece(low, high)
    canvas.add_below(high, middle)
    for changed in (low, middle, high, low):
        changed.set_x(changed.get_x())
        assert colors(picture(canvas), 95, 105, 115, 125) == [RED, BLUE, RED, RED]


def test_new_limits_and_new_frames_move_pieces(ax: Axes, canvas: Canvas) -> None:
    canvas.add_piece(square(ax, 100, "red"))
    picture(canvas)
    assert colors(picture(canvas), 55, 110) == [WHITE, RED]
    canvas.limits(ax, x=(0, 400))
    assert colors(picture(canvas), 55, 110) == [RED, WHITE]


def test_a_piece_that_is_removed_is_gone(ax: Axes, canvas: Canvas) -> None:
    old, stays = square(ax, 10, "red"), square(ax, 50, "red")
    canvas.add_piece(old)
    canvas.add_piece(stays)
    for _ in range(2):
        picture(canvas)
    canvas.remove_pieces([(old,)])
    canvas.add_piece(square(ax, 100, "blue"))
    assert colors(picture(canvas), 20, 60, 110) == [WHITE, RED, BLUE]
    assert old not in ax.patches


def test_the_frame_is_drawn_once(ax: Axes, canvas: Canvas) -> None:
    canvas.add(square(ax, 10, "red"))
    with patch.object(canvas._agg, "draw", wraps=canvas._agg.draw) as draw:
        for _ in range(3):
            canvas.encoded()
        assert draw.call_count == 1
        canvas.limits(ax, x=(0, 200), y=(0, 100))  # as they are
        canvas.encoded()
        assert draw.call_count == 1
        canvas.limits(ax, x=(0, 400))
        canvas.limits(ax, y=(0, 50))
        canvas.encoded()
        assert draw.call_count == 2
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 400), (0, 50))


def test_new_limits_move_what_lives(ax: Axes, canvas: Canvas) -> None:
    canvas.add(square(ax, 100, "red"))
    assert colors(picture(canvas), 55, 110) == [WHITE, RED]
    canvas.limits(ax, x=(0, 400))
    assert colors(picture(canvas), 55, 110) == [RED, WHITE]


def test_a_picture_that_cannot_be_encoded_is_an_error(canvas: Canvas) -> None:
    with (
        patch("cv2.imencode", return_value=(False, None)),
        pytest.raises(RuntimeError, match="PNG") as caught,
    ):
        canvas.encoded()
    assert str(caught.value) == "OpenCV could not encode the picture as PNG."

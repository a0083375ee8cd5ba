"""The canvas: a frame, what moves over it, and only what changed drawn anew."""

import gc
import io
import weakref
import zlib
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.figures.agg import QuickCanvas, QuickRenderer
from inception_lab.view.figures.layers import Layers
from inception_lab.view.figures.png import ROWS, Png

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
    canvas.clear()
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


def drawn(canvas: Canvas, *artists: Artist) -> list[int]:
    """How often each is drawn for the next picture."""
    with patch.object(Layers, "_paint", autospec=True, side_effect=Layers._paint) as paint:
        canvas.encoded()
    painted = [call.args[1] for call in paint.call_args_list]
    return [painted.count(each) for each in artists]


def test_only_what_changes_is_drawn_and_what_touches_it(ax: Axes, canvas: Canvas) -> None:
    patches = [square(ax, x, "red") for x in range(0, 180, 40)]
    frame, above = square(ax, 10, "green"), square(ax, 170, "blue")
    canvas.add(*patches, above)
    canvas.encoded()
    assert drawn(canvas, *patches, frame, above) == [0] * 7
    patches[4].set_x(154)  # from 160
    assert drawn(canvas, *patches, frame, above) == [0, 0, 0, 0, 1, 0, 1]
    assert colors(picture(canvas), 135, 150, 165, 169, 175) == [RED, WHITE, RED, RED, BLUE]
    frame.set_x(45)
    assert drawn(canvas, *patches, frame, above) == [1, 1, 0, 0, 0, 1, 0]
    assert colors(picture(canvas), 10, 25, 45, 62) == [RED, WHITE, RED, (0, 128, 0)]


def test_what_did_not_change_is_drawn_by_the_calls_that_drew_it_last(ax: Axes, canvas: Canvas) -> None:
    moving = square(ax, 90, "red")
    words = [ax.text(100, 50, "Ag"), ax.text(100, 20, "$10^3$"), ax.text(100, 60, "turned", rotation=30)]
    (line,) = ax.plot([80, 120], [45, 55], "o-")
    hatched = Rectangle((95, 45), 30, 30, hatch="//", edgecolor="black")
    canvas.add(moving, *words, line, ax.add_patch(hatched))
    canvas.encoded()
    for x in (92, 95):
        moving.set_x(x)
        with patch.object(QuickRenderer, "noted", autospec=True, side_effect=QuickRenderer.noted) as noted:
            shown = picture(canvas)
        assert [call.args[1].__self__ for call in noted.call_args_list] == [moving]
        canvas.clear()
        assert (picture(canvas) == shown).all()


def test_ticks_and_layouts_are_computed_once_a_picture(canvas: Canvas) -> None:
    """Which Matplotlib does by methods without a public name."""
    ax = canvas.figure.add_axes((0.2, 0.3, 0.7, 0.5))
    ax.set_xlabel("x")
    text = ax.text(0, 0, "words")
    canvas.encoded()
    methods = (Axis, "_update_ticks"), (XAxis, "_update_label_position"), (Text, "_get_layout")
    with ExitStack() as stack:
        found = [
            stack.enter_context(patch.object(kind, name, autospec=True, side_effect=getattr(kind, name)))
            for kind, name in methods
        ]
        canvas.limits(ax, x=(0, 5))
        canvas.encoded()
    asked = [[call.args[0] for call in each.call_args_list] for each in found]
    assert [asked[0].count(ax.xaxis), asked[1].count(ax.xaxis), asked[2].count(text)] == [1, 1, 1]
    assert not {"_update_ticks", "_get_layout"} & {*vars(ax.xaxis), *vars(text)}  # for others it is as ever


def test_what_is_asked_for_in_an_array_that_changed_since_is_put_again(ax: Axes, canvas: Canvas) -> None:
    (line,) = ax.plot([], [])
    places = np.array([10.0, 20.0])
    for first in (10.0, 30.0):
        places[0] = first
        canvas.put(line, data=(places, [1, 2]))
        assert np.asarray(line.get_xdata()).tolist() == [first, 20.0]
    line.stale = False
    canvas.put(line, data=(places, [1, 2]))
    assert not line.stale


def test_what_is_below_stays_so_even_if_it_changed_last(ax: Axes, canvas: Canvas) -> None:
    above, piece = square(ax, 100, "red"), square(ax, 10, "blue")
    canvas.add(above)
    canvas.add_below(piece)
    for x in (110, 105, 110):
        piece.set_x(x)
        assert colors(picture(canvas), 115, 122) == [RED, BLUE]


def test_below_the_order_stays(ax: Axes, canvas: Canvas) -> None:
    low, middle, high = square(ax, 90, "red"), square(ax, 100, "blue"), square(ax, 110, "red")
    canvas.add_below(low, high)
    canvas.add_below(middle, other=high)
    for changed in (low, middle, high, low):
        changed.set_x(changed.get_x())
        assert colors(picture(canvas), 95, 105, 115, 125) == [RED, BLUE, RED, RED]


def test_new_limits_move_what_is_below(ax: Axes, canvas: Canvas) -> None:
    canvas.add_below(square(ax, 100, "red"))
    picture(canvas)
    assert colors(picture(canvas), 55, 110) == [WHITE, RED]
    canvas.limits(ax, x=(0, 400))
    assert colors(picture(canvas), 55, 110) == [RED, WHITE]


def test_what_is_removed_is_gone(ax: Axes, canvas: Canvas) -> None:
    old, stays = square(ax, 10, "red"), square(ax, 50, "red")
    canvas.add_below(old)
    canvas.add_below(stays)
    for _ in range(2):
        picture(canvas)
    canvas.remove([old])
    canvas.add_below(square(ax, 100, "blue"))
    assert colors(picture(canvas), 20, 60, 110) == [WHITE, RED, BLUE]
    assert old not in ax.patches
    known = weakref.ref(old)
    del old
    gc.collect()
    assert known() is None


def test_the_frame_is_drawn_once_and_an_axes_again_only_when_its_limits_change(
    ax: Axes, canvas: Canvas
) -> None:
    beside = canvas.figure.add_axes((0.5, 0.5, 0.2, 0.2))
    canvas.add(square(ax, 10, "red"))
    frames = beside.xaxis, beside.patch, square(ax, 80, "blue")
    canvas.encoded()
    assert drawn(canvas, *frames) == [0, 0, 0]
    canvas.limits(ax, x=(0, 200), y=(0, 100))  # as they are
    assert drawn(canvas, *frames) == [0, 0, 0]
    canvas.limits(beside, x=(0, 400))
    assert drawn(canvas, *frames) == [1, 1, 1]  # the last lies below it
    assert drawn(canvas, *frames) == [0, 0, 0]
    canvas.limits(beside, y=(0, 50))
    assert (beside.get_xlim(), beside.get_ylim()) == ((0, 400), (0, 50))


def test_new_limits_move_what_lives(ax: Axes, canvas: Canvas) -> None:
    canvas.add(square(ax, 100, "red"))
    assert colors(picture(canvas), 55, 110) == [WHITE, RED]
    canvas.limits(ax, x=(0, 400))
    assert colors(picture(canvas), 55, 110) == [RED, WHITE]


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("Ag 120.4 M", {}),
        ("in two\nlines, q", {"va": "center", "ha": "right"}),
        ("turned", {"rotation": 90}),
        ("$10^{-3}$", {"fontsize": 14}),
    ],
)
def test_texts_stand_where_matplotlib_puts_them(ax: Axes, text: str, look: dict[str, Any]) -> None:
    found = []
    for kind in (FigureCanvasAgg, QuickCanvas):
        figure = figures.new_figure(3, 2)
        kind(figure)
        for x, y in ((0.501, 0.301), (0.4, 0.603)):
            figure.text(x, y, text, **look)
        figure.canvas.draw()
        ink = 255.0 - np.asarray(figure.canvas.buffer_rgba())[:, :, 0]  # type: ignore[attr-defined]
        rows, columns = np.indices(ink.shape)
        found.append([ink.sum() / 1000, (rows * ink).sum() / ink.sum(), (columns * ink).sum() / ink.sum()])
    assert found[1] == pytest.approx(found[0], abs=0.6, rel=0.02)


@pytest.mark.parametrize("hatch", ["//", "..", "xx", "\\\\"])
def test_hatches_lie_where_matplotlib_puts_them(hatch: str) -> None:
    found = []
    for kind in (FigureCanvasAgg, QuickCanvas):
        figure = figures.new_figure(3, 2)
        kind(figure)
        for x in (-0.2, 0.31, 0.73, 1.2):  # two of them reach out of the picture, one lies beside it
            look: dict[str, Any] = {"facecolor": figures.BLUE, "edgecolor": "white", "linewidth": 0}
            figure.add_artist(Rectangle((x, 0.1 + x / 9), 0.3, 0.413, hatch=hatch, **look))
        figure.canvas.draw()
        found.append(np.array(figure.canvas.buffer_rgba(), np.int16))  # type: ignore[attr-defined]
    assert np.abs(found[1] - found[0]).max() < 8
    assert len(np.unique(found[1].reshape(-1, 4), axis=0)) > 3  # both of its colours, and what lies between


@pytest.mark.parametrize(
    "look", [{}, {"alpha": 0.5}, {"edgecolor": "black"}, {"angle": 7.0}, {"clip_on": False}]
)
def test_rectangles_are_filled_as_matplotlib_fills_them(look: dict[str, Any]) -> None:
    rng, found = np.random.default_rng(0), []
    places = rng.uniform(-0.3, 1.1, (30, 2)), rng.uniform(-0.4, 0.5, (30, 2))
    for kind in (FigureCanvasAgg, QuickCanvas):
        figure = figures.new_figure(3.1, 2.03)
        kind(figure)
        ax = figure.add_axes((0.203, 0.151, 0.617, 0.719))
        ax.set_axis_off()  # texts stand at whole pixels
        for number, (xy, size) in enumerate(zip(*places, strict=True)):
            color = figures.style.BLUE if number % 2 else "#D55E0080"
            ax.add_patch(Rectangle(xy, *size, **{"facecolor": color, "linewidth": 0, **look}))
        figure.canvas.draw()
        found.append(np.array(figure.canvas.buffer_rgba()))  # type: ignore[attr-defined]
    assert (found[0][..., :3] == found[1][..., :3]).all()
    assert len(np.unique(found[0].reshape(-1, 4), axis=0)) > 3


def test_a_picture_that_cannot_be_encoded_is_an_error(canvas: Canvas) -> None:
    canvas.figure.axes[0].imshow(np.zeros((2, 2)))
    canvas = Canvas(canvas.figure)
    assert canvas.encoded().startswith(b"\xff\xd8")
    with (
        patch("cv2.imencode", return_value=(False, None)),
        pytest.raises(RuntimeError, match="JPEG") as caught,
    ):
        canvas.encoded()
    assert str(caught.value) == "OpenCV could not encode the picture as JPEG."


def test_a_png_is_whole_however_little_of_it_was_compressed_anew() -> None:
    rng = np.random.default_rng(0)
    for height, width in ((1, 1), (31, 7), (32, 40), (100, 65)):
        png = Png(height, width)
        for _ in range(6):
            first, end = sorted(rng.integers(0, height + 1, 2))
            png.pixels[first:end] = rng.integers(0, 256, (end - first, width, 3))
            image = Image.open(io.BytesIO(png.encoded([(first, end)])))
            assert (np.asarray(image) == png.pixels).all()
            data, at = png.encoded([]), 8
            stream = b""
            while at < len(data):
                size = int.from_bytes(data[at : at + 4])
                kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
                assert zlib.crc32(kind + content) == int.from_bytes(data[at + 8 + size : at + 12 + size])
                stream += content if kind == b"IDAT" else b""
                at += 12 + size
            assert zlib.decompress(stream) == png._rows.tobytes()  # which compares its checksum


def test_of_a_png_only_rows_that_differ_are_compressed_anew() -> None:
    png = Png(10 * ROWS, 5)
    png.encoded([])
    png.pixels[3 * ROWS] = 7
    with patch("zlib.compressobj", wraps=zlib.compressobj) as compressing:
        png.encoded([(0, 10 * ROWS)])
    assert compressing.call_count == 1

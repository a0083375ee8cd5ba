"""Figures: bars as long as the numbers, numbers as people say them, alternative text always."""

import base64
import re
from html import unescape
from itertools import pairwise
from typing import Any

import cv2
import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import inception_lab as lab
from inception_lab.view import figures, pictures


@given(st.floats(1e-6, 1e15))
def test_a_ceiling_is_above_and_not_far(value: float) -> None:
    assert value <= figures.ceiling(value) <= 2.0001 * value


@pytest.mark.parametrize(
    ("path", "branch"),
    [
        ("inception_3a/1x1", "1x1"),
        ("inception_3a/3x3_reduce", "3x3"),
        ("5x5", "5x5"),
        ("module/pool_proj", "pool"),
    ],
)
def test_layers_of_a_branch_are_drawn_alike(path: str, branch: str) -> None:
    assert figures.branch_style(path) is figures.BRANCH_STYLES[branch]


def test_what_is_no_branch_is_grey() -> None:
    assert figures.branch_style("loss3/classifier") == figures.Style(figures.GREY)


def test_styles_differ_by_more_than_colour() -> None:
    styles = [*figures.BRANCH_STYLES.values()]
    assert len({style.color for style in styles}) == len({style.hatch for style in styles}) == len(styles)
    assert len({style.marker for style in styles}) == len(styles)
    assert figures.NAIVE.hatch != figures.REDUCED.hatch


# Bars


def test_bars_are_as_long_as_the_numbers_first_on_top() -> None:
    values = {"1x1": 9_633_792, "3x3": 173_408_256, "other": 0}
    ax = figures.plot_bars(values, unit="MACs per image", title="By branch")
    assert [bar.get_width() for bar in ax.patches] == list(values.values())  # type: ignore[attr-defined]
    assert [text.get_text() for text in ax.texts] == ["9.63 M", "173.4 M", "0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(values)
    bottom, top = ax.get_ylim()
    assert top < bottom  # the first row is on top
    assert ax.get_xlim()[1] >= 1.15 * 173_408_256
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("MACs per image", "By branch")
    assert ax.patches[0].get_facecolor() == matplotlib.colors.to_rgba(figures.SKY)
    assert ax.patches[1].get_hatch() == "//"


def test_bars_take_given_axes() -> None:
    ax = figures.new_figure().add_subplot()
    assert figures.plot_bars({"a": 1}, unit="x", ax=ax) is ax


def test_products_of_matrices_are_as_narrow_as_where_they_meet() -> None:
    (ax,) = figures.plot_products({"by channel": (192, 16, 800)}, ("1×1", "5×5", "both")).axes
    first, second, product = ax.patches
    assert [text.get_text() for text in ax.texts[::2]] == ["1×1\n192×16", "5×5\n16×800", "both\n192×800"]
    heights = [bar.get_height() for bar in (first, second, product)]  # type: ignore[attr-defined]
    assert (heights[0] / heights[1]) ** 2 == pytest.approx(192 / 16)
    assert heights[0] == heights[2]
    assert second.get_width() == product.get_width()  # type: ignore[attr-defined]
    # The sides that meet are equally long, on the page, too.
    ax.apply_aspect()
    lower, left = (np.ptp(ax.transData.transform(line.get_xydata()), axis=0) for line in ax.lines)
    assert lower == pytest.approx((left[1], 0))


def test_bars_to_both_sides_of_zero_and_of_no_length_are_whole() -> None:
    ax = figures.plot_bars({"more": 2, "less": -3}, unit="G")
    low, high = ax.get_xlim()
    assert low <= -3 < 2 < high
    assert [t.get_text() for t in ax.texts] == ["2", "-3"]
    assert figures.plot_bars({"a": 0, "b": 0}, unit="G").get_xlim() == (0, 1.18)
    for values, said in (
        ({}, "`values` must hold one quantity or more. Received: none."),
        ({"a": float("nan")}, "`a` must be a finite int or float. Received: a=nan."),
    ):
        with pytest.raises(ValueError, match="Received") as caught:
            figures.plot_bars(values, unit="G")
        assert str(caught.value) == said


def test_a_bar_shorter_than_one_says_its_number() -> None:
    ax = figures.plot_bars({"a": 0.42, "b": 0.05}, unit="seconds")
    assert [text.get_text() for text in ax.texts] == ["0.42", "0.05"]


# Curves


def test_curves_go_through_their_points_and_are_told_apart() -> None:
    curves = {"A": [1.0, 4.0, 2.0], "B": [0.0, 1.0, 3.0]}
    ax = figures.plot_lines((3, 9, 27), curves, xlabel="k (pixels)", ylabel="answer", ticks=(3, 27))
    for line, (name, values) in zip(ax.lines, curves.items(), strict=True):
        assert line.get_label() == name
        assert list(np.asarray(line.get_xdata())) == [3, 9, 27]
        assert list(np.asarray(line.get_ydata())) == values
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["3", "27"]
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 2
    assert len({line.get_marker() for line in ax.lines}) == 2
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["A", "B"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("k (pixels)", "answer")


def test_many_names_lie_apart_beside_a_legend() -> None:
    names = ["conv1", "conv2", *lab.TABLE_1, "linear"]
    curves = {start: [1.0] * 12 for start in ("Xavier, bias 0", "Xavier, bias 0.2", "He", "He, batch norm")}
    ax = figures.plot_lines(names, curves, xlabel="from the photo to the classifier", ylabel="gradient")
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert min(right.x0 - left.x1 for left, right in pairwise(boxes)) > 10


def test_fifty_six_curves_are_told_apart() -> None:
    assert len({(figures.series(n).color, figures.series(n).marker) for n in range(56)}) == 56


def test_a_single_curve_needs_no_legend_and_no_logarithm() -> None:
    ax = figures.plot_lines((1, 2), {"only": (1, 2)}, xlabel="x", ylabel="y")
    assert ax.get_legend() is None
    assert ax.get_xscale() == "linear"


# Pictures


def test_arrows_point_at_the_places() -> None:
    ax = figures.plot_places(pictures.photo("galaxies"), pictures.GALAXIES)
    assert [text.get_text() for text in ax.texts] == ["A", "B", "C", "D"]
    for text, place in zip(ax.texts, pictures.GALAXIES.values(), strict=True):
        column, row = text.xy  # type: ignore[attr-defined]
        assert row == place.row
        assert abs(column - place.column) == 5  # beside it, not on it
        x, y = text.get_position()
        assert 0 < x < 380
        assert 0 < y < 420


def test_places_are_drawn_once_more_four_times_as_large() -> None:
    ax = figures.plot_places(pictures.photo("galaxies"), pictures.GALAXIES, closer=32)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    per_pixel = ax.get_window_extent().width / 380
    for near, place in zip(ax.child_axes, pictures.GALAXIES.values(), strict=True):
        assert near.get_xlim() == (place.column - 16, place.column + 16)
        assert near.get_window_extent().width == pytest.approx(4 * 32 * per_pixel)
        assert near.get_window_extent().x1 <= ax.figure.bbox.x1


def test_pictures_stand_side_by_side() -> None:
    shown = {
        "up": np.arange(12.0).reshape(3, 4),
        "down": -np.arange(12.0).reshape(3, 4),
        "c": np.zeros((2, 2, 3)),
    }
    figure = figures.plot_pictures(shown, columns=2)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["up", "down", "c"]
    for ax, picture in zip(figure.axes, shown.values(), strict=True):
        (image,) = ax.images
        assert np.array_equal(np.asarray(image.get_array()), picture)
        assert not ax.axison
    alike = figures.plot_pictures(shown, limits=(0, 20))
    assert {ax.images[0].get_clim() for ax in alike.axes[:2]} == {(0, 20)}


# Showing


def parts(html: str) -> tuple[str, bytes, str]:
    """Kind, bytes and alternative text of an image in HTML."""
    found = re.fullmatch(
        r'<img src="data:image/(\w+);base64,([^"]+)" alt="([^"]*)" width="\d+" [^>]+>(<style>.*)?', html
    )
    assert found
    return found[1], base64.b64decode(found[2]), unescape(found[3])


def test_a_figure_is_shown_with_its_alternative_text() -> None:
    ax = figures.plot_bars({"a": 1}, unit="x")
    kind, data, alt = parts(lab.show(ax, alt='One bar, "a" < b & c.').data)
    assert (kind, alt) == ("png", 'One bar, "a" < b & c.')
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    width, height = (ax.get_figure(root=True).get_size_inches() * figures.DPI).round()  # type: ignore[union-attr]
    assert picture.shape == (2 * height, 2 * width, 3)  # sharp on screens of today


def test_an_explorer_brings_its_own_text() -> None:
    explorer = lab.explore.reduction()
    assert parts(lab.show(explorer).data)[2] == explorer.readout
    assert parts(lab.show(explorer, alt="Another.").data)[2] == "Another."


@pytest.mark.parametrize("alt", [None, ""])
def test_a_figure_without_text_is_refused(alt: str | None) -> None:
    with pytest.raises(ValueError, match="alt") as caught:
        lab.show(figures.plot_bars({"a": 1}, unit="x"), alt=alt)
    assert str(caught.value) == "`alt` must say in a sentence what the figure shows. Received: none."


def test_what_holds_no_photograph_turns_where_a_page_is_dark() -> None:
    noise = figures.plot_pictures({"noise": np.random.default_rng(0).random((8, 8))}, columns=1)
    shown = [lab.show(each, alt="x").data for each in (figures.plot_bars({"a": 1}, unit="x"), noise)]
    shown += [lab.show(getattr(lab.explore, kind)()).data for kind in ("module", "electrode", "kernel_size")]
    assert ["lab-drawing" in each for each in shown] == [True, False, True, False, False]


def test_a_photograph_is_shown_as_jpeg_because_png_would_be_large() -> None:
    noise = np.random.default_rng(0).random((400, 400, 3))
    kind, data, _ = parts(
        figures.figure_html(figures.plot_pictures({"noise": noise}, columns=1, size=5), "x")
    )
    assert kind == "jpeg"
    assert data.startswith(b"\xff\xd8\xff")


def test_a_small_picture_keeps_its_colours() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    figure = figures.plot_pictures({"x": colours}, columns=1, size=2)
    kind, data, _ = parts(figures.figure_html(figure, "x"))
    assert kind == "png"
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    shown = {tuple(pixel) for pixel in picture[..., ::-1].reshape(-1, 3).tolist()}
    assert {tuple(pixel) for pixel in colours.reshape(-1, 3).tolist()} <= shown


def test_the_same_figure_gives_the_same_bytes() -> None:
    def once() -> str:
        return str(lab.show(figures.plot_bars({"a": 1, "b": 2}, unit="x"), alt="Two.").data)

    assert once() == once()


def test_figures_leave_matplotlib_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    figures.plot_bars({"a": 1}, unit="x")
    assert dict(matplotlib.rcParams) == before
    with pytest.raises(ValueError, match=r"^`a` must be a finite int or float\."):
        figures.plot_bars({"a": "much"}, unit="x")  # type: ignore[dict-item]
    assert dict(matplotlib.rcParams) == before


# Costs


def widths(ax: Any) -> list[float]:
    return [bar.get_width() for bar in ax.patches]


def test_a_cost_is_drawn_by_module_with_its_sums() -> None:
    cost = lab.cost(lab.googlenet())
    modules = cost.by_module()
    (part,) = figures.plot_cost(cost).subfigs
    parameters, macs, activations = part.axes
    assert widths(parameters) == [module.parameters for module in modules.values()]
    assert widths(macs) == [module.macs for module in modules.values()]
    assert widths(activations) == [module.activation_bytes for module in modules.values()]
    titles = [ax.get_title(loc="left") for ax in part.axes]
    assert titles == ["parameters\n7.00 M", "MACs\n1.58 G", "activations\n21.8 MB"]
    names = [label.get_text() for label in parameters.get_yticklabels()]
    assert names == [name.removeprefix("inception_") for name in modules]
    bottom, top = parameters.get_ylim()
    assert top < bottom  # the input is on top
    assert [text.get_text() for text in macs.texts][:2] == ["118.0 M", "359.7 M"]  # zeros are not written


def test_two_costs_are_drawn_on_the_same_scales() -> None:
    costs = [lab.cost(lab.googlenet()), lab.cost(lab.zoo.resnet50())]
    left, right = figures.plot_cost(*costs).subfigs
    for one, other in zip(left.axes, right.axes, strict=True):
        assert one.get_xlim() == other.get_xlim()
        assert one.get_ylim() == other.get_ylim()
    for part, cost in zip((left, right), costs, strict=True):
        assert sum(widths(part.axes[1])) == cost.macs
        assert part.get_suptitle() == f"{cost.network}, 224×224×3"
    assert {ax.patches[0].get_hatch() for ax in left.axes} == {None}  # hatches are the branches'


def test_a_cost_without_layers_is_not_drawn() -> None:
    message = r"^`costs` must have layers\. Received: 'part' without any\.$"
    with pytest.raises(ValueError, match=message):
        figures.plot_cost(lab.cost(lab.Sequence(), (8, 8, 3)))


@pytest.mark.parametrize("count", [0, 3])
def test_one_cost_or_two_are_drawn(count: int) -> None:
    with pytest.raises(ValueError, match="costs") as caught:
        figures.plot_cost(*[lab.cost(lab.googlenet())] * count)
    assert str(caught.value) == f"`costs` must be one or two. Received: {count}."


@pytest.mark.parametrize("layers", [1, 20, 400])
def test_names_and_numbers_of_a_cost_lie_apart(layers: int) -> None:
    names = [f"block{n // 7}_{n % 7}_convolution" for n in range(layers)]
    body = lab.Sequence(*(lab.layers.Conv2D(8, 3, name=name) for name in names))
    figure = figures.plot_cost(lab.cost(body, (64, 64, 3)), lab.cost(lab.googlenet()))
    figure.draw_without_rendering()
    for ax in figure.subfigs[0].axes:
        boxes = [label.get_window_extent() for label in (*ax.get_yticklabels(), *ax.texts)]
        assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])
    assert len(figure.subfigs[0].axes[0].get_yticklabels()) <= 28

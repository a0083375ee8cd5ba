"""Diagrams: each layer a box, each line with its channels, drawn from the spec."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyBboxPatch

import inception_lab as lab
from inception_lab.architecture import layers
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.network import Parallel, Part, Sequence
from inception_lab.view import diagrams, figures

SHAPE = (28, 28, 192)
MODULE = lab.inception_module(64, 96, 128, 16, 32, 32)


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def boxes(ax: Axes) -> list[FancyBboxPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def test_a_module_has_a_box_a_layer_and_channels_on_every_line() -> None:
    ax = diagrams.plot_module(MODULE, SHAPE)
    said = words(ax)
    assert [text for text in said if "\n" in text] == [
        "1×1 conv\n64 filters",
        "1×1 conv\n96 filters",
        "3×3 conv\n128 filters",
        "1×1 conv\n16 filters",
        "5×5 conv\n32 filters",
        "3×3\nmax pool",
        "1×1 conv\n32 filters",
    ]
    # Into the four branches, within three of them, out of all four.
    numbers = sorted(int(text) for text in said if text.isdigit())
    assert numbers == sorted([192] * 4 + [96, 16, 192] + [64, 128, 32, 32])
    assert "in: 28×28×192" in said
    assert "out, joined: 28×28×256" in said


def test_branches_have_rows_and_colours_of_their_own() -> None:
    ax = diagrams.plot_module(MODULE, SHAPE)
    rows: dict[float, set[tuple[float, ...]]] = {}
    for box in boxes(ax):
        rows.setdefault(box.get_y(), set()).add(to_rgba(box.get_edgecolor()))
    assert [rows[y] for y in sorted(rows)] == [
        {to_rgba(figures.BRANCH_STYLES[name].color)} for name in ("1x1", "3x3", "5x5", "pool")
    ]
    bottom, top = ax.get_ylim()
    assert top < bottom  # the first branch is on top


def test_every_branch_is_joined_to_input_and_output() -> None:
    (lines,) = (
        each for each in diagrams.plot_module(MODULE, SHAPE).collections if isinstance(each, LineCollection)
    )
    segments = np.array([np.asarray(segment) for segment in lines.get_segments()])
    x0, x1 = segments[:, 0, 0], segments[:, 1, 0]
    right = x1.max()
    for row in range(4):
        flat = (segments[:, :, 1] == row).all(axis=1)
        assert x0[flat].min() == 0
        assert x1[flat].max() == right
    upright = segments[x0 == x1]
    assert sorted((float(a[0]), float(a[1]), float(b[1])) for a, b in upright) == [(0, 0, 3), (right, 0, 3)]


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """A module of up to four branches of up to three layers."""
    layer = st.one_of(
        st.builds(layers.Conv2D, st.integers(1, 999), st.sampled_from([1, 3, 5])),
        st.just(layers.MaxPool2D(3)),
        st.just(layers.BatchNorm()),
    )
    branch = st.lists(layer, min_size=1, max_size=3).map(lambda made: Sequence(*made))
    return Parallel(*draw(st.lists(branch, min_size=1, max_size=4)))


@settings(max_examples=40, deadline=None)
@given(parts(), st.integers(1, 500))
def test_boxes_of_any_module_lie_apart_and_inside(part: Part, channels: int) -> None:
    costs = lab.cost(part, (9, 9, channels))
    sketch = diagrams.lay_out(part, costs)
    drawn = [layer for layer in costs.layers if layer.type not in ("Concatenate", "Add")]
    assert len(sketch.boxes) == len(drawn)
    assert {path for _, _, path, _ in sketch.boxes} == {layer.name for layer in drawn}
    places = [(x, y) for x, y, _, _ in sketch.boxes]
    assert all(0 <= x <= sketch.width - diagrams.BOX + 1e-9 for x, _ in places)
    assert {y for _, y in places} == set(range(sketch.rows))
    for number, (x, y) in enumerate(places):
        for other, row in places[number + 1 :]:
            assert y != row or abs(x - other) >= diagrams.BOX
    out = [label for *_, x1, _, label in sketch.lines if label and x1 == sketch.width]
    assert sum(int(label.replace(",", "")) for label in out) == costs.output_shape[-1]


def test_a_head_on_the_side_is_not_drawn_and_the_layers_after_it_keep_their_names() -> None:
    network = lab.googlenet(auxiliary=True)
    costs = lab.cost(network)
    sketch = diagrams.lay_out(network.body, costs)
    drawn = [layer.name for layer in costs.layers if layer.type != "Concatenate"]
    assert [path for _, _, path, _ in sketch.boxes] == [
        name for name in drawn if not name.startswith(("loss1", "loss2"))
    ]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (layers.Conv2D(1024, 7), "7×7 conv\n1,024 filters"),
        (layers.MaxPool2D(2), "2×2\nmax pool"),
        (layers.AveragePool2D(5), "5×5\naverage pool"),
        (layers.GlobalAveragePool2D(), "global\naverage"),
        (layers.BatchNorm(), "batch\nnorm"),
        (layers.LocalResponseNorm(), "local\nresponse norm"),
        (layers.Activation("relu"), "relu"),
        (layers.Dense(1000), "dense\n1,000 units"),
        (layers.Dropout(0.4), "dropout\n40%"),
        (layers.Flatten(), "flatten"),
    ],
)
def test_captions(layer: Layer, text: str) -> None:
    assert diagrams.caption(layer) == text


def test_it_draws_into_given_axes() -> None:
    ax = figures.new_figure().add_subplot()
    assert diagrams.plot_module(layers.Conv2D(8, 3), (5, 5, 3), ax=ax) is ax
    assert "3×3 conv\n8 filters" in words(ax)


@pytest.mark.parametrize(
    ("part", "shape"), [(MODULE, SHAPE), (lab.naive_module(64, 128, 32, 512), (112, 112, 1024))]
)
def test_text_fits_into_its_box(part: Part, shape: tuple[int, int, int]) -> None:
    ax = diagrams.plot_module(part, shape)
    captions = [text for text in ax.texts if "\n" in text.get_text()]
    for text, box in zip(captions, boxes(ax), strict=True):
        inner, outer = text.get_window_extent(), box.get_window_extent()
        assert outer.x0 <= inner.x0
        assert inner.x1 <= outer.x1
        assert outer.y0 <= inner.y0
        assert inner.y1 <= outer.y1

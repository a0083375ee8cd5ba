"""The figures that look into a network: what they draw, read from their artists."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.container import ErrorbarContainer

from inception_lab.model.inside.tuning import Mean
from inception_lab.view import figures

PHOTO = np.full((20, 30, 3), 100, np.uint8)


def test_heat_lies_over_the_photograph() -> None:
    heat = np.array([[0.0, 2.0], [-1.0, 1.0]])
    ax = figures.plot_heat(PHOTO, heat, title="here")
    photo, over = ax.images
    assert list(photo.get_extent()) == list(over.get_extent()) == [0, 30, 20, 0]
    strength: Any = np.array([[0.0, 1.0], [0.0, 0.5]])
    np.testing.assert_allclose(np.asarray(over.get_array()), strength)
    np.testing.assert_allclose(np.asarray(over.get_alpha()), 0.75 * strength**0.5)
    assert ax.get_title(loc="left") == "here"


def test_no_heat_is_transparent() -> None:
    over = figures.plot_heat(PHOTO, -np.ones((2, 2))).images[1]
    assert not np.asarray(over.get_alpha()).any()


def test_each_photograph_has_its_bars() -> None:
    guesses = [
        SimpleNamespace(label="tabby", probability=0.75),
        SimpleNamespace(label="fox", probability=0.1),
    ]
    figure = figures.plot_predictions({"a": PHOTO, "b": PHOTO[..., 0]}, {"a": guesses, "b": guesses[:1]})
    photo, bars, _, others = figure.axes
    assert photo.get_title(loc="left") == "a"
    assert [patch.get_width() for patch in bars.patches] == [0.75, 0.1]  # type: ignore[attr-defined]
    assert [text.get_text() for text in bars.texts] == ["tabby, 75.0%", "fox, 10.0%"]
    assert len(others.patches) == 1


def test_branches_stand_in_rows() -> None:
    maps = {"7": np.eye(3), "2": np.zeros((3, 3))}
    figure = figures.plot_branch_maps({"1x1": maps, "pool_proj": {"0": np.ones((3, 3))}})
    assert [ax.get_ylabel() for ax in figure.axes] == ["1×1", "", "pool proj"]
    assert [ax.get_title(loc="center") for ax in figure.axes] == ["7", "2", "0"]
    assert [ax.images[0].get_clim() for ax in figure.axes] == [(0, 1), (0, 1), (0, 1)]


def test_size_tuning_is_drawn_with_intervals() -> None:
    table = {
        "inception_3a": {"1x1": Mean(11, 9, 12, 60, 64), "5x5": Mean(16, 12, 20, 30, 32)},
        "inception_4b": {"1x1": Mean(24, 22, 27, 140, 160)},
    }
    ax = figures.plot_size_tuning(table, title="sizes")
    bars: list[Any] = [each for each in ax.containers if isinstance(each, ErrorbarContainer)]
    assert [each.get_label() for each in bars] == ["1×1", "5×5"]
    points, _, (lines,) = bars[0].lines
    assert [float(value) for value in points.get_ydata()] == [11, 24]
    ends = [np.asarray(segment)[:, 1] for segment in lines.get_segments()]
    np.testing.assert_allclose(ends, [[9, 12], [22, 27]])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["3a", "4b"]
    assert ax.get_yscale() == "log"

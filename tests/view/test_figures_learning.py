"""Figures of training show the numbers that they are given."""

from typing import Any

import pytest

import inception_lab as lab
from inception_lab.model.evaluate import SizeAccuracy
from inception_lab.view import figures
from tests.view.walking import points

HISTORY = [
    {"epoch": n, "loss": 2.0 / n, "main_accuracy": 0.3 * n, "validation_loss": 1.5 / n,
     "validation_accuracy": 0.25 * n, "seconds": 8.0}
    for n in (1, 2)
]  # fmt: skip


def test_a_history_is_drawn_for_all_epochs_to_come() -> None:
    figure = figures.plot_history(HISTORY, epochs=6)
    loss, accuracy = figure.axes
    assert [points(line)[1] for line in loss.get_lines()] == [[2.0, 1.0], [1.5, 0.75]]
    assert [points(line)[1] for line in accuracy.get_lines()[:2]] == [[0.3, 0.6], [0.25, 0.5]]
    assert loss.get_xlim()[1] > 6
    one = figures.plot_history(HISTORY[:1], epochs=1).axes[0]
    assert {tick % 1 for tick in one.get_xticks()} == {0}
    assert {line.get_linestyle() for line in loss.get_lines()} == {"-", "--"}


def test_live_curves_say_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[Any] = []

    class Handle:
        def update(self, page: Any) -> None:
            shown.append(page.data)

    monkeypatch.setattr(IPython.display, "display", lambda *_, **__: Handle())
    curves = lab.LiveCurves(6)
    curves(HISTORY[:1])
    curves(HISTORY)
    said = "Epoch 2 of 6: loss 1.000, accuracy 60.0% while learning, 50.0% on validation; 16 seconds so far."
    assert len(shown) == 2
    assert shown[1].count(said) == 2  # as alternative text and below the picture


def test_accuracies_by_size_keep_their_sizes() -> None:
    given = [SizeAccuracy(10, 0.8, 5), SizeAccuracy(60, 0.9, 5)]
    ax = figures.plot_by_size({"one": given, "two": given}, band=(20, 30))
    for line in ax.get_lines():
        x, y = points(line)
        assert [*x, *y] == [10, 60, 0.8, 0.9]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "60"]


def test_every_curve_by_size_is_drawn() -> None:
    names = [f"seed {number}" for number in range(9)]
    ax = figures.plot_by_size({name: [SizeAccuracy(10, 0.8, 5)] for name in names})
    lines = ax.get_lines()
    assert [line.get_label() for line in lines] == names
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 9


def test_all_sizes_of_all_curves_are_named() -> None:
    curves = {"small": [SizeAccuracy(10, 0.8, 5)], "large": [SizeAccuracy(60, 0.9, 5)], "none": []}
    ax = figures.plot_by_size(curves)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", "60"]
    for nothing, said in (({}, "none"), ({"a": [SizeAccuracy(0, 0.5, 5)]}, "0")):
        with pytest.raises(ValueError, match=rf"^`curves` must have sizes above 0\. Received: {said}\.$"):
            figures.plot_by_size(nothing)


def test_curves_of_every_panel_are_in_the_legend_each_with_a_style_of_its_own() -> None:
    figure = figures.plot_rates(
        {"one": {"a": {0.1: [0.5]}}, "two": {"b": {0.1: [0.5]}, "a": {0.1: [0.6]}}}, ylabel="y", works=0.8
    )
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    first, second = (ax.get_lines() for ax in figure.axes[:2])
    assert first[0].get_color() != second[0].get_color() == second[1].get_color()
    assert first[0].get_color() == second[2].get_color()


def test_every_run_at_every_rate_is_a_dot_and_the_curve_goes_through_the_means() -> None:
    curves = {"without": {0.1: [0.2, 0.4], 0.2: [0.9, 0.9]}, "with": {0.1: [0.5, 0.5], 0.2: [1.0, 0.0]}}
    figure = figures.plot_rates({"one": curves, "two": curves}, ylabel="accuracy", works=0.8)
    for ax, title in zip(figure.axes, ("one", "two"), strict=False):
        assert ax.get_title(loc="left") == title
        named = {line.get_label(): points(line)[1] for line in ax.get_lines()}
        assert named["without"] == pytest.approx([0.3, 0.9])
        assert named["with"] == pytest.approx([0.5, 0.5])
        dots = [y for line in ax.get_lines() if line.get_linestyle() == "None" for y in points(line)[1]]
        assert sorted(dots) == [0.0, 0.2, 0.4, 0.5, 0.5, 0.9, 0.9, 1.0]
        assert [label.get_text() for label in ax.get_xticklabels()] == ["0.1", "0.2"]
        assert [0.8, 0.8] in [points(line)[1] for line in ax.get_lines()]  # from here on a rate works


def test_differences_stand_at_their_values() -> None:
    ax = figures.plot_differences({"a − b": (0.5, (-0.2, 1.1)), "c − b": (-1.0, (-2, -0.5))}, unit="points")
    dots = [points(line)[0][0] for line in ax.get_lines() if line.get_marker() == "o"]
    assert dots == [0.5, -1.0]

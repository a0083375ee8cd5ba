"""`explore.bands()` and `explore.recipes()`: what is stored or scheduled is what is drawn."""

import csv
from unittest.mock import patch

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.resources import data_path
from tests.view.walking import points


def rows(low: int, high: int) -> list[list[float]]:
    with (data_path("experiments") / "bands.csv").open() as file:
        return [
            [float(row[name]) for name in row if name.startswith("size_")]
            for row in csv.DictReader(file)
            if (row["smallest"], row["largest"]) == (str(low), str(high))
        ]


@pytest.mark.parametrize("band", [(10, 60), (20, 30)])
def test_bands_are_drawn_as_they_are_stored(band: tuple[int, int]) -> None:
    explorer = lab.explore.bands(band=band)
    stored = np.array(rows(*band))
    np.testing.assert_allclose(points(explorer._lines.mean)[1], stored.mean(axis=0))
    np.testing.assert_allclose(points(explorer._lines.reference)[1], np.mean(rows(10, 60), axis=0))
    for seeds, runs in (("seeds", stored), ("compared_seeds", np.array(rows(10, 60)))):
        drawn = np.reshape(points(getattr(explorer._lines, seeds))[1], (len(runs), -1))
        np.testing.assert_allclose(drawn, np.pad(runs, ((0, 0), (0, 1)), constant_values=np.nan))
    assert (explorer._band.get_x(), explorer._band.get_width()) == (band[0], band[1] - band[0])
    inside = stored.mean(axis=0)[[band[0] <= size <= band[1] for size in (10, 13, 18, 24, 33, 44, 60)]]
    assert f"{inside.mean():.1%} within the band" in explorer.readout


def test_recipes_are_drawn_as_shares_of_the_highest_rate() -> None:
    explorer = lab.explore.recipes()
    x, y = map(np.array, points(explorer._chosen))
    assert (x[-1], y[0]) == (25, 1)
    assert y[-1] == pytest.approx(0.96**3)  # three steps in 25 epochs
    assert "from 0.0100 to 0.0088" in explorer.readout
    explorer.set(recipe="modern", epochs=10)
    x, y = map(np.array, points(explorer._chosen))
    assert x[np.argmax(y)] == pytest.approx(2, abs=0.02)  # a fifth of ten epochs is warm-up
    assert y[-1] < 0.001


@pytest.mark.parametrize(("epochs", "end"), [(1, 1.5), (7, 7.5), (25, 30), (26, 30), (250, 300), (300, 350)])
def test_the_axis_of_recipes_ends_at_a_round_number(epochs: int, end: float) -> None:
    explorer = lab.explore.recipes(epochs=epochs)
    assert explorer._axes.get_xlim() == (0, end)


def test_a_small_drag_leaves_the_frame_of_recipes_as_it_is() -> None:
    explorer = lab.explore.recipes(epochs=25)
    scale = explorer._axes.xaxis
    with patch.object(scale, "draw", wraps=scale.draw) as drawn:
        explorer.set(epochs=26)
        assert drawn.call_count == 0
        explorer.set(epochs=250)
        assert drawn.call_count == 1


@pytest.mark.parametrize("name", lab.recipes.RECIPES)
def test_the_code_schedules_what_is_drawn(name: str) -> None:
    explorer = lab.explore.recipes(recipe=name, epochs=20)
    scope: dict[str, object] = {}
    exec(explorer.code, scope)
    steps = 20 * 125
    ours = lab.recipes.RECIPES[name].learning_rates(20, 125)
    schedule = scope["schedule"]
    assert callable(schedule)
    theirs = np.array([float(schedule(step)) for step in range(0, steps, 50)])
    # Keras's warm-up begins at zero, ours a step later: one of the steps that it rises over.
    rising = max(1.0, lab.recipes.RECIPES[name].warm_up * steps)
    np.testing.assert_allclose(theirs, ours[::50], atol=1.1 * ours.max() / rising if rising > 1 else 1e-8)


def test_heads_are_drawn_as_they_are_stored() -> None:
    explorer = lab.explore.heads(start="He, batch norm", measure="validation_accuracy")
    with (data_path("experiments") / "heads.csv").open() as file:
        runs = [row for row in csv.DictReader(file) if row["start"] == "He, batch norm"]
    lines = explorer._lines
    for weight, line, seeds in (
        (0.3, lines.mean, lines.seeds),
        (0.0, lines.reference, lines.compared_seeds),
    ):
        curves = [
            [float(each) for each in row["validation_accuracy"].split()]
            for row in runs
            if float(row["weight"]) == weight
        ]
        np.testing.assert_allclose(points(line)[1], np.mean(curves, axis=0))
        gaps = np.pad(curves, ((0, 0), (0, 1)), constant_values=np.nan)
        np.testing.assert_allclose(points(seeds)[1], gaps.ravel())
    assert explorer._nothing.get_ydata() == [0.1, 0.1]
    explorer.set(measure="aux1_accuracy")  # which networks without heads do not have
    assert points(lines.reference)[1] == points(lines.compared_seeds)[1] == []
    assert "without them" not in explorer.readout

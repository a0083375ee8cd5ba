"""`explore.electrode()`: the stored answers by default, or anybody's."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.inside.tuning import SizeTuning, stored_tuning

DIAMETERS = (4, 8, 16, 32, 60)


@pytest.fixture(scope="module")
def tuning() -> SizeTuning:
    """Two modules with two branches; in one the third channel is strongest, for white discs of 16 pixels."""
    rng = np.random.default_rng(0)
    answers = {
        module: {branch: rng.random((2, 5, 3), np.float32) for branch in ("1x1", "3x3")}
        for module in ("inception_1a", "inception_1b")
    }
    answers["inception_1b"]["3x3"][:, :, 2] = [[0, 1, 4, 2, 1], [2, 0, 0, 0, 0]]
    return SizeTuning(DIAMETERS, ("white", "red"), answers, 64, "by hand")


@pytest.fixture
def explorer(tuning: SizeTuning) -> Any:
    return lab.explore.electrode(tuning=tuning, module="1b")


def test_it_shows_the_strongest_unit_and_its_favourite(explorer: Any) -> None:
    result = explorer.result
    assert (result.channel, result.colour, result.preferred) == (2, "white", 16)
    np.testing.assert_allclose(result.curves[0], [0, 0.25, 1, 0.5, 0.25])
    assert explorer._best.get_xdata() == [16]
    assert explorer._curve.get_ydata() == pytest.approx([0, 0.25, 1, 0.5, 0.25])


def test_the_disc_grows_with_its_control(explorer: Any) -> None:
    explorer.controls["diameter"].value = 16
    assert explorer._disc.get_radius() == 8
    assert explorer.result.answer == pytest.approx(1)
    explorer.controls["diameter"].value = 32
    assert explorer._disc.get_radius() == 16
    assert explorer._here.get_xdata() == [32]
    assert explorer.result.answer == pytest.approx(0.5)


def test_between_two_diameters_the_answer_is_between(explorer: Any) -> None:
    """Half way on a logarithmic axis: 16 · √2 = 22.6."""
    explorer.set(diameter=23)
    assert explorer.result.answer == pytest.approx(0.75, abs=0.02)


def test_a_colour_may_be_chosen(explorer: Any) -> None:
    explorer.set(colour="red")
    assert (explorer.result.colour, explorer.result.preferred) == ("red", 4)
    assert explorer._disc.get_facecolor()[:3] == (1, 0, 0)
    assert "a red disc" in explorer.readout


def test_units_come_by_their_strength(explorer: Any, tuning: SizeTuning) -> None:
    strongest = []
    for unit in (1, 2, 3):
        explorer.set(unit=unit)
        strongest.append(tuning.branch("inception_1b", "3x3")[:, :, explorer.result.channel].max())
    assert strongest == sorted(strongest, reverse=True)
    with pytest.raises(ValueError, match=r"^`unit` must be a whole number from 1 to 3\. Received: unit=4\.$"):
        explorer.set(unit=4)


def test_branches_are_drawn_at_their_means(explorer: Any, tuning: SizeTuning) -> None:
    for row, branch in enumerate(("1x1", "3x3")):
        mean = tuning.mean("inception_1b", branch)
        assert explorer._points[row].get_xdata() == [mean.diameter]
        assert list(explorer._bars[row].get_xdata()) == [mean.low, mean.high]


def test_a_silent_unit_is_said_to_be(tuning: SizeTuning) -> None:
    nothing = {"m": {"1x1": np.zeros((2, 5, 1), np.float32)}}
    explorer = lab.explore.electrode(tuning=SizeTuning(DIAMETERS, ("white", "red"), nothing, 64, "silent"))
    assert explorer.result.preferred is None
    assert "it answers to no disc of this colour" in explorer.readout
    assert list(np.asarray(explorer._best.get_xdata())) == []


def test_by_default_it_is_bvlcs_network() -> None:
    explorer = lab.explore.electrode()
    assert (explorer.state["module"], explorer.state["branch"]) == ("4b", "5x5")
    assert "1×1 24, 3×3 32, 5×5 59" in explorer.readout
    assert explorer.tuning.network == stored_tuning().network == "BVLC GoogLeNet"
    assert set(explorer.presets) == {"4b, 1×1", "4b, 5×5", "3a, 5×5", "5b, 5×5"}


def test_dragging_needs_no_keras() -> None:
    code = """
import json, sys
import inception_lab as lab
explorer = lab.explore.electrode()
for diameter in range(4, 221, 30):
    explorer.controls["diameter"].value = diameter
print(json.dumps(sorted({"keras", "tensorflow", "onnx"} & set(sys.modules))))
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(process.stdout) == []

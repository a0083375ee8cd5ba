"""`explore.reduction()`: one convolution with and without a 1×1 before it."""

from fractions import Fraction

import pytest

from inception_lab.view.explorers.reduction import Reduction
from tests.view.walking import points

DIRECT = 5**2 * 192 * 32 * 28**2


@pytest.fixture(scope="module")
def shared() -> Reduction:
    return Reduction()


@pytest.fixture
def explorer(shared: Reduction) -> Reduction:
    shared.reset()
    return shared


def test_it_opens_on_the_example_that_started_it_all(explorer: Reduction) -> None:
    result = explorer.result
    assert result.direct.macs == DIRECT == 120_422_400
    assert result.first == 1**2 * 192 * 16 * 28**2 == 2_408_448
    assert result.second == 5**2 * 16 * 32 * 28**2 == 10_035_200
    assert result.reduced.macs == 2_408_448 + 10_035_200 == 12_443_648
    assert result.per_filter == 28**2 * (192 + 5**2 * 32) == 777_728
    assert explorer.readout.startswith(
        "Direct 5×5: 120,422,400 MACs. Reduced first: 2,408,448 + 10,035,200 = 12,443,648, 9.68 × fewer. "
        "Break-even at 154.8 filters"
    )


def test_154_filters_save_and_155_do_not(explorer: Reduction) -> None:
    assert explorer.result.even == Fraction(5**2 * 192 * 32, 192 + 5**2 * 32)
    assert float(explorer.result.even) == pytest.approx(154.8387, abs=1e-4)
    explorer.choose("last filter that saves")
    assert explorer.result.reduced.macs == 154 * 777_728 < DIRECT
    assert "1.01 × fewer" in explorer.readout
    explorer.choose("first filter that does not")
    assert explorer.result.reduced.macs == 155 * 777_728 > DIRECT
    assert "no saving" in explorer.readout


@pytest.mark.parametrize(
    ("preset", "direct", "reduced"),
    [
        ("3a's 5×5 branch", DIRECT, 28**2 * (192 * 16 + 5**2 * 16 * 32)),
        ("3a's 3×3 branch", 28**2 * 3**2 * 192 * 128, 28**2 * (192 * 96 + 3**2 * 96 * 128)),
        ("5b's 5×5 branch", 7**2 * 5**2 * 832 * 128, 7**2 * (832 * 48 + 5**2 * 48 * 128)),
        ("last filter that saves", DIRECT, 154 * 777_728),
        ("first filter that does not", DIRECT, 155 * 777_728),
        ("a 1×1 before a 1×1", 28**2 * 192 * 32, 28**2 * (192 * 27 + 27 * 32)),
    ],
)
def test_presets(explorer: Reduction, preset: str, direct: int, reduced: int) -> None:
    explorer.choose(preset)
    assert (explorer.result.direct.macs, explorer.result.reduced.macs) == (direct, reduced)


def test_every_preset_is_listed_above(explorer: Reduction) -> None:
    assert len(explorer.presets) == 6


@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 112), (112, 7)])
def test_the_size_of_the_picture_cancels(explorer: Reduction, height: int, width: int) -> None:
    even = explorer.result.even
    explorer.set(height=height, width=width)
    assert explorer.result.even == even


def test_a_reduction_before_a_1x1_pays_below_its_own_break_even(explorer: Reduction) -> None:
    explorer.set(kernel_size=1, reduce=27)  # 192 · 32 / (192 + 32) = 27.4
    assert explorer.result.reduced.macs < explorer.result.direct.macs
    explorer.set(reduce=28)
    assert explorer.result.reduced.macs > explorer.result.direct.macs


@pytest.mark.parametrize("state", [{}, {"reduce": 512}, {"kernel_size": 11, "filters": 500}, {"channels": 1}])
def test_lines_points_and_bars_stand_where_the_numbers_say(
    explorer: Reduction, state: dict[str, int]
) -> None:
    explorer.set(**state)
    result = explorer.result
    direct, reduced = result.direct.macs, result.reduced.macs
    even = float(result.even)
    assert points(explorer._direct)[1] == [direct, direct]
    assert points(explorer._here) == ([explorer.state["reduce"]], [reduced])
    (x0, x1), (y0, y1) = points(explorer._reduced)
    assert (x0, y0) == (0, 0)
    assert y1 / x1 == pytest.approx(result.per_filter)  # the slope: MACs a filter
    assert points(explorer._even) == ([even, even], [0, direct])  # from the axis to the crossing
    assert even * result.per_filter == pytest.approx(direct)
    direct_bar, reduced_bar = (bar.get_width() for bar in explorer._bars.bars["macs"])
    assert direct_bar / reduced_bar == pytest.approx(direct / reduced)
    assert explorer._first.get_width() / reduced_bar == pytest.approx(result.first / reduced)
    left, right = explorer._line_axes.get_xlim()
    bottom, top = explorer._line_axes.get_ylim()
    assert (left, bottom) == (0, 0)
    assert right >= max(even, explorer.state["reduce"])
    assert top >= max(direct, reduced)


def test_the_numbers_are_written(explorer: Reduction) -> None:
    texts = [text.get_text() for text in explorer._texts]
    assert texts == ["direct: 120.4 M", "break-even 154.8", "12.4 M"]
    assert [text.get_text() for text in explorer._bars.numbers["macs"]] == ["120.4 M", "12.4 M"]
    assert explorer._note.get_text() == "left: 1×1, 2.41 M; right: 5×5, 10.0 M"
    explorer.set(reduce=32)
    assert explorer._texts[2].get_text() == "24.9 M"  # 32 · 777,728


def test_the_number_in_a_bar_lies_over_its_dots(explorer: Reduction) -> None:
    bars = explorer._bars
    order = (bars.bars["macs"][1], explorer._first, bars.numbers["macs"][1])
    assert [artist for artist in explorer._canvas.below if artist in order] == list(order)

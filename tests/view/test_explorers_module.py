"""`explore.module()`: the six numbers of an Inception module."""

import pytest

import inception_lab as lab
from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.view.explorers.module import Module

# facts.md, Table 1: MACs and parameters with biases.
MODULES = {
    "3a": (128_049_152, 163_696),
    "3b": (304_267_264, 388_736),
    "4a": (73_608_192, 376_176),
    "4b": (87_908_352, 449_160),
    "4c": (99_850_240, 510_104),
    "4d": (118_515_712, 605_376),
    "4e": (169_996_288, 868_352),
    "5a": (51_079_168, 1_043_456),
    "5b": (70_697_984, 1_444_080),
}


@pytest.fixture(scope="module")
def shared() -> Module:
    return Module()


@pytest.fixture
def explorer(shared: Module) -> Module:
    shared.reset()
    return shared


@pytest.mark.parametrize(("name", "expected"), MODULES.items())
def test_presets_are_the_rows_of_table_1(explorer: Module, name: str, expected: tuple[int, int]) -> None:
    explorer.choose(name)
    total = explorer.result.reduced.total
    assert (total.macs, total.parameters) == expected
    row = lab.cost(lab.googlenet()).by_module()[f"inception_{name}"]
    assert (total.input_shape, total.output_shape) == (row.input_shape, row.output_shape)


def test_the_nine_naive_twins_cost_what_the_lesson_says(explorer: Module) -> None:
    naive = reduced = 0
    assert tuple(explorer.presets) == tuple(TABLE_1)
    for name in explorer.presets:
        explorer.choose(name)
        naive += explorer.result.naive.total.macs
        reduced += explorer.result.reduced.total.macs
    assert (round(naive / 1e9, 2), round(reduced / 1e9, 2)) == (3.88, 1.10)


def test_3a_is_2_37_times_cheaper_and_its_3x3_branch_is_79_percent(explorer: Module) -> None:
    result = explorer.result
    assert result.naive.total.macs == 28**2 * 192 * (64 + 9 * 128 + 25 * 32) == 303_464_448
    assert result.naive.total.macs / result.reduced.total.macs == pytest.approx(2.37, abs=0.005)
    by_3x3 = 28**2 * (192 * 96 + 9 * 96 * 128)
    assert result.reduced.branches["3x3"]["macs"] == by_3x3
    assert by_3x3 / result.reduced.total.macs == pytest.approx(0.79, abs=0.005)
    assert "2.37 × the MACs" in explorer.readout
    assert "3×3" in explorer.readout
    assert "79 %" in explorer.readout


def test_branches_sum_to_the_module(explorer: Module) -> None:
    explorer.set(conv1x1=3, reduce3x3=200, conv5x5=77, pool_proj=500, height=9)
    for ways in (explorer.result.naive, explorer.result.reduced):
        for metric in ("parameters", "macs", "activation_bytes"):
            assert sum(branch[metric] for branch in ways.branches.values()) == getattr(ways.total, metric)
        assert sum(ways.channels.values()) == ways.total.output_shape[-1]


@pytest.mark.parametrize("name", ["3a", "4e", "5b"])
def test_bars_are_as_long_as_the_counts(explorer: Module, name: str) -> None:
    explorer.choose(name)
    for metric, bars in explorer._bars.items():
        counts = {
            way: [branch[metric] for branch in getattr(explorer.result, way).branches.values()]
            for way in ("naive", "reduced")
        }
        most = max(max(row) for row in counts.values())
        scale = max(bar.get_width() for row in bars.bars.values() for bar in row) / most
        assert scale * most <= 1
        for way, row in counts.items():
            assert [bar.get_width() for bar in bars.bars[way]] == pytest.approx([n * scale for n in row])
            written = [number.get_text() for number in bars.numbers[way]]
            assert written == [lab.figures.quantity(count) for count in row]


def test_naive_and_reduced_differ_by_more_than_colour(explorer: Module) -> None:
    bars = explorer._bars["macs"].bars
    assert bars["naive"][0].get_hatch() == "//"
    assert not bars["reduced"][0].get_hatch()


def test_the_diagram_follows(explorer: Module) -> None:
    def words() -> set[str]:
        return {text.get_text() for text in explorer._diagram_axes.texts}

    assert {"1×1 conv\n96 filters", "3×3 conv\n128 filters", "in: 28×28×192", "192", "96"} <= words()
    before = explorer._diagram_axes.texts[0]
    explorer.set(reduce3x3=97, channels=200)
    assert {"1×1 conv\n97 filters", "in: 28×28×200", "200", "97"} <= words()
    assert words().isdisjoint({"1×1 conv\n96 filters", "in: 28×28×192"})
    assert explorer._diagram_axes.texts[0] is before  # written anew, not made anew


@pytest.mark.parametrize("room", [1000, 694])
def test_a_number_beside_its_bar_does_not_lie_on_a_tick(room: float) -> None:
    explorer = Module("5b", reduce5x5=8)
    explorer.fit(room)
    beside = 0
    for bars in explorer._bars.values():
        ticks = [(x, (low + high) / 2) for (x, low), (_, high) in bars._ghost.get_segments()]
        for number in (each for row in bars.numbers.values() for each in row):
            if number.get_horizontalalignment() == "left":
                box = number.get_window_extent().transformed(bars._ax.transData.inverted())
                here = [x for x, y in ticks if y == pytest.approx(number.get_position()[1])]
                assert not [x for x in here if box.x0 <= x <= box.x1]
                beside += 1
    assert beside > 10

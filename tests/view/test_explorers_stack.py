"""`explore.stack()`: modules on modules, naive against reduced."""

import itertools

import pytest

import inception_lab as lab
from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.view.explorers.stack import MOST, Stack, stack

PER_CHANNEL = 28**2 * (64 + 9 * 128 + 25 * 32)  # MACs that each input channel costs a naive module


def naive_macs(modules: int, channels: int = 192) -> int:
    """By hand: every module gets 64 + 128 + 32 channels more than the one before."""
    return sum(PER_CHANNEL * (channels + 224 * number) for number in range(modules))


@pytest.fixture(scope="module")
def shared() -> Stack:
    return Stack()


@pytest.fixture
def explorer(shared: Stack) -> Stack:
    shared.reset()
    return shared


@pytest.mark.parametrize("modules", [1, 2, 4, 9, MOST])
def test_naive_channels_pile_up_and_reduced_ones_do_not(explorer: Stack, modules: int) -> None:
    explorer.set(modules=modules)
    naive, reduced = explorer.result.naive, explorer.result.reduced
    assert naive.macs == naive_macs(modules)
    assert naive.output_shape[-1] == 192 + 224 * modules
    assert reduced.output_shape[-1] == 64 + 128 + 32 + 32


def test_nine_modules_cost_15_48_against_1_24_billion(explorer: Stack) -> None:
    explorer.choose("nine, as in GoogLeNet")
    naive, reduced = explorer.result.naive.macs, explorer.result.reduced.macs
    assert naive == naive_macs(9) == 28**2 * 2016 * (9 * 192 + 36 * 224) == 15_476_686_848
    assert (round(naive / 1e9, 2), round(reduced / 1e9, 2)) == (15.48, 1.24)
    assert "9 × naive: 15.48 G MACs in all" in explorer.readout
    assert "9 × reduced: 1.24 G MACs" in explorer.readout
    assert "Naive costs 12.52 × as much." in explorer.readout


@pytest.mark.parametrize(
    ("preset", "modules", "row"),
    [("one module", 1, "3a"), ("nine, as in GoogLeNet", 9, "3a"), ("nine with 3b's numbers", 9, "3b")],
)
def test_presets(explorer: Stack, preset: str, modules: int, row: str) -> None:
    explorer.choose(preset)
    shape = (28, 28, 192)
    assert explorer.result.reduced.macs == stack(TABLE_1[row], modules, shape).macs
    assert explorer.result.naive.macs == stack(TABLE_1[row].naive, modules, shape).macs
    assert len(explorer.presets) == 3


def test_growth_is_linear_by_module(explorer: Stack) -> None:
    explorer.set(modules=6)
    macs = [module.macs for module in explorer.result.naive.by_module().values()]
    steps = {second - first for first, second in itertools.pairwise(macs)}
    assert steps == {224 * PER_CHANNEL} == {354_041_856}
    assert "354.0 M" in explorer.readout


def test_one_module_says_nothing_of_growth(explorer: Stack) -> None:
    explorer.choose("one module")
    assert "more than the one before" not in explorer.readout


@pytest.mark.parametrize("modules", [1, 5, MOST])
def test_bars_are_as_high_as_the_counts(explorer: Stack, modules: int) -> None:
    explorer.set(modules=modules)
    for way in ("naive", "reduced"):
        parts = list(getattr(explorer.result, way).by_module().values())
        absent = [0] * (MOST - modules)
        macs = [bar.get_height() for bar in explorer._bars["macs", way]]
        channels = [bar.get_height() for bar in explorer._bars["channels", way]]
        assert macs == [part.macs for part in parts] + absent
        assert channels == [part.output_shape[-1] for part in parts] + absent
        last = explorer._last["macs", way]
        assert last.get_text() == lab.figures.quantity(parts[-1].macs)
        assert last.get_position()[1] == parts[-1].macs
    for metric, ax in explorer._axes.items():
        tallest = max(bar.get_height() for way in ("naive", "reduced") for bar in explorer._bars[metric, way])
        assert ax.get_ylim()[0] == 0
        assert tallest < ax.get_ylim()[1] <= 3 * tallest


@pytest.mark.parametrize("modules", [1, 2, MOST])
def test_the_two_last_numbers_never_meet_and_stay_inside(explorer: Stack, modules: int) -> None:
    explorer.set(modules=modules)
    for metric, ax in explorer._axes.items():
        naive = explorer._last[metric, "naive"].get_window_extent()
        reduced = explorer._last[metric, "reduced"].get_window_extent()
        assert naive.x1 <= reduced.x0
        assert naive.x0 >= ax.bbox.x0
        assert reduced.x1 <= explorer.figure.bbox.x1

"""`explore.naive_module()`: kernels side by side."""

import pytest

import inception_lab as lab
from inception_lab.view.explorers.naive_module import NaiveModule
from tests.view import walking

NOTHING = {"conv1x1": 0, "conv3x3": 0, "conv5x5": 0, "conv7x7": 0}


@pytest.fixture(scope="module")
def shared() -> NaiveModule:
    return NaiveModule()


@pytest.fixture
def explorer(shared: NaiveModule) -> NaiveModule:
    shared.reset()
    return shared


def test_it_opens_on_3a_without_its_reductions(explorer: NaiveModule) -> None:
    costs = explorer.result.costs
    macs = {name: branch["macs"] for name, branch in costs.branches.items()}
    assert macs == {
        "1x1": 28**2 * 192 * 64,  # 9.6 M
        "3x3": 28**2 * 192 * 9 * 128,  # 173.4 M, the most expensive branch
        "5x5": 28**2 * 192 * 25 * 32,  # 120.4 M
        "pool": 0,
    }
    assert costs.total.macs == sum(macs.values()) == 303_464_448
    assert costs.channels == {"1x1": 64, "3x3": 128, "5x5": 32, "pool": 192}
    assert costs.total.output_shape == (28, 28, 64 + 128 + 32 + 192)
    assert costs.largest("macs") == "3x3"
    assert "The 3×3 branch costs most: 173.4 M MACs, 57 % of all." in explorer.readout


@pytest.mark.parametrize(
    ("preset", "macs", "channels"),
    [
        ("3a without its reductions", 303_464_448, 416),
        ("only 3×3", 28**2 * 192 * 9 * 224, 224),
        ("the same again on top", 28**2 * 416 * (64 + 9 * 128 + 25 * 32), 224 + 416),
        ("with a 7×7 branch", 303_464_448 + 28**2 * 192 * 49 * 32, 448),
        ("5b without its reductions", 7**2 * 832 * (384 + 9 * 384 + 25 * 128), 384 + 384 + 128 + 832),
    ],
)
def test_presets(explorer: NaiveModule, preset: str, macs: int, channels: int) -> None:
    explorer.choose(preset)
    total = explorer.result.costs.total
    assert (total.macs, total.output_shape[-1]) == (macs, channels)


def test_every_preset_is_listed_above(explorer: NaiveModule) -> None:
    assert len(explorer.presets) == 5


def test_the_same_again_costs_2_17_times_as_much(explorer: NaiveModule) -> None:
    first = explorer.result.costs.total.macs
    explorer.choose("the same again on top")
    assert (
        explorer.result.costs.total.macs / first == pytest.approx(416 / 192) == pytest.approx(2.17, abs=0.005)
    )


@pytest.mark.parametrize(
    ("state", "branches"),
    [
        ({}, ["1x1", "3x3", "5x5", "pool"]),
        ({"conv7x7": 5}, ["1x1", "3x3", "5x5", "7x7", "pool"]),
        ({"conv3x3": 0, "pool": False}, ["1x1", "5x5"]),
        (NOTHING, ["pool"]),
    ],
)
def test_bars_stand_beside_their_branches(
    explorer: NaiveModule, state: dict[str, int], branches: list[str]
) -> None:
    explorer.set(**state)
    assert list(explorer.result.costs.branches) == branches
    for metric, bars in explorer._bars.items():
        counts = [branch[metric] for branch in explorer.result.costs.branches.values()]
        widths = [bar.get_width() for bar in bars.bars["naive"]]
        scale = max(widths) / (max(counts) or 1)
        assert widths == pytest.approx([count * scale for count in counts] + [0] * (5 - len(branches)))
        written = [number.get_text() for number in bars.numbers["naive"]]
        assert written == [*map(lab.figures.quantity, counts), *[""] * (5 - len(branches))]
        # The bars' rows are the diagram's.
        assert explorer._columns[metric].get_ylim() == explorer._diagram_axes.get_ylim()
        hatches = [bar.get_hatch() for bar in bars.bars["naive"]][: len(branches)]
        assert hatches == [lab.figures.BRANCH_STYLES[name].hatch for name in branches]


def test_a_module_with_nothing_in_it_is_taken_back_and_says_why(explorer: NaiveModule) -> None:
    for name, control in explorer.controls.items():
        if name.startswith("conv"):
            control.value = 0
    state, picture = explorer.state, walking.pixels(explorer)
    explorer.controls["pool"].value = False
    assert explorer.state == state
    assert explorer.controls["pool"].value is True
    assert (walking.pixels(explorer) == picture).all()
    assert explorer.widget.said["why_not"] == "Not possible: a module needs at least one branch."
    assert explorer.widget.said["words"] == explorer.readout
    explorer.controls["conv7x7"].value = 1
    assert not explorer.widget.said["why_not"]
    explorer.controls["pool"].value = False
    assert list(explorer.result.costs.branches) == ["7x7"]


def test_setting_nothing_at_all_changes_nothing(explorer: NaiveModule) -> None:
    state, picture = explorer.state, walking.shown(explorer)
    with pytest.raises(ValueError, match="branch") as caught:
        explorer.set(**NOTHING, pool=False)
    assert str(caught.value) == "a module needs at least one branch"
    assert (explorer.state, walking.shown(explorer)) == (state, picture)


def test_pooling_alone_has_no_multiply_adds(explorer: NaiveModule) -> None:
    explorer.set(**NOTHING)
    assert explorer.result.costs.total.macs == 0
    assert "Pooling alone has no multiply-adds." in explorer.readout

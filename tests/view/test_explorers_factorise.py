"""`explore.factorise()`: one convolution, and what can stand in its place."""

import math

import pytest

from inception_lab.architecture.layer import pair
from inception_lab.view.explorers.successors.factorise import Factorise
from inception_lab.view.explorers.successors.ways import GROUPS, WAYS
from tests.view.walking import pull


@pytest.fixture(scope="module")
def shared() -> Factorise:
    return Factorise()


@pytest.fixture
def explorer(shared: Factorise) -> Factorise:
    shared.reset()
    return shared


def weights(explorer: Factorise) -> dict[str, int]:
    return {way: cost.parameters for way, cost in explorer.result.costs.items()}


def test_it_opens_on_the_trap_in_the_28_per_cent(explorer: Factorise) -> None:
    assert weights(explorer)["direct"] == 5 * 5 * 16 * 32 == 12_800
    assert weights(explorer)["stack"] == 3 * 3 * (16 * 32 + 32 * 32) == 13_824
    assert explorer.readout == (
        "5×5 from 16 channels to 32: 12,800 weights, 10,035,200 MACs. "
        "Instead 3×3, 3×3: 4,608 + 9,216 = 13,824 weights, 8 % more; 10,838,016 MACs. "
        "Reach 5×5; ReLUs: 2."
    )
    explorer.choose("3a's 5×5, thin in the middle")
    assert weights(explorer)["stack"] == 3 * 3 * (16 * 16 + 16 * 32) == 6_912


@pytest.mark.parametrize("channels", [8, 64, 192])
def test_with_equal_channels_the_papers_shares_hold(explorer: Factorise, channels: int) -> None:
    equal = {"channels": channels, "filters": channels, "middle": channels}
    explorer.set(**equal)
    assert weights(explorer)["stack"] / weights(explorer)["direct"] == 18 / 25  # 28 % saved
    for side in (3, 5, 7, 9, 11):
        explorer.set(kernel_size=side)
        assert weights(explorer)["strips"] / weights(explorer)["direct"] == pytest.approx(2 / side)


@pytest.mark.parametrize("channels", [16, 192, 728])
def test_in_groups_the_kernels_fall_as_one_over_their_number_and_the_mixing_stays(
    explorer: Factorise, channels: int
) -> None:
    explorer.set(channels=channels, kernel_size=3)
    for way, groups in GROUPS.items():
        apart, mixing = explorer.result.costs[way].layers
        assert apart.parameters * (groups or channels) == 3 * 3 * channels**2
        assert mixing.parameters == channels * 32


def test_every_way_takes_and_gives_the_same_and_reaches_as_far(explorer: Factorise) -> None:
    for side in (3, 5, 7, 9, 11):
        explorer.set(kernel_size=side, side=40)
        for cost in explorer.result.costs.values():
            last = cost.layers[-1]
            assert cost.output_shape == (40, 40, 32)
            assert (last.reach.rows.largest, last.reach.columns.largest) == (side, side)
            assert cost.macs == 40 * 40 * cost.parameters


def test_a_number_of_groups_that_does_not_divide_the_channels_is_refused(explorer: Factorise) -> None:
    before = explorer.state
    with pytest.raises(ValueError, match="divisible") as caught:
        explorer.set(channels=12)
    assert str(caught.value) == (
        "Input channels and `filters` must both be divisible by `groups`. "
        "Received: 12 channels, filters=12, groups=8 (at 'conv2d')."
    )
    assert explorer.state == before


@pytest.mark.parametrize("way", WAYS)
def test_the_areas_are_the_weights(explorer: Factorise, way: str) -> None:
    """Blue cells are a kernel's places, orange areas the pairs of channels that it joins."""
    explorer.set(way=way, channels=64, filters=48)
    layers = explorer.result.layers[way]
    assert len(explorer._cells.get_paths()) == sum(math.prod(pair(layer.kernel_size)) for layer in layers)
    boxes = [path.get_extents() for path in explorer._blocks.get_paths()]
    for layer, costs in zip(layers, explorer.result.shown.layers, strict=True):
        mine, boxes = boxes[: layer.groups], boxes[layer.groups :]
        pairs = sum(box.width * box.height for box in mine) * (64 / explorer._size) ** 2
        assert math.prod(pair(layer.kernel_size)) * pairs == pytest.approx(costs.parameters)
    assert not boxes


def test_a_row_that_is_pressed_is_drawn_and_bars_are_pulled(explorer: Factorise) -> None:
    pull(explorer, "Press: strips", 1.5, 2)
    assert explorer.state == {**explorer._defaults, "way": "strips"}
    explorer.reset()
    limit = explorer._bars.limit
    pull(explorer, "Pull: filters in the middle", 9 * 16 * 48 / limit, 1)
    assert explorer.state["middle"] == 16  # 9 · 16 · (16 + 32)
    assert explorer.state["way"] == "stack"


def test_the_edge_of_the_channels_is_pulled(explorer: Factorise) -> None:
    handle = next(each for each in explorer._handles if each.hint == "Pull up for more filters")
    bottom, size = handle.box[1] + explorer._size, explorer._size  # 32 filters of 32
    pull(explorer, handle.hint, handle.box[0], bottom - size / 2)
    assert explorer.state["middle"] == 16


def test_numbers_stand_beside_the_bars(explorer: Factorise) -> None:
    assert [text.get_text() for text in explorer._words[1]] == ["+8 %", "10.8 M", "2"]
    assert [text.get_text() for text in explorer._words[-1]] == ["−93 %", "715.0 k", "1"]
    assert explorer._sums[0].get_text() == "3·3·16·32\n= 4,608"
    explorer.set(way="4 groups")
    assert explorer._sums[0].get_text() == "5·5·16·16÷4\n= 1,600"
    limit = explorer._bars.limit
    shares = [bar.get_width() * limit for bar in explorer._mixing]
    assert shares == pytest.approx([16 * 32] * len(GROUPS))

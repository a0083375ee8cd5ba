"""`explore.family()` and `explore.resolution()`: what came after GoogLeNet."""

from typing import cast

import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text

import inception_lab as lab
from inception_lab.view import figures
from inception_lab.view.explorers.modules import share
from inception_lab.view.explorers.successors.family import Family
from inception_lab.view.explorers.successors.members import FAMILY, MEASURES, every_module, members
from inception_lab.view.explorers.successors.resolution import PAPER, Resolution, by_stage, reach
from tests.view.walking import points, pull


@pytest.fixture(scope="module")
def shared_family() -> Family:
    return Family()


@pytest.fixture
def family(shared_family: Family) -> Family:
    shared_family.reset()
    return shared_family


@pytest.fixture(scope="module")
def shared_resolution() -> Resolution:
    return Resolution()


@pytest.fixture
def resolution(shared_resolution: Resolution) -> Resolution:
    shared_resolution.reset()
    return shared_resolution


@pytest.mark.parametrize("network", FAMILY)
@pytest.mark.parametrize("side", [0, 224])
def test_modules_kernels_and_what_lies_around_sum_to_the_network(network: str, side: int) -> None:
    found = members(network, side)
    whole = lab.cost(lab.zoo.NETWORKS[FAMILY[network]](found[0].input_shape))
    for measure in MEASURES:
        assert sum(member.totals[measure] for member in found) == getattr(whole, measure)
    assert sum(member.times for member in found[1:-1]) >= 9
    assert all(member.name for member in found[1:-1])


def test_equal_modules_in_a_row_are_one() -> None:
    found = {member.name: member.times for member in members("ResNet-v2")}
    assert found["block35"] == 10
    assert found["block17"] == 20
    assert found["block8"] == 9  # the tenth has no ReLU after it and adds all of its branches
    assert {member.name: member.times for member in members("Xception")}["block5"] == 8


@pytest.mark.parametrize(("key", "rows"), [("v3 6b", [0, 1, 2, 3]), ("v3 7b", [0, 1, 3, 5])])
def test_branches_stand_in_the_rows_of_the_diagram_and_sum_to_the_module(key: str, rows: list[int]) -> None:
    module = every_module()[key]
    found = module.branches()
    assert [row for row, _ in found] == rows
    assert sum(macs for _, macs in found) == module.totals["macs"]


def test_of_what_is_added_the_branches_are_shown() -> None:
    module = every_module()["ResNet-v2 block17"]
    (_, shortcut), (_, first), (_, second) = module.branches()
    after = 17 * 17 * 384 * 1088  # 1×1 to as many channels as came in
    assert shortcut == 0
    assert first == 17 * 17 * 1088 * 192
    assert 20 * (first + second + after) == module.totals["macs"]


def test_the_road_is_said_in_shares(family: Family) -> None:
    family.set(module="GoogLeNet 3a")
    assert family.readout == (
        "GoogLeNet 3a: 28×28×192 → 28×28×256, 128,049,152 MACs; its most expensive branch of 4 has 79 %. "
        "GoogLeNet has 1,582,671,872 MACs per image: 1×1 23 %, 3×3 61 %, 5×5 and 7×7 16 %."
    )
    family.set(module="Xception block5")
    assert "Xception has 8,357,403,496 MACs per image: 1×1 93 %, 3×3 5 %, depthwise 2 %." in family.readout


@pytest.mark.parametrize("shares", [False, True])
@pytest.mark.parametrize("measure", MEASURES)
def test_lengths_are_to_one_scale_or_shares(family: Family, measure: str, shares: bool) -> None:
    family.set(measure=measure, shares=shares)
    long = (box for each in family._areas.values() for box in each.get_path().to_polygons())
    boxes = [Path(box).get_extents() for box in long] + [
        box.get_extents() for box in family._short.get_paths()
    ]
    for row, network in enumerate(FAMILY):
        mine = [box for box in boxes if abs((box.y0 + box.y1) / 2 - row) < 0.4]
        total = 100 if shares else family.result.total(network)
        assert sum(box.width for box in mine) == pytest.approx(total)
        assert min(box.x0 for box in mine) == 0
        assert max(box.x1 for box in mine) == pytest.approx(total)


def test_a_module_that_is_pressed_is_unfolded(family: Family) -> None:
    handle = next(each for each in family._handles if each.hint == "Press: unfold v4 6b")
    pull(family, handle.hint, 0, 0)
    assert family.state["module"] == "v4 6b"
    shares = [share(macs, family.result.costs.macs) for _, macs in family.result.module.branches()]
    assert [words.get_text().split(", ")[1] for words in family._words[:4]] == shares
    assert "7 in a row" in family._heading.get_text()
    assert family._chosen.get_width() == family.result.module.totals["macs"]


@pytest.mark.parametrize(
    ("key", "colors"),
    [
        ("GoogLeNet 3a", {"1×1": figures.SKY, "3×3": figures.ORANGE, "5×5": figures.GREEN}),
        ("ResNet-v2 block17", {"1×1": figures.SKY, "1×7": figures.VERMILLION, "7×1": figures.VERMILLION}),
        ("Xception block5", {"3×3": figures.SKY}),  # separable: most of its MACs are in the 1×1
    ],
)
def test_a_box_has_the_colour_of_its_kernel_as_the_rows_have(
    family: Family, key: str, colors: dict[str, str]
) -> None:
    family.set(module=key)
    pieces = [piece for piece in family._diagram._pieces if len(piece) == 2]
    boxes = {cast(Text, words).get_text(): cast(Patch, box) for box, words in pieces}
    assert boxes
    for words, patch in boxes.items():
        color = figures.GREY if "pool" in words else colors[words[:3]]
        assert patch.get_edgecolor() == to_rgba(color), words


def test_the_three_sizes_of_the_paper_cost_almost_the_same(resolution: Resolution) -> None:
    macs = {}
    for name in PAPER:
        resolution.choose(name)
        costs = resolution.result.costs
        macs[name] = costs.macs
        assert sum(by_stage(costs)) == costs.macs
        assert costs.parameters == 23_817_352
    assert macs["299 pixels"] == macs["151 pixels"] == 5_713_216_096
    assert macs["79 pixels"] == 5_361_703_520
    assert resolution.readout.startswith(
        "79 pixels, first step 1, without the first pooling: grids of 79, 36, 17, 8. "
        "5,361,703,520 MACs, 0.94 × those at 299 pixels"
    )


def test_half_the_step_halves_the_reach(resolution: Resolution) -> None:
    usual = reach(resolution.result.costs)
    resolution.set(strides=1)
    assert 2 * reach(resolution.result.costs) == usual + 3  # 1 + 2·655 = 1311, 2 + 655 = 657
    assert "657 pixels" in resolution.readout


def test_every_size_that_a_knob_reaches_is_legal_and_74_is_refused(resolution: Resolution) -> None:
    for strides in (1, 2):
        for first_pool in (True, False):
            for side in (75, 331):
                resolution.set(side=side, strides=strides, first_pool=first_pool)
    with pytest.raises(ValueError, match="at least") as caught:
        lab.inception_v3((74, 74, 3))
    assert "75×75" in str(caught.value)


def test_the_line_is_the_grid_and_its_end_is_pulled(resolution: Resolution) -> None:
    resolution.choose("79 pixels")
    places, sides = points(resolution._line)
    assert (places[0], sides[0], sides[-1]) == (0, 79, 8)
    assert 4 not in places  # there is no first pooling
    resolution.reset()
    pull(resolution, "Pull: side of the picture", 0, 151)
    assert resolution.state["side"] == 151
    pull(resolution, "Press: 79 pixels", 1e9, 2)
    assert resolution.state == PAPER["79 pixels"]

"""The networks of the towers: equal where they say so, different in the tower only."""

import pytest

import inception_lab as lab
from inception_lab.experiments import towers
from inception_lab.experiments.towers import LARGE, ONE, TOWERS, tower_network

COSTS = {kind: lab.cost(tower_network(kind)) for kind in TOWERS}


@pytest.mark.parametrize("kind", TOWERS)
def test_modules_cost_what_their_reference_costs(kind: str) -> None:
    found, like = COSTS[kind].by_module(), TOWERS[kind].like
    if like:
        reference = COSTS[like].by_module()
        for module in towers.MODULES:
            assert found[module].macs == pytest.approx(reference[module].macs, rel=0.04)
        assert COSTS[kind].macs == pytest.approx(COSTS[like].macs, rel=0.015)
    assert tower_network(kind).name.isascii()  # TensorFlow's scopes are named after it


def test_only_the_tower_changes() -> None:
    def outside(kind: str) -> list[object]:
        return [
            (row.name, row.output_shape)
            for row in COSTS[kind].layers
            if "tower" not in row.name and "reduce" not in row.name
        ]

    assert all(outside(kind) == outside(LARGE) for kind in TOWERS)


def test_equal_filters_cost_what_the_paper_says() -> None:
    """Of the tower itself: two 3×3 are 18/25 of a 5×5, a row and a column 10/25."""

    def tower(kind: str) -> int:
        return sum(row.macs for row in COSTS[kind].layers if row.name.startswith("a/tower"))

    assert tower("3×3 + 3×3, same filters") * 25 == tower(LARGE) * 18
    assert tower("1×5 + 5×1, same filters") * 25 == tower(LARGE) * 10


def test_groups_see_their_share_of_the_channels() -> None:
    for kind, seen in (("2 groups", 32 // 2), ("8 groups", 48 // 8), ("all groups", 1)):
        row = COSTS[kind]["a/tower1"]
        assert row.macs == 16 * 16 * 9 * seen * row.output_shape[-1]
    assert COSTS[ONE]["a/tower1"].output_shape == (16, 16, 24)


def test_an_unknown_tower_is_refused() -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        tower_network("soup")
    listed = ", ".join(map(repr, TOWERS))
    assert str(caught.value) == f"`kind` must be one of {listed}. Received: kind='soup'."

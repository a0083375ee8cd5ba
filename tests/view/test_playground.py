"""The playground: which explorer an address opens, and in which state."""

import pytest

import inception_lab as lab
from inception_lab.view import playground


@pytest.fixture
def opened() -> lab.Playground:
    return lab.Playground()


STATES = (
    lab.explore.module("5b", reduce5x5=8),
    lab.explore.network(edits={"3a": {"conv1x1": 32}}, module="3b", width=0.5),
    lab.explore.bands(band=(10, 14)),
    lab.explore.counting(auxiliary=True, heads="none"),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.link()))
def test_an_address_brings_the_state_back(opened: lab.Playground, state: lab.Explorer) -> None:
    address = playground.address(state)
    opened.open(address)
    assert opened.explorer is not None
    assert (opened.explorer.link(), opened.wall.address, opened.wall.wrong) == (state.link(), address, "")


def test_a_choice_may_be_said_as_it_is_shown(opened: lab.Playground) -> None:
    opened.open("?explorer=bands&band=10–14+px")
    assert opened.explorer is not None
    assert opened.explorer.state == {"band": (10, 14)}


def test_the_address_follows_and_the_wall_has_none(opened: lab.Playground) -> None:
    opened.open("?explorer=module")
    assert opened.explorer is not None
    opened.explorer.set(conv5x5=48)
    assert opened.wall.address == "?explorer=module&preset=3a&conv5x5=48"
    opened.open("")
    assert (opened.wall.opened, opened.wall.address) == ("", "")


def test_only_explorers_in_their_first_state_are_kept(opened: lab.Playground) -> None:
    opened.open("?explorer=module&preset=5b")
    left = opened.explorer
    opened.open("?explorer=module")
    first = opened.explorer
    opened.open("")
    assert left is not None
    assert first is not None
    assert (left.widget.comm, first.widget.comm is None) == (None, False)


MALFORMED = {
    "preset=9z": "`preset` must be one of '3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'. "
    "Received: preset='9z'.",
    "reduce5x5=٨": "`reduce5x5` must be a whole number from 1 to 512. Received: reduce5x5='٨'.",
    "preset=5b&reduce5x5=": "`reduce5x5` must be a whole number from 1 to 512. Received: reduce5x5=''.",
    "edits={}": "There is no control 'edits'. There are: conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, "
    "pool_proj, channels, height, width.",
}


def test_a_malformed_address_opens_the_first_state_and_says_why(opened: lab.Playground) -> None:
    for said, wrong in MALFORMED.items():
        opened.open(f"?explorer=module&{said}")
        assert opened.wall.wrong == f"{wrong} This is its first state."
        assert opened.explorer is not None
        assert opened.explorer.state == lab.explore.module().state


def test_edits_that_are_none(opened: lab.Playground) -> None:
    must = '`edits` must be the numbers of modules, such as {"3a":{"conv1x1":32}}.'
    for edits in ("[", "3", "{", '{"3a":3}', '{"3a":{"module":"3b"}}', "[" * 100_000):
        opened.open(f"?explorer=network&edits={edits}")
        assert opened.wall.wrong == f"{must} Received: edits={edits!r}. This is its first state."


def test_an_explorer_that_there_is_not_leads_to_the_wall(opened: lab.Playground) -> None:
    opened.open("?explorer=nosuch")
    listed = ", ".join(repr(name) for name in lab.explore.QUESTIONS)
    assert opened.wall.wrong == f"`explorer` must be one of {listed}. Received: explorer='nosuch'."
    assert opened.wall.opened == ""

"""Links: calls that restore a state; explorers with few controls, code to copy, words for screen readers."""

import random
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.view.engine.explorer import Explorer, State
from tests.view import walking

KINDS: tuple[str, ...] = tuple(lab.explore.__all__)
LINKED_STATES = 3


def printed(explorer: Explorer) -> str:
    """The call that the page is told."""
    return str(explorer.widget.said["call"])


def called(link: str) -> Explorer:
    """What a link makes."""
    explorer = eval(link, {"lab": lab})
    assert isinstance(explorer, Explorer)
    return explorer


@pytest.fixture
def module() -> Explorer:
    return lab.explore.module()


NAMES = ", ".join(lab.explore.module().controls)


# There and back


def test_a_link_restores_state_and_picture(explorer: Explorer) -> None:
    rng = random.Random(12)
    left = LINKED_STATES
    while left:
        try:
            explorer.set(**walking.some_state(explorer, rng))
        except ValueError:
            continue
        left -= 1
        again = called(explorer.link())
        assert again.state == explorer.state
        assert walking.shown(again) == walking.shown(explorer)
        assert printed(explorer) == explorer.link()


def test_every_preset_is_linked_by_a_name(explorer: Explorer) -> None:
    kind = type(explorer)
    for name in explorer.presets:
        explorer.choose(name)
        assert "=" not in explorer.link()
        assert called(explorer.link()).state == kind(name).state == explorer.state


@pytest.mark.parametrize(
    ("state", "call"),
    [
        ({}, '"3a"'),
        ({"reduce5x5": 8}, '"3a", reduce5x5=8'),
        (
            {"height": 7, "width": 7, "channels": 832, "conv1x1": 400},
            '"3a", conv1x1=400, channels=832, height=7, width=7',
        ),
        ({**lab.explore.module.presets["5b"], "conv1x1": 400}, '"5b", conv1x1=400'),
    ],
)
def test_links_of_a_module(module: Explorer, state: State, call: str) -> None:
    module.set(**state)
    assert module.link() == f"lab.explore.module({call})"


def test_no_preset_where_none_is_near() -> None:
    assert lab.explore.stack().link() == "lab.explore.stack()"
    assert lab.explore.stack(modules=2).link() == 'lab.explore.stack("one module", modules=2)'


def test_texts_switches_and_pairs_are_written_as_python_writes_them() -> None:
    assert lab.explore.kernel_size(photo="rocket", snap=True).link() == (
        'lab.explore.kernel_size("galaxy A", photo="rocket", snap=True)'
    )
    assert lab.explore.bands(band=(14, 20)).link() == 'lab.explore.bands("all sizes", band=(14, 20))'


def test_the_link_of_the_network_holds_the_edits_of_every_module() -> None:
    network = lab.explore.network(module="4e", reduce5x5=64)
    assert network.link() == 'lab.explore.network("the paper\'s network", module="4e", reduce5x5=64)'
    network.set(module="3a", conv1x1=72)
    network.set(module="5b", width=0.5)
    assert network.link() == (
        'lab.explore.network("half the width", module="5b", '
        'edits={"3a": {"conv1x1": 72}, "4e": {"reduce5x5": 64}})'
    )
    again = called(network.link())
    assert (again.state, again.result.rows) == (network.state, network.result.rows)
    assert walking.shown(again) == walking.shown(network)


def test_edits_that_cannot_be_made_are_refused() -> None:
    with pytest.raises(ValueError, match="Received: conv1x1=0") as caught:
        lab.explore.network(edits={"3a": {"conv1x1": 0}})
    assert str(caught.value) == "`conv1x1` must be a whole number from 1 to 512. Received: conv1x1=0."


def test_a_preset_first_then_what_differs() -> None:
    explorer = lab.explore.module("4e", reduce5x5=64)
    assert explorer.state == {**lab.explore.module.presets["4e"], "reduce5x5": 64}
    with pytest.raises(ValueError, match="must be one of") as caught:
        lab.explore.stack("3z")
    assert str(caught.value) == (
        "`preset` must be one of 'one module', 'nine, as in GoogLeNet', \"nine with 3b's numbers\". "
        "Received: preset='3z'."
    )


def test_values_that_do_not_go_together_change_nothing() -> None:
    explorer = lab.explore.network(module="5a", reduce5x5=48)
    state, shown, result = explorer.state, walking.shown(explorer), explorer.result
    with pytest.raises(ValueError, match="must fit"):
        explorer.set(side=64, auxiliary=True)
    assert (explorer.state, walking.shown(explorer)) == (state, shown)
    assert explorer.result is result


# Few controls


def shown_rows(explorer: Explorer) -> list[str]:
    """The labels of the controls that are shown, in their order."""
    return [each["label"] for each in explorer.widget.fixed["controls"]]


def test_only_the_controls_that_are_asked_for_are_shown_in_that_order() -> None:
    explorer = lab.explore.module(controls=["conv5x5", "reduce5x5"], conv1x1=65)
    assert shown_rows(explorer) == ["#5×5", "#5×5 reduce"]
    assert list(explorer.controls) == list(explorer.declare())
    assert explorer.state == {**lab.explore.module().state, "conv1x1": 65}
    explorer.controls["conv1x1"].value = 70
    assert "conv1x1=70" in printed(explorer)
    walking.ask(explorer, "preset", name="5b")
    assert explorer.state["conv1x1"] == 384
    walking.ask(explorer, "reset")
    assert explorer.link() == 'lab.explore.module("3a")'


def test_all_controls_are_shown_by_default_and_none_if_none_is_asked_for(explorer: Explorer) -> None:
    assert sorted(shown_rows(explorer)) == sorted(control.label for control in explorer.declare().values())
    few = type(explorer)(controls=[])
    assert shown_rows(few) == []
    assert few.state == type(explorer)().state


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        (["reduce5x5", "sides"], f"There is no control 'sides'. There are: {NAMES}."),
        ("height", f"There is no control 'h'. There are: {NAMES}."),
        (
            ["height", "width", "height"],
            "`controls` must name each control once. Received: controls=['height', 'width', 'height'].",
        ),
    ],
)
def test_controls_that_cannot_be_shown(controls: Any, message: str) -> None:
    with pytest.raises(ValueError, match="control") as caught:
        lab.explore.module(controls=controls)
    assert str(caught.value) == message

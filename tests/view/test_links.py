"""Links: calls that restore a state; explorers with few controls, code to copy, words for screen readers."""

import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar

import pytest

import inception_lab as lab
from inception_lab.view.engine.explorer import Choice, Control, Explorer, State
from tests.view import walking
from tests.view.test_base import Sum

KINDS: tuple[str, ...] = tuple(lab.explore.__all__)
LINKED_STATES = 3


def printed(explorer: Explorer) -> str:
    """The call that is printed below the picture."""
    found = re.search(r"Call: <code[^>]*>([^<]*)</code>", walking.shown(explorer))
    assert found
    return unescape(found[1])


def called(link: str) -> Explorer:
    """What a link makes."""
    explorer = eval(link, {"lab": lab})
    assert isinstance(explorer, Explorer)
    return explorer


@pytest.fixture(scope="module", params=KINDS)
def shared_explorer(request: pytest.FixtureRequest) -> Explorer:
    explorer: Explorer = getattr(lab.explore, request.param)()
    return explorer


@pytest.fixture
def explorer(shared_explorer: Explorer) -> Iterator[Explorer]:
    """One of the explorers, as it is at first."""
    shared_explorer.reset()
    yield shared_explorer
    shared_explorer.reset()


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


def test_the_link_is_printed_below_the_picture_and_escaped() -> None:
    class Odd(Sum):
        presets: ClassVar = {"<a> & b": {"a": 7, "b": 0}}

        def declare(self) -> dict[str, Control]:
            return {**super().declare(), "b": Choice("Second", 2, (("<two>", 2), ("none", 0)))}

    explorer = Odd()
    assert printed(explorer) == "lab.explore.odd()"
    explorer.choose("<a> & b")
    assert printed(explorer) == 'lab.explore.odd("<a> & b")'
    assert "&lt;a&gt; &amp; b" in walking.shown(explorer)


# Few controls


def shown_rows(explorer: Explorer) -> list[str]:
    """The labels of the controls that are shown, in their order."""
    rows = explorer.widget.children[1].children
    return [(row.children[0] if hasattr(row, "children") else row).description for row in rows]


def test_only_the_controls_that_are_asked_for_are_shown_in_that_order() -> None:
    explorer = lab.explore.module(controls=["conv5x5", "reduce5x5"], conv1x1=65)
    assert shown_rows(explorer) == ["#5×5", "#5×5 reduce"]
    assert list(explorer.controls) == list(explorer.declare())
    assert explorer.state == {**lab.explore.module().state, "conv1x1": 65}
    explorer.controls["conv1x1"].value = 70
    assert "conv1x1=70" in printed(explorer)
    walking.find(explorer, "Preset").value = "5b"
    assert explorer.state["conv1x1"] == 384
    walking.find(explorer, "Reset").click()
    assert explorer.link() == 'lab.explore.module("3a")'


def test_all_controls_are_shown_by_default_and_none_if_none_is_asked_for(explorer: Explorer) -> None:
    assert shown_rows(explorer) == [control.label for control in explorer.declare().values()]
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


# The clipboard


def test_a_button_holds_the_code_of_the_present_setting(module: Explorer) -> None:
    assert copied(module) == module.code
    module.controls["conv1x1"].value = 77
    assert "77" in module.code
    assert copied(module) == module.code
    assert "<pre" not in module._copy_box.value
    tools = walking.children(module.widget.children[2])
    assert [getattr(tool, "description", "") for tool in tools][1:] == ["Preset", "Reset", "Keras code", ""]


def copied(explorer: Explorer) -> str:
    """What the button puts on the clipboard."""
    found = re.fullmatch(
        r'<button type="button" [^>]* data-code="([^"]*)" onclick="[^"]+">Copy</button>',
        explorer._copy_box.value,
    )
    assert found
    return unescape(found[1])


def test_code_is_escaped_in_the_button() -> None:
    assert copied(Sum()) == "print(1 < 3)"
    assert 'data-code="print(1 &lt; 3)"' in Sum()._copy_box.value


# For those who do not see it


def test_every_control_has_a_label_and_changes_are_announced(explorer: Explorer) -> None:
    for name, control in explorer.declare().items():
        assert explorer.controls[name].description == control.label
        assert control.label.strip()
    explorer.reset()
    live = re.search(
        r'<p role="status" aria-live="polite" style="[^"]*">([^<]*)</p>', walking.shown(explorer)
    )
    assert live
    assert unescape(live[1]) == explorer.readout


def test_the_keyboard_comes_to_the_controls_before_the_buttons_and_to_those_before_the_code() -> None:
    explorer = Sum()
    found = [widget for widget in walking.children(explorer.widget) if getattr(widget, "description", "")]
    assert [widget.description for widget in found] == [
        "First", "Second", "Twice", "Preset", "Reset", "Keras code",
    ]  # fmt: skip
    assert explorer.widget.children[-2:] == (explorer._picture, explorer._code_box)

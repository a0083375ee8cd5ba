"""Settings as strings, explorers with few controls, code for the clipboard, words for screen readers."""

import contextlib
import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import strategies as st

import inception_lab as lab
from inception_lab.view.explorers import settings
from inception_lab.view.explorers.base import Choice, Control, Explorer, Integer, State, Toggle
from tests.view import walking
from tests.view.test_base import Sum

KINDS: tuple[str, ...] = tuple(lab.explore.__all__)
WRITTEN_STATES = 60  # for which a setting is written and read
LOADED_STATES = 4  # which are loaded too


class Awkward(Sum):
    """Options and presets that a setting cannot say as they are, and a control that decides over another."""

    presets: ClassVar = {
        "a; b": {"a": 9, "b": 0},
        "b=0": {"a": 5},
        " spaced ": {"a": 7},
        "": {"a": 6},
        "seven": {"kind": "odd", "a": 7},
    }

    def declare(self) -> dict[str, Control]:
        self.computed = 0
        return {
            "kind": Choice("Kind", "any", (("any", "any"), ("even", "even"), ("odd", "odd"))),
            "a": Integer("First", 1, -5, 9),
            "b": Choice(
                "Second",
                2,
                ((";", ";;"), ("2", "x"), ("two", 2), ("0", 0), (" edge ", (1, "; 2")), ("y=1", None)),
            ),
            "twice": Toggle("Twice", False),
        }

    def adapt(self, name: str) -> None:
        if name == "kind":
            self.controls["a"].value = {"any": 1, "even": 4, "odd": 3}[self.controls["kind"].value]

    def compute(self, state: State) -> int:
        if state["a"] == 8:
            raise ValueError("not 8")
        number: int = state["a"] * (1 + state["twice"])
        return number


def printed(explorer: Explorer) -> str:
    """The setting below the picture."""
    found = re.search(
        r'<p style="[^"]*font-size:0\.85em">Setting: <code style="user-select:all;[^"]*">([^<]*)</code></p>$',
        walking.shown(explorer),
    )
    assert found
    return unescape(found[1])


@pytest.fixture(scope="module", params=KINDS)
def explorer(request: pytest.FixtureRequest) -> Iterator[Explorer]:
    explorer: Explorer = getattr(lab.explore, request.param)()
    yield explorer
    explorer.figure.clear()


@pytest.fixture(scope="module")
def shared_module() -> Explorer:
    explorer: Explorer = lab.explore.module()
    return explorer


@pytest.fixture
def module(shared_module: Explorer) -> Explorer:
    """The explorer of a module, as it is at first."""
    shared_module.reset()
    return shared_module


# There and back


def test_what_is_written_is_read(explorer: Explorer) -> None:
    rng = random.Random(11)
    controls = explorer.declare()
    for _ in range(WRITTEN_STATES):
        state = walking.some_state(explorer, rng)
        explorer._put(state)  # without a picture
        assert explorer.state == state
        assert explorer._missing(settings.read(explorer.link(), controls, explorer.presets)) == {}
    explorer._put(explorer._defaults)


def test_a_setting_restores_state_and_picture(explorer: Explorer) -> None:
    rng = random.Random(12)
    left = LOADED_STATES
    while left:
        explorer.reset()  # so that it remembers nothing
        try:
            explorer.set(**walking.some_state(explorer, rng))
        except ValueError:
            continue
        left -= 1
        state, shown, setting = explorer.state, walking.shown(explorer), explorer.link()
        explorer.choose(list(explorer.presets)[-1])
        explorer.load(setting)
        assert explorer.state == state
        assert walking.shown(explorer) == shown
        assert printed(explorer) == explorer.link() == setting


def test_every_preset_is_a_setting_and_none_is_longer_than_its_name(explorer: Explorer) -> None:
    for name in explorer.presets:
        explorer.choose(name)
        state = explorer.state
        assert len(explorer.link()) <= len(name)
        explorer.reset()
        explorer.load(name)
        assert explorer.state == state


def test_every_single_value_comes_back(explorer: Explorer) -> None:
    explorer.reset()
    for name, control in explorer.declare().items():
        for value in walking.options(control):
            part = f"{name}={settings.text(value, control)}"
            assert settings.read(part, explorer.declare(), {}) == {name: value}


@pytest.mark.parametrize(
    ("state", "setting"),
    [
        ({}, "3a"),
        ({"reduce5x5": 8}, "3a; reduce5x5=8"),
        ({"height": 7, "width": 7, "channels": 832, "conv1x1": 400}, None),
    ],
)
def test_settings_of_a_module(module: Explorer, state: State, setting: str | None) -> None:
    module.set(**state)
    expected = setting or "conv1x1=400; channels=832; height=7; width=7"
    shortest = {"3a; reduce5x5=8": "reduce5x5=8"}.get(expected, expected)
    assert module.link() == shortest
    module.reset()
    module.load(expected)
    assert module.link() == shortest


def test_a_preset_where_that_is_shorter(module: Explorer) -> None:
    module.choose("5b")
    assert module.link() == "5b"
    module.set(conv1x1=400)
    assert module.link() == "5b; conv1x1=400"


def test_the_first_state_has_a_setting_without_a_preset() -> None:
    assert lab.explore.stack().link() == "side=28"
    assert Sum().link() == "a=1"


@pytest.mark.parametrize(
    ("setting", "state"),
    [
        ("kernel_size=5", {"kernel_size": 5}),
        ("kernel_size=7×7", {"kernel_size": 7}),
        ("  5b's 5×5 branch ;  kernel_size = 7×7;height=\t9 ", {"kernel_size": 7, "height": 9}),
        ("height=007", {"height": 7}),
    ],
)
def test_spaces_are_free_and_a_choice_has_its_label_and_its_value(setting: str, state: State) -> None:
    explorer = lab.explore.reduction()
    explorer.load(setting)
    preset = explorer.presets["5b's 5×5 branch"] if "5b" in setting else {}
    assert explorer.state == {**lab.explore.reduction().state, **preset, **state}


def test_a_setting_starts_afresh(module: Explorer) -> None:
    module.set(conv1x1=7)
    module.load("conv3x3=9")
    assert module.link() == "conv3x3=9"


def test_a_setting_forgets_the_edits_of_all_modules_of_the_network() -> None:
    network = lab.explore.network()
    network.set(module="5a", reduce5x5=48)
    network.load("module=3b")
    assert dict(network.result.rows) == dict(lab.TABLE_1)
    assert network.state["conv1x1"] == 128  # the module's numbers come with it
    assert network.link() == "module=3b"


def test_switches_and_awkward_choices() -> None:
    explorer = Awkward()
    controls = explorer.declare()
    texts = {settings.text(value, controls["b"]): value for _, value in controls["b"].options}  # type: ignore[union-attr]
    assert texts == {"#1": ";;", "2": "x", "two": 2, "0": 0, "#5": (1, "; 2"), "y=1": None}
    for text, value in texts.items():
        explorer.load(f"b = {text};twice=on")
        assert explorer.state == {"kind": "any", "a": 1, "b": value, "twice": True}
        assert explorer.link() == ("twice=on" if text == "two" else f"b={text}; twice=on")
    explorer.load("b=None; twice=off")
    assert explorer.link() == "b=y=1"


def test_presets_that_a_setting_cannot_name_are_not_used() -> None:
    explorer = Awkward()
    for name, setting in (
        ("a; b", "a=9; b=0"),
        ("b=0", "a=5"),
        (" spaced ", "a=7"),
        ("", "a=6"),
        ("seven", "seven"),
    ):
        explorer.choose(name)
        assert explorer.link() == setting
        state = explorer.state
        explorer.load(setting)
        assert explorer.state == state
    explorer.load("b=0")
    assert explorer.state == {"kind": "any", "a": 1, "b": 0, "twice": False}


def test_a_control_that_decides_over_another_is_reckoned_with() -> None:
    explorer = Awkward()
    for state, setting in (
        ({"kind": "even"}, "kind=even"),
        ({"kind": "even", "a": 1}, "kind=even; a=1"),  # 1 is what it was at first, but 4 comes with even
        ({"kind": "odd", "a": 7, "twice": True}, "seven; twice=on"),
    ):
        explorer.reset()
        explorer.set(**state)
        assert explorer.link() == setting
        reached = explorer.state
        explorer.reset()
        explorer.load(setting)
        assert explorer.state == reached


def test_loading_and_choosing_draw_once_and_linking_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = Awkward()
    drawn: list[Any] = []
    monkeypatch.setattr(explorer, "draw", lambda canvas, result: drawn.append(result))
    explorer.load("a=3; twice=on")
    explorer.choose("seven")
    assert drawn == [6, 7]
    monkeypatch.setattr(explorer, "compute", lambda state: pytest.fail("it computes"))
    assert explorer.link() == "seven"
    assert drawn == [6, 7]


# Malformed

PRESETS = "'3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'"
NAMES = "conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj, channels, height, width"
RANGE = "`reduce5x5` must be a whole number from 1 to 512. Received: 'reduce5x5="
EMPTY = "A setting must name a preset or give a control a value, as in 'conv1x1=64'. Received: "
PRESET = f"A preset must be one of {PRESETS}; a control needs '=' and a value. Received: "
PART = "Each part must be a control, '=' and a value, as in 'conv1x1=64'. Received: "
STRAY = "A semicolon must stand between two parts. Received: ';' "
MALFORMED = [
    ("", f"{EMPTY}'' (at character 1)."),
    ("  \n", f"{EMPTY}'  \\n' (at character 1)."),
    ("3z", f"{PRESET}'3z' (at character 1)."),
    ("  3z; conv1x1=3", f"{PRESET}'3z' (at character 3)."),
    ("3a reduce5x5=8", f"There is no control '3a reduce5x5'. There are: {NAMES}. "
     "Received: '3a reduce5x5=8' (at character 1)."),
    ("3a; sides=3", f"There is no control 'sides'. There are: {NAMES}. "
     "Received: 'sides=3' (at character 5)."),
    ("3a; reduce5x5", "`reduce5x5` must be given a value, as in 'reduce5x5=16'. "
     "Received: 'reduce5x5' (at character 13)."),
    ("reduce5x5 = ", "`reduce5x5` must be given a value, as in 'reduce5x5=16'. "
     "Received: 'reduce5x5 =' (at character 11)."),
    ("3a; =8", "A control's name must stand before '='. Received: '=8' (at character 5)."),
    ("reduce5x5=900", f"{RANGE}900' (at character 11)."),
    ("3a;  reduce5x5 =  0", f"{RANGE}0' (at character 19)."),
    ("reduce5x5=-8", f"{RANGE}-8' (at character 11)."),
    ("reduce5x5=8.0", f"{RANGE}8.0' (at character 11)."),
    ("reduce5x5=1_0", f"{RANGE}1_0' (at character 11)."),
    ("reduce5x5=٣", f"{RANGE}٣' (at character 11)."),
    ("reduce5x5=8 conv1x1=3", f"{RANGE}8 conv1x1=3' (at character 11)."),
    ("reduce5x5=8\n9", f"{RANGE}8\\n9' (at character 11)."),
    ("reduce5x5=" + "9" * 5000, f"{RANGE}{'9' * 29}…' (at character 11)."),
    ("3a; height=9; height=9", "`height` must be given once. Received: 'height=9' (at character 15)."),
    ("height=9; 3a", f"{PART}'3a' (at character 11)."),
    ("3a; 3b", f"{PART}'3b' (at character 5)."),
    ("3a;", f"{STRAY}(at character 3)."),
    (";3a", f"{STRAY}(at character 1)."),
    ("3a; ;height=9", f"{STRAY}(at character 5)."),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "message"), MALFORMED)
def test_a_malformed_setting_says_what_and_where_and_changes_nothing(
    module: Explorer, setting: str, message: str
) -> None:
    module.set(conv1x1=65)
    state, shown, result = module.state, walking.shown(module), module.result
    with pytest.raises(ValueError, match="at character") as caught:
        module.load(setting)
    assert str(caught.value) == message
    assert "\n" not in message
    assert (module.state, walking.shown(module)) == (state, shown)
    assert module.result is result


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("twice=True", "`twice` must be on or off. Received: 'twice=True' (at character 7)."),
        ("b=6", "`b` must be one of '2', '5', 'x'. Received: 'b=6' (at character 3)."),
    ],
)
def test_a_switch_and_a_choice_say_what_there_is(setting: str, message: str) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        Sum().load(setting)
    assert str(caught.value) == message


def test_a_setting_that_is_no_string(module: Explorer) -> None:
    with pytest.raises(ValueError, match="must be a string") as caught:
        module.load(3)  # type: ignore[arg-type]
    assert str(caught.value) == "`setting` must be a string. Received: setting=3."


@pytest.mark.parametrize("kind", [Awkward, lab.explore.network])
def test_values_that_do_not_go_together_change_nothing(kind: type[Explorer]) -> None:
    explorer = kind()
    explorer.set(**({"twice": True} if kind is Awkward else {"module": "5a", "reduce5x5": 48}))
    state, shown, result = explorer.state, walking.shown(explorer), explorer.result
    with pytest.raises(ValueError, match=r"not 8|must fit"):
        explorer.load("a=8" if kind is Awkward else "side=64; auxiliary=on")
    assert (explorer.state, walking.shown(explorer)) == (state, shown)
    assert explorer.result is result
    name = "twice" if kind is Awkward else "width"
    explorer.controls[name].value = False if kind is Awkward else 0.5
    assert explorer.state != state


tokens = st.sampled_from(
    [
        "a",
        "b",
        "kind",
        "twice",
        "seven",
        "b=0",
        "a; b",
        "=",
        ";",
        " ",
        "8",
        "9",
        "-1",
        "on",
        "odd",
        "#1",
        "#9",
        "\n",
    ]
)
nearly = st.lists(tokens, max_size=9).map("".join)


@pytest.fixture(scope="module")
def awkward() -> Explorer:
    return Awkward()


@hypothesis.given(setting=st.text() | nearly)
@hypothesis.settings(deadline=None, max_examples=300)
def test_any_string_is_loaded_or_refused(awkward: Explorer, setting: str) -> None:
    state, shown = awkward.state, walking.shown(awkward)
    try:
        awkward.load(setting)
    except ValueError as error:
        message = str(error)
        assert (awkward.state, walking.shown(awkward)) == (state, shown)
        found = re.fullmatch(r".+\. Received: '.*' \(at character (\d+)\)\.", message)
        assert found or message == "not 8"
        assert len(message.splitlines()) == 1
        assert not found or 1 <= int(found[1]) <= max(1, len(setting))
    else:
        assert printed(awkward) == awkward.link()
        state = awkward.state
        awkward.load(awkward.link())
        assert awkward.state == state


@hypothesis.given(setting=st.text())
@hypothesis.settings(deadline=None, max_examples=20)
def test_no_explorer_stumbles_over_a_string(explorer: Explorer, setting: str) -> None:
    with contextlib.suppress(ValueError):
        settings.read(setting, explorer.declare(), explorer.presets)


# Below the picture


def test_the_setting_is_printed_below_the_picture_and_escaped() -> None:
    class Odd(Sum):
        presets: ClassVar = {"<a> & b": {"a": 7, "b": 0}}

        def declare(self) -> dict[str, Control]:
            return {**super().declare(), "b": Choice("Second", 2, (("<two>", 2), ("none", 0)))}

    explorer = Odd()
    assert printed(explorer) == "a=1"
    explorer.controls["a"].value = 3
    assert printed(explorer) == "a=3"
    explorer.choose("<a> & b")
    assert printed(explorer) == "<a> & b"
    assert ">&lt;a&gt; &amp; b</code>" in walking.shown(explorer)


def test_the_setting_is_that_of_the_picture_where_a_choice_is_refused() -> None:
    explorer = Awkward()
    explorer.controls["a"].value = 8
    assert "Not possible: not 8" in walking.shown(explorer)
    assert printed(explorer) == explorer.link() == "a=1"


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
    assert explorer.link() == "3a"


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

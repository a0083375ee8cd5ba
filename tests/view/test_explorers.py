"""What holds for every explorer."""

import html
import io
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

import inception_lab as lab
from inception_lab.view.engine.explorer import Choice, Explorer, Integer, Toggle
from inception_lab.view.engine.handles import areas
from inception_lab.view.figures.agg import QuickRenderer
from tests.view import walking

KINDS: tuple[str, ...] = tuple(lab.explore.__all__)
LEGAL_STATES = 200  # that are computed
DRAWN_STATES = 22  # that are drawn too


def test_every_explorer_has_a_card_and_asks_a_question() -> None:
    assert set(lab.explore.QUESTIONS) == set(KINDS)
    assert all(question.endswith("?") for question in lab.explore.QUESTIONS.values())


def test_it_shows_what_it_says(explorer: Explorer) -> None:
    said = explorer.widget.said
    assert said["words"] == explorer.readout
    assert said["call"] == explorer.link()
    assert said["code"] == explorer.code
    assert not said["why_not"]
    assert len(explorer.readout) > 40


def test_its_default_is_what_it_declares(explorer: Explorer) -> None:
    assert explorer.state == {name: control.value for name, control in explorer.declare().items()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_moves_the_picture_or_other_controls(kind: str) -> None:
    explorer: Explorer = getattr(lab.explore, kind)()
    rng = random.Random(1)
    still = []
    for name, control in explorer.declare().items():
        moved = False
        for _ in range(30):
            before, said = explorer._png, explorer.readout
            others = {**explorer.state, name: None}
            explorer.controls[name].value = walking.some_value(control, rng)
            same = (explorer._png, explorer.readout) == (before, said)
            same = same and {**explorer.state, name: None} == others
            if not same and not explorer.widget.said["why_not"]:
                moved = True
                break
            if said == explorer.readout:  # from here it has no effect: try elsewhere
                try:
                    explorer.set(**walking.some_state(explorer, rng))
                except ValueError:
                    continue
        if not moved:
            still.append(name)
    assert still == []


def test_states_that_are_reached_are_computed_and_described(explorer: Explorer) -> None:
    rng = random.Random(2)
    legal = 0
    for _ in range(LEGAL_STATES):
        state = walking.some_state(explorer, rng)
        try:
            result = explorer.compute(state)
        except ValueError:
            continue
        legal += 1
        assert len(explorer.describe(result)) > 40
        assert isinstance(explorer.keras_code(state), str)
    assert legal > 0.8 * LEGAL_STATES


def test_wherever_a_reader_goes_state_picture_and_words_agree(explorer: Explorer) -> None:
    for room in (1000, 700):
        explorer.fit(room)
        for step, name in enumerate(walking.walk(explorer, DRAWN_STATES // 2, seed=5)):
            control = explorer.declare()[name]
            assert explorer.state[name] in walking.options(control)
            assert explorer.widget.said["words"] == explorer.readout
            if step % 3:
                continue  # a trace that one step leaves may be seen some steps later
            before = walking.pixels(explorer)
            explorer._canvas.clear()
            explorer._png = explorer._canvas.encoded()
            assert np.array_equal(walking.pixels(explorer), before)  # nothing of the last picture is left
    explorer.fit(1000)  # others share it


def test_the_live_picture_is_that_of_a_whole_drawing(explorer: Explorer) -> None:
    for step, _ in enumerate(walking.walk(explorer, 30, seed=4)):
        if step % 6:
            continue
        buffer = io.BytesIO()
        explorer.figure.savefig(buffer, format="png", dpi=explorer.figure.dpi)
        whole = cv2.imdecode(np.frombuffer(buffer.getvalue(), np.uint8), cv2.IMREAD_COLOR)
        difference = np.abs(walking.pixels(explorer) - np.asarray(whole, np.int16)).max(axis=2)
        # Bars lie over axis lines in one and below them in the other: thin lines may differ, areas may not.
        areas = cv2.erode((difference > 40).astype(np.uint8), np.ones((4, 4), np.uint8))
        assert areas.sum() == 0
        assert (difference > 40).mean() < 0.004


def test_rectangles_and_hatches_are_those_of_matplotlib(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in walking.walk(explorer, 8, seed=6):
        pass
    quick = walking.pixels(explorer)
    monkeypatch.setattr(QuickRenderer, "draw_path", RendererAgg.draw_path)
    explorer._canvas.clear()
    explorer._update()
    assert np.abs(walking.pixels(explorer) - quick).max() < 8


def test_a_new_explorer_in_the_same_state_shows_the_same(explorer: Explorer) -> None:
    if type(explorer).forget is not Explorer.forget:
        pytest.skip("it remembers more than its controls say")
    rng = random.Random(5)
    for _ in range(4):
        for _ in walking.walk(explorer, 5, seed=rng.randrange(1000)):
            pass
        explorer.set()  # what was refused is forgotten
        same = walking.shown(type(explorer)(**explorer.state)) == walking.shown(explorer)
        assert same  # pytest would compare the pictures' bytes for minutes


@pytest.mark.parametrize("room", [330, 700])
def test_with_little_room_the_picture_is_narrow_not_high_and_its_text_is_not_small(
    explorer: Explorer, room: int
) -> None:
    wide = walking.shown(explorer)
    explorer.fit(room)
    figure, (width, height) = explorer.figure, explorer.widget.said["size"]
    pixels = walking.pixels(explorer)
    assert (width, pixels.shape[1], pixels.shape[0]) == (room, 2 * width, 2 * height)
    assert height <= 560
    assert {handle.ax.figure for handle in explorer._handles} <= {figure}
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    ticks = {label for axis in axes for label in axis.get_ticklabels()}
    for text in set(figure.findobj(Text)) - ticks:  # some ticks lie beyond the axes' ends
        box = text.get_window_extent()
        assert float(text.get_fontsize()) >= 8, text  # points: 11 pixels
        if text.get_text().strip():
            assert -2 <= box.x0 <= box.x1 <= figure.bbox.x1 + 2, text
            assert -2 <= box.y0 <= box.y1 <= figure.bbox.y1 + 2, text
    explorer.fit(1000)
    assert walking.shown(explorer) == wide


def test_setting_what_does_not_exist_changes_nothing(explorer: Explorer) -> None:
    state, picture = explorer.state, walking.shown(explorer)
    with pytest.raises(ValueError, match="There is no control") as caught:
        explorer.set(sides=3)
    assert str(caught.value) == f"There is no control 'sides'. There are: {', '.join(explorer.controls)}."
    assert (explorer.state, walking.shown(explorer)) == (state, picture)


@pytest.mark.parametrize("wrong", [None, "many", 2.5, float("nan"), -1, 10**9, [3], True])
def test_setting_what_is_out_of_range_changes_nothing(explorer: Explorer, wrong: Any) -> None:
    state, picture = explorer.state, walking.shown(explorer)
    for name, control in explorer.declare().items():
        match control:
            case Integer(low=low, high=high):
                message = f"`{name}` must be a whole number from {low} to {high}. Received: {name}={wrong!r}."
            case Choice(options=options):
                if wrong is True:
                    continue
                listed = ", ".join(repr(value) for _, value in options)
                message = f"`{name}` must be one of {listed}. Received: {name}={wrong!r}."
            case Toggle():
                if wrong is True:
                    continue
                message = f"`{name}` must be True or False. Received: {name}={wrong!r}."
        with pytest.raises(ValueError, match="must be") as caught:
            explorer.set(**{name: wrong})
        assert str(caught.value) == message
    assert (explorer.state, walking.shown(explorer)) == (state, picture)


def test_reset_shows_the_first_picture_again(explorer: Explorer) -> None:
    state, picture = explorer.state, walking.shown(explorer)
    for _ in walking.walk(explorer, 6, seed=8):
        pass
    assert explorer.state != state
    explorer.reset()
    assert (explorer.state, walking.shown(explorer)) == (state, picture)


def test_presets_are_legal_and_start_afresh(explorer: Explorer) -> None:
    first = explorer.state
    assert explorer.presets
    for name, preset in explorer.presets.items():
        for _ in walking.walk(explorer, 2, seed=7):
            pass
        explorer.choose(name)
        assert explorer.state == {**first, **preset}
        assert explorer.widget.said["preset"] == name
        assert not explorer.widget.said["why_not"]


def test_a_preset_and_reset_are_asked_for_by_the_page(explorer: Explorer) -> None:
    first, last = walking.shown(explorer), list(explorer.presets)[-1]
    walking.ask(explorer, "preset", name=last)
    assert {**explorer.state, **explorer.presets[last]} == explorer.state
    assert explorer.widget.said["preset"] == last
    walking.ask(explorer, "reset")
    assert walking.shown(explorer) == first


def test_an_unknown_preset_lists_what_there_is(explorer: Explorer) -> None:
    listed = ", ".join(repr(name) for name in explorer.presets)
    with pytest.raises(ValueError, match="must be one of") as caught:
        explorer.choose("3z")
    assert str(caught.value) == f"`preset` must be one of {listed}. Received: preset='3z'."


def test_the_page_shows_every_control_once_and_sets_it(explorer: Explorer) -> None:
    rng = random.Random(8)
    said = explorer.widget.fixed["controls"]
    assert sorted(each["name"] for each in said) == sorted(explorer.controls)
    for each in said:
        control = explorer.controls[each["name"]].control
        assert (each["label"], each["kind"]) == (control.label, type(control).__name__)
        value = walking.some_value(control, rng)
        shown = [v for _, v in control.options].index(value) if isinstance(control, Choice) else value
        before = explorer.state
        walking.ask(explorer, "set", name=each["name"], value=shown)
        if not explorer.widget.said["why_not"]:
            assert explorer.state[each["name"]] == value
            assert explorer.widget.values[each["name"]] == shown
        else:
            assert explorer.state == before


def test_what_can_be_taken_lies_in_the_picture_and_pulls_stay_in_range(explorer: Explorer) -> None:
    count = len(explorer._handles)
    for number in range(0, count, max(1, count // 12)):
        explorer.reset()
        x0, y0, x1, y1, hint, _ = explorer.widget.handles[number]
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        assert 0 <= x <= 1
        assert 0 <= y <= 1
        assert hint
        walking.ask(explorer, "press", handle=number, x=x, y=y)
        for far in (-5.0, 0.4):
            walking.ask(explorer, "pull", handle=number, x=x + far, y=y + far)
        walking.ask(explorer, "release", handle=number, x=x + 6.0, y=y + 6.0, pulled=True)
        explorer.widget.said = {**explorer.widget.said, "why_not": ""}  # that is of the pull
        for name, control in explorer.declare().items():
            assert explorer.state[name] in walking.options(control)
        again = eval(explorer.link(), {"lab": lab})
        assert walking.shown(again) == walking.shown(explorer)


def test_a_press_alone_moves_nothing_that_is_pulled(explorer: Explorer) -> None:
    for number, handle in list(enumerate(explorer._handles))[:20]:
        if handle.press:
            continue
        before = walking.shown(explorer)
        x0, y0, x1, y1, _, _ = areas([handle])[0]
        for kind in ("press", "release"):
            walking.ask(explorer, kind, handle=number, x=(x0 + x1) / 2, y=(y0 + y1) / 2)
        assert walking.shown(explorer) == before


def test_it_gives_a_picture_that_stays_and_a_live_widget(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    explorer._ipython_display_()
    still, live = shown
    view = live["application/vnd.jupyter.widget-view+json"]
    assert view == {"version_major": 2, "version_minor": 0, "model_id": explorer.widget.model_id}
    assert still["text/plain"] == live["text/plain"] == explorer.readout
    assert f'alt="{html.escape(explorer.readout, quote=True)}"' in still["text/html"]
    assert 'class="lab-still"' in still["text/html"]
    assert len(still["text/html"]) < (300_000 if explorer._canvas.photos() else 100_000)


@pytest.mark.parametrize("kind", KINDS)
def test_it_starts_in_the_state_that_is_asked_for(kind: str) -> None:
    cls = getattr(lab.explore, kind)
    first = cls()
    state = first.presets[list(first.presets)[-1]]
    explorer = cls(**state)
    first.set(**state)
    assert explorer.state == first.state
    assert walking.shown(explorer) == walking.shown(first)


# Without Keras, in Keras, and in Colab


def python(code: str) -> str:
    """What a fresh Python prints."""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_explorers_load_no_framework() -> None:
    code = """
import sys
import inception_lab as lab
for name in lab.explore.__all__:
    explorer = getattr(lab.explore, name)()
    explorer.choose(list(explorer.presets)[-1])
    explorer.code
print(*{"keras", "tensorflow", "jax", "torch"} & {name.split(".")[0] for name in sys.modules})
"""
    assert python(code).split() == []


RUN = """
import contextlib, io, json, sys
found = []
for code in json.load(open(sys.argv[1])):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, names)
    model = names["model"]
    outputs = model.output if isinstance(model.output, dict) else {"": model.output}
    found.append([model.count_params(), {name: list(each.shape[1:]) for name, each in outputs.items()}])
print(json.dumps(found))
"""


def counted(codes: list[str], tmp_path: Path) -> list[tuple[int, dict[str, list[int]]]]:
    """Run Keras code in a fresh Python; parameters and output shapes of each `model`."""
    path = tmp_path / "codes.json"
    path.write_text(json.dumps(codes))
    process = subprocess.run(
        [sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return [(parameters, shapes) for parameters, shapes in json.loads(process.stdout)]


def test_the_keras_code_runs_as_it_stands_and_costs_what_is_said(tmp_path: Path) -> None:
    codes: list[str] = []
    expected: list[tuple[int, dict[str, list[int]]]] = []
    naive = lab.explore.naive_module()
    for state in (
        {},
        {"conv7x7": 8, "pool": False},
        {"conv1x1": 0, "conv3x3": 0, "conv5x5": 0},
        {"conv1x1": 0, "conv3x3": 0, "pool": False, "height": 9, "width": 7, "channels": 3},
    ):
        naive.reset()
        naive.set(**state)
        total = naive.result.costs.total
        codes.append(naive.code)
        expected.append((total.parameters, {"": list(total.output_shape)}))
    module = lab.explore.module()
    for preset in ("3a", "5b"):
        module.choose(preset)
        total = module.result.reduced.total
        codes.append(module.code)
        expected.append((total.parameters, {"": list(total.output_shape)}))
    reduction = lab.explore.reduction()
    for preset in ("3a's 5×5 branch", "a 1×1 before a 1×1"):
        reduction.choose(preset)
        both = reduction.result.direct, reduction.result.reduced
        codes.append(reduction.code)
        expected.append(
            (
                sum(cost.parameters for cost in both),
                {
                    name: list(cost.output_shape)
                    for name, cost in zip(("direct", "reduced"), both, strict=True)
                },
            )
        )
    factorise = lab.explore.factorise()
    for way in ("stack", "strips", "4 groups", "depthwise"):
        factorise.set(way=way)
        codes.append(factorise.code)
        both = factorise.result.costs["direct"], factorise.result.shown
        shape = [28, 28, 32]
        expected.append((sum(cost.parameters for cost in both), {"direct": shape, "instead": shape}))
    assert counted(codes, tmp_path) == expected

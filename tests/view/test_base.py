"""What every explorer gets from its base, tried on a small one."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import matplotlib
import pytest
from matplotlib.figure import Figure

import inception_lab as lab
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State, Toggle
from inception_lab.view.engine.handles import areas
from inception_lab.view.engine.panel import Panel
from tests.view import walking


class Sum(Explorer):
    """a + b, refused above 10."""

    title = "A sum & more"
    hint = "a < b"
    presets: ClassVar = {"most": {"a": 5, "b": 5}, "none": {"a": 0}}

    def declare(self) -> dict[str, Control]:
        self.computed = 0
        return {
            "a": Integer("First", 1, 0, 9),
            "b": Choice("Second", 2, (("two", 2), ("five", 5), ("a name", "x"))),
            "twice": Toggle("Twice", False),
        }

    def compute(self, state: State) -> int:
        self.computed += 1
        number: int = (state["a"] + (0 if state["b"] == "x" else state["b"])) * (1 + state["twice"])
        if number > 10:
            raise ValueError(f"at most 10 & no <more>, not {number}")
        return number

    def make_figure(self) -> Figure:
        figure = figures.new_figure(2, 1)
        self._ax = figure.add_axes((0, 0, 1, 1))
        return figure

    def prepare(self, canvas: Canvas) -> None:
        (self._bar,) = self._ax.barh([0], [0])
        self._ax.set_xlim(0, 10)
        canvas.add(self._bar)

    def draw(self, canvas: Canvas, result: int) -> None:
        self._bar.set_width(result)

    def handles(self) -> Iterator[Handle]:
        yield Handle(self._ax, (8, -0.4, 8, 0.4), "Pull anywhere", lambda x, _: {"a": x})
        pulled = self.pulled("a", lambda result: float(result))
        yield Handle(self._ax, (0, -0.4, self.result, 0.4), "Pull", lambda x, _: pulled(x))

    def describe(self, result: int) -> str:
        return f'The sum is {result} <"&">.'

    def keras_code(self, state: State) -> str:
        return f"print({state['a']} < 3)"


@pytest.fixture
def explorer() -> Sum:
    return Sum()


def test_setting_a_widget_computes_draws_and_says(explorer: Sum) -> None:
    picture = walking.pixels(explorer)
    explorer.controls["a"].value = 4
    assert explorer.state == {"a": 4, "b": 2, "twice": False}
    assert explorer.result == 6
    assert explorer._bar.get_width() == 6
    assert explorer.readout == explorer.widget.said["words"] == 'The sum is 6 <"&">.'
    assert (walking.pixels(explorer) != picture).any()


def test_a_page_finds_a_widget_that_is_complete_from_its_first_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[dict[str, Any]] = []
    monkeypatch.setattr(Panel, "open", lambda panel: opened.append(panel.get_state()))
    explorer = Sum("most", a=3)
    (state,) = opened
    assert state["said"]["words"] == explorer.readout
    assert state["said"]["call"] == 'lab.explore.sum("most", a=3)'
    assert state["values"] == explorer.widget.values
    assert state["picture"] == explorer.widget.picture != b""


def test_set_computes_once_however_many_controls_it_sets(explorer: Sum) -> None:
    explorer.computed = 0
    explorer.set(a=2, b=5, twice=False)
    assert (explorer.computed, explorer.result) == (1, 7)


def test_set_may_pass_through_what_is_illegal(explorer: Sum) -> None:
    explorer.set(a=8, b=2)
    explorer.set(b=5, a=1, twice=False)  # 8 + 5 would be too many
    assert explorer.result == 6


def test_the_last_legal_state_is_kept_and_the_reason_said(explorer: Sum) -> None:
    explorer.controls["a"].value = 7
    picture = walking.pixels(explorer)
    explorer.controls["b"].value = 5
    assert explorer.state == {"a": 7, "b": 2, "twice": False}
    assert explorer.result == 9
    assert (walking.pixels(explorer) == picture).all()
    assert explorer.widget.said["why_not"] == "Not possible: at most 10 & no <more>, not 12."
    explorer.controls["a"].value = 8
    assert explorer.result == 10
    assert not explorer.widget.said["why_not"]


def test_set_refuses_the_same_and_says_the_whole_reason(explorer: Sum) -> None:
    shown = walking.shown(explorer)
    with pytest.raises(ValueError, match="at most") as caught:
        explorer.set(a=9, b=5)
    assert str(caught.value) == "at most 10 & no <more>, not 14"
    assert explorer.state == {"a": 1, "b": 2, "twice": False}
    assert explorer.result == 3
    assert walking.shown(explorer) == shown


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"a": 10}, "`a` must be a whole number from 0 to 9. Received: a=10."),
        ({"a": -1}, "`a` must be a whole number from 0 to 9. Received: a=-1."),
        ({"a": True}, "`a` must be a whole number from 0 to 9. Received: a=True."),
        ({"a": 3.0}, "`a` must be a whole number from 0 to 9. Received: a=3.0."),
        ({"a": "3"}, "`a` must be a whole number from 0 to 9. Received: a='3'."),
        ({"b": "two"}, "`b` must be one of 2, 5, 'x'. Received: b='two'."),
        ({"b": None}, "`b` must be one of 2, 5, 'x'. Received: b=None."),
        ({"twice": 1}, "`twice` must be True or False. Received: twice=1."),
        ({"a": 4, "c": 1}, "There is no control 'c'. There are: a, b, twice."),
        ({"b": 5, "a": 99}, "`a` must be a whole number from 0 to 9. Received: a=99."),
    ],
)
def test_what_cannot_be_set_is_refused_before_anything_changes(
    explorer: Sum, state: State, message: str
) -> None:
    with pytest.raises(ValueError, match=r"must be|no control") as caught:
        explorer.set(**state)
    assert str(caught.value) == message
    assert explorer.state == {"a": 1, "b": 2, "twice": False}
    with pytest.raises(ValueError, match=r"must be|no control") as caught:
        Sum(**state)
    assert str(caught.value) == message


def test_reset_goes_back_to_the_defaults_not_to_where_it_started() -> None:
    explorer = Sum(a=5)
    assert explorer.result == 7
    walking.ask(explorer, "reset")
    assert explorer.result == 3


def test_a_preset_starts_afresh(explorer: Sum) -> None:
    explorer.set(twice=True)
    walking.ask(explorer, "preset", name="most")
    assert explorer.state == {"a": 5, "b": 5, "twice": False}
    walking.ask(explorer, "preset", name="none")
    assert explorer.state == {"a": 0, "b": 2, "twice": False}
    explorer.set(a=4)
    walking.ask(explorer, "preset", name="none")  # the same again
    assert explorer.state["a"] == 0


def test_the_page_is_told_the_code_of_the_present_setting(explorer: Sum) -> None:
    assert explorer.widget.said["code"] == "print(1 < 3)"
    explorer.set(a=2)
    assert explorer.widget.said["code"] == explorer.code == "print(2 < 3)"


def test_leading_controls_come_first_and_the_rest_lies_under_more(explorer: Sum) -> None:
    class Led(Sum):
        leading: ClassVar = ("b",)

    fixed = Led().widget.fixed
    assert ([each["name"] for each in fixed["controls"]], fixed["leading"]) == (["b", "a", "twice"], 1)
    fixed = Led(controls=["twice", "b"]).widget.fixed
    assert ([each["name"] for each in fixed["controls"]], fixed["leading"]) == (["twice", "b"], 2)
    assert explorer.widget.fixed["leading"] == 3


def test_a_bar_follows_the_hand_and_stops_at_the_ends_of_the_range(explorer: Sum) -> None:
    for x, value in ((6.2, 4), (5.4, 3), (-3, 0), (99, 8)):
        walking.pull(explorer, "Pull", x, 0)
        assert explorer.state["a"] == value, x
        assert explorer.result == value + 2
        assert explorer._bar.get_width() == value + 2


def test_an_axis_keeps_its_end_while_a_hand_holds_something(explorer: Sum) -> None:
    bar = areas([explorer._handles[0]])[0]
    at = {"handle": 0, "x": bar[2] - 0.02, "y": 0.5}
    walking.ask(explorer, "press", **at)
    explorer._canvas.limits(explorer._ax, x=(0, 20))
    assert explorer._ax.get_xlim() == (0, 10)
    walking.ask(explorer, "release", **at)
    explorer._canvas.limits(explorer._ax, x=(0, 20))
    assert explorer._ax.get_xlim() == (0, 20)


def test_a_release_that_has_pulled_is_the_last_pull_with_the_axes_of_its_state(explorer: Sum) -> None:
    low, y, high, _, *_ = areas([explorer._handles[0]])[0]
    start, end = ({"handle": 0, "x": x, "y": y + 0.01} for x in (high - 0.02, low))
    pictures = []
    for apart in (True, False):
        explorer.reset()
        walking.ask(explorer, "press", **start)
        if apart:
            walking.ask(explorer, "pull", **end)
        walking.ask(explorer, "release", **end, pulled=not apart)
        assert explorer.state["a"] == 8
        assert not explorer._canvas.held
        pictures.append((explorer.state, explorer.widget.picture))
    assert pictures[0] == pictures[1]


def test_a_pull_to_what_is_illegal_keeps_the_last_legal_state_and_says_why(explorer: Sum) -> None:
    explorer.set(twice=True)
    walking.pull(explorer, "Pull anywhere", 9, 0)
    assert explorer.state["a"] == 1
    assert explorer.widget.said["why_not"] == "Not possible: at most 10 & no <more>, not 22."  # let go, too
    walking.ask(explorer, "pull", handle=0, x=0.1, y=0.5)  # nothing is held: nothing moves
    assert explorer.state["a"] == 1


def test_pictures_have_twice_the_density(explorer: Sum) -> None:
    assert explorer.widget.said["size"] == [200, 100]
    assert walking.pixels(explorer).shape == (200, 400, 3)


def test_matplotlibs_settings_stay_as_they_are(explorer: Sum) -> None:
    before = dict(matplotlib.rcParams)
    explorer.set(a=3)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("kind", [Sum, lab.explore.naive_module])
def test_threads_take_turns(kind: Callable[[], Explorer]) -> None:
    """JupyterLab hands widgets' messages to a thread beside the one that runs cells."""
    explorer = kind()
    whole = [name for name, control in explorer.declare().items() if isinstance(control, Integer)]
    inside = 0
    together: list[int] = []
    raised: list[BaseException] = []
    draw = explorer.draw

    def watched(canvas: Canvas, result: Any) -> None:
        nonlocal inside
        inside += 1
        together.append(inside)
        draw(canvas, result)
        inside -= 1

    explorer.draw = watched  # type: ignore[method-assign]

    def turn(name: str) -> None:
        try:
            for value in (0, 5, 7, 1, 4) * 3:
                explorer.controls[name].value = value
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=turn, args=(name,)) for name in (whole * 3)[-3:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert set(together) == {1}
    assert len(together) > 10
    explorer.controls[whole[-1]].value = 3
    assert walking.shown(explorer) == walking.shown(type(explorer)(**explorer.state))


def test_what_a_cell_showed_is_closed_when_the_cell_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run = 0

    def show(cell: str, *explorers: Explorer) -> None:
        nonlocal run
        run += 1
        request = {"header": {"msg_id": str(run)}, "metadata": {"cellId": cell}}
        monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(get_parent=lambda: request))
        for explorer in explorers:
            explorer._ipython_display_()

    def alive(explorer: Explorer) -> bool:
        return explorer.widget.comm is not None

    monkeypatch.setattr("IPython.display.display", lambda data, raw: None)
    monkeypatch.setattr("inception_lab.view.engine.explorer.SHOWN", {})
    first, second, beside = Sum(), Sum(), Sum()
    show("a", first)
    show("b", beside, beside)
    assert alive(first)
    show("a", second)
    assert [alive(each) for each in (first, second, beside)] == [False, True, True]
    show("c", second)
    show("a", Sum())
    assert alive(second)  # another cell shows it too
    show("a", first, second)  # what was closed can be shown again, and answers
    assert alive(first)
    walking.ask(first, "preset", name="most")
    assert first.result == 10
    gone = weakref.ref(second)
    del second
    show("a")
    show("a", beside)
    show("c", beside)
    gc.collect()
    assert gone() is None

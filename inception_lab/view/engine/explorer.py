"""What every explorer shares: control or pointer → state → result → picture.

What an explorer says of itself is in `contract.py`. Everything else is here: resetting, presets, keeping the
last legal state, answering to the page.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from inception_lab.architecture.network import snake_case
from inception_lab.checks import one_of
from inception_lab.view import figures
from inception_lab.view.engine import controls as kinds
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.contract import Contract, width_for
from inception_lab.view.engine.controls import Choice, Control, Integer, Knob, State, Toggle
from inception_lab.view.engine.handles import Handle, areas, solve
from inception_lab.view.engine.panel import Panel

__all__ = ["Choice", "Control", "Explorer", "Handle", "Integer", "State", "Toggle"]

SHOWN: dict[Any, tuple[Any, list[Explorer]]] = {}  # cell → its last run, and what that has shown
DENSITY = 2  # pixels of the picture for one of the page's, as sharp displays have


def settle() -> None:
    """Collect all garbage now, and look for it later only in what is made from now on.

    A look at everything takes a fifth of a second and more, for which a hand would wait.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Explorer(Contract):
    """A picture that answers to controls.

    Args:
        preset: Name of a preset to start from.
        controls: Names of the controls to show, in this order; the others can be set by code only. By
            default the leading ones are in view and the rest lie under "More".
        **state: Values of controls to start from instead of the preset's, or the defaults.

    Attributes:
        controls: Name → control. Setting its `value` redraws the picture.
        result: What was computed for the present state.
        figure: The matplotlib figure of the picture.
        widget: What the page shows.

    Raises:
        ValueError: If a preset or a control does not exist or cannot take its value.
    """

    def __init__(
        self, preset: str | None = None, /, *, controls: Sequence[str] | None = None, **state: Any
    ) -> None:
        self._declared = self.declare()
        names = list(dict.fromkeys((*self.leading, *self._declared)) if controls is None else controls)
        for name in names:
            kinds.check_name(name, self._declared)
        if len(set(names)) < len(names):
            raise ValueError(f"`controls` must name each control once. Received: controls={names}.")
        self.controls = {name: Knob(self, name, each) for name, each in self._declared.items()}
        self._defaults = self._state = {name: each.value for name, each in self._declared.items()}
        self._guess: Callable[[Any], Any] | None = None  # draws a reader's guess on an axis
        self._grip: tuple[Handle, Any] | None = None  # what a hand holds, and how far its anchor lies from it
        self._of = cache(lambda preset: self.compute({**self._defaults, **self.presets.get(preset, {})}))
        self._fixed = {
            "title": self.title,
            "hint": self.hint,
            "controls": [kinds.said(name, self._declared[name]) for name in names],
            "leading": len(names if controls is not None or not self.leading else self.leading),
            "presets": list(self.presets),
        }
        self.result = self.compute(self._defaults)
        if preset is not None:
            one_of("preset", preset, tuple(self.presets))
            state = {**self.presets[preset], **state}
        kinds.check(state, self._declared)
        if error := self._take(state):
            raise error
        self._stage()

    # What they use.

    def pulled(self, name: str, measure: Callable[[Any], float]) -> Callable[[float], State]:
        """Return how to set a control so that a measure of the result, which rises with it, is what is asked.

        All other controls stay as they are when it is asked first, as in the hand that has just pressed.
        """
        control: Any = self._declared[name]
        start = cache(lambda: self.state)

        @cache
        def measured(value: int) -> float:
            try:
                return measure(self.compute({**start(), name: value}))
            except ValueError:  # an illegal state: as far as can be
                return math.inf if value > start()[name] else -math.inf

        return lambda target: {name: solve(measured, control.low, control.high, target)}

    @property
    def ghost(self) -> Any:
        """The result of the preset that lies nearest: where the hand started. `None` if it is this state."""
        preset, changes = self.nearest_preset()
        return self._of(preset) if changes else None

    # What users call.

    @property
    def state(self) -> State:
        """The value of every control."""
        return dict(self._state)

    @figures.one_at_a_time
    def set(self, **state: Any) -> None:
        """Set some controls at once and redraw.

        Raises:
            ValueError: If a control does not exist or cannot take its value, or the values do not go
                together; nothing is changed then.
        """
        kinds.check(state, self._declared)
        if error := self._go(state):
            raise error

    @figures.one_at_a_time
    def move(self, state: State) -> None:
        """Set controls as a reader does, who is told what is not possible."""
        if error := self._go(state):
            self._update()  # axes may have kept their ends for a hand
            self._show(f"Not possible: {str(error).removesuffix('.')}.")

    def reset(self) -> None:
        """Set every control to what it was at first."""
        self.forget()
        self.set(**self._defaults)

    @figures.one_at_a_time
    def choose(self, preset: str) -> None:
        """Set every control as a preset says.

        Raises:
            ValueError: If there is no such preset; the message lists what there is.
        """
        one_of("preset", preset, tuple(self.presets))
        self.forget()
        self.set(**{**self._defaults, **self.presets[preset]})

    def link(self) -> str:
        """Return the call that restores the state, such as `lab.explore.module("3a", reduce5x5=8)`."""
        preset, changes = self.nearest_preset()
        said = [kinds.in_python(preset)] if preset else []
        said += [f"{name}={kinds.in_python(value)}" for name, value in changes.items()]
        return f"lab.explore.{snake_case(type(self).__name__)}({', '.join(said)})"

    def changes(self, given: State) -> State:
        """Return what must be set besides what is given to come from the first state to the present one."""
        start = {**self._defaults, **given}
        return {name: value for name, value in self.state.items() if value != start[name]}

    def nearest_preset(self) -> tuple[str, State]:
        """Return the preset from which least must be set, "" for the defaults, and what."""
        found = [(preset, self.changes(state)) for preset, state in self.presets.items()]
        return min([*found, ("", self.changes({}))], key=lambda pair: len(pair[1]))

    @property
    def readout(self) -> str:
        """What the picture shows, in words."""
        return self.describe(self.result)

    @property
    def code(self) -> str:
        """Keras code for the present setting, which runs as it stands."""
        return self.keras_code(self.state)

    @figures.one_at_a_time
    def fit(self, room: float) -> None:
        """Draw for a page that has `room` pixels for the picture; with few, one part below the other."""
        if (width := width_for(room)) != self.width:
            self.width, self._grip = width, None
            self._stage()

    @figures.one_at_a_time
    def mark(self, guess: Callable[[Any], Any]) -> None:
        """Have a guess drawn on the axis that was asked about, now and whenever the figure is made anew."""
        self._guess = guess
        self._stage()

    def _ipython_display_(self) -> None:
        """Show a picture that stays in a saved notebook, and the live widget, which hides it in the page.

        What an earlier run of the same cell showed is closed, unless another cell shows it too.
        """
        from IPython import get_ipython

        request: Any = getattr(get_ipython(), "get_parent", dict)()
        run = request.get("header", {}).get("msg_id")
        cell = request.get("metadata", {}).get("cellId", run)
        self._replace(cell, run)
        self.widget.appear()
        settle()

    def close(self) -> None:
        """Take it off the page and let go of most of its memory; it can be shown again."""
        self.widget.close()
        self._canvas.clear()
        gc.unfreeze()

    # How it works.

    def _replace(self, cell: Any, run: Any) -> None:
        """Note which run of a cell shows this; close what an earlier one showed."""
        before, old = SHOWN.get(cell, (run, []))
        SHOWN[cell] = (run, [*old, self] if run == before else [self])
        for each in set(old).difference(*(shown for _, shown in SHOWN.values())):
            each.close()

    def _go(self, state: State) -> ValueError | None:
        """Set controls and draw; where that is illegal, stay in the last legal state and return why."""
        return self._take(state) or self._update()

    def _take(self, state: State) -> ValueError | None:
        """Compute what some controls lead to; where that is illegal, return why, and change nothing."""
        wanted = self.state
        for name in self._declared:  # in their order: one that decides over others comes before them
            if name in state:
                wanted[name] = state[name]
                wanted.update(self.adapt(name, wanted))
        try:
            result = self.compute(wanted)
        except ValueError as error:
            return error
        self._state, self.result = wanted, result
        return None

    def _stage(self) -> None:
        """Make the figure, and draw the present state."""
        self.figure = figures.styled(self.make_figure)()
        self.figure.set_dpi(DENSITY * figures.DPI)
        self._canvas = Canvas(self.figure)
        figures.styled(self.prepare)(self._canvas)
        if self._guess and self.asked:
            self._guess(self.asked)
        self._update()

    @figures.one_at_a_time
    def _update(self) -> None:
        """Draw the present state."""
        figures.styled(self.draw)(self._canvas, self.result)
        self._png = self._canvas.encoded()
        self._handles = list(self.handles())
        self._show()

    def _show(self, why_not: str = "") -> None:
        """Hand the page all that is shown, in one message."""
        preset, changes = self.nearest_preset()
        shown = {
            "picture": self._png,
            "values": kinds.shown(self._state, self._declared),
            "handles": areas(self._handles),
            "photos": self._canvas.photos(),
            "said": {
                "size": [round(100 * inches) for inches in self.figure.get_size_inches()],
                "words": self.readout,
                "why_not": why_not,
                "call": self.link(),
                "code": self.code,
                "preset": "" if changes else preset,
            },
        }
        if not hasattr(self, "widget"):  # a page that asks for all widgets must never find one without these
            self.widget = Panel(fixed=self._fixed, **shown)
            self.widget.on_msg(self._answer)
            return
        with self.widget.hold_sync():
            for name, value in shown.items():
                setattr(self.widget, name, value)

    @figures.one_at_a_time
    def _answer(self, _: Any, message: Any, __: Any = None) -> None:
        """Do what the page asks for, and say that it was done: only then it asks for more."""
        with self.widget.hold_sync():
            try:
                match message:
                    case {"kind": "set", "name": name, "value": value}:
                        self.controls[name].value = kinds.meant(value, self._declared[name])
                    case {"kind": "preset", "name": name}:
                        self.choose(name)
                    case {"kind": "reset"}:
                        self.reset()
                    case {"kind": "room", "width": room}:
                        self.fit(room)
                    case {"kind": kind, "handle": handle, "x": x, "y": y}:
                        self._touch(kind, handle, x, y, message.get("pulled", kind == "pull"))
            finally:
                self.widget.heard += 1

    def _touch(self, kind: str, number: int, x: float, y: float, pulled: bool) -> None:
        """Follow a hand: "press", "pull" or "release", which may be the last pull, too: a picture less."""
        wanted: State = {}
        self._canvas.held = kind != "release"  # while a hand holds something, axes keep their ends
        if kind == "press":
            handle = self._handles[number]
            taken = handle.data(x, y)
            self._grip, wanted = (handle, (handle.anchor or taken) - taken), handle.press
        elif pulled and self._grip:
            handle, off = self._grip
            wanted = handle.move(*(handle.data(x, y) + off)) if handle.move else {}
        wanted = {name: kinds.nearest(value, self._declared[name]) for name, value in wanted.items()}
        if kind == "release" or self.state != {**self.state, **wanted}:
            self.move(wanted)

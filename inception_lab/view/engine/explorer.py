"""What every explorer shares: control or pointer → state → result → picture.

What an explorer says of itself is in `contract.py`. Everything else is here: resetting, presets, keeping the
last legal state, answering to the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from inception_lab.architecture.network import snake_case
from inception_lab.checks import one_of
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.contract import Contract, width_for
from inception_lab.view.engine.controls import (
    Choice,
    Control,
    Integer,
    Knob,
    State,
    Toggle,
    check_name,
    check_value,
    in_python,
    nearest,
)
from inception_lab.view.engine.handles import Grip, Handle, solve
from inception_lab.view.engine.panel import Panel

__all__ = ["Choice", "Control", "Explorer", "Handle", "Integer", "State", "Toggle"]

DENSITY = 2  # pixels of the picture for one of the page's, as sharp displays have


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
        shown = tuple(self._declared) if controls is None else tuple(controls)
        for name in shown:
            check_name(name, self._declared)
        if len(set(shown)) < len(shown):
            raise ValueError(f"`controls` must name each control once. Received: controls={list(shown)}.")
        leading = shown if controls is not None or not self.leading else self.leading
        self.controls = {name: Knob(name, each) for name, each in self._declared.items()}
        self._defaults = self._legal = self.state
        self._held = False
        self._grip: Grip | None = None
        self._ghosts: dict[str, Any] = {}
        ordered = sorted(shown, key=lambda name: leading.index(name) if name in leading else len(leading))
        self.widget = Panel(
            fixed={
                "title": self.title,
                "hint": self.hint,
                "controls": [self.controls[name].said() for name in ordered],
                "leading": len(leading),
                "presets": list(self.presets),
            }
        )
        self.result = self.compute(self._defaults)
        self._stage()
        for knob in self.controls.values():
            knob.observe(self._changed, "value")
        self.widget.on_msg(self._answer)
        if preset is not None:
            one_of("preset", preset, tuple(self.presets))
            state = {**self.presets[preset], **state}
        if state:
            self.set(**state)

    # What they use.

    def pulled(self, name: str, measure: Callable[[Any], float]) -> Callable[[float], State]:
        """Return how to set a control so that a measure of the result, which rises with it, is what is asked.

        All other controls stay as they are when it is asked first, as in the hand that has just pressed.
        """
        control = self._declared[name]
        assert isinstance(control, Integer)

        @cache
        def inverse() -> Callable[[float], int]:
            state = self.state

            def measured(value: int) -> float:
                try:
                    return measure(self.compute({**state, name: value}))
                except ValueError:  # an illegal state: as far as can be
                    return math.inf if value > state[name] else -math.inf

            return solve(measured, control)

        return lambda target: {name: inverse()(target)}

    @property
    def ghost(self) -> Any:
        """The result of the preset that lies nearest: where the hand started. `None` if it is this state."""
        preset, changes = self.nearest_preset()
        if not changes:
            return None
        if preset not in self._ghosts:
            self._ghosts[preset] = self.compute({**self._defaults, **self.presets.get(preset, {})})
        return self._ghosts[preset]

    # What users call.

    @property
    def state(self) -> State:
        """The value of every control."""
        return {name: knob.value for name, knob in self.controls.items()}

    @figures.one_at_a_time
    def set(self, **state: Any) -> None:
        """Set some controls at once and redraw.

        Raises:
            ValueError: If a control does not exist or cannot take its value, or the values do not go
                together; nothing is changed then.
        """
        for name, value in state.items():
            check_name(name, self._declared)
            check_value(name, value, self._declared[name])
        # In their order: one that decides over others comes before them.
        if error := self._go({name: state[name] for name in self._declared if name in state}):
            raise error

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
        said = [in_python(preset)] if preset else []
        said += [f"{name}={in_python(value)}" for name, value in changes.items()]
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

    def _ipython_display_(self) -> None:
        """Show a picture that stays in a saved notebook, and the live widget, which hides it in the page."""
        self.widget.appear(*self._canvas.compact())

    # How it works.

    def _put(self, state: State) -> None:
        """Set controls, and those that they decide over, without a picture."""
        self._held = True
        try:
            for name, value in state.items():
                self.controls[name].value = value
                self.adapt(name)
        finally:
            self._held = False

    @figures.one_at_a_time
    def _changed(self, change: Any) -> None:
        if not self._held:
            self._try({change["owner"].name: change["new"]})

    def _go(self, state: State) -> ValueError | None:
        """Set controls and draw; where that is illegal, return why and go back to the last legal state."""
        self._put(state)
        try:
            self.result = self.compute(self.state)
        except ValueError as error:
            self._put(self._legal)
            return error
        return self._update()

    def _try(self, state: State) -> None:
        """Set controls as a reader does, who is told what is not possible."""
        if error := self._go(state):
            self._show(f"Not possible: {str(error).removesuffix('.')}.")

    def _stage(self) -> None:
        """Make the figure, and draw the present state."""
        self.figure = figures.styled(self.make_figure)()
        self.figure.set_dpi(DENSITY * figures.DPI)
        self._canvas = Canvas(self.figure)
        figures.styled(self.prepare)(self._canvas)
        self._update()

    @figures.one_at_a_time
    def _update(self) -> None:
        """Draw the present state."""
        self._legal = self.state
        figures.styled(self.draw)(self._canvas, self.result)
        self._png = self._canvas.encoded()
        self._handles = list(self.handles())
        self._show()

    def _show(self, why_not: str = "") -> None:
        """Hand the page all that is shown, in one message."""
        preset, changes = self.nearest_preset()
        with self.widget.hold_sync():
            self.widget.picture = self._png
            self.widget.values = {name: knob.shown() for name, knob in self.controls.items()}
            self.widget.handles = [handle.area() for handle in self._handles]
            self.widget.photos = self._canvas.photos()
            self.widget.said = {
                "size": [round(100 * inches) for inches in self.figure.get_size_inches()],
                "words": self.readout,
                "why_not": why_not,
                "call": self.link(),
                "code": self.code,
                "preset": "" if changes else preset,
            }

    @figures.one_at_a_time
    def _answer(self, _: Any, message: Any, __: Any = None) -> None:
        """Do what the page asks for, and say that it was done: only then it asks for more."""
        with self.widget.hold_sync():
            try:
                match message:
                    case {"kind": "set", "name": name, "value": value}:
                        self.controls[name].value = self.controls[name].meant(value)
                    case {"kind": "preset", "name": name}:
                        self.choose(name)
                    case {"kind": "reset"}:
                        self.reset()
                    case {"kind": "room", "width": room}:
                        self.fit(room)
                    case {"kind": kind, "handle": handle, "x": x, "y": y}:
                        self._touch(kind, handle, x, y)
            finally:
                self.widget.heard += 1

    def _touch(self, kind: str, number: int, x: float, y: float) -> None:
        """Follow a hand: "press", "pull" or "release". While it holds something, axes keep their ends."""
        wanted: State = {}
        self._canvas.held = kind != "release"
        if kind == "press":
            handle = self._handles[number]
            self._grip, wanted = Grip(handle, x, y), handle.press
        elif kind == "pull" and self._grip:
            wanted = self._grip.at(x, y)
        wanted = {name: nearest(value, self._declared[name]) for name, value in wanted.items()}
        if kind == "release" or self.state != {**self.state, **wanted}:
            self._try(wanted)

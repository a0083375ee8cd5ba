"""What every explorer shares: controls → state → result → picture.

An explorer says what its controls are (`declare`), what a state means (`compute`), how a result looks
(`draw`) and what it says in words (`describe`). Everything else is here: the widgets, resetting,
presets, keeping the last legal state, the picture with its alternative text.

One HTML widget holds the picture and what is said below it.
"""

from __future__ import annotations

import html
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from inception_lab.architecture.network import snake_case
from inception_lab.checks import one_of
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.controls import (
    Choice,
    Control,
    Integer,
    State,
    Toggle,
    check_name,
    check_value,
)
from inception_lab.view.engine.layout import (
    code_switch,
    control_widgets,
    copy_button,
    frame,
    preset_menu,
    reset_button,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Choice", "Control", "Explorer", "Integer", "State", "Toggle"]


# JupyterLab takes arrow keys for itself unless an element says otherwise: a menu would lose the focus.
KEYS_ARE_OURS = (
    "this.closest('.widget-vbox')?.querySelectorAll('select')"
    ".forEach(each => each.setAttribute('data-lm-suppress-shortcuts', 'true'))"
)


class Explorer(ABC):
    """A picture that answers to controls.

    Args:
        preset: Name of a preset to start from.
        controls: Names of the controls to show, in this order; the others can be set by code only. By
            default all are shown.
        **state: Values of controls to start from instead of the preset's, or the defaults.

    Attributes:
        controls: Name → widget. Setting a widget's `value` redraws the picture.
        result: What was computed for the present state.
        figure: The matplotlib figure behind the picture.

    Raises:
        ValueError: If a preset or a control does not exist or cannot take its value.
    """

    title: ClassVar[str]
    hint: ClassVar[str] = ""
    presets: ClassVar[Mapping[str, State]] = {}

    result: Any

    def __init__(
        self, preset: str | None = None, /, *, controls: Sequence[str] | None = None, **state: Any
    ) -> None:
        self._declared = self.declare()
        shown = tuple(self._declared) if controls is None else tuple(controls)
        for name in shown:
            check_name(name, self._declared)
        if len(set(shown)) < len(shown):
            raise ValueError(f"`controls` must name each control once. Received: controls={list(shown)}.")
        made = {name: control_widgets(control) for name, control in self._declared.items()}
        self.controls: dict[str, Any] = {name: widget for name, (widget, _) in made.items()}
        self._defaults = self.state
        self._held = False
        self._message = ""
        self._picture = widgets.HTML()
        self._code_box = widgets.HTML()
        self._copy_box = widgets.HTML()
        self.figure = figures.styled(self.make_figure)()
        self._canvas = Canvas(self.figure)
        figures.styled(self.prepare)(self._canvas)
        self._legal = self._defaults
        self.result = self.compute(self._defaults)
        self._update()
        self.widget = frame(
            self.title,
            self.hint,
            [made[name][1] for name in shown],
            list(self._tools()),
            [self._picture, self._code_box],
        )
        for widget in self.controls.values():
            widget.observe(self._changed, "value")
        if preset is not None:
            one_of("preset", preset, tuple(self.presets))
            state = {**self.presets[preset], **state}
        if state:
            self.set(**state)

    # What each explorer says.

    @abstractmethod
    def declare(self) -> dict[str, Control]:
        """Return the controls by name, in order."""

    @abstractmethod
    def compute(self, state: State) -> Any:
        """Return what the picture shows; a ValueError means that the state is illegal."""

    @abstractmethod
    def make_figure(self) -> Figure:
        """Return the figure with everything that stays."""

    @abstractmethod
    def prepare(self, canvas: Canvas) -> None:
        """Add the artists that change."""

    @abstractmethod
    def draw(self, canvas: Canvas, result: Any) -> None:
        """Move the artists to where `result` wants them."""

    @abstractmethod
    def describe(self, result: Any) -> str:
        """Return in a sentence or two what the picture shows."""

    def keras_code(self, state: State) -> str:
        """Return Keras code for the state, which runs as it stands."""
        return ""

    def adapt(self, name: str) -> None:  # noqa: B027 - most explorers need none
        """Set other controls after the one called `name` was set, where one control decides over others."""

    # What users call.

    @property
    def state(self) -> State:
        """The value of every control."""
        return {name: widget.value for name, widget in self.controls.items()}

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
        before = self.state
        with self._hold():
            for name in self._declared:  # in their order: one that decides over others comes before them
                if name in state:
                    self.controls[name].value = state[name]
                    self.adapt(name)
        try:
            self.result = self.compute(self.state)
        except ValueError:
            self._put(before)
            raise
        self._update()

    def reset(self) -> None:
        """Set every control to what it was at first."""
        self.set(**self._defaults)

    def choose(self, preset: str) -> None:
        """Set every control as a preset says.

        Raises:
            ValueError: If there is no such preset; the message lists what there is.
        """
        one_of("preset", preset, tuple(self.presets))
        self._start_afresh(self.presets[preset])

    def link(self) -> str:
        """Return the call that restores the state, such as `lab.explore.module("3a", reduce5x5=8)`."""
        calls = [([_said(preset)], self.changes(state)) for preset, state in self.presets.items()]
        said, changes = min([*calls, ([], self.changes({}))], key=lambda call: len(call[1]))
        said += [f"{name}={_said(value)}" for name, value in changes.items()]
        return f"lab.explore.{snake_case(type(self).__name__)}({', '.join(said)})"

    def changes(self, given: State) -> State:
        """Return what must be set besides what is given to come from the first state to the present one."""
        start = {**self._defaults, **given}
        return {name: value for name, value in self.state.items() if value != start[name]}

    @property
    def readout(self) -> str:
        """What the picture shows, in words."""
        return self.describe(self.result)

    @property
    def code(self) -> str:
        """Keras code for the present setting, which runs as it stands."""
        return self.keras_code(self.state)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Give the live widget where there is a kernel, and the picture where there is none."""
        return {
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 0,
                "model_id": self.widget.model_id,
            },
            "text/html": figures.compact_html(self._png, self.readout)
            + f"<p>{html.escape(self.readout)}</p>",
            "text/plain": self.readout,
        }

    # How it works.

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Set widgets without a picture for each."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    def _put(self, state: State) -> None:
        """Put every widget back to where it was."""
        with self._hold():
            for name, value in state.items():
                self.controls[name].value = value

    @figures.one_at_a_time
    def _start_afresh(self, state: State) -> None:
        """Set what is given, and the rest to what it was at first; nothing is changed if that is illegal."""
        before, result = self.state, self.result
        try:
            with self._hold():
                self.reset()
                self.set(**state)
        except ValueError:
            self._put(before)
            self.result = result
            raise
        self._update()

    @figures.one_at_a_time
    def _changed(self, change: Any) -> None:
        if self._held:
            return
        with self._hold():
            self.adapt(next(name for name, widget in self.controls.items() if widget is change["owner"]))
        try:
            self.result = self.compute(self.state)
        except ValueError as error:
            self._message = str(error)
            self._put(self._legal)
            self._show_picture()
            return
        self._update()

    @figures.one_at_a_time
    def _update(self) -> None:
        """Draw the present state, unless more is to be set before."""
        if self._held:
            return
        self._legal = self.state
        self._message = ""
        figures.styled(self.draw)(self._canvas, self.result)
        self._png = self._canvas.png()
        self._show_picture()
        self._show_code()

    def _show_picture(self) -> None:
        style, said = "margin:4px 0;line-height:1.4", self.readout
        whole = "user-select:all;white-space:pre-wrap"  # one click selects it, to be copied
        parts = [
            figures.picture_html(self._png, said, onload=KEYS_ARE_OURS),
            f'<p role="status" aria-live="polite" style="{style}">{html.escape(said)}</p>',
            f'<p style="{style};font-size:0.85em">Call: '
            f'<code style="{whole}">{html.escape(self.link())}</code></p>',
        ]
        if self._message:
            reason = html.escape(self._message)
            parts.insert(0, f'<p role="alert" style="{style};font-weight:bold">Not possible: {reason}.</p>')
        self._picture.value = "".join(parts)

    def _show_code(self) -> None:
        code = self.code
        self._copy_box.value = copy_button(code) if code else ""
        if self._code_box.value:
            self._code_box.value = _code_html(code)

    def _tools(self) -> Iterator[Any]:
        """Make what stands between the controls and the picture."""
        if self.presets:
            yield preset_menu(self.presets, self.choose)
        yield reset_button(self.reset)
        if self.code:
            yield code_switch(self._reveal_code)
            yield self._copy_box

    def _reveal_code(self, shown: bool) -> None:
        self._code_box.value = _code_html(self.code) if shown else ""


def _code_html(code: str) -> str:
    return f'<pre style="line-height:1.3">{html.escape(code)}</pre>'


def _said(value: Any) -> str:
    """Write a value as a reader would write it in Python."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | dict) else repr(value)

"""What every explorer shares: controls → state → result → picture.

An explorer says what its controls are (`declare`), what a state means (`compute`), how a result looks
(`draw`) and what it says in words (`describe`). Everything else is here: the widgets, resetting,
presets, keeping the last legal state, the picture with its alternative text.

It works the same on ipywidgets 7.7.1 (Colab) and 8: one HTML widget holds the picture.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets
from traitlets import link

from inception_lab.spec.layers import one_of
from inception_lab.view import figures
from inception_lab.view.explorers.canvas import Canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

State = dict[str, Any]


@dataclass(frozen=True)
class Integer:
    """A whole number: a labelled box, which the keyboard reaches, and a slider beside it."""

    label: str
    value: int
    low: int
    high: int
    step: int = 1
    help: str = ""


@dataclass(frozen=True)
class Choice:
    """One of several."""

    label: str
    value: Any
    options: tuple[tuple[str, Any], ...]
    help: str = ""


@dataclass(frozen=True)
class Toggle:
    """Yes or no."""

    label: str
    value: bool
    help: str = ""


Control = Integer | Choice | Toggle


class Explorer(ABC):
    """A picture that answers to controls.

    Args:
        **state: Values of controls to start from instead of their defaults.

    Attributes:
        controls: Name → widget. Setting a widget's `value` redraws the picture.
        result: What was computed for the present state.
        figure: The matplotlib figure behind the picture.

    Raises:
        ValueError: If a control does not exist or cannot take its value.
    """

    title: ClassVar[str]
    hint: ClassVar[str] = ""
    presets: ClassVar[Mapping[str, State]] = {}

    result: Any

    def __init__(self, **state: Any) -> None:
        self._declared = self.declare()
        self.controls: dict[str, Any] = {}
        rows = [self._row(name, control) for name, control in self._declared.items()]
        self._defaults = self.state
        self._held = False
        self._message = ""
        self._picture = widgets.HTML()
        self._code_box = widgets.HTML()
        self.figure = figures.styled(self.make_figure)()
        self._canvas = Canvas(self.figure)
        figures.styled(self.prepare)(self._canvas)
        self._legal = self._defaults
        self._update()
        self.widget = self._layout(rows)
        for widget in self.controls.values():
            widget.observe(self._changed, "value")
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
            self._check(name, value)
        before = self.state
        with self._hold():
            for name in self._declared:  # in their order: one that decides over others comes before them
                if name in state:
                    self.controls[name].value = state[name]
                    self.adapt(name)
        try:
            self.result = self.compute(self.state)
        except ValueError:
            with self._hold():
                for name, value in before.items():
                    self.controls[name].value = value
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
        self.reset()
        self.set(**self.presets[preset])

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
            "text/html": figures.figure_html(self.figure, self.readout)
            + f"<p>{html.escape(self.readout)}</p>",
            "text/plain": self.readout,
        }

    # How it works.

    def _check(self, name: str, value: Any) -> None:
        if name not in self._declared:
            raise ValueError(f"There is no control '{name}'. There are: {', '.join(self._declared)}.")
        match self._declared[name]:
            case Integer(low=low, high=high):
                if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                    raise ValueError(
                        f"`{name}` must be a whole number from {low} to {high}. Received: {name}={value!r}."
                    )
            case Choice(options=options):
                if value not in [option for _, option in options]:
                    listed = ", ".join(repr(option) for _, option in options)
                    raise ValueError(f"`{name}` must be one of {listed}. Received: {name}={value!r}.")
            case Toggle():
                if not isinstance(value, bool):
                    raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}.")

    @contextmanager
    def _hold(self) -> Iterator[None]:
        self._held = True
        try:
            yield
        finally:
            self._held = False

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
            with self._hold():
                for name, value in self._legal.items():
                    self.controls[name].value = value
            self._show_picture()
            return
        self._update()

    @figures.one_at_a_time
    def _update(self) -> None:
        """Draw the present state."""
        self._legal = self.state
        self._message = ""
        if not hasattr(self, "result"):
            self.result = self.compute(self.state)
        figures.styled(self.draw)(self._canvas, self.result)
        self._png = self._canvas.png()
        self._show_picture()
        if self._code_box.value:
            self._show_code()

    def _show_picture(self) -> None:
        style, said = "margin:4px 0;line-height:1.4", self.readout
        parts = [
            figures.picture_html(self._png, said),
            f'<p style="{style}">{html.escape(said)}</p>',
        ]
        if self._message:
            reason = html.escape(self._message)
            parts.insert(0, f'<p role="alert" style="{style};font-weight:bold">Not possible: {reason}.</p>')
        self._picture.value = "".join(parts)

    def _show_code(self) -> None:
        self._code_box.value = f'<pre style="line-height:1.3">{html.escape(self.code)}</pre>'

    def _row(self, name: str, control: Control) -> Any:
        """Make a control's widgets; the one that carries its value is kept in `controls`."""
        # All are equally wide, margins included, so that they stand in columns: three of them in the frame.
        style = {"description_width": "105px"}
        wide = widgets.Layout(width="286px", margin="2px 10px 2px 2px")
        match control:
            case Integer():
                number = widgets.BoundedIntText(
                    control.value,
                    min=control.low,
                    max=control.high,
                    step=control.step,
                    description=control.label,
                    style=style,
                    layout=widgets.Layout(width="174px"),
                )
                slider = widgets.IntSlider(
                    control.value,
                    min=control.low,
                    max=control.high,
                    step=control.step,
                    readout=False,
                    layout=widgets.Layout(width="108px"),
                )
                link((slider, "value"), (number, "value"))
                self.controls[name] = number
                return widgets.HBox(
                    [number, slider], layout=widgets.Layout(width="290px", margin="0 8px 0 0")
                )
            case Choice():
                widget = widgets.Dropdown(
                    options=list(control.options),
                    value=control.value,
                    description=control.label,
                    style=style,
                    layout=wide,
                )
            case Toggle():
                widget = widgets.Checkbox(
                    control.value,
                    description=control.label,
                    indent=False,
                    style=style,
                    layout=wide,
                )
        self.controls[name] = widget
        return widget

    def _layout(self, rows: list[Any]) -> Any:
        tools: list[Any] = []
        if self.presets:
            preset = widgets.Dropdown(
                options=[("choose …", ""), *((name, name) for name in self.presets)],
                description="Preset",
                style={"description_width": "105px"},
                layout=widgets.Layout(width="250px"),
            )

            def choose(change: Any) -> None:
                if change["new"]:
                    self.choose(change["new"])
                    preset.value = ""

            preset.observe(choose, "value")
            tools.append(preset)
        reset = widgets.Button(description="Reset", layout=widgets.Layout(width="80px"))
        reset.on_click(lambda _: self.reset())
        tools.append(reset)
        if self.code:
            toggle = widgets.ToggleButton(description="Keras code", layout=widgets.Layout(width="110px"))

            def reveal(change: Any) -> None:
                if change["new"]:
                    self._show_code()
                else:
                    self._code_box.value = ""

            toggle.observe(reveal, "value")
            tools.append(toggle)
        heading = widgets.HTML(
            f'<div style="font-size:1.15em;font-weight:bold">{html.escape(self.title)}</div>'
            f'<div style="line-height:1.4">{html.escape(self.hint)}</div>'
        )
        grid = widgets.Box(rows, layout=widgets.Layout(flex_flow="row wrap", align_items="center"))
        return widgets.VBox(
            [heading, grid, widgets.HBox(tools), self._picture, self._code_box],
            layout=widgets.Layout(border="1px solid #c8c8c8", padding="10px", max_width="960px"),
        )

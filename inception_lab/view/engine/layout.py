"""The widgets of an explorer: a row for each control, presets, buttons, and the frame around them.

They work the same on ipywidgets 7.7.1 (Colab) and 8.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as widgets
from traitlets import link

from inception_lab.view.engine.controls import Choice, Control, Integer, Toggle

# Puts the button's code on the clipboard. Where the page may not write there (a server reached by plain HTTP,
# a frame without that permission), the old way: select a text and copy it.
COPY = """
const code = this.dataset.code;
const say = (word) => {
  this.textContent = word;
  setTimeout(() => { this.textContent = 'Copy'; }, 1500);
};
const select = () => {
  const box = document.createElement('textarea');
  box.value = code;
  document.body.append(box);
  box.select();
  say(document.execCommand('copy') ? 'Copied' : 'Not copied');
  box.remove();
  this.focus();
};
navigator.clipboard ? navigator.clipboard.writeText(code).then(() => say('Copied'), select) : select();
"""


def control_widgets(control: Control) -> tuple[Any, Any]:
    """Make a control's widgets: the one that has its value and its label, and the row that is shown."""
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
            both = widgets.Layout(width="290px", margin="0 8px 0 0")
            return number, widgets.HBox([number, slider], layout=both)
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
    return widget, widget


def preset_menu(names: Iterable[str], choose: Callable[[str], None]) -> Any:
    """Make the menu of presets; it goes back to its first line, so that the same can be chosen again."""
    menu = widgets.Dropdown(
        options=[("choose …", ""), *((name, name) for name in names)],
        description="Preset",
        style={"description_width": "105px"},
        layout=widgets.Layout(width="250px"),
    )

    def chosen(change: Any) -> None:
        if change["new"]:
            choose(change["new"])
            menu.value = ""

    menu.observe(chosen, "value")
    return menu


def reset_button(reset: Callable[[], None]) -> Any:
    """Make the button that sets everything back."""
    button = widgets.Button(description="Reset", layout=widgets.Layout(width="80px"))
    button.on_click(lambda _: reset())
    return button


def code_switch(reveal: Callable[[bool], None]) -> Any:
    """Make the button that shows the code and takes it away."""
    switch = widgets.ToggleButton(description="Keras code", layout=widgets.Layout(width="110px"))
    switch.observe(lambda change: reveal(change["new"]), "value")
    return switch


def copy_button(code: str) -> str:
    """Return a button, in HTML, that puts code on the clipboard; the browser does it, no kernel is asked."""
    return (
        '<button type="button" class="jupyter-button widget-button" style="width:100px;margin:0" '
        'title="Copy the code for this setting" aria-live="polite" '
        f'data-code="{html.escape(code, quote=True)}" onclick="{html.escape(COPY, quote=True)}">Copy</button>'
    )


def frame(title: str, hint: str, rows: list[Any], tools: list[Any], below: list[Any]) -> Any:
    """Put everything into one box: heading, controls, tools, and what is below them."""
    heading = widgets.HTML(
        f'<div style="font-size:1.15em;font-weight:bold">{html.escape(title)}</div>'
        f'<div style="line-height:1.4">{html.escape(hint)}</div>'
    )
    grid, line = (
        widgets.Box(row, layout=widgets.Layout(flex_flow="row wrap", align_items="center"))
        for row in (rows, tools)
    )
    return widgets.VBox(
        [heading, grid, line, *below],
        layout=widgets.Layout(border="1px solid #c8c8c8", padding="10px", max_width="960px"),
    )

"""What can be set in an explorer: whole numbers, choices, switches, and which values they take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import traitlets

State = dict[str, Any]


@dataclass(frozen=True)
class Integer:
    """A whole number: a labelled box, and a slider below it.

    Attributes:
        log: Whether the slider's track is logarithmic, as for filters; arrow keys step by `step` even so.
        color: That what it sets has in the picture, if any.
    """

    label: str
    value: int
    low: int
    high: int
    step: int = 1
    help: str = ""
    log: bool = False
    color: str = ""


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


def check_name(name: str, controls: Mapping[str, Control]) -> None:
    """Raise a ValueError that lists the controls unless `name` is one of them."""
    if name not in controls:
        raise ValueError(f"There is no control '{name}'. There are: {', '.join(controls)}.")


def check_value(name: str, value: Any, control: Control) -> None:
    """Raise a ValueError unless the control called `name` can take `value`."""
    match control:
        case Integer(low=low, high=high):
            legal = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
            must = f"a whole number from {low} to {high}"
        case Choice(options=options):
            legal = value in [option for _, option in options]
            must = f"one of {', '.join(repr(option) for _, option in options)}"
        case Toggle():
            legal = isinstance(value, bool)
            must = "True or False"
    if not legal:
        raise ValueError(f"`{name}` must be {must}. Received: {name}={value!r}.")


def nearest(value: Any, control: Control) -> Any:
    """Return the value of a control that lies nearest to where a hand pulls it."""
    if isinstance(control, Integer):
        steps = round((min(max(value, control.low), control.high) - control.low) / control.step)
        return min(control.low + steps * control.step, control.high)
    return value


def in_python(value: Any) -> str:
    """Write a value as a reader would write it in Python."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | dict) else repr(value)


class Knob(traitlets.HasTraits):
    """A control's value, which the page shows and code may set.

    Attributes:
        value: The value; one that the control cannot take is refused with a ValueError.
        control: What it can be.
    """

    value: Any = traitlets.Any()

    def __init__(self, name: str, control: Control) -> None:
        self.name, self.control = name, control
        super().__init__(value=control.value)

    @traitlets.validate("value")
    def _checked(self, proposal: Any) -> Any:
        check_value(self.name, proposal["value"], self.control)
        return proposal["value"]

    def said(self) -> dict[str, Any]:
        """Return what the page must know of the control, for JSON."""
        control = self.control
        said = {"name": self.name, "kind": type(control).__name__, "label": control.label}
        match control:
            case Integer():
                return {**vars(control), **said, "mark": control.value}
            case Choice(options=options):
                return {**said, "options": [label for label, _ in options], "help": control.help}
        return {**said, "help": control.help}

    def shown(self) -> Any:
        """Return the value as the page has it: of a choice its place."""
        if isinstance(self.control, Choice):
            return [value for _, value in self.control.options].index(self.value)
        return self.value

    def meant(self, shown: Any) -> Any:
        """Return the value that the page means."""
        return self.control.options[shown][1] if isinstance(self.control, Choice) else shown

"""What can be set in an explorer: whole numbers, choices, switches, and which values they take."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]


@dataclass(frozen=True)
class Integer:
    """A whole number: a labelled box, and a slider below it."""

    label: str
    value: int
    low: int
    high: int
    step: int = 1
    # whether the slider's track is logarithmic, as for filters; arrow keys step by `step` even so
    log: bool = False
    color: str = ""  # that what it sets has in the picture, if any


@dataclass(frozen=True)
class Choice:
    """One of several."""

    label: str
    value: Any
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Toggle:
    """Yes or no."""

    label: str
    value: bool


Control = Integer | Choice | Toggle


def check_name(name: str, controls: Mapping[str, Any]) -> None:
    """Raise a ValueError that lists the controls unless `name` is one of them."""
    if name not in controls:
        raise ValueError(f"There is no control '{name}'. There are: {', '.join(controls)}.")


def check(state: State, controls: Mapping[str, Control]) -> None:
    """Raise a ValueError unless there are controls of these names, which can take these values."""
    for name, value in state.items():
        check_name(name, controls)
        match controls[name]:
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


def said(name: str, control: Control) -> dict[str, Any]:
    """Return what the page must know of the control called `name`, for JSON."""
    labels = {"options": [label for label, _ in control.options]} if isinstance(control, Choice) else {}
    return {"name": name, "kind": type(control).__name__, **vars(control), **labels}


def shown(state: State, controls: Mapping[str, Control]) -> State:
    """Return a state as the page has it: of a choice the place of its value."""
    places = {
        name: [value for _, value in control.options].index(state[name])
        for name, control in controls.items()
        if isinstance(control, Choice)
    }
    return {**state, **places}


def meant(shown: Any, control: Control) -> Any:
    """Return the value that the page means."""
    return control.options[shown][1] if isinstance(control, Choice) else shown


class Knob:
    """A control of an explorer, whose `value` can be set: that redraws the picture."""

    def __init__(self, explorer: Any, name: str, control: Control) -> None:
        self._explorer, self._name, self.control = explorer, name, control

    @property
    def value(self) -> Any:
        """Its value; one that the control cannot take is refused with a ValueError."""
        return self._explorer.state[self._name]

    @value.setter
    def value(self, value: Any) -> None:
        check({self._name: value}, {self._name: self.control})
        self._explorer.move({self._name: value})

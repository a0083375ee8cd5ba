"""What can be set in an explorer: whole numbers, choices, switches, and which values they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

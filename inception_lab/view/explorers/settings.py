"""A setting as a short string, "3a; reduce5x5=8": read, and written as short as it can be.

First a preset's name, if any, then `name=value` parts; semicolons between them, spaces as one likes.
A preset with one of those two signs in its name cannot be called so; its values can be given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inception_lab.view.explorers.controls import Choice, Control, Integer, State, Toggle, check_name

Controls = Mapping[str, Control]
Presets = Mapping[str, State]

LONGEST_QUOTE = 40  # characters of what was received, in a message
SWITCH = {"on": True, "off": False}


def read(setting: str, controls: Controls, presets: Presets) -> State:
    """Return the values that a setting gives, its preset's included.

    Raises:
        ValueError: If it is malformed; the message says what is wrong and at which character, from 1.
    """
    if not isinstance(setting, str):
        raise ValueError(f"`setting` must be a string. Received: setting={setting!r}.")
    if not setting.strip():
        must = "A setting must name a preset or give a control a value"
        raise _refusal(f"{must}, as in '{_example(controls)}'", setting, 1)
    state: State = {}
    given: set[str] = set()
    for number, (part, place) in enumerate(_parts(setting)):
        if number == 0 and part in presets and "=" not in part:
            state |= presets[part]
            continue
        name, value = _pair(part, place, controls, () if number else tuple(presets))
        if name in given:
            raise _refusal(f"`{name}` must be given once", part, place)
        given.add(name)
        state[name] = _value(name, value, place + len(part) - len(value), controls[name])
    return state


def write(state: State, controls: Controls, presets: Presets, missing: Callable[[State], State]) -> str:
    """Return the shortest setting that gives a state; of equally short ones, one with a preset.

    A setting cannot be empty: the first state is called by its preset, else by one control's value.

    Args:
        state: The value of every control.
        controls: Name → control.
        presets: Name → the values that it sets.
        missing: What must be given besides some values, those of a preset, to come to the state.
    """
    texts = {name: f"{name}={text(state[name], control)}" for name, control in controls.items()}
    lacking = {
        name: missing(preset) for name, preset in presets.items() if _is_plain(name) and "=" not in name
    }
    if changed := missing({}):
        found = ["; ".join([name, *(texts[each] for each in given)]) for name, given in lacking.items()]
        found.append("; ".join(texts[name] for name in changed))
    else:
        found = [name for name, given in lacking.items() if not given]
        found = found or [texts[name] for name in controls if not missing({name: state[name]})]
    return min(found, key=len)


def text(value: Any, control: Control) -> str:
    """Write a value of a control; of a choice its label or the value itself, whichever is shorter."""
    match control:
        case Choice(options=options):
            meanings = _meanings(control)
            place, (label, option) = next(
                (place, pair) for place, pair in enumerate(options, start=1) if pair[1] == value
            )
            clear = [each for each in (label, str(option)) if _is_plain(each) and meanings[each] == option]
            return min(clear, key=len, default=f"#{place}")
        case Toggle():
            return "on" if value else "off"
    return str(value)


def _meanings(choice: Choice) -> State:
    """Text → value: labels, then values, then places ('#1' is the first); what comes first keeps its text."""
    labels = dict(reversed(choice.options))
    values = {str(value): value for _, value in reversed(choice.options)}
    places = {f"#{place}": value for place, (_, value) in enumerate(choice.options, start=1)}
    return places | values | labels


def _is_plain(part: str) -> bool:
    """Whether a name or a value comes out of a setting as it went in."""
    return bool(part) and ";" not in part and part == part.strip()


def _example(controls: Controls) -> str:
    return next((f"{name}={text(control.value, control)}" for name, control in controls.items()), "")


def _parts(setting: str) -> Iterator[tuple[str, int]]:
    """Split at semicolons; each part without the spaces around it, and the place of its first character."""
    start, pieces = 1, setting.split(";")
    for number, piece in enumerate(pieces, start=1):
        part = piece.strip()
        if not part:
            stray = start + len(piece) if number < len(pieces) else start - 1
            raise _refusal("A semicolon must stand between two parts", ";", stray)
        yield part, start + len(piece) - len(piece.lstrip())
        start += len(piece) + 1


def _pair(part: str, place: int, controls: Controls, presets: tuple[str, ...]) -> tuple[str, str]:
    """Take name and value apart; `presets` are those that could stand here."""
    name, equals, value = (piece.strip() for piece in part.partition("="))
    if not equals and name not in controls:
        if presets:
            listed = ", ".join(repr(preset) for preset in presets)
            raise _refusal(f"A preset must be one of {listed}; a control needs '=' and a value", part, place)
        raise _refusal(
            f"Each part must be a control, '=' and a value, as in '{_example(controls)}'", part, place
        )
    if not name:
        raise _refusal("A control's name must stand before '='", part, place)
    try:
        check_name(name if name in controls else _quoted(name), controls)
    except ValueError as error:
        raise _refusal(str(error).removesuffix("."), part, place) from None
    if not value:
        example = text(controls[name].value, controls[name])
        end = place + len(part) - 1
        raise _refusal(f"`{name}` must be given a value, as in '{name}={example}'", part, end)
    return name, value


def _value(name: str, said: str, place: int, control: Control) -> Any:
    """Read a value that stands at `place`."""
    match control:
        case Integer(low=low, high=high):
            if re.fullmatch(r"-?[0-9]{1,18}", said) and low <= int(said) <= high:
                return int(said)
            must = f"a whole number from {low} to {high}"
        case Choice(options=options):
            meanings = _meanings(control)
            if said in meanings:
                return meanings[said]
            must = f"one of {', '.join(repr(text(value, control)) for _, value in options)}"
        case Toggle():
            if said in SWITCH:
                return SWITCH[said]
            must = "on or off"
    raise _refusal(f"`{name}` must be {must}", f"{name}={said}", place)


def _quoted(received: str) -> str:
    """Shorten what was received, and keep it on one line."""
    short = received if len(received) <= LONGEST_QUOTE else received[: LONGEST_QUOTE - 1] + "…"
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in short)


def _refusal(constraint: str, received: str, place: int) -> ValueError:
    return ValueError(f"{constraint}. Received: '{_quoted(received)}' (at character {place}).")

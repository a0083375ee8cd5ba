"""What a page's explorer must show: what the package shows, in this process, for the same state."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import inception_lab as lab
from inception_lab.view.engine.explorer import Choice, Integer

if TYPE_CHECKING:
    from tests.browser.lab import Explorer

KINDS = tuple(lab.explore.__all__)


def picture(explorer: Any) -> str:
    """The address of the picture that the package makes in this process."""
    html = next(child.value for child in explorer.widget.children if "<img" in getattr(child, "value", ""))
    found = re.search(r'<img src="([^"]+)"', html)
    assert found
    return unescape(found[1])


def same(shown: "Explorer", expected: Any) -> None:
    """Wait until a page's explorer says what is expected, and compare all that it shows."""
    shown.box.get_by_alt_text(expected.readout, exact=True).wait_for()
    assert shown.readout == expected.readout
    assert shown.picture == picture(expected)


def moved(kind: str) -> tuple[str, str, dict[str, Any]]:
    """Return a control that a key moves: its label, the key, and the state that it leads to."""
    declared = getattr(lab.explore, kind)().declare().items()
    # Numbers first: a menu may only say what the numbers are of, as the network's modules do.
    for name, control in sorted(declared, key=lambda pair: not isinstance(pair[1], Integer)):
        match control:
            case Integer(label=label, value=value, step=step, high=high) if value + step <= high:
                return label, "ArrowUp", {name: value + step}
            case Choice(label=label, value=value, options=options):
                values = [option for _, option in options]
                place = values.index(value)
                key, new = ("ArrowDown", place + 1) if place + 1 < len(values) else ("ArrowUp", place - 1)
                return label, key, {name: values[new]}
    raise AssertionError(f"{kind} has no control that a key moves")


def a_key_moves(shown: "Explorer", kind: str) -> None:
    """Press a key on a control, and compare all that is shown then."""
    label, key, state = moved(kind)
    shown.press(shown.number(label), key)
    same(shown, getattr(lab.explore, kind)(**state))

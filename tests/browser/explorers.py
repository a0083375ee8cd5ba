"""What a page's explorer must show: what the package shows, in this process, for the same state."""

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import inception_lab as lab
from inception_lab.view.engine.explorer import Choice, Integer

if TYPE_CHECKING:
    from tests.browser.lab import Explorer, Notebook

MEASURED = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "browser.json"
KINDS = tuple(lab.explore.__all__)
PATIENCE = 30  # tenths of a second that a picture may take


def card(playground: "Notebook", kind: str) -> "Explorer":
    """Open an explorer of the playground by its card, unless it is the one that is open."""
    page, title = playground.page, getattr(lab.explore, kind).title
    if page.locator(".lab-explorer", has=page.get_by_text(title, exact=True)).count() == 0:
        the_wall(playground)
        page.locator(".lab-card", has=page.get_by_text(title, exact=True)).click()
    return playground.explorer(title)


def the_wall(playground: "Notebook") -> None:
    """Go back to all cards."""
    back = playground.page.get_by_role("button", name="All explorers")
    if back.is_visible():
        back.click()
    playground.page.locator(".lab-cards").wait_for()


def picture(explorer: Any) -> str:
    """The picture that the package makes in this process, as base64."""
    return base64.b64encode(explorer.widget.picture).decode()


def same(shown: "Explorer", expected: Any) -> None:
    """Wait until a page's explorer says what is expected, and compare all that it shows."""
    expected.fit(shown.room)
    shown.box.get_by_role("img", name=expected.readout, exact=True).wait_for()
    assert shown.readout == expected.readout
    for _ in range(PATIENCE):  # axes get new ends when the hand lets go, the words stay
        if shown.picture == picture(expected):
            return
        shown.page.wait_for_timeout(100)
    raise AssertionError("the picture is not that of the state")


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


def free_point(explorer: Any, hint: str) -> tuple[int, tuple[float, float]]:
    """Return a handle that says so, and a point of it that no other covers."""
    areas = explorer.widget.handles
    for number, (x0, y0, x1, y1, said, _) in enumerate(areas):
        for part in (0.9, 0.5, 0.1, 0.3, 0.7) if said == hint else ():
            for up in (0.5, 0.2, 0.8):
                x, y = x0 + part * (x1 - x0), y0 + up * (y1 - y0)
                inside = [
                    place for place, (a, b, c, d, *_) in enumerate(areas) if a <= x <= c and b <= y <= d
                ]
                if inside[-1] == number:
                    return number, (x, y)
    raise AssertionError(f"{hint}: nothing of it is free")


def a_hand_pulls(shown: "Explorer", kind: str, hint: str) -> None:
    """Pull a handle by the mouse, and compare all that is shown then with what the package shows."""
    box = shown.box.locator(".lab-image").bounding_box()
    assert box

    def whole(x: float, y: float) -> tuple[float, float]:
        """The same, at a whole pixel of the window, where a mouse is."""
        left, top = round(box["x"] + x * box["width"]), round(box["y"] + (1 - y) * box["height"])
        return (left - box["x"]) / box["width"], 1 - (top - box["y"]) / box["height"]

    for right, up in ((0.035, 0.05), (-0.2, -0.05), (0.3, 0.0)):
        here = getattr(lab.explore, kind)()
        here.fit(shown.room)
        number, start = free_point(here, hint)
        handle, start = here._handles[number], whole(*start)
        end = whole(start[0] + right, start[1] + up) if handle.move else start
        touched = {"handle": number, "x": start[0], "y": start[1]}
        here._answer(None, {"kind": "press", **touched})
        if handle.move:
            here._answer(None, {"kind": "pull", **touched, "x": end[0], "y": end[1]})
        here._answer(None, {"kind": "release", **touched})
        if here.state != getattr(lab.explore, kind)().state:
            break
    else:
        raise AssertionError(f"{hint}: a pull changes nothing")
    shown.page.mouse.move(*shown.place(*start))
    shown.box.get_by_text(hint, exact=True).wait_for()
    shown.pull(start, end)
    shown.box.get_by_role("img", name=here.readout, exact=True).wait_for()
    same(shown, here)


def record(place: str, seconds: dict[str, float]) -> None:
    """Keep what was measured in a place, for the table of the benchmarks."""
    MEASURED.parent.mkdir(parents=True, exist_ok=True)
    stored = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    stored[place] = {"seconds": {name: round(each, 1) for name, each in seconds.items()}}
    MEASURED.write_text(json.dumps(stored, indent=1, ensure_ascii=False), encoding="utf-8")

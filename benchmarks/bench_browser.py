"""A key or a hand, and the right picture in a real page, at twice the density."""

import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_lab as lab
from tests.browser.conftest import chromium
from tests.browser.explorers import KINDS, card, free_point, moved, same

if TYPE_CHECKING:
    from benchmarks.conftest import Table
    from tests.browser.lab import Explorer, Notebook

__all__ = ["chromium"]

Point = tuple[float, float]
ROOT = Path(__file__).parents[1]
NAME = "playground.ipynb"
MILLISECONDS = {"JupyterLab": 80.0, "Voilà": 60.0}
READY_SECONDS, A_PICTURE, AFTER_RELEASE = 5.0, 50.0, 80.0  # 20 pictures a second
TIMES, STEPS, WAIT = 12, 40, 15  # of a key or a hand; of a drag; milliseconds from step to step
# What a hand pulls, and how far to the right and up, in parts of the picture; in the others it presses.
PULLS = {
    "kernel_size": ("Drag the window over the photo", -0.15, 0.2),
    "naive_module": ("Pull: filters of 5×5", 0.06, 0.0),
    "module": ("Pull: #3×3", 0.06, 0.0),
    "reduction": ("Drag the dot along the line", 0.25, 0.0),
    "stack": ("Pull: filters of the 3×3", 0.0, 0.2),
    "network": ("Press: choose 4e. Pull: its #3×3", 0.08, 0.0),
    "bands": ("Drag the end of the band", 0.4, 0.0),
    "factorise": ("Pull up for more filters", 0.0, 0.1),
    "resolution": ("Pull: side of the picture", 0.0, -0.1),
    "electrode": ("Pull the disc's edge", 0.1, 0.0),
}
# Notes when a hand moves first and lets go, and when each picture is painted.
DRAG = """(explorer) => {
  const image = explorer.querySelector('.lab-image');
  const seen = window.seen = {pictures: []};
  for (const [event, name] of [['pointermove', 'moved'], ['pointerup', 'released']])
    addEventListener(event, () => { seen[name] = performance.now(); }, {once: true, capture: true});
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(() => {
    requestAnimationFrame(() => seen.pictures.push(performance.now()));
  });
  window.watcher.observe(image, {attributeFilter: ['data-number']});
}"""


@pytest.fixture(scope="module", params=list(MILLISECONDS))
def opened(request: pytest.FixtureRequest, table: "Table") -> Iterator[tuple[str, "Notebook"]]:
    """The playground, open in one of the two."""
    from tests.browser.lab import jupyterlab, voila

    browser = request.getfixturevalue("chromium")
    if request.param == "JupyterLab":
        with jupyterlab(ROOT / "notebooks", browser, density=2) as running:
            notebook = running.open(NAME)
            assert notebook.run_all()
            yield request.param, notebook
        return
    with voila(ROOT / "notebooks" / NAME, browser, density=2) as site:
        started = time.perf_counter()
        notebook = site.open()
        table.add("Voilà, playground ready", "s", [time.perf_counter() - started], READY_SECONDS)
        yield request.param, notebook


def fresh(notebook: "Notebook", kind: str) -> tuple["Explorer", Any]:
    """Open an explorer in its first state, in the page and in this process."""
    shown, here = card(notebook, kind), getattr(lab.explore, kind)()
    shown.box.get_by_role("button", name="Reset").click()
    same(shown, here)
    return shown, here


def window(shown: "Explorer", x: float, y: float) -> Point:
    """Return the pixel of the window where a point of the picture is."""
    left, top = shown.place(x, y)
    return round(left), round(top)


def tell(shown: "Explorer", here: Any, kind: str, handle: int, at: Point) -> None:
    """Let the hand of this process do something where the mouse is."""
    box = shown.box.locator(".lab-image").bounding_box()
    assert box
    x, y = (at[0] - box["x"]) / box["width"], 1 - (at[1] - box["y"]) / box["height"]
    here._answer(None, {"kind": kind, "handle": handle, "x": x, "y": y})


def pulled(shown: "Explorer", here: Any, name: str) -> tuple[list[Point], list[bool]]:
    """Pull in this process; return where the hand was, and at which steps the state changed."""
    hint, right, up = PULLS[name]
    handle, (x, y) = free_point(here, hint)
    way = [window(shown, x + right * step / STEPS, y + up * step / STEPS) for step in range(STEPS + 1)]
    tell(shown, here, "press", handle, way[0])
    changed, moved = [], False
    for at in way[1:]:
        before, moved = here.state, moved or math.dist(way[0], at) > 2  # less is no pull, for the page
        if moved:
            tell(shown, here, "pull", handle, at)
        changed.append(here.state != before)
    tell(shown, here, "release", handle, way[-1])
    return way, changed


@pytest.mark.parametrize("kind", KINDS)
def test_key(opened: tuple[str, "Notebook"], table: "Table", kind: str) -> None:
    place, notebook = opened
    shown, here = fresh(notebook, kind)
    label, key, _ = moved(kind)
    other = {"ArrowUp": "ArrowDown", "ArrowDown": "ArrowUp"}[key]
    box = shown.number(label)
    milliseconds = [shown.press(box, each) for _ in range(TIMES // 2) for each in (key, other)]
    same(shown, here)
    table.add(f"{place}, key to picture: {kind}", "ms", milliseconds, MILLISECONDS[place], "p95")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "counting"])
def test_hand(opened: tuple[str, "Notebook"], table: "Table", kind: str) -> None:
    place, notebook = opened
    shown, here = fresh(notebook, kind)
    mouse, milliseconds = shown.page.mouse, list[float]()
    if kind in PULLS:
        (start, *way), changed = pulled(shown, here, kind)
        mouse.move(*start)
        mouse.down()
        for at, changes in zip(way, changed, strict=True):
            if changes and len(milliseconds) < TIMES:
                milliseconds.append(shown.timed(lambda at=at: mouse.move(*at)))  # type: ignore[misc]
        mouse.move(*way[-1])
        mouse.up()
    rng = random.Random(0)
    while kind not in PULLS and len(milliseconds) < TIMES:
        before, (*_, hint, _) = here.state, rng.choice(here.widget.handles)
        handle, at = free_point(here, hint)
        point = window(shown, *at)
        for each in ("press", "release"):
            tell(shown, here, each, handle, point)
        mouse.move(*point)
        if here.state != before:
            milliseconds.append(shown.timed(mouse.down))
        mouse.up()
    same(shown, here)
    table.add(f"{place}, hand to picture: {kind}", "ms", milliseconds, MILLISECONDS[place], "p95")


def test_drag(opened: tuple[str, "Notebook"], table: "Table") -> None:
    place, notebook = opened
    each, after = [], []
    for kind in PULLS:
        shown, here = fresh(notebook, kind)
        (start, *way), changed = pulled(shown, here, kind)
        shown.page.mouse.move(*start)
        shown.page.mouse.down()
        shown.page.evaluate(DRAG, shown.box.element_handle())
        for at in way:
            shown.page.mouse.move(*at)
            shown.page.wait_for_timeout(WAIT)
        shown.page.mouse.up()
        same(shown, here)
        assert any(changed), kind
        shown.page.wait_for_function("() => window.seen.pictures.length > 0")
        shown.page.wait_for_timeout(200)
        seen = shown.page.evaluate("() => window.seen")
        *_, last = seen["pictures"]
        after.append(max(last - seen["released"], 0.0))
        if sum(changed) > 0.75 * STEPS:  # else there is not so much to be shown
            each.append((last - seen["moved"]) / len(seen["pictures"]))
    table.add(f"{place}, drag: from picture to picture, by explorer", "ms", each, A_PICTURE, "most")
    table.add(f"{place}, drag: from letting go to the last picture", "ms", after, AFTER_RELEASE, "most")

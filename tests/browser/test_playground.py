"""The playground in JupyterLab and as Voilà's page: every explorer answers, and to everybody."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import inception_lab as lab
from tests.browser.explorers import KINDS, a_hand_pulls, a_key_moves, card, same, the_wall

if TYPE_CHECKING:
    from tests.browser.lab import Explorer, Notebook

pytestmark = pytest.mark.browser

NAME = "playground.ipynb"
# Keeps the name of each element that takes the focus, and whether that is to be seen.
FOCUSED = """box => {
  window.focused = [];
  box.addEventListener('focusin', ({target}) => {
    const {outlineStyle, outlineWidth} = getComputedStyle(target);
    const name = target.ariaLabel ?? target.labels?.[0]?.textContent ?? target.textContent;
    window.focused.push([name, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2]);
  });
}"""
# What a hand does in each explorer: the last handle that says so is pulled, or pressed.
PULLS = (
    ("kernel_size", "Drag the window over the photo"),
    ("kernel_size", "Pull the corner: how large a window"),
    ("kernel_size", "Drag the dot along the curve"),
    ("naive_module", "Pull: filters of 5×5"),
    ("naive_module", "Pull to the right for more filters, to the left for fewer"),
    ("module", "Pull: #3×3"),
    ("reduction", "Drag the dot along the line"),
    ("reduction", "Pull: filters of the 1×1"),
    ("stack", "Press: so many modules"),
    ("stack", "Pull: filters of the 3×3"),
    ("network", "Press: choose 4e. Pull: its #3×3"),
    ("bands", "Drag the end of the band"),
    ("heads", "Press: take the heads off"),
    ("auxiliary", "Press: heads after 4a, or none"),
    ("recipes", "Press: bring modern forward"),
    ("electrode", "Pull the disc's edge"),
    ("electrode", "Press: branch 1×1"),
    ("factorise", "Press: strips"),
    ("family", "Press: unfold v3 7b"),
    ("resolution", "Pull: side of the picture"),
    ("factorise", "Pull up for more filters"),
)


class Opened:
    """The playground, open in one of the two."""

    def __init__(self, where: str, page: "Notebook") -> None:
        self.where, self.page = where, page

    def explorer(self, kind: str) -> "Explorer":
        """Find an explorer and set it to what it was at first."""
        explorer = card(self.page, kind)
        explorer.box.get_by_role("button", name="Reset").click()
        explorer.box.get_by_role("img", name=getattr(lab.explore, kind)().readout, exact=True).wait_for()
        return explorer


@pytest.fixture(scope="module", params=["JupyterLab", "Voilà"])
def playground(request: pytest.FixtureRequest, root: Path) -> Iterator[Opened]:
    """The playground's page, run to its end."""
    if request.param == "JupyterLab":
        opened = request.getfixturevalue("opened")
        yield Opened(request.param, opened(NAME))
        return
    chromium = request.getfixturevalue("chromium")
    from tests.browser.lab import voila

    with voila(root / "notebooks" / NAME, chromium) as site:
        yield Opened(request.param, site.open())
        assert site.outside == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_moves_picture_and_words(playground: Opened, kind: str) -> None:
    a_key_moves(playground.explorer(kind), kind)


@pytest.mark.parametrize(("kind", "hint"), PULLS)
def test_a_hand_moves_picture_and_words(playground: Opened, kind: str, hint: str) -> None:
    a_hand_pulls(playground.explorer(kind), kind, hint)


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("density", [1, 2])
def test_a_hand_pulls_at_every_density_and_in_the_dark(playground: Opened, density: int, dark: bool) -> None:
    page = playground.page.page
    size = page.viewport_size
    assert size
    session = page.context.new_cdp_session(page)
    light = page.evaluate("() => document.body.dataset.jpThemeLight")
    session.send(
        "Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": density, "mobile": False}
    )
    page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", "false" if dark else "true")
    try:
        assert page.evaluate("() => devicePixelRatio") == density
        for kind, hint in PULLS:
            shown = playground.explorer(kind)
            a_hand_pulls(shown, kind, hint)
            image = shown.box.locator(".lab-image")
            assert ("invert" in image.evaluate("each => getComputedStyle(each).filter")) == dark
            assert image.evaluate("each => each.width >= 2 * each.clientWidth - 2")  # sharp at both
    finally:
        page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
        session.detach()


LATE = """() => {
  const decode = window.createImageBitmap;
  window.createImageBitmap = async (...what) => {
    window.createImageBitmap = decode;
    const bitmap = await decode(...what);
    await new Promise((done) => { window.late = () => setTimeout(done); });
    return bitmap;
  };
}"""


def test_a_picture_that_comes_late_is_not_shown(playground: Opened) -> None:
    shown, page = playground.explorer("naive_module"), playground.page.page
    here = lab.explore.naive_module()
    shown.box.get_by_role("button", name="Reset").click()
    same(shown, here)
    page.evaluate(LATE)
    shown.open_all()
    shown.number("Input height").focus()
    page.keyboard.press("ArrowUp")  # whose picture waits
    page.wait_for_function("() => window.late")
    page.keyboard.press("ArrowUp")
    here.set(height=here.state["height"] + 2)
    same(shown, here)
    number = shown.box.locator(".lab-image").get_attribute("data-number")
    page.evaluate("() => new Promise((done) => { window.late(); setTimeout(done, 100); })")
    assert shown.box.locator(".lab-image").get_attribute("data-number") == number
    same(shown, here)


def tab_stops(explorer: Any) -> list[str]:
    """What takes the focus in an explorer, all of it unfolded, in order, by the names that are read out."""
    stops = [*explorer.presets, "Reset"]
    for number, control in enumerate(explorer.widget.fixed["controls"]):
        stops += ["More"] if number == explorer.widget.fixed["leading"] else []
        label = control["label"]
        stops += [label, f"{label}, slider"] if "low" in control else [label]
    return stops + (["Keras code"] if explorer.code else [])


def test_every_control_is_reached_by_tab_in_order_and_shows_the_focus(playground: Opened) -> None:
    page = playground.page.page
    for kind in KINDS:
        shown = playground.explorer(kind)
        shown.open_all()
        _, *stops = tab_stops(getattr(lab.explore, kind)())
        shown.box.get_by_role("button").first.focus()
        shown.box.evaluate(FOCUSED)
        for _ in stops:
            page.keyboard.press("Tab")
        assert page.evaluate("() => window.focused") == [[stop, True] for stop in stops], kind


def test_axe_finds_nothing_serious_in_an_explorer_or_a_card(playground: Opened) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    the_wall(playground.page)
    for kind in ("wall", *KINDS):
        box = playground.page.page.locator(".lab-wall") if kind == "wall" else playground.explorer(kind).box
        box.evaluate("(element, name) => element.setAttribute('data-tried', name)", kind)
        results = Axe().run(playground.page.page, context={"include": [[f"[data-tried={kind}]"]]}).response
        assert results["passes"], kind  # it did look at something
        found += [
            f"{kind}: {violation['id']} at {node['target'][0]}"
            for violation in results["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
    assert found == []


@pytest.mark.parametrize("width", [683, 400], ids=["at 200 % zoom", "on a telephone"])
def test_with_little_room_nothing_is_lost(playground: Opened, width: int) -> None:
    """Explorers wrap, no control sticks out of the page, the picture stays in sight, its text readable."""
    beside = playground.where == "JupyterLab"  # whose side bar leaves less room than a drawing takes
    if beside and width == 400:
        pytest.skip("JupyterLab's side bar leaves no room for a notebook")
    page = playground.page.page
    size = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    try:
        for kind in KINDS:
            shown = playground.explorer(kind)
            sticking = shown.box.evaluate(
                """box => [...box.querySelectorAll('input, select, button, .lab-frame')].filter(each =>
                     each.offsetParent && each.getBoundingClientRect().right >
                       box.getBoundingClientRect().right + 2).length"""
            )
            assert sticking == 0, kind
            if beside:
                continue
            image = shown.box.locator(".lab-image")
            drawn = image.evaluate(
                """each => new Promise(done => {
                     const late = performance.now() + 5000;
                     const look = () => each.width === 2 * each.clientWidth || performance.now() > late
                       ? done([each.width / 2, each.clientWidth]) : setTimeout(look, 50);
                     look();
                   })"""
            )
            assert drawn[0] == drawn[1], kind  # not scaled: 8 points are 11 pixels
            shown.open_all()
            shown.box.locator(".lab-knob").last.evaluate("each => each.scrollIntoView({block: 'end'})")
            box = image.bounding_box()
            assert box, kind
            assert box["y"] >= -1, kind
            assert box["height"] <= 560, kind
    finally:
        assert size
        page.set_viewport_size(size)


def test_the_address_follows_the_explorer_and_brings_it_back(playground: Opened) -> None:
    shown, page = playground.explorer("module"), playground.page.page
    before = page.url
    shown.box.get_by_role("button", name="5b", exact=True).click()
    same(shown, lab.explore.module("5b"))
    shown.press(shown.number("#5×5 reduce"), "ArrowUp")
    same(shown, lab.explore.module("5b", reduce5x5=49))
    if playground.where == "JupyterLab":
        assert page.url == before  # the address is JupyterLab's
        return
    page.wait_for_url("**/?explorer=module&preset=5b&reduce5x5=49")
    page.goto(page.url)
    same(playground.page.explorer(lab.explore.module.title), lab.explore.module("5b", reduce5x5=49))
    page.get_by_role("button", name="The whole network").click()
    playground.page.explorer(lab.explore.network.title)
    page.go_back()
    same(playground.page.explorer(lab.explore.module.title), lab.explore.module("5b", reduce5x5=49))
    malformed = (
        "history.pushState(null, '', '?explorer=module&width=x'); dispatchEvent(new Event('popstate'))"
    )
    page.evaluate(malformed)
    page.get_by_text("`width` must be a whole number from 7 to 112. Received: width='x'.").wait_for()
    same(playground.page.explorer(lab.explore.module.title), lab.explore.module())


def test_the_served_page_is_dark_where_the_readers_system_is(playground: Opened) -> None:
    page = playground.page.page
    if playground.where == "JupyterLab":
        pytest.skip("JupyterLab has themes of its own")
    image = playground.explorer("module").box.locator(".lab-image")
    look = "each => [getComputedStyle(each).filter, getComputedStyle(document.body).backgroundColor]"
    light = image.evaluate(look)
    page.emulate_media(color_scheme="dark")
    try:
        assert image.evaluate(look) == ["invert(0.93) hue-rotate(180deg)", "rgb(17, 17, 17)"]
    finally:
        page.emulate_media(color_scheme="light")
    assert image.evaluate(look) == light == ["none", "rgb(255, 255, 255)"]

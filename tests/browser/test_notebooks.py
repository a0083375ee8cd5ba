"""The lessons in a real JupyterLab: they run, and their explorers answer to the keyboard."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import inception_lab as lab
from tests.browser.explorers import same
from tools.notebook_cells import BADGE_IMAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Explorer, Lab, Notebook

Open = Callable[[str], "Notebook"]

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD = "01_naive_module.ipynb", "02_reduction_cost.ipynb", "03_full_network.ipynb"


class Case(NamedTuple):
    """An explorer in a notebook, and one of its numbers."""

    notebook: str
    explorer: str
    control: str
    label: str

    @property
    def kind(self) -> Any:
        return getattr(lab.explore, self.explorer)

    def open(self, opened: Open) -> "Explorer":
        """Find the explorer and set it to what it was at first."""
        explorer = opened(self.notebook).explorer(self.kind.title)
        explorer.box.get_by_role("button", name="Reset").click()
        explorer.box.get_by_role("img", name=self.kind().readout, exact=True).wait_for()
        return explorer


CASES = (
    Case(FIRST, "kernel_size", "side", "Window side k"),
    Case(FIRST, "naive_module", "conv5x5", "5×5 filters"),
    Case(FIRST, "stack", "conv3x3", "#3×3"),
    Case(SECOND, "reduction", "reduce", "1×1 filters"),
    Case(SECOND, "module", "reduce5x5", "#5×5 reduce"),
    Case(THIRD, "network", "conv1x1", "#1×1"),
)
each_explorer = pytest.mark.parametrize("case", CASES, ids=[case.explorer for case in CASES])


@pytest.mark.parametrize("name", [FIRST, SECOND, THIRD])
def test_all_cells_run(opened: Open, name: str) -> None:
    outputs = opened(name).outputs()
    assert len(outputs) > 10
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []


@each_explorer
def test_reset_shows_what_the_package_shows(opened: Open, case: Case) -> None:
    same(case.open(opened), case.kind())


@each_explorer
def test_arrow_key_in_the_number_box_moves_the_picture(opened: Open, case: Case) -> None:
    shown, expected = case.open(opened), case.kind()
    start = expected.state[case.control]
    step = expected.controls[case.control].control.step
    shown.press(shown.number(case.label), "ArrowUp")
    assert shown.number(case.label).input_value() == str(start + step)
    same(shown, case.kind(**{case.control: start + step}))


@each_explorer
def test_arrow_key_on_the_slider_moves_picture_and_box(opened: Open, case: Case) -> None:
    shown, expected = case.open(opened), case.kind()
    start = expected.state[case.control]
    step = expected.controls[case.control].control.step
    for key, value in (("ArrowRight", start + step), ("ArrowLeft", start), ("ArrowLeft", start - step)):
        shown.press(shown.slider(case.label), key)
        assert shown.number(case.label).input_value() == str(value)
        same(shown, case.kind(**{case.control: value}))


def test_preset_sets_boxes_and_picture(opened: Open) -> None:
    shown = CASES[4].open(opened)
    preset = shown.box.get_by_role("button", name="5b", exact=True)
    preset.click()
    same(shown, lab.explore.module("5b"))
    assert shown.number("#5×5 reduce").input_value() == "48"
    assert preset.get_attribute("aria-pressed") == "true"


def test_illegal_choice_is_taken_back_and_says_why(opened: Open) -> None:
    shown = CASES[1].open(opened)
    shown.open_all()
    for label in ("1×1 filters", "3×3 filters", "5×5 filters"):
        shown.number(label).fill("0")
        shown.number(label).press("Enter")
    same(shown, lab.explore.naive_module(conv1x1=0, conv3x3=0, conv5x5=0))
    pooling = shown.box.get_by_role("checkbox")
    pooling.click()
    alert = shown.box.get_by_role("alert")
    alert.wait_for()
    assert alert.text_content() == "Not possible: a module needs at least one branch."
    assert pooling.is_checked()
    same(shown, lab.explore.naive_module(conv1x1=0, conv3x3=0, conv5x5=0))


def test_keras_code_is_shown_and_follows(opened: Open) -> None:
    shown = CASES[4].open(opened)
    listing = shown.box.locator("pre")
    assert not listing.is_visible()
    shown.box.get_by_text("Keras code", exact=True).click()
    assert listing.text_content() == lab.explore.module().code
    shown.press(shown.number("#5×5 reduce"), "ArrowUp")
    same(shown, lab.explore.module(reduce5x5=17))
    assert listing.text_content() == lab.explore.module(reduce5x5=17).code
    shown.box.get_by_text("Keras code", exact=True).click()
    listing.wait_for(state="hidden")


def test_drawings_are_dark_on_a_dark_page_and_photographs_stay(opened: Open) -> None:
    page = opened(FIRST).page
    turned = "all => all.map(each => [each.className, getComputedStyle(each).filter !== 'none'])"
    for light in (False, True):
        page.evaluate("light => { document.body.dataset.jpThemeLight = light; }", light)
        found = page.locator(".jp-RenderedHTMLCommon > img").evaluate_all(turned)
        assert {tuple(each) for each in found} == {("lab-drawing", not light), ("", False)}


def test_a_saved_notebook_shows_every_picture(root: Path, chromium: "Browser") -> None:
    from tests.browser.lab import jupyterlab

    with jupyterlab(root / "notebooks", chromium) as own:
        notebook = own.open(FIRST)
        assert notebook.run_all()
        shown = notebook.page.locator(".lab-explorer")
        count = shown.count()
        assert count >= 3
        assert notebook.page.locator(".lab-still:visible").count() == 0
        notebook.command("docmanager:save")
        notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        notebook.page.close()
        again = own.open(FIRST)
        stills = again.page.locator(".lab-still img")
        for _ in range(count):
            again.page.locator(".jp-Cell").last.scroll_into_view_if_needed()
        stills.nth(count - 1).wait_for(state="attached")
        assert stills.count() == count
        assert again.page.locator(".lab-still").get_by_text("Run its cell").count() == count
        assert stills.first.is_visible()


def test_no_request_leaves_this_machine(jupyter: "Lab", opened: Open) -> None:
    for name in (FIRST, SECOND, THIRD):
        opened(name)
    assert set(jupyter.outside) <= {BADGE_IMAGE}  # the badge under each title; everything else works offline

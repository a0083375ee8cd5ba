"""`make lab` from nothing: the start page opens, an answer is given, and all is there the next time."""

import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import inception_lab
from inception_lab import exercises
from inception_lab.exercises import kept
from tests.browser.explorers import picture, record, same
from tests.test_lessons import ANSWER

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Lab, Notebook

pytestmark = pytest.mark.browser

LESSON = "01_naive_module.ipynb"


def status(root: Path) -> str:
    command = ["git", "-C", str(root), "status", "--porcelain"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def opened(lab: "Lab") -> "Notebook":
    """The page that opens by itself."""
    from tests.browser.lab import Notebook

    page = lab.page(f"/?token={lab.token}", ".jp-Notebook .jp-Cell")
    page.get_by_role("heading", name="Start here").wait_for()
    assert "/lab/tree/00_start.ipynb" in page.url
    return Notebook(page)


def run(notebook: "Notebook") -> None:
    """Run it to its end."""
    from tests.browser.lab import IDLE

    notebook.page.wait_for_function(IDLE)
    assert notebook.run_all()


def test_a_learner_begins_answers_and_finds_all_there_again(
    root: Path, chromium: "Browser", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.browser.lab import make_lab

    monkeypatch.setattr(kept, "session", kept.Kept())
    exercises.predict("01.sizes", (5, 25))
    marked = exercises.mark(inception_lab.explore.kernel_size(), "01.sizes")

    before = status(root)
    began = time.perf_counter()
    with make_lab(tmp_path, chromium) as lab:
        start = opened(lab)
        seconds = {"start page shown": time.perf_counter() - began}
        run(start)
        shown = start.explorer("An Inception module")
        first = shown.picture
        shown.press(shown.number("#5×5 reduce"), "ArrowUp")
        seconds["first explorer moved"] = time.perf_counter() - began
        record("make lab", seconds)
        assert shown.picture != first
        cards = start.page.locator(".jp-OutputArea", has_text="01 The naive module")
        assert "45 minutes · 0 of 4 solved" in (cards.text_content() or "")
        lesson = lab.open(LESSON)
        assert lesson.outputs() == []
        assert lesson.run_all()
        answer(lesson, 'exercises.check("01.1"', f'exercises.check("01.1", {ANSWER})')
        lesson.page.get_by_text("✔ Right.").wait_for()
        write(lesson, 'exercises.predict("01.sizes"', "5", "25")
        lesson.page.get_by_text("you say 5 and 25").wait_for()
        same(lesson.explorer(marked.title), marked)  # its cell was run before
        write(lesson, 'exercises.check("01.2"', "14*14 * (192 + 9*208 + 25*48) * 448")
        lesson.page.get_by_text("✔ Right. 286,605,312 MACs.").wait_for()
        lesson.command("docmanager:save")
    written = json.loads((tmp_path / "mine" / "progress.json").read_text())
    assert written == {"solved": ["01.1", "01.2"], "tries": {}, "guesses": {"01.sizes": [5, 25]}}
    with make_lab(tmp_path, chromium) as lab:
        run(start := opened(lab))
        cards = start.page.locator(".jp-OutputArea", has_text="01 The naive module")
        assert "45 minutes · 2 of 4 solved" in (cards.text_content() or "")
        lesson = lab.open(LESSON)
        assert "✔ Right." in str(lesson.outputs())
        assert lesson.explorer(marked.title).picture == picture(marked)  # though no cell was run
    assert status(root) == before


def answer(notebook: "Notebook", words: str, instead: str) -> None:
    """Click into the cell with some words, type something instead of them, and press Shift and Enter."""
    page = notebook.page
    cell = page.locator(".jp-CodeCell", has_text=words).first
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(instead)
    page.keyboard.press("Shift+Enter")


def write(notebook: "Notebook", words: str, *answers: str) -> None:
    """Write answers into the fields below the cell with some words, by keyboard alone from the first on."""
    page = notebook.page
    cell = page.locator(".jp-CodeCell", has_text=words).first
    cell.scroll_into_view_if_needed()
    cell.locator("input[type=text]").first.focus()
    for answer in answers:
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")

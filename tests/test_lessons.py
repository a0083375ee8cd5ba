"""The lessons as cards, and what is kept of the reader's progress."""

import errno
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inception_lab import exercises
from inception_lab.exercises import kept
from inception_lab.exercises.lessons import LESSONS, Cards

ANSWER = 112 * 112 * 7 * 7 * 3 * 64  # to 01.1


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a learner's progress, and a session that knows nothing yet."""
    file = tmp_path / "progress.json"
    monkeypatch.setenv(kept.VARIABLE, str(file))
    monkeypatch.chdir(tmp_path)
    new_session(monkeypatch)
    return file


def new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "session", kept.Kept())
    monkeypatch.setattr(kept, "unsaid", [])


def test_every_lesson_has_a_card_and_a_line_in_the_readme(root: Path) -> None:
    found = {path.name for path in root.glob("notebooks/*.ipynb")} - {"00_start.ipynb"}
    assert {lesson.file for lesson in LESSONS} == found
    readme = (root / "README.md").read_text(encoding="utf-8")
    for lesson, heading, _ in Cards((), ()).rows():
        minutes = f"{lesson.minutes} " if lesson.minutes else ""
        assert f"| [{heading}](notebooks/{lesson.file}) | {lesson.insight} | {minutes}|" in readme


def test_cards_say_the_insight_the_minutes_and_what_is_solved() -> None:
    cards = Cards(("01.1", "01.2", "02.1"), {"01.2"})
    assert repr(cards).splitlines()[:2] == [
        f"01 The naive module: {LESSONS[0].insight} (45 minutes · 1 of 2 solved)",
        f"02 The 1×1 reduction: {LESSONS[1].insight} (45 minutes · 0 of 1 solved)",
    ]
    page = cards._repr_html_()
    assert '<a href="01_naive_module.ipynb"><b>01 The naive module</b></a>' in page
    assert "45 minutes · 1 of 2 solved" in page


def test_what_is_solved_outlasts_the_session(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert exercises.check("01.1", ANSWER).right
    new_session(monkeypatch)
    assert repr(exercises.progress()).splitlines()[:3] == [
        "Solved so far:",
        "lesson   solved  wrong answers  guesses",
        "01       1 of 4              0        0",
    ]
    assert "1 of 4 solved" in repr(exercises.lessons())
    assert json.loads(copy.read_text()) == {"solved": ["01.1"], "tries": {}, "guesses": {}}
    assert exercises.check("01.1").text == "✔ Solved."


def test_tries_and_guesses_outlast_the_session(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hints = exercises.EXERCISES["01.1"].hints
    exercises.check("01.1", 1)
    exercises.predict("01.sizes", (5, "wide"))
    exercises.predict("02.million", np.float64(1.5))
    new_session(monkeypatch)
    assert hints[1] in exercises.check("01.1", 2).text
    assert "you said 5 and wide; the answer is 9" in exercises.reveal("01.sizes", 9).text
    assert exercises.predict("02.million").text == "You say 1.5."
    assert repr(exercises.progress()).splitlines()[2].split() == ["01", "0", "of", "4", "2", "1"]


def test_two_lessons_open_at_once_keep_both(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exercises.check("01.1", ANSWER)
    new_session(monkeypatch)
    exercises.check("01.3", 6)
    assert json.loads(copy.read_text())["solved"] == ["01.1", "01.3"]


@pytest.mark.parametrize(
    ("guess", "written"),
    [
        ((Fraction(1, 3), {1, 2}), ["1/3", "{1, 2}"]),
        pytest.param(10**5_000, "something that cannot be written (int)", id="too long"),
        ((60, (60, 10)), [60, [60, 10]]),
        (True, "True"),
        (np.int64(3), 3),
        (float("nan"), "nan"),
        ("surer", "surer"),
    ],
)
def test_a_guess_is_written_as_json_can_hold_it(copy: Path, guess: Any, written: Any) -> None:
    exercises.predict("01.sizes", guess)
    assert json.loads(copy.read_text())["guesses"] == {"01.sizes": written}


def test_the_file_of_an_older_version_is_read(copy: Path) -> None:
    copy.write_text('{"solved": ["01.2"]}')
    assert exercises.check("01.2").text == "✔ Solved."


def test_the_committed_notebooks_and_the_solutions_keep_nothing(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "solutions").mkdir()
    monkeypatch.chdir(tmp_path / "solutions")
    assert exercises.check("01.1", ANSWER).right
    assert repr(exercises.progress()).startswith("Solved in this session:")
    assert not copy.exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"solved": 3}', '{"solved": [], "tries": {"a": "b"}}', "\0"]
)
def test_a_damaged_file_is_kept_aside_and_begun_anew(copy: Path, content: str) -> None:
    copy.write_text(content)
    said = "The file of your progress was damaged. It is kept as progress.damaged, and begun anew."
    shown = exercises.lessons()  # as the start page does
    assert repr(shown).splitlines()[0] == said
    assert said in shown._repr_html_()
    assert copy.with_suffix(".damaged").read_text() == content
    assert "damaged" not in exercises.check("01.1", ANSWER).text
    assert json.loads(copy.read_text())["solved"] == ["01.1"]


def test_damage_that_a_question_finds_is_said_by_the_next_answer(copy: Path) -> None:
    copy.write_text("{")
    assert exercises.predict("01.sizes").text == "Your turn."
    assert exercises.predict("01.sizes", 5).text.endswith(
        "The file of your progress was damaged. It is kept as progress.damaged, and begun anew."
    )
    assert "damaged" not in repr(exercises.progress())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("read_text", "The file of your progress could not be read: {} (Permission denied)."),
        ("replace", "The file of your progress was damaged. It is in a read-only folder."),
    ],
)
def test_a_folder_that_is_read_only_takes_a_line(
    copy: Path, monkeypatch: pytest.MonkeyPatch, call: str, said: str
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    copy.write_text("{")
    monkeypatch.setattr(Path, call, refused)
    assert repr(exercises.progress()) == said.format(copy)


def test_progress_that_cannot_be_kept_is_said(copy: Path) -> None:
    copy.with_name("progress.json.new").mkdir()
    verdict = exercises.check("01.1", ANSWER)
    assert verdict.right
    assert verdict.text.endswith(f" Your progress could not be kept in {copy} (Is a directory).")

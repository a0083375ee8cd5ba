"""Reports and grades: what a class did, read back as it was written, or named."""

import csv
import io
import json
import random
from pathlib import Path

import pytest

from inception_lab import exercises
from inception_lab.cli.main import main
from inception_lab.exercises import EXERCISES, kept, reports
from inception_lab.view import figures

ANSWER = 112 * 112 * 7 * 7 * 3 * 64  # to 01.1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two readers' reports: one solved 01.1 at once, the other 01.3 after a wrong answer, and 01.1 not."""
    monkeypatch.setattr(kept, "session", kept.Kept())
    exercises.check("01.1", ANSWER)
    exercises.predict("01.sizes", (5, 25))
    exercises.report("Ada", tmp_path)
    monkeypatch.setattr(kept, "session", kept.Kept())
    exercises.check("01.3", 2)
    exercises.check("01.3", 6)
    exercises.check("01.1", 2)
    exercises.report("Bö Ω/../x", tmp_path)
    return tmp_path


def test_a_report_says_what_was_done_and_is_read_again(folder: Path) -> None:
    ada, other = (reports.read(path) for path in sorted(folder.iterdir()))
    assert (ada.name, other.name) == ("Ada", "Bö Ω/../x")
    assert ada.done == kept.Kept({"01.1"}, {}, {"01.sizes": (5, 25)})
    assert other.done == kept.Kept({"01.3"}, {"01.3": 1, "01.1": 1}, {})
    assert [path.name for path in sorted(folder.iterdir())] == ["report-Ada.json", "report-Bö-Ω-x.json"]


def test_a_report_says_that_it_is_no_proof(folder: Path) -> None:
    said = exercises.report("Ada", folder).text
    assert said == (
        f"{folder / 'report-Ada.json'} says what you solved, your wrong answers and your guesses; "
        "it holds no code. Its checksum finds accidents; it is no proof."
    )


def test_a_class_is_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grades", str(folder)]) == 0
    ada, other = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert list(ada) == ["name", "solved", "wrong answers", "guesses", *EXERCISES]
    assert [ada[name] for name in ("name", "solved", "wrong answers", "guesses")] == ["Ada", "1", "0", "1"]
    assert [other[name] for name in ("01.1", "01.2", "01.3")] == ["0", "", "1"]
    assert other["wrong answers"] == "2"


def test_which_exercises_were_hard_is_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grades", str(folder), "--picture", str(folder / "hard.png")]) == 0
    assert (folder / "hard.png").read_bytes().startswith(b"\x89PNG")
    found = reports.how_hard([reports.read(path) for path in folder.glob("*.json")], tuple(EXERCISES))
    assert (found["01.1"], found["01.2"], found["01.3"]) == ((1, 0, 1), (0, 0, 0), (0, 1, 0))
    (ax,) = figures.plot_hard({"01.1": (1, 2, 3), "01.2": (4, 0, 0)}, 6).axes
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]  # type: ignore[attr-defined]
    assert bars == [(0, 1), (0, 4), (1, 2), (4, 0), (3, 3), (4, 0)]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "3", "null", '{"name": "x"}', '{"report": "Inception Lab", "name": "x"}', "[" * 9999],
)
def test_a_file_that_is_no_report_is_named_and_the_others_are_read(
    folder: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = folder / "a.json"
    wrong.write_text(content)
    with pytest.raises(SystemExit, match="2"):
        main(["grades", str(folder)])
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert err == f"inception-lab: A report must be one that `exercises.report` wrote. Received: {wrong}.\n"


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_report_is_named(folder: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "report-Ada.json"
    chance = random.Random(seed)
    text = path.read_text(encoding="utf-8")
    place = chance.choice([n for n, letter in enumerate(text) if letter.isalnum()])
    letter = chance.choice([each for each in "0123456789abcdef" if each != text[place]])
    path.write_text(text[:place] + letter + text[place + 1 :], encoding="utf-8")
    with pytest.raises(SystemExit, match="2"):
        main(["grades", str(folder)])
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert str(path) in err
    assert len(err.splitlines()) == 1


def test_a_changed_report_is_told_from_a_foreign_one(folder: Path) -> None:
    path = folder / "report-Ada.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"solved": ["01.1", "01.2"]}))
    with pytest.raises(ValueError, match="checksum") as caught:
        reports.read(path)
    assert str(caught.value) == (
        f"A report must be as it was written. Received: {path}, whose checksum differs."
    )


def test_a_name_is_no_formula_in_a_spreadsheet() -> None:
    (row,) = reports.class_table([reports.Report("=1+1", kept.Kept())], ())
    assert row["name"] == "'=1+1"


@pytest.mark.parametrize("name", ["", " ", "../", "__"])
def test_a_name_without_letters_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name") as caught:
        exercises.report(name, tmp_path)
    assert str(caught.value) == f"`name` must hold a letter or a digit. Received: name={name!r}."
    assert not [*tmp_path.iterdir()]


def test_a_report_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="report") as caught:
        exercises.report("Ada", tmp_path / "no")
    path = tmp_path / "no" / "report-Ada.json"
    assert str(caught.value) == f"A report must be written. Received: {path} (No such file or directory)."


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_without_reports_is_said(
    tmp_path: Path, made: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, end = (tmp_path, "") if made else (tmp_path / "none", ", which is no folder")
    with pytest.raises(SystemExit, match="2"):
        main(["grades", str(folder)])
    said = f"inception-lab: A folder of reports must hold at least one. Received: {folder}{end}.\n"
    assert capsys.readouterr().err == said

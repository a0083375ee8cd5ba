"""The lessons' words: short sentences, short cells, no old ones, and as many minutes as teachers are told."""

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from nbformat import NotebookNode

from inception_lab.exercises.lessons import LESSONS
from tools import notebooks

TEXTS = [path for path in notebooks.all_notebooks() if re.search(r"notebooks/0[1-9]_", path.as_posix())]
MOST_WORDS = {"01": 30, "02": 30, "03": 30}  # of a sentence
OLD = re.compile(r"nought|\b(?:dearest|dearer)\b|\bbehind\b", re.IGNORECASE)
# Of a reader alone: words and lines of code in a minute; minutes that a prediction, an explorer, … take.
WORDS, LINES = 120, 12
MINUTES = {"exercises.predict(": 1, "lab.explore.": 2, "lab.show(": 0.5}
EXERCISE = 3


def plain(text: str) -> str:
    """Text as it is read: links by their words, a formula or a piece of code as one word."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|^\|.*$", " ", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\$[^$]*\$|`[^`]*`", "x", text)


def words(text: str) -> int:
    return len(re.findall(r"\w[\w’'.,×/-]*", plain(text)))


def sentences(text: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-#]|\d+\.) )", plain(text)):
        yield from re.split(r"(?<=[.?!:])[*)\"]*\s+(?=[(*\"\w])", " ".join(block.split()))


def texts(path: Path) -> list[str]:
    return [cell["source"] for cell in notebooks.load(path)["cells"] if cell["cell_type"] == "markdown"]


@pytest.mark.parametrize("path", TEXTS, ids=[path.stem for path in TEXTS])
def test_cells_and_sentences_are_short(path: Path) -> None:
    cells = texts(path)
    assert median(map(words, cells)) <= 60
    most = MOST_WORDS.get(path.name[:2], 34)
    assert [said for text in cells for said in sentences(text) if words(said) > most] == []


def test_old_words_are_in_no_lesson_and_in_no_readout(root: Path) -> None:
    said = {path.name: "\n".join(texts(path)) for path in notebooks.all_notebooks()}
    files = [root / "docs/teaching.md", *root.glob("inception_lab/view/explorers/*.py")]
    said |= {path.name: path.read_text(encoding="utf-8") for path in files}
    assert {name: found for name, text in said.items() if (found := OLD.findall(text))} == {}


def minutes(cells: list[NotebookNode]) -> tuple[float, float, float]:
    """Minutes of the core, the exercises and the appendices, estimated."""
    found, part = {"core": 0.0, "exercises": 0.0, "appendices": 0.0}, "core"
    for cell in cells:
        source = cell["source"]
        if cell["cell_type"] == "markdown":
            part = "appendices" if source.startswith("## Appendix") else part
            found[part] += words(source) / WORDS
        elif "exercises.check(" in source:
            found["exercises"] += EXERCISE
        elif "setup" not in cell["metadata"].get("tags", []):
            found[part] += source.count("\n") / LINES
            found[part] += sum(each * source.count(call) for call, each in MINUTES.items())
    return found["core"], found["exercises"], found["appendices"]


def test_teachers_are_told_how_long_a_lesson_takes(root: Path) -> None:
    table = (root / "docs/teaching.md").read_text(encoding="utf-8")
    for path in TEXTS:
        row = re.search(rf"^\| \[.*/{path.name}\) \| *(\d*) *\| *(\d*) *\| *(\d*) *\|", table, re.MULTILINE)
        assert row, path.name
        for told, counted in zip(row.groups(), minutes(notebooks.load(path)["cells"]), strict=True):
            assert abs(int(told or 0) - counted) <= 3, (path.name, row.groups(), counted)


def test_the_core_of_every_lesson_fits_the_minutes_on_its_card() -> None:
    cards = {lesson.file: lesson.minutes for lesson in LESSONS}
    for path in TEXTS:
        core, _, _ = minutes(notebooks.load(path)["cells"])
        assert core <= cards[path.name] <= 45
        assert f"*About {cards[path.name]} minutes" in texts(path)[0]

"""The lessons as cards: the one insight of each, the minutes, and how much of it is solved."""

import html
from collections.abc import Collection
from dataclasses import dataclass

from inception_lab.exercises.form import Verdict
from inception_lab.resources import csv_rows


@dataclass(frozen=True)
class Lesson:
    """A lesson."""

    file: str  # name of its notebook; the first two characters are its number
    title: str  # what it is called
    insight: str  # what one learns, in a sentence
    minutes: int  # that it takes; 0 for as long as one likes


LESSONS = tuple(Lesson(**row) for row in csv_rows("lessons.csv", minutes=int))
GRID = "display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:12px;max-width:1000px"
CARD = "border:1px solid rgba(128,128,128,.5);border-radius:8px;padding:12px 14px;line-height:1.4"


@dataclass(frozen=True)
class Cards:
    """The lessons, with what is solved of each."""

    exercises: Collection[str]  # names of all exercises, such as `"01.1"`
    solved: Collection[str]  # names of those that are solved
    said: str = ""  # before them

    def done(self, lesson: Lesson) -> str:
        """Return how much of a lesson is solved, in words."""
        asked = [name for name in self.exercises if name.startswith(f"{lesson.file[:2]}.")]
        return f"{sum(name in self.solved for name in asked)} of {len(asked)} solved"

    def rows(self) -> list[tuple[Lesson, str, str]]:
        """Return each lesson, its heading, and its minutes and what is solved of it."""
        return [
            (
                lesson,
                f"{lesson.file[:2]} {lesson.title}" if lesson.minutes else lesson.title,
                f"{lesson.minutes} minutes · {self.done(lesson)}" if lesson.minutes else "",
            )
            for lesson in LESSONS
        ]

    def __repr__(self) -> str:
        cards = (
            f"{heading}: {lesson.insight}" + (f" ({more})" if more else "")
            for lesson, heading, more in self.rows()
        )
        return "\n".join(filter(None, (self.said, *cards)))

    def _repr_html_(self) -> str:
        cards = "".join(
            f'<div style="{CARD}"><a href="{lesson.file}"><b>{html.escape(heading)}</b></a>'
            f"<br>{html.escape(lesson.insight)}<br><small>{more}</small></div>"
            for lesson, heading, more in self.rows()
        )
        said = Verdict(None, self.said)._repr_html_() if self.said else ""
        return f'{said}<div style="{GRID}">{cards}</div>'

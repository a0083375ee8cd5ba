"""The lessons as cards: the one insight of each, the minutes, and how much of it is solved."""

from __future__ import annotations

import html
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """A lesson."""

    file: str  # name of its notebook; the first two characters are its number
    title: str  # what it is called
    insight: str  # what one learns, in a sentence
    minutes: int  # that it takes; 0 for as long as one likes


LESSONS = (
    Lesson(
        "01_naive_module.ipynb",
        "The naive module",
        "No single ruler fits, and shrinking the photo is a bigger ruler.",
        45,
    ),
    Lesson(
        "02_reduction_cost.ipynb",
        "The 1×1 reduction",
        "One trick saves very different amounts on a convolution, on its module and on the network.",
        45,
    ),
    Lesson("03_full_network.ipynb", "The full network", "Arithmetic can audit a famous paper.", 45),
    Lesson(
        "04_auxiliary_classifiers.ipynb",
        "Auxiliary classifiers",
        "The signal dies on the way up, the gradient on the way down, and heads help only below themselves.",
        45,
    ),
    Lesson(
        "05_training.ipynb",
        "Training",
        "What a network copes with is what it was trained on; mixing kernels is measured, not believed.",
        45,
    ),
    Lesson(
        "06_inside_a_trained_network.ipynb",
        "Inside a trained network",
        "Larger kernels like larger things, mostly by geometry: put an electrode in a unit and see.",
        45,
    ),
    Lesson(
        "07_spot_the_bug.ipynb",
        "Spot the bug",
        "The listing that started this course, bug by bug: a symptom, your diagnosis, the cure.",
        45,
    ),
    Lesson(
        "08_what_came_after.ipynb",
        "What came after",
        "Space and channels come apart, step by step from Inception to Xception; count before you believe.",
        45,
    ),
    Lesson(
        "09_count_your_own.ipynb",
        "Count your own network",
        "How many FLOPs has my model? Three cells, and why two tools disagree.",
        15,
    ),
    Lesson("playground.ipynb", "Playground", "All explorers, each with a question.", 0),
)

GRID = "display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:12px;max-width:1000px"
CARD = "border:1px solid rgba(128,128,128,.5);border-radius:8px;padding:12px 14px;line-height:1.4"


@dataclass(frozen=True)
class Cards:
    """The lessons, with what is solved of each."""

    exercises: Collection[str]  # names of all exercises, such as `"01.1"`
    solved: Collection[str]  # names of those that are solved

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
        return "\n".join(
            f"{heading}: {lesson.insight}" + (f" ({more})" if more else "")
            for lesson, heading, more in self.rows()
        )

    def _repr_html_(self) -> str:
        cards = "".join(
            f'<div style="{CARD}"><a href="{lesson.file}"><b>{html.escape(heading)}</b></a>'
            f"<br>{html.escape(lesson.insight)}<br><small>{more}</small></div>"
            for lesson, heading, more in self.rows()
        )
        return f'<div style="{GRID}">{cards}</div>'

"""Explorers on the documentation's pages, where there is no Python: what they show is drawn beforehand.

Three directives for Markdown. `{explorer} NAME` is an explorer whose leading knobs can be pulled. The
explorer itself draws every state of them while the pages are made; what differs from the first is kept.
`{gallery}` has a card for each explorer, with its picture, its question, and the lesson that it is from;
`{lessons}` one for each lesson.
"""

import base64
import html
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from inception_lab import explore, pictures
from inception_lab.exercises.lessons import LESSONS, Lesson
from inception_lab.view.playground import thumbnail
from tools.notebooks import ROOT, load

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """What can be pulled of an explorer on a page.

    Attributes:
        knobs: Label of a knob → what it says at each step → what that sets.
        handles: What can be pulled in the picture, by its hint → the label of the knob that follows.
    """

    knobs: Mapping[str, Mapping[str, Step]]
    handles: Mapping[str, str] = field(default_factory=dict)


def numbers(name: str, low: int, high: int, step: int = 1) -> dict[str, Step]:
    """The steps of a whole number."""
    return {f"{value}": {name: value} for value in range(low, high + 1, step)}


ROOMS = {"wide": 920, "narrow": 330}  # the page's pixels for which each is drawn
NARROW = "(max-width: 47rem)"  # of the window; `site.css` has it too
GALAXIES = {name: {"column": at.column, "row": at.row} for name, at in pictures.GALAXIES.items()}
DRAWN = {
    "kernel_size": Drawn(
        {"Galaxy": GALAXIES, "Window side k": numbers("side", 3, 65, 2)},
        {"Drag the dot along the curve": "Window side k", "Drag the window over the photo": "Galaxy"},
    ),
    "reduction": Drawn(
        {"1×1 filters": numbers("reduce", 1, 192)}, {"Drag the dot along the line": "1×1 filters"}
    ),
    "module": Drawn({"#5×5 reduce": numbers("reduce5x5", 1, 192)}),
}


def pixels(explorer: Any) -> Any:
    """The present picture, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(explorer.widget.picture)).convert("RGB"))


def webp(image: Any, photo: bool) -> bytes:
    """A picture in a file; what is no photograph is kept to the pixel."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "webp", lossless=not photo, quality=75 if photo else 40, method=2)
    return file.getvalue()


def changed(image: Any, first: Any, photo: bool) -> list[Any]:
    """What differs from the first picture: x, y, width and height in parts of it, and pixels in base64."""
    differs = (image != first).any(axis=2)
    if not differs.any():
        return []
    differs = cv2.dilate(differs.astype(np.uint8), np.ones((9, 9))).astype(bool)  # shown smaller, edges blend
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    height, width = differs.shape
    seen = np.dstack([image, np.where(differs, 255, 0).astype(np.uint8)])[box]
    x, y = columns[0] / width, rows[0] / height
    data = base64.b64encode(webp(seen, photo)).decode()
    return [x, y, seen.shape[1] / width, seen.shape[0] / height, data]


def states(name: str, explorer: Any) -> dict[str, Any]:
    """All that the page needs to know of an explorer: its knobs, and what it shows and says at each step."""
    drawn, first, photo = DRAWN[name], pixels(explorer), bool(explorer.widget.photos)
    start = [
        next(n for n, step in enumerate(steps.values()) if step.items() <= explorer.state.items())
        for steps in drawn.knobs.values()
    ]
    shown = []
    for steps in itertools.product(*(steps.values() for steps in drawn.knobs.values())):
        explorer.set(**{key: value for step in steps for key, value in step.items()})
        handles = {hint: box for *box, hint, _ in explorer.widget.handles if hint in drawn.handles}
        shown.append(
            {
                "change": changed(pixels(explorer), first, photo),
                "words": explorer.readout,
                "handles": [handles[hint] for hint in drawn.handles],
            }
        )
    return {
        "knobs": [[label, list(steps)] for label, steps in drawn.knobs.items()],
        "start": start,
        "handles": [[hint, list(drawn.knobs).index(knob)] for hint, knob in drawn.handles.items()],
        "states": shown,
    }


def outline(photos: Sequence[Sequence[float]], shape: float = 1.0) -> str:
    """What is seen of a picture so that only its photographs are: they keep their colours on a dark page.

    Args:
        photos: Where they lie: x0, y0, x1, y1 in parts of the picture.
        shape: How much wider than its box the picture is, into which it is fitted.
    """

    def point(x: float, y: float) -> str:
        shares = (x, min(1, shape)), (y, min(1, 1 / shape))
        return " ".join(f"{50 + (100 * part - 50) * share:.2f}%" for part, share in shares)

    x, y, *_ = photos[0]
    corners = [
        point(*at)
        for x0, y0, x1, y1 in photos
        for at in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0), (x, y))  # and back, so that ways cancel
    ]
    return f"polygon(evenodd, {', '.join(corners)})"


class ExplorerDirective(SphinxDirective):
    """`{explorer} NAME`: its first picture with its words, which a script makes answer."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the HTML that stands on the page, and draw what the script fetches."""
        (name,) = self.arguments
        folder = Path(self.env.app.outdir) / "_static" / "explorers"
        folder.mkdir(parents=True, exist_ok=True)
        at, outlines, sizes = f"_static/explorers/{name}", "", dict[str, str]()
        for drawing, room in ROOMS.items():
            explorer = getattr(explore, name)()
            explorer.fit(room)
            words, photos = html.escape(explorer.readout, quote=True), explorer.widget.photos
            sizes[drawing] = 'width="{}" height="{}"'.format(*explorer.widget.said["size"])
            outlines += f"--{drawing}:{outline(photos)};" if photos else ""
            (folder / f"{name}-{drawing}.webp").write_bytes(webp(pixels(explorer), bool(photos)))
            made = json.dumps(states(name, explorer))
            (folder / f"{name}-{drawing}.json").write_text(made, encoding="utf-8")
            explorer.close()
        picture = (
            f'<picture><source media="{NARROW}" srcset="{at}-narrow.webp" {sizes["narrow"]}>'
            f'<img src="{at}-wide.webp" alt="{{}}" {sizes["wide"]}></picture></div>'
        )
        prints = f'<div class="print">{picture.format(words)}'
        if photos:
            prints += f'<div class="print photo" style="{outlines}">{picture.format("")}'
        text = (
            f'<section class="pulled" data-states="{at}" aria-label="{html.escape(explorer.title)}">'
            f"<h3>{html.escape(explore.QUESTIONS[name])}</h3>"
            f'<div class="sheet">{prints}</div><p role="status">{words}</p></section>'
        )
        return [nodes.raw("", text, format="html")]


def page(lesson: Lesson) -> str:
    """Where a lesson is on the site."""
    return f"lessons/{lesson.file.removesuffix('.ipynb')}.html"


def homes() -> dict[str, Lesson]:
    """Each explorer's name, and the first lesson that has it."""
    texts = {
        lesson: "\n".join(cell["source"] for cell in load(ROOT / "notebooks" / lesson.file)["cells"])
        for lesson in reversed(LESSONS)
        if lesson.minutes
    }
    return {
        name: lesson
        for lesson, text in texts.items()
        for name in explore.QUESTIONS
        if f"lab.explore.{name}(" in text
    }


class Lessons(SphinxDirective):
    """`{lessons}`: a card for each lesson."""

    def run(self) -> list[nodes.Node]:
        """Return the cards as HTML."""
        cards = "".join(
            f'<li><h3><a href="{page(lesson)}">{lesson.file[:2]} {html.escape(lesson.title)}</a></h3>'
            f"<p>{html.escape(lesson.insight)}</p><p>{lesson.minutes} minutes</p></li>"
            for lesson in LESSONS
            if lesson.minutes
        )
        return [nodes.raw("", f'<ul class="gallery">{cards}</ul>', format="html")]


class Gallery(SphinxDirective):
    """`{gallery}`: a card for each explorer."""

    def run(self) -> list[nodes.Node]:
        """Return the cards as HTML."""
        cards, lessons = "", homes()
        for name, question in explore.QUESTIONS.items():
            explorer = getattr(explore, name)()
            image = f'src="data:image/webp;base64,{base64.b64encode(thumbnail(explorer)).decode()}"'
            picture = f'<img class="print" {image} alt="" loading="lazy">'
            if photos := explorer.widget.photos:
                width, height = explorer.widget.said["size"]
                path = outline(photos, width / height * 124 / 280)  # beside the card's, in `site.css`
                picture += f'<img class="print photo" {image} alt="" style="clip-path:{path}">'
            home = lessons.get(name)
            lesson = f'<p><a href="{page(home)}">Lesson: {html.escape(home.title)}</a></p>' if home else ""
            cards += (
                f'<li id="{name}">{picture}'
                f"<h3>{html.escape(explorer.title)}</h3><p>{html.escape(question)}</p>"
                f"<p><code>lab.explore.{name}()</code></p>{lesson}</li>"
            )
            explorer.close()
        return [nodes.raw("", f'<ul class="gallery">{cards}</ul>', format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives, and the script that makes explorers answer."""
    app.add_directive("explorer", ExplorerDirective)
    app.add_directive("gallery", Gallery)
    app.add_directive("lessons", Lessons)
    app.add_js_file("explorers.js", loading_method="defer")
    return {"parallel_read_safe": False, "parallel_write_safe": True}

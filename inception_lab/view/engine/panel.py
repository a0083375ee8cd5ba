"""The one widget of an explorer: its picture, which can be touched, and its labelled controls.

It knows nothing of networks. `panel.js` draws it in the page and sends what the reader does.
"""

from __future__ import annotations

import html
import io
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from inception_lab.view.figures.display import few_colours, image_html

HERE = Path(__file__).parent


class Panel(anywidget.AnyWidget):
    """What the page shows.

    Attributes:
        fixed: What never changes: title, hint, controls, presets.
        values: Control → its value.
        picture: The picture, as PNG or JPEG.
        said: What is said about it: its size; in words, as a call, as code; which preset holds; why not.
        handles: Where the picture can be taken: corners, hint and cursor of each.
        photos: Where it keeps its colours on a dark page.
        heard: How many messages were answered. The page sends the next only then.
    """

    _esm = (HERE / "panel.js").read_text(encoding="utf-8")
    _css = (HERE / "panel.css").read_text(encoding="utf-8")

    fixed = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)
    said = traitlets.Dict().tag(sync=True)
    handles: traitlets.List[Any] = traitlets.List().tag(sync=True)
    photos: traitlets.List[Any] = traitlets.List().tag(sync=True)
    heard = traitlets.Int().tag(sync=True)

    def appear(self) -> None:
        """Display twice: the present picture, which a saved notebook shows; the live widget."""
        from IPython.display import display
        from PIL import Image

        self.open()  # it may have been closed since it was shown last
        text = self.said["words"]
        jpeg = self.picture.startswith(b"\xff\xd8")
        data = self.picture if jpeg else few_colours(Image.open(io.BytesIO(self.picture)))
        image = image_html(data, text, self.said["size"][0], turns=not self.photos)
        still = (
            f'<div class="lab-still">{image}<p>{html.escape(text)}</p>'
            "<p><em>This picture stands still. Run its cell, and it answers to your hand.</em></p></div>"
        )
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        display({"text/html": still, "text/plain": text}, raw=True)
        display({"application/vnd.jupyter.widget-view+json": view, "text/plain": text}, raw=True)

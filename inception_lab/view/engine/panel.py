"""The one widget of an explorer: its picture, which can be touched, and its labelled controls.

It knows nothing of networks. `panel.js` draws it in the page and sends what the reader does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent


class Panel(anywidget.AnyWidget):
    """What the page shows.

    Attributes:
        fixed: What never changes: title, hint, controls, presets, the picture's size.
        values: Control → its value.
        picture: The picture, as PNG or JPEG.
        said: What is said about it: in words, as a call, as code; which preset holds; why not.
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

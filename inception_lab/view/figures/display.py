"""A figure in a notebook, always with its alternative text."""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from inception_lab.view.figures.style import DPI

LARGEST_PNG = 80_000  # bytes


def show(figure: Any, alt: str | None = None) -> Any:
    """Show a figure in a notebook, with alternative text, which JupyterLab drops from plain images.

    Args:
        figure: A matplotlib figure, axes, or an explorer.
        alt: What the picture shows, in a sentence; an explorer brings its own.

    Returns:
        An object that the notebook displays.

    Raises:
        ValueError: If there is no alternative text.
    """
    from IPython.display import HTML

    alt = alt or getattr(figure, "readout", None)
    if not alt:
        raise ValueError("`alt` must say in a sentence what the figure shows. Received: none.")
    return HTML(figure_html(figure if isinstance(figure, Figure) else figure.figure, alt))


def figure_html(figure: Figure, alt: str) -> str:
    """Return a figure as an `<img>` element: PNG, or JPEG where photographs make that too large."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return compact_html(buffer.getvalue(), alt)


def compact_html(png: bytes, alt: str) -> str:
    """Return a PNG as an `<img>` element; where it is too large, as JPEG."""
    if len(png) <= LARGEST_PNG:
        return picture_html(png, alt)
    import cv2

    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return picture_html(bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])[1]), alt, "jpeg")


def picture_html(data: bytes, alt: str, kind: str = "png", onload: str = "") -> str:
    """Return an `<img>` element that holds the picture itself.

    Args:
        data: The picture.
        alt: What it shows.
        kind: `"png"` or `"jpeg"`.
        onload: JavaScript that is run when the picture is there.
    """
    text = base64.b64encode(data).decode()
    style = "max-width:100%;height:auto"
    then = f' onload="{html.escape(onload, quote=True)}"' if onload else ""
    said = html.escape(alt, quote=True)
    return f'<img src="data:image/{kind};base64,{text}" alt="{said}" style="{style}"{then}>'

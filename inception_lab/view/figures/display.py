"""A figure in a notebook, always with its alternative text."""

import base64
import html
import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inception_lab.view.figures.style import DPI

LARGEST_PNG = 80_000  # bytes
SHARP = 2  # pixels a dot: screens show two where a figure has one
COLOURS = 128  # of a PNG
PHOTO = "photo"  # gid of axes without a photograph that must stay as they are on a dark page too
# A drawing is turned on a dark page, as an explorer's is: panel.css says how pages tell. The site has a style
# sheet of its own; where styles are stripped, as on GitHub, a drawing stays as it is.
TURNED = ".lab-drawing{filter:invert(.93) hue-rotate(180deg)}"
STYLE = (
    f'<style>:is([data-jp-theme-light="false"],html[theme="dark"],.theme-dark,.vscode-dark) {TURNED}'
    "@media (prefers-color-scheme:dark){html:not([theme],[data-content_root]) "
    f"body:not([data-jp-theme-light],.theme-light,.theme-dark,.vscode-light) {TURNED}}}</style>"
)


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
    """Return a figure as an `<img>` element: a sharp PNG, or JPEG where photographs make that too large."""
    images = (image for ax in figure.axes for image in ax.get_images())
    coloured = any(np.asarray(image.get_array()).ndim == 3 for image in images)
    drawn = _drawn(figure, SHARP * DPI)
    data = few_colours(drawn)
    if coloured or len(data) > LARGEST_PNG:
        plain = _drawn(figure, DPI)
        data = _file(plain, "png", optimize=True)
        if len(data) > LARGEST_PNG:
            data = _file(plain, "jpeg", quality=90)
    return image_html(data, alt, drawn.width // SHARP, turns=not photographs(figure))


def photographs(figure: Figure) -> list[Axes]:
    """Return the axes with photographs or maps in colour, which stay as they are on a dark page."""
    return [ax for ax in figure.axes if ax.get_images() or ax.get_gid() == PHOTO]


def few_colours(image: Any) -> bytes:
    """Return a picture as a PNG that is small, in few colours."""
    from PIL import Image

    few = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return _file(few, "png", optimize=True)


def image_html(data: bytes, alt: str, width: int, *, turns: bool) -> str:
    """Return a PNG or JPEG as an `<img>` element that takes so many of the page's pixels.

    Where the page is dark, it is dark, too, if it `turns`.
    """
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    said, look = html.escape(alt, quote=True), f'width="{width}" style="max-width:100%;height:auto"'
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    name, style = (' class="lab-drawing"', STYLE) if turns else ("", "")
    return f'<img src="{source}" alt="{said}" {look}{name}>{style}'


def _file(image: Any, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _drawn(figure: Figure, dpi: int) -> Any:
    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return Image.open(buffer).convert("RGB")

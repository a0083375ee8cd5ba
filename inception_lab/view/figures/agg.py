"""Matplotlib's Agg, quicker where a figure is drawn again and again: texts and hatches are rendered once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg, get_hinting_flag
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

TEXTS = 1024  # that are kept
RECTANGLE = Path.unit_rectangle()


class QuickRenderer(RendererAgg):
    """Fills rectangles itself, and puts texts at whole pixels: the pixels of one serve wherever it stands."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self._text = lru_cache(TEXTS)(self._rendered)
        self._heights = lru_cache(self._measured)

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
        """Draw a path; an opaque upright rectangle without an edge is filled, its hatch laid in as tiles."""
        plain = path.vertices is RECTANGLE.vertices and rgbFace and gc.get_clip_path() == (None, None)
        opaque = plain and gc.get_alpha() == 1 and tuple(rgbFace[3:]) == (1,)
        if not opaque or gc.get_linewidth() or transform.get_matrix()[[0, 1], [1, 0]].any():
            super().draw_path(gc, path, transform, rgbFace)  # type: ignore[no-untyped-call]
            return
        clip = gc.get_clip_rectangle()
        boxes = [transform.transform(((0, 0), (1, 1))), *([clip.get_points()] if clip else [])]
        corners = np.sort((0, self.height) - np.array(boxes) * (-1, 1), axis=1)  # y downwards
        ends = np.clip(np.floor(corners + 0.5), 0, (self.width, self.height)).astype(int)
        (left, top), (right, bottom) = ends[:, 0].max(axis=0), ends[:, 1].min(axis=0)
        shown: Any = self
        pixels = np.asarray(shown.buffer_rgba()).view(np.uint32)[top:bottom, left:right, 0]
        hatch = gc.get_hatch()
        side = int(self.dpi) if hatch else 1
        tile = _tile(hatch, tuple(rgbFace), gc.get_hatch_color(), gc.get_hatch_linewidth(), side)
        rows, columns = np.arange(top, bottom) % side, np.arange(left, right) % side
        pixels[:] = tile[np.ix_(rows, columns)] if hatch else tile

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw a text whose baseline begins at x and y."""
        if ismath or angle not in (0, 90):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        pixels, (left, top), (_, _, descent) = self._text(s, prop.copy())
        below = top + descent + 1
        if angle:
            pixels, left, below = np.ascontiguousarray(np.rot90(pixels)), below - len(pixels), -left
        self._renderer.draw_text_image(pixels, round(x + left), round(y + below), 0, gc)

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        """Return a text's measures in pixels."""
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
        return self._text(s, prop.copy())[2]

    def _get_font_height_metrics(self, prop: Any) -> tuple[float, float, float]:
        """Return how high a font's letters reach and how low, and the gap between lines: Matplotlib asks."""
        return self._heights(prop.copy())

    def _measured(self, prop: Any) -> tuple[float, float, float]:
        font: Any = self._prepare_font(prop)  # type: ignore[no-untyped-call]
        table, units = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")["unitsPerEm"]
        scale = prop.get_size_in_points() * self.dpi / 72 / units
        return table["sTypoAscender"] * scale, -table["sTypoDescender"] * scale, table["sTypoLineGap"] * scale

    def _rendered(self, s: str, prop: Any) -> tuple[Any, tuple[float, float], tuple[float, float, float]]:
        """Return a text's pixels, how far they lie from its corner, and its measures."""
        font: Any = self._prepare_font(prop)  # type: ignore[no-untyped-call]
        font.set_text(s, 0.0, flags=get_hinting_flag())
        font.draw_glyphs_to_bitmap(antialiased=True)
        left, top, width, height, descent = (
            each / 64 for each in (*font.get_bitmap_offset(), *font.get_width_height(), font.get_descent())
        )
        return font.get_image().copy(), (left, top), (width, height, descent)


@lru_cache
def _tile(hatch: str | None, face: Any, color: Any, linewidth: float, side: int) -> Any:
    """Return the pixels of a hatched colour, as whole numbers `(side, side)`; it repeats."""
    renderer: Any = RendererAgg(side, side, side)
    gc = renderer.new_gc()
    gc.set_linewidth(0)
    if hatch:
        gc.set_hatch(hatch)
        gc.set_hatch_color(color)
        gc.set_hatch_linewidth(linewidth)
    renderer.draw_path(gc, RECTANGLE, Affine2D().scale(side), face)
    return np.array(renderer.buffer_rgba()).view(np.uint32)[..., 0]


class QuickCanvas(FigureCanvasAgg):
    """Draws with one `QuickRenderer` for each size."""

    def get_renderer(self) -> Any:
        """Return what draws the figure at its present size."""
        size = (*self.get_width_height(physical=True), self.figure.dpi)
        if getattr(self, "_size", None) != size:
            self._size, self.renderer = size, QuickRenderer(*size)
        return self.renderer

"""Matplotlib's Agg, quicker where a figure is drawn again and again: texts and hatches are rendered once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
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
        self._calls: list[Callable[[], Any]] = []
        self._text = lru_cache(TEXTS)(self._rendered)
        self._heights = lru_cache(self._measured)
        for name in dir(self):
            if name.startswith("draw_"):
                setattr(self, name, self._noting(getattr(self, name)))

    def noted(self, draw: Callable[[Any], Any]) -> list[Callable[[], Any]]:
        """Draw something; return the calls that draw the same again, as long as nothing of it changes."""
        self._calls.clear()
        draw(self)
        return list(self._calls)

    def _noting(self, draw: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> None:
            before = len(self._calls)
            draw(*args, **options)
            if len(self._calls) == before:  # else what it called is noted
                self._calls.append(partial(draw, *args, **options))

        return run

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
        """Draw a path; an opaque upright rectangle without an edge is filled, its hatch laid in as tiles."""
        plain = path.vertices is RECTANGLE.vertices and rgbFace and gc.get_clip_path() == (None, None)
        opaque = plain and gc.get_alpha() == 1 and tuple(rgbFace[3:]) == (1,)
        (wide, leans, x), (turns, high, y), _ = transform.get_matrix().tolist()
        if not opaque or gc.get_linewidth() or leans or turns:
            super().draw_path(gc, path, transform, rgbFace)  # type: ignore[no-untyped-call]
            return
        clip = gc.get_clip_rectangle()
        boxes = [(x, y, x + wide, y + high), *([clip.extents.tolist()] if clip else [])]
        left, right = _pixels([(x0, x1) for x0, _, x1, _ in boxes], self.width)
        top, bottom = _pixels([(self.height - y0, self.height - y1) for _, y0, _, y1 in boxes], self.height)
        shown: Any = self
        pixels = np.asarray(shown.buffer_rgba()).view(np.uint32)[top:bottom, left:right, 0]
        hatch = gc.get_hatch()
        side = int(self.dpi) if hatch else 1
        tile = _tile(hatch, tuple(rgbFace), gc.get_hatch_color(), gc.get_hatch_linewidth(), side)
        rows, columns = (np.arange(*ends) % side for ends in ((top, bottom), (left, right)))
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
        self.draw_pixels(pixels, round(x + left), round(y + below), 0, gc)

    def draw_pixels(self, *args: Any) -> None:
        """Draw a text's pixels: how dark they are, column and row of the lower left, angle, looks."""
        self._renderer.draw_text_image(*args)

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


def _pixels(ranges: list[tuple[float, float]], most: float) -> tuple[int, int]:
    """Return the first pixel that lies in all ranges, and the one after the last; none lies beyond `most`."""
    ends = max(map(min, ranges)), min(map(max, ranges))
    first, last = (int(min(max(0.0, end + 0.5), most)) for end in ends)
    return first, last


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

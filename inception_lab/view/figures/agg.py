"""Matplotlib's Agg, quicker where the same figure is drawn again and again: each text is rendered once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg, get_hinting_flag

TEXTS = 1024  # that are kept


class QuickRenderer(RendererAgg):
    """Puts texts at whole pixels, so that the pixels of one serve wherever it stands."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self._text = lru_cache(TEXTS)(self._rendered)

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
        if ismath or angle:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        pixels, (left, top), (_, _, descent) = self._text(s, prop.copy())
        self._renderer.draw_text_image(pixels, round(x + left), round(y + top + descent) + 1, 0, gc)

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
        """Return a text's measures in pixels."""
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
        return self._text(s, prop.copy())[2]

    def _rendered(self, s: str, prop: Any) -> tuple[Any, tuple[float, float], tuple[float, float, float]]:
        """Return a text's pixels, how far they lie from its corner, and its measures."""
        font: Any = self._prepare_font(prop)  # type: ignore[no-untyped-call]
        font.set_text(s, 0.0, flags=get_hinting_flag())
        font.draw_glyphs_to_bitmap(antialiased=True)
        left, top, width, height, descent = (
            each / 64 for each in (*font.get_bitmap_offset(), *font.get_width_height(), font.get_descent())
        )
        return font.get_image().copy(), (left, top), (width, height, descent)


class QuickCanvas(FigureCanvasAgg):
    """Draws with one `QuickRenderer` for each size."""

    def get_renderer(self) -> Any:
        """Return what draws the figure at its present size."""
        size = (*self.get_width_height(physical=True), self.figure.dpi)
        if getattr(self, "_size", None) != size:
            self._size, self.renderer = size, QuickRenderer(*size)
        return self.renderer

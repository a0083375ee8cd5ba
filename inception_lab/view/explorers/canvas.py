"""A figure that is kept alive and redrawn in milliseconds.

What changes (bars, curves, numbers) is drawn over a frame (axes, ticks, labels) that is drawn once
and kept as pixels. The frame is redrawn only when `frame_changed` is called, as when an axis
gets new limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Canvas:
    """The pixels of one figure.

    Args:
        figure: The figure; its frame is what is in it now.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.live: list[Artist] = []
        self._frame: Any = None
        canvas = figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        self._agg = canvas

    def add(self, *artists: Artist) -> None:
        """Take artists out of the frame: they are drawn anew each time, in this order."""
        self.live += artists

    def replace(self, old: Iterable[Artist], new: Iterable[Artist]) -> None:
        """Remove some live artists from the figure and take in others."""
        for artist in old:
            self.live.remove(artist)
            artist.remove()
        self.add(*new)

    def frame_changed(self) -> None:
        """Have the frame drawn anew the next time."""
        self._frame = None

    def limits(
        self, ax: Axes, *, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None
    ) -> None:
        """Set an axes' limits; the frame is drawn anew only if they differ."""
        if x is not None and ax.get_xlim() != x:
            ax.set_xlim(x)
            self.frame_changed()
        if y is not None and ax.get_ylim() != y:
            ax.set_ylim(y)
            self.frame_changed()

    def png(self) -> bytes:
        """Draw what changes over the frame and return the picture as PNG."""
        import cv2

        # Unfiltered rows compress a little less and take half the time.
        quick = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
        if self._frame is None:
            visible = [artist.get_visible() for artist in self.live]
            for artist in self.live:
                artist.set_visible(False)
            self._agg.draw()
            self._frame = self._agg.copy_from_bbox(self.figure.bbox)
            for artist, was in zip(self.live, visible, strict=True):
                artist.set_visible(was)
        else:
            self._agg.restore_region(self._frame)
        for artist in self.live:
            self.figure.draw_artist(artist)
        rgba = np.asarray(self._agg.buffer_rgba())
        done, data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGR), quick)
        if not done:
            raise RuntimeError("OpenCV could not encode the picture as PNG.")
        return bytes(data)

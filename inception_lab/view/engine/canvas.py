"""A figure that is kept alive and redrawn in milliseconds.

What changes (bars, curves, numbers) is drawn over a frame (axes, ticks, labels) that is drawn once
and kept as pixels. The frame is redrawn only when `frame_changed` is called, as when an axis
gets new limits. Pieces that touch no other are kept as pixels too, while they do not change: whoever
drags one knob pays for the few pieces that this knob moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from inception_lab.view.diagrams import Piece

# OpenCV's numbers of PNG_COMPRESSION, PNG_FILTER (none: half the time, a little larger), JPEG_QUALITY.
QUICK, FINE = (16, 1, 19, 8), (1, 85)
PHOTO = "photo"  # gid of axes without a photograph that must stay as they are on a dark page too


class Canvas:
    """The pixels of one figure.

    Args:
        figure: The figure; its frame is what is in it now.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.live: list[Artist] = []
        self.pieces: list[list[Artist]] = []
        self._frame: Any = None
        self._kept: Any = None  # the frame, and all pieces but those that moved last
        self._moving: list[list[Artist]] = []
        self.held = False  # by a hand: axes keep their ends then
        self._photos = any(ax.get_images() for ax in figure.axes)
        self._agg: Any = figure.canvas

    def add(self, *artists: Artist) -> None:
        """Take artists out of the frame: they are drawn anew each time, in this order."""
        self.live += artists

    def add_piece(self, *artists: Artist) -> None:
        """Take out of the frame what is drawn below all that `add` takes out, and touches no other piece."""
        self.pieces.append(list(artists))

    def add_below(self, other: Artist, *artists: Artist) -> None:
        """Take artists out of the frame into the piece that another is part of, below that other."""
        piece = next(piece for piece in self.pieces if other in piece)
        place = piece.index(other)
        piece[place:place] = artists

    def remove_pieces(self, pieces: Iterable[Piece]) -> None:
        """Remove pieces from the figure."""
        for piece in pieces:
            self.pieces.remove(list(piece))
            for artist in piece:
                artist.remove()
        self._kept = None

    def frame_changed(self) -> None:
        """Have the frame drawn anew the next time."""
        self._frame = self._kept = None

    def limits(
        self, ax: Axes, *, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None
    ) -> None:
        """Set an axes' limits, unless a hand holds something; the frame is drawn anew only if they differ."""
        if self.held:
            return
        if (x or ax.get_xlim(), y or ax.get_ylim()) != (ax.get_xlim(), ax.get_ylim()):
            ax.set(xlim=x, ylim=y)
            self.frame_changed()

    def photos(self) -> list[list[float]]:
        """Return where photographs lie: x0, y0, x1, y1 in parts of the picture, from its upper left."""
        boxes = [ax.get_position() for ax in self.figure.axes if ax.get_images() or ax.get_gid() == PHOTO]
        return [[box.x0, 1 - box.y1, box.x1, 1 - box.y0] for box in boxes]

    def encoded(self) -> bytes:
        """Draw what changes over the frame; return the picture as PNG, or JPEG if it has photographs."""
        import cv2

        changed = [piece for piece in self.pieces if any(artist.stale for artist in piece)]
        if self._frame is None:
            self._draw_frame()
        # Whether the pieces that moved last are those that changed now, or not many more.
        same = len(self._moving) <= 4 * len(changed) and all(piece in self._moving for piece in changed)
        if self._kept is None or not same:
            self._agg.restore_region(self._frame)
            self._draw(piece for piece in self.pieces if piece not in changed)
            self._kept, self._moving = self._pixels(), changed
        else:
            self._agg.restore_region(self._kept)
        self._draw([*self._moving, self.live])
        pixels = cv2.cvtColor(np.asarray(self._agg.buffer_rgba()), cv2.COLOR_RGBA2BGR)
        kind, options = (".jpg", FINE) if self._photos else (".png", QUICK)
        done, data = cv2.imencode(kind, pixels, options)
        if not done:
            raise RuntimeError(f"OpenCV could not encode the picture as {kind[1:].upper()}.")
        return bytes(data)

    def _pixels(self) -> Any:
        """Copy all pixels; 9.2 inches are 1839.9999… of them, of which Matplotlib alone would copy 1839."""
        return self._agg.copy_from_bbox(Bbox.from_bounds(0, 0, *np.round(self.figure.bbox.size)))

    def _draw_frame(self) -> None:
        visible = {artist: artist.get_visible() for artist in chain(*self.pieces, self.live)}
        for artist in visible:
            artist.set_visible(False)
        self._agg.draw()
        self._frame, self._kept = self._pixels(), None
        for artist, was in visible.items():
            artist.set_visible(was)

    def _draw(self, pieces: Iterable[Iterable[Artist]]) -> None:
        for artist in chain.from_iterable(pieces):
            self.figure.draw_artist(artist)
            artist.stale = False  # an empty text says that it was not drawn

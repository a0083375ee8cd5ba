"""A figure's pixels, of which only what changed is drawn anew.

There are two layers: the frame (axes, ticks, labels), and over it what moves (bars, curves, numbers).
Matplotlib says which artists are stale. Where they were and where they are now the pixels are made anew:
those of the layer below, and over them all artists that reach there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from inception_lab.view.figures.agg import QuickCanvas

Area = tuple[int, int, int, int]  # of pixels: left, top, right, bottom
NOWHERE = (0, 0, 0, 0)
EDGE, TICK = 5, 20  # pixels around an artist, or an axis, that its edges, its box or its ticks take


class Layers:
    """The frame of a figure, and what moves over it.

    Args:
        figure: The figure.

    Attributes:
        agg: What draws it.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure, self.agg = figure, QuickCanvas(figure)
        self.clear()

    def clear(self) -> None:
        """Forget all pixels: everything is drawn the next time."""
        self._areas: dict[Artist, Area] = {}
        self._calls: dict[Artist, list[Callable[[], Any]]] = {}  # that draw what did not change since
        self._kept: dict[Artist, dict[str, Callable[..., Any]]] = {}  # methods that answer what they did last
        self._ground = np.zeros(0, np.uint8)  # the frame's pixels

    def draw(self, moving: list[Artist]) -> tuple[Any, list[Area]]:
        """Draw what changed.

        Args:
            moving: Artists that are drawn over all others, in this order.

        Returns:
            The pixels, `(rows, columns, 4)`, right in these areas, where something changed; and the areas.
        """
        self._renderer = self.agg.get_renderer()
        pixels = np.asarray(self._renderer.buffer_rgba())
        if not self._areas:
            self._ground = np.zeros_like(pixels)
        apart = set(moving)
        frame = [artist for artist in self._all() if artist not in apart]
        scales: list[Any] = [axis for ax in self.figure.axes for axis in (ax.xaxis, ax.yaxis)]
        for axis in scales:
            axis.stale |= axis.label.stale
            if axis.stale:
                self._move(axis.axes)
        lost = self._areas.keys() - {*frame, *moving}
        gone = [self._areas.pop(artist) for artist in lost]
        for artist in lost:
            del self._kept[artist]
            self._calls.pop(artist, None)
        changed = self._redraw(pixels, frame, gone)
        for place in map(slices, changed):
            self._ground[place] = pixels[place]
        changed = self._redraw(pixels, moving, changed)
        for axis in scales:
            axis.stale = axis.label.stale = False  # those that are not drawn too
        return pixels, changed

    def _all(self) -> Iterator[Artist]:
        """Yield what the figure shows, in the order in which Matplotlib draws it."""
        yield self.figure.patch
        for part in sorted(self.figure.get_children(), key=attrgetter("zorder")):
            if isinstance(part, Axes):
                scales = (part.xaxis, part.yaxis, *part.spines.values())
                hidden = {part.patch, *(() if part.axison else scales)}
                yield from [part.patch] if part.axison else []
                children = sorted(part.get_children(), key=attrgetter("zorder"))
                yield from (child for child in children if child not in hidden)
            elif part is not self.figure.patch:
                yield part

    def _move(self, ax: Axes) -> None:
        """Have all drawn anew whose place depends on an axes' limits."""
        ax.apply_aspect()
        within = (*ax.lines, *ax.patches, *ax.collections, *ax.texts, *ax.images)
        for artist in within if ax.get_aspect() == "auto" else ax.get_children():
            artist.stale = True
        for artist in ax.get_children():  # a spine keeps its place, but not its path
            self._calls.pop(artist, None)

    def _redraw(self, pixels: Any, artists: list[Artist], areas: list[Area]) -> list[Area]:
        """Draw what lies in areas, and what is stale, over the ground; return all areas that changed."""
        found = {NOWHERE, *areas}
        for artist in artists:
            if artist.stale or artist not in self._areas:
                found.add(self._areas.get(artist, NOWHERE))
                self._calls.pop(artist, None)
                self._areas[artist] = self._area(artist)
                found.add(self._areas[artist])
        changed = np.array(list(found))
        lower, upper = changed[:, :2], changed[:, 2:]
        within = ((lower[:, None] >= lower) & (upper[:, None] <= upper)).all(axis=2).sum(axis=1) > 1
        changed = changed[~within & (lower < upper).all(axis=1)]  # others hold the rest
        for place in map(slices, changed):
            pixels[place] = self._ground[place]
        reached = np.reshape([self._areas[artist] for artist in artists], (-1, 1, 4))
        meets = (reached[..., :2] < changed[:, 2:]) & (changed[:, :2] < reached[..., 2:])
        for artist, met in zip(artists, meets.all(axis=2).any(axis=1), strict=True):
            if met:
                self._paint(artist)
        for artist in artists:
            artist.stale = False  # an empty text says that it was not drawn
        return [(left, top, right, bottom) for left, top, right, bottom in changed.tolist()]

    def _paint(self, artist: Artist) -> None:
        """Draw an artist, by the calls that drew it last if it did not change since."""
        if artist in self._calls:
            for call in self._calls[artist]:
                call()
            return
        with self._keeping(artist):
            self._calls[artist] = self._renderer.noted(artist.draw)

    def _keep(self, artist: Any) -> None:
        """Compute what Matplotlib computes two to five times a picture: an axis's ticks, a text's layout."""
        kept = self._kept[artist] = {}
        renderer = self._renderer
        if isinstance(artist, Axis):
            ticks = artist._update_ticks()  # type: ignore[attr-defined]
            boxes = artist._get_ticklabel_bboxes(ticks, renderer)  # type: ignore[attr-defined]
            kept |= {"_update_ticks": lambda: ticks, "_get_ticklabel_bboxes": lambda *_: boxes}
            with self._keeping(artist):
                artist._update_label_position(renderer)  # type: ignore[attr-defined]
            kept["_update_label_position"] = lambda _: None
        elif type(artist) is Text:
            layout = artist._get_layout(renderer)  # type: ignore[attr-defined]
            kept["_get_layout"] = lambda _: layout

    @contextmanager
    def _keeping(self, artist: Artist) -> Iterator[None]:
        """Have an artist answer what is kept of it."""
        kept = self._kept.get(artist, {})
        vars(artist).update(kept)
        try:
            yield
        finally:
            for name in kept:
                del vars(artist)[name]

    def _area(self, artist: Artist) -> Area:
        """Return the pixels that an artist may take."""
        box: Any
        edge: float = EDGE
        self._keep(artist)
        if isinstance(artist, Rectangle):  # ten times as quick
            box = artist.get_bbox().transformed(artist.get_data_transform())
        elif isinstance(artist, FancyBboxPatch):  # three times; Matplotlib looks for the ends of its curves
            box = Path(artist.get_path().vertices).get_extents(artist.get_transform())
        else:
            with self._keeping(artist):
                box = artist.get_tightbbox(self._renderer) if artist.get_visible() else None
        if isinstance(artist, Axis):
            # Matplotlib's box holds labels alone; ticks stand at the axes' side without them, too.
            edge, side = TICK, artist.axes.bbox.frozen()
            if not any(line.get_visible() for line in artist.get_gridlines()):
                (x0, y0), (x1, y1) = side.get_points()
                ends = {"bottom": (x0, y0, x1, y0), "left": (x0, y0, x0, y1)}
                side = Bbox.from_extents(*ends.get(cast(Any, artist).get_ticks_position(), side.extents))
            box = Bbox.union([each for each in (side, box) if each])
        if hasattr(artist, "get_linewidth"):
            edge += np.max(artist.get_linewidth(), initial=0) * self.figure.dpi / 72
        if box is None or not all(map(math.isfinite, box.extents)):
            return NOWHERE
        (x0, x1), (y0, y1) = sorted(box.intervalx.tolist()), sorted(box.intervaly.tolist())
        width, height = int(self._renderer.width), int(self._renderer.height)
        left, right = max(int(x0 - edge), 0), min(int(x1 + edge) + 2, width)
        top, bottom = max(int(height - y1 - edge), 0), min(int(height - y0 + edge) + 2, height)
        return left, top, right, bottom


def slices(area: Area) -> tuple[slice, slice]:
    """Return the rows and the columns of an area."""
    left, top, right, bottom = area
    return slice(top, bottom), slice(left, right)

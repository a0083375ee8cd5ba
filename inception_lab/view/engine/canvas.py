"""A figure that is kept alive, of which only what changed is drawn anew.

It has two layers: the frame (axes, ticks, labels), and over it what moves (bars, curves, numbers). Matplotlib
says which artists are stale. Where they were and where they are now the pixels are made anew: those of the
layer below, and over them all artists that reach there.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from inception_lab.view.figures.agg import QuickCanvas
from inception_lab.view.figures.png import Png

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

Area = tuple[int, int, int, int]  # of pixels: left, top, right, bottom
NOWHERE = (0, 0, 0, 0)
FINE = (1, 85)  # OpenCV's number of JPEG's quality, and how much
PHOTO = "photo"  # gid of axes without a photograph that must stay as they are on a dark page too
EDGE, TICK = 5, 20  # pixels around an artist, or an axis, that its edges, its box or its ticks take


class Canvas:
    """The pixels of one figure.

    Args:
        figure: The figure; its frame is what is in it but not added here.
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.live: list[Artist] = []
        self.below: list[Artist] = []
        self.held = False  # by a hand: axes keep their ends then
        self._asked: dict[Artist, bytes] = {}
        self._photos = any(ax.get_images() for ax in figure.axes)
        self._agg: Any = QuickCanvas(figure)
        self.clear()

    def add(self, *artists: Artist) -> None:
        """Take artists out of the frame: they move, and are drawn over it in this order."""
        self.live += artists

    def add_below(self, *artists: Artist, other: Artist | None = None) -> None:
        """Take artists out of the frame that are drawn below all that `add` takes, or just below another."""
        place = self.below.index(other) if other else len(self.below)
        self.below[place:place] = artists

    def remove(self, artists: Iterable[Artist]) -> None:
        """Remove from the figure what was added below."""
        for artist in artists:
            self.below.remove(artist)
            artist.remove()

    def clear(self) -> None:
        """Forget all pixels: everything is drawn the next time."""
        self._boxes: dict[Artist, Any] = {}
        self._ground, self._png = np.zeros(0, np.uint8), Png(0, 0)

    def put(self, artist: Artist, **wanted: Any) -> None:
        """Set properties of an artist; one that was asked for the same last is left alone."""
        asked = pickle.dumps(wanted)
        if self._asked.get(artist) != asked:
            self._asked[artist] = asked
            artist.set(**wanted)

    def limits(
        self, ax: Axes, *, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None
    ) -> None:
        """Set an axes' limits, unless a hand holds something; the axes is drawn anew only if they differ."""
        if x and not self.held and ax.get_xlim() != x:
            ax.set_xlim(x)
        if y and not self.held and ax.get_ylim() != y:
            ax.set_ylim(y)

    def photos(self) -> list[list[float]]:
        """Return where photographs lie: x0, y0, x1, y1 in parts of the picture, from its upper left."""
        boxes = [ax.get_position() for ax in self.figure.axes if ax.get_images() or ax.get_gid() == PHOTO]
        return [[box.x0, 1 - box.y1, box.x1, 1 - box.y0] for box in boxes]

    def encoded(self) -> bytes:
        """Draw what changed; return the picture as PNG, or JPEG if it has photographs."""
        pixels = np.asarray(self._agg.get_renderer().buffer_rgba())
        if not self._boxes:
            self._ground, self._png = np.zeros_like(pixels), Png(*pixels.shape[:2])
        moving = [*self.below, *self.live]
        apart = set(moving)
        frame = [artist for artist in self._all() if artist not in apart]
        axes: list[Any] = [axis for ax in self.figure.axes for axis in (ax.xaxis, ax.yaxis)]
        for axis in axes:
            axis.stale |= axis.label.stale
            if axis.stale:
                self._move(axis.axes)
        gone = [self._boxes.pop(artist) for artist in self._boxes.keys() - {*frame, *moving}]
        areas = self._draw(frame, gone)
        for place in map(_slices, areas):
            self._ground[place] = pixels[place]
        areas = self._draw(moving, areas)
        for place in map(_slices, areas):
            self._png.pixels[place] = pixels[place][:, :, :3]
        for axis in axes:
            axis.stale = axis.label.stale = False  # those that are not drawn too
        if not self._photos:
            return self._png.encoded((top, bottom) for _, top, _, bottom in areas)
        import cv2

        done, data = cv2.imencode(".jpg", cv2.cvtColor(self._png.pixels, cv2.COLOR_RGB2BGR), FINE)
        if not done:
            raise RuntimeError("OpenCV could not encode the picture as JPEG.")
        return bytes(data)

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

    def _draw(self, artists: list[Artist], areas: list[Area]) -> list[Area]:
        """Draw what lies in areas, and what is stale, over the ground; return all areas that changed."""
        found = {*areas}
        for artist in artists:
            if artist.stale or artist not in self._boxes:
                found.add(self._boxes.get(artist, NOWHERE))
                self._boxes[artist] = self._area(artist)
                found.add(self._boxes[artist])
        changed = np.array(sorted({NOWHERE, *found}))
        lower, upper = changed[:, :2], changed[:, 2:]
        within = ((lower[:, None] >= lower) & (upper[:, None] <= upper)).all(axis=2).sum(axis=1) > 1
        changed = changed[~within & (lower < upper).all(axis=1)]  # others hold the rest
        pixels = np.asarray(self._agg.get_renderer().buffer_rgba())
        for place in map(_slices, changed):
            pixels[place] = self._ground[place]
        boxes = np.reshape([self._boxes[artist] for artist in artists], (-1, 1, 4))
        meets = (boxes[..., :2] < changed[:, 2:]) & (changed[:, :2] < boxes[..., 2:])
        for artist, met in zip(artists, meets.all(axis=2).any(axis=1), strict=True):
            if met:
                self.figure.draw_artist(artist)
        for artist in artists:
            artist.stale = False  # an empty text says that it was not drawn
        return [(left, top, right, bottom) for left, top, right, bottom in changed.tolist()]

    def _area(self, artist: Artist) -> Area:
        """Return the pixels that an artist may take."""
        box: Any
        edge: float = EDGE
        if isinstance(artist, Rectangle):  # ten times as quick
            box = artist.get_bbox().transformed(artist.get_data_transform())
        else:
            box = artist.get_tightbbox(self._agg.get_renderer()) if artist.get_visible() else None
        if isinstance(artist, Axis):
            edge, grid = TICK, any(line.get_visible() for line in artist.get_gridlines())
            box = Bbox.union([each for each in (artist.axes.bbox if grid or not box else None, box) if each])
        if hasattr(artist, "get_linewidth"):
            edge += np.max(artist.get_linewidth(), initial=0) * self.figure.dpi / 72
        if box is None or not all(map(math.isfinite, box.extents)):
            return NOWHERE
        (x0, x1), (y0, y1) = sorted(box.intervalx.tolist()), sorted(box.intervaly.tolist())
        width, height = self._agg.get_width_height(physical=True)
        left, right = max(int(x0 - edge), 0), min(int(x1 + edge) + 2, width)
        top, bottom = max(int(height - y1 - edge), 0), min(int(height - y0 + edge) + 2, height)
        return left, top, right, bottom


def _slices(area: Area) -> tuple[slice, slice]:
    x0, y0, x1, y1 = area
    return slice(y0, y1), slice(x0, x1)

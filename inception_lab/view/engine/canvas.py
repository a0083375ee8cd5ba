"""What an explorer draws with: a figure that is kept alive, of which only what changed is drawn anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.view.figures.display import photographs
from inception_lab.view.figures.layers import Layers, slices
from inception_lab.view.figures.png import Png

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FINE = (1, 85)  # OpenCV's number of JPEG's quality, and how much


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
        self._asked: dict[Artist, Any] = {}
        self._layers = Layers(figure)
        self._png: Png | None = None

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
        self._layers.clear()
        self._png = None

    def put(self, artist: Artist, **wanted: Any) -> None:
        """Set properties of an artist; one that was asked for the same last is left alone."""
        asked = frozen(tuple(wanted.items()))
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
        boxes = [ax.get_position() for ax in photographs(self.figure)]
        return [[box.x0, 1 - box.y1, box.x1, 1 - box.y0] for box in boxes]

    def encoded(self) -> bytes:
        """Draw what changed; return the picture as PNG, or JPEG if it has photographs."""
        pixels, areas = self._layers.draw([*self.below, *self.live])
        self._png = self._png or Png(*pixels.shape[:2])
        for place in map(slices, areas):
            for color in range(3):  # one by one is four times as quick as all at once
                self._png.pixels[place][..., color] = pixels[place][..., color]
        if not any(ax.get_images() for ax in self.figure.axes):
            return self._png.encoded((top, bottom) for _, top, _, bottom in areas)
        import cv2

        done, data = cv2.imencode(".jpg", cv2.cvtColor(self._png.pixels, cv2.COLOR_RGB2BGR), FINE)
        if not done:
            raise RuntimeError("OpenCV could not encode the picture as JPEG.")
        return bytes(data)


def frozen(value: Any) -> Any:
    """Return what equals a value as it is now: sequences and arrays as tuples, which nobody can change."""
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    return (value.shape, value.dtype.str, value.tobytes()) if isinstance(value, np.ndarray) else value

"""How stored runs are drawn: thin lines for the seeds, a bold one for their mean; others dashed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.controls import State
from inception_lab.view.engine.handles import Handle

Curves = npt.NDArray[np.float64]


class RunLines:
    """The lines of one axes: runs, and other runs to compare with.

    Args:
        ax: Where they are drawn.
        canvas: Which draws them.
        compared: What the key below the axes says of the mean that is compared with.
        others: What else the key explains: artists of the frame, which have labels.
    """

    def __init__(self, ax: Axes, canvas: Canvas, compared: str, others: Sequence[Artist]) -> None:
        (self.compared_seeds,) = ax.plot([], [], color=figures.GREY, linewidth=0.7, alpha=0.6)
        (self.reference,) = ax.plot([], [], "--", color=figures.GREY, linewidth=1.8)
        (self.seeds,) = ax.plot([], [], color=figures.SKY, linewidth=0.9)
        (self.mean,) = ax.plot([], [], "o-", color=figures.BLUE, linewidth=2, markersize=5)
        self._canvas = canvas
        canvas.add(self.compared_seeds, self.reference, self.seeds, self.mean)
        narrow = canvas.figure.get_figwidth() < 8
        seeds: Any = (self.seeds, self.compared_seeds)  # one line of the key
        self.legend = canvas.figure.legend(
            [seeds, self.mean, self.reference, *others],
            ["thin: each seed", "mean", compared, *(str(other.get_label()) for other in others)],
            loc="lower center", ncols=2 if narrow else 3 + len(others), fontsize=8 if narrow else 9,
            frameon=False, columnspacing=1.0 if narrow else 1.8,
            handler_map={tuple: HandlerTuple(ndivide=None)},
        )  # fmt: skip

    def show(self, x: Sequence[float], runs: Curves, reference: Curves | None = None) -> None:
        """Move the lines.

        Args:
            x: Positions.
            runs: `(seeds, positions)`.
            reference: The same of the runs to compare with; or none.
        """
        for seeds, mean, each in (
            (self.seeds, self.mean, runs),
            (self.compared_seeds, self.reference, reference),
        ):
            found = np.empty((0, len(x))) if each is None else each
            apart = np.pad(found, ((0, 0), (0, 1)), constant_values=np.nan)  # a gap after each seed
            self._canvas.put(seeds, data=([*x, np.nan] * len(found), apart.ravel()))
            self._canvas.put(mean, data=(x, found.mean(axis=0)) if len(found) else ([], []))


def curve_handles(ax: Axes, line: Line2D, press: State, hint: str, pieces: int = 12) -> Iterator[Handle]:
    """Return a curve as handles, piece by piece, each of which a press takes."""
    points = np.asarray(line.get_xydata())
    places = np.linspace(0, len(points) - 1, pieces + 1).astype(int)
    for (x0, y0), (x1, y1) in zip(points[places[:-1]], points[places[1:]], strict=True):
        yield Handle(ax, (x0, y0, x1, y1), hint, press=press, cursor="pointer")

"""How stored runs are drawn: thin lines for the seeds, a bold one for their mean, dashes to compare with."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.controls import State
from inception_lab.view.engine.handles import Handle

Curves = npt.NDArray[np.float64]


class RunLines:
    """The lines of one axes.

    Args:
        ax: Where they are drawn.
        canvas: Which draws them.
        seeds: Most runs that are shown at once.
        labels: What the key below the axes says of a thin line, of the bold one and of the dashes.
        others: What else the key explains: artists of the frame, which have labels.
    """

    def __init__(
        self, ax: Axes, canvas: Canvas, seeds: int, labels: tuple[str, str, str], others: Sequence[Artist]
    ) -> None:
        (self.reference,) = ax.plot([], [], "--", color=figures.GREY, linewidth=1.6)
        self.seeds = [ax.plot([], [], color=figures.SKY, linewidth=0.9)[0] for _ in range(seeds)]
        (self.mean,) = ax.plot([], [], "o-", color=figures.BLUE, linewidth=2, markersize=5)
        canvas.add(self.reference, *self.seeds, self.mean)
        narrow = canvas.figure.get_figwidth() < 8
        self.legend = canvas.figure.legend(
            [self.seeds[0], self.mean, self.reference, *others],
            [*labels, *(str(other.get_label()) for other in others)],
            loc="lower center", ncols=2 if narrow else 3 + len(others), fontsize=8 if narrow else 9,
            frameon=False, columnspacing=1.0 if narrow else 1.8,
        )  # fmt: skip

    def show(self, x: Sequence[float], runs: Curves, reference: Curves | None = None) -> None:
        """Move the lines.

        Args:
            x: Positions.
            runs: `(seeds, positions)`.
            reference: The same of other runs, whose mean is drawn; or none.
        """
        self.mean.set_data(x, runs.mean(axis=0))
        for number, line in enumerate(self.seeds):
            line.set_data(*((x, runs[number]) if number < len(runs) else ([], [])))
        self.reference.set_data(*((x, reference.mean(axis=0)) if reference is not None else ([], [])))


def curve_handles(ax: Axes, line: Line2D, press: State, hint: str, pieces: int = 12) -> Iterator[Handle]:
    """Return a curve as handles, piece by piece, each of which a press takes."""
    points = np.asarray(line.get_xydata())
    places = np.linspace(0, len(points) - 1, pieces + 1).astype(int)
    for (x0, y0), (x1, y1) in zip(points[places[:-1]], points[places[1:]], strict=True):
        yield Handle(ax, (x0, y0, x1, y1), hint, press=press, cursor="pointer")

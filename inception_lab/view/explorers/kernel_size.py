"""`explore.kernel_size()`: a window on a photograph, and what a blob filter of its size answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from inception_lab.view import figures, pictures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State, Toggle
from inception_lab.view.engine.handles import REACH

SIDES = pictures.SIDES
TICKS = (3, 5, 9, 17, 33, 65, 127)
LIMITS = {"blob": (-0.25, 0.8), "mean": (0.0, 1.1)}  # of the answer


@dataclass(frozen=True)
class WindowAnswers:
    """A window, the answers of windows of all sizes at the same place, and the best among them."""

    state: State
    column: int
    row: int
    picture: Any
    window: Any
    answers: tuple[float, ...]
    best: int

    @property
    def answer(self) -> float:
        """The answer of the present window."""
        return self.answers[SIDES.index(self.state["side"])]


@lru_cache(maxsize=256)
def answers_at(name: str, column: int, row: int, shrink: int, kind: pictures.Filter) -> tuple[float, ...]:
    """Return what windows of all sizes answer at one place."""
    return pictures.Place(name, column, row).answers(shrink, kind)


class KernelSize(Explorer):
    """How large a window fits what is in the picture?"""

    title = "How large a window?"
    hint = (
        "The filter likes a bright blob on a dark ground. Size the window, move it, shrink the photo; "
        "the curve shows what every window size would answer at this place."
    )
    leading: ClassVar = ("side", "photo")
    presets: ClassVar = {
        **{
            f"galaxy {name}": {"column": place.column, "row": place.row}
            for name, place in pictures.GALAXIES.items()
        },
        "galaxy D, photo ÷ 4": {"column": 257, "row": 54, "shrink": 4, "side": 17},
        "coins": {"photo": "coins", "column": 153, "row": 126, "side": 63},
        "coffee": {"photo": "coffee", "column": 180, "row": 145, "side": 63},
        "rocket": {"photo": "rocket", "column": 183, "row": 270, "side": 33},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "side": Integer("Window side k", 17, 3, pictures.LARGEST_WINDOW, 2),
            "column": Integer("Column", 272, 0, 379),
            "row": Integer("Row", 364, 0, 419),
            "photo": Choice("Photo", "galaxies", tuple((name, name) for name in pictures.PHOTOS)),
            "shrink": Choice("Shrink photo", 1, (("full size", 1), ("÷ 2", 2), ("÷ 4", 4))),
            "kind": Choice(
                "Filter",
                "blob",
                (("blob, dark surround", "blob"), ("all ones, mean", "mean"), ("all ones, sum", "sum")),
            ),
            "snap": Toggle("Move to the bright centre nearby", False),
        }

    def compute(self, state: State) -> WindowAnswers:
        if state["side"] % 2 == 0:
            raise ValueError("the window's side must be odd, so that it has a centre")
        name, shrink = state["photo"], state["shrink"]
        height, width = pictures.gray(name).shape
        column, row = min(state["column"], width - 1), min(state["row"], height - 1)
        if state["snap"]:
            column, row = pictures.brightest_near(name, column, row)
        answers = answers_at(name, column, row, shrink, state["kind"])
        picture = pictures.gray(name, shrink)
        window = pictures.window(name, column, row, state["side"], shrink)
        return WindowAnswers(state, column, row, picture, window, answers, SIDES[int(np.argmax(answers))])

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.9, 5.2)
        right = 0.62 * self.width
        self._photo_axes = self.add_axes(
            figure, (0.045, 0.1, 0.36, 0.82), (0.35, 2.75, self.width - right, 2.2)
        )
        self._window_axes = self.add_axes(figure, (0.435, 0.55, 0.16, 0.37), (right + 0.2, 4.0, 0.1, 0.95))
        self._filter_axes = self.add_axes(figure, (0.435, 0.06, 0.16, 0.37), (right + 0.2, 2.75, 0.1, 0.95))
        self._curve_axes = self.add_axes(figure, (0.675, 0.15, 0.315, 0.75), (0.45, 0.5, 0.1, 1.7))
        self.asked = self._curve_axes.xaxis
        self._image = self._photo_axes.imshow(np.zeros((2, 2)), cmap="gray", vmin=0, vmax=1)
        self._photo_axes.tick_params(labelsize=8)
        self._window_axes.set_title(self.either("inside the window", "inside it"), fontsize=10)
        self._filter_axes.set_title(self.either("weights (orange > 0)", "weights"), fontsize=10)
        for ax in (self._window_axes, self._filter_axes):
            ax.set(xticks=[], yticks=[])
            ax.spines[["left", "bottom"]].set_visible(False)
        ax = self._curve_axes
        ax.set(
            xscale="log",
            xlim=(2.7, 145),
            xlabel="window side k (pixels, log scale)",
            title="answer of the filter",
        )
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(TICKS, [str(tick) for tick in TICKS])
        ax.grid(color=figures.PALE)
        self._shown: Any = None
        return figure

    def prepare(self, canvas: Canvas) -> None:
        self._outlines = [
            self._photo_axes.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor=color, linewidth=width))
            for color, width in (("black", 3.4), (figures.YELLOW, 1.6))
        ]
        self._was = Rectangle((0, 0), 0, 0, fill=False, edgecolor="white", linestyle=":", linewidth=1.4)
        self._photo_axes.add_patch(self._was)
        (self._corner,) = self._photo_axes.plot(
            [], [], "s", color=figures.YELLOW, markeredgecolor="black", markersize=5
        )
        place: Any = {"extent": (0, 1, 0, 1)}
        self._content = self._window_axes.imshow(np.zeros((2, 2)), cmap="gray", vmin=0, vmax=1, **place)
        (self._curve,) = self._curve_axes.plot([], [], color=figures.BLUE)
        (self._here,) = self._curve_axes.plot([], [], "o", color=figures.VERMILLION, markersize=9)
        (self._best,) = self._curve_axes.plot([], [], "*", color=figures.BLACK, markersize=8)
        self._weights = self._filter_axes.imshow(np.zeros((2, 2)), cmap="PuOr_r", vmin=-1, vmax=1, **place)
        self._label = self._curve_axes.text(
            0.02, 0.98, "", transform=self._curve_axes.transAxes, va="top", fontsize=9
        )
        canvas.add(self._was, *self._outlines, self._corner, self._content, self._weights)
        canvas.add(self._curve, self._here, self._best, self._label)

    def draw(self, canvas: Canvas, result: WindowAnswers) -> None:
        state = result.state
        height, width = result.picture.shape
        if self._shown != (state["photo"], state["shrink"]):
            self._shown = (state["photo"], state["shrink"])
            self._image.set(data=result.picture, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
            self._photo_axes.set_title(f"{state['photo']}, {width}×{height} pixels", fontsize=10)
        side, shrink = state["side"], state["shrink"]
        for outline in self._outlines:
            canvas.put(
                outline,
                xy=(result.column // shrink - side / 2, result.row // shrink - side / 2),
                width=side,
                height=side,
            )
        was = self.ghost  # where the hand started, if that was on this photo
        old = was.state["side"] if was and was.picture is result.picture else 0
        corner = (was.column // shrink - old / 2, was.row // shrink - old / 2) if old else (0, 0)
        canvas.put(self._was, xy=corner, width=old, height=old)
        x, y = self._middle = result.column // shrink, result.row // shrink
        self._corner.set_data([x + side / 2], [y + side / 2])
        canvas.put(self._content, data=result.window)
        weights = pictures.window_filter(state["kind"], side)
        canvas.put(self._weights, data=weights / abs(weights).max())
        canvas.put(self._curve, data=(SIDES, result.answers))
        self._here.set_data([side], [result.answer])
        canvas.put(self._best, data=([result.best], [max(result.answers)]))
        canvas.limits(
            self._curve_axes, y=LIMITS.get(state["kind"]) or (0, figures.ceiling(max(result.answers)))
        )
        self._label.set_text(f"dot: k = {side}, {result.answer:.3g}; star: best, k = {result.best}")

    def handles(self) -> Iterator[Handle]:
        state = self.result.state
        (x, y), half, shrink = self._middle, state["side"] / 2, state["shrink"]
        yield Handle(
            self._photo_axes, (x - half, y - half, x + half, y + half), "Drag the window over the photo",
            lambda column, row: {"column": column * shrink, "row": row * shrink},
            cursor="move", anchor=(x, y),
        )  # fmt: skip
        axes = self._photo_axes
        pixel = axes.viewLim.width / axes.bbox.width * self.figure.dpi / 100  # of the page, in the photo's
        grip = max(half, (REACH + 1) * pixel)  # so that the middle of a small window is not the corner's
        corner = (x + half, y + half)
        yield Handle(
            axes, (x + grip, y + grip) * 2, "Pull the corner: how large a window",
            lambda column, row: {"side": 2 * max(abs(column - x), abs(row - y))},
            cursor="nwse-resize", anchor=corner,
        )  # fmt: skip
        yield Handle(
            self._curve_axes, (state["side"], self.result.answer) * 2, "Drag the dot along the curve",
            lambda side, _: {"side": side},
        )  # fmt: skip

    def describe(self, result: WindowAnswers) -> str:
        state = result.state
        shrunk = "" if state["shrink"] == 1 else f" shrunk {state['shrink']}×"
        here = f"At column {result.column}, row {result.row} of the {state['photo']} photo{shrunk}"
        return (
            f"{here}, a {state['side']}×{state['side']} window answers {result.answer:.2f}. "
            f"The best window there is {result.best}×{result.best}, with {max(result.answers):.2f}."
        )

"""`explore.electrode()`: an electrode in one unit of a trained network, and a disc that grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import NullLocator

from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.curves import curve_handles
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State
from inception_lab.view.explorers.modules import branch_name

if TYPE_CHECKING:
    from inception_lab.model.inside.tuning import Mean, SizeTuning

UNITS = 32  # of each branch, the strongest
TICKS = (5, 10, 20, 50, 100, 200)
GROUND = "#7B7568"  # the mean colour of ImageNet's photographs: (123, 117, 104)
BEST = "best"


@dataclass(frozen=True)
class Answers:
    """A unit, and what it answers."""

    state: State
    channel: int  # which channel of the branch the unit is
    colour: str  # of the disc
    rgb: tuple[int, int, int]  # the same in bytes
    curves: Any  # `(colours, diameters)`, in parts of the unit's strongest answer
    chosen: int  # row of the disc's colour in them
    answer: float  # to the disc, in the same parts
    preferred: int | None  # the diameter that it answers most to in this colour, in pixels; `None` if to none
    means: Mapping[str, Mean]  # branch → its mean


class Electrode(Explorer):
    """Which size does a unit like?

    Args:
        tuning: What `size_tuning` measured; by default the stored answers of BVLC's GoogLeNet.
    """

    title = "An electrode in one unit"
    hint = (
        "A disc in the middle of the picture, a unit in the middle of a branch's maps. Grow the disc; the "
        "curve shows what the unit would answer to every diameter."
    )
    leading: ClassVar = ("diameter", "module", "branch")
    presets: ClassVar = {
        "4b, 1×1": {"branch": "1x1"},
        "4b, 5×5": {},
        "3a, 5×5": {"module": "3a", "diameter": 17},
        "5b, 5×5": {"module": "5b", "diameter": 24},
    }

    def __init__(
        self, preset: str | None = None, /, *, tuning: SizeTuning | None = None, **state: Any
    ) -> None:
        from inception_lab.model.inside.tuning import COLOURS, stored_tuning

        if tuning is not None:
            self.presets = {}  # type: ignore[misc]  # the class's are of GoogLeNet
        self.tuning = tuning = tuning or stored_tuning()
        self._rgb = COLOURS
        self._modules = {name.removeprefix("inception_"): name for name in tuning.answers}
        self._branches = list(next(iter(tuning.answers.values())))
        self._orders: dict[tuple[str, str], Any] = {}
        super().__init__(preset, **state)

    def declare(self) -> dict[str, Control]:
        modules, branches, tuning = list(self._modules), self._branches, self.tuning
        least = min(a.shape[2] for found in tuning.answers.values() for a in found.values())
        module = "4b" if "4b" in modules else modules[len(modules) // 2]
        branch = "5x5" if "5x5" in branches else branches[-1]
        low, high = tuning.diameters[0], tuning.diameters[-1]
        colours = ((f"the unit's {BEST}", BEST), *((colour, colour) for colour in tuning.colours))
        return {
            "module": Choice("Module", module, tuple((name, name) for name in modules)),
            "branch": Choice("Branch", branch, tuple((branch_name(name), name) for name in branches)),
            "unit": Integer("Unit, 1 strongest", 1, 1, min(UNITS, least)),
            "colour": Choice("Disc's colour", BEST, colours),
            "diameter": Integer("Diameter", min(48, high), low, high),
        }

    def compute(self, state: State) -> Answers:
        tuning = self.tuning
        module, branch = self._modules[state["module"]], state["branch"]
        answers = tuning.branch(module, branch)
        if (module, branch) not in self._orders:
            self._orders[module, branch] = np.argsort(-answers.max(axis=(0, 1)), kind="stable")
        channel = int(self._orders[module, branch][state["unit"] - 1])
        curves = answers[:, :, channel].astype(np.float64)
        curves = curves / max(float(curves.max()), 1e-12)
        strongest = curves.max(axis=1)
        own = int(np.argmax(strongest))
        chosen = own if state["colour"] == BEST else tuning.colours.index(state["colour"])
        diameters = np.log(tuning.diameters)
        answer = float(np.interp(np.log(state["diameter"]), diameters, curves[chosen]))
        preferred = int(tuning.diameters[int(np.argmax(curves[chosen]))]) if strongest[chosen] > 0 else None
        means = {name: tuning.mean(module, name) for name in self._branches}
        colour = tuning.colours[chosen]
        return Answers(state, channel, colour, self._rgb[colour], curves, chosen, answer, preferred, means)

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.7, 5.2)
        half = 0.5 * self.width
        side = self.tuning.side
        ax = self._stimulus = self.add_axes(figure, (0.01, 0.17, 0.265, 0.68), (0.05, 3.3, half, 1.6))
        ax.set(xlim=(0, side), ylim=(side, 0), xticks=[], yticks=[], aspect="equal")
        ax.set_facecolor(GROUND)
        ax.set_gid(figures.PHOTO)
        ax.set_title(self.either(f"the picture, {side} pixels wide", f"picture, {side} px"), fontsize=10)
        low, high = self.tuning.diameters[0], self.tuning.diameters[-1]
        self._curve_axes = self.add_axes(figure, (0.355, 0.17, 0.335, 0.68), (0.8, 0.5, 0.1, 2.0))
        self._means_axes = self.add_axes(figure, (0.785, 0.17, 0.205, 0.68), (half + 0.75, 3.45, 0.08, 1.45))
        for ax in (self._curve_axes, self._means_axes):
            ax.set(xscale="log", xlim=(low / 1.1, high * 1.1), xlabel="diameter (pixels, log scale)")
            ax.xaxis.set_minor_locator(NullLocator())
            ticks = [tick for tick in TICKS if low <= tick <= high]
            if self.narrow and ax is self._means_axes:
                ax.set_xlabel("pixels, log scale", fontsize=8)
                ticks = ticks[::2]
            ax.set_xticks(ticks, [str(tick) for tick in ticks])
            ax.grid(color=figures.PALE)
        self._curve_axes.set(ylim=(-0.32, 1.12), ylabel="share of the strongest answer")
        self._curve_axes.set_title(
            "answer less that to grey; thin: other colours", fontsize=self.either(9.5, 8)
        )
        count = len(self._branches)
        self._means_axes.set(ylim=(count - 0.5, -0.5))
        self._means_axes.set_yticks(
            range(count), [branch_name(name) for name in self._branches], fontsize=self.either(10, 8.5)
        )
        words = self.either("preferred, all units' mean", "preferred, on average")
        title = self._means_axes.set_title(words, fontsize=self.either(10, 9))
        if self.narrow:
            title.set(x=1.0, ha="right")
        return figure

    def prepare(self, canvas: Canvas) -> None:
        middle = self.tuning.side / 2
        self._disc = self._stimulus.add_patch(Circle((middle, middle), 1, linewidth=0))
        self._was = Circle((middle, middle), 0, fill=False, edgecolor="black", linestyle=":", linewidth=1.2)
        self._stimulus.add_patch(self._was)
        ax = self._curve_axes
        self._thin = [ax.plot([], [], color=figures.GREY, linewidth=0.7)[0] for _ in self.tuning.colours]
        (self._curve,) = ax.plot([], [], "o-", color=figures.BLUE, markersize=3)
        (self._here,) = ax.plot([], [], "o", color=figures.VERMILLION, markersize=9)
        (self._best,) = ax.plot([], [], "*", color=figures.BLACK, markersize=12)
        self._label = ax.text(0.02, 0.02, "", transform=ax.transAxes, fontsize=self.either(9, 8))
        self._bars, self._points = [], []
        for row, branch in enumerate(self._branches):
            style = figures.branch_style(branch)
            self._bars += self._means_axes.plot([], [], color=style.color, linewidth=2)
            self._points += self._means_axes.plot(
                [], [], style.marker, color=style.color, markeredgecolor="black", markersize=8
            )
            self._points[row].set_ydata([row])
        canvas.add(self._disc, self._was, *self._thin, self._curve, self._here, self._best, self._label)
        canvas.add(*self._bars, *self._points)

    def draw(self, canvas: Canvas, result: Answers) -> None:
        diameters = self.tuning.diameters
        color = [value / 255 for value in result.rgb]
        canvas.put(self._disc, radius=result.state["diameter"] / 2, facecolor=color)
        canvas.put(self._was, radius=self.ghost.state["diameter"] / 2 if self.ghost else 0)
        for line, curve in zip(self._thin, result.curves, strict=True):
            canvas.put(line, data=(diameters, curve))
        canvas.put(self._curve, data=(diameters, result.curves[result.chosen]))
        self._here.set_data([result.state["diameter"]], [result.answer])
        best = ([result.preferred], [result.curves[result.chosen].max()]) if result.preferred else ([], [])
        canvas.put(self._best, data=best)
        self._label.set_text(
            f"channel {result.channel}, {result.colour}: dot {result.answer:.2f}"
            + (f", star {result.preferred} px" if result.preferred else "")
        )
        for row, (branch, mean) in enumerate(result.means.items()):
            canvas.put(self._bars[row], data=([mean.low, mean.high], [row, row]))
            wide = 11 if branch == result.state["branch"] else 7
            canvas.put(self._points[row], data=([mean.diameter], [row]), markersize=wide)

    def handles(self) -> Iterator[Handle]:
        result, diameter = self.result, self.result.state["diameter"]
        for line, colour in zip(self._thin, self.tuning.colours, strict=True):
            hint = f"Press: a {colour} disc"
            yield from curve_handles(
                self._curve_axes, line, {"colour": colour}, hint, len(self.tuning.diameters) - 1
            )
        for row, branch in enumerate(self._branches):
            point = (float(result.means[branch].diameter), row)
            hint, press = f"Press: branch {branch_name(branch)}", {"branch": branch}
            yield Handle(self._means_axes, point * 2, hint, press=press, cursor="pointer")
        dot = (diameter, result.answer)
        yield Handle(self._curve_axes, dot * 2, "Drag the dot along the curve", lambda x, _: {"diameter": x})
        middle, radius = self.tuning.side / 2, diameter / 2
        yield Handle(
            self._stimulus, (middle - radius, middle - radius, middle + radius, middle + radius),
            "Pull the disc's edge", lambda x, _: {"diameter": 2 * (x - middle)},
            anchor=(middle + radius, middle),
        )  # fmt: skip

    def describe(self, result: Answers) -> str:
        state = result.state
        likes = (
            f"it answers most at {result.preferred} pixels"
            if result.preferred
            else "it answers to no disc of this colour"
        )
        means = ", ".join(
            f"{branch_name(name)} {mean.diameter:.0f}"
            for name, mean in result.means.items()
            if mean.answering
        )
        return (
            f"Module {state['module']}, branch {branch_name(state['branch'])}, channel {result.channel}: a "
            f"{result.colour} disc of {state['diameter']} pixels gets {result.answer:.2f} of the unit's "
            f"strongest answer; {likes}. Mean preferred diameters of the branches: {means} pixels."
        )

"""`explore.auxiliary()`: initialisation × place of the heads, and what reaches which layer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import googlenet
from inception_lab.experiments.gradients import GRADIENTS, HEADS, LAYERS, STARTS
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.curves import RunLines
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, State

MEASURES: Mapping[str, tuple[str, str, tuple[float, float]]] = {  # as in `heads`
    "signal": ("signal", "signal, σ(a)", (2e-3, 20)),
    "activation_gradient": ("activation gradient", "activation gradient, |∂L/∂a|", (2e-3, 20)),
    "relative_weight_gradient": ("relative gradient", "relative gradient, |∂L/∂W| / |W|", (4e-4, 10)),
}
MODULES = tuple(LAYERS)
TICKS = [module.removeprefix("inception_").replace("loss3", "linear") for module in MODULES]
PLACES = {
    "none": "no heads",
    "4a 4d": "4a and 4d (the paper)",
    "3b 4b": "3b and 4b",
    "4d 4d": "both after 4d",
}


@cache
def measurements() -> dict[str, dict[tuple[str, ...], Any]]:
    """Return the stored measurements: measure → (start, heads) → array `(seeds, modules)`."""
    return {measure: GRADIENTS.curves("start", "heads", of=measure) for measure in MEASURES}


@dataclass(frozen=True)
class Reaching:
    """What was measured, with and without heads, and what the heads cost."""

    state: State
    curve: Any  # `(seeds, modules)`, for the chosen heads
    without: Any  # the same without heads
    total: Cost  # cost of the network with its heads
    bare: Cost  # cost of the network without

    @property
    def heads(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Name of a head → the module it is after, and the shape that its pooling hands on."""
        if self.state["heads"] == "none":
            return {}
        modules = str(self.state["heads"]).split()
        return {
            f"loss{number}": (module, self.total[f"loss{number}/ave_pool"].output_shape)
            for number, module in enumerate(modules, 1)
        }


# Places on the axis where heads were measured, and the module; how high the boxes are there, of the axes.
SOCKETS = {
    MODULES.index(f"inception_{module}"): module for module in sorted({*" ".join(PLACES).split()} - {"none"})
}
SOCKET = 0.065


@cache
def _counted(heads: tuple[str, ...], normalization: Any) -> Cost:
    """Count a network with such heads; there are few."""
    return cost(googlenet(auxiliary=heads, normalization=normalization))


def _pressed(module: str, heads: str) -> str:
    """Return the heads after a press on a module: none if it has one, else the first measured there."""
    return "none" if module in heads.split() else next(each for each in PLACES if module in each.split())


class Auxiliary(Explorer):
    """What a network's start and its auxiliary heads do to signal and gradients."""

    title = "What reaches which layer?"
    hint = (
        "GoogLeNet before its first step, eight photographs, three seeds: measured once, stored, shown here. "
        "Dashed: the same without heads. Diamonds: where heads are attached."
    )
    presets: ClassVar = {
        "the fading signal": {},
        "the gradient, fading back": {"measure": "activation_gradient"},
        "their product, flat": {"measure": "relative_weight_gradient"},
        "the paper's heads": {"measure": "relative_weight_gradient", "heads": "4a 4d"},
        "batch norm": {"measure": "relative_weight_gradient", "start": "He, batch norm", "heads": "4a 4d"},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "measure": Choice(
                "Measure", "signal", tuple((name, key) for key, (name, *_) in MEASURES.items())
            ),
            "start": Choice("Start", "Xavier, bias 0", tuple((start, start) for start in STARTS)),
            "heads": Choice("Heads", "none", tuple((PLACES[heads], heads) for heads in HEADS)),
        }

    def compute(self, state: State) -> Reaching:
        stored = measurements()[state["measure"]]
        heads = () if state["heads"] == "none" else tuple(str(state["heads"]).split())
        normalization, _, _ = STARTS[state["start"]]
        total, bare = (_counted(attached, normalization) for attached in (heads, ()))
        curve, without = (stored[state["start"], attached] for attached in (state["heads"], "none"))
        return Reaching(state, curve, without, total, bare)

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.9, 5.5)
        ax = self._axes = self.add_axes(figure, (0.085, 0.235, 0.6, 0.655), (0.6, 2.95, 0.1, 2.25))
        ax.set(
            yscale="log",
            xlim=(-0.4, len(MODULES) - 0.6),
            xlabel=self.either("from the photo (left) to the classifier (right)", "from photo to classifier"),
        )
        ax.set_xticks(range(len(MODULES)), TICKS, fontsize=8.5, rotation=self.either(0, 60))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.grid(color=figures.PALE)
        self.asked = ax.xaxis
        self._shown = ""
        return figure

    def prepare(self, canvas: Canvas) -> None:
        ax = self._axes
        (self._marks,) = ax.plot(
            [], [], "D", color=figures.PURPLE, markersize=10, markeredgecolor="black", label="heads", zorder=3
        )
        self._lines = RunLines(ax, canvas, "without heads, mean", (self._marks,))
        self._sockets = [
            ax.bar(place, SOCKET, 0.6, transform=ax.get_xaxis_transform(), edgecolor=figures.PURPLE)[0]
            for place in SOCKETS
        ]
        canvas.add(*self._sockets)
        place = self.either((0.71, 0.88), (0.04, 0.395))
        self._text = self.figure.text(*place, "", va="top", fontsize=9, linespacing=self.either(1.5, 1.25))
        canvas.add(self._marks, self._text)

    def draw(self, canvas: Canvas, result: Reaching) -> None:
        measure = result.state["measure"]
        _, label, limits = MEASURES[measure]
        if self._shown != measure:
            self._shown = measure
            self._axes.set_title(label, fontsize=self.either(11, 8))
        canvas.limits(self._axes, y=limits)
        places = range(len(MODULES))
        mean = result.curve.mean(axis=0)
        self._lines.show(places, result.curve, result.without if result.heads else None)
        marks = sorted({MODULES.index(f"inception_{module}") for module, _ in result.heads.values()})
        canvas.put(self._marks, data=(marks, [mean[place] for place in marks]))
        for socket, module in zip(self._sockets, SOCKETS.values(), strict=True):
            hung = module in result.state["heads"].split()
            canvas.put(socket, facecolor=figures.PURPLE if hung else "white")
        self._text.set_text("\n".join(self._said(result)))

    def _said(self, result: Reaching) -> list[str]:
        if not result.heads:
            return [
                "no auxiliary heads",
                "(press a square: they are attached)",
                "",
                f"{result.bare.parameters:,} parameters",
                f"{result.bare.macs:,} MACs",
            ]
        lines = []
        for name, (module, shape) in result.heads.items():
            lines += [
                f"{name} after {module}:",
                f"  pooled to {figures.readable(shape)}",
                "  → 128 → 1,024 → classes",
            ]
        more = result.total.parameters - result.bare.parameters
        work = result.total.macs - result.bare.macs
        return [
            *lines,
            "",
            f"+{more:,} parameters",
            f"  (+{100 * more / result.bare.parameters:.0f} %)",
            f"+{work:,} MACs (+{100 * work / result.bare.macs:.1f} %),",
            "  none at inference",
        ]

    def handles(self) -> Iterator[Handle]:
        low, high = self._axes.get_ylim()
        for place, module in SOCKETS.items():
            yield Handle(
                self._axes, (place - 0.3, low, place + 0.3, low * (high / low) ** SOCKET),
                f"Press: heads after {module}, or none",
                press={"heads": _pressed(module, self.state["heads"])}, cursor="pointer",
            )  # fmt: skip

    def describe(self, result: Reaching) -> str:
        mean, without = result.curve.mean(axis=0), result.without.mean(axis=0)
        state = result.state
        low, high = int(np.argmin(mean)), int(np.argmax(mean))
        said = (
            f"{state['start']}, {PLACES[state['heads']]}: the {MEASURES[state['measure']][0]} is smallest in "
            f"{TICKS[low]} ({mean[low]:.2g}) and largest in {TICKS[high]} ({mean[high]:.2g}), "
            f"a factor of {mean[high] / mean[low]:.0f}."
        )
        if state["heads"] == "none":
            return said
        ratios = mean / without
        place = MODULES.index("inception_3a")
        return (
            f"{said} Against no heads: × {ratios[0]:.1f} at conv1, × {ratios[place]:.1f} at 3a, "
            f"× {ratios[MODULES.index('inception_4e')]:.1f} at 4e, × {ratios[-2]:.1f} at 5b."
        )

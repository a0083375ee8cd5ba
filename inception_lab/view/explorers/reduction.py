"""`explore.reduction()`: one convolution, with and without a 1×1 convolution before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from matplotlib.figure import Figure

from inception_lab.architecture.cost import Cost, break_even, cost
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.network import Sequence
from inception_lab.view import figures
from inception_lab.view.engine.bars import Bars
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State
from inception_lab.view.figures import NAIVE, REDUCED, ceiling, quantity

KERAS = """import keras
from keras import layers

inputs = keras.Input(({height}, {width}, {channels}))
direct = layers.Conv2D({filters}, {kernel_size}, padding="same", activation="relu")(inputs)
reduced = layers.Conv2D({reduce}, 1, activation="relu")(inputs)
reduced = layers.Conv2D({filters}, {kernel_size}, padding="same", activation="relu")(reduced)
model = keras.Model(inputs, {{"direct": direct, "reduced": reduced}})
model.summary()"""


@dataclass(frozen=True)
class BothWays:
    """The costs of both ways."""

    state: State
    direct: Cost
    reduced: Cost
    even: Fraction

    @property
    def first(self) -> int:
        """MACs of the 1×1 convolution."""
        return self.reduced.layers[0].macs

    @property
    def second(self) -> int:
        """MACs of the convolution after it."""
        return self.reduced.layers[1].macs

    @property
    def per_filter(self) -> int:
        """MACs that each further reduction filter adds."""
        return self.reduced.macs // int(self.state["reduce"])


class Reduction(Explorer):
    """When does a 1×1 convolution before a larger one pay, and how much?"""

    title = "The 1×1 reduction"
    hint = "Squeeze the channels with 1×1 filters first, then convolve. Drag past the break-even point."
    leading: ClassVar = ("reduce", "kernel_size", "filters")
    presets: ClassVar = {
        "3a's 5×5 branch": {},
        "3a's 3×3 branch": {"kernel_size": 3, "filters": 128, "reduce": 96},
        "5b's 5×5 branch": {"height": 7, "width": 7, "channels": 832, "filters": 128, "reduce": 48},
        "last filter that saves": {"reduce": 154},
        "first filter that does not": {"reduce": 155},
        "a 1×1 before a 1×1": {"kernel_size": 1, "reduce": 27},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "reduce": Integer("1×1 filters", 16, 1, 512, log=True),
            "kernel_size": Choice("Kernel", 5, tuple((f"{k}×{k}", k) for k in (1, 3, 5, 7, 9, 11))),
            "filters": Integer("k×k filters", 32, 1, 512, log=True),
            "channels": Integer("Input channels", 192, 1, 1024),
            "height": Integer("Input height", 28, 1, 112),
            "width": Integer("Input width", 28, 1, 112),
        }

    def compute(self, state: State) -> BothWays:
        shape = (state["height"], state["width"], state["channels"])
        kernel = Conv2D(state["filters"], state["kernel_size"], name="convolution")
        even = break_even(state["kernel_size"], state["channels"], state["filters"])
        reduced = Sequence(Conv2D(state["reduce"], 1, name="reduce"), kernel)
        return BothWays(state, cost(kernel, shape), cost(reduced, shape), even)

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.7, 5.0)
        self._line_axes = self.add_axes(figure, (0.09, 0.16, 0.45, 0.72), (0.78, 2.45, 0.2, 2.25))
        self._bar_axes = self.add_axes(figure, (0.655, 0.16, 0.305, 0.72), (0.78, 0.5, 0.2, 1.2))
        ax = self._line_axes
        ax.set(
            xlabel="number of 1×1 reduction filters",
            ylabel=self.either("MACs per image", ""),
            title=self.either("Cost against reduction", "Cost in MACs per image"),
        )
        ax.yaxis.set_major_formatter(figures.tick)
        ax.grid(color=figures.PALE)
        self.asked = ax.xaxis
        bars = self._bar_axes
        bars.set(xlim=(0, 1), ylim=(1.6, -0.6), xlabel="MACs per image", title="This setting")
        bars.set_yticks([0, 1], ["direct", "reduced\nfirst"])
        bars.set_xticks([0, 1], ["0", ""], fontsize=8)
        return figure

    def prepare(self, canvas: Canvas) -> None:
        ax = self._line_axes
        (self._direct,) = ax.plot([], [], color=NAIVE.color, linestyle="--", linewidth=2)
        (self._reduced,) = ax.plot([], [], color=REDUCED.color, linewidth=2)
        (self._even,) = ax.plot([], [], color=figures.BLACK, linestyle=":", linewidth=1.2)
        (self._here,) = ax.plot([], [], "o", color=REDUCED.color, markersize=10)
        (self._was,) = ax.plot([], [], "o", color="none", markeredgecolor=figures.GREY, markersize=10)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        self._texts = [ax.text(0, 0, "", fontsize=9, bbox=box) for _ in range(3)]
        self._bars = Bars(canvas, self._bar_axes, 2, {"macs": (REDUCED, 0.0)})
        (self._first,) = self._bar_axes.barh(
            [1], [0], height=0.62, color=figures.SKY, edgecolor=figures.BLACK, linewidth=0.8
        )
        self._note = self._bar_axes.text(0.012, 1.36, "", fontsize=8, va="top")
        canvas.add_below(self._first, other=self._bars.numbers["macs"][1])
        canvas.add(self._note)
        canvas.add(self._direct, self._even, self._reduced, self._was, *self._texts, self._here)

    def draw(self, canvas: Canvas, result: BothWays) -> None:
        state, direct = result.state, result.direct.macs
        right = ceiling(1.15 * max(float(result.even), state["reduce"]))
        top = ceiling(1.2 * max(direct, result.reduced.macs))
        canvas.limits(self._line_axes, x=(0, right), y=(0, top))
        right, top = self._line_axes.get_xlim()[1], self._line_axes.get_ylim()[1]  # a hand holds them
        end = min(right, top / result.per_filter)
        canvas.put(self._direct, data=([0, right], [direct, direct]))
        canvas.put(self._reduced, data=([0, end], [0, end * result.per_filter]))
        even = float(result.even)
        canvas.put(self._even, data=([even, even], [0, direct]))
        self._here.set_data([state["reduce"]], [result.reduced.macs])
        was = self.ghost
        canvas.put(self._was, data=([was.state["reduce"]], [was.reduced.macs]) if was else ([], []))
        direct_text, even_text, here_text = self._texts
        canvas.put(
            direct_text, text=f"direct: {quantity(direct)}", x=right / 60, y=direct + top / 60, va="bottom"
        )
        left = even > right / 2
        canvas.put(
            even_text,
            text=f"{self.either('break-even', 'even at')} {even:.1f}",
            x=even + (-right if left else right) / 60,
            y=top / 40 if direct > top / 8 else direct + top / 10,
            ha="right" if left else "left", va="bottom",
        )  # fmt: skip
        close = state["reduce"] > 0.55 * right
        canvas.put(
            here_text, text=quantity(result.reduced.macs),
            x=state["reduce"] + (-right if close else right) / 32,
            y=result.reduced.macs, ha="right" if close else "left", va="center",
        )  # fmt: skip
        self._bars.show(
            {"macs": [direct, result.reduced.macs]}, [NAIVE, REDUCED],
            ghost=was and {"macs": [was.direct.macs, was.reduced.macs]},
        )  # fmt: skip
        self._first.set_width(result.first / result.reduced.macs * self._bars.bars["macs"][1].get_width())
        side = state["kernel_size"]
        first, second = quantity(result.first), quantity(result.second)
        self._note.set_text(f"left: 1×1, {first}; right: {side}×{side}, {second}")

    def handles(self) -> Iterator[Handle]:
        hint = "Pull: filters of the 1×1"
        yield self._bars.handle(
            "macs", 0, self.pulled("filters", lambda both: both.direct.macs), "Pull: filters"
        )
        yield self._bars.handle("macs", 1, self.pulled("reduce", lambda both: both.reduced.macs), hint)
        dot = (self.result.state["reduce"], self.result.reduced.macs)
        yield Handle(self._line_axes, dot * 2, "Drag the dot along the line", lambda x, _: {"reduce": x})

    def describe(self, result: BothWays) -> str:
        direct, reduced = result.direct.macs, result.reduced.macs
        side = result.state["kernel_size"]
        verdict = (
            f"{direct / reduced:.2f} × fewer"
            if reduced < direct
            else f"{reduced / direct:.2f} × as many: no saving"
        )
        return (
            f"Direct {side}×{side}: {direct:,} MACs. Reduced first: {result.first:,} + {result.second:,} = "
            f"{reduced:,}, {verdict}. Break-even at {float(result.even):.1f} filters; "
            f"each filter costs {result.per_filter:,} MACs."
        )

    def keras_code(self, state: State) -> str:
        return KERAS.format(**state)

"""`explore.factorise()`: one convolution, and the cheaper ones that can stand in its place."""

from collections.abc import Iterator
from typing import ClassVar

from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from inception_lab.architecture.layer import by, pair
from inception_lab.view import figures
from inception_lab.view.engine.bars import Bars, columns
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State
from inception_lab.view.explorers.successors.ways import GROUPS, WAYS, Ways, factorised, names
from inception_lab.view.figures import NAIVE, REDUCED, quantity

KERNELS = (3, 5, 7, 9, 11)
STEP = 8  # every number of groups divides a multiple of it
MOST_BLOCKS = 64  # that can be told apart in the drawing
WIDTH, SPACE, CHANNELS, SUMS = 3.5, 0.95, 2.85, 3.1  # of the drawing, and from its upper edge, in inches
COLUMNS = {"change": 0.52, "MACs": 1.25, "ReLUs": 1.75}  # where they end, in inches beside the bars
SMALL = 0.8  # part of these lengths where there is little room
Corners = list[tuple[float, float]]


def rectangle(x: float, y: float, width: float, height: float) -> Corners:
    """Return the corners of a rectangle."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


class Factorise(Explorer):
    """Which part of a convolution is needed?"""

    title = "A convolution in parts"
    hint = "One large kernel, and what can stand in its place. Press a row; change the filters in the middle."
    leading: ClassVar = ("way", "middle", "kernel_size")
    presets: ClassVar = {
        "3a's 5×5": {},
        "3a's 5×5, thin in the middle": {"middle": 16},
        "equal channels": {"channels": 64, "filters": 64, "middle": 64},
        "v3's 7×7": {
            "way": "strips", "kernel_size": 7, "channels": 192, "filters": 192, "middle": 192, "side": 17,
        },
        "Xception's 3×3": {
            "way": "depthwise", "kernel_size": 3, "channels": 728, "filters": 728, "middle": 728, "side": 19,
        },
    }  # fmt: skip

    def declare(self) -> dict[str, Control]:
        return {
            "way": Choice("Instead", "stack", tuple((way, way) for way in WAYS)),
            "middle": Integer("Filters in the middle", 32, 1, 1024, log=True),
            "kernel_size": Choice("Kernel", 5, tuple((by(side), side) for side in KERNELS)),
            "channels": Integer("Input channels", 16, STEP, 1024, step=STEP, log=True),
            "filters": Integer("Filters at the end", 32, 1, 1024, log=True),
            "side": Integer("Side of the picture", 28, 7, 112),
        }

    def compute(self, state: State) -> Ways:
        return Ways.of(state)

    def make_figure(self) -> Figure:
        figure = self.new_figure(4.0, 5.4)
        side = (self.width - SMALL * WIDTH) / 2
        wide, narrow = (0.07, 0.0, WIDTH / self.width, 0.89), (side, 2.3, side, SMALL * 3.5)
        ax = self._areas = self.add_axes(figure, wide, narrow)
        ax.set(xlim=(0, WIDTH), ylim=self.either((3.56, 0), (3.75, 0.25)))
        ax.set_axis_off()
        for y, words in ((SPACE, "in space"), (CHANNELS - 0.57, "across channels")):
            ax.text(-0.15, y, words, ha="center", va="center", fontsize=self.either(9, 8), rotation=90)
        ax = self._bar_axes = self.add_axes(figure, (0.585, 0.13, 0.2, 0.74), (1.0, 0.42, 1.5, 1.65))
        ax.set(xlim=(0, 1), ylim=(len(WAYS) + 0.5, -0.5), xlabel="weights, without biases; dotted: the 1×1")
        ax.xaxis.label.set_fontsize(self.either(9, 8))
        ax.set_xticks([0, 1], ["0", ""], fontsize=8)
        return figure

    def prepare(self, canvas: Canvas) -> None:
        areas, bars, rows = self._areas, self._bar_axes, len(WAYS) + 1
        self._cells = PolyCollection([], facecolors=figures.BLUE, edgecolors="white", linewidths=0.6)
        self._blocks = PolyCollection([], facecolors=figures.ORANGE, edgecolors=figures.ORANGE)
        self._frames = PolyCollection([], facecolors="none", edgecolors=figures.GREY, linewidths=0.8)
        for drawn in (self._cells, self._blocks, self._frames):
            canvas.add(areas.add_collection(drawn, autolim=False))
        most = max(KERNELS) // 2
        self._sums = [areas.text(0, SUMS, "", ha="center", va="center", fontsize=8) for _ in range(most)]
        self._heading = canvas.figure.text(0.012, 0.945, "", fontsize=self.either(11, 9), va="center")
        canvas.add(*self._sums, self._heading)
        self._bars = Bars(canvas, bars, rows, {"weights": (REDUCED, 0.0)}, room=self.either(0.45, 0.55))
        mixed = range(rows - len(GROUPS), rows)
        self._mixing = bars.barh(mixed, [0] * len(GROUPS), height=0.62, color=figures.SKY, hatch="..")
        for bar in self._mixing:
            bar.set(edgecolor="white", linewidth=0)
        for row, bar in zip(mixed, self._mixing, strict=True):
            canvas.add_below(bar, other=self._bars.numbers["weights"][row])
        part = self.either(1, SMALL)
        self._words = columns(bars, {name: part * end for name, end in COLUMNS.items()}, rows)
        self._end = self._words[0][-1].get_position()[0]
        for words in self._words:
            canvas.add_below(*words)
        self._chosen = Rectangle((0, 0), self._end + 0.02, 0.84, fill=False, clip_on=False)
        canvas.add(bars.add_patch(self._chosen))
        self._most = self._named = 0

    def draw(self, canvas: Canvas, result: Ways) -> None:
        side = result.state["kernel_size"]
        if side != self._named:
            self._named = side
            self._bar_axes.set_yticks(range(len(WAYS) + 1), names(side), fontsize=self.either(9, 8))
        if not canvas.held:
            self._most = max(
                max(layer.input_shape[2], layer.output_shape[2]) for layer in result.shown.layers
            )
        self._draw_areas(canvas, result)
        was = self.ghost
        self._bars.show(
            {"weights": [each.parameters for each in result.costs.values()]},
            [NAIVE] + [REDUCED] * len(WAYS),
            ghost=was and {"weights": [each.parameters for each in was.costs.values()]},
        )
        for way, bar in zip(GROUPS, self._mixing, strict=True):
            canvas.put(bar, width=result.costs[way].layers[-1].parameters / self._bars.limit)
        for (way, costs), words in zip(result.costs.items(), self._words, strict=True):
            change = f"{result.change(way):+} %".replace("-", "−") if way != "direct" else ""
            for text, said in zip(words, (change, quantity(costs.macs), str(result.relus(way))), strict=True):
                text.set_text(said)
        canvas.put(self._chosen, y=WAYS.index(result.state["way"]) + 0.58)

    def _draw_areas(self, canvas: Canvas, result: Ways) -> None:
        """Draw each kernel within the one it stands for, and which channels it joins."""
        way, whole = result.state["way"], result.state["kernel_size"]
        steps = list(zip(result.layers[way], result.shown.layers, strict=True))
        room = WIDTH / len(steps)
        self._size = size = min(1.15, 0.86 * room)
        cell, top = size / whole, SPACE - size / 2
        cells: list[Corners] = []
        blocks: list[Corners] = []
        frames: list[Corners] = []
        for number, (layer, costs) in enumerate(steps):
            left = (number + 0.5) * room - size / 2
            rows, columns = (
                [(place + (whole - side) / 2) * cell for place in range(side)]
                for side in pair(layer.kernel_size)
            )
            cells += [rectangle(left + x, top + y, cell, cell) for y in rows for x in columns]
            width, height = (
                size * shape[2] / self._most for shape in (costs.input_shape, costs.output_shape)
            )
            drawn = min(layer.groups, MOST_BLOCKS)
            blocks += [
                rectangle(
                    left + n * width / drawn, CHANNELS - n * height / drawn, width / drawn, -height / drawn
                )
                for n in range(drawn)
            ]
            frames += [rectangle(left, top, size, size), rectangle(left, CHANNELS, width, -height)]
            product = "·".join(map(str, (*pair(layer.kernel_size), costs.input_shape[2], layer.filters)))
            divided = f"÷{layer.groups}" if layer.groups > 1 else ""
            lower = number % 2 and len(steps) > 3  # many sums stand in two rows
            canvas.put(
                self._sums[number],
                position=(left + size / 2, SUMS + (0.3 / self.either(1, SMALL) if lower else 0)),
                text=f"{product}{divided}\n= {costs.parameters:,}",
            )
        for text in self._sums[len(steps) :]:
            canvas.put(text, text="")
        for areas, corners in ((self._cells, cells), (self._blocks, blocks), (self._frames, frames)):
            canvas.put(areas, verts=corners)
        name, reach = result.words
        self._heading.set_text(f"{name} instead of {by(whole)}: reach {reach}")

    def handles(self) -> Iterator[Handle]:
        state = self.result.state
        for row, way in enumerate(("direct", *WAYS)):
            name = "middle" if way in ("stack", "strips") and self._inner(way) else "filters"
            words = "filters in the middle" if name == "middle" else "filters at the end"
            press = {} if way == "direct" else {"way": way}
            if press:
                box = (0, row - 0.4, self._end, row + 0.4)
                yield Handle(self._bar_axes, box, f"Press: {way}", press=press, cursor="pointer")
            pulled = self.pulled(name, lambda result, way=way: result.costs[way].parameters)  # type: ignore[misc]
            yield self._bars.handle("weights", row, pulled, f"Pull: {words}", press)
        shown = self.result.shown.layers
        room = WIDTH / len(shown)
        for number, name in ((0, "middle"), (len(shown) - 1, "filters")):
            if name == "filters" or self._inner(state["way"]):
                left = (number + 0.5) * room - self._size / 2
                y = CHANNELS - self._size * state[name] / self._most
                width = self._size * shown[number].input_shape[2] / self._most
                yield Handle(
                    self._areas, (left, y, left + width, y), "Pull up for more filters",
                    lambda _, y, name=name: {name: (CHANNELS - y) / self._size * self._most},  # type: ignore[misc]
                    cursor="ns-resize", anchor=(left, y),
                )  # fmt: skip

    def _inner(self, way: str) -> bool:
        """Whether the filters in the middle are part of a way."""
        return way in ("stack", "strips") and len(self.result.layers[way]) > 1

    def describe(self, result: Ways) -> str:
        state, way, direct = result.state, result.state["way"], result.costs["direct"]
        shown, change, (name, reach) = result.shown, result.change(way), result.words
        sums = " + ".join(f"{layer.parameters:,}" for layer in shown.layers)
        total = f" = {shown.parameters:,}" if len(shown.layers) > 1 else ""
        return (
            f"{by(state['kernel_size'])} from {state['channels']} channels to {state['filters']}: "
            f"{direct.parameters:,} weights, {direct.macs:,} MACs. "
            f"Instead {name}: {sums}{total} weights, "
            f"{abs(change)} % {'more' if change > 0 else 'fewer'}; {shown.macs:,} MACs. "
            f"Reach {reach}; ReLUs: {result.relus(way)}."
        )

    def keras_code(self, state: State) -> str:
        shape = f"({state['side']}, {state['side']}, {state['channels']})"
        lines = ["import keras", "from keras import layers", "", f"inputs = keras.Input({shape})"]
        for name, way in (("direct", "direct"), ("instead", state["way"])):
            x = "inputs"
            for layer in factorised(way, state):
                words = [f"{layer.filters}, {layer.kernel_size}", 'padding="same"', "use_bias=False"]
                words += [f"groups={layer.groups}"] if layer.groups > 1 else []
                words += ['activation="relu"'] if layer.activation else []
                lines.append(f"{name} = layers.Conv2D({', '.join(words)})({x})")
                x = name
        model = 'model = keras.Model(inputs, {"direct": direct, "instead": instead})'
        return "\n".join([*lines, model, "model.summary()"])

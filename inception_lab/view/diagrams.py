"""A part of a network drawn from its spec: boxes for layers, lines for what flows between them."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.layer import PAIRS, Layer, Shape, by
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap, parts, snake_case
from inception_lab.checks import one_of
from inception_lab.text import readable
from inception_lab.view import figures

Piece = tuple[Artist, ...]  # drawn in this order

# How a whole network's blocks are coloured, by the start of their names.
KINDS = {
    **dict.fromkeys(("inception", "mixed", "block"), figures.BLUE),  # no colour of a branch
    **dict.fromkeys(("conv", "stem"), figures.YELLOW),
    **dict.fromkeys(("loss", "aux"), figures.BLACK),
    "pool": figures.PALE,
}
BOX, GAP = 1.0, 0.62  # width of a box and of the space before the next, in units of the axes
SPACE = 0.14  # between the blocks of a network
HALF = 0.34  # half the height of a box; rows are 1 apart


@dataclass
class Sketch:
    """Boxes and lines with places: x to the right in boxes, y downwards in rows."""

    boxes: list[tuple[float, float, str, str]] = field(default_factory=list)  # x, y, path, text
    lines: list[tuple[float, float, float, float, str]] = field(default_factory=list)  # x0, y0, x1, y1, label
    channels: list[int] = field(default_factory=list)  # that flow along each line
    colors: Mapping[str, str] = field(default_factory=dict)  # path → colour, where it is not its branch's
    width: float = 0.0
    rows: int = 1
    ends: tuple[str, str] = ("", "")  # what goes in on the left and comes out on the right

    @property
    def places(self) -> tuple[Any, ...]:
        """All but what is written."""
        boxes = [(x, y, path) for x, y, path, _ in self.boxes]
        lines = [(*line, bool(label)) for *line, label in self.lines]
        return boxes, lines, self.width, self.rows, dict(self.colors)

    @property
    def thickness(self) -> list[float]:
        """How thick each line is, in points: as the square root of its channels, up to 1,024, in steps."""
        return [max(round(0.6 * math.sqrt(min(channels, 1024))), 2) / 4 for channels in self.channels]

    @property
    def texts(self) -> list[str]:
        """What is written: on lines, at both ends, in boxes."""
        labels = [label for *_, label in self.lines if label]
        return [*labels, *self.ends, *(text for *_, text in self.boxes)]

    def shorten(self) -> None:
        """Leave out what a small drawing has no room for, and keep the kernels and how many there are."""
        self.ends = ("", "")
        self.lines = [(x0, y0, x1, y1, "") for x0, y0, x1, y1, _ in self.lines]
        words = re.compile(" conv| filters|average |max |arable")
        self.boxes = [(x, y, path, words.sub("", text)) for x, y, path, text in self.boxes]


@figures.styled
def plot_module(part: Part, input_shape: Shape, *, ax: Axes | None = None) -> Axes:
    """Draw a module from its spec, from left to right, with the channels on every line.

    Args:
        part: A module or another part of a network.
        input_shape: `(height, width, channels)` of its input.
        ax: Where to draw; by default a new figure.
    """
    sketch = lay_out(part, cost(part, input_shape))
    if ax is None:
        figure = figures.new_figure(0.9 + 1.05 * sketch.width, 0.5 + 0.72 * sketch.rows)
        ax = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    frame(ax, sketch)
    draw(ax, sketch)
    return ax


@figures.styled
def plot_network(network: Network, *, unfold: str | None = None) -> Figure:
    """Draw a network as a row of blocks, one a module.

    Blocks are high where pictures are large and wide where channels are many; heads hang below.

    Args:
        network: The network.
        unfold: Name of a module that is drawn in full below, such as `"inception_3a"`.

    Raises:
        ValueError: If there is no such module; the message lists those that can be unfolded.
    """
    modules = cost(network).by_module()
    heads = {getattr(tap.head, "name", None) for tap in parts(network.body) if isinstance(tap, Tap)}
    if unfold is None:
        figure = figures.new_figure(9.2, 3.1)
        ax = figure.add_axes((0.01, 0.02, 0.98, 0.96))
    else:
        groups = {name: part for part in parts(network.body) if (name := getattr(part, "name", None))}
        able = [name for name, module in modules.items() if name in groups and len(module.input_shape) == 3]
        one_of("unfold", unfold, tuple(able), f" (in '{network.name}')")
        figure = figures.new_figure(9.2, 6.3)
        ax = figure.add_axes((0.01, 0.53, 0.98, 0.46))
        plot_module(groups[unfold], modules[unfold].input_shape, ax=figure.add_axes((0.12, 0.0, 0.76, 0.5)))
    wide = {name: 0.36 + math.log2(found.output_shape[-1]) ** 2 / 110 for name, found in modules.items()}
    labels = {name: name.removeprefix("inception_") for name in modules}
    inches = 9 / sum(width + SPACE for name, width in wide.items() if name not in heads)
    crowded = any(
        TextPath((0, 0), label, size=8.5).get_extents().width / 72 > inches * (wide[name] + SPACE)
        for name, label in labels.items()
    )
    x = before = 0.0
    for name, module in modules.items():
        sizes = module.output_shape
        high = math.log2(sizes[0]) / 4 if len(sizes) == 3 else 0.25
        kinds = (color for start, color in KINDS.items() if name.lower().startswith(start))
        left, y = (before, -2.3) if name in heads else (x, 0.0)
        block = Rectangle((left, y - high), wide[name], 2 * high, edgecolor="black")
        block.set(facecolor=next(kinds, figures.GREY), linewidth=2.4 if name == unfold else 0.6)
        ax.add_patch(block)
        middle = left + wide[name] / 2
        if name in heads:
            ax.plot([middle] * 2, [-1.45, y + high], color="black", linewidth=0.8)
            words = f"{labels[name]}\n{sizes[-1]:,}"
            ax.text(left + wide[name] + 0.08, y, words, fontsize=8, va="center")
            continue
        ax.text(middle, high + 0.08, short(sizes), fontsize=8, ha="center", va="bottom")
        turned = 90 if crowded else 0
        ax.text(middle, -high - 0.08, labels[name], fontsize=8.5, ha="center", va="top", rotation=turned)
        before, x = x, x + wide[name] + SPACE
    ax.set(xlim=(-0.1, x), ylim=(-2.95 if crowded else -2.65 if heads else -2.1, 2.45))
    ax.set_axis_off()
    return figure


def short(sizes: Shape) -> str:
    """Write a shape in two lines: the picture's sides, the channels."""
    sides = sizes[:-1]
    if not sides:
        return f"{sizes[-1]:,}"
    return (f"{sides[0]}²" if len(set(sides)) == 1 else readable(sides)) + f"\n{sizes[-1]:,}"


def frame(ax: Axes, sketch: Sketch) -> None:
    """Give the axes the sketch's limits and nothing else."""
    ax.set(xlim=(-0.5, sketch.width + 0.5), ylim=(sketch.rows - 0.5, -0.5))
    ax.set_axis_off()


def draw(ax: Axes, sketch: Sketch, size: float = 9) -> list[Piece]:
    """Draw a sketch.

    Returns:
        What was drawn, from the lowest: all lines, then a piece for each text, which is its last part.
    """
    segments = [[(x0, y0), (x1, y1)] for x0, y0, x1, y1, _ in sketch.lines]
    lines = LineCollection(segments, colors="#9A9A9A", linewidths=sketch.thickness)
    pieces: list[Piece] = [(ax.add_collection(lines, autolim=False),)]
    centred: dict[str, Any] = {"ha": "center", "va": "center"}
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    for x0, y0, x1, y1, label in sketch.lines:
        if label:
            x, y = x0 + 0.5 * (x1 - x0), (y0 + y1) / 2
            pieces.append((ax.text(x, y, label, fontsize=max(size - 1, 8), bbox=ground, **centred),))
    for x, end in zip((-0.22, sketch.width + 0.22), sketch.ends, strict=True):
        pieces.append((ax.text(x, (sketch.rows - 1) / 2, end, fontsize=size, rotation=90, **centred),))
    for x, y, path, words in sketch.boxes:
        color = sketch.colors.get(path) or figures.branch_style(path).color
        patch = FancyBboxPatch(
            (x, y - HALF), BOX, 2 * HALF, boxstyle="round,pad=0,rounding_size=0.12", facecolor="white",
            edgecolor=color, linewidth=2.2, zorder=2,
        )  # fmt: skip
        ax.add_artist(patch)
        pieces.append((patch, ax.text(x + BOX / 2, y, words, fontsize=size, zorder=3, **centred)))
    return pieces


def write(pieces: list[Piece], sketch: Sketch) -> None:
    """Write a sketch's numbers into what `draw` made of one with the same places."""
    (lines,), *_ = pieces
    assert isinstance(lines, LineCollection)
    if np.asarray(lines.get_linewidth()).tolist() != sketch.thickness:
        lines.set_linewidth(sketch.thickness)
    for (*_, text), wanted in zip(pieces[1:], sketch.texts, strict=True):
        assert isinstance(text, Text)
        if text.get_text() != wanted:
            text.set_text(wanted)


def lay_out(part: Part, costs: Cost) -> Sketch:
    """Place a part's boxes and lines; the costs have the traversal's paths and shapes, in its order."""
    sketch = Sketch()
    met = iter(costs.layers)

    def wire(x0: float, y0: float, x1: float, y1: float, channels: int, *, written: bool = True) -> None:
        sketch.lines.append((x0, y0, x1, y1, f"{channels:,}" if written else ""))
        sketch.channels.append(channels)

    def place(part: Part, x: float, y: float, channels: int) -> tuple[float, int, int]:
        """Place a part; return where it ends, its channels and the rows it takes."""
        match part:
            case Layer():
                layer = next(met)
                sketch.boxes.append((x, y, layer.name, caption(part)))
                return x + BOX, layer.output_shape[-1], 1
            case Sequence():
                used = 1
                for number, child in enumerate(part.parts):
                    if number:
                        wire(x, y, x + GAP, y, channels)
                        x += GAP
                    x, channels, tall = place(child, x, y, channels)
                    used = max(used, tall)
                return x, channels, used
            case Parallel():
                return fork(part, x, y, channels)
            case Tap():  # not drawn
                for each in parts(part.head):
                    if isinstance(each, Layer | Parallel):
                        next(met)
        return x, channels, 1

    def fork(part: Parallel, x: float, y: float, channels: int) -> tuple[float, int, int]:
        ends: list[tuple[float, float, int]] = []
        top = y
        for branch in part.branches:
            end, out, tall = place(branch, x + GAP, top, channels)
            ends.append((end, top, out))
            top += tall
        right = max(end for end, _, _ in ends) + GAP
        bottom = ends[-1][1]
        joined = next(met).output_shape[-1]
        wire(x, y, x, bottom, channels, written=False)
        wire(right, y, right, bottom, joined, written=False)
        for end, row, out in ends:
            wire(x, row, x + GAP, row, channels)
            wire(end, row, right, row, out)
        return right, joined, int(top - y)

    sketch.width, _, sketch.rows = place(part, 0.0, 0.0, costs.input_shape[-1])
    sketch.ends = (
        f"in: {readable(costs.input_shape)}",
        f"{'out, joined' if isinstance(part, Parallel) else 'out'}: {readable(costs.output_shape)}",
    )
    return sketch


# What a layer's box says, by its kind; in braces, what the layer itself says.
CAPTIONS = {
    "Activation": "{activation}",
    "AveragePool2D": "{pool_size}\naverage pool",
    "BatchNorm": "batch\nnorm",
    "Conv2D": "{kernel_size} conv\n{filters:,} filters",
    "Conv2DTranspose": "{kernel_size} transposed\n{filters:,} filters",
    "Dense": "dense\n{units:,} units",
    "DepthwiseConv2D": "{kernel_size}\ndepthwise",
    "Dropout": "dropout\n{rate:.0%}",
    "GlobalAveragePool2D": "global\naverage",
    "GlobalMaxPool2D": "global\nmaximum",
    "GroupNorm": "norm of\n{groups} groups",
    "LayerNorm": "layer\nnorm",
    "LocalResponseNorm": "local\nresponse norm",
    "MaxPool2D": "{pool_size}\nmax pool",
    "Scale": "times\n{factor:g}",
    "SeparableConv2D": "{kernel_size} separable\n{filters:,} filters",
    "UpSampling2D": "{size}\nlarger",
    "ZeroPadding2D": "zeros\naround",
}


def caption(layer: Layer) -> str:
    """Return what a layer's box says."""
    said = {name: by(value) if name in PAIRS else value for name, value in vars(layer).items()}
    return CAPTIONS.get(layer.kind, snake_case(layer.kind)).format_map(said)

"""`explore.family()`: every module from GoogLeNet to Xception, to one scale."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import fold, merge_shapes
from inception_lab.text import readable
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, State, Toggle
from inception_lab.view.explorers.modules import LiveDiagram, keras_code, share
from inception_lab.view.explorers.successors.members import (
    FAMILY,
    KINDS,
    MEASURES,
    Member,
    every_module,
    kernels,
    members,
)
from inception_lab.view.figures import Style, quantity

COLOURS = (figures.SKY, figures.ORANGE, figures.GREEN, figures.VERMILLION, figures.BLACK)
HATCHES = ("", "//", "..", "xx", "")
STYLES = {kind: Style(*look) for kind, *look in zip(KINDS, COLOURS, HATCHES, strict=True)}
LABELS = {"macs": "MACs per image", "parameters": "parameters"}
MODULE, END = 0.33, 0.16  # half the height of a module, and of what lies before and after all modules
HATCHED = 1 / 60  # of the longest row: what is shorter has no room for a hatch, which takes time to draw
BRANCHES = 6  # most of a module
Corners = list[tuple[float, float]]


def boxes(corners: list[Corners]) -> Path:
    """Return rectangles as one path, which is hatched at once."""
    return Path.make_compound_path_from_polys(np.reshape(corners, (-1, 4, 2)))


def box_colors(module: Member) -> dict[str, str]:
    """Return the colour of each layer's box: of the kernel with most of its MACs; grey without weights."""
    colors: dict[str, str] = {}

    def note(path: str, layer: Layer, shape: Shape) -> Shape:
        inside = [(each.operations(before).macs, kind) for kind, each, before in kernels(layer, shape)]
        colors[path] = STYLES[max(inside)[1]].color if inside else figures.GREY
        return layer.output_shape(shape)

    picture: Shape = module.input_shape
    fold(module.part, picture, layer=note, merge=lambda _, how, shapes: merge_shapes(how, shapes))
    return colors


@dataclass(frozen=True)
class Relatives:
    """All networks at one size, and the module that is unfolded."""

    state: State  # what was asked for
    networks: dict[str, tuple[Member, ...]]  # name → its modules, with what comes before and after them
    module: Member  # the one that is unfolded
    costs: Cost  # of its layers, without batch norm

    def total(self, network: str) -> int:
        """Sum what is measured over a network."""
        return sum(each.totals[self.state["measure"]] for each in self.networks[network])

    def of_kind(self, network: str, kind: str) -> int:
        """Sum what is measured over a network's kernels of one kind."""
        return sum(each.amounts[self.state["measure"]][kind] for each in self.networks[network])

    def unit(self, network: str) -> float:
        """Return how long one MAC or parameter is: 1, or a share of the network in per cent."""
        return 100 / self.total(network) if self.state["shares"] else 1

    def length(self, network: str) -> float:
        """Return how long a network's row is."""
        return self.unit(network) * self.total(network)

    def spans(self) -> Iterator[tuple[int, float, float, Member]]:
        """Yield each module's row, where it begins, how long it is, and the module."""
        for row, (name, each) in enumerate(self.networks.items()):
            x, unit = 0.0, self.unit(name)
            for member in each:
                length = unit * member.totals[self.state["measure"]]
                yield row, x, length, member
                x += length


class Family(Explorer):
    """What became of the Inception module?"""

    title = "Inception's family"
    hint = "Every module by the shape of its kernels; thin: before and after them. Press one to unfold it."
    leading: ClassVar = ("module", "measure", "shares", "side")
    presets: ClassVar = {
        "strips": {},
        "GoogLeNet's 3a": {"module": "GoogLeNet 3a"},
        "two 3×3 for the 5×5": {"module": "BN-Inception 3a"},
        "side by side at the end": {"module": "v4 7b"},
        "added to its input": {"module": "ResNet-v2 block17"},
        "a tower for each channel": {"module": "Xception block5"},
        "where the parameters are": {"module": "Xception block5", "measure": "parameters"},
        "all at 224 pixels": {"side": 224},
        "each network as 100 %": {"shares": True},
    }

    def declare(self) -> dict[str, Control]:
        sides = (("each its own", 0), ("224 pixels", 224), ("299 pixels", 299))
        return {
            "measure": Choice("Length", "macs", tuple((LABELS[each], each) for each in MEASURES)),
            "module": Choice("Unfold", "v3 6b", tuple((key, key) for key in every_module())),
            "shares": Toggle("Each network as 100 %", False),
            "side": Choice("Input", 0, sides),
        }

    def compute(self, state: State) -> Relatives:
        networks = {name: members(name, state["side"]) for name in FAMILY}
        module = every_module(state["side"])[state["module"]]
        return Relatives(state, networks, module, cost(module.part, module.input_shape))

    def make_figure(self) -> Figure:
        figure = self.new_figure(5.4, 5.6)
        ax = self._axes = self.add_axes(figure, (0.115, 0.535, 0.875, 0.375), (0.95, 3.65, 0.1, 1.5))
        ax.set(ylim=(len(FAMILY) - 0.5, -0.5))
        ax.set_yticks(range(len(FAMILY)), list(FAMILY), fontsize=self.either(10, 8.5))
        ax.xaxis.set_major_formatter(figures.tick)
        keys = [
            Rectangle((0, 0), 1, 1, facecolor=style.color, hatch=style.hatch, edgecolor="white")
            for style in STYLES.values()
        ]
        keys.append(Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=figures.GREY))
        figure.legend(
            keys, (*KINDS, "no weights"), loc="upper right", ncols=self.either(len(keys), 3), frameon=False,
            handlelength=1.4, fontsize=self.either(9, 8), borderaxespad=self.either(0.5, 0),
        )  # fmt: skip
        self._diagram_axes = self.add_axes(figure, (0.0, 0.0, 0.84, 0.4), (0.0, 0.12, 0.0, 2.5))
        beside = (0.16 * self.width, 0.12, 0.16 * self.width, 2.5)
        self._branch_axes = self.add_axes(figure, (0.85, 0.0, 0.14, 0.4), beside)
        self._branch_axes.set_axis_off()
        return figure

    def prepare(self, canvas: Canvas) -> None:
        ax, side = self._axes, self._branch_axes
        self._areas = {
            kind: PathPatch(
                boxes([]), facecolor=style.color, hatch=style.hatch, edgecolor="white", linewidth=0
            )
            for kind, style in STYLES.items()
        }
        self._short = PolyCollection([], linewidths=0)
        self._seams = LineCollection([], colors="white", linewidths=self.either(1.2, 0.6))
        for each in (*self._areas.values(), self._short, self._seams):  # parts of the frame
            ax.add_artist(each)
        self._totals = [ax.text(0, row, "", va="center", fontsize=9) for row in range(len(FAMILY))]
        self._chosen = Rectangle((0, 0), 0, 2 * MODULE + 0.1, fill=False, linewidth=1.8, zorder=3)
        ax.add_patch(self._chosen)
        self._heading = canvas.figure.text(
            0.012, self.either(0.435, 0.505), "", fontsize=self.either(10, 9), va="center"
        )
        self._diagram = LiveDiagram(self._diagram_axes, BRANCHES, brief=self.narrow)
        self._bars = side.barh(range(BRANCHES), [0] * BRANCHES, color=figures.GREY)
        self._words = [side.text(0, 0, "", fontsize=8, va="center") for _ in range(BRANCHES)]
        canvas.add(self._chosen, self._heading, *self._bars, *self._words)
        side.set_xlim(self.either(0, -0.5), 1)  # where there is little room bars stand beside their words
        self._shown: tuple[str, int, bool] | None = None

    def draw(self, canvas: Canvas, result: Relatives) -> None:
        measure, module = result.state["measure"], result.module
        longest = max(map(result.length, FAMILY))
        canvas.limits(self._axes, x=(0, self.either(1.19, 1.35) * longest))  # totals stand at the rows' ends
        asked = (measure, result.state["side"], result.state["shares"])
        if self._shown != asked:
            self._shown = asked
            share_of = "per cent of the network's " * result.state["shares"]
            self._axes.set_xlabel(share_of + LABELS[measure], loc="right")
            self._draw_rows(result, longest)
        row, x, length, _ = next(span for span in result.spans() if span[-1] is module)
        canvas.put(self._chosen, bounds=(x, row - MODULE - 0.05, length, 2 * MODULE + 0.1))
        found = module.branches()
        after = result.costs.macs - sum(macs for _, macs in found)
        many = f", {module.times} in a row" if module.times > 1 else ""
        shapes = " → ".join(readable(shape) for shape in (module.input_shape, result.costs.output_shape))
        words = [f"{module.key}{many}:", f"{shapes}, {quantity(result.costs.macs)} MACs"]
        words += [f"of them {quantity(after)} after the branches"] if after else []
        self._heading.set_text(self.either(" ", "\n").join(words))
        self._diagram.show(canvas, module.part, result.costs, box_colors(module))
        self._branch_axes.set_ylim(self._diagram_axes.get_ylim())
        rows = self._diagram_axes.get_ylim()[0] + 0.5
        high, bar_at, words_from, words_at = self.either(
            (0.05, -0.1, 0, -0.07 * rows), (0.03, 0.5 - 0.015 * rows, -0.6, 0.5)
        )
        for number, (bar, text) in enumerate(zip(self._bars, self._words, strict=True)):
            there = number < len(found)
            at, macs = found[number] if there else (0, 0)
            canvas.put(bar, y=at + bar_at, width=macs / result.costs.macs, height=high * rows)
            said = f"{quantity(macs)}, {share(macs, result.costs.macs)}" if there else ""
            canvas.put(text, position=(words_from, at + words_at), text=said)

    def _draw_rows(self, result: Relatives, longest: float) -> None:
        long: dict[str, list[Corners]] = {kind: [] for kind in KINDS}
        short, colors, seams = [], [], []
        for row, x, _, member in result.spans():
            half = MODULE if member.name else END
            amounts = member.amounts[result.state["measure"]]
            unit = result.unit(member.network)
            each = {kind: unit * value / member.times for kind, value in amounts.items()}
            for _ in range(member.times):
                for kind, width in each.items():
                    low, high = row - half, row + half
                    box = [(x, low), (x + width, low), (x + width, high), (x, high)]
                    if width > HATCHED * longest:
                        long[kind].append(box)
                    elif width:
                        short.append(box)
                        colors.append(STYLES[kind].color)
                    x += width
                seams.append([(x, row - MODULE), (x, row + MODULE)])
        for kind, area in self._areas.items():
            area.set_path(boxes(long[kind]))
        self._short.set_verts(short)
        self._short.set_facecolor(colors)
        self._seams.set_segments(seams)
        for network, text in zip(FAMILY, self._totals, strict=True):
            text.set(text=quantity(result.total(network)), x=result.length(network) + longest / 80)

    def handles(self) -> Iterator[Handle]:
        for row, x, length, member in self.result.spans():
            if member.name:
                box = (x, row - MODULE, x + length, row + MODULE)
                hint = f"Press: unfold {member.key}"
                yield Handle(self._axes, box, hint, press={"module": member.key}, cursor="pointer")

    def describe(self, result: Relatives) -> str:
        module, network = result.module, result.module.network
        macs = [macs for _, macs in module.branches()]
        total = result.total(network)
        kinds = ", ".join(
            f"{kind} {share(part, total)}" for kind in KINDS if (part := result.of_kind(network, kind))
        )
        shapes = " → ".join(readable(shape) for shape in (module.input_shape, result.costs.output_shape))
        return (
            f"{module.key}: {shapes}, {result.costs.macs:,} MACs; its most expensive branch of {len(macs)} "
            f"has {share(max(macs), result.costs.macs)}. {network} has {total:,} "
            f"{LABELS[result.state['measure']]}: {kinds}."
        )

    def keras_code(self, state: State) -> str:
        name = state["module"].split()[0]
        side = members(name, state["side"])[0].input_shape[0]
        call = f"lab.{FAMILY[name]}(input_shape=({side}, {side}, 3))"
        return keras_code(call)

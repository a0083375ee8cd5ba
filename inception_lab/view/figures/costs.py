"""Figures of counts: bars, curves, the zoo."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

from inception_lab.architecture.cost import Cost
from inception_lab.architecture.tables import folded, times
from inception_lab.checks import finite_number
from inception_lab.text import quantity, size, tick
from inception_lab.view.figures.style import (
    BLACK,
    BLUE,
    DPI,
    GREEN,
    GREY,
    PALE,
    SKY,
    VERMILLION,
    axes,
    branch_style,
    ceiling,
    new_figure,
    series,
    styled,
)

# What `plot_cost` draws: field of a cost → its title, how it is written. All in one colour: hatches and the
# other colours are the branches'.
COSTS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "parameters": ("parameters", quantity),
    "macs": ("MACs", quantity),
    "activation_bytes": ("activations", size),
}


@styled
def plot_bars(values: Mapping[str, float], *, unit: str, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw named quantities as labelled horizontal bars, the first on top, each in its branch's style.

    Args:
        values: Name → quantity.

    Raises:
        ValueError: If there is none, or one is no finite number.
    """
    if not values:
        raise ValueError("`values` must hold one quantity or more. Received: none.")
    for name, value in values.items():
        finite_number(name, value)
    ax = axes(ax, height=0.9 + 0.42 * len(values))
    lowest, highest = min(0, *values.values()), max(0, *values.values())
    wide = 1.18 * float(highest - lowest or 1)  # the last label needs room
    for row, (name, value) in enumerate(values.items()):
        style = branch_style(name)
        ax.barh(row, float(value), color=style.color, hatch=style.hatch, edgecolor="white")
        ax.text(max(0.0, float(value)) + wide / 80, row, quantity(value), va="center")
    ax.set_yticks(range(len(values)), list(values))
    limits = (float(lowest), float(lowest) + wide)
    ax.set(ylim=(len(values) - 0.5, -0.5), xlim=limits, xlabel=unit, title=title)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(tick)
    return ax


@styled
def plot_cost(*costs: Cost, most: int = 28) -> Figure:
    """Draw where a network's parameters, MACs and activations are, from the input on top to the output.

    Args:
        *costs: Of one network, or of two, which are drawn side by side on the same scales.
        most: Rows; where a network has more layers, they are folded into groups by their names.

    Raises:
        ValueError: If there is no cost, or there are more than two, or one has no layers.
    """
    if not 1 <= len(costs) <= 2:
        raise ValueError(f"`costs` must be one or two. Received: {len(costs)}.")
    for cost in costs:
        if not cost.layers:
            raise ValueError(f"`costs` must have layers. Received: {cost.network!r} without any.")
    folds = [folded(cost, most) for cost in costs]
    rows = max(map(len, folds))
    limits = {each: ceiling(max(getattr(group, each) for fold in folds for group in fold)) for each in COSTS}
    figure = new_figure(9.6, 1.3 + 0.19 * rows, layout="constrained")
    parts = figure.subfigures(1, len(costs), squeeze=False)[0]
    points = 8.5 if len(costs) == 1 else 7
    for part, cost, fold in zip(parts, costs, folds, strict=True):
        part.suptitle(f"{cost.network}, {times(cost.input_shape)}", fontsize=10, ha="left", x=0.01)
        names = [group.network.removeprefix("inception_") for group in fold]
        for ax, (each, (title, say)) in zip(part.subplots(1, len(COSTS)), COSTS.items(), strict=True):
            values = [getattr(group, each) for group in fold]
            ax.barh(range(len(fold)), values, color=BLUE)
            for row, value in enumerate(values):
                if value:
                    ax.text(value + limits[each] / 25, row, say(value), va="center", fontsize=points - 1)
            ax.set_yticks(range(len(fold)), names if each == "parameters" else [], fontsize=points)
            ax.set_title(f"{title}\n{say(getattr(cost, each))}", fontsize=points + 0.5)
            ax.set(xlim=(0, 1.4 * limits[each]), ylim=(rows - 0.5, -0.5), xticks=[])
            ax.spines[["bottom"]].set_visible(False)
    return figure


@styled
def plot_lines(
    x: Sequence[float] | Sequence[str],
    curves: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ticks: Sequence[float] | None = None,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw named curves, each with its own colour and marker.

    Args:
        x: Positions.
        curves: Name → one value for each position.
        ticks: Where the horizontal axis is labelled; it is then logarithmic.
        log: Whether the vertical axis is logarithmic.
    """
    names = len(x) > 10 and isinstance(x[0], str)  # many, side by side
    ax = axes(ax, (7.2 if len(curves) > 2 else 6.4) + 1.2 * names)
    if ticks:
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    elif all(isinstance(each, int) for each in x):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    elif names:
        ax.tick_params(axis="x", labelsize=8)
    for number, (name, y) in enumerate(curves.items()):
        style = series(number)
        ax.plot(x, y, color=style.color, marker=style.marker, markersize=4, label=name)
    if log:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.grid(color=PALE)
    if len(curves) > 1:
        beside: dict[str, Any] = (
            {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} if len(curves) > 2 else {}
        )
        ax.legend(frameon=False, **beside)
    return ax


@styled
def plot_products(products: Mapping[str, tuple[int, int, int]], names: tuple[str, str, str]) -> Figure:
    """Draw products of two matrices as rectangles: how narrow they are where they meet is the largest rank.

    Sides are as long as the square root of their numbers; the two that meet have a colour of their own.

    Args:
        products: Title → rows of the first matrix, its columns (which the second has as rows), columns
            of the second.
        names: Of the first, the second and their product.
    """
    figure = new_figure(5.6, 2.1 * len(products), layout="constrained")
    for row, (title, (rows, inner, columns)) in enumerate(products.items()):
        ax = figure.add_subplot(len(products), 1, row + 1)
        unit = 1 / max(rows, inner, columns) ** 0.5
        x = 0.0
        shapes = ((rows, inner), (inner, columns), (rows, columns))
        for name, sign, style, (high, wide) in zip(names, "×= ", (SKY, GREEN, GREY), shapes, strict=True):
            w, h = wide**0.5 * unit, high**0.5 * unit
            ax.add_patch(Rectangle((x, -h / 2), w, h, facecolor=style, edgecolor="black"))
            ax.text(x + w / 2, -h / 2 - 0.06, f"{name}\n{high:,}×{wide:,}", ha="center", va="top")
            ax.text(x + w + 0.22, 0, sign, ha="center", va="center", fontsize=16)
            if sign == "×":  # the sides that meet
                ax.plot((x, x + w), (h / 2, h / 2), color=VERMILLION, linewidth=3)
            elif sign == "=":
                ax.plot((x, x), (-h / 2, h / 2), color=VERMILLION, linewidth=3)
            x += w + 0.45
        ax.set(xlim=(-0.3, x - 0.2), ylim=(-0.9, 0.55), title=title, aspect="equal", anchor="W")
        ax.set_axis_off()
    return figure


NEAR = 8  # points from a label to a disc that is not its own
# Of a label beside a disc: below, above, to the right, to the left, and between them.
PLACES = ((0, -1), (0, 1), (1, 0), (-1, 0), (0.7, -0.7), (-0.7, 0.7), (0.7, 0.7), (-0.7, -0.7))


@styled
def plot_zoo(networks: Mapping[str, tuple[float, float, float]], *, ax: Axes | None = None) -> Axes:
    """Draw networks by cost and accuracy; the area of a disc is the number of parameters.

    Args:
        networks: Name → (MACs, accuracy in per cent, parameters).
    """
    ax = axes(ax, 7.6, 4.6)
    for name, (macs, accuracy, parameters) in networks.items():
        color = BLUE if name.startswith("googlenet") else GREY
        ax.scatter(
            macs, accuracy, s=parameters / 4e4, color=color, alpha=0.5, edgecolor="black", linewidth=0.6
        )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(tick)
    low, high = ax.get_xlim()
    ax.set(
        xlim=(low / 1.6, high * 1.6), xlabel="MACs per image (log scale)", ylabel="ImageNet top-1 accuracy, %"
    )
    bottom, top = ax.get_ylim()
    ax.set(ylim=(bottom - 3, top + 3), title="Area of a disc: parameters")
    ax.grid(color=PALE)
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()  # the layout, before anything is measured
    radii = {name: (row[2] / 4e4 / math.pi) ** 0.5 for name, row in networks.items()}  # points
    discs = {}
    for name, (macs, accuracy, _) in networks.items():
        x, y = ax.transData.transform((macs, accuracy))
        radius = radii[name] * DPI / 72
        discs[name] = Bbox.from_extents(x - radius, y - radius, x + radius, y + radius)
    taken: list[Bbox] = []
    # Large discs come first: they have fewer free places around them.
    for name in sorted(networks, key=lambda each: -radii[each]):
        macs, accuracy, parameters = networks[name]
        labels: list[Any] = []
        for away, (right, up) in product((radii[name] + 3, radii[name] + 16), PLACES):
            label = ax.annotate(
                f"{name}, {quantity(parameters)}", (macs, accuracy), (away * right, away * up),
                textcoords="offset points", ha=("right", "center", "left")[round(right) + 1],
                va=("top", "center", "bottom")[round(up) + 1],
                fontsize=10, weight="bold" if name.startswith("googlenet") else "normal",
            )  # fmt: skip
            box = label.get_window_extent()
            others = [disc for other, disc in discs.items() if other != name] + taken
            out = not (ax.bbox.x0 < box.x0 and box.x1 < ax.bbox.x1)
            labels.append((sum(map(box.overlaps, others)) + out, len(labels), label, box))
        best, *rest = sorted(labels, key=lambda found: found[:2])
        for _, _, label, _ in rest:
            label.remove()
        taken.append(best[3])
        # A label that is further away, or near another disc, gets a line to its own.
        near = best[3].padded(NEAR * DPI / 72)
        if best[1] >= len(PLACES) or any(near.overlaps(disc) for at, disc in discs.items() if at != name):
            (x, y), box = ax.transData.transform((macs, accuracy)), best[3].padded(3)
            end = (min(max(x, box.x0), box.x1), min(max(y, box.y0), box.y1))
            ex, ey = ax.transData.inverted().transform(end)
            ax.plot((macs, ex), (accuracy, ey), color=BLACK, linewidth=0.7)
    return ax

"""Figures of photographs and of what a network sees in them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from inception_lab.view.figures.style import (
    BLUE,
    PALE,
    SKY,
    VERMILLION,
    axes,
    branch_style,
    new_figure,
    styled,
)


@styled
def plot_places(picture: Any, places: Mapping[str, Any], *, closer: int = 0, ax: Axes | None = None) -> Axes:
    """Draw a photograph with named places in it.

    Args:
        picture: `(height, width)` or `(height, width, 3)`.
        places: Name → something with a `column` and a `row`.
        closer: Side in pixels of what is drawn once more of each place, four times as large, to the
            right of the photograph; 0 for nothing.
    """
    height, width = picture.shape[:2]
    beside = 1.06 + 8.32 * closer / width if closer else 1.0  # parts of the photograph's width
    ax = axes(ax, 0.7 + 4.7 * beside, 5.2 * height / width)
    ax.set_anchor("W")
    ax.imshow(picture, cmap="gray")
    for name, place in places.items():
        column, row = place.column, place.row
        side = 1 if column < width / 2 or row > height / 2 else -1
        look: dict[str, Any] = {"color": "white", "fontsize": 13, "va": "center", "ha": "center"}
        look["arrowprops"] = {"arrowstyle": "->", "color": "white"}
        look["bbox"] = {"facecolor": "black", "edgecolor": "white", "pad": 2}
        ax.annotate(name, (column + 5 * side, row), (column + 38 * side, row + 12), **look)
    for number, (name, place) in enumerate(places.items() if closer else ()):
        wide, high = 4 * closer / width, 4 * closer / height
        down, across = divmod(number, 2)
        near = ax.inset_axes((1.06 + 1.08 * wide * across, 1 - 1.28 * high * down - 1.12 * high, wide, high))
        near.imshow(picture, cmap="gray")
        column, row, half = place.column, place.row, closer / 2
        near.set(xlim=(column - half, column + half), ylim=(row + half, row - half), xticks=[], yticks=[])
        near.set_title(f"{name}, 4 × ({closer} pixels wide)", fontsize=9)
    ax.set(xlabel="column (pixels)", ylabel="row (pixels)")
    return ax


@styled
def plot_reach(photo: Any, fields: Mapping[str, tuple[Any, int, int]]) -> Figure:
    """Draw, on a photograph, what units see: where their gradients lie, and how far they could reach.

    Args:
        photo: `(height, width, 3)`.
        fields: Name → (effective field, with a `density` and a `centre`; side of the square that holds
            90 % of it; side of the receptive field), in pixels.
    """
    height, width = photo.shape[:2]
    share = 1 / len(fields)
    figure = new_figure(2.5 * len(fields), 3.2)
    beyond = {name: (largest - min(height, width)) / 2 + 8 for name, (_, _, largest) in fields.items()}
    margin = min(height, width) / 6  # all photographs are equally large, and what lies beyond is cut off
    around = max([0.0, *(each for each in beyond.values() if each <= margin)])
    for number, (name, (field, effective, largest)) in enumerate(fields.items()):
        ax = figure.add_axes((share * number + 0.008, 0.01, share - 0.016, 0.77))
        ax.imshow(photo.mean(axis=2), cmap="gray", alpha=0.55)
        strength = field.density / field.density.max()
        ax.imshow(strength, cmap="inferno", alpha=(strength**0.5).clip(0, 1))
        row, column = (middle - 0.5 for middle in field.centre)
        for side, line, color in ((largest, "-", VERMILLION), (effective, "--", BLUE)):
            left, right, top, bottom = column - side / 2, column + side / 2, row - side / 2, row + side / 2
            if line == "--":  # no gradient lies outside the photograph
                left, right = max(left, -0.5), min(right, width - 0.5)
                top, bottom = max(top, -0.5), min(bottom, height - 0.5)
            box = Rectangle((left, top), right - left, bottom - top, fill=False)
            box.set(edgecolor=color, linestyle=line, linewidth=2)
            ax.add_patch(box)
        ax.set(xlim=(-around, width + around), ylim=(height + around, -around))
        ax.set_axis_off()
        seen = "—" if beyond[name] <= margin else "outside"
        ax.set_title(f"{name}\nat most {largest} px ({seen})\n90 % in {effective} px (- -)", fontsize=9)
    return figure


@styled
def plot_pictures(
    pictures: Mapping[str, Any],
    *,
    columns: int = 4,
    size: float = 2.1,
    limits: tuple[float | None, float | None] = (None, None),
) -> Figure:
    """Draw named pictures side by side.

    Args:
        pictures: Title → array, `(height, width)` or `(height, width, 3)`.
        columns: Pictures in a row.
        size: Width of one picture in inches.
        limits: What is black and what is white in all of them; by default each has its own.
    """
    rows = math.ceil(len(pictures) / columns)
    figure = new_figure(size * min(columns, len(pictures)), (size + 0.3) * rows, layout="constrained")
    for number, (title, picture) in enumerate(pictures.items()):
        ax = figure.add_subplot(rows, min(columns, len(pictures)), number + 1)
        ax.imshow(picture, cmap="gray", vmin=limits[0], vmax=limits[1])
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return figure


@styled
def plot_heat(photo: Any, heat: Any, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw where something is large, on a photograph: its colours fade where it is not.

    Args:
        photo: `(height, width, 3)`.
        heat: `(rows, columns)`, of any size; below zero counts as zero.
    """
    height, width = photo.shape[:2]
    ax = axes(ax, 3.2, 3.2 * height / width + 0.3)
    ax.imshow(photo.mean(axis=2), cmap="gray", alpha=0.6, extent=(0, width, height, 0))
    strength = heat.clip(0) / (heat.max() if heat.max() > 0 else 1)
    ax.imshow(
        strength, cmap="inferno", alpha=0.75 * strength**0.5, extent=(0, width, height, 0), vmin=0, vmax=1
    )
    ax.set_title(title, fontsize=10)
    ax.set_axis_off()
    return ax


@styled
def plot_predictions(photos: Mapping[str, Any], predictions: Mapping[str, Sequence[Any]]) -> Figure:
    """Draw photographs, two in a row, each with its likeliest classes as bars.

    Args:
        photos: Name → `(height, width, 3)` or `(height, width)`.
        predictions: Name → things with a `label` and a `probability`, the likeliest first.
    """
    columns, rows = 2, math.ceil(len(photos) / 2)
    figure = new_figure(4.6 * columns, 1.75 * rows)
    for number, (name, photo) in enumerate(photos.items()):
        left, bottom = number % columns / columns, 1 - (number // columns + 1) / rows
        wide, high = 1 / columns, 1 / rows
        picture = figure.add_axes((left + 0.01 * wide, bottom + 0.04 * high, 0.34 * wide, 0.8 * high))
        picture.imshow(photo, cmap="gray")
        picture.set_axis_off()
        picture.set_title(name, fontsize=9)
        ax = figure.add_axes((left + 0.38 * wide, bottom + 0.04 * high, 0.58 * wide, 0.8 * high))
        for row, each in enumerate(predictions[name]):
            ax.barh(row, each.probability, color=SKY)
            ax.text(0.02, row, f"{each.label}, {each.probability:.1%}", va="center", fontsize=8)
        ax.set(xlim=(0, 1), ylim=(len(predictions[name]) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines[["bottom"]].set_visible(False)
    return figure


@styled
def plot_branch_maps(rows: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw some channels of each branch: a row a branch, each map from 0 to its own largest value.

    Args:
        rows: Branch → title of a map → `(height, width)`.
    """
    columns = max(map(len, rows.values()))
    figure = new_figure(1.15 * columns + 0.7, 1.25 * len(rows), layout="constrained")
    for row, (branch, maps) in enumerate(rows.items()):
        for column, (title, values) in enumerate(maps.items()):
            ax = figure.add_subplot(len(rows), columns, row * columns + column + 1)
            ax.imshow(values, cmap="magma", vmin=0, vmax=values.max() or 1)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_color(branch_style(branch).color)
            ax.spines[:].set_visible(True)
            ax.set_title(title, fontsize=8, loc="center")
            if column == 0:
                ax.set_ylabel(branch.replace("x", "×").replace("_", " "), fontsize=9)
    return figure


@styled
def plot_size_tuning(
    table: Mapping[str, Mapping[str, Any]], *, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the mean preferred diameter of each branch, module by module, with its interval.

    Args:
        table: Module → branch → something with `diameter`, `low` and `high`, in pixels.
    """
    ax = axes(ax, 7.2, 3.4)
    names = list(dict.fromkeys(branch for found in table.values() for branch in found))
    for number, branch in enumerate(names):
        style = branch_style(branch)
        shift = (number - (len(names) - 1) / 2) * 0.17
        placed = [(place, found[branch]) for place, found in enumerate(table.values()) if branch in found]
        x = [place + shift for place, _ in placed]
        y = [mean.diameter for _, mean in placed]
        around = [
            [mean.diameter - mean.low for _, mean in placed],
            [mean.high - mean.diameter for _, mean in placed],
        ]
        name = branch.replace("x", "×").replace("_", " ")
        ax.errorbar(x, y, around, fmt=style.marker, color=style.color, markeredgecolor="black", label=name)
    ax.set_yscale("log")
    ax.yaxis.set_minor_locator(NullLocator())
    ticks = (5, 10, 20, 50, 100, 200)
    ax.set_yticks(ticks, [str(tick) for tick in ticks])
    ax.set_xticks(range(len(table)), [module.removeprefix("inception_") for module in table])
    ax.set(xlabel="module", ylabel="preferred diameter (pixels, log scale)", title=title)
    ax.grid(color=PALE, axis="y")
    ax.legend(frameon=False, ncols=len(names), fontsize=9)
    return ax

"""Figures: each function draws numbers it is given and returns its axes; nothing is computed here.

Colours are Okabe and Ito's, which colour-blind readers tell apart; labels and hatches say the same
again, so that colour is never the only cue.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import math
import numbers
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE = "#6B6B6B", "#E8E8E8"
DPI = 100
LARGEST_PNG = 80_000  # bytes
RC: dict[Any, Any] = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True)
class Style:
    """How one series is drawn everywhere."""

    color: str
    hatch: str = ""
    marker: str = "o"


BRANCH_STYLES = {
    "1x1": Style(SKY, "", "o"),
    "3x3": Style(ORANGE, "//", "s"),
    "5x5": Style(GREEN, "..", "^"),
    "7x7": Style(VERMILLION, "xx", "v"),
    "pool": Style(PURPLE, "\\\\", "D"),
}
NAIVE, REDUCED = Style(VERMILLION, "//", "s"), Style(BLUE, "", "o")


def branch_style(path: str) -> Style:
    """Return the style of the branch that a layer belongs to."""
    name = path.split("/")[-1]
    return next((style for key, style in BRANCH_STYLES.items() if name.startswith(key)), Style(GREY))


def new_figure(width: float = 8.6, height: float = 3.4, **options: Any) -> Figure:
    """Return an empty figure, in inches, that no global state keeps alive."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white", **options)
    FigureCanvasAgg(figure)
    return figure


def axes(ax: Axes | None, width: float = 6.4, height: float = 3.2) -> Axes:
    """Return `ax`, or the axes of a new figure."""
    return ax if ax is not None else new_figure(width, height, layout="constrained").add_subplot()


Plot = TypeVar("Plot", bound=Callable[..., Any])
# JupyterLab has a kernel handle widgets' messages in a thread beside the one that runs cells.
DRAWING = threading.RLock()


def styled(plot: Plot) -> Plot:
    """Have a function draw in this project's style, and leave matplotlib's settings as they are."""

    @functools.wraps(plot)
    def draw(*args: Any, **kwargs: Any) -> Any:
        with DRAWING, matplotlib.rc_context(RC):
            return plot(*args, **kwargs)

    return draw  # type: ignore[return-value]


def one_at_a_time(method: Plot) -> Plot:
    """Have a method wait until no other thread draws."""

    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        with DRAWING:
            return method(*args, **kwargs)

    return run  # type: ignore[return-value]


def quantity(value: float) -> str:
    """Write a number as people say it, with three digits or four.

    Example:
        >>> [quantity(n) for n in (832, 12_443_648, 173_408_256, 15_500_000_000)]
        ['832', '12.4 M', '173.4 M', '15.50 G']
    """
    for limit, letter, digits in ((1e9, "G", 2), (1e6, "M", 1), (1e4, "k", 1)):
        if abs(value) >= limit:
            scaled = value / (1e3 if letter == "k" else limit)
            return f"{scaled:,.{2 if abs(scaled) < 10 else digits}f} {letter}"
    return f"{value:,.0f}"


def tick(value: float, _: Any = None) -> str:
    """Write a number on an axis, as short as it can be.

    Example:
        >>> [tick(n) for n in (0, 500, 25e6, 2.5e9)]
        ['0', '500', '25 M', '2.5 G']
    """
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if letter == 'k' else limit):g} {letter}"
    return f"{value:,g}"


def readable(value: Any) -> str:
    """Write one cell of a table: shapes with ×, whole numbers with separators, two decimals else.

    Example:
        >>> [readable(cell) for cell in (120422400, (28, 28, 192), 2.1666, "1x1")]
        ['120,422,400', '28×28×192', '2.17', '1x1']
    """
    if isinstance(value, tuple):
        return "×".join(map(readable, value))
    if isinstance(value, numbers.Integral):
        return f"{int(value):,}"
    return f"{value:,.2f}" if isinstance(value, numbers.Real) else str(value)


def size(number: float) -> str:
    """Write a number of bytes.

    Example:
        >>> size(832), size(1_304_576)
        ('832 B', '1.30 MB')
    """
    text = quantity(number)
    return text + ("B" if text[-1].isalpha() else " B")


def ceiling(value: float) -> float:
    """Return the next number of 1, 2, 3, 5 × a power of ten: axis limits that move in steps.

    Example:
        >>> [ceiling(n) for n in (0, 7, 120, 310)]
        [1.0, 10.0, 200.0, 500.0]
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 3, 5, 10) if step * power >= value)


def show(figure: Any, alt: str | None = None) -> Any:
    """Show a figure in a notebook, with alternative text, which JupyterLab drops from plain images.

    Args:
        figure: A matplotlib figure, axes, or an explorer.
        alt: What the picture shows, in a sentence; an explorer brings its own.

    Returns:
        An object that the notebook displays.

    Raises:
        ValueError: If there is no alternative text.
    """
    from IPython.display import HTML

    alt = alt or getattr(figure, "readout", None)
    if not alt:
        raise ValueError("`alt` must say in a sentence what the figure shows. Received: none.")
    return HTML(figure_html(figure if isinstance(figure, Figure) else figure.figure, alt))


def figure_html(figure: Figure, alt: str) -> str:
    """Return a figure as an `<img>` element: PNG, or JPEG where photographs make that too large."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    if buffer.tell() <= LARGEST_PNG:
        return picture_html(buffer.getvalue(), alt)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="jpeg", dpi=DPI, pil_kwargs={"quality": 90})
    return picture_html(buffer.getvalue(), alt, "jpeg")


def picture_html(data: bytes, alt: str, kind: str = "png") -> str:
    """Return an `<img>` element that holds the picture itself."""
    text = base64.b64encode(data).decode()
    style = "max-width:100%;height:auto"
    return f'<img src="data:image/{kind};base64,{text}" alt="{html.escape(alt, quote=True)}" style="{style}">'


@styled
def plot_bars(
    values: Mapping[str, float],
    *,
    unit: str,
    title: str = "",
    styles: Mapping[str, Style] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw named quantities as labelled horizontal bars, the first on top.

    Args:
        values: Name → quantity.
        unit: Label of the axis.
        title: What the picture says.
        styles: Name → style; by default that of the branch with this name.
        ax: Where to draw; by default a new figure.
    """
    ax = axes(ax, height=0.9 + 0.42 * len(values))
    limit = ceiling(1.15 * max(values.values(), default=1))
    for row, (name, value) in enumerate(values.items()):
        style = (styles or {}).get(name) or branch_style(name)
        ax.barh(row, value, color=style.color, hatch=style.hatch, edgecolor="white")
        ax.text(value + limit / 80, row, quantity(value), va="center")
    ax.set_yticks(range(len(values)), list(values))
    ax.set(ylim=(len(values) - 0.5, -0.5), xlim=(0, limit), xlabel=unit, title=title)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(tick)
    return ax


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
    styles: Mapping[str, Style] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw named curves, each with its own colour and marker.

    Args:
        x: Positions.
        curves: Name → one value for each position.
        xlabel: Label of the horizontal axis, with its unit.
        ylabel: Label of the vertical axis, with its unit.
        title: What the picture says.
        ticks: Where the horizontal axis is labelled; it is then logarithmic.
        log: Whether the vertical axis is logarithmic.
        styles: Name → style.
        ax: Where to draw; by default a new figure.
    """
    ax = axes(ax)
    default = [
        Style(color, marker=marker)
        for color, marker in zip((BLUE, ORANGE, GREEN, PURPLE, VERMILLION), "osD^v", strict=True)
    ]
    if ticks:
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    for number, (name, y) in enumerate(curves.items()):
        style = (styles or {}).get(name) or default[number % len(default)]
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
def plot_runs(
    runs: Mapping[str, tuple[float, Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw stored runs: a dot a run, a bar at the mean of each group, the group's name below.

    Args:
        runs: Name → (position, one value a run).
        xlabel: Label of the horizontal axis, with its unit.
        ylabel: Label of the vertical axis, with its unit.
        title: What the picture says.
        ax: Where to draw; by default a new figure.
    """
    ax = axes(ax, 7.2, 3.6)
    for name, (x, values) in runs.items():
        mean = sum(values) / len(values)
        ax.plot([x] * len(values), values, "o", color=BLUE, alpha=0.7)
        ax.plot([x], [mean], "_", color=BLACK, markersize=22, markeredgewidth=2)
        ax.annotate(
            name, (x, min(values)), (0, -10), textcoords="offset points", ha="center", va="top", fontsize=9
        )
    ax.margins(0.1, 0.2)
    ax.xaxis.set_major_formatter(tick)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.grid(color=PALE)
    return ax


@styled
def plot_places(picture: Any, places: Mapping[str, Any], *, ax: Axes | None = None) -> Axes:
    """Draw a photograph with named places in it.

    Args:
        picture: `(height, width)` or `(height, width, 3)`.
        places: Name → something with a `column` and a `row`.
        ax: Where to draw; by default a new figure.
    """
    height, width = picture.shape[:2]
    ax = axes(ax, 5.2, 5.2 * height / width)
    ax.imshow(picture, cmap="gray")
    for name, place in places.items():
        column, row = place.column, place.row
        side = 1 if column < width / 2 else -1
        ax.annotate(
            name,
            (column + 7 * side, row),
            (column + 38 * side, row + 12),
            color="white",
            fontsize=13,
            va="center",
            ha="center",
            arrowprops={"arrowstyle": "->", "color": "white"},
            bbox={"facecolor": "black", "edgecolor": "white", "pad": 2},
        )
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
    figure = new_figure(2.3 * len(fields), 3.0)
    for number, (name, (field, effective, largest)) in enumerate(fields.items()):
        ax = figure.add_axes((share * number + 0.008, 0.01, share - 0.016, 0.77))
        ax.imshow(photo.mean(axis=2), cmap="gray", alpha=0.55)
        strength = field.density / field.density.max()
        ax.imshow(strength, cmap="inferno", alpha=(strength**0.5).clip(0, 1))
        row, column = (middle - 0.5 for middle in field.centre)
        for side, line, color in ((largest, "-", VERMILLION), (effective, "--", BLUE)):
            box = Rectangle((column - side / 2, row - side / 2), side, side, fill=False, clip_on=False)
            box.set(edgecolor=color, linestyle=line, linewidth=2)
            ax.add_patch(box)
        around = max(0.0, (largest - min(height, width)) / 2 + 8)
        ax.set(xlim=(-around, width + around), ylim=(height + around, -around))
        ax.set_axis_off()
        ax.set_title(f"{name}\nat most {largest} px (—)\n90 % in {effective} px (- -)", fontsize=9)
    return figure


@styled
def plot_zoo(networks: Mapping[str, tuple[float, float, float]], *, ax: Axes | None = None) -> Axes:
    """Draw networks by cost and accuracy; the area of a disc is the number of parameters.

    Args:
        networks: Name → (MACs, accuracy in per cent, parameters).
        ax: Where to draw; by default a new figure.
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
    discs = {}
    for name, (macs, accuracy, parameters) in networks.items():
        x, y = ax.transData.transform((macs, accuracy))
        radius = (parameters / 4e4 / math.pi) ** 0.5 * DPI / 72
        discs[name] = Bbox.from_extents(x - radius, y - radius, x + radius, y + radius)
    taken: list[Bbox] = []
    for name, (macs, accuracy, parameters) in networks.items():
        gap = (parameters / 4e4 / math.pi) ** 0.5 + 3
        labels: list[Any] = []
        for x, y, ha, va in ((0, -gap, "center", "top"), (0, gap, "center", "bottom"),
                             (gap, 0, "left", "center"), (-gap, 0, "right", "center")):  # fmt: skip
            label = ax.annotate(
                f"{name}, {quantity(parameters)}", (macs, accuracy), (x, y), textcoords="offset points",
                ha=ha, va=va, fontsize=8, weight="bold" if name.startswith("googlenet") else "normal",
            )  # fmt: skip
            box = label.get_window_extent()
            others = [disc for other, disc in discs.items() if other != name] + taken
            labels.append((sum(box.overlaps(other) for other in others), len(labels), label, box))
        best, *rest = sorted(labels, key=lambda found: found[:2])
        for _, _, label, _ in rest:
            label.remove()
        taken.append(best[3])
    return ax


@styled
def plot_pictures(
    pictures: Mapping[str, Any],
    *,
    columns: int = 4,
    cmap: str = "gray",
    size: float = 2.1,
    symmetric: bool = False,
    places: Mapping[str, Any] | None = None,
) -> Figure:
    """Draw named pictures side by side.

    Args:
        pictures: Title → array, `(height, width)` or `(height, width, 3)`.
        columns: Pictures in a row.
        cmap: Colour map of pictures without colours.
        size: Width of one picture in inches.
        symmetric: Whether zero is put in the middle of the colour map.
        places: Name → something with a `column` and a `row`, marked in every picture.
    """
    rows = math.ceil(len(pictures) / columns)
    figure = new_figure(size * min(columns, len(pictures)), (size + 0.3) * rows, layout="constrained")
    for number, (title, picture) in enumerate(pictures.items()):
        ax = figure.add_subplot(rows, min(columns, len(pictures)), number + 1)
        limit = abs(picture).max() if symmetric else None
        ax.imshow(picture, cmap=cmap, vmin=None if limit is None else -limit, vmax=limit)
        for name, place in (places or {}).items():
            ax.annotate(
                name,
                (place.column, place.row),
                (place.column - 46, place.row - 20),
                color="white",
                arrowprops={"arrowstyle": "->", "color": "white"},
            )
        ax.set_title(title, fontsize=10)
        ax.set_axis_off()
    return figure


@styled
def plot_heat(photo: Any, heat: Any, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw where something is large, on a photograph: its colours fade where it is not.

    Args:
        photo: `(height, width, 3)`.
        heat: `(rows, columns)`, of any size; below zero counts as zero.
        title: What the picture says.
        ax: Where to draw; by default a new figure.
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
def plot_predictions(
    photos: Mapping[str, Any], predictions: Mapping[str, Sequence[Any]], *, columns: int = 2
) -> Figure:
    """Draw photographs, each with its likeliest classes as bars.

    Args:
        photos: Name → `(height, width, 3)` or `(height, width)`.
        predictions: Name → things with a `label` and a `probability`, the likeliest first.
        columns: Photographs in a row.
    """
    rows = math.ceil(len(photos) / columns)
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
def plot_branch_maps(rows: Mapping[str, Mapping[str, Any]], *, cmap: str = "magma") -> Figure:
    """Draw some channels of each branch: a row a branch, each map from 0 to its own largest value.

    Args:
        rows: Branch → title of a map → `(height, width)`.
        cmap: Colour map.
    """
    columns = max(map(len, rows.values()))
    figure = new_figure(1.15 * columns + 0.7, 1.35 * len(rows), layout="constrained")
    for row, (branch, maps) in enumerate(rows.items()):
        for column, (title, values) in enumerate(maps.items()):
            ax = figure.add_subplot(len(rows), columns, row * columns + column + 1)
            ax.imshow(values, cmap=cmap, vmin=0, vmax=values.max() or 1)
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
        title: What the picture says.
        ax: Where to draw; by default a new figure.
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

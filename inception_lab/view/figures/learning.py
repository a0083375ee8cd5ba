"""Figures of training: curves, stored runs, accuracies by size."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter

from inception_lab.text import tick
from inception_lab.view.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    axes,
    new_figure,
    series,
    styled,
)


@styled
def plot_runs(
    runs: Mapping[str, tuple[float, Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw stored runs: a dot a run, a bar at the mean of each group, its name below in its colour.

    Args:
        runs: Name → (position, one value a run).
    """
    ax = axes(ax, 7.2, 3.6)
    for number, (name, (x, values)) in enumerate(runs.items()):
        style = series(number)
        mean = sum(values) / len(values)
        ax.plot([x] * len(values), values, style.marker, color=style.color, alpha=0.7)
        ax.plot([x], [mean], "_", color=BLACK, markersize=22, markeredgewidth=2)
        ax.annotate(
            name,
            (x, min(values)),
            (0, -10),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9,
            weight="bold",
            color=style.color,
        )
    ax.margins(0.1, 0.2)
    ax.xaxis.set_major_formatter(tick)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.grid(color=PALE)
    return ax


@styled
def plot_history(history: Sequence[Mapping[str, float]], *, epochs: int, chance: float = 0.1) -> Figure:
    """Draw how a network learned: loss on the left, accuracy on the right.

    Args:
        history: A row an epoch, as `Result.history` has them.
        epochs: Length of the training, where the axes end.
        chance: Accuracy of guessing.
    """
    figure = new_figure(9.2, 3.1, layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    at = [row["epoch"] for row in history]
    markers = 5 if epochs <= 30 else 0  # more of them would hide the lines
    for ax, train, validation in (
        (loss, "loss", "validation_loss"),
        (accuracy, "main_accuracy", "validation_accuracy"),
    ):
        ax.plot(at, [row[train] for row in history], "o-", color=BLUE, markersize=markers, label="train")
        y = [row[validation] for row in history]
        ax.plot(at, y, "s--", color=VERMILLION, markersize=markers, label="validation")
    loss.set(ylabel="loss (nats)", ylim=(0, None))
    accuracy.set(ylabel="accuracy", ylim=(0, 1.03))
    accuracy.yaxis.set_major_formatter(PercentFormatter(1.0))
    accuracy.axhline(chance, color=GREY, linestyle=":", label="guessing")
    for ax in (loss, accuracy):
        ax.set(xlabel="epoch", xlim=(0.7, epochs + 0.3))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.grid(color=PALE)
    # Where no curve stays: what learns passes above it, what does not lies below.
    accuracy.legend(loc="center right", facecolor="white", framealpha=1, edgecolor="none")
    return figure


@styled
def plot_by_size(
    curves: Mapping[str, Sequence[Any]],
    *,
    band: tuple[float, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw accuracy against the size of the object.

    Args:
        curves: Name → things with a `size`, in pixels, and an `accuracy`, as
            `accuracy_by_size` gives them.
        band: Sizes that are shaded, such as those trained on.

    Raises:
        ValueError: If there is no curve, or a size that a logarithmic axis has no place for.
    """
    sizes = sorted({point.size for points in curves.values() for point in points})
    if not sizes or not sizes[0] > 0:
        raise ValueError(f"`curves` must have sizes above 0. Received: {sizes[0] if sizes else 'none'}.")
    ax = axes(ax, 7.6, 3.5)
    ax.set_xscale("log")
    if band:
        ax.axvspan(*band, color=ORANGE, alpha=0.2, linewidth=0)
    count = len(curves)
    for number, (name, points) in enumerate(curves.items()):
        style, line = series(number), ("-", "--")[number % 2]
        x, y = [point.size for point in points], [point.accuracy for point in points]
        ax.plot(x, y, line, color=style.color, marker=style.marker, markersize=5, label=name)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(sizes, [f"{size:g}" for size in sizes])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set(xlabel="size of the digit (pixels, log scale)", ylabel="accuracy", title=title)
    ax.grid(color=PALE)
    if count > 1:
        ax.legend(frameon=False, fontsize=9, ncols=1 + (count - 1) // 12)
    return ax


@styled
def plot_differences(
    differences: Mapping[str, tuple[float, tuple[float, float]]],
    *,
    unit: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw differences with their intervals, and where there would be none.

    Args:
        differences: Name → (difference, ends of its interval).
    """
    ax = axes(ax, 7.2, 1.1 + 0.4 * len(differences))
    ax.axvline(0, color=BLACK, linewidth=1)
    for row, (value, (low, high)) in enumerate(differences.values()):
        ax.hlines(row, low, high, color=SKY, linewidth=5)
        ax.plot([value], [row], "o", color=BLUE)
    ax.set_yticks(range(len(differences)), list(differences))
    ax.set(ylim=(len(differences) - 0.5, -0.5), xlabel=unit, title=title)
    ax.grid(color=PALE, axis="x")
    return ax


@styled
def plot_rates(
    panels: Mapping[str, Mapping[str, Mapping[float, Sequence[float]]]],
    *,
    ylabel: str,
    works: float,
    chance: float = 0.1,
) -> Figure:
    """Draw accuracy against the learning rate, side by side for several networks: a dot a run.

    Args:
        panels: Title → name of a curve → rate → one accuracy a run. The curves go through the means.
        ylabel: Label of the vertical axis.
        works: The accuracy above which a rate works; marked.
        chance: Accuracy without knowledge; marked.
    """
    figure = new_figure(8.6, 0.6 + 2.4 * -(-len(panels) // 2), layout="constrained")
    grid = figure.subplots(-(-len(panels) // 2), 2, sharey=True, squeeze=False).flat
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    listed: dict[str, Any] = {}
    for ax, (title, curves) in zip(grid, panels.items(), strict=False):
        for name, by_rate in curves.items():
            number = names.index(name)
            style, shift = series(number), 1.08 ** (2 * number - len(names) + 1)
            x = [rate * shift for rate in by_rate]
            for place, values in zip(x, by_rate.values(), strict=True):
                ax.plot([place] * len(values), values, style.marker, color=style.color, alpha=0.5)
            means = [sum(values) / len(values) for values in by_rate.values()]
            (listed[name],) = ax.plot(
                x, means, ("--", "-")[number % 2], color=style.color, marker=style.marker, ms=0, label=name
            )
        ax.axhline(chance, color=GREY, linewidth=1, linestyle=":")
        ax.axhline(works, color=GREY, linewidth=1)
        rates = sorted({rate for by_rate in curves.values() for rate in by_rate})
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
        every = 1 + len(rates) // 8
        ax.set_xticks(rates, [f"{r:g}" * (n % every == 0) for n, r in enumerate(rates)], fontsize=8)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set(title=title, ylim=(-0.03, 1.05))
    figure.legend(list(listed.values()), list(listed), frameon=False, loc="outside upper right", ncols=2)
    for word, at, above in (("works", works, 2), ("guessing", chance, -10)):
        figure.axes[0].annotate(word, (0, at), (2, above), xycoords=("axes fraction", "data"),
                       textcoords="offset points", fontsize=8, color=GREY)  # fmt: skip
    figure.supxlabel("highest learning rate (log scale)", fontsize=10)
    figure.supylabel(ylabel, fontsize=10)
    return figure


@styled
def plot_hard(found: Mapping[str, tuple[int, int, int]], readers: int) -> Figure:
    """Draw how a class did in each exercise: stacked bars, the first exercise on top.

    Args:
        found: Exercise → readers who solved it at once, after wrong answers, and tried it in vain.
        readers: In the class.
    """
    figure = new_figure(7.6, 1.2 + 0.2 * len(found), layout="constrained")
    ax = figure.add_subplot()
    kinds = (("at once", GREEN, ""), ("after wrong answers", SKY, "//"), ("not solved", VERMILLION, "xx"))
    left = [0] * len(found)
    for kind, (name, color, hatch) in enumerate(kinds):
        counts = [each[kind] for each in found.values()]
        ax.barh(range(len(found)), counts, left=left, color=color, hatch=hatch, edgecolor="white", label=name)
        left = [before + count for before, count in zip(left, counts, strict=True)]
    ax.set_yticks(range(len(found)), list(found), fontsize=8)
    ax.set(ylim=(len(found) - 0.5, -0.5), xlim=(0, readers), xlabel="readers", ylabel="exercise")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=9)
    return figure

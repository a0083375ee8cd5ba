"""`explore.stack()`: the same module again and again, naive against reduced."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.architecture.modules import BRANCHES as FIELDS
from inception_lab.architecture.modules import InceptionRow, inception_module
from inception_lab.architecture.network import Sequence
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.explorer import Control, Explorer, Handle, Integer, State
from inception_lab.view.explorers.modules import six_numbers
from inception_lab.view.figures import NAIVE, REDUCED, ceiling, quantity

MOST = 12


def stack(row: InceptionRow, modules: int, input_shape: tuple[int, int, int]) -> Cost:
    """Count `modules` equal modules, each fed by the one before."""
    parts = (inception_module(row, name=f"module_{number}") for number in range(1, modules + 1))
    return cost(Sequence(*parts), input_shape)


@dataclass(frozen=True)
class TwoStacks:
    """The two stacks."""

    naive: Cost
    reduced: Cost


def heights(metric: str, name: str, result: TwoStacks) -> list[int]:
    """Return how high the bars of the modules stand."""
    modules = getattr(result, name).by_module().values()
    return [module.macs if metric == "macs" else module.output_shape[-1] for module in modules]


class Stack(Explorer):
    """What happens when modules stand on modules?"""

    title = "A stack of modules"
    hint = "Each module feeds the next. How fast do channels and MACs grow?"
    leading: ClassVar = ("modules", "conv3x3", "channels")
    presets: ClassVar = {
        "one module": {"modules": 1},
        "nine, as in GoogLeNet": {"modules": 9},
        "nine with 3b's numbers": {"modules": 9, **vars(TABLE_1["3b"])},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "modules": Integer("Modules", 4, 1, MOST),
            "channels": Integer("Input channels", 192, 1, 1024),
            **six_numbers(),
            "side": Integer("Input side", 28, 7, 56),
        }

    def compute(self, state: State) -> TwoStacks:
        row = InceptionRow(**{name: state[name] for name in FIELDS})
        shape = (state["side"], state["side"], state["channels"])
        return TwoStacks(stack(row.naive, state["modules"], shape), stack(row, state["modules"], shape))

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.6, 5.3)
        self._axes = {
            "channels": self.add_axes(figure, (0.085, 0.15, 0.385, 0.75), (0.65, 3.15, 0.05, 1.85)),
            "macs": self.add_axes(figure, (0.59, 0.15, 0.4, 0.75), (0.65, 0.5, 0.05, 1.85)),
        }
        said = {
            "channels": ("Channels that come out", "channels"),
            "macs": ("MACs of each module", "MACs per image"),
        }
        for metric, ax in self._axes.items():
            title, label = said[metric]
            ax.set(xlabel="module", ylabel=self.either(label, ""), title=title, xlim=(-1.1, MOST + 1.8))
            named = range(1, MOST + 1, 1 if self.width > 5 else 2)
            ax.set_xticks(named, map(str, named), fontsize=9)
            ax.yaxis.set_major_formatter(figures.tick)
            ax.grid(color=figures.PALE, axis="y")
        return figure

    def prepare(self, canvas: Canvas) -> None:
        self._bars = {
            (metric, name): ax.bar(
                [number + offset for number in range(1, MOST + 1)], [0] * MOST, 0.38,
                color=style.color, hatch=style.hatch, edgecolor="white", linewidth=0, label=name,
            )
            for metric, ax in self._axes.items()
            for name, style, offset in (("naive", NAIVE, -0.2), ("reduced", REDUCED, 0.2))
        }  # fmt: skip
        self._axes["macs"].legend(
            loc=self.either("lower right", "upper left"), bbox_to_anchor=self.either((1, 1), (0, 1)),
            ncols=self.either(2, 1), frameon=False, fontsize=9, borderaxespad=0.1, handlelength=1.4,
            columnspacing=1.2,
        )  # fmt: skip
        self._last = {
            (metric, name): self._axes[metric].text(0, 0, "", fontsize=9, ha=side, va="bottom")
            for metric in self._axes
            for name, side in (("naive", "right"), ("reduced", "left"))
        }
        for bars in self._bars.values():
            canvas.add(*bars)
        self._before = {key: LineCollection([], colors="black", linewidths=1.6) for key in self._bars}
        for (metric, _), lines in self._before.items():
            self._axes[metric].add_collection(lines, autolim=False)
        canvas.add(*self._before.values(), *self._last.values())

    def draw(self, canvas: Canvas, result: TwoStacks) -> None:
        was = self.ghost
        for metric, ax in self._axes.items():
            top = 0
            for name in ("naive", "reduced"):
                values = heights(metric, name, result)
                before = heights(metric, name, was) if was else []
                top = max(top, *values)
                for number, bar in enumerate(self._bars[metric, name]):
                    canvas.put(bar, height=values[number] if number < len(values) else 0)
                ticks = [
                    [(bar.get_x(), height), (bar.get_x() + bar.get_width(), height)]
                    for bar, height in zip(self._bars[metric, name], before, strict=False)
                ]
                canvas.put(self._before[metric, name], segments=ticks)
                canvas.put(
                    self._last[metric, name],
                    text=quantity(values[-1]),
                    x=len(values) + (0 if name == "naive" else 0.03),
                    y=values[-1],
                )
            canvas.limits(ax, y=(0, ceiling(1.12 * top)))

    def handles(self) -> Iterator[Handle]:
        for metric, ax in self._axes.items():
            for number in range(1, MOST + 1):
                yield Handle(
                    ax, (number - 0.4, 0, number + 0.4, ax.get_ylim()[1]), "Press: so many modules",
                    lambda x, _: {"modules": x}, {"modules": number}, "pointer",
                )  # fmt: skip
            for name in ("naive", "reduced"):
                for number, bar in enumerate(self._bars[metric, name][: self.state["modules"]]):
                    pulled = self.pulled(
                        "conv3x3",
                        lambda both, metric=metric, name=name, number=number: (  # type: ignore[misc]
                            heights(metric, name, both)[number]
                        ),
                    )
                    x, top = bar.get_x(), bar.get_height()
                    yield Handle(
                        ax, (x, top, x + bar.get_width(), top), "Pull: filters of the 3×3",
                        lambda _, y, pulled=pulled: pulled(y), cursor="ns-resize",  # type: ignore[misc]
                    )  # fmt: skip

    def describe(self, result: TwoStacks) -> str:
        naive, reduced = result.naive, result.reduced
        modules = list(naive.by_module().values())
        steps = [second.macs - first.macs for first, second in pairwise(modules[1:])]
        growth = (
            f" From the second on, a naive module costs {quantity(steps[0])} MACs more than the one before."
            if steps
            else ""
        )
        return (
            f"{len(modules)} × naive: {quantity(naive.macs)} MACs in all, "
            f"{naive.output_shape[-1]:,} channels at the end. {len(modules)} × reduced: "
            f"{quantity(reduced.macs)} MACs, {reduced.output_shape[-1]:,} channels. "
            f"Naive costs {naive.macs / reduced.macs:.2f} × as much.{growth}"
        )

"""`explore.recipes()`: the learning rate of a recipe from the first epoch to the last."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from inception_lab.model.training.recipes import RECIPES, Recipe
from inception_lab.view import figures
from inception_lab.view.engine.canvas import Canvas
from inception_lab.view.engine.curves import curve_handles
from inception_lab.view.engine.explorer import Choice, Control, Explorer, Handle, Integer, State

STEPS = 100  # points an epoch
LONGEST = 300  # epochs
LOOKS = (  # of the curves: colour and dashes
    (figures.VERMILLION, "--"), (figures.GREEN, ":"), (figures.PURPLE, "-."), (figures.ORANGE, (0, (6, 2))),
    (figures.BLACK, (0, (1, 1))), (figures.SKY, (0, (3, 1, 1, 1, 1, 1))),
)  # fmt: skip


@dataclass(frozen=True)
class Schedules:
    """A recipe over some epochs, beside the others."""

    name: str  # of the recipe
    recipe: Recipe
    epochs: int
    all_rates: dict[str, npt.NDArray[np.float32]]  # the learning rates of every recipe, by name

    @property
    def rates(self) -> npt.NDArray[np.float32]:
        """The learning rate at 100 steps an epoch."""
        return self.all_rates[self.name]


def axis_end(epochs: int) -> float:
    """Return where the axis ends: it moves in steps, so that a small drag leaves the frame as it is."""
    step = 0.5 * float(10 ** math.floor(math.log10(epochs)))
    return step * math.ceil(1.02 * epochs / step)


class Recipes(Explorer):
    """Learning rate against epoch."""

    title = "How fast does it learn, and when?"
    hint = (
        "The learning rate of each recipe from the first epoch to the last, as a share of its highest. "
        "The chosen recipe's curve lies on a broad band."
    )
    presets: ClassVar = {
        "the article's 25 epochs": {"recipe": "article", "epochs": 25},
        "the paper's, long enough to matter": {"recipe": "paper", "epochs": 250},
        "ours, on the digits": {"recipe": "modern", "epochs": 7},
    }

    def declare(self) -> dict[str, Control]:
        return {
            "recipe": Choice("Recipe", "article", tuple((name, name) for name in RECIPES)),
            "epochs": Integer("Epochs", 25, 1, LONGEST),
        }

    def compute(self, state: State) -> Schedules:
        name, epochs = state["recipe"], state["epochs"]
        rates = {each: recipe.learning_rates(epochs, STEPS) for each, recipe in RECIPES.items()}
        return Schedules(name, RECIPES[name], epochs, rates)

    def make_figure(self) -> Figure:
        figure = self.new_figure(3.6, 5.4)
        ax = self._axes = self.add_axes(figure, (0.085, 0.16, 0.58, 0.78), (0.75, 3.05, 0.1, 2.2))
        ax.set(
            xlabel="epoch",
            ylabel=self.either("learning rate, share of its highest", "share of the highest rate"),
        )
        ax.set_ylim(0, 1.05)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.grid(color=figures.PALE)
        return figure

    def prepare(self, canvas: Canvas) -> None:
        ax = self._axes
        (self._chosen,) = ax.plot([], [], color=figures.SKY, linewidth=8, alpha=0.5)
        self._curves = {
            names: ax.plot([], [], color=color, linestyle=dashes, linewidth=1.6)[0]
            for names, (color, dashes) in zip(self._alike(), LOOKS, strict=False)
        }
        place = self.either((0.70, 0.94), (0.05, 0.475))
        self._text = self.figure.text(*place, "", va="top", fontsize=self.either(9.5, 9), linespacing=1.6)
        self.figure.legend(
            [*self._curves.values(), self._chosen], [*map(" = ".join, self._curves), "the chosen one"],
            loc="lower left", bbox_to_anchor=self.either((0.685, 0.1), (0.0, 0.0)), ncols=2, fontsize=9,
            frameon=False, handlelength=2.2, columnspacing=0.8,
        )  # fmt: skip
        canvas.add(self._chosen, *self._curves.values(), self._text)

    def _alike(self) -> list[tuple[str, ...]]:
        """Return the recipes' names, those together that have the same curve: it is drawn once."""
        found: dict[bytes, tuple[str, ...]] = {}
        for name, recipe in RECIPES.items():
            rates = recipe.learning_rates(LONGEST)
            curve = (rates / rates.max()).tobytes()
            found[curve] = (*found.get(curve, ()), name)
        return list(found.values())

    def draw(self, canvas: Canvas, result: Schedules) -> None:
        at = (np.arange(len(result.rates)) + 1) / STEPS
        canvas.limits(self._axes, x=(0.0, axis_end(result.epochs)))
        for (name, *_), line in self._curves.items():
            canvas.put(line, data=(at, result.all_rates[name] / result.all_rates[name].max()))
        canvas.put(self._chosen, data=(at, result.rates / result.rates.max()))
        recipe = result.recipe
        averaged = f"{recipe.averaging:g}" if recipe.averaging else "none"
        self._text.set_text(
            "\n".join(
                (
                    f"learning rate {result.rates[0]:.4f} at first,",
                    f"{result.rates.max():.4f} at its highest, {result.rates[-1]:.4f} at last",
                    "",
                    f"SGD, momentum {recipe.momentum:g}{', Nesterov' if recipe.nesterov else ''}",
                    f"batches of {recipe.batch_size}",
                    f"weight decay {recipe.weight_decay:g}",
                    f"label smoothing {recipe.label_smoothing:g}",
                    f"Polyak averaging {averaged}",
                )
            )
        )

    def handles(self) -> Iterator[Handle]:
        for names, line in self._curves.items():
            others = [name for name in names if name != self.state["recipe"]] or names
            press, hint = {"recipe": others[0]}, f"Press: bring {others[0]} forward"
            yield from curve_handles(self._axes, line, press, hint)

    def describe(self, result: Schedules) -> str:
        first, highest, last = result.rates[0], result.rates.max(), result.rates[-1]
        most = f", by way of {highest:.4f}" if highest > 1.001 * first else ""
        return (
            f"Recipe {result.name}, {result.epochs} epochs: the learning rate goes from {first:.4f} to "
            f"{last:.4f}{most}; on average {result.rates.mean():.4f}, batches of {result.recipe.batch_size}."
        )

    def keras_code(self, state: State) -> str:
        recipe = self.compute(state).recipe
        lines = [
            "import keras",
            "",
            "steps_per_epoch = 125  # training pictures / batch size",
            f"steps = {state['epochs']} * steps_per_epoch",
        ]
        if recipe.schedule == "steps":
            lines += [
                "schedule = keras.optimizers.schedules.ExponentialDecay(",
                f"    {recipe.learning_rate:g}, decay_steps={recipe.decay_epochs} * steps_per_epoch, "
                f"decay_rate={recipe.decay:g}, staircase=True",
                ")",
            ]
        else:
            lines += [
                f"warm_up = round({recipe.warm_up:g} * steps)",
                "schedule = keras.optimizers.schedules.CosineDecay(",
                f"    0.0, decay_steps=steps - warm_up, warmup_target={recipe.learning_rate:g}, "
                "warmup_steps=warm_up",
                ")",
            ]
        options = f", momentum={recipe.momentum:g}" + (", nesterov=True" if recipe.nesterov else "")
        return "\n".join([*lines, f"optimizer = keras.optimizers.SGD(schedule{options})"])

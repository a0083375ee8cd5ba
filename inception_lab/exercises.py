"""Exercises that answer, and predictions that are kept until the reveal.

No answer is stored: the truth is computed with this package when it is asked for. A blank (`None`
or `...`) never raises, so Run All goes through; a wrong answer gets a hint, the next one a stronger hint.
"""

from __future__ import annotations

import html
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from inception_lab.spec.cost import cost
from inception_lab.spec.googlenet import TABLE_1, InceptionRow, googlenet, inception_module, naive_module
from inception_lab.spec.layers import Conv2D
from inception_lab.spec.network import Sequence

Judge = Callable[[Any], tuple[bool, str]]


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer.

    Attributes:
        right: True, False, or None where there was nothing to judge.
        text: The verdict in words.
    """

    right: bool | None
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        color = {True: "#009E73", False: "#D55E00", None: "#6B6B6B"}[self.right]
        return f'<div style="border-left:4px solid {color};padding:2px 10px">{html.escape(self.text)}</div>'


@dataclass(frozen=True)
class Exercise:
    """A question with a judge.

    Attributes:
        question: What is asked, in a line.
        judge: Takes an answer; returns whether it is right, and what to say.
        hints: One more is shown after each wrong answer.
    """

    question: str
    judge: Judge
    hints: tuple[str, ...]


def number(truth: Callable[[], float], unit: str, *, tolerance: float = 0.0) -> Judge:
    """Judge a number: right within a relative tolerance."""

    def judge(answer: Any) -> tuple[bool, str]:
        if isinstance(answer, bool | str) or not hasattr(answer, "__float__"):
            return False, f"A number is needed ({unit}), not {answer!r}."
        try:
            value = float(answer)
        except (TypeError, ValueError, OverflowError):
            return False, f"A single number is needed ({unit})."
        if not math.isfinite(value):
            return False, f"A finite number is needed ({unit}), not {answer!r}."
        expected = truth()
        if abs(value - expected) <= tolerance * abs(expected):
            return True, f"{expected:,.10g} {unit}."
        return False, f"{value:,.10g} {unit} is too {'large' if value > expected else 'small'}."

    return judge


def word(truth: Callable[[], str], options: tuple[str, ...]) -> Judge:
    """Judge one of several words."""

    def judge(answer: Any) -> tuple[bool, str]:
        said = str(answer).strip().lower().replace("×", "x")
        if said not in options:
            return False, f"One of {', '.join(options)} is needed, not {answer!r}."
        return said == truth(), f"{answer}."

    return judge


def branches_within(macs: int, channels: int) -> Judge:
    """Judge a naive module on 28×28×192 that must give enough channels on a budget."""

    def judge(answer: Any) -> tuple[bool, str]:
        if not isinstance(answer, Mapping):
            return False, "A dict is needed, such as dict(conv1x1=64, conv3x3=32, pool=True)."
        try:
            costs = cost(naive_module(**{str(name): value for name, value in answer.items()}), (28, 28, 192))
        except (TypeError, ValueError) as error:
            return False, f"No such module: {error}"
        found = f"It costs {costs.macs:,} MACs and gives {costs.output_shape[-1]} channels."
        kernels = [layer for layer in costs.layers if layer.type == "Conv2D"]
        if len(kernels) < 3:
            return False, f"{found} But it needs at least three sizes of kernel."
        if costs.output_shape[-1] < channels:
            return False, f"{found} At least {channels} channels are needed."
        return costs.macs <= macs, found

    return judge


def reductions_within(macs: int) -> Judge:
    """Judge the two reductions of 3a: the module must stay within a budget, its outputs as they are."""

    def judge(answer: Any) -> tuple[bool, str]:
        try:
            reduce3x3, reduce5x5 = (operator.index(value) for value in answer)
            row = TABLE_1["3a"]
            numbers = InceptionRow(row.conv1x1, reduce3x3, row.conv3x3, reduce5x5, row.conv5x5, row.pool_proj)
        except (TypeError, ValueError) as error:
            return False, f"Two positive whole numbers are needed: (reduce3x3, reduce5x5). {error}"
        found = module_macs(numbers)
        text = f"The module costs {found:,} MACs, of {macs:,}."
        if found <= macs < module_macs(numbers, more=1):
            return True, f"{text} One more filter in either reduction would be too many."
        return False, f"{text} {'There is room left.' if found <= macs else 'That is too many.'}"

    return judge


def module_macs(row: InceptionRow, more: int = 0) -> int:
    """Count a module on 3a's input; with `more`, the cheaper of widening either reduction by so much."""
    rows = [row]
    if more:
        assert row.reduce3x3 is not None
        assert row.reduce5x5 is not None
        rows = [
            InceptionRow(
                row.conv1x1,
                row.reduce3x3 + three,
                row.conv3x3,
                row.reduce5x5 + five,
                row.conv5x5,
                row.pool_proj,
            )
            for three, five in ((more, 0), (0, more))
        ]
    return min(
        cost(
            inception_module(r.conv1x1, r.reduce3x3, r.conv3x3, r.reduce5x5, r.conv5x5, r.pool_proj),
            (28, 28, 192),
        ).macs
        for r in rows
    )


def _stacked_for_reach(side: int) -> int:
    """Count the 3×3 convolutions on one another that reach as far as one convolution of `side`."""
    layers = 1
    while cost(Sequence(*[Conv2D(1, 3)] * layers), (64, 64, 1)).layers[-1].reach.largest < side:
        layers += 1
    return layers


def _break_even(kernel_size: int, channels: int, filters: int) -> int:
    """Count the most 1×1 filters that still save."""
    even = Fraction(kernel_size**2 * channels * filters, channels + kernel_size**2 * filters)
    return math.ceil(even) - 1


def _branch_macs(module: str, branch: str) -> int:
    return sum(
        layer.macs
        for layer in cost(googlenet()).layers
        if layer.name.startswith(f"inception_{module}/{branch}")
    )


EXERCISES: dict[str, Exercise] = {
    "01.1": Exercise(
        "How many MACs has a 5×5 convolution with 48 filters on 4a's input, 14×14×480?",
        number(lambda: cost(Conv2D(48, 5), (14, 14, 480)).macs, "MACs"),
        (
            "Every output value costs one MAC for each weight of its filter.",
            "A filter has 5 · 5 · 480 weights; there are 14 · 14 · 48 output values.",
        ),
    ),
    "01.2": Exercise(
        "How many channels leave a naive module with 192 + 208 + 48 filters and pooling, on 480 channels?",
        number(lambda: cost(naive_module(192, 208, 48), (14, 14, 480)).output_shape[-1], "channels"),
        ("Which branch has no filters?", "Pooling hands on every channel that it gets: 480 of them."),
    ),
    "01.3": Exercise(
        "How many 3×3 convolutions, one on another, reach as far as a single 7×7?",
        number(lambda: _stacked_for_reach(7), "convolutions"),
        ("One 3×3 sees one pixel to each side.", "The second sees one pixel further to each side than the first."),
    ),
    "01.4": Exercise(
        "A naive module on 28×28×192: three kernel sizes, 416 channels or more, at most 100 million MACs.",
        branches_within(100_000_000, 416),
        (
            "What does one filter of each size cost? Which channels are free?",
            "A 1×1 filter costs 150,528 MACs, a 3×3 nine times and a 5×5 25 times as much. Pooling costs none.",
        ),
    ),
    "02.1": Exercise(
        "3a's 3×3 branch: 128 filters on 192 channels. What is the largest number of 1×1 filters that still saves?",
        number(lambda: _break_even(3, 192, 128), "filters"),
        ("Where do the two costs cross?", "k²·Cin·Cout / (Cin + k²·Cout), and then the whole number below it."),
    ),
    "02.2": Exercise(
        "How many MACs has the whole 5×5 branch of 5b (832 channels → 48 → 128, on 7×7)?",
        number(lambda: _branch_macs("5b", "5x5"), "MACs"),
        ("Two convolutions, one after the other.", "7² · 832 · 48 for the first. And 5² · 48 · 128 at 7² places."),
    ),
    "02.3": Exercise(
        "How many weights has the dense layer that does, pixel by pixel, what a 1×1 convolution 192 → 16 does?",
        number(lambda: Conv2D(16, 1, use_bias=False).parameters((28, 28, 192)), "weights"),
        ("One and the same layer serves every pixel.", "192 numbers come in, 16 go out; the picture's size plays no part."),
    ),
    "02.4": Exercise(
        "Choose 3a's two reductions so that the module uses up 100 million MACs, its outputs unchanged.",
        reductions_within(100_000_000),
        (
            "The 1×1 branch and the pool projection take their share first.",
            "One filter more in the 3×3 reduction costs 28²·(192 + 9·128), in the 5×5 reduction 28²·(192 + 25·32).",
        ),
    ),
}  # fmt: skip

_tries: dict[str, int] = {}
_solved: set[str] = set()
_guesses: dict[str, Any] = {}


def blank(answer: Any) -> bool:
    """Tell whether an answer, or a part of it, was left out."""
    return answer is None or answer is ... or (isinstance(answer, tuple) and any(map(blank, answer)))


def check(name: str, answer: Any = None) -> Verdict:
    """Judge an answer.

    Args:
        name: Name of the exercise, such as `"01.1"`.
        answer: What the reader found; `None` or `...` where it is still blank.

    Returns:
        A verdict, which a notebook shows.

    Raises:
        ValueError: If there is no such exercise.
    """
    exercise = _find(EXERCISES, name)
    if blank(answer):
        return Verdict(None, f"Exercise {name} is still blank. {exercise.question}")
    right, text = exercise.judge(answer)
    if right:
        _solved.add(name)
        return Verdict(True, f"✔ Right. {text}")
    _tries[name] = _tries.get(name, 0) + 1
    hints = exercise.hints[: _tries[name]]
    shown = " ".join(f"Hint {number}: {hint}" for number, hint in enumerate(hints, 1))
    return Verdict(False, f"✘ Not yet. {text} {shown}")


def predict(name: str, guess: Any = None) -> Verdict:
    """Keep a guess until `reveal(name)` sets it beside the truth."""
    if blank(guess):
        return Verdict(
            None, f"Prediction {name}: no guess yet. Write one above; a wrong guess teaches more than none."
        )
    _guesses[name] = guess
    return Verdict(None, f"Prediction {name}: you say {_said(guess)}. It is kept until the answer.")


def reveal(name: str, truth: Any) -> Verdict:
    """Set the truth, as the cell above computed it, beside what was guessed."""
    if name not in _guesses:
        return Verdict(None, f"Prediction {name}: the answer is {_said(truth)}. You made no guess.")
    guess = _guesses[name]
    return Verdict(None, f"Prediction {name}: you said {_said(guess)}; the answer is {_said(truth)}.")


def progress() -> Verdict:
    """Tell how many exercises are solved, notebook by notebook."""
    notebooks = sorted({name.split(".")[0] for name in EXERCISES})
    parts = []
    for notebook in notebooks:
        names = [name for name in EXERCISES if name.startswith(notebook)]
        parts.append(f"notebook {notebook}: {sum(name in _solved for name in names)} of {len(names)}")
    return Verdict(None, f"Solved in this session: {'; '.join(parts)}. Guesses made: {len(_guesses)}.")


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(_said, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _find(table: Mapping[str, Exercise], name: str) -> Exercise:
    if name not in table:
        raise ValueError(f"There is no exercise '{name}'. There are: {', '.join(table)}.")
    return table[name]

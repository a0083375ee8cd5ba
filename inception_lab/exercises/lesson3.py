"""The exercises of notebook 03, the full network."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layers import Conv2D, SeparableConv2D
from inception_lab.architecture.modules import InceptionRow
from inception_lab.architecture.published.misprints import explain
from inception_lab.architecture.published.paper import Printed
from inception_lab.exercises.judge import Exercise, number

SECRET_CLASSES = 37
MOST_MACS, MOST_PARAMETERS = 1_500_000_000, 7_000_000
TORCHVISION = 6_624_904  # parameters
ROW, PRINTED = "5a", "54M"  # whose operations do not fit


FIELDS = tuple(field.name for field in fields(InceptionRow))


def _misprint(answer: Any) -> tuple[bool | None, str]:
    """Judge one changed number of a row of Table 1: it must bring about the printed operations."""
    try:
        field, value = next(iter(answer.items())) if isinstance(answer, Mapping) else answer
    except (TypeError, ValueError, StopIteration):
        return (
            None,
            f"A field and a number are needed, such as ('pool_proj', 160). Fields: {', '.join(FIELDS)}.",
        )
    if field not in FIELDS:
        return None, f"There is no field {field!r}. Fields: {', '.join(FIELDS)}."
    try:
        changed = replace(TABLE_1[ROW], **{field: value})
    except ValueError as error:
        return None, str(error)
    found = cost(googlenet(rows={**TABLE_1, ROW: changed})).by_module()[f"inception_{ROW}"]
    text = f"With {field} = {value}, row {ROW} has {found.macs:,} MACs."
    channels = TABLE_1[ROW].output_channels(832)
    if found.output_shape[-1] != channels:
        return (
            False,
            f"{text} But then {found.output_shape[-1]} channels leave it; the table prints {channels}.",
        )
    if any((edit.field, edit.tried) == (field, value) for edit in explain(ROW)):
        return True, f"{text} {PRINTED} is printed, and no other number of the table's own columns fits."
    if Printed(PRINTED).agreement(found.macs):
        return (
            False,
            f"{text} That fits. But no row prints {value} in this column. Does another candidate?",
        )
    fewer = found.macs <= cost(googlenet()).by_module()[f"inception_{ROW}"].macs
    return False, f"{text} The table prints {PRINTED}{': more are missing, not fewer' if fewer else ''}."


def _saved_in_3a() -> int:
    """Count the weights that 3×3 kernels save in 3a's branch of 5×5: 16 · (25 − 9) · 32."""
    whole, small = (cost(Conv2D(32, side), (28, 28, 16)).weights for side in (5, 3))
    return whole - small


SAVED = number(
    "How many weights do 3×3 kernels save in 3a's branch of 5×5?",
    _saved_in_3a,
    "weights",
    (),
    lambda truth: {
        "That is twice as many. FLOPs, perhaps? A weight is one.": 2 * truth,
        "That is on 192 channels: the reduction hands on 16.": 12 * truth,
        "That is with 5 and 3 weights a channel: the windows have 25 and 9.": 16 * (5 - 3) * 32,
        "That is all that the 5×5 kernels have. The 3×3 kernels have some, too.": 16 * 25 * 32,
        "That is what the 3×3 kernels have. How many fewer is that?": 16 * 9 * 32,
        "That is for one filter: there are 32.": truth / 32,
        "That is for one channel: each filter sees 16.": truth / 16,
        "That counts MACs: a weight is used at 28 · 28 places.": 28 * 28 * truth,
        "That counts the biases once. There are 32 with either kernel, so they cancel.": truth + 32,
        "That is in all nine modules. 3a alone is asked for.": 380_928,
    },
)


def _variant(answer: Any) -> tuple[bool | None, str]:
    """Judge arguments of `googlenet` that must give a number of parameters, and what they save in 3a."""
    if not isinstance(answer, Mapping) or set(answer) - {"kernel5x5", "normalization", "saved_in_3a"}:
        return None, "A dict is needed: dict(kernel5x5=…, normalization=…, saved_in_3a=…)."
    changes = {str(name): value for name, value in answer.items() if name != "saved_in_3a"}
    try:
        found = cost(googlenet(**changes)).parameters
    except (TypeError, ValueError) as error:
        return None, f"No such network: {error}"
    if found != TORCHVISION:
        off = f"{abs(found - TORCHVISION):,} too {'many' if found > TORCHVISION else 'few'}"
        return False, f"That network has {found:,} parameters, {off}."
    right, said = SAVED.judge(answer.get("saved_in_3a"))
    if not right:
        return right, f"The network is right. But saved_in_3a: {said}"
    return True, f"{found:,}: 7,280 more for batch norm, 380,928 fewer for 3×3 kernels, {said[:-1]} in 3a."


def broken_rule(row: InceptionRow, channels: int) -> str:
    """Say which rule of the design game a module breaks, if any; the paper's nine keep them all.

    Without them the best answer is no Inception network: eight modules of one filter each, and a last one of
    thousands.
    """
    out = row.output_channels(channels)
    if not channels <= out <= 2 * channels:
        return f"gets {channels:,} channels and hands on {out:,}"
    if 2 * (row.conv3x3 + row.conv5x5) < out:
        return f"has only {row.conv3x3 + row.conv5x5:,} of {out:,} channels from 3×3 and 5×5"
    for reduce, filters in ((row.reduce3x3, row.conv3x3), (row.reduce5x5, row.conv5x5)):
        if reduce is not None and 4 * reduce < filters:
            return f"reduces to {reduce} channels for {filters} filters"
    return ""


def _most_channels(answer: Any) -> tuple[bool | None, str]:
    """Judge rows that must beat the paper's 1,024 channels on a budget; the score is what they reach."""
    if not isinstance(answer, Mapping) or not all(isinstance(row, InceptionRow) for row in answer.values()):
        return None, "A dict of rows is needed: rows of the explorer, or {**lab.TABLE_1, '5b': …}."
    if tuple(answer) != tuple(TABLE_1):
        return None, f"The nine modules {', '.join(TABLE_1)} are needed, in this order."
    try:
        costs = cost(googlenet(rows=answer))
    except (TypeError, ValueError) as error:
        return None, f"No such network: {error}"
    modules = [costs.by_module()[f"inception_{name}"] for name in answer]
    for name, module in zip(answer, modules, strict=True):
        if broken := broken_rule(answer[name], module.input_shape[-1]):
            return False, f"Module {name} {broken}; the rules forbid that."
    channels, paper = modules[-1].output_shape[-1], TABLE_1["5b"].output_channels(832)
    score = f"{costs.macs:,} MACs of {MOST_MACS:,}, {costs.parameters:,} parameters of {MOST_PARAMETERS:,}."
    if costs.macs > MOST_MACS or costs.parameters > MOST_PARAMETERS:
        return False, f"{score} Over the budget."
    if channels <= paper:
        return False, f"{score} Within the budget; now beat {paper:,} channels. Yours: {channels:,}."
    return True, f"{score} {channels:,} channels, your score: {channels / paper:.2f}."


def _most_kernels() -> int:
    """Return the most kernels a channel with which a separable convolution saves MACs in 5b's 5×5."""
    shape, kernels = (7, 7, 48), 1
    whole = cost(Conv2D(128, 5), shape).macs
    while cost(SeparableConv2D(128, 5, depth_multiplier=kernels + 1), shape).macs < whole:
        kernels += 1
    return kernels


def _parameters_for(classes: int) -> int:
    return cost(googlenet(classes=classes)).parameters


EXERCISES = {
    "03.1": Exercise(
        "One number of row 5a is likely a misprint. Which field, and what instead? Answer (field, number).",
        _misprint,
        (
            "2.4 to 3.9 million MACs are missing. Which columns change the MACs, but not the 832 channels "
            "that come out?",
            "One more filter in a reduction costs 7·7·(832 + k²·filters). How many more are wanted? Does its "
            "column print that number in another row?",
            "Compare #5×5 reduce in 5a with the rows above and below it.",
        ),
    ),
    "03.2": Exercise(
        "Which kernel5x5 and normalization give torchvision's 6,624,904 parameters, and how many weights do "
        "these kernels save in 3a?",
        _variant,
        (
            "With batch norm a filter loses its bias and gains two numbers: one more for each of 7,280. So "
            "380,928 are still to be explained, all in one kind of branch.",
            "In 3a's branch 32 filters see 16 channels, with k² weights for each. What is k² with another k?",
        ),
    ),
    "03.3": number(
        f"A GoogLeNet trained on somebody's photographs has {_parameters_for(SECRET_CLASSES):,} parameters. "
        "How many classes does it know?",
        lambda: SECRET_CLASSES,
        "classes",
        (
            "Only the last layer knows how many classes there are.",
            "Each class takes 1,024 weights and a bias.",
        ),
        lambda truth: {
            "Each class has a bias as well: 1,025 numbers, not 1,024.": truth * 1025 / 1024,
            "That is with 1,024 numbers a class, from 1,000 down. A class has a bias, too.": truth - 1,
            "That is the same share of 1,000 classes. Only the last layer shrinks with them.": (
                1000 * _parameters_for(SECRET_CLASSES) / _parameters_for(1000)
            ),
            "That is how many fewer than 1,000.": 1000 - truth,
        },
    ),
    "03.4": number(
        "5b's 5×5 sees 48 channels and has 128 filters. As a separable convolution, how many kernels may "
        "each channel have, at most, so that it costs fewer MACs?",
        _most_kernels,
        "kernels",
        (
            "At one place it costs 25·48·128 MACs now. What do m kernels for each channel cost, and the 1×1 "
            "after them?",
            "25·48·m + 48·m·128 is to be less than 25·48·128.",
        ),
        lambda truth: {
            "That many cost more. The largest number that costs less is asked for.": truth + 1,
            "That is where the two cost the same. A kernel is whole.": 25 * 128 / (25 + 128),
            "That leaves out the 1×1 that mixes the results.": 128,
            "That leaves out the 5×5 kernels.": 25,
            "That is with 5 weights a kernel: a window of 5×5 has 25.": 5 * 128 // (5 + 128),
            "That is for all 48 channels together.": 48 * truth,
            "That takes 48 for the filters: the 1×1 makes 128 of 48·m maps.": 25 * 48 // (25 + 48),
            "That lets the 1×1 read 48 maps. There are m for each channel, 48·m.": 128 - 128 // 25 - 1,
            "That counts two operations a MAC on one side only.": truth / 2,
        },
    ),
    "03.5": Exercise(
        "Nine modules, 1.5 billion MACs and 7 million parameters at most: as many channels as you can.",
        _most_channels,
        (
            "Save MACs where pixels are many: must a module there hand on more channels than it gets?",
            "Spend them late: at 7×7 pixels a filter costs a sixteenth of what it costs at 28×28. Mind the "
            "parameters: each channel after 5b takes 1,000 more in the classifier.",
        ),
    ),
}

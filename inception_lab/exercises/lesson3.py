"""The exercises of notebook 03, the full network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from inception_lab.exercises.judge import Exercise, Judge, number
from inception_lab.spec.audit import explain
from inception_lab.spec.cost import cost
from inception_lab.spec.googlenet import TABLE_1, InceptionRow, googlenet

SECRET_CLASSES = 37


def misprint(row: str) -> Judge:
    """Judge one changed number of a row of Table 1: it must bring about the printed operations."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        try:
            field, value = answer
            macs = cost(googlenet(rows={**TABLE_1, row: replace(TABLE_1[row], **{field: value})})).by_module()
        except (TypeError, ValueError) as error:
            return None, f"A field and a number are needed, such as ('pool_proj', 96). {error}"
        found = macs[f"inception_{row}"].macs
        text = f"With {field} = {value}, row {row} has {found:,} MACs."
        for edit in explain(row):
            if (edit.field, edit.tried) == (field, value):
                return True, f"{text} {edit}."
        if replace(TABLE_1[row], **{field: value}).output_channels(832) != TABLE_1[row].output_channels(832):
            return False, f"{text} But then other channels would leave the module than the table prints."
        return (
            False,
            f"{text} The table prints 54M. Look at what the neighbouring row has in the same column.",
        )

    return judge


def variant_with(parameters: int) -> Judge:
    """Judge arguments of `googlenet` that must give a number of parameters."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        if not isinstance(answer, Mapping) or set(answer) - {"kernel5x5", "normalization"}:
            return None, "A dict is needed: dict(kernel5x5=…, normalization=…)."
        try:
            found = cost(googlenet(**{str(name): value for name, value in answer.items()})).parameters
        except (TypeError, ValueError) as error:
            return None, f"No such network: {error}"
        return found == parameters, f"That network has {found:,} parameters, of {parameters:,}."

    return judge


def most_channels(macs: int) -> Judge:
    """Judge rows that must beat the paper's 1,024 channels on a budget; the score is what they reach."""

    def judge(answer: Any) -> tuple[bool | None, str]:
        if not isinstance(answer, Mapping) or not all(
            isinstance(row, InceptionRow) for row in answer.values()
        ):
            return None, "A dict of rows is needed, such as {**lab.TABLE_1, '5b': lab.InceptionRow(…)}."
        if len(answer) < len(TABLE_1):
            return False, f"Nine modules are needed, not {len(answer)}."
        try:
            costs = cost(googlenet(rows=answer))
        except (TypeError, ValueError) as error:
            return None, f"No such network: {error}"
        channels = costs.by_module()[f"inception_{list(answer)[-1]}"].output_shape[-1]
        score = f"{costs.macs:,} MACs of {macs:,}, {channels:,} channels leave the last module."
        if costs.macs > macs:
            return False, f"{score} Over the budget."
        paper = TABLE_1["5b"].output_channels(832)
        return channels > paper, f"{score} Your score: {channels / paper:.2f} (the paper's network: 1.00)."

    return judge


def _parameters_for(classes: int) -> int:
    return cost(googlenet(classes=classes)).parameters


EXERCISES = {
    "03.1": Exercise(
        "One number of row 5a is likely a misprint. Which field, and what instead? Answer (field, number).",
        misprint("5a"),
        (
            "The number of output channels must stay, so it is one of the two reductions.",
            "The row below has another number in that column, and typesetters' eyes slip by a line.",
        ),
    ),
    "03.2": Exercise(
        "Which dict(kernel5x5=…, normalization=…) gives torchvision's 6,624,904 parameters?",
        variant_with(6_624_904),
        (
            "With batch norm a filter loses its bias and gains two numbers: one more for each of 7,280.",
            "What is left to explain is 380,928 parameters fewer, all in one kind of branch.",
        ),
    ),
    "03.3": Exercise(
        f"A GoogLeNet trained on somebody's photographs has {_parameters_for(SECRET_CLASSES):,} parameters. "
        "How many classes does it know?",
        number(lambda: SECRET_CLASSES, "classes"),
        (
            "Only the last layer knows how many classes there are.",
            "Each class takes 1,024 weights and a bias.",
        ),
    ),
    "03.4": Exercise(
        "How many pixels of the photo can a unit of 4a's 5×5 convolution see at most, along a side?",
        number(lambda: cost(googlenet())["inception_4a/5x5"].reach.largest, "pixels"),
        (
            "`lab.cost(lab.googlenet())` can be asked for a layer by its path.",
            "Its `.reach` has a `.largest`.",
        ),
    ),
    "03.5": Exercise(
        "Nine modules, at most 1.5 billion MACs, as many channels as you can behind the last one.",
        most_channels(1_500_000_000),
        (
            "The paper's own network is over the budget. Where are MACs dear, where cheap?",
            "At 7×7 pixels a filter costs a sixteenth of what it costs at 28×28. Save early, spend late.",
        ),
    ),
}

"""The exercises of notebook 07, spot the bug."""

import re
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import log
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.exercises.judge import Exercise, number
from inception_lab.model.training.recipes import RECIPES

MISSING = (73_728, 9_633_792)  # parameters and MACs of a GoogLeNet with 3×3 for 5×5 in two modules
EPOCHS, CLASSES = 25, 10
PRINTED = 6.908
HEAD_CLASSES = {"main": 100, "aux1": 10, "aux2": 10}  # so main's loss begins at 2 ln 10
HEAD_WEIGHTS = {"main": 1.0, "aux1": 1 / 3, "aux2": 1 / 3}  # 2/3 ln 10 of 8/3 ln 10 is a quarter
SLIPS = {  # weight of main, of each head → what to say
    (1, 1 / 6): "That is right if main has ten classes, too. With 100 its loss begins at ln 100.",
    (1, 0.3): "Those are the paper's weights: here the heads make 0.6 ln 10 of 2.6 ln 10, 23 %.",
    (1, 0.25): "That is a quarter of main's loss. Of the whole loss it is a fifth.",
    (1, 0.5): "With 0.5 for each head, the two make ln 10 of 3 ln 10: a third.",
    (1, 2 / 3): "2/3 is what both heads have together.",
    (1, 1): "With 1 for each head, the two make 2 ln 10 of 4 ln 10: a half.",
    (0.75, 0.25): "The heads make a quarter. But main is to count 1.",
}
BIASES = {"main": 0.0, "aux1": 1.0, "aux2": 2.0}  # of the right class: the heads of the judge's model differ


def suspect() -> Any:
    """Return number 1 as a Keras model: the third branch of module 3a, as somebody built it."""
    from inception_lab.model.backend import keras

    picture = keras.Input((28, 28, 192))
    few = keras.layers.Conv2D(16, 1, activation="relu", name="5x5_reduce")(picture)
    maps = keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="5x5")(few)
    return keras.Model(picture, maps)


def taken_away(*modules: str) -> tuple[int, int]:
    """Return by how many parameters and MACs GoogLeNet shrinks where these modules' 5×5 are 3×3."""
    right, wrong = (cost(googlenet(kernel5x5=side)) for side in (5, 3))
    pairs = [(right[path], wrong[path]) for path in (f"inception_{module}/5x5" for module in modules)]
    return (
        sum(whole.parameters - less.parameters for whole, less in pairs),
        sum(whole.macs - less.macs for whole, less in pairs),
    )


def _detected(answer: Any) -> tuple[bool | None, str]:
    said = " ".join(answer) if isinstance(answer, tuple | list) else answer
    if not isinstance(said, str):
        return None, f"Two modules are needed, such as '3a, 3b', not {answer!r}."
    named = dict.fromkeys(re.findall(r"\d\w*", said.lower()))
    if len(named) != 2 or not named.keys() <= TABLE_1.keys():
        return None, f"Two of {', '.join(TABLE_1)} are needed, not {answer!r}."
    parameters, macs = taken_away(*named)
    text = f"In {' and '.join(named)} 3×3 kernels save {parameters:,} parameters and {macs:,} MACs."
    if parameters == MISSING[0] and macs != MISSING[1]:
        text += " The parameters fit, the MACs do not."
    return (parameters, macs) == MISSING, text


def twins(auxiliary: bool) -> int:
    """Count GoogLeNet's convolutions whose kernel has the same shape as another's."""
    rows = [row for row in cost(googlenet(auxiliary=auxiliary)).layers if row.type == "Conv2D"]
    kernels = [(row.input_shape[-1], row.output_shape[-1], row.parameters) for row in rows]
    return sum(count for count in Counter(kernels).values() if count > 1)


def weight_of_heads(printed: float, classes: int) -> int:
    """Return the weight of each of two heads that gives a network which knows nothing its printed loss."""
    return round((printed / log(classes) - 1) / 2)


def _schedule(answer: Any) -> tuple[bool | None, str]:
    names = {"decay", "decay_epochs"}
    if not isinstance(answer, Mapping) or set(answer) != names:
        return None, "A dict is needed, such as dict(decay=0.96, decay_epochs=8)."
    decay = answer["decay"]
    if isinstance(decay, bool) or not isinstance(decay, int | float) or not 0 < decay <= 1:
        return None, f"`decay` must be a number above 0 and at most 1. Received: decay={decay!r}."
    try:
        rates = replace(RECIPES["article"], **answer).learning_rates(EPOCHS)
    except ValueError as error:
        return None, str(error)
    if decay < 0.5:
        lost = f"a step takes away {1 - decay:.0%} of the rate, more than half"
        return False, f"`decay` is the factor that is kept: with decay={decay:g} {lost}."
    left = float(rates[-1] / rates[0])
    said = f"The rate in the last of {EPOCHS} epochs is {left:.2%} of the first"
    if left > 0.01:
        return False, f"{said}; at most 1 % is wanted."
    if left < 0.001:
        return False, f"{said}; it has stopped learning. At least 0.1 % is wanted."
    return True, f"{said}."


def _three_heads() -> Any:
    """Return a Keras model with softmax outputs `HEAD_CLASSES` that cannot see its input.

    A new one each time: Keras keeps the metrics of an earlier `compile` if the next one names none.
    """
    from inception_lab.model.backend import keras

    x = keras.Input((1,))
    heads = {}
    for name, bias in BIASES.items():
        start = [bias] + [0.0] * (HEAD_CLASSES[name] - 1)
        heads[name] = keras.layers.Dense(
            len(start),
            "softmax",
            kernel_initializer="zeros",
            bias_initializer=lambda shape, dtype=None, start=start: keras.ops.convert_to_tensor(start, dtype),
            name=name,
        )(x)
    return keras.Model(x, heads)


def _compiled(answer: Any) -> tuple[bool | None, str]:
    if not isinstance(answer, Mapping) or not {"loss"} <= set(answer) <= {"loss", "loss_weights", "metrics"}:
        return None, "A dict of what `compile` needs is wanted: dict(loss=…, loss_weights=…, metrics=…)."
    import numpy as np

    model = _three_heads()
    zeros = np.zeros((4, 1), "float32")
    labels = dict.fromkeys(HEAD_WEIGHTS, np.zeros(4, "int32"))  # in every head the right class is 0
    outputs = {name: np.asarray(output)[0, 0] for name, output in model(zeros).items()}
    losses = {name: -log(output) for name, output in outputs.items()}

    def total(main: float, head: float) -> float:
        return main * losses["main"] + head * (losses["aux1"] + losses["aux2"])

    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            model.compile(**answer)
            found = model.evaluate(zeros, labels, verbose=0, return_dict=True)
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        return False, f"Keras says: {type(error).__name__}: {first[:160]}"
    if any("from_logits" in str(each.message) for each in heard):
        return False, "The outputs are softmax already: a loss made with from_logits=True is not for them."
    loss, expected = found["loss"], total(HEAD_WEIGHTS["main"], HEAD_WEIGHTS["aux1"])
    for weights, said in SLIPS.items():
        if abs(loss - total(*weights)) < 1e-3:
            return False, said
    if abs(loss - expected) > 1e-3:
        return False, f"On the judge's model the loss is {loss:.3f}, and {expected:.3f} is wanted."
    measured = sorted(name for name in found if name != "loss" and not name.endswith("_loss"))
    if not measured or not all(name.startswith("main_") and "accuracy" in name for name in measured):
        return False, f"The loss is right. Besides losses it reports: {', '.join(measured) or 'nothing'}."
    return True, "The heads make 2/3 ln 10 of 8/3 ln 10, a quarter; of three accuracies one is reported."


EXERCISES = {
    "07.1": Exercise(
        f"A GoogLeNet has {MISSING[0]:,} parameters and {MISSING[1]:,} MACs too few: in two of its modules "
        "the 5×5 are 3×3. In which two?",
        _detected,
        (
            "A 3×3 has 16 places fewer than a 5×5. So reduce5x5 · conv5x5 of the two adds up to 73,728 / 16.",
            "4,608 = 512 + 4,096 = 3,072 + 1,536. Each weight is used at 28 · 28, 14 · 14 or 7 · 7 places.",
        ),
    ),
    "07.2": number(
        "With one initialiser for all layers, how many of GoogLeNet's 59 convolutions have a twin, "
        "if the heads are built too?",
        lambda: twins(auxiliary=True),
        "convolutions",
        (
            "`lab.cost(lab.googlenet(auxiliary=True))` knows two convolutions more.",
            "The heads' 1×1 see 512 and 528 channels and give 128: who else does?",
        ),
        lambda truth: {
            "That counts the new ones only.": truth - twins(auxiliary=False),
            "That is without the heads.": twins(auxiliary=False),
            "That counts the two new ones. Does one of the old ones have a twin now, too?": (
                twins(auxiliary=False) + 2
            ),
        },
    ),
    "07.3": number(
        f"GoogLeNet with two heads, {CLASSES} classes, nothing learnt yet: the printed loss is {PRINTED}. "
        "Which weight does each head's loss have?",
        lambda: weight_of_heads(PRINTED, CLASSES),
        "as weight",
        (
            "It is not a thousand classes. One classifier that knows nothing pays ln 10 = 2.303.",
            "2.303 · (1 + 2 w) = 6.908",
        ),
        lambda truth: {
            "That is the paper's: it would print 1.6 · ln 10 = 3.684.": 0.3,
            "That is the paper's, of both heads together.": 0.6,
            "That is all three together: the main classifier counts 1.": 3,
            "That is both heads together.": 2 * truth,
        },
        right="The weights were forgotten, so each is 1; and 3 ln 10 happens to be ln 1000.",
    ),
    "07.4": Exercise(
        f"A schedule of steps for {EPOCHS} epochs, dict(decay=…, decay_epochs=…): the last rate is between "
        "0.1 % and 1 % of the first, and no step takes away more than half.",
        _schedule,
        (
            "With steps every d epochs there are 24 // d of them before the last epoch.",
            "Halving takes seven steps to get below 1 %: how often must they come?",
        ),
    ),
    "07.5": Exercise(
        "Three softmax outputs, main of 100 classes, aux1 and aux2 of ten, integer labels: dict(loss=…, "
        "loss_weights=…, metrics=…). main counts 1; before anything is learnt the two heads, equally, make a "
        "quarter of the loss; the accuracy of main alone is reported.",
        _compiled,
        (
            "Every argument is itself a dict, keyed by the names of the outputs.",
            "The heads' losses begin at ln 10, main's at ln 100 = 2 ln 10. So 2 w / (2 + 2 w) is to be a "
            "quarter.",
        ),
    ),
}

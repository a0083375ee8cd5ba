"""The exercises of notebook 04, auxiliary classifiers."""

from __future__ import annotations

import math

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, auxiliary_head, googlenet
from inception_lab.exercises.judge import Exercise, number, word

HEAD_WEIGHT = 0.3


def head_parameters(module: str) -> int:
    """Count the parameters of a head behind a module of GoogLeNet."""
    height, width, channels = cost(googlenet()).by_module()[f"inception_{module}"].output_shape
    return cost(auxiliary_head(), (height, width, channels)).parameters


def _cheapest_from(module: str) -> str:
    """Return where a head helps a module and has the fewest parameters: at the module or above it."""
    modules = list(TABLE_1)
    # Behind 5a and 5b, 7×7 pixels are too few for the head's pooling to leave 4×4.
    able = [name for name in modules[modules.index(module) :] if name.startswith("4")]
    return min(able, key=head_parameters)


EXERCISES = {
    "04.1": Exercise(
        "A classifier gives each of 20 classes the same probability. What is its cross-entropy loss?",
        number(lambda: math.log(20), "nats", tolerance=0.005),
        ("Every class gets the same probability.", "Minus the natural logarithm of 1/20."),
    ),
    "04.2": Exercise(
        "And the training loss of all GoogLeNet at its start: 1,000 classes, two heads of weight 0.3 each?",
        number(lambda: (1 + 2 * HEAD_WEIGHT) * math.log(1000), "nats", tolerance=0.005),
        ("Three classifiers know nothing, each in its own right.", "ln 1000 once, and twice 0.3 of it."),
    ),
    "04.3": Exercise(
        "How many parameters would a head behind 4e have (14×14×832, 1,000 classes)?",
        number(lambda: head_parameters("4e"), "parameters"),
        (
            "Only its 1×1 convolution sees the 832 channels; all else is as behind 4a.",
            "832·128 + 128, then 4·4·128·1024 + 1024, then 1024·1000 + 1000.",
        ),
    ),
    "04.4": Exercise(
        "One head whose gradient reaches 4c, with the fewest parameters: behind which module of stage 4?",
        word(lambda: _cheapest_from("4c"), tuple(TABLE_1)),
        (
            "A head's gradient reaches the module it is behind, and what is below.",
            "The fewer channels, the smaller its 1×1 convolution.",
        ),
    ),
}

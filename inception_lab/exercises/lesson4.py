"""The exercises of notebook 04, auxiliary classifiers."""

import math

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.modules import auxiliary_head
from inception_lab.exercises.judge import number, word

HEAD_WEIGHT = 0.3


def head_parameters(module: str) -> int:
    """Count the parameters of a head after a module of GoogLeNet."""
    return cost(auxiliary_head(), cost(googlenet())[f"inception_{module}"].output_shape).parameters


def _cheapest_from(module: str) -> str:
    """Return where a head helps a module and has the fewest parameters: at the module or above it."""
    modules = list(TABLE_1)
    # After 5a and 5b, 7×7 pixels are too few for the head's pooling to leave 4×4.
    able = [name for name in modules[modules.index(module) :] if name.startswith("4")]
    return min(able, key=head_parameters)


EXERCISES = {
    "04.1": number(
        "Before its first step a classifier has a loss of 5.298 nats. How many classes has it, most likely?",
        lambda: 200,
        "classes",
        ("It gives every class the same probability.", "ln(classes) = 5.298, so classes = e^5.298."),
        lambda _: {
            "That is with 2 for a base. Keras's loss is in nats.": 2**5.298,
            "That is with 10 for a base. Keras's loss is in nats.": 10**5.298,
        },
        tolerance=0.005,
    ),
    "04.2": number(
        "And the training loss of all GoogLeNet at its start: 1,000 classes, two heads of weight 0.3 each?",
        lambda: (1 + 2 * HEAD_WEIGHT) * math.log(1000),
        "nats",
        ("Each of three classifiers knows nothing.", "ln 1000 once, and twice 0.3 of it."),
        lambda _: {
            "That is the main classifier alone.": math.log(1000),
            "That counts each head whole: their weight is 0.3.": 3 * math.log(1000),
            "That is the heads alone.": 2 * HEAD_WEIGHT * math.log(1000),
            "That is in bits: Keras's loss is in nats.": (1 + 2 * HEAD_WEIGHT) * math.log2(1000),
            "That is with 10 for a base: Keras's loss is in nats.": 1.6 * 3,
            "That counts one head. There are two.": (1 + HEAD_WEIGHT) * math.log(1000),
        },
        tolerance=0.005,
    ),
    "04.3": number(
        "How many parameters would a head after 4e have (14×14×832, 1,000 classes)?",
        lambda: head_parameters("4e"),
        "parameters",
        (
            "Only its 1×1 convolution sees the 832 channels; all else is as after 4a.",
            "832·128 + 128, then 4·4·128·1024 + 1024, then 1024·1000 + 1000.",
        ),
        lambda truth: {
            "That is without biases: 128, 1,024 and 1,000 of them.": truth - 128 - 1024 - 1000,
            "That is without the average pooling, which leaves 4×4 of 14×14 places.": (
                truth + (14 * 14 - 4 * 4) * 128 * 1024
            ),
            "That is two heads. One is asked for.": 2 * truth,
            "That is with 4 places after the pooling: 4×4 are 16.": truth - (4 * 4 - 4) * 128 * 1024,
            "That is its MACs: a weight of the 1×1 is one parameter, used at 16 places.": (
                4 * 4 * 832 * 128 + 4 * 4 * 128 * 1024 + 1024 * 1000
            ),
            "That is the head after 4a.": head_parameters("4a"),
            "That is the head after 4d.": head_parameters("4d"),
        },
    ),
    "04.4": word(
        "One head whose gradient reaches 4c, with the fewest parameters: after which module of stage 4?",
        lambda: _cheapest_from("4c"),
        tuple(TABLE_1),
        (
            "A head's gradient reaches the module that it is attached to, and all before it.",
            "The fewer channels, the smaller its 1×1 convolution.",
        ),
        dict.fromkeys(("4a", "4b"), "It is before 4c: nothing flows from a head to later layers.")
        | dict.fromkeys(("4d", "4e"), "It reaches 4c, but sees more channels than a head need see.")
        | dict.fromkeys(("3a", "3b", "5a", "5b"), "It is not in stage 4."),
    ),
}

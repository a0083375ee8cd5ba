"""The exercises of notebook 04, auxiliary classifiers."""

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.modules import auxiliary_head
from inception_lab.exercises.judge import number, word

STEPS = {"p": 1e-6, "q": 0.0}  # of two networks, as shares of their weights


def head_parameters(module: str) -> int:
    """Count the parameters of a head after a module of GoogLeNet."""
    return cost(auxiliary_head(), cost(googlenet())[f"inception_{module}"].output_shape).parameters


def _reached(head: str) -> str:
    """Return which of three changes when a head comes after a module: only gradients, of it and before it."""
    before = list(TABLE_1)[: list(TABLE_1).index(head) + 1]
    return next(f"gradient{module}" for module in ("4d", "5b") if module in before)


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
    "04.2": word(
        "Two networks of 100 classes stay at a loss of 4.605: P's steps are a millionth of its weights, "
        "Q's are exactly 0. Which of them can a higher rate still help?",
        lambda: next(name for name, step in STEPS.items() if step > 0),
        ("p", "q", "both", "neither"),
        (
            "ln 100 = 4.605: both give every class the same. Do the weights still move?",
            "A rate multiplies a gradient.",
        ),
        {
            "q": "Its gradient is 0, and any rate times 0 is 0. It must start again.",
            "both": "One of them has a gradient of 0. What does a higher rate make of it?",
            "neither": "A loss of ln(classes) does not say that nothing moves. Whose weights do?",
        },
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
        "5b gets hardly any signal, and somebody attaches a head after 4e. What changes at the start: "
        "the signal of 5b, the gradient of 4d, or the gradient of 5b?",
        lambda: _reached("4e"),
        ("signal5b", "gradient4d", "gradient5b"),
        (
            "A head adds a loss. Where does the gradient of that loss go?",
            "It goes down from the head, to the module that it is attached to and all before it.",
        ),
        {
            "signal5b": "The photo's signal goes the same way as before: a head brings none.",
            "gradient5b": "5b is after the head: nothing flows from a head to later layers.",
        },
    ),
}

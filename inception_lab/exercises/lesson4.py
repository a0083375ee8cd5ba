"""The exercises of notebook 04, auxiliary classifiers."""

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.modules import auxiliary_head
from inception_lab.exercises.judge import number, word

HE_RATE = 0.04
XAVIER = 0.5**0.5  # length of Xavier's kernels, in He's


def head_parameters(module: str) -> int:
    """Count the parameters of a head after a module of GoogLeNet."""
    return cost(auxiliary_head(), cost(googlenet())[f"inception_{module}"].output_shape).parameters


def equal_step(length: float) -> float:
    """Return the rate with which shorter kernels before batch norm take the step, |ΔW| / |W|, of He's.

    Outputs and loss are the same. So the gradient grows with 1 / length, its share of the weights with
    1 / length².
    """
    return HE_RATE * length**2


def reached(module: str) -> float:
    """Return the per cent of GoogLeNet's parameters that get a gradient from a head after a module."""
    whole = cost(googlenet())
    parameters = {name: part.parameters for name, part in whole.by_module().items()}
    before = list(parameters)[: list(parameters).index(f"inception_{module}") + 1]
    return 100 * sum(parameters[name] for name in before) / whole.parameters


def first_that_reaches_half() -> str:
    """Return the first module a head after which gives at least half of the parameters a gradient."""
    return next(module for module in TABLE_1 if reached(module) >= 50)


def _misses(module: str) -> str:
    said = {
        "3b": " It has half of the MACs.",
        "4e": " It just misses. The classifier counts, too.",
        "5b": " That is more than enough: an earlier one does, too.",
    }
    return f"Up to {module} there are {reached(module):.1f} % of the parameters.{said.get(module, '')}"


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
        "Batch norm follows every convolution. Xavier's kernels are He's divided by √2. Which learning rate "
        "gives them the same first |ΔW| / |W| as He's at 0.04?",
        lambda: equal_step(XAVIER),
        "as learning rate",
        (
            "Batch norm undoes a kernel's length: the loss stays the same. But does its gradient?",
            "If L(W / √2) = L(W) for all W, the gradient at W / √2 is √2 times that at W. And it is compared "
            "with weights that are √2 times shorter.",
        ),
        lambda _: {
            "The outputs are the same, the steps are not: a change is more to a shorter kernel.": HE_RATE,
            "That is for one √2. Gradient and weights both change by it.": HE_RATE * XAVIER,
            "Shorter kernels get a larger gradient. So the rate must be lower.": HE_RATE / XAVIER,
            "By √2 twice, that is right. But shorter kernels get a larger gradient.": HE_RATE / XAVIER**2,
        },
        tolerance=0.01,
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
            "That is without the layer that names the classes.": truth - 1025 * 1000,
            "That is with 4 places after the pooling: 4×4 are 16.": truth - (4 * 4 - 4) * 128 * 1024,
            "That is its MACs: a weight of the 1×1 is one parameter, used at 16 places.": (
                4 * 4 * 832 * 128 + 4 * 4 * 128 * 1024 + 1024 * 1000
            ),
            "That is the head after 4a.": head_parameters("4a"),
            "That is the head after 4d.": head_parameters("4d"),
        },
    ),
    "04.4": word(
        "A single head is to give at least half of GoogLeNet's parameters a gradient (its own not counted). "
        "What is the first module that it may come after?",
        first_that_reaches_half,
        tuple(TABLE_1),
        (
            "A head's gradient goes to the module that it comes after, and to all before it.",
            "Add up from the end, where most parameters are: the classifier, 5b, 5a, 4e. What they have, an "
            "earlier head does not reach.",
        ),
        _misses,
    ),
}

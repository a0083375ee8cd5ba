"""The exercises of notebook 04, auxiliary classifiers."""

from functools import cache

from inception_lab.architecture.cost import cost
from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.modules import auxiliary_head
from inception_lab.exercises.judge import number
from inception_lab.experiments.gradients import GRADIENTS

RATE = 0.001  # with He initialisation


def head_parameters(module: str) -> int:
    """Count the parameters of a head after a module of GoogLeNet."""
    return cost(auxiliary_head(), cost(googlenet())[f"inception_{module}"].output_shape).parameters


@cache
def equal_step(module: str) -> float:
    """Return the rate that makes a module's first step from Xavier, bias 0, as large as He's at `RATE`."""
    found = GRADIENTS.curves("start", "heads", "module", of="relative_weight_gradient")
    he, xavier = (found[start, "none", module].mean() for start in ("He", "Xavier, bias 0"))
    return RATE * float(he / xavier)


def _unreached(last: str, *, of: str = "parameters") -> int:
    """Count what is after a module of GoogLeNet: no head up to there gives it a gradient."""
    whole, modules = cost(googlenet()), list(TABLE_1)
    after = [f"inception_{module}" for module in modules[modules.index(last) + 1 :]]
    return sum(getattr(whole[name], of) for name in (*after, "loss3/classifier"))


def _share(part: int, of: str = "parameters", *, heads: bool = False) -> float:
    return 100 * part / int(getattr(cost(googlenet(auxiliary=heads)), of))


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
        "With He initialisation and a rate of 0.001, the first step changes 3a's weights by some share of "
        "their size. At which rate does it with Xavier and bias 0?",
        lambda: equal_step("inception_3a"),
        "as learning rate",
        (
            "The first step is the rate times the gradient. Both as shares of the weights.",
            "rate · 0.0013 = 0.001 · 0.92",
        ),
        lambda truth: {
            "That is by how many times as large the rate must be.": truth / RATE,
            "That is the ratio of the two gradients. Which rate makes up for it?": RATE / truth,
            "That makes the smaller of the two steps smaller still.": RATE**2 / truth,
            "That is for 5b.": equal_step("inception_5b"),
            "That is for conv1.": equal_step("conv1"),
        },
        tolerance=0.05,
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
    "04.4": number(
        "The paper's heads come after 4a and 4d. Which share of GoogLeNet's parameters (without the heads' "
        "own) gets a gradient from neither, in per cent?",
        lambda: _share(_unreached("4d")),
        "per cent",
        (
            "A head's gradient goes down, to the module that it is attached to and all before it.",
            "4e, 5a, 5b and the classifier are left: `lab.cost(lab.googlenet())` has their parameters.",
        ),
        lambda truth: {
            "That is the share that does get one.": 100 - truth,
            "That is what the first head does not reach. The second one reaches farther.": (
                _share(_unreached("4a"))
            ),
            "4d itself gets one: the head is attached to its output.": _share(_unreached("4c")),
            "Nothing goes from a head to the main classifier, either.": truth - _share(1_025_000),
            "That is of all parameters, with the heads' own.": _share(_unreached("4d"), heads=True),
            "That is the share of the MACs.": _share(_unreached("4d", of="macs"), "macs"),
            "In per cent, please: 100 times as much.": truth / 100,
        },
        tolerance=0.005,
    ),
}

"""The exercises of notebook 09, count your own network."""

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layers import Conv2D, DepthwiseConv2D
from inception_lab.architecture.network import Sequence
from inception_lab.architecture.published.zoo import vgg16
from inception_lab.exercises.judge import number, word

PLACES, CHANNELS, FILTERS = 32 * 32, 32, 64  # of the lesson's layer "middle", a 5×5
STEPS = 20


def _lstm_step(inputs: int, units: int) -> int:
    """Return the MACs of one step: four gates, of the inputs and of the state."""
    return 4 * units * (inputs + units)


def _vgg16_with_a_mean() -> int:
    """Return the parameters of VGG16 with one dense layer, of the mean of each of its 512 channels."""
    convolutions = [layer for layer in cost(vgg16()).layers if layer.type == "Conv2D"]
    return sum(layer.parameters for layer in convolutions) + 513 * 1000


def _what_is_counted_besides() -> str:
    """Return what makes 18,939,904 of a convolution's FLOPs."""
    done = cost(Conv2D(64, 3), (32, 32, 16)).operations
    return {done.additions: "biases"}[18_939_904 - 2 * done.macs]


EXERCISES = {
    "09.1": number(
        "The lesson's layer *middle* (5×5 on 32×32×32, 64 filters) becomes two: a depthwise 5×5, then a 1×1 "
        "with 64 filters. How many MACs have they together?",
        lambda: cost(Sequence(DepthwiseConv2D(5), Conv2D(FILTERS, 1)), (32, 32, CHANNELS)).macs,
        "MACs",
        (
            "A depthwise kernel sees one channel. How many of them are there?",
            "32 · 32 places; at each 5² · 32 for the depthwise one, and 32 · 64 for the 1×1.",
        ),
        lambda _: {
            "That is the depthwise one alone.": PLACES * 25 * CHANNELS,
            "That is the 1×1 alone.": PLACES * CHANNELS * FILTERS,
            "That is the 5×5 as it was.": PLACES * 25 * CHANNELS * FILTERS,
            "That has 64 depthwise kernels: one for each channel that comes in are 32.": (
                PLACES * (25 * FILTERS + CHANNELS * FILTERS)
            ),
            "That has 5 weights for a kernel: 5×5 are 25.": PLACES * (5 * CHANNELS + CHANNELS * FILTERS),
            "That is with the biases, which are additions.": (
                PLACES * (26 * CHANNELS + (CHANNELS + 1) * FILTERS)
            ),
            "That is at 64 · 64 places. The layer before has halved both sides.": (
                4 * PLACES * (25 * CHANNELS + CHANNELS * FILTERS)
            ),
            "That is at 32 places. There are 32 · 32.": 32 * (25 * CHANNELS + CHANNELS * FILTERS),
            "There each 5×5 kernel reads all 32 channels. A depthwise one reads one.": (
                PLACES * (25 * CHANNELS * CHANNELS + CHANNELS * FILTERS)
            ),
            "That is one place of 32 · 32.": 25 * CHANNELS + CHANNELS * FILTERS,
        },
    ),
    "09.2": number(
        "VGG16 with GoogLeNet's end: the mean of each of the last 512 channels, and one dense layer for "
        "1,000 classes in place of the three. How many parameters has it?",
        _vgg16_with_a_mean,
        "parameters",
        ("`to_frame()` has a column `type`: sum the convolutions.", "The dense layer has biases."),
        lambda truth: {
            "That is without the new dense layer.": truth - 513_000,
            "The new dense layer has biases, too.": truth - 1_000,
            "That is the new dense layer alone.": 513_000,
            "That is without the mean: the dense layer sees 7 · 7 · 512 values.": truth + 48 * 512 * 1000,
            "That is VGG16 as it is.": 138_357_544,
            "That leaves the three dense layers' last one: it sees 4,096 values, not 512.": truth + 3_584_000,
        },
    ),
    "09.3": word(
        "Conv2D(64, 3, padding='same') on 32×32×16: a tool prints 18,939,904 FLOPs. What does it count "
        "besides 2 for a MAC: 'biases', 'relu' or 'padding'? (Biases and ReLUs would be equally many.)",
        _what_is_counted_besides,
        ("biases", "relu", "padding"),
        ("What are 2 × MACs?", "The rest is 65,536 = 32 · 32 · 64. The layer has no activation."),
        {
            "relu": "It would be as many operations. But the layer has no activation.",
            "padding": "Padding adds no operation. What does each output get besides its sum?",
        },
    ),
    "09.4": number(
        "LSTM(64) reads 20 steps of 32 values. How many MACs?",
        lambda: STEPS * _lstm_step(32, 64),
        "MACs",
        ("What does one step multiply?", "4 · 64 · (32 + 64) a step."),
        lambda truth: {
            "That is one step.": _lstm_step(32, 64),
            "That is one gate of four.": truth // 4,
            "That counts biases, too. MACs leave them out.": STEPS * 4 * 64 * (32 + 64 + 1),
            "That leaves out the 64 values of the step before.": STEPS * 4 * 64 * 32,
            "That leaves out the 32 values that are read.": STEPS * 4 * 64 * 64,
            "Those are its parameters. All weights but the biases work in each of 20 steps.": 4 * 64 * 97,
        },
    ),
}

"""The exercises of notebook 09, count your own network."""

from itertools import count

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layers import Conv2D, DepthwiseConv2D
from inception_lab.architecture.published.zoo import vgg16
from inception_lab.exercises.judge import number, word

CHANNELS, FILTERS = 32, 64  # of the lesson's layer "middle", a 5×5
STEPS = 20


def _dearer_than_the_1x1() -> int:
    """Return the first odd side at which a depthwise kernel needs more MACs than the 1×1 after it."""
    shape = (32, 32, CHANNELS)
    mixing = cost(Conv2D(FILTERS, 1), shape).macs
    return next(side for side in count(1, 2) if cost(DepthwiseConv2D(side), shape).macs > mixing)


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
        "The lesson's layer *middle* (5×5 on 32×32×32, 64 filters) becomes a depthwise layer and a 1×1 "
        "with 64 filters. From which odd side of its kernel on does the depthwise layer need more MACs than "
        "the 1×1?",
        _dearer_than_the_1x1,
        "as its side",
        (
            "What does each of the two need for one channel that comes in, at one place?",
            "k² for the depthwise layer, 64 for the 1×1. Places and channels are the same.",
        ),
        lambda _: {
            "There both need as many, and 8 is not odd.": 8,
            "That is the square of a side.": 64,
            "There the 1×1 needs more: 64 MACs for each channel that comes in, the depthwise layer 49.": 7,
            "That has k weights for a kernel of k×k.": 65,
            "That forgets that the depthwise layer has a kernel for each of the 32 channels.": 47,
            "That is the kernel that it has. It needs 25 MACs where the 1×1 needs 64.": 5,
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
        }.__getitem__,
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

"""The exercises of notebook 09, count your own network."""

from __future__ import annotations

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.published.zoo import vgg16
from inception_lab.exercises.judge import Exercise, number, word

PLACES, CHANNELS, UNITS = 49, 64, 10
STEPS = 20


def _lstm_step(inputs: int, units: int) -> int:
    """Return the MACs of one step: four gates, of the inputs and of the state."""
    return 4 * units * (inputs + units)


def _share_of_dense_layers() -> int:
    """Return which percentage of VGG16's parameters its dense layers hold, rounded."""
    found = cost(vgg16())
    dense = sum(layer.parameters for layer in found.layers if layer.type == "Dense")
    return round(100 * dense / found.parameters)


def _what_is_counted_besides() -> str:
    """Return what makes 18,939,904 of a convolution's FLOPs."""
    done = cost(Conv2D(64, 3), (32, 32, 16)).operations
    return {done.additions: "biases"}[18_939_904 - 2 * done.macs]


EXERCISES = {
    "09.1": Exercise(
        "Dense(10) works at each of 49 places with 64 channels. How many MACs?",
        number(
            lambda: PLACES * CHANNELS * UNITS,
            "MACs",
            slips={
                "That is 7 places: there are 49.": lambda: 7 * CHANNELS * UNITS,
                "That is one place.": lambda: CHANNELS * UNITS,
                "That is with the biases, which are additions.": lambda: PLACES * (CHANNELS + 1) * UNITS,
            },
        ),
        ("A dense layer on a map is a 1×1 convolution.", "Weights · places."),
    ),
    "09.2": Exercise(
        "Which percentage of VGG16's parameters stands in its three dense layers? Round to a whole number.",
        number(
            _share_of_dense_layers,
            "%",
            slips={
                "That is the first of the three alone.": 74,
                "That is the share of the convolutions.": lambda: 100 - _share_of_dense_layers(),
                "That is their share of the MACs.": 1,
                "Write it in per cent.": lambda: _share_of_dense_layers() / 100,
            },
        ),
        ("`to_frame()` has a column `type`.", "Sum the parameters where the type is Dense, and divide."),
    ),
    "09.3": Exercise(
        "Conv2D(64, 3, padding='same') on 32×32×16: a tool prints 18,939,904 FLOPs. What does it count "
        "besides 2 for a MAC: 'biases', 'relu' or 'padding'?",
        word(
            _what_is_counted_besides,
            ("biases", "relu", "padding"),
            slips={
                "relu": "It would be as many operations. But the layer has no activation.",
                "padding": "Padding adds no operation. What does each output get besides its sum?",
            },
        ),
        ("What are 2 × MACs?", "The rest is 65,536 = 32 · 32 · 64. The layer has no activation."),
    ),
    "09.4": Exercise(
        "LSTM(64) reads 20 steps of 32 values. How many MACs?",
        number(
            lambda: STEPS * _lstm_step(32, 64),
            "MACs",
            slips={
                "That is one step.": lambda: _lstm_step(32, 64),
                "That is one gate of four.": lambda: STEPS * _lstm_step(32, 64) // 4,
                "That counts biases, too. MACs leave them out.": STEPS * 4 * 64 * (32 + 64 + 1),
                "That leaves out the 64 values of the step before.": lambda: STEPS * 4 * 64 * 32,
            },
        ),
        ("What does one step multiply?", "4 · 64 · (32 + 64) a step."),
    ),
}

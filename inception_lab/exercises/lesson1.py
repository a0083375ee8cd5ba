"""The exercises of notebook 01, the naive module."""

from collections.abc import Mapping
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.modules import naive_module
from inception_lab.architecture.network import Sequence
from inception_lab.exercises.judge import Exercise, number

FEWEST = 8  # filters of a branch that counts
MOST_MACS, CHANNELS = 100_000_000, 416


def _branches(answer: Any) -> tuple[bool | None, str]:
    """Judge a naive module on 28×28×192 that must give enough channels on a budget."""
    if not isinstance(answer, Mapping):
        return None, "A dict is needed, such as dict(conv1x1=64, conv3x3=32, conv5x5=8, pool=False)."
    arguments: dict[str, Any] = {str(name): value for name, value in answer.items() if value != 0}
    if answer.get("pool") is False:
        arguments["pool"] = False
    try:
        costs = cost(naive_module(**arguments), (28, 28, 192))
    except (TypeError, ValueError) as error:
        return None, f"No such module: {error}"
    found = f"It costs {costs.macs:,} MACs and gives {costs.output_shape[-1]} channels."
    free = " Which branch gives channels that cost no MACs?" if answer.get("pool") is False else ""
    wide = [layer for layer in costs.layers if layer.type == "Conv2D" and layer.output_shape[-1] >= FEWEST]
    if len(wide) < 3:
        return False, f"{found} But three kernel sizes need {FEWEST} filters or more each."
    if costs.output_shape[-1] < CHANNELS:
        return False, f"{found} At least {CHANNELS} channels are needed.{free}"
    if costs.macs > MOST_MACS:
        return False, f"{found} At most {MOST_MACS:,} MACs are allowed.{free}"
    return True, found


def _naive_macs(channels: int) -> int:
    """Count the module of 01.2 on so many channels."""
    return cost(naive_module(192, 208, 48), (14, 14, channels)).macs


def _stacked_for_reach(side: int) -> int:
    """Count the 3×3 convolutions on one another, the first with stride 2, that reach `side` pixels."""
    layers = [Conv2D(1, 3, strides=2)]
    while cost(Sequence(*layers), (64, 64, 1)).layers[-1].reach.largest < side:
        layers.append(Conv2D(1, 3))
    return len(layers)


EXERCISES = {
    "01.1": number(
        "GoogLeNet's first layer: 64 filters of 7×7, stride 2, on 224×224 pixels of three colours. "
        "How many MACs?",
        lambda: cost(Conv2D(64, 7, strides=2), (224, 224, 3)).macs,
        "MACs",
        (
            "At how many places does the window stand, and how many weights has a filter?",
            "A filter has 7 · 7 · 3 weights; there are 112 · 112 · 64 output values.",
        ),
        lambda _: {
            "That is twice as many. FLOPs, perhaps, or stride 2 in one direction only?": (
                224 * 112 * 49 * 3 * 64
            ),
            "That is four times as many: with stride 2 there are 112 · 112 places.": (
                224 * 224 * 49 * 3 * 64
            ),
            "That is for 109 · 109 places. Zeros around the photo make them 112 · 112.": (
                109 * 109 * 49 * 3 * 64
            ),
            "That is with one channel: a filter looks at all three colours.": 112 * 112 * 49 * 64,
            "That is with 7 weights a channel: a window of 7×7 has 49.": 112 * 112 * 7 * 3 * 64,
            "That is for 112 places: there are 112 · 112.": 112 * 49 * 3 * 64,
            "That counts a bias for each output, too. MACs leave biases out.": (
                112 * 112 * 64 * (49 * 3 + 1)
            ),
            "That is one filter: there are 64.": 112 * 112 * 49 * 3,
            "That is one place: there are 112 · 112.": 49 * 3 * 64,
        },
    ),
    "01.2": number(
        "A naive module of 192, 208 and 48 filters with pooling, on 14×14 pixels, again and again on itself. "
        "How many MACs more does each cost than the one before?",
        lambda: _naive_macs(480 + 448) - _naive_macs(480),
        "MACs",
        (
            "Its filters stay the same. How many channels more does each module get than the one before?",
            "192 + 208 + 48 channels more. Each takes 192 + 9·208 + 25·48 MACs at each of 14 · 14 places.",
        ),
        lambda _: {
            "That is all that the first one costs.": _naive_macs(480),
            "That is all that the second one costs.": _naive_macs(480 + 448),
            "That is with 3 and 5 weights a channel: the windows have 9 and 25.": (
                14 * 14 * 448 * (192 + 3 * 208 + 5 * 48)
            ),
            "That leaves out the 1×1 branch. Its filters see more channels, too.": (
                14 * 14 * 448 * (9 * 208 + 25 * 48)
            ),
            "That is for one channel more. How many more come in?": 14 * 14 * (192 + 9 * 208 + 25 * 48),
            "That is one place: there are 14 · 14.": 448 * (192 + 9 * 208 + 25 * 48),
            "That is for 14 places: a picture of 14×14 has 196.": 14 * 448 * (192 + 9 * 208 + 25 * 48),
        },
    ),
    "01.3": number(
        "How many 3×3 convolutions, one on another, reach 23 pixels? The first has stride 2, the others 1.",
        lambda: _stacked_for_reach(23),
        "convolutions",
        (
            "How many pixels of the photo apart are the neighbours that the second 3×3 sees?",
            "The first reaches 3 pixels. Each one after it adds (3 − 1) · 2.",
        ),
        lambda truth: {
            "That is with stride 1 in all. After the first, neighbours lie 2 pixels of the photo apart.": 11,
            "That is with stride 1 in all, and leaves out the first.": 10,
            "That is with stride 2 in all. Only the first has it.": 4,
            "That is how many come after the first. It counts, too.": truth - 1,
            "That lets the first add 4 pixels. Its own stride only widens those after it.": 5.5,
            "That is 23 ÷ 3, rounded. How many pixels does each one after the first add?": 8,
            "That is 23 ÷ 3, cut off. How many pixels does each one after the first add?": 7,
            "That compares areas, 529 and 9. Reach is a side.": 23**2 // 3**2,
        },
    ),
    "01.4": Exercise(
        "A naive module on 28×28×192: three kernel sizes, 416 channels or more, at most 100 million MACs.",
        _branches,
        (
            "What does one filter of each size cost? Which channels are free?",
            "A 1×1 filter costs 150,528 MACs, a 3×3 nine times and a 5×5 25 times as much. "
            "Pooling costs none.",
        ),
    ),
}

"""Xception: an Inception module with a tower for each channel, and residual connections.

Reference:
    Chollet 2016, "Xception: Deep Learning with Depthwise Separable Convolutions", arXiv:1610.02357, Figure 5.

Layers are named as in Keras.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from inception_lab.architecture.family.branches import network
from inception_lab.architecture.layers import Activation, GlobalAveragePool2D, MaxPool2D
from inception_lab.architecture.modules import Convolutions, classifier
from inception_lab.architecture.network import Network, Parallel, Part, Sequence
from inception_lab.architecture.operations import Function


@dataclass(frozen=True)
class SeparableBlock:
    """Separable 3×3 convolutions beside a shortcut, and added to it."""

    filters: tuple[int, ...]  # of each separable convolution
    strides: int = 1  # 2: a pooling follows them, and the shortcut is a 1×1 convolution of stride 2


MIDDLE = SeparableBlock((728, 728, 728))
BLOCKS: Mapping[str, SeparableBlock] = {
    "block2": SeparableBlock((128, 128), strides=2),
    "block3": SeparableBlock((256, 256), strides=2),
    "block4": SeparableBlock((728, 728), strides=2),
    **{f"block{number}": MIDDLE for number in range(5, 13)},
    "block13": SeparableBlock((728, 1024), strides=2),
}
LAST = (1536, 2048)  # separable convolutions of block14, without a shortcut


def xception(
    input_shape: tuple[int, int, int] = (299, 299, 3), classes: int = 1000, width: float = 1.0
) -> Network:
    """Describe Xception, arXiv:1610.02357: 22,855,952 trainable parameters, 8.36 G MACs at 299 pixels.

    Arguments are those of `inception_v3`.
    """
    convolution = Convolutions(batch_norm=True, width=width)

    def separable(number: int, filters: int, activation: Function | None = None) -> Part:
        return convolution(f"sepconv{number}", filters, 3, depth_multiplier=1, activation=activation)

    def block(name: str, row: SeparableBlock) -> Sequence:
        parts: list[Part] = []
        for number, filters in enumerate(row.filters, start=1):
            if (name, number) != ("block2", 1):  # which comes after a ReLU
                parts.append(Activation("relu", name=f"sepconv{number}/act"))
            parts.append(separable(number, filters))
        shortcut: list[Part] = []
        if row.strides > 1:
            parts.append(MaxPool2D(3, row.strides, name="pool"))
            shortcut.append(convolution("shortcut", row.filters[-1], 1, row.strides, activation=None))
        return Sequence(Parallel(Sequence(*parts), Sequence(*shortcut), merge="add"), name=name)

    return network(
        input_shape,
        "xception",
        Sequence(
            convolution("conv1", 32, 3, 2, "valid"),
            convolution("conv2", 64, 3, padding="valid"),
            name="block1",
        ),
        *(block(name, row) for name, row in BLOCKS.items()),
        Sequence(*(separable(n, LAST[n - 1], "relu") for n in (1, 2)), name="block14"),
        GlobalAveragePool2D(name="avg_pool"),
        *classifier(classes, "predictions"),
    )

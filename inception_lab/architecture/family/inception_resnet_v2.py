"""Inception-ResNet-v2: modules of three and two branches, each added to its own input.

Reference:
    Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
    arXiv:1602.07261, Figures 15 to 19, as released: with v3's stem, and a module of 320 channels after it.

Modules are named as in TF-slim and Keras, whose `block35_1` is `block35/1` here; branches within a module as
in BVLC's Caffe models.
"""

from dataclasses import dataclass, replace

from inception_lab.architecture.family.branches import Figure, Row, logits, network
from inception_lab.architecture.family.inception_v3 import FIGURE_5, REDUCTION_A, stem
from inception_lab.architecture.layers import Activation, Conv2D, Scale
from inception_lab.architecture.modules import Convolutions, scaled
from inception_lab.architecture.network import Network, Parallel, Part, Sequence

BLOCK_35 = Figure(
    "arXiv:1602.07261, Figure 16", {"conv1x1": (1,), "conv3x3": (1, 3), "double3x3": (1, 3, 3)}, pool=None
)
BLOCK_17 = Figure("arXiv:1602.07261, Figure 17", {"conv1x1": (1,), "conv7x7": (1, (1, 7), (7, 1))}, pool=None)
BLOCK_8 = Figure("arXiv:1602.07261, Figure 19", {"conv1x1": (1,), "conv3x3": (1, (1, 3), (3, 1))}, pool=None)
FIGURE_7 = replace(REDUCTION_A, source="arXiv:1602.07261, Figure 7 and Table 1")
FIGURE_18 = Figure(
    "arXiv:1602.07261, Figure 18",
    {"conv3x3": (1, 3), "second3x3": (1, 3), "double3x3": (1, 3, 3)},
    pool="max",
    strides=2,
    padding="valid",
)


@dataclass(frozen=True)
class Stage:
    """A module, and then equal blocks that are each scaled and added to their input."""

    name: str
    module: Row
    side: int  # of the grid at 299 pixels; the blocks are called after it
    blocks: int
    block: Row
    scale: float  # of what is added: section 3.3


STAGES = (
    Stage(
        "Mixed_5b",
        Row(FIGURE_5, conv1x1=(96,), conv5x5=(48, 64), double3x3=(64, 96, 96), pool_proj=64),
        side=35,
        blocks=10,
        block=Row(BLOCK_35, conv1x1=(32,), conv3x3=(32, 32), double3x3=(32, 48, 64)),
        scale=0.17,
    ),
    Stage(
        "Mixed_6a",
        Row(FIGURE_7, conv3x3=(384,), double3x3=(256, 256, 384)),
        side=17,
        blocks=20,
        block=Row(BLOCK_17, conv1x1=(192,), conv7x7=(128, 160, 192)),
        scale=0.1,
    ),
    Stage(
        "Mixed_7a",
        Row(FIGURE_18, conv3x3=(256, 384), second3x3=(256, 288), double3x3=(256, 288, 320)),
        side=8,
        blocks=9,
        block=Row(BLOCK_8, conv1x1=(192,), conv3x3=(192, 224, 256)),
        scale=0.2,
    ),
)


def residual(
    name: str,
    row: Row,
    convolution: Convolutions,
    channels: int,
    scale: float = 1.0,
    relu: bool = True,
    shortcut: bool = True,
) -> Sequence:
    """Describe a block: joined branches, a 1×1 convolution to as many `channels` as came in, and the sum.

    The 1×1 has biases, and neither batch norm nor an activation; what is added is scaled first. Without its
    `shortcut` a block adds nothing.
    """
    parts: list[Part] = [row.module(convolution), Conv2D(channels, 1, name="conv")]
    parts += [Scale(scale, name="scale")] if scale != 1 else []
    after = [Activation("relu", name="relu")] if relu else []
    added = [Parallel(Sequence(), Sequence(*parts), merge="add")] if shortcut else parts
    return Sequence(*added, *after, name=name)


def inception_resnet_v2(
    input_shape: tuple[int, int, int] = (299, 299, 3),
    classes: int = 1000,
    width: float = 1.0,
    *,
    batch_norm_scale: bool = False,
) -> Network:
    """Describe Inception-ResNet-v2, arXiv:1602.07261: 55,813,192 parameters, 13.2 G MACs at 299 pixels.

    Arguments are those of `inception_v3`.
    """
    convolution = Convolutions(batch_norm=True, scale=batch_norm_scale, width=width)
    parts: list[Part] = [stem(convolution)]
    channels = scaled(192, width)
    for stage in STAGES:
        module = stage.module.module(convolution, stage.name)
        parts.append(module)
        channels = Network((stage.side, stage.side, channels), module).output_shapes()["main"][-1]
        blocks = [
            residual(str(number), stage.block, convolution, channels, stage.scale)
            for number in range(1, stage.blocks + 1)
        ]
        if stage is STAGES[-1]:  # one more, unscaled
            blocks.append(residual(str(stage.blocks + 1), stage.block, convolution, channels, relu=False))
        parts.append(Sequence(*blocks, name=f"block{stage.side}"))
    parts.append(convolution("Conv2d_7b_1x1", 1536, 1))
    return network(input_shape, "inception_resnet_v2", *parts, logits(classes, rate=0.2))

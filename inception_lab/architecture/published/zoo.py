"""The networks around GoogLeNet as specs: what came before it, beside it and after it.

Every architecture is a table, headed by its source, and a few lines that read it. Layers carry the
names of the model that its authors published, with `/` between a module and its layers. All take
`input_shape`, `(height, width, channels)` without batch, and the number of `classes`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from inception_lab.architecture.cost import cost
from inception_lab.architecture.family.bn_inception import bn_inception
from inception_lab.architecture.family.branches import logits
from inception_lab.architecture.family.inception_resnet_v2 import inception_resnet_v2
from inception_lab.architecture.family.inception_v3 import inception_v3
from inception_lab.architecture.family.inception_v4 import inception_v4
from inception_lab.architecture.family.xception import xception
from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.layer import Padding
from inception_lab.architecture.layers import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePool2D,
    MaxPool2D,
)
from inception_lab.architecture.modules import Convolutions, classifier, normalised, scaled
from inception_lab.architecture.network import Network, Parallel, Part, Sequence
from inception_lab.architecture.operations import Function
from inception_lab.architecture.stored import network_from_data
from inception_lab.checks import entry, positive_integer
from inception_lab.resources import toml_rows
from inception_lab.text import columns, html_table, readable

# Those without branches, layer by layer.
PLAIN = toml_rows("plain_networks.toml")


def _plain(name: str, input_shape: tuple[int, int, int], classes: int) -> Network:
    """Describe a network whose layers follow one another."""
    own = {"classes": positive_integer("classes", classes)}
    parts = [
        {argument: own.get(value, value) for argument, value in part.items()} for part in PLAIN[name]["parts"]
    ]
    body = {"type": "Sequence", "name": None, "parts": parts}
    return network_from_data({"name": name, "input_shape": input_shape, "body": body})


def alexnet(input_shape: tuple[int, int, int] = (227, 227, 3), classes: int = 1000) -> Network:
    """Describe AlexNet, Krizhevsky et al. 2012, with its grouped convolutions: 60,965,224 parameters."""
    return _plain("alexnet", input_shape, classes)


def nin(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> Network:
    """Describe Network in Network, Lin et al. 2013: 1×1 convolutions and global pooling before GoogLeNet."""
    return _plain("nin", input_shape, classes)


def vgg16(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> Network:
    """Describe VGG-16, Simonyan & Zisserman 2014, second after GoogLeNet: 138,357,544 parameters."""
    return _plain("vgg16", input_shape, classes)


@dataclass(frozen=True)
class ResidualStage:
    """Blocks of one resolution, each 1×1, 3×3, 1×1 beside a shortcut."""

    name: str  # of the published model; `conv2_x` in the paper is `res2`
    blocks: int
    filters: int  # of the first 1×1 and the 3×3; the last 1×1 has four times as many
    strides: int  # of the first block


# He et al. 2015, "Deep Residual Learning for Image Recognition", arXiv:1512.03385, Table 1, 50-layer.
RESNET_50 = (
    ResidualStage("res2", blocks=3, filters=64, strides=1),
    ResidualStage("res3", blocks=4, filters=128, strides=2),
    ResidualStage("res4", blocks=6, filters=256, strides=2),
    ResidualStage("res5", blocks=3, filters=512, strides=2),
)


@dataclass(frozen=True)
class ResNetVariant:
    """What publishers of ResNet-50 do differently."""

    source: str
    use_bias: bool = False  # biases that batch norm's shift makes superfluous
    strides_in: Literal["1x1", "3x3"] = "1x1"  # the convolution that halves the picture
    epsilon: float = 1e-5  # of batch norm


RESNET_VARIANTS: Mapping[str, ResNetVariant] = {
    "paper": ResNetVariant("He et al. 2015, Table 1"),
    "torchvision": ResNetVariant("torchvision.models.resnet50, known as v1.5", strides_in="3x3"),
    "keras": ResNetVariant("keras.applications.ResNet50", use_bias=True, epsilon=1.001e-5),
}


def resnet50(
    input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000, variant: str = "paper"
) -> Network:
    """Describe ResNet-50, He et al. 2015, arXiv:1512.03385, Table 1.

    Of `RESNET_VARIANTS`, `"paper"` and `"torchvision"` have 25,557,032 trainable parameters, and `"keras"`
    has 26,560 biases more.
    """
    choices = entry("variant", variant, RESNET_VARIANTS)

    normed = Convolutions(batch_norm=True, epsilon=choices.epsilon, use_bias=choices.use_bias)

    def convolution(
        name: str, filters: int, kernel_size: int, strides: int = 1, activation: Function | None = "relu"
    ) -> Part:
        padding: Padding = kernel_size // 2 if strides > 1 else "same"  # TensorFlow's "same" is lopsided
        return normed(name, filters, kernel_size, strides, padding, activation=activation)

    def block(name: str, stage: ResidualStage, first: bool) -> Sequence:
        strides, wide = (stage.strides if first else 1), 4 * stage.filters
        narrow, square = (strides, 1) if choices.strides_in == "1x1" else (1, strides)
        residual = Sequence(
            convolution("branch2a", stage.filters, 1, narrow),
            convolution("branch2b", stage.filters, 3, square),
            convolution("branch2c", wide, 1, activation=None),
        )
        shortcut = convolution("branch1", wide, 1, strides, activation=None) if first else Sequence()
        return Sequence(Parallel(shortcut, residual, merge="add"), Activation("relu", name="relu"), name=name)

    blocks = [
        block(f"{stage.name}{'abcdef'[number]}", stage, first=number == 0)
        for stage in RESNET_50
        for number in range(stage.blocks)
    ]
    body = Sequence(
        convolution("conv1", 64, 7, 2),
        MaxPool2D(3, 2, 1, name="pool1"),
        *blocks,
        GlobalAveragePool2D(name="pool5"),
        *classifier(classes, "fc1000"),
    )
    return Network(input_shape, body, "resnet50" if variant == "paper" else f"resnet50 ({variant})")


# Howard et al. 2017, "MobileNets", arXiv:1704.04861, Table 1: the step of each 3×3 within its channel, and
# the filters of the 1×1 after it. The table prints stride 2 for the last 3×3 as well, beside an output of
# 7×7, which needs stride 1: so TF-slim and Keras build it.
MOBILENET = (
    *((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)),
    *(*5 * ((1, 512),), (2, 1024), (1, 1024)),
)


def mobilenet(
    input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000, width: float = 1.0
) -> Network:
    """Describe MobileNet v1, Howard et al. 2017: 4,231,976 trainable parameters, 21,888 moving statistics.

    The names are TF-slim's, and so is the ReLU that stops at 6. The 1×1 convolution after the pooling
    is a dense layer here: the same numbers.

    `width` multiplies every number of filters; the paper has 1, 0.75, 0.5 and 0.25.
    """
    first = Conv2D(scaled(32, width), 3, strides=2, use_bias=False, name="Conv2d_0")
    parts: list[Part] = [normalised(first, "relu6")]
    for number, (strides, filters) in enumerate(MOBILENET, start=1):
        depthwise = DepthwiseConv2D(3, strides, use_bias=False, name="depthwise")
        pointwise = Conv2D(scaled(filters, width), 1, use_bias=False, name="pointwise")
        both = (normalised(depthwise, "relu6"), normalised(pointwise, "relu6"))
        parts.append(Sequence(*both, name=f"Conv2d_{number}"))
    label = "mobilenet" if width == 1 else f"mobilenet ({width:g})"
    return Network(input_shape, Sequence(*parts, logits(classes, rate=0.001)), label)


# Iandola et al. 2016, "SqueezeNet", arXiv:1602.07360, Table 1; names and 227 pixels as in the published
# Caffe model, which pads conv10 by a pixel where the table does not (15×15 instead of 13×13).
# Filters of each squeeze; then 1×1 and 3×3 side by side with four times as many each: one reduction for two.
SQUEEZENET: Mapping[str, int] = {
    "fire2": 16, "fire3": 16, "fire4": 32, "fire5": 32, "fire6": 48, "fire7": 48, "fire8": 64, "fire9": 64,
}  # fmt: skip
POOL_BEHIND = {"fire4": "pool4", "fire8": "pool8"}


def squeezenet(input_shape: tuple[int, int, int] = (227, 227, 3), classes: int = 1000) -> Network:
    """Describe SqueezeNet 1.0, Iandola et al. 2016, arXiv:1602.07360: 1,248,424 parameters."""
    convolution = Convolutions()
    parts: list[Part] = [convolution("conv1", 96, 7, 2, "valid"), MaxPool2D(3, 2, "valid", name="pool1")]
    for name, filters in SQUEEZENET.items():
        expand = (convolution(f"expand{side}x{side}", 4 * filters, side) for side in (1, 3))
        parts.append(Sequence(convolution("squeeze1x1", filters, 1), Parallel(*expand), name=name))
        if name in POOL_BEHIND:
            parts.append(MaxPool2D(3, 2, "valid", name=POOL_BEHIND[name]))
    body = Sequence(
        *parts,
        Dropout(0.5, name="drop9"),
        convolution("conv10", positive_integer("classes", classes), 1),
        GlobalAveragePool2D(name="pool10"),
        Activation("softmax", name="prob"),
    )
    return Network(input_shape, body, "squeezenet")


class Zoo(dict[str, Callable[..., Network]]):
    """What describes each network, by its name; shows itself as a table."""

    def _table(self) -> list[tuple[str, ...]]:
        counted = [(name, cost(describe())) for name, describe in self.items()]
        return [
            ("network", "input", "layers", "parameters", "MACs"),
            *(
                (name, readable(c.input_shape), f"{len(c.layers):,}", f"{c.parameters:,}", f"{c.macs:,}")
                for name, c in counted
            ),
        ]

    def __repr__(self) -> str:
        return "\n".join(columns(self._table()))

    def _repr_html_(self) -> str:
        head, *rows = self._table()
        return html_table(head, rows, caption="Published networks, each at its own size of picture")


# Every network here by its name, in the order of publication.
NETWORKS = Zoo(
    alexnet=alexnet, nin=nin, googlenet=googlenet, vgg16=vgg16, bn_inception=bn_inception,
    inception_v3=inception_v3, resnet50=resnet50, inception_v4=inception_v4,
    inception_resnet_v2=inception_resnet_v2, squeezenet=squeezenet, xception=xception, mobilenet=mobilenet,
)  # fmt: skip


def _repr_html_() -> str:
    """Have a notebook show `lab.zoo`, which is this module, as its table."""
    return NETWORKS._repr_html_()

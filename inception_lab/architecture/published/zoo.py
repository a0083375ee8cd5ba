"""The networks around GoogLeNet as specs: what came before it, beside it and after it.

Every architecture is a table, headed by its source, and a few lines that read it. Layers carry the
names of the model that its authors published, with `/` between a module and its layers. All take
`input_shape`, `(height, width, channels)` without batch, and the number of `classes`.
"""

from collections.abc import Callable, Iterable, Mapping
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
from inception_lab.architecture.layer import Layer, Padding
from inception_lab.architecture.layers import (
    Activation,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    LocalResponseNorm,
    MaxPool2D,
)
from inception_lab.architecture.modules import normalised, scaled
from inception_lab.architecture.network import Network, Parallel, Part, Sequence
from inception_lab.architecture.operations import Function
from inception_lab.checks import entry, positive_integer
from inception_lab.text import columns, html_table, readable


def _row(
    name: str,
    filters: int,
    kernel_size: int,
    *behind: Layer,
    strides: int = 1,
    padding: Padding = "same",
    groups: int = 1,
) -> list[Layer]:
    """Describe one convolution of a network without branches, with its ReLU, and what comes after it."""
    convolution = Conv2D(filters, kernel_size, strides, padding, activation="relu", groups=groups, name=name)
    return [convolution, *behind]


def _fully_connected(classes: int) -> list[Part]:
    """Return the three dense layers that AlexNet and VGG end in, and most of whose parameters they hold."""
    return [
        Flatten(name="flatten"),
        Dense(4096, activation="relu", name="fc6"),
        Dropout(0.5, name="drop6"),
        Dense(4096, activation="relu", name="fc7"),
        Dropout(0.5, name="drop7"),
        Dense(positive_integer("classes", classes), name="fc8"),
        Activation("softmax", name="prob"),
    ]


def _pool(name: str, size: int = 3, padding: Padding = "valid") -> MaxPool2D:
    return MaxPool2D(size, strides=2, padding=padding, name=name)


def _lrn(name: str) -> LocalResponseNorm:
    return LocalResponseNorm(bias=2.0, alpha=1e-4, beta=0.75, name=name)  # section 3.3: k = 2, n = 5


# Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 3.5;
# names and the 227 pixels that its strides need (the paper says 224) as in BVLC's bvlc_alexnet.
ALEXNET = (
    *_row("conv1", 96, 11, _lrn("norm1"), _pool("pool1"), strides=4, padding="valid"),
    *_row("conv2", 256, 5, _lrn("norm2"), _pool("pool2"), groups=2),  # its two GPUs see half each
    *_row("conv3", 384, 3),
    *_row("conv4", 384, 3, groups=2),
    *_row("conv5", 256, 3, _pool("pool5"), groups=2),
)


def alexnet(input_shape: tuple[int, int, int] = (227, 227, 3), classes: int = 1000) -> Network:
    """Describe AlexNet, Krizhevsky et al. 2012, with its grouped convolutions: 60,965,224 parameters."""
    return Network(input_shape, Sequence(*ALEXNET, *_fully_connected(classes)), "alexnet")


# Lin et al. 2013, "Network In Network", arXiv:1312.4400; the ImageNet model that its first author
# published for Caffe (gist d802a5849de39225bcc6). Caffe pools up to the edge: at 224 pixels pool1 takes
# 54 to 27, which is "same", while the others go from odd to odd sizes, where "valid" loses nothing.
NIN = (
    *_row("conv1", 96, 11, strides=4, padding="valid"),
    *_row("cccp1", 96, 1),
    *_row("cccp2", 96, 1, _pool("pool1", padding="same")),
    *_row("conv2", 256, 5),
    *_row("cccp3", 256, 1),
    *_row("cccp4", 256, 1, _pool("pool2")),
    *_row("conv3", 384, 3),
    *_row("cccp5", 384, 1),
    *_row("cccp6", 384, 1, _pool("pool3"), Dropout(0.5, name="drop")),
    *_row("conv4-1024", 1024, 3),
    *_row("cccp7-1024", 1024, 1),
)


def nin(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> Network:
    """Describe Network in Network, Lin et al. 2013: 1×1 convolutions and global pooling before GoogLeNet."""
    return _averaged(input_shape, [*NIN, *_row("cccp8-1024", classes, 1)], "pool4", "nin")


def _averaged(input_shape: tuple[int, int, int], parts: Iterable[Part], pool: str, name: str) -> Network:
    """Return a network whose parts end in a map a class, each averaged to that class's logit."""
    end = (GlobalAveragePool2D(name=pool), Activation("softmax", name="prob"))
    return Network(input_shape, Sequence(*parts, *end), name)


# Simonyan & Zisserman 2014, "Very Deep Convolutional Networks for Large-Scale Image Recognition",
# arXiv:1409.1556, Table 1, column D: filters of the 3×3 convolutions between two poolings.
VGG_16 = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def vgg16(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> Network:
    """Describe VGG-16, Simonyan & Zisserman 2014, second after GoogLeNet: 138,357,544 parameters."""
    parts: list[Part] = []
    for block, widths in enumerate(VGG_16, start=1):
        for number, filters in enumerate(widths, start=1):
            parts += _row(f"conv{block}_{number}", filters, 3)
        parts.append(_pool(f"pool{block}", size=2))
    return Network(input_shape, Sequence(*parts, *_fully_connected(classes)), "vgg16")


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

    def convolution(
        name: str, filters: int, kernel_size: int, strides: int = 1, function: Function | None = "relu"
    ) -> Sequence:
        padding: Padding = kernel_size // 2 if strides > 1 else "same"  # TensorFlow's "same" is lopsided
        layer = Conv2D(filters, kernel_size, strides, padding, choices.use_bias, name=name)
        return normalised(layer, function, epsilon=choices.epsilon)

    def block(name: str, stage: ResidualStage, first: bool) -> Sequence:
        strides, wide = (stage.strides if first else 1), 4 * stage.filters
        narrow, square = (strides, 1) if choices.strides_in == "1x1" else (1, strides)
        residual = Sequence(
            convolution("branch2a", stage.filters, 1, narrow),
            convolution("branch2b", stage.filters, 3, square),
            convolution("branch2c", wide, 1, function=None),
        )
        shortcut = convolution("branch1", wide, 1, strides, function=None) if first else Sequence()
        return Sequence(Parallel(shortcut, residual, merge="add"), Activation("relu", name="relu"), name=name)

    blocks = [
        block(f"{stage.name}{'abcdef'[number]}", stage, first=number == 0)
        for stage in RESNET_50
        for number in range(stage.blocks)
    ]
    body = Sequence(
        convolution("conv1", 64, 7, 2),
        _pool("pool1", padding=1),
        *blocks,
        GlobalAveragePool2D(name="pool5"),
        Dense(positive_integer("classes", classes), name="fc1000"),
        Activation("softmax", name="prob"),
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
    parts: list[Part] = [*_row("conv1", 96, 7, _pool("pool1"), strides=2, padding="valid")]
    for name, filters in SQUEEZENET.items():
        squeeze = Conv2D(filters, 1, activation="relu", name="squeeze1x1")
        expand = Parallel(
            Conv2D(4 * filters, 1, activation="relu", name="expand1x1"),
            Conv2D(4 * filters, 3, activation="relu", name="expand3x3"),
        )
        parts.append(Sequence(squeeze, expand, name=name))
        if name in POOL_BEHIND:
            parts.append(_pool(POOL_BEHIND[name]))
    last = (Dropout(0.5, name="drop9"), *_row("conv10", classes, 1))
    return _averaged(input_shape, [*parts, *last], "pool10", "squeezenet")


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

"""Small GoogLeNets for small pictures: the same modules with fewer filters, batch norm and an early start.

What a laptop trains in a minute (scaled digits) or in an hour or two (CIFAR-10). Rows are read as Table 1's:
the first digit of a name is its stage, and a pooling stands between stages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.architecture.layers import Conv2D, MaxPool2D
from inception_lab.architecture.modules import InceptionRow, multiplier, normalised, scaled
from inception_lab.architecture.network import Network, Sequence

# For 64×64 pictures: four of Table 1's rows at a quarter of their width; 3a sees 32×32.
DIGITS_WIDTH = 0.25
DIGITS_ROWS: Mapping[str, InceptionRow] = {name: TABLE_1[name] for name in ("3a", "4a", "4b", "5a")}

# For 32×32 pictures: 3a and 3b see them at full size, where a weight costs four times as much as after
# a pooling, so they are slim.
CIFAR_STEM = 32
CIFAR_ROWS: Mapping[str, InceptionRow] = {
    "3a": InceptionRow(conv1x1=16, reduce3x3=16, conv3x3=32, reduce5x5=8, conv5x5=8, pool_proj=8),
    "3b": InceptionRow(conv1x1=16, reduce3x3=16, conv3x3=32, reduce5x5=8, conv5x5=8, pool_proj=8),
    "4a": InceptionRow(conv1x1=32, reduce3x3=32, conv3x3=48, reduce5x5=16, conv5x5=16, pool_proj=16),
    "4b": InceptionRow(conv1x1=32, reduce3x3=32, conv3x3=48, reduce5x5=16, conv5x5=16, pool_proj=16),
    "4c": InceptionRow(conv1x1=32, reduce3x3=32, conv3x3=64, reduce5x5=16, conv5x5=16, pool_proj=32),
    "5a": InceptionRow(conv1x1=64, reduce3x3=48, conv3x3=80, reduce5x5=16, conv5x5=32, pool_proj=32),
    "5b": InceptionRow(conv1x1=64, reduce3x3=48, conv3x3=80, reduce5x5=16, conv5x5=32, pool_proj=32),
}


def googlenet_digits(
    input_shape: tuple[int, int, int] = (64, 64, 3),
    classes: int = 10,
    auxiliary: bool | Iterable[str] = False,
    width: float = 1.0,
) -> Network:
    """Describe the network that learns the scaled digits in about a minute.

    Arguments are those of `googlenet`; auxiliary heads stand after 4a and 4b.
    """
    heads = ("4a", "4b") if auxiliary is True else auxiliary
    width = DIGITS_WIDTH * multiplier(width)
    network = googlenet(input_shape, classes, heads, "batch_norm", width, stem="small", rows=DIGITS_ROWS)
    return replace(network, name="googlenet-digits")


def googlenet_cifar(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    auxiliary: bool | Iterable[str] = False,
    width: float = 1.0,
) -> Network:
    """Describe a network of under 0.3 million parameters for CIFAR-10.

    Arguments are those of `googlenet`; the auxiliary head stands after 4c.
    """
    heads = ("4c",) if auxiliary is True else auxiliary
    stem = _stem({"3x3": scaled(CIFAR_STEM, width)})  # and no pooling
    network = googlenet(input_shape, classes, heads, "batch_norm", width, stem=stem, rows=CIFAR_ROWS)
    return replace(network, name="googlenet-cifar")


def plain_start_cifar(input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10) -> Network:
    """Describe a quicker network for CIFAR-10: at 32×32 plain 3×3 convolutions, no modules; no dropout."""
    stem = _stem({"3x3_1": 16, "3x3_2": 32, "3x3_3": 48}, MaxPool2D(3, strides=2, name="3x3_s2"))
    rows = {name: row for name, row in CIFAR_ROWS.items() if name[0] != "3"}
    network = googlenet(input_shape, classes, variant="batch_norm", stem=stem, rows=rows, dropout=0)
    return replace(network, name="plain-start-cifar")


def full_width_cifar(input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10) -> Network:
    """Describe Table 1's nine modules, as wide as they are, on small pictures: 6 million parameters.

    One 3×3 convolution at full size takes the place of the stem, which would leave 4×4 of 32×32 pixels.
    """
    network = googlenet(input_shape, classes, variant="batch_norm", stem=_stem({"3x3": 192}))
    return replace(network, name="full-width-cifar")


def _stem(filters: Mapping[str, int], *pools: MaxPool2D) -> Sequence:
    """Describe 3×3 convolutions at full size, by their names, and what comes after them."""
    convolutions = (normalised(Conv2D(n, 3, use_bias=False, name=name)) for name, n in filters.items())
    return Sequence(*(part for each in convolutions for part in each.parts), *pools, name="conv1")


NETWORKS = {"googlenet-digits": googlenet_digits, "googlenet-cifar": googlenet_cifar}

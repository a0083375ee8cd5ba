"""GoogLeNet as Table 1 of its paper, and the variants that others published under its name.

Reference:
    Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv:1409.4842.

Layers are named as in BVLC's Caffe model, the one whose weights are public.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from inception_lab.architecture.layer import colour_picture
from inception_lab.architecture.layers import Dropout, GlobalAveragePool2D, LocalResponseNorm, MaxPool2D
from inception_lab.architecture.modules import (
    Convolutions,
    InceptionRow,
    auxiliary_head,
    classifier,
    inception_module,
    named_rows,
    scaled,
)
from inception_lab.architecture.network import Network, Part, Sequence, Tap
from inception_lab.checks import entry, one_of, positive_integer, share

Normalization = Literal["lrn", "batch_norm", "none"]
Stem = Literal["7x7", "separable", "small"]

# Table 1, the nine inception rows.
TABLE_1: Mapping[str, InceptionRow] = {
    "3a": InceptionRow(conv1x1=64, reduce3x3=96, conv3x3=128, reduce5x5=16, conv5x5=32, pool_proj=32),
    "3b": InceptionRow(conv1x1=128, reduce3x3=128, conv3x3=192, reduce5x5=32, conv5x5=96, pool_proj=64),
    "4a": InceptionRow(conv1x1=192, reduce3x3=96, conv3x3=208, reduce5x5=16, conv5x5=48, pool_proj=64),
    "4b": InceptionRow(conv1x1=160, reduce3x3=112, conv3x3=224, reduce5x5=24, conv5x5=64, pool_proj=64),
    "4c": InceptionRow(conv1x1=128, reduce3x3=128, conv3x3=256, reduce5x5=24, conv5x5=64, pool_proj=64),
    "4d": InceptionRow(conv1x1=112, reduce3x3=144, conv3x3=288, reduce5x5=32, conv5x5=64, pool_proj=64),
    "4e": InceptionRow(conv1x1=256, reduce3x3=160, conv3x3=320, reduce5x5=32, conv5x5=128, pool_proj=128),
    "5a": InceptionRow(conv1x1=256, reduce3x3=160, conv3x3=320, reduce5x5=32, conv5x5=128, pool_proj=128),
    "5b": InceptionRow(conv1x1=384, reduce3x3=192, conv3x3=384, reduce5x5=48, conv5x5=128, pool_proj=128),
}


@dataclass(frozen=True)
class Variant:
    """A set of choices that somebody published as GoogLeNet."""

    source: str  # who, where
    # local response normalisation as in the paper, batch norm after each convolution (then without
    # biases), or none
    normalization: Normalization = "lrn"
    kernel5x5: int = 5  # side of the kernels in the branch that the paper calls 5×5
    stem: Stem = "7x7"  # the layers before 3a: the paper's 7×7, a separable 7×7, or 3×3 for small pictures
    modules: Literal["reduced", "naive"] = "reduced"  # with 1×1 reductions, or naive
    last_pool: int = 3  # side of the pooling window between 4e and 5a
    batch_norm_scale: bool = True  # whether batch norm learns a factor besides its shift


VARIANTS: Mapping[str, Variant] = {
    "paper": Variant("Szegedy et al. 2014, Table 1, with BVLC's padding and normalisation"),
    "batch_norm": Variant(
        "Ioffe & Szegedy 2015, arXiv:1502.03167, on the paper's widths", normalization="batch_norm"
    ),
    "torchvision": Variant(
        "torchvision.models.googlenet", normalization="batch_norm", kernel5x5=3, last_pool=2
    ),
    "tf_slim": Variant(
        "TensorFlow models, slim/nets/inception_v1.py",
        normalization="batch_norm",
        kernel5x5=3,
        last_pool=2,
        batch_norm_scale=False,
    ),
    "separable_stem": Variant("the stem that Table 1's printed 2.7K and 34M fit", stem="separable"),
    "naive": Variant("Szegedy et al. 2014, Figure 2a, in all nine places", modules="naive"),
}


def first_layers(kind: Stem, lrn: bool, convolution: Convolutions) -> list[Part]:
    """Describe the layers before 3a."""
    norm1 = [LocalResponseNorm(name="norm1")] if lrn else []
    norm2 = [LocalResponseNorm(name="norm2")] if lrn else []
    if kind == "small":  # for 32–96 pixels: 3a sees half the picture's side instead of an eighth
        return [
            Sequence(convolution("3x3_s1", 64, 3), name="conv1"),
            Sequence(MaxPool2D(3, strides=2, name="3x3_s2"), *norm1, name="pool1"),
        ]
    # TensorFlow's "same" would pad two pixels before and three after; Caffe and PyTorch pad three.
    conv1 = convolution("7x7_s2", 64, 7, 2, 3, depth_multiplier=8 if kind == "separable" else None)
    return [
        Sequence(conv1, name="conv1"),
        Sequence(MaxPool2D(3, strides=2, name="3x3_s2"), *norm1, name="pool1"),
        Sequence(convolution("3x3_reduce", 64, 1), convolution("3x3", 192, 3), *norm2, name="conv2"),
        Sequence(MaxPool2D(3, strides=2, name="3x3_s2"), name="pool2"),
    ]


def googlenet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    auxiliary: bool | Iterable[str] = False,
    variant: str = "paper",
    width: float = 1.0,
    *,
    normalization: Normalization | None = None,
    kernel5x5: int | None = None,
    stem: Stem | Sequence | None = None,
    modules: Literal["reduced", "naive"] | None = None,
    rows: Mapping[str, InceptionRow] = TABLE_1,
    dropout: float = 0.4,
) -> Network:
    """Describe GoogLeNet.

    Args:
        input_shape: `(height, width, channels)`, without batch.
        classes: Number of classes.
        auxiliary: Whether the two auxiliary heads are attached, after 4a and 4d; or the modules
            they are attached to, such as `("4d", "4d")`.
        variant: One of `VARIANTS`: `"paper"`, `"batch_norm"`, `"torchvision"`, `"tf_slim"`,
            `"separable_stem"`, `"naive"`.
        width: Every number of filters is multiplied by it and rounded.
        normalization: `"lrn"`, `"batch_norm"` or `"none"`, instead of the variant's.
        kernel5x5: Side of the kernels in the 5×5 branches, instead of the variant's.
        stem: `"7x7"`, `"separable"` or `"small"` (for 32–96 pixels), instead of the variant's; or a part
            of your own.
        modules: `"reduced"` or `"naive"`, instead of the variant's.
        rows: The inception rows by name, in order; the first digit of a name is its stage, and a
            pooling stands between stages.
        dropout: Share of the features dropped before the classifier; at 0 the layer falls away.

    Returns:
        A network. Its outputs are `"main"` and, with heads, `"aux1"`, `"aux2"`.

    Raises:
        ValueError: If an argument is out of range, or the picture is too small for the layers.

    Example:
        >>> googlenet(auxiliary=True).output_shapes()
        {'main': (1000,), 'aux1': (1000,), 'aux2': (1000,)}

    Reference:
        Szegedy et al. 2014, Table 1.
    """
    input_shape = colour_picture(input_shape)
    choices = entry("variant", variant, VARIANTS)
    normalization = choices.normalization if normalization is None else normalization
    stem = choices.stem if stem is None else stem
    modules = choices.modules if modules is None else modules
    kernel5x5 = choices.kernel5x5 if kernel5x5 is None else positive_integer("kernel5x5", kernel5x5)
    one_of("normalization", normalization, ("lrn", "batch_norm", "none"))
    if not isinstance(stem, Sequence):
        one_of("stem", stem, ("7x7", "separable", "small"))
    one_of("modules", modules, ("reduced", "naive"))
    classes = positive_integer("classes", classes)
    named_rows(rows, InceptionRow)
    share("dropout", dropout)
    heads = _heads(auxiliary, rows)

    batch_norm = normalization == "batch_norm"
    convolution = Convolutions(batch_norm, choices.batch_norm_scale, width=width)
    parts: list[Part] = (
        [stem] if isinstance(stem, Sequence) else first_layers(stem, normalization == "lrn", convolution)
    )
    number = 0
    previous = next(iter(rows))
    for name, row in rows.items():
        if name[0] != previous[0]:
            side = choices.last_pool if name[0] == "5" else 3
            pool = MaxPool2D(side, strides=2, name=f"{side}x{side}_s2")
            parts.append(Sequence(pool, name=f"pool{previous[0]}"))
        previous = name
        row = row.naive if modules == "naive" else row
        module = inception_module(row, name=f"inception_{name}", kernel5x5=kernel5x5, batch_norm=convolution)
        parts.append(module)
        for _ in range(heads.count(name)):
            number += 1
            sizes = {"filters": scaled(128, width), "units": scaled(1024, width)}
            head = auxiliary_head(classes, **sizes, name=f"loss{number}", batch_norm=batch_norm)
            parts.append(Tap(head, output=f"aux{number}"))
    parts += [
        Sequence(
            GlobalAveragePool2D(name="7x7_s1"),
            *([Dropout(dropout, name="drop_7x7_s1")] if dropout else []),
            name=f"pool{previous[0]}",
        ),
        Sequence(*classifier(classes), name="loss3"),
    ]
    label = "googlenet" if variant == "paper" else f"googlenet ({variant})"
    return Network(input_shape, Sequence(*parts), label)


def _heads(auxiliary: bool | Iterable[str], rows: Mapping[str, InceptionRow]) -> tuple[str, ...]:
    if isinstance(auxiliary, bool):
        return ("4a", "4d") if auxiliary else ()
    if not isinstance(auxiliary, Iterable):
        raise ValueError(
            f"`auxiliary` must be True, False or names of modules. Received: auxiliary={auxiliary!r}."
        )
    heads = (auxiliary,) if isinstance(auxiliary, str) else tuple(auxiliary)
    for head in heads:
        one_of("auxiliary", head, tuple(rows))
    return heads

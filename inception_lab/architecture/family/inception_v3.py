"""Inception v3, as TensorFlow released it.

Reference:
    Szegedy et al. 2015, "Rethinking the Inception Architecture for Computer Vision", arXiv:1512.00567.

Layers and modules are named as in TF-slim, branches within a module as in BVLC's Caffe models. The paper's
Table 1 differs from the release in its second three layers: `lab.audit_family()` says how.
"""

from collections.abc import Mapping

from inception_lab.architecture.family.branches import Figure, Fork, Row, logits, network
from inception_lab.architecture.layers import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from inception_lab.architecture.modules import Convolutions, classifier, named_rows
from inception_lab.architecture.network import Network, Part, Sequence, Tap
from inception_lab.checks import true_or_false

FIGURE_5 = Figure(
    "arXiv:1512.00567, Figure 5, with one 5×5 where it draws a 3×3",
    {"conv1x1": (1,), "conv5x5": (1, 5), "double3x3": (1, 3, 3)},
)
FIGURE_6 = Figure(
    "arXiv:1512.00567, Figure 6, n = 7: 7×7 as 1×7 and 7×1",
    {"conv1x1": (1,), "conv7x7": (1, (1, 7), (7, 1)), "double7x7": (1, (7, 1), (1, 7), (7, 1), (1, 7))},
)
FIGURE_7 = Figure(
    "arXiv:1512.00567, Figure 7: the last kernels side by side",
    {"conv1x1": (1,), "conv3x3": (1, Fork((1, 3), (3, 1))), "double3x3": (1, 3, Fork((1, 3), (3, 1)))},
)
REDUCTION_A = Figure(
    "arXiv:1512.00567, Figure 10, 35×35 to 17×17",
    {"conv3x3": (3,), "double3x3": (1, 3, 3)},
    pool="max",
    strides=2,
    padding="valid",
)
REDUCTION_B = Figure(
    "arXiv:1512.00567, Figure 10 with 1×7 and 7×1, 17×17 to 8×8",
    {"conv3x3": (1, 3), "conv7x7": (1, (1, 7), (7, 1), 3)},
    pool="max",
    strides=2,
    padding="valid",
)


def seventeen(filters: int) -> Row:
    """Return a row on the 17×17 grid: all inner convolutions have the same number of filters."""
    inner = (filters,) * 4
    return Row(FIGURE_6, conv1x1=(192,), conv7x7=(*inner[:2], 192), double7x7=(*inner, 192), pool_proj=192)


MODULES: Mapping[str, Row] = {
    "Mixed_5b": Row(FIGURE_5, conv1x1=(64,), conv5x5=(48, 64), double3x3=(64, 96, 96), pool_proj=32),
    "Mixed_5c": Row(FIGURE_5, conv1x1=(64,), conv5x5=(48, 64), double3x3=(64, 96, 96), pool_proj=64),
    "Mixed_5d": Row(FIGURE_5, conv1x1=(64,), conv5x5=(48, 64), double3x3=(64, 96, 96), pool_proj=64),
    "Mixed_6a": Row(REDUCTION_A, conv3x3=(384,), double3x3=(64, 96, 96)),
    "Mixed_6b": seventeen(128),
    "Mixed_6c": seventeen(160),
    "Mixed_6d": seventeen(160),
    "Mixed_6e": seventeen(192),
    "Mixed_7a": Row(REDUCTION_B, conv3x3=(192, 320), conv7x7=(192, 192, 192, 192)),
    "Mixed_7b": Row(FIGURE_7, conv1x1=(320,), conv3x3=(384, 384), double3x3=(448, 384, 384), pool_proj=192),
    "Mixed_7c": Row(FIGURE_7, conv1x1=(320,), conv3x3=(384, 384), double3x3=(448, 384, 384), pool_proj=192),
}


def stem(convolution: Convolutions, strides: int = 2, pool: bool = True) -> Sequence:
    """Describe the layers before the first module, which Inception-ResNet-v2 shares."""
    first_pool = [MaxPool2D(3, 2, "valid", name="MaxPool_3a_3x3")] if pool else []
    return Sequence(
        *first_three(convolution, strides),
        *first_pool,
        convolution("Conv2d_3b_1x1", 80, 1),
        convolution("Conv2d_4a_3x3", 192, 3, padding="valid"),
        MaxPool2D(3, 2, "valid", name="MaxPool_5a_3x3"),
        name="stem",
    )


def first_three(convolution: Convolutions, strides: int = 2) -> tuple[Part, Part, Part]:
    """Describe the convolutions that v3, v4 and Inception-ResNet-v2 begin with."""
    return (
        convolution("Conv2d_1a_3x3", 32, 3, strides, "valid"),
        convolution("Conv2d_2a_3x3", 32, 3, padding="valid"),
        convolution("Conv2d_2b_3x3", 64, 3),
    )


def head(convolution: Convolutions, classes: int, side: int = 5) -> Sequence:
    """Describe the auxiliary classifier, whose convolutions have batch norm: "regularizer", section 4.

    Its last kernel covers the `side` of what its pooling leaves of 17×17 places.
    """
    return Sequence(
        AveragePool2D(5, 3, "valid", name="AvgPool_1a_5x5"),
        convolution("Conv2d_1b_1x1", 128, 1),
        convolution(f"Conv2d_2a_{side}x{side}", 768, side, padding="valid"),
        GlobalAveragePool2D(name="AvgPool"),  # of one place at 299 pixels
        *classifier(classes, "Conv2d_2b_1x1", "Predictions"),
        name="AuxLogits",
    )


def inception_v3(
    input_shape: tuple[int, int, int] = (299, 299, 3),
    classes: int = 1000,
    auxiliary: bool = False,
    width: float = 1.0,
    *,
    strides: int = 2,
    first_pool: bool = True,
    batch_norm_scale: bool = False,
    rows: Mapping[str, Row] = MODULES,
) -> Network:
    """Describe Inception v3, arXiv:1512.00567: 23,817,352 trainable parameters, 5.71 G MACs at 299 pixels.

    Args:
        input_shape: `(height, width, channels)`, without batch.
        classes: Number of classes.
        auxiliary: Whether the auxiliary head is attached, after `Mixed_6e`; its output is `"aux1"`.
        width: Every number of filters is multiplied by it and rounded.
        strides: Of the first convolution. Section 9 has 1 for pictures of 151 pixels and less.
        first_pool: Whether the first pooling is there. Section 9 leaves it out for 79 pixels.
        batch_norm_scale: Whether batch norm learns a factor, as in PyTorch; TF-slim's and Keras's has none.
        rows: The modules by name, in order.

    Returns:
        A network. Its outputs are `"main"` and, with the head, `"aux1"`.

    Raises:
        ValueError: If an argument is out of range, or the picture is too small for the grid reductions.

    Example:
        >>> inception_v3(auxiliary=True).output_shapes()
        {'main': (1000,), 'aux1': (1000,)}
    """
    named_rows(rows, Row)
    true_or_false("auxiliary", auxiliary)
    true_or_false("first_pool", first_pool)
    convolution = Convolutions(batch_norm=True, scale=batch_norm_scale, width=width)
    parts: list[Part] = [stem(convolution, strides, first_pool)]
    for name, row in rows.items():
        parts.append(row.module(convolution, name))
        if auxiliary and name == "Mixed_6e":
            parts.append(Tap(head(convolution, classes), output="aux1"))
    return network(input_shape, "inception_v3", *parts, logits(classes, rate=0.2))

"""Inception v4: the modules of v3, more of them, all alike on each grid.

Reference:
    Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
    arXiv:1602.07261, Figures 3 to 9.

Layers and modules are named as in TF-slim, branches within a module as in BVLC's Caffe models.
"""

from collections.abc import Mapping
from dataclasses import replace

from inception_lab.architecture.family.branches import Figure, Fork, Row, logits, network
from inception_lab.architecture.family.inception_v3 import FIGURE_6, REDUCTION_A, REDUCTION_B, first_three
from inception_lab.architecture.layers import MaxPool2D
from inception_lab.architecture.modules import Convolutions, named_rows
from inception_lab.architecture.network import Network, Parallel, Sequence

STEM_4A = Figure(
    "arXiv:1602.07261, Figure 3, in the middle",
    {"conv3x3": (1, 3), "conv7x7": (1, (1, 7), (7, 1), 3)},
    pool=None,
    padding="valid",
)
STEM_5A = Figure(
    "arXiv:1602.07261, Figure 3, the last joint", {"conv3x3": (3,)}, pool="max", strides=2, padding="valid"
)
FIGURE_A = Figure("arXiv:1602.07261, Figure 4", {"conv1x1": (1,), "conv3x3": (1, 3), "double3x3": (1, 3, 3)})
FIGURE_B = replace(FIGURE_6, source="arXiv:1602.07261, Figure 5")
FIGURE_C = Figure(
    "arXiv:1602.07261, Figure 6",
    {
        "conv1x1": (1,),
        "conv3x3": (1, Fork((1, 3), (3, 1))),
        "double3x3": (1, (3, 1), (1, 3), Fork((1, 3), (3, 1))),
    },
)
FIGURE_7 = replace(REDUCTION_A, source="arXiv:1602.07261, Figure 7 and Table 1")
FIGURE_8 = replace(REDUCTION_B, source="arXiv:1602.07261, Figure 8")

MODULE_A = Row(FIGURE_A, conv1x1=(96,), conv3x3=(64, 96), double3x3=(64, 96, 96), pool_proj=96)
MODULE_B = Row(
    FIGURE_B, conv1x1=(384,), conv7x7=(192, 224, 256), double7x7=(192, 192, 224, 224, 256), pool_proj=128
)
MODULE_C = Row(FIGURE_C, conv1x1=(256,), conv3x3=(384, 256), double3x3=(384, 448, 512, 256), pool_proj=256)

MODULES: Mapping[str, Row] = {
    "Mixed_4a": Row(STEM_4A, conv3x3=(64, 96), conv7x7=(64, 64, 64, 96)),
    "Mixed_5a": Row(STEM_5A, conv3x3=(192,)),
    **{f"Mixed_5{letter}": MODULE_A for letter in "bcde"},
    "Mixed_6a": Row(FIGURE_7, conv3x3=(384,), double3x3=(192, 224, 256)),
    **{f"Mixed_6{letter}": MODULE_B for letter in "bcdefgh"},
    "Mixed_7a": Row(FIGURE_8, conv3x3=(192, 192), conv7x7=(256, 256, 320, 320)),
    **{f"Mixed_7{letter}": MODULE_C for letter in "bcd"},
}


def inception_v4(
    input_shape: tuple[int, int, int] = (299, 299, 3),
    classes: int = 1000,
    width: float = 1.0,
    *,
    batch_norm_scale: bool = True,
    rows: Mapping[str, Row] = MODULES,
) -> Network:
    """Describe Inception v4, arXiv:1602.07261: 42,679,816 trainable parameters, 12.3 G MACs at 299 pixels.

    Arguments are those of `inception_v3`; of batch norm, PyTorch's release learns a factor, TF-slim's none.
    """
    named_rows(rows, Row)
    convolution = Convolutions(batch_norm=True, scale=batch_norm_scale, width=width)
    pool = MaxPool2D(3, 2, "valid", name="pool")
    return network(
        input_shape,
        "inception_v4",
        Sequence(*first_three(convolution), name="stem"),
        Parallel(pool, convolution("3x3", 96, 3, 2, "valid"), name="Mixed_3a"),
        *(row.module(convolution, name) for name, row in rows.items()),
        logits(classes, rate=0.2),
    )

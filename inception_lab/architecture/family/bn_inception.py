"""BN-Inception: GoogLeNet with batch norm and 3×3 kernels alone, also called Inception v2.

Reference:
    Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
    Covariate Shift", arXiv:1502.03167, Figure 5.

Layers are named as in the Caffe model whose weights are public. Its convolutions have biases beside batch
norm, and 4c and 4d pass 608 channels on, where the figure prints 576.
"""

from collections.abc import Mapping

from inception_lab.architecture.family.branches import Figure, Row, network
from inception_lab.architecture.googlenet import first_layers
from inception_lab.architecture.layers import GlobalAveragePool2D
from inception_lab.architecture.modules import Convolutions, classifier, named_rows
from inception_lab.architecture.network import Network, Sequence

MODULE = Figure(
    "arXiv:1502.03167, section 4.2.1: the 5×5 as two 3×3",
    {"conv1x1": (1,), "conv3x3": (1, 3), "double3x3": (1, 3, 3)},
)
MODULE_5B = Figure("the same with max pooling", MODULE.kernels, pool="max")
REDUCTION = Figure(
    "arXiv:1502.03167, Figure 5, rows of stride 2",
    {"conv3x3": (1, 3), "double3x3": (1, 3, 3)},
    pool="max",
    strides=2,
    padding=1,
)

MODULES: Mapping[str, Row] = {
    "3a": Row(MODULE, conv1x1=(64,), conv3x3=(64, 64), double3x3=(64, 96, 96), pool_proj=32),
    "3b": Row(MODULE, conv1x1=(64,), conv3x3=(64, 96), double3x3=(64, 96, 96), pool_proj=64),
    "3c": Row(REDUCTION, conv3x3=(128, 160), double3x3=(64, 96, 96)),
    "4a": Row(MODULE, conv1x1=(224,), conv3x3=(64, 96), double3x3=(96, 128, 128), pool_proj=128),
    "4b": Row(MODULE, conv1x1=(192,), conv3x3=(96, 128), double3x3=(96, 128, 128), pool_proj=128),
    "4c": Row(MODULE, conv1x1=(160,), conv3x3=(128, 160), double3x3=(128, 160, 160), pool_proj=128),
    "4d": Row(MODULE, conv1x1=(96,), conv3x3=(128, 192), double3x3=(160, 192, 192), pool_proj=128),
    "4e": Row(REDUCTION, conv3x3=(128, 192), double3x3=(192, 256, 256)),
    "5a": Row(MODULE, conv1x1=(352,), conv3x3=(192, 320), double3x3=(160, 224, 224), pool_proj=128),
    "5b": Row(MODULE_5B, conv1x1=(352,), conv3x3=(192, 320), double3x3=(192, 224, 224), pool_proj=128),
}


def bn_inception(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    width: float = 1.0,
    *,
    rows: Mapping[str, Row] = MODULES,
) -> Network:
    """Describe BN-Inception, arXiv:1502.03167: 11,295,240 parameters, 2.03 G MACs at 224 pixels.

    Arguments are those of `inception_v3`.
    """
    named_rows(rows, Row)
    convolution = Convolutions(batch_norm=True, epsilon=1e-5, use_bias=True, width=width)
    return network(
        input_shape,
        "bn_inception",
        *first_layers("7x7", lrn=False, convolution=convolution),
        *(row.module(convolution, f"inception_{name}") for name, row in rows.items()),
        Sequence(GlobalAveragePool2D(name="7x7_s1"), name="pool5"),
        Sequence(*classifier(classes), name="loss3"),
    )

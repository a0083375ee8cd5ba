"""Other counters' conventions on layers that only Keras's own models have: what the tools say of each.

The numbers are the tools' own, on PyTorch's layer: fvcore 0.1.5, thop 0.1.1, ptflops 0.7.5 (backend pytorch)
and torchinfo 1.8.0.
"""

from typing import Any

import pytest

import inception_lab as lab
from inception_lab.architecture.published.conventions import count
from inception_lab.model.backend import keras

layers = keras.layers
TOOLS = ("fvcore", "thop", "ptflops_pytorch", "torchinfo")


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (layers.Softmax(axis=1), (4, 5, 3), (0, 165, 60, 0)),  # 15 groups: 3 · 60 − 15
        (layers.Softmax(axis=2), (4, 5, 3), (0, 168, 60, 0)),
        (layers.Softmax(), (4, 5, 3), (0, 160, 60, 0)),
        (layers.Conv1DTranspose(6, 4, 2), (10, 3), (720, 1584, 852, 1716)),
        (layers.Conv3DTranspose(2, 2, 2), (4, 4, 4, 3), (3072, 24576, 4096, 25600)),
        (layers.AveragePooling1D(2), (10, 3), (0, 15, 60, 0)),
        (layers.MaxPooling1D(2), (10, 3), (0, 0, 60, 0)),
        (layers.GlobalAveragePooling1D(), (10, 3), (0, 33, 60, 0)),
        (layers.AveragePooling3D(2), (4, 4, 4, 3), (0, 24, 384, 0)),
        (layers.MaxPooling3D(2), (4, 4, 4, 3), (0, 0, 384, 0)),
        (layers.GlobalAveragePooling3D(), (4, 4, 4, 3), (0, 195, 384, 0)),
        (layers.ELU(), (4, 5, 3), (0, 0, 120, 0)),
        (layers.PReLU(shared_axes=[1, 2]), (4, 5, 3), (0, 60, 120, 0)),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else None,
)
def test_a_convention_counts_as_the_tool_does(
    layer: Any, shape: tuple[int, ...], said: tuple[int, ...]
) -> None:
    found = lab.cost(layer, shape)
    assert tuple(count(found, tool).operations for tool in TOOLS) == said

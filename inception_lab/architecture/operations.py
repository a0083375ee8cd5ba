"""What a layer computes for one image, each kind of operation in a column of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Function = Literal["relu", "relu6", "softmax"]


@dataclass(frozen=True)
class Operations:
    """What a layer computes for one image, each kind of operation in a column of its own.

    Attributes:
        macs: Multiply-accumulates of convolutions and matrix products; a bias is not one.
        multiplications: Multiplications outside those.
        additions: Additions outside those: biases, sums of averages, merged branches.
        comparisons: One for each ReLU (two if it stops at 6), `k² - 1` for each maximum over k×k.
        divisions: Divisions.
        exponentials: Exponentials, logarithms, powers and roots.
    """

    macs: int = 0
    multiplications: int = 0
    additions: int = 0
    comparisons: int = 0
    divisions: int = 0
    exponentials: int = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, times: int) -> Operations:
        return Operations(*(getattr(self, f.name) * times for f in fields(self)))

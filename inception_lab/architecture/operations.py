"""What a layer computes for one image, each kind of operation in a column of its own.

Every function is counted by its usual formula, written beside it. Erf and logarithms are counted with the
exponentials: all are one call of the mathematical library.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from operator import add
from typing import Literal, NamedTuple

Function = Literal[
    "relu", "relu6", "leaky_relu", "sigmoid", "hard_sigmoid", "swish", "silu", "hard_swish", "hard_silu",
    "tanh", "gelu", "softmax",
]  # fmt: skip


class Operations(NamedTuple):
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

    def __add__(self, other: Operations) -> Operations:  # type: ignore[override]
        return Operations(*map(add, self, other))

    def __mul__(self, times: int) -> Operations:  # type: ignore[override]
        return Operations(*(count * times for count in self))


SIGMOID = Operations(exponentials=1, additions=1, divisions=1)  # 1 / (1 + exp(−x))
TANH = Operations(multiplications=1, exponentials=1, additions=2, divisions=1)  # 1 − 2 / (exp(2x) + 1)
TIMES = Operations(multiplications=1)
HARD_SIGMOID = Operations(additions=1, comparisons=2, divisions=1)  # relu6(x + 3) / 6
SOFTPLUS = Operations(exponentials=2, additions=1)  # log(1 + exp(x))

FUNCTIONS: Mapping[str, Operations] = {
    "linear": Operations(),
    "relu": Operations(comparisons=1),
    "relu6": Operations(comparisons=2),
    "leaky_relu": Operations(comparisons=1, multiplications=1),
    "sigmoid": SIGMOID,
    "hard_sigmoid": HARD_SIGMOID,
    "silu": SIGMOID + TIMES,  # x · sigmoid(x), also called swish
    "swish": SIGMOID + TIMES,
    "hard_silu": HARD_SIGMOID + TIMES,
    "hard_swish": HARD_SIGMOID + TIMES,
    "tanh": TANH,
    "gelu": Operations(multiplications=3, exponentials=1, additions=1),  # ½ · x · (1 + erf(x / √2))
    "elu": Operations(comparisons=1, exponentials=1, additions=1),  # exp(x) − 1 below 0
    "celu": Operations(comparisons=1, exponentials=1, additions=1),
    "selu": Operations(comparisons=1, exponentials=1, additions=1, multiplications=2),
    "softplus": SOFTPLUS,
    "softsign": Operations(comparisons=1, additions=1, divisions=1),  # x / (1 + |x|)
    "mish": SOFTPLUS + TANH + TIMES,  # x · tanh(softplus(x))
    "log_sigmoid": SOFTPLUS,
    "exponential": Operations(exponentials=1),
    "hard_tanh": Operations(comparisons=2),
}
# x²·x, · 0.0447, · √(2/π), · x, · ½; two additions; a tanh
GELU_BY_TANH = Operations(multiplications=6, additions=2) + TANH


def activation_operations(function: Function | None, shape: tuple[int, ...]) -> Operations:
    """Count what an activation function does to values of a shape; a softmax goes along the last axis."""
    elements = math.prod(shape)
    if function == "softmax":
        return softmax(elements, elements // shape[-1])
    return FUNCTIONS[function or "linear"] * elements


def softmax(elements: int, groups: int) -> Operations:
    """Count a softmax over `groups` groups of values, `elements` in all: exp(x) / Σ exp(x)."""
    return Operations(exponentials=elements, additions=elements - groups, divisions=elements)


def log_softmax(elements: int, groups: int) -> Operations:
    """Count the logarithm of a softmax: x − log Σ exp(x)."""
    return Operations(exponentials=elements + groups, additions=2 * elements - groups)


def unit_norm(elements: int, groups: int) -> Operations:
    """Count dividing each of `groups` groups of values by its length: x / √Σ x², kept above a limit."""
    return Operations(
        multiplications=elements,
        additions=elements - groups,
        exponentials=groups,
        comparisons=groups,
        divisions=elements,
    )


def normalisation(
    elements: int, groups: int, *, scale: bool = True, center: bool = True, mean: bool = True
) -> Operations:
    """Count what normalising values by statistics of their own costs; `elements` in all.

    Args:
        elements: Number of values.
        groups: Groups that share a mean and a variance: positions for a layer norm over channels.
        scale: Whether each value is multiplied by a learned factor.
        center: Whether a learned shift is added to each.
        mean: Whether the mean is subtracted; a root-mean-square norm does not.

    Reference:
        Ba et al. 2016, arXiv:1607.06450; Wu & He 2018, arXiv:1803.08494; Zhang & Sennrich 2019,
        arXiv:1910.07467.
    """
    subtracted = Operations(additions=2 * elements - groups, divisions=groups)  # Σ x, / m, x − mean
    squared = Operations(  # x², Σ, / m, + ε, the power −½, and each value times that
        multiplications=2 * elements, additions=elements, divisions=groups, exponentials=groups
    )
    learned = Operations(multiplications=scale * elements, additions=center * elements)
    return (subtracted if mean else Operations()) + squared + learned

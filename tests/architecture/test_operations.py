"""What functions cost, against their formulas written with numbers that count what is done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import add
from typing import get_args

import pytest

from inception_lab.architecture import operations
from inception_lab.architecture.operations import FUNCTIONS, Function, Operations


class Number:
    """Knows no value, only what was done; a change of sign costs nothing, as on every machine."""

    def __init__(self, done: Counter[str]) -> None:
        self.done = done

    def _does(self, what: str) -> Number:
        self.done[what] += 1
        return self

    def __add__(self, other: object) -> Number:
        return self._does("additions")

    def __mul__(self, other: object) -> Number:
        return self._does("multiplications")

    def __truediv__(self, other: object) -> Number:
        return self._does("divisions")

    __radd__ = __sub__ = __rsub__ = __add__
    __rmul__ = __mul__
    __rtruediv__ = __truediv__

    def __neg__(self) -> Number:
        return self

    def most(self, other: object) -> Number:
        """The larger of two, or the smaller: one is compared with the other."""
        return self._does("comparisons")

    least = most

    def __gt__(self, other: object) -> bool:
        self._does("comparisons")
        return False  # the way that costs more

    def __abs__(self) -> Number:
        return self._does("comparisons")


def power(x: Number) -> Number:
    """Any call of the mathematical library: exp, log, erf, a root."""
    return x._does("exponentials")


def sigmoid(x: Number) -> Number:
    return 1 / (1 + power(-x))


def tanh(x: Number) -> Number:
    return 1 - 2 / (power(2 * x) + 1)


def hard_sigmoid(x: Number) -> Number:
    return (x + 3).most(0).least(6) / 6


def softplus(x: Number) -> Number:
    return power(1 + power(x))


FORMULAS: dict[str, Callable[[Number], Number]] = {
    "linear": lambda x: x,
    "relu": lambda x: x.most(0),
    "relu6": lambda x: x.most(0).least(6),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "silu": lambda x: x * sigmoid(x),
    "swish": lambda x: x * sigmoid(x),
    "hard_silu": lambda x: x * hard_sigmoid(x),
    "hard_swish": lambda x: x * hard_sigmoid(x),
    "tanh": tanh,
    "gelu": lambda x: 0.5 * x * (1 + power(x * 0.5**0.5)),
    "elu": lambda x: x if x > 0 else power(x) - 1,
    "celu": lambda x: x if x > 0 else power(x) - 1,
    "selu": lambda x: 1.05 * (x if x > 0 else 1.67 * (power(x) - 1)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "mish": lambda x: x * tanh(softplus(x)),
    "log_sigmoid": lambda x: -softplus(-x),
    "exponential": power,
    "hard_tanh": lambda x: x.most(-1).least(1),
}


def counted(compute: Callable[[list[Number]], object], size: int = 1) -> Operations:
    """What is done to some values."""
    done: Counter[str] = Counter()
    compute([Number(done) for _ in range(size)])
    return Operations(**done)


def test_every_function_has_a_formula_here() -> None:
    assert FORMULAS.keys() == FUNCTIONS.keys()
    assert {*get_args(Function)} <= {*FUNCTIONS, "softmax"}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_function_costs_what_its_formula_does(name: str) -> None:
    assert FUNCTIONS[name] == counted(lambda x: FORMULAS[name](x[0]))


def test_gelu_by_tanh() -> None:
    def gelu(x: Number) -> Number:
        return 0.5 * x * (1 + tanh(0.8 * (x + 0.0447 * (x * x * x))))

    assert counted(lambda x: gelu(x[0])) == operations.GELU_BY_TANH


def softmax(x: list[Number]) -> None:
    total = reduce(add, [power(value) for value in x])
    for value in x:
        value / total


def log_softmax(x: list[Number]) -> None:
    total = power(reduce(add, [power(value) for value in x]))
    for value in x:
        value - total


def unit_norm(x: list[Number]) -> None:
    length = power(reduce(add, [value * value for value in x])).most(1e-12)
    for value in x:
        value / length


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("compute", [softmax, log_softmax, unit_norm])
def test_what_groups_of_values_cost(compute: Callable[[list[Number]], None], groups: int) -> None:
    count = getattr(operations, compute.__name__)
    assert count(5 * groups, groups) == counted(compute, 5) * groups


@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("center", [True, False])
def test_what_normalising_costs(mean: bool, scale: bool, center: bool) -> None:
    def normalise(x: list[Number]) -> None:
        if mean:
            middle = reduce(add, x) / len(x)
            x = [value - middle for value in x]
        variance = reduce(add, [value * value for value in x]) / len(x)
        factor = power(variance + 1e-3)
        x = [value * factor for value in x]
        if scale:
            x = [value * 2 for value in x]
        if center:
            x = [value + 1 for value in x]

    found = operations.normalisation(7 * 4, 4, scale=scale, center=center, mean=mean)
    assert found == counted(normalise, 7) * 4


def test_operations_are_added_and_multiplied_column_by_column() -> None:
    one = Operations(1, 2, 3, 4, 5, 6)
    assert (one * 3)._asdict() == {name: 3 * number for name, number in one._asdict().items()}
    assert one + one == one * 2

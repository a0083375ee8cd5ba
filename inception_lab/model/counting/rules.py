"""The table of rules: which function counts which kind of layer."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inception_lab.architecture.layer import Shape
from inception_lab.architecture.operations import Operations


class Unknown(Exception):  # noqa: N818  it is an answer: the row shows `?`
    """Raised by a rule for what it cannot count; its text says why, and the row shows `?`."""


@dataclass(frozen=True)
class Call:
    """One use of a layer, for one image."""

    layer: Any  # the Keras layer, or the node of `keras.ops`
    # shape of each input, without batch. A node of `keras.ops` gets it with a batch of one, since its axes
    # count from there, and the shapes of weights that it is called with are among them
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]  # shape of each output, likewise

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input."""
        return self.inputs[0]

    @property
    def output_shape(self) -> Shape:
        """Shape of the first output."""
        return self.outputs[0]

    @property
    def elements(self) -> int:
        """Number of values of the first output."""
        return math.prod(self.output_shape)


Rule = Callable[[Call], Operations]
_RULES: dict[type, Rule] = {}


def rule(*kinds: type) -> Callable[[Rule], Rule]:
    """Add a rule: a function that counts the operations of one kind of layer.

    Args:
        kinds: The classes of layers, or of nodes of `keras.ops`. A class derived from them is counted by
            the same rule as long as it computes the same, that is, has no `call` of its own.

    Raises:
        TypeError: If something else than a class is given.

    Example:
        >>> import inception_lab as lab
        >>> class Doubled(lab.keras.layers.Layer):
        ...     def call(self, x):
        ...         return 2 * x
        >>> @lab.counting.rule(Doubled)
        ... def doubled(call):
        ...     return lab.counting.Operations(multiplications=call.elements)
        >>> lab.cost(Doubled(), (28, 28, 3)).operations.multiplications
        2352
    """
    for kind in kinds:
        if not isinstance(kind, type):
            raise TypeError(f"`rule` takes classes of layers. Received: {kind!r}.")

    def add(function: Rule) -> Rule:
        _RULES.update(dict.fromkeys(kinds, function))
        return function

    return add


def standard(rules: Mapping[Any, Rule]) -> None:
    """Add rules of this package, by class or several; one that a reader has added before stays."""
    for kinds, function in rules.items():
        for kind in kinds if isinstance(kinds, tuple) else (kinds,):
            _RULES.setdefault(kind, function)


def each(done: Operations) -> Rule:
    """Return the rule that counts the same for each value of the output."""
    return lambda call: done * call.elements


def rule_of(layer: type) -> Rule | None:
    """Return the rule for a class of layers; none where it computes something of its own."""
    for kind in layer.__mro__:
        if kind in _RULES:
            return _RULES[kind]
        if "call" in vars(kind):
            return None
    return None


def count(layer: Any, inputs: tuple[Shape, ...], outputs: tuple[Shape, ...]) -> Operations:
    """Count a layer or a model inside another one, such as the layer of a wrapper."""
    found = rule_of(type(layer))
    if found is not None:
        return found(Call(layer, inputs, outputs))
    from inception_lab.model.counting.walk import walked  # which reads this table

    rows = walked(layer, inputs).rows
    unknown = [row.type for row in rows if not row.counted]
    if unknown:
        raise Unknown(f"{unknown[0]} inside has no rule")
    return sum((row.operations for row in rows), Operations())

"""Keras's record of calls: who was called on what, read in order and left as it was."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from inception_lab.model.backend import keras

Tensor = Any  # keras.KerasTensor
Node = Any  # one call of a layer, as Keras keeps it


def ordered(outputs: Sequence[Tensor], inputs: set[int]) -> list[Node]:
    """Return the calls that lead from inputs, given by their ids, to outputs: branch after branch."""
    done: dict[int, Node] = {}
    waiting: list[tuple[Node, bool]] = []

    def ask(tensors: Sequence[Tensor]) -> None:
        for x in reversed(tensors):
            if id(x) not in inputs:
                operation, index, _ = x._keras_history
                node = operation._inbound_nodes[index]
                if id(node) not in done and not node.is_input:
                    waiting.append((node, False))

    ask(outputs)
    while waiting:
        node, ready = waiting.pop()
        if id(node) in done:
            continue
        if ready:
            done[id(node)] = node
        else:
            waiting.append((node, True))
            ask(node.input_tensors)
    return list(done.values())


ARITHMETIC = {  # what a variable does by itself, and would not know how to do with a symbolic input
    "__add__": "add", "__sub__": "subtract", "__mul__": "multiply", "__truediv__": "true_divide",
    "__matmul__": "matmul", "__pow__": "power",
}  # fmt: skip


@contextmanager
def symbolic_arithmetic() -> Iterator[None]:
    """Let variables take symbolic inputs, as in `self.scale * x`, which stand on the right of the sign."""
    known = {name: getattr(keras.Variable, name) for name in ARITHMETIC}

    def taught(name: str) -> Callable[[Any, Any], Any]:
        def operate(variable: Any, other: Any) -> Any:
            symbolic = isinstance(other, keras.KerasTensor)
            function = getattr(keras.ops, ARITHMETIC[name]) if symbolic else known[name]
            return function(variable, other)

        return operate

    for name in known:
        setattr(keras.Variable, name, taught(name))
    try:
        yield
    finally:
        for name, function in known.items():
            setattr(keras.Variable, name, function)


@contextmanager
def unrecorded(layer: Any) -> Iterator[None]:
    """Let a layer's layers forget the calls made meanwhile, as if the model had not been looked at."""
    before = {id(x): (len(x._inbound_nodes), len(x._outbound_nodes)) for x in layer._flatten_layers()}
    try:
        yield
    finally:
        for each in layer._flatten_layers():
            inbound, outbound = before.get(id(each), (0, 0))
            del each._inbound_nodes[inbound:], each._outbound_nodes[outbound:]

"""A network in an ONNX graph found again by its shape, where the tensors have other names.

The graph is followed from its end to its start, beside the spec: joined branches stand in the same
order in both, so each layer has one place only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inception_lab.architecture import layers as spec
from inception_lab.architecture.layer import Layer, Shape
from inception_lab.architecture.network import Network

PASSED = {"Relu", "Dropout", "Identity", "Reshape", "Flatten", "Squeeze", "Softmax", "Cast"}
KINDS: Mapping[str, tuple[str, ...]] = {
    "Conv2D": ("Conv",),
    "Dense": ("Gemm", "MatMul"),
    "MaxPool2D": ("MaxPool",),
    "GlobalAveragePool2D": ("AveragePool", "GlobalAveragePool"),
    "LocalResponseNorm": ("LRN",),
    "concat": ("Concat",),
}


@dataclass(frozen=True, eq=False)
class Step:
    """A layer of the spec, or a merge, in the place that it has in the network."""

    path: str
    kind: str
    inputs: tuple[Step, ...]
    layer: Layer | None = None
    shape: tuple[int, ...] = ()  # of the kernel, as ONNX has it
    output: Shape = field(default=())


def steps(network: Network) -> Step:
    """Return the last step of a network; what comes before hangs on its inputs."""

    def layer(path: str, layer: Layer, before: Step) -> Step:
        shape: tuple[int, ...] = ()
        if isinstance(layer, spec.Conv2D):
            shape = (layer.filters, before.output[-1] // layer.groups, *(layer.kernel_size,) * 2)
        elif isinstance(layer, spec.Dense):
            shape = (layer.units, before.output[-1])
        elif isinstance(layer, spec.Dropout | spec.Activation):
            return before
        return Step(path, layer.kind, (before,), layer, shape, layer.output_shape(before.output))

    def merge(path: str, how: str, branches: list[Step]) -> Step:
        output = (*branches[0].output[:-1], sum(branch.output[-1] for branch in branches))
        return Step(path, how, tuple(branches), output=output)

    start = Step("", "input", (), output=network.input_shape)
    return network.fold(start, layer=layer, merge=merge)["main"]


def walk(end: Step) -> Iterator[Step]:
    """Give every step that leads to one, each once, from the first on."""
    seen: set[int] = set()

    def before(step: Step) -> Iterator[Step]:
        if id(step) not in seen:
            seen.add(id(step))
            for source in step.inputs:
                yield from before(source)
            yield step

    return before(end)


class Follower:
    """Finds a network's layers in a graph whose tensors have other names, from the end to the start."""

    def __init__(self, graph: Any, path: Path) -> None:
        self.path = path
        self.made_by = {output: node for node in graph.node for output in node.output}
        constants = {tensor.name for tensor in graph.initializer}
        self.inputs = {value.name for value in graph.input} - constants
        self.end = graph.output[0].name if graph.output else ""

    def names(self, end: Step) -> dict[str, tuple[str, str, bool]]:
        """Return for each layer with weights the names of both tensors, and whether it is transposed."""
        tensors = {id(end): self.end}
        found = {}
        for step in reversed(list(walk(end))):
            node = self._source(tensors[id(step)])
            if step.kind == "input":
                if tensors[id(step)] not in self.inputs and node is not None:
                    raise foreign(self.path, f"with a {node.op_type} before the first layer")
                continue
            bias = ""
            if node is not None and node.op_type == "Add" and step.kind == "Dense":  # MatMul, then Add
                product = next((name for name in node.input if name in self.made_by), "")
                bias = next((name for name in node.input if name != product), "")
                node = self._source(product)
            if node is None or node.op_type not in KINDS.get(step.kind, ()):
                what = "nothing" if node is None else f"a {node.op_type}"
                raise foreign(self.path, f"with {what} where '{step.path}' should be")
            self._check(step, node)
            sources = node.input if step.kind == "concat" else node.input[:1]
            if len(sources) != len(step.inputs):
                raise foreign(self.path, f"with {len(sources)} branches joined at '{step.path}'")
            for before, name in zip(step.inputs, sources, strict=True):
                name = self._behind(name)
                if tensors.setdefault(id(before), name) != name:
                    raise foreign(self.path, f"wired otherwise before '{step.path}'")
            if step.shape:
                if len(node.input) < (2 if bias else 3):
                    raise foreign(self.path, f"without a bias at '{step.path}'")
                stored = bool(_attribute(node, "transB", 0)) or step.kind == "Conv2D"
                found[step.path] = node.input[1], bias or node.input[2], not stored
        return found

    def _behind(self, name: str) -> str:
        """Return the tensor before all that leaves its values' order alone."""
        passed: set[str] = set()
        while name in self.made_by and self.made_by[name].op_type in PASSED:
            if name in passed or not self.made_by[name].input:
                raise foreign(self.path, f"with a {self.made_by[name].op_type} that has no source")
            passed.add(name)
            name = self.made_by[name].input[0]
        return name

    def _source(self, name: str) -> Any:
        return self.made_by.get(self._behind(name))

    def _check(self, step: Step, node: Any) -> None:
        strides = getattr(step.layer, "strides", 1)
        if step.kind in ("Conv2D", "MaxPool2D") and set(_attribute(node, "strides", [1])) != {strides}:
            raise foreign(self.path, f"with other strides at '{step.path}'")
        if isinstance(step.layer, spec.MaxPool2D):
            if set(_attribute(node, "kernel_shape", [])) != {step.layer.pool_size}:
                raise foreign(self.path, f"with another window at '{step.path}'")
        elif isinstance(step.layer, spec.Conv2D):
            around = step.layer.kernel_size // 2
            if set(_attribute(node, "pads", [0])) != {around} or _attribute(node, "group", 1) != 1:
                raise foreign(self.path, f"with other padding at '{step.path}'")


def _attribute(node: Any, name: str, default: Any) -> Any:
    """Return an attribute's value, or `default` where there is none of that kind."""
    from onnx import helper

    for attribute in node.attribute:
        if attribute.name == name and attribute.type == (
            attribute.INTS if isinstance(default, list) else attribute.INT
        ):
            return helper.get_attribute_value(attribute)
    return default


def foreign(path: Path, what: str) -> ValueError:
    """Return the error that says how a file is not of this network."""
    return ValueError(f"The weights must be those of this network. Received: {path}, {what}.")

"""Counting conventions as data: why one network is published with a dozen different counts.

A convention says which numbers are parameters and which operations are counted, and how often. `count`
reads a network's cost by it; `reproductions` holds every published figure against its convention.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from inception_lab.architecture.cost import Cost, LayerCost, cost
from inception_lab.architecture.network import Network
from inception_lab.architecture.published.paper import PublishedCount, published_counts
from inception_lab.architecture.published.zoo import NETWORKS
from inception_lab.checks import entry
from inception_lab.resources import toml_rows

Found = list[tuple[str, int, int]]  # kind, number counted, number there is


@dataclass(frozen=True)
class Each:
    """How many operations one kind of layer is counted with, for each thing it has."""

    output: int = 0  # for each output value
    input: int = 0  # for each input value
    window: int = 0  # for each value under a pooling window, at each of its places
    parameter: int = 0  # for each parameter
    group: int = 0  # for each group of values that a softmax adds up
    # for each channel beside the middle one in the window of a local response norm, at each place
    beside: int = 0

    def operations(self, layer: LayerCost) -> int:
        """Count one layer."""
        window = layer.operations.comparisons + layer.operations.additions  # a pool's: k² - 1 each
        outputs = math.prod(layer.output_shape)
        return (
            self.output * outputs
            + self.input * math.prod(layer.input_shape)
            + self.window * (window + outputs)
            + self.parameter * layer.parameters
            + self.group * (outputs * (1 + (layer.parameters > layer.weights)) - layer.operations.additions)
            + (self.beside and self.beside * (layer.operations.additions - outputs) // layer.output_shape[-1])
        )


@dataclass(frozen=True)
class Convention:
    """A way to count. The defaults count as `cost` does: biases are parameters, and MACs all that is done."""

    who: str  # who counts so
    biases: bool = True  # whether biases are parameters
    # of batch norm, none, the trainable ones (scale and shift), the moving statistics (mean and variance), or
    # all
    batch_norm_parameters: Literal["none", "trainable", "moving", "all"] = "trainable"
    lrn_parameters: int = 0  # parameters of one local response normalisation
    macs: int = 1  # operations that one multiply-accumulate is counted with; 0 if only parameters are counted
    dense: bool = True  # whether dense layers' MACs are counted
    bias: int = 0  # operations of adding one bias to one output
    # operations of other kinds of layers, of functions and interpolations, such as `{"BatchNorm":
    # Each(input=2), "relu": Each(output=1)}`; `of` reads it
    each: Mapping[str, Each] = field(default_factory=dict)
    # where a transposed convolution's kernel is counted: at each place of its input, where it is used, or of
    # its output, as some tools believe
    transposed: Literal["input", "output"] = "input"
    # whether auxiliary heads are counted, or their parameters only, or not at all
    heads: Literal["all", "parameters", "none"] = "all"
    classifier: bool = True  # whether the last layer with parameters is counted

    @property
    def unit(self) -> str:
        """`"MACs"` or `"FLOPs"`: what one multiply-accumulate counts as; other operations may be added."""
        return "FLOPs" if self.macs == 2 else "MACs"

    def of(self, kind: str) -> Each:
        """Return how a kind is counted: one that is not named as what it is like, or else not at all."""
        while kind not in self.each and kind in LIKE:
            kind = LIKE[kind]
        return self.each.get(kind, Each())


# What a table of counts calls each kind of layer, function and interpolation, and what it is like.
TITLES = {
    "BatchNorm": "batch norm",
    "MaxPool2D": "max pooling",
    "GlobalMaxPool2D": "max pooling",
    "AveragePool2D": "average pooling",
    "GlobalAveragePool2D": "average pooling",
    "LocalResponseNorm": "local response norm",
    "LayerNorm": "layer norm",
    "GroupNorm": "group norm",
    "Add": "merging by addition",
    "Multiply": "merging by multiplication",
    "relu": "ReLU",
    "relu6": "ReLU",
    "nearest": "upsampling",
    "bilinear": "upsampling",
}
LIKE = {"GlobalMaxPool2D": "MaxPool2D", "GlobalAveragePool2D": "AveragePool2D", "relu6": "relu"}
for pool in [kind for kind in TITLES if kind.endswith("Pool2D")]:  # Keras has them of lines and solids too
    for other in (pool.replace("2D", "1D"), pool.replace("2D", "3D")):
        TITLES[other], LIKE[other] = TITLES[pool], pool
KERAS = {re.sub("Pool(?=.D)", "Pooling", kind).replace("Norm", "Normalization"): kind for kind in TITLES}


CONVENTIONS: Mapping[str, Convention] = {
    name: Convention(**row | {"each": {kind: Each(**of) for kind, of in row.get("each", {}).items()}})
    for name, row in toml_rows("conventions.toml").items()
}


@dataclass(frozen=True)
class Count:
    """What a convention finds in a network."""

    parameters: int  # how many it counts
    operations: int | None  # how many it counts for one image; none if it counts parameters only
    # the parameters by kind: weights, biases, batch norm …
    parameters_by: Mapping[str, int] = field(repr=False)
    # the operations by kind: convolutions, dense layers, biases, ReLU …
    operations_by: Mapping[str, int] = field(repr=False)
    left_out: tuple[str, ...] = field(repr=False)  # what the network has and the convention leaves out


def count(network: Network | Cost, convention: str | Convention = "paper") -> Count:
    """Count a network by a convention.

    Args:
        network: A network, or a cost, such as that of a Keras model.
        convention: A name from `CONVENTIONS`, or a convention of your own: `dataclasses.replace` one.

    Returns:
        Parameters and operations, what they are made of, and what is left out.

    Raises:
        ValueError: If there is no convention of that name; the message lists what there is.

    Example:
        >>> import inception_lab as lab
        >>> count(lab.googlenet(), "netscope").parameters  # 6,998,552, and α and β of two LRNs
        6998556
    """
    if not isinstance(convention, Convention):
        convention = entry("convention", convention, CONVENTIONS)
    found = network if isinstance(network, Cost) else cost(network)
    layers = [layer._replace(type=KERAS.get(layer.type, layer.type)) for layer in found.layers]
    main = {layer.name for layer in layers} if isinstance(network, Cost) else _main_path(network)
    classifier = [layer for layer in layers if layer.parameters and layer.name in main][-1:]
    parameters: dict[str, int] = {}
    operations: dict[str, int] = {}
    left_out: dict[str, None] = {}

    def note(to: dict[str, int], kind: str, number: int, there: int, what: str) -> None:
        if number:
            to[kind] = to.get(kind, 0) + number
        elif there:
            left_out[f"{what} of {kind}"] = None

    for layer in layers:
        if layer in classifier and not convention.classifier:
            left_out["the classifier"] = None
            continue
        head = layer.name not in main
        if head and convention.heads == "none":
            left_out["auxiliary heads"] = None
            continue
        for kind, number, there in _parameters(layer, convention):
            note(parameters, kind, number, there, "parameters")
        if head and convention.heads == "parameters":
            left_out["operations of auxiliary heads"] = None
        elif convention.macs:
            for kind, number, there in _operations(layer, convention):
                note(operations, kind, number, there, "operations")
    total = sum(operations.values()) if convention.macs else None
    return Count(sum(parameters.values()), total, parameters, operations, tuple(left_out))


def _parameters(layer: LayerCost, convention: Convention) -> Found:
    """Return what is counted as parameters."""
    if layer.type == "BatchNorm":
        choice, trained, moving = convention.batch_norm_parameters, layer.parameters, layer.moving_statistics
        number = trained * (choice in ("trainable", "all")) + moving * (choice in ("moving", "all"))
        return [("batch norm", number, trained)]
    if layer.type == "LocalResponseNorm":
        return [("local response norm", convention.lrn_parameters, 0)]
    if layer.type in ("LayerNorm", "GroupNorm"):
        return [("layer and group norm", layer.parameters, 0)]
    biases = layer.parameters - layer.weights
    return [("weights", layer.weights, 0), ("biases", convention.biases * biases, biases)]


def _operations(layer: LayerCost, convention: Convention) -> Found:
    """Return what is counted as operations."""
    done, outputs, macs = layer.operations, math.prod(layer.output_shape), convention.macs
    found = []
    if layer.type == "Dense":
        found.append(("dense layers", convention.dense * macs * done.macs, done.macs))
    elif done.macs and not layer.type.startswith(("Conv", "DepthwiseConv", "SeparableConv")):
        found.append(("other products", macs * done.macs, done.macs))
    elif done.macs:
        times = done.macs
        if layer.type.endswith("Transpose") and convention.transposed == "output":
            times = layer.weights * math.prod(layer.output_shape[:-1])
        found.append(("convolutions", macs * times, done.macs))
    if done.macs and layer.parameters > layer.weights:
        found.append(("biases", convention.bias * outputs, outputs))
    for key in (layer.type, layer.function):
        if key in TITLES or (key and key == layer.function):
            found.append((TITLES.get(key, key), convention.of(key).operations(layer), outputs))
    return found


def _main_path(network: Network) -> frozenset[str]:
    """Return the paths of all layers that the main output depends on."""
    outputs = network.fold(
        frozenset[str](),
        layer=lambda path, _, seen: seen | {path},
        merge=lambda path, _, branches: frozenset[str]().union({path}, *branches),
    )
    return outputs["main"]


@dataclass(frozen=True)
class Reproduction:
    """A published figure and what its convention gives here; all else is as in `paper.PublishedCount`."""

    who: str
    network: str  # name, variant and heads
    quantity: str
    printed: str  # the figure as published
    convention: str
    computed: int  # the count
    agrees: bool  # whether the count is the figure, or rounds or truncates to it
    verdict: str  # how it agrees, or by how much it differs
    source: str
    remark: str


@cache
def reproductions() -> tuple[Reproduction, ...]:
    """Count every published figure's network by its convention; a list for `pandas.DataFrame`."""
    return tuple(_reproduce(published) for published in published_counts())


def _reproduce(published: PublishedCount) -> Reproduction:
    arguments: dict[str, Any] = {"variant": published.variant} if published.variant else {}
    if published.auxiliary:
        arguments["auxiliary"] = True
    network = NETWORKS[published.network]((published.input, published.input, 3), **arguments)
    found = count(network, published.convention)
    computed = found.parameters if published.quantity == "parameters" else found.operations or 0
    agreement = published.printed.agreement(computed)
    return Reproduction(
        published.who,
        network.name + " with heads" * published.auxiliary,
        published.quantity,
        published.printed.text,
        published.convention,
        computed,
        agreement is not None,
        agreement or published.printed.differs(computed),
        published.source,
        published.remark,
    )

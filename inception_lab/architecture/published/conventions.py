"""Counting conventions as data: why one network is published with a dozen different counts.

A convention says which numbers are parameters and which operations are counted, and how often. `count`
reads a network's cost by it; `reproductions` holds every published figure against its convention.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from inception_lab.architecture.cost import LayerCost, cost
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.network import Network
from inception_lab.architecture.published.paper import PublishedCount, published_counts
from inception_lab.architecture.published.zoo import NETWORKS
from inception_lab.checks import one_of

CONVOLUTIONS = ("Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D")


@dataclass(frozen=True)
class Each:
    """How many operations one kind of layer is counted with, for each thing it has.

    Attributes:
        output: For each output value.
        input: For each input value.
        window: For each value under a pooling window, at each of its places.
        parameter: For each parameter.
        place: For each place of the output, which is a map; once for a vector.
    """

    output: int = 0
    input: int = 0
    window: int = 0
    parameter: int = 0
    place: int = 0

    def operations(self, layer: LayerCost) -> int:
        """Count one layer."""
        window = layer.operations.comparisons + layer.operations.additions  # a pool's: k² - 1 each
        outputs = math.prod(layer.output_shape)
        return (
            self.output * outputs
            + self.input * math.prod(layer.input_shape)
            + self.window * (window + outputs)
            + self.parameter * layer.parameters
            + self.place * math.prod(layer.output_shape[:-1])
        )


@dataclass(frozen=True)
class Convention:
    """A way to count. The defaults count as `cost` does: biases are parameters, and MACs all that is done.

    Attributes:
        who: Who counts so.
        calls_it: What they call the operations.
        biases: Whether biases are parameters.
        batch_norm_parameters: Of batch norm, none, the trainable ones (scale and shift), the moving
            statistics (mean and variance), or all.
        lrn_parameters: Parameters of one local response normalisation.
        macs: Operations that one multiply-accumulate is counted with; none if only parameters are counted.
        dense: Whether dense layers' MACs are counted.
        bias: Operations of adding one bias to one output.
        batch_norm: Operations of batch norm.
        relu: Operations of a ReLU.
        max_pool: Operations of a max pooling.
        average_pool: Operations of an average pooling.
        lrn: Operations of a local response normalisation.
        softmax: Operations of a softmax.
        add: Operations of merging branches by addition.
        others: Operations of kinds of layers, functions and interpolations that the convention counts in
            another way, or that have no name above, such as `{"LayerNorm": Each(output=5)}`.
        transposed: Where a transposed convolution's kernel is counted: at each place of its input, where
            it is used, or of its output, as some tools believe.
        heads: Whether auxiliary heads are counted, or their parameters only, or not at all.
        classifier: Whether the last layer with parameters is counted.
    """

    who: str
    calls_it: str = "MACs"
    biases: bool = True
    batch_norm_parameters: Literal["none", "trainable", "moving", "all"] = "trainable"
    lrn_parameters: int = 0
    macs: int | None = 1
    dense: bool = True
    bias: int = 0
    batch_norm: Each = Each()
    relu: Each = Each()
    max_pool: Each = Each()
    average_pool: Each = Each()
    lrn: Each = Each()
    softmax: Each = Each()
    add: Each = Each()
    others: Mapping[str, Each] = field(default_factory=dict)
    transposed: Literal["input", "output"] = "input"
    heads: Literal["all", "parameters", "none"] = "all"
    classifier: bool = True

    @property
    def unit(self) -> str:
        """`"MACs"` or `"FLOPs"`: what one multiply-accumulate counts as; other operations may be added."""
        return "FLOPs" if self.macs == 2 else "MACs"


CONVENTIONS: Mapping[str, Convention] = {
    "paper": Convention("Szegedy et al. 2014, in the text", calls_it="multiply-adds"),
    "weights_only": Convention("Szegedy et al. 2014, most of Table 1", "multiply-adds", biases=False),
    "torchvision": Convention("torchvision's documentation", calls_it="GFLOPS"),
    "torchinfo": Convention(
        "torchinfo 1.8.0 (and torchsummary's followers)",
        calls_it="mult-adds",
        bias=1,
        batch_norm=Each(parameter=1),
        others={"LayerNorm": Each(parameter=1), "GroupNorm": Each(parameter=1)},
        transposed="output",
        heads="parameters",
    ),
    "ptflops": Convention(
        "ptflops, as its README lists",
        calls_it="GMac",
        bias=1,
        batch_norm=Each(input=2),
        relu=Each(output=1),
        max_pool=Each(input=1),
        average_pool=Each(input=1),
        heads="parameters",
    ),
    "ptflops_pytorch": Convention(  # counts modules, and then the functions that they call
        "ptflops 0.7.5, backend pytorch, of a network of modules",
        calls_it="GMac",
        bias=1,
        batch_norm=Each(input=2),
        relu=Each(output=2),
        max_pool=Each(input=2),
        average_pool=Each(input=2),
        lrn=Each(output=4, place=4),
        softmax=Each(output=1),
        others={
            "LayerNorm": Each(output=1),
            "GroupNorm": Each(output=2),
            "relu6": Each(output=1),
            "leaky_relu": Each(output=1),
            "silu": Each(output=1),
            "gelu": Each(output=2),
            "nearest": Each(output=2),
            "bilinear": Each(output=2),
        },
        heads="parameters",
    ),
    "ptflops_aten": Convention("ptflops 0.7.5, backend aten", calls_it="GMac", bias=1, heads="parameters"),
    "fvcore": Convention(
        "fvcore 0.1.5",
        calls_it="flops",
        batch_norm=Each(input=2),
        average_pool=Each(input=1),
        others={
            "AveragePool2D": Each(),  # only what fits any size
            "LayerNorm": Each(output=5),
            "GroupNorm": Each(output=5),
            "nearest": Each(output=1),
            "bilinear": Each(output=4),
        },
        heads="parameters",
    ),
    "thop": Convention(
        "thop 0.1.1 (pytorch-OpCounter)",
        batch_norm=Each(input=4),
        average_pool=Each(window=1, output=1),
        softmax=Each(output=3, place=-1),
        others={
            "AveragePool2D": Each(output=1),
            "LayerNorm": Each(output=4),
            "nearest": Each(output=1),
            "bilinear": Each(output=11),
        },
        transposed="output",
        heads="parameters",
    ),
    "netscope": Convention(
        "Netscope CNN Analyzer",
        calls_it="GMACC",
        batch_norm_parameters="moving",
        lrn_parameters=2,  # α and β
        batch_norm=Each(input=1),  # Caffe's scale layer
        lrn=Each(output=5),  # one a channel in the window
    ),
    "torch_flop_counter": Convention("PyTorch 2.14.1's FlopCounterMode", "FLOPs", macs=2, heads="parameters"),
    "tf_profiler_conv": Convention("TensorFlow's profiler, Conv2D nodes", "FLOPs", macs=2, dense=False),
    "tf_slim": Convention(
        "TF-slim's tests of a base network", batch_norm_parameters="all", macs=None, classifier=False
    ),
    "keras_count_params": Convention("Keras's count_params", batch_norm_parameters="all", macs=None),
    "openvino": Convention(
        "OpenVINO's Open Model Zoo, by its model_analyzer",
        calls_it="GFLOPs",
        macs=2,
        relu=Each(output=2),
        max_pool=Each(window=1),
        average_pool=Each(window=1),
        lrn=Each(output=101),  # (mul + add) × 2 · 5 · 5, and one division
        softmax=Each(output=5),
        add=Each(output=1),
    ),
}


@dataclass(frozen=True)
class Count:
    """What a convention finds in a network.

    Attributes:
        parameters: How many it counts.
        operations: How many it counts for one image; none if it counts parameters only.
        unit: `"MACs"` or `"FLOPs"`: what one multiply-accumulate counts as.
        parameters_by: The parameters by kind: weights, biases, batch norm …
        operations_by: The operations by kind: convolutions, dense layers, biases, ReLU …
        left_out: What the network has and the convention leaves out.
    """

    parameters: int
    operations: int | None
    unit: str
    parameters_by: Mapping[str, int] = field(repr=False)
    operations_by: Mapping[str, int] = field(repr=False)
    left_out: tuple[str, ...] = field(repr=False)

    @property
    def included(self) -> tuple[str, ...]:
        """The kinds of operations that are counted."""
        return tuple(self.operations_by)


def count(network: Network, convention: str | Convention = "paper") -> Count:
    """Count a network by a convention.

    Args:
        network: A network.
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
    if isinstance(convention, str):
        one_of("convention", convention, tuple(CONVENTIONS))
        convention = CONVENTIONS[convention]
    layers = cost(network).layers
    described: dict[str, Layer] = {}
    network.fold(None, layer=lambda path, layer, _: described.update({path: layer}), merge=lambda *_: None)
    main = _main_path(network)
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
        elif convention.macs is not None:
            for kind, number, there in _operations(layer, described.get(layer.name), convention):
                note(operations, kind, number, there, "operations")
    total = None if convention.macs is None else sum(operations.values())
    return Count(sum(parameters.values()), total, convention.unit, parameters, operations, tuple(left_out))


def weights(layer: LayerCost) -> int:
    """Count a layer's weights, without biases; none for layers that do not multiply by weights."""
    shape = layer.input_shape if layer.type == "Conv2DTranspose" else layer.output_shape
    return layer.macs // math.prod(shape[:-1])  # each is used once at every place


def _parameters(layer: LayerCost, convention: Convention) -> list[tuple[str, int, int]]:
    """Return what is counted as parameters, as (kind, number counted, number there is)."""
    if layer.type == "BatchNorm":
        choices = {
            "none": 0,
            "trainable": layer.parameters,
            "moving": layer.moving_statistics,
            "all": layer.parameters + layer.moving_statistics,
        }
        return [("batch norm", choices[convention.batch_norm_parameters], layer.parameters)]
    if layer.type == "LocalResponseNorm":
        return [("local response norm", convention.lrn_parameters, 0)]
    if layer.type in ("LayerNorm", "GroupNorm"):
        return [("layer and group norm", layer.parameters, 0)]
    biases = layer.parameters - weights(layer)
    return [("weights", weights(layer), 0), ("biases", convention.biases * biases, biases)]


def _operations(
    layer: LayerCost, described: Layer | None, convention: Convention
) -> list[tuple[str, int, int]]:
    """Return what is counted as operations, as (kind, number counted, number there is)."""
    done, outputs, macs = layer.operations, math.prod(layer.output_shape), convention.macs or 0
    found = []
    if layer.type in CONVOLUTIONS:
        times = done.macs
        if layer.type == "Conv2DTranspose" and convention.transposed == "output":
            times = weights(layer) * math.prod(layer.output_shape[:-1])
        found.append(("convolutions", macs * times, done.macs))
    elif layer.type == "Dense":
        found.append(("dense layers", convention.dense * macs * done.macs, done.macs))
    if done.macs and layer.parameters > weights(layer):
        found.append(("biases", convention.bias * outputs, outputs))
    named: dict[str, tuple[str, Each]] = {
        "BatchNorm": ("batch norm", convention.batch_norm),
        "MaxPool2D": ("max pooling", convention.max_pool),
        "GlobalMaxPool2D": ("max pooling", convention.max_pool),
        "AveragePool2D": ("average pooling", convention.average_pool),
        "GlobalAveragePool2D": ("average pooling", convention.average_pool),
        "LocalResponseNorm": ("local response norm", convention.lrn),
        "LayerNorm": ("layer norm", Each()),
        "GroupNorm": ("group norm", Each()),
        "Add": ("merging by addition", convention.add),
        "Multiply": ("merging by multiplication", Each()),
        "relu": ("ReLU", convention.relu),
        "relu6": ("ReLU", convention.relu),
        "softmax": ("softmax", convention.softmax),
        "nearest": ("upsampling", Each()),
        "bilinear": ("upsampling", Each()),
    }
    function = getattr(described, "activation", None)
    for key in (layer.type, getattr(described, "interpolation", None), function):
        if key in named or (key and key == function):
            kind, each = named.get(key, (key, Each()))
            found.append((kind, convention.others.get(key, each).operations(layer), outputs))
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
    """A published figure and what its convention gives here.

    Attributes:
        who: Who publishes it.
        network: Name, variant and heads.
        quantity: `"parameters"` or `"operations"`.
        printed: The figure as published.
        convention: Name of the convention.
        computed: The count.
        agrees: Whether the count is the figure, or rounds or truncates to it.
        verdict: How it agrees, or by how much it differs.
        source: Where the figure stands.
        remark: What is odd about it, or why it is not reached.
    """

    who: str
    network: str
    quantity: str
    printed: str
    convention: str
    computed: int
    agrees: bool
    verdict: str
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
    computed = found.parameters if published.quantity == "parameters" else found.operations
    if computed is None:
        raise ValueError(f"The convention {published.convention!r} counts no operations.")
    agreement = published.printed.agreement(computed)
    return Reproduction(
        published.who,
        network.name + " with heads" * published.auxiliary,
        published.quantity,
        published.printed.text,
        published.convention,
        computed,
        agreement is not None,
        agreement or f"differs by {100 * published.printed.difference(computed):+.1f} %".replace("-", "−"),
        published.source,
        published.remark,
    )

"""Inception's family, module by module: what each costs, by the shape of its kernels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layer import Layer, Shape, pair
from inception_lab.architecture.layers import Activation, BatchNorm, Conv2D, Dense, Scale, SeparableConv2D
from inception_lab.architecture.network import Parallel, Part, Sequence, merge_shapes, parts
from inception_lab.architecture.published.zoo import NETWORKS

FAMILY = {  # what is called what in `NETWORKS`
    "GoogLeNet": "googlenet",
    "BN-Inception": "bn_inception",
    "v3": "inception_v3",
    "v4": "inception_v4",
    "ResNet-v2": "inception_resnet_v2",
    "Xception": "xception",
}
KINDS = ("1×1", "3×3", "5×5 and 7×7", "strips", "depthwise")  # "1×1" has dense layers too
MEASURES = ("macs", "parameters")
Amounts = dict[str, dict[str, int]]  # measure → kind of kernel → how many


@dataclass(frozen=True)
class Member:
    """A module of a network, or equal ones in a row; or what comes before or after them all."""

    network: str  # its name
    name: str  # of the module, as in "3a"; "" if it is none
    times: int  # how many equal ones there are
    part: Part  # what is drawn: its layers without batch norm, activations and scaling
    input_shape: tuple[int, int, int]  # of the first
    amounts: Amounts  # what all of them cost

    @property
    def key(self) -> str:
        """Its name among all networks' modules."""
        return f"{self.network} {self.name}"

    @cached_property
    def totals(self) -> dict[str, int]:
        """Measure → sum over all kernels."""
        return {measure: sum(amounts.values()) for measure, amounts in self.amounts.items()}

    def branches(self) -> list[tuple[int, int]]:
        """Return each branch's row in the diagram, and its MACs."""
        return [(row, cost(branch, self.input_shape).macs) for row, branch in branches(self.part, 0)]


def branches(part: Part, row: int) -> Iterator[tuple[int, Part]]:
    """Yield a module's branches and their rows in a diagram; where what is added has branches, those."""
    fork = next((each for each in parts(part) if isinstance(each, Parallel)), None)
    if fork is None:
        yield row, part
        return
    for branch in fork.branches:
        joined = any(isinstance(each, Parallel) and each.merge == "concat" for each in parts(branch))
        if fork.merge == "add" and joined:
            yield from branches(branch, row)
        else:
            yield row, branch
        row += rows(branch)


def rows(part: Part) -> int:
    """Count the rows that a part takes in a diagram."""
    match part:
        case Sequence():
            return max(map(rows, part.parts), default=1)
        case Parallel():
            return sum(map(rows, part.branches))
    return 1


def bare(part: Part) -> Part:
    """Return a part without batch norm, activations and scaling."""
    match part:
        case Sequence():
            kept = (bare(each) for each in part.parts if not isinstance(each, BatchNorm | Activation | Scale))
            return Sequence(*kept, name=part.name)
        case Parallel():
            return Parallel(*map(bare, part.branches), merge=part.merge, name=part.name)
    return part


def kernels(layer: Layer, shape: Shape) -> Iterator[tuple[str, Layer, Shape]]:
    """Yield a layer's kernels: their kind, what counts them, and its input."""
    match layer:
        case SeparableConv2D():
            yield "depthwise", layer.depthwise, shape
            yield "1×1", layer.pointwise, layer.depthwise.output_shape(shape)
        case Conv2D():
            rows, columns = pair(layer.kernel_size)
            square = {1: "1×1", 3: "3×3"}.get(rows, "5×5 and 7×7")
            yield (square if rows == columns else "strips"), layer, shape
        case Dense():
            yield "1×1", layer, shape


@cache
def members(network: str, side: int = 0) -> tuple[Member, ...]:
    """Return a network's modules, and as the first and the last what comes before and after them.

    Args:
        network: Name in `FAMILY`.
        side: Of the picture, in pixels; 0 for the one that the network was made for.
    """
    side = side or (224 if network in ("GoogLeNet", "BN-Inception") else 299)
    net = NETWORKS[FAMILY[network]]((side, side, 3))
    blocks: dict[str, Amounts] = {}
    shapes: dict[str, list[Shape]] = {}
    kind = "1×1"

    def count(path: str, layer: Layer, shape: Shape) -> Shape:
        nonlocal kind
        name, number = path.split("/")[:2] if "/" in path else (path, "")
        block = f"{name}/{number}" if number.isdigit() else name  # of equal blocks each has a number
        amounts = blocks.setdefault(block, {measure: dict.fromkeys(KINDS, 0) for measure in MEASURES})
        shapes.setdefault(block, []).append(shape)
        inside = list(kernels(layer, shape))
        for kind, each, before in inside:
            amounts["macs"][kind] += each.operations(before).macs
            amounts["parameters"][kind] += each.parameters(before)
        if not inside:  # batch norm's numbers go with the kernel before it
            amounts["parameters"][kind] += layer.parameters(shape)
        return layer.output_shape(shape)

    picture: Shape = net.input_shape
    net.fold(picture, layer=count, merge=lambda _, how, branches: merge_shapes(how, branches))
    assert isinstance(net.body, Sequence)
    modules = {
        name: bare(part)
        for name, part in _named(net.body, "")
        if any(isinstance(each, Parallel | SeparableConv2D) for each in parts(part))
    }
    order = list(blocks)
    first, last = (order.index(name) for name in (next(iter(modules)), next(reversed(modules))))
    ends = [order[:first], order[last + 1 :]]

    def member(names: list[str]) -> Member:
        amounts = {m: {k: sum(blocks[name][m][k] for name in names) for k in KINDS} for m in MEASURES}
        height, width, channels = shapes[names[0]][0]
        name = names[0] if names[0] in modules else ""
        part = modules.get(name, Sequence())
        short = name.removeprefix("inception_").removeprefix("Mixed_").removesuffix("/1")
        times = len(names) if name else 1
        return Member(network, short, times, part, (height, width, channels), amounts)

    alike = groupby(modules, key=lambda name: (blocks[name], shapes[name]))
    return member(ends[0]), *(member(list(names)) for _, names in alike), member(ends[1])


def _named(body: Sequence, prefix: str) -> Iterator[tuple[str, Part]]:
    """Yield a network's parts by name; where a part is a stage of numbered ones, those."""
    for part in body.parts:
        name = str(getattr(part, "name", ""))
        if isinstance(part, Sequence) and str(getattr(next(iter(part.parts), None), "name", "")).isdigit():
            yield from _named(part, f"{name}/")
        else:
            yield prefix + name, part


def every_module(side: int = 0) -> dict[str, Member]:
    """Return all modules of the family by their keys."""
    found = (member for network in FAMILY for member in members(network, side) if member.name)
    return {member.key: member for member in found}

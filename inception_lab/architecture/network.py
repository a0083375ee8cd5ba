"""How layers are put together, and the one traversal that every reading of a network uses."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeVar, get_args

from inception_lab.architecture.layer import Layer, Shape, colour_picture, picture_shape
from inception_lab.architecture.operations import Operations
from inception_lab.checks import entry, layer_name, one_of, placed, readable_name
from inception_lab.shown import Shown
from inception_lab.text import readable

T = TypeVar("T")
Merge = Literal["concat", "add", "multiply"]
# What Keras calls the layers that merge.
MERGES: Mapping[Merge, str] = {"concat": "Concatenate", "add": "Add", "multiply": "Multiply"}


class Node:
    """A part of a network: a group of layers with one input and one output."""


@dataclass(frozen=True, init=False)
class Sequence(Node):
    """Parts that follow one another. An empty sequence passes its input on.

    With a name, the paths of its layers start with it; without one it leaves no trace in them.
    """

    parts: tuple[Part, ...]
    name: str | None

    def __init__(self, *parts: Part, name: str | None = None) -> None:
        _set(self, "parts", parts, name)


@dataclass(frozen=True, init=False)
class Parallel(Node):
    """Branches that share one input and whose outputs are merged.

    The merge appears among the layers as `output`: joined along the channels, added, or multiplied. A
    vector multiplies each place of a picture, as squeeze-and-excitation does.
    """

    branches: tuple[Part, ...]
    name: str | None
    merge: Merge

    def __init__(self, *branches: Part, merge: Merge = "concat", name: str | None = None) -> None:
        where = f" (in '{name}')" if name else ""
        one_of("merge", merge, get_args(Merge), where)
        if not branches:
            raise ValueError(f"`branches` must hold at least one branch. Received: none{where}.")
        _set(self, "branches", branches, name)
        object.__setattr__(self, "merge", merge)


@dataclass(frozen=True)
class Tap(Node):
    """A head on the side: the input passes on unchanged, and the head's result is an output of its own."""

    head: Part
    output: str

    def __post_init__(self) -> None:
        """Refuse an output that could not be called by its name."""
        layer_name(self.output, "output")
        if "/" in self.output or self.output in ("", "validation"):  # a log has a column of that name
            rule = "a name without `/`, and not 'validation'"
            raise ValueError(f"`output` must be {rule}. Received: output={self.output!r}.")


Part = Layer | Node


def _set(node: Node, field: str, parts: tuple[Part, ...], name: str | None) -> None:
    if name is not None:
        layer_name(name)
    for part in parts:
        if not isinstance(part, Part):
            raise TypeError(
                f"`{field}` must be layers, Sequence, Parallel or Tap. "
                f"Received: {part!r}{f' (in {name!r})' if name else ''}."
            )
    object.__setattr__(node, field, parts)
    object.__setattr__(node, "name", name)


@dataclass(frozen=True)
class Network(Shown):
    """A network: what goes in, and the parts it goes through. A notebook shows it as a row of blocks.

    Attributes:
        input_shape: `(height, width, channels)`, without batch.
        body: The parts. The end of the body is the output `"main"`; each Tap adds one.
        name: What the network is called.

    Raises:
        ValueError: If some layer cannot take the input it gets; the message says which.
    """

    input_shape: tuple[int, int, int]
    body: Part
    name: str = "network"

    def __post_init__(self) -> None:
        """Refuse a network that could not run."""
        readable_name("name", self.name)
        object.__setattr__(self, "input_shape", picture_shape(self.input_shape))
        self.output_shapes()

    def __repr__(self) -> str:
        outputs = ", ".join(f"{name} {readable(shape)}" for name, shape in self.output_shapes().items())
        return f"Network {self.name}: {readable(self.input_shape)} → {outputs}"

    def fold(
        self, x: T, *, layer: Callable[[str, Layer, T], T], merge: Callable[[str, Merge, list[T]], T]
    ) -> dict[str, T]:
        """Carry a value through the network; see `fold`.

        Returns:
            The value at each output: `"main"` first, then those of the Taps in graph order.
        """
        return fold(self.body, x, layer=layer, merge=merge)

    def part(self, name: str) -> Part:
        """Return the part of the body that alone has a name, such as `inception_3a`.

        Raises:
            ValueError: If there is none, or several; the message lists the names that there are once.
        """
        named = [(each, part) for part in parts(self.body) if (each := getattr(part, "name", None))]
        often = Counter(each for each, _ in named)
        once = {each: part for each, part in named if often[each] == 1}
        return entry("name", name, once, f" (in '{self.name}')")

    def output_shapes(self) -> dict[str, Shape]:
        """Return the shape at each output."""
        return self.fold(
            self.input_shape,
            layer=lambda _, layer, shape: layer.output_shape(shape),
            merge=lambda _, how, shapes: merge_shapes(how, shapes),
        )


def fold(
    part: Part, x: T, *, layer: Callable[[str, Layer, T], T], merge: Callable[[str, Merge, list[T]], T]
) -> dict[str, T]:
    """Walk a network once, in graph order, carrying a value from layer to layer.

    What the value is decides what is read: shapes give costs, Keras tensors give a model, reaches
    give receptive fields.

    Args:
        part: The network's body, or any part of one.
        x: The value at the input.
        layer: Called as `layer(path, layer, value)` for each layer; returns the value after it.
        merge: Called as `merge(path, how, values)`, as with `how="concat"`, where branches meet.

    Returns:
        The value at each output: `"main"` first, then those of the Taps in graph order.

    Raises:
        ValueError: If two layers have the same path, or a callback raises one: the path is added.
    """
    seen = {"image"}  # what Keras calls the input
    outputs: dict[str, T] = {}

    def unique(prefix: str, name: str | None, default: str = "") -> str:
        path = prefix + (name or default)
        number = 0
        while (own := path.replace("/", "_")) in seen:  # Keras has `_` for `/`
            if name:
                ours = path == "image" or path.endswith(("_pad", "/pad"))
                note = " (`image` is the input, `NAME_pad` the zeros around NAME)" if ours else ""
                raise ValueError(f"Layer names must be unique. Received twice: '{path}'{note}.")
            number += 1
            path = f"{prefix}{default}_{number}"
        seen.add(own)
        return path

    def walk(part: Part, x: T, prefix: str) -> T:
        match part:
            case Layer():
                path = unique(prefix, part.name, snake_case(part.kind))
                if part.pads:  # Keras has a layer of its own for the zeros
                    unique(path, "_pad")
                try:
                    return layer(path, part, x)
                except ValueError as error:
                    raise placed(error, f"at '{path}'") from error
            case Sequence():
                for child in part.parts:
                    x = walk(child, x, inside(prefix, part.name))
                return x
            case Parallel():
                prefix = inside(prefix, part.name)
                results = [walk(branch, x, prefix) for branch in part.branches]
                path = unique(prefix, None, "output")
                try:
                    return merge(path, part.merge, results)
                except ValueError as error:
                    raise placed(error, f"at '{path}'") from error
            case Tap():
                result = walk(part.head, x, prefix)  # which may have outputs of its own
                if part.output in outputs or part.output == "main":
                    raise ValueError(f"Output names must be unique. Received twice: '{part.output}'.")
                outputs[part.output] = result
                return x
        raise TypeError(f"A network is made of layers, Sequence, Parallel and Tap. Received: {part!r}.")

    try:
        return {"main": walk(part, x, ""), **outputs}
    except RecursionError:
        raise ValueError(
            "Parts must be nested less deep than Python calls functions. "
            f"Received: parts in parts beyond {sys.getrecursionlimit()} calls."
        ) from None


def parts(part: Part) -> Iterator[Part]:
    """Walk through a part and all parts in it, from the outside in."""
    yield part
    inner = {Sequence: "parts", Parallel: "branches"}.get(type(part))
    for child in getattr(part, inner) if inner else ():
        yield from parts(child)


def inside(prefix: str, name: str | None) -> str:
    """Return the prefix of paths inside a group."""
    return f"{prefix}{name}/" if name else prefix


@cache
def snake_case(kind: str) -> str:
    """Return a kind of layer as a layer's name: `MaxPool2D` becomes `max_pool2d`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()


def merge_shapes(how: Merge, shapes: list[Shape]) -> Shape:
    """Return the shape of merged branches."""
    listed = ", ".join("×".join(map(str, shape)) for shape in shapes)
    if how == "add":
        if len(set(shapes)) > 1:
            raise ValueError(f"Branches that are added must have equal shapes. Received: {listed}.")
        return shapes[0]
    if how == "multiply":
        rank = max(map(len, shapes))
        padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
        found = tuple(map(max, zip(*padded, strict=True)))
        if any(n not in (1, most) for shape in padded for n, most in zip(shape, found, strict=True)):
            raise ValueError(
                "Branches that are multiplied must have equal shapes, or one value for each channel. "
                f"Received: {listed}."
            )
        return found
    if len({shape[:-1] for shape in shapes}) > 1:
        raise ValueError(f"Branches that are joined must have equal height and width. Received: {listed}.")
    return *shapes[0][:-1], sum(shape[-1] for shape in shapes)


def merge_operations(how: Merge, branches: int, elements: int) -> Operations:
    """Count what merging does: joining moves values; the others compute them."""
    each = {"concat": Operations(), "add": Operations(additions=1), "multiply": Operations(multiplications=1)}
    return each[how] * ((branches - 1) * elements)


def as_network(network: Network | Part, input_shape: Shape | None) -> Network:
    """Return a network for `network`, which may be a part that needs an input shape."""
    if isinstance(network, Network):
        if input_shape is None:
            return network
        return Network(colour_picture(input_shape), network.body, network.name)
    if not isinstance(network, Part):
        raise TypeError(f"A network or a part of one is needed. Received: {network!r}.")
    if input_shape is None:
        raise ValueError(
            "`input_shape` must be (height, width, channels) for a part of a network. Received: None."
        )
    return Network(picture_shape(input_shape), network, getattr(network, "name", None) or "part")

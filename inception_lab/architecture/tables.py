"""Costs as tables, and the layers of a network folded to as many rows as one can read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil
from operator import itemgetter
from typing import Any

from inception_lab import text
from inception_lab.architecture.cost import Cost, LayerCost
from inception_lab.architecture.network import snake_case

ROWS = 19  # GoogLeNet's modules and heads; with title, head and sums a screen of 25 lines


def folded(cost: Cost, most: int = ROWS) -> list[Cost]:
    """Return the costs of groups of layers that follow one another, in graph order.

    The groups are as fine as they can be, and all equally fine: layers, then what shares a path, then
    what shares the beginning of a name, as `conv2_block1` and `conv2` in `conv2_block1_1_conv`. Where
    names say too little, a group of most layers is cut into equal pieces, called by their first layer.
    """
    layers = cost.layers
    runs = [(cost.network, [*layers])]
    for names in _groupings(layers):
        pairs = groupby(zip(names, layers, strict=True), key=itemgetter(0))
        named = [(name, [layer for _, layer in run]) for name, run in pairs]
        if len(named) <= most:
            runs = named
            break
    at, (_, run) = max(enumerate(runs), key=lambda found: len(found[1][1]))
    if len(run) > max(8, len(layers) / 2):
        step = max(4, ceil(len(run) / (most - len(runs) + 1)))
        pieces = [run[start : start + step] for start in range(0, len(run), step)]
        runs[at : at + 1] = [(f"{_short(piece[0].name)} …", piece) for piece in pieces]
    return [
        replace(
            cost,
            network=run[0].module if len(run) == 1 and len(name) < len(run[0].module) else name,
            input_shape=run[0].input_shape,
            layers=tuple(run),
        )
        for name, run in runs
        if run
    ]


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:9]}…{name[-10:]}"


def _groupings(layers: Sequence[LayerCost]) -> Iterator[list[str]]:
    """Return names of groups for all layers, from the finest to the coarsest.

    A layer without parameters that nobody gave a name, such as `re_lu_7`, goes with the one before it.
    """
    paths = [layer.name.split("/") for layer in layers]
    for depth in range(max(map(len, paths), default=0), 0, -1):
        yield ["/".join(path[:depth]) for path in paths]
    words: list[list[str]] = []
    for layer, path in zip(layers, paths, strict=True):
        unnamed = re.fullmatch(rf"{snake_case(layer.type)}(_\d+)?( \(\d+\))?", path[0])
        own = re.findall(r"[_\W]*(?:[^\W\d_]+\d*|\d+)", path[0]) or path[:1]
        words.append(words[-1] if words and unnamed and not layer.parameters else own)
    for depth in range(max(map(len, words), default=0) - 1, 0, -1):
        yield ["".join(word[:depth]) for word in words]


def cost_text(cost: Cost, by_layer: bool = False) -> str:
    """Return a cost as lines of text: what `inception-lab cost` prints, or its sums by module."""
    head: tuple[str, ...] = ("part", "layers", "output", "parameters", "MACs")
    if by_layer:
        head = ("layer", "type", *head[2:])
        rows = [(each.name, each.type, *_sums(each)) for each in cost.layers]
    else:
        rows = [(part.network, f"{len(part.layers):,}", *_sums(part)) for part in folded(cost)]
    total = ("total", "" if by_layer else f"{len(cost.layers):,}", "", *_sums(cost)[1:])
    names, *lines, last = text.columns([head, *rows, total], left=2)
    rule = "─" * len(names)
    notes = [f"FLOPs = 2 × MACs = {cost.flops:,}"]
    if cost.moving_statistics:
        notes.append(f"Stored besides and not trained: {cost.moving_statistics:,} statistics of batch norm")
    if not by_layer:
        return "\n".join((_title(cost), names, rule, *lines, last, "; ".join(notes)))
    notes += [
        "Other operations, memory and reach: --format csv",
        *(f"Left out: {what}" for what in cost.omitted),
    ]
    return "\n".join((_title(cost), "", names, rule, *lines, rule, last, "", *notes))


def cost_html(cost: Cost) -> str:
    """Return the sums of a cost by module as an HTML table."""
    head = ("part", "layers", "output", "parameters", "MACs", "share of MACs", "activations (bytes)")

    def row(part: Cost, name: str) -> tuple[str, ...]:
        share = f"{part.macs / cost.macs:.1%}" if cost.macs else "–"
        return name, f"{len(part.layers):,}", *_sums(part), share, f"{part.activation_bytes:,}"

    parts = [row(part, part.network) for part in folded(cost)]
    return text.html_table(head, parts, row(cost, "total"), caption=_title(cost))


def _title(cost: Cost) -> str:
    picture = len(cost.input_shape) == 3 and isinstance(cost.input_shape[0], int)
    axes = " (height × width × channels)" if picture else ""
    return f"{cost.network}, one image of {times(cost.input_shape)}{axes}"


def _sums(counted: Cost | LayerCost) -> tuple[str, str, str]:
    """Return shape, parameters and MACs; `?` stands for those of layers that no rule counts."""
    layers = counted.layers if isinstance(counted, Cost) else (counted,)
    known = [f"{counted.macs:,}"] if any(layer.counted for layer in layers) or not layers else []
    macs = " + ".join(known if all(layer.counted for layer in layers) else [*known, "?"])
    return times(counted.output_shape), f"{counted.parameters:,}", macs


def times(shape: tuple[Any, ...]) -> str:
    """Write a shape, such as 28×28×192, or several."""
    if shape and not isinstance(shape[0], int):
        return " and ".join(map(times, shape))
    return "×".join(map(str, shape))

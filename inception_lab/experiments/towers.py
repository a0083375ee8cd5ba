"""Towers instead of one large kernel, and groups instead of all channels: what do they bring at equal cost?

The hypotheses, written down before the runs, on digits of all sizes taken together:

1. Two 3×3 beat one 5×5 at equal cost: they reach as far, with an activation in between.
2. 1×5 and 5×1 are within a point of two 3×3 at equal cost.
3. At equal filters, where two 3×3 cost less than one 5×5, they are within a point of it.
4. At equal cost, eight groups and one group a channel each beat one group: the saved work pays for channels.

Differences are paired by seed, with their 95 % intervals (`difference_interval`). "Within a point" means that
the whole interval is. Rates are chosen for each network on validation pictures with a seed that is not
measured; where an end of the grid is chosen, the grid was too narrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layer import Shape
from inception_lab.architecture.network import Network, Sequence
from inception_lab.checks import one_of
from inception_lab.experiments.own_rates import FIRST, STEM, around, at_own_rates, convolution

Kernel = int | tuple[int, int]


@dataclass(frozen=True)
class Tower:
    """The convolutions between a module's two 1×1."""

    kernels: tuple[Kernel, ...]  # one after the other, each with batch norm and ReLU
    groups: int = 1  # of channels that do not see each other; 0: each channel is a group of its own
    # whose cost the module has; `None` for the width of the reference, whatever it costs
    like: str | None = None


LARGE, ONE = "5×5", "1 group"  # the references, at their own width
TOWERS: Mapping[str, Tower] = {
    LARGE: Tower((5,)),
    "3×3 + 3×3": Tower((3, 3), like=LARGE),
    "1×5 + 5×1": Tower(((1, 5), (5, 1)), like=LARGE),
    "3×3 + 3×3, same filters": Tower((3, 3)),
    "1×5 + 5×1, same filters": Tower(((1, 5), (5, 1))),
    ONE: Tower((3,)),
    "2 groups": Tower((3,), 2, ONE),
    "4 groups": Tower((3,), 4, ONE),
    "8 groups": Tower((3,), 8, ONE),
    "all groups": Tower((3,), 0, ONE),
}
# Modules: the picture that each sees, the channels of a reference's tower, and those that leave the module.
MODULES: Mapping[str, tuple[Shape, int, int]] = {
    "a": (FIRST, 24, 64),
    "b": ((8, 8, 64), 48, 128),
}


def tower_network(kind: str) -> Network:
    """Return a network of two modules that differ in their towers only."""
    one_of("kind", kind, tuple(TOWERS))
    first, second = (_module(name, kind, tower_width(name, kind)) for name in MODULES)
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in kind)
    return around(first, second, name=f"tower-{name}")


@cache
def tower_width(module: str, kind: str) -> int:
    """Return the channels of a tower at which its module costs as near as can be to its reference's."""
    tower, (picture, own, _) = TOWERS[kind], MODULES[module]
    if tower.like is None:
        return own
    target = cost(_module(module, tower.like, own), picture).macs
    widths = range(max(tower.groups, 1), 4 * own, max(tower.groups, 1))
    return min(widths, key=lambda width: abs(cost(_module(module, kind, width), picture).macs - target))


def _module(name: str, kind: str, width: int) -> Sequence:
    tower, (_, _, leaving) = TOWERS[kind], MODULES[name]
    convolutions = [
        convolution(f"tower{number}", width, kernel, tower.groups or width)
        for number, kernel in enumerate(tower.kernels, start=1)
    ]
    return Sequence(
        convolution("reduce", width, 1), *convolutions, convolution("project", leaving, 1), name=name
    )


def _described(kind: str) -> list[Any]:
    tower = TOWERS[kind]
    return [tower, tower.like and TOWERS[tower.like], MODULES, STEM]


TOWERS_COMPARED = at_own_rates(
    "towers",
    "a 5×5, two 3×3 or 1×5 and 5×1; one group of channels or many: what is best at equal cost?",
    tower_network,
    TOWERS,
    (
        ("3×3 + 3×3", LARGE),
        ("1×5 + 5×1", "3×3 + 3×3"),
        ("3×3 + 3×3, same filters", LARGE),
        ("8 groups", ONE),
        ("all groups", ONE),
    ),
    described=_described,
)

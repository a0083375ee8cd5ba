"""One convolution, and the cheaper ones that can stand in its place: their layers and their costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.layer import by
from inception_lab.architecture.layers import Conv2D
from inception_lab.architecture.network import Sequence
from inception_lab.view.engine.controls import State

GROUPS = {"1 group": 1, "2 groups": 2, "4 groups": 4, "8 groups": 8, "depthwise": None}  # None: all channels
WAYS = ("stack", "strips", *GROUPS)


def factorised(way: str, state: State) -> tuple[Conv2D, ...]:
    """Return the convolutions that stand in the place of one, without biases, as before a batch norm.

    Args:
        way: "direct" for the convolution itself, or one of `WAYS`.
        state: Its kernel, channels and filters, and the filters in the middle.

    Reference:
        Szegedy et al. 2015, arXiv:1512.00567, section 3; Chollet 2016, arXiv:1610.02357, section 1.
    """
    side, channels = state["kernel_size"], state["channels"]
    middle, filters = state["middle"], state["filters"]
    convolution = partial(Conv2D, use_bias=False, activation="relu")
    if way == "direct":
        return (convolution(filters, side),)
    if way == "stack":
        return *(convolution(middle, 3) for _ in range(side // 2 - 1)), convolution(filters, 3)
    if way == "strips":
        return convolution(middle, (1, side)), convolution(filters, (side, 1))
    apart = Conv2D(channels, side, use_bias=False, groups=GROUPS[way] or channels)
    return apart, convolution(filters, 1)


def names(side: int) -> list[str]:
    """Return what the rows are called: the convolution itself, then each way."""
    stack = ", ".join(["3×3"] * (side // 2)) if side < 9 else f"{side // 2} times 3×3"
    return [by(side), stack, f"1×{side}, {side}×1", *(f"{name}, 1×1" for name in GROUPS)]


@dataclass(frozen=True)
class Ways:
    """One convolution, and all that can stand in its place."""

    state: State  # what was asked for
    layers: dict[str, tuple[Conv2D, ...]]  # "direct" or a way → its convolutions
    costs: dict[str, Cost]  # the same → what they cost

    @classmethod
    def of(cls, state: State) -> Ways:
        """Count all ways."""
        shape = (state["side"], state["side"], state["channels"])
        layers = {way: factorised(way, state) for way in ("direct", *WAYS)}
        return cls(state, layers, {way: cost(Sequence(*each), shape) for way, each in layers.items()})

    @property
    def shown(self) -> Cost:
        """The cost of the way that is drawn."""
        return self.costs[self.state["way"]]

    @property
    def words(self) -> tuple[str, str]:
        """What the way that is drawn is called, and its reach."""
        reach = self.shown.layers[-1].reach
        name = names(self.state["kernel_size"])[WAYS.index(self.state["way"]) + 1]
        return name, f"{reach.rows.largest}×{reach.columns.largest}"

    def change(self, way: str) -> int:
        """Return how many weights more a way has than the convolution itself, in per cent."""
        return round(100 * (self.costs[way].parameters / self.costs["direct"].parameters - 1))

    def relus(self, way: str) -> int:
        """Return after how many layers a nonlinearity comes."""
        return sum(layer.activation is not None for layer in self.layers[way])

"""Do two sizes of kernel side by side beat two of one size, where only the reductions differ besides?

Two modules as in `ablation`, of which only the two large branches change: 3×3 and 5×5, twice 3×3, twice 5×5.
All output widths stay, and the branch without a large kernel. The 1×1 reductions are multiplied by one
factor a module, so that each module costs as many MACs. (Twice 3×3 reaches less far; that cannot be matched.)

The hypotheses, written down before the runs, on held-out digits of all sizes taken together:

1. 3×3 and 5×5 beat twice 3×3.
2. 3×3 and 5×5 beat twice 5×5.

Differences are paired by seed, with their 95 % intervals (`difference_interval`). "Beat" means that the whole
interval is above zero. With the spread of `ablation`, 16 seeds show 0.6 points in four of five cases. Rates
are chosen for each network on validation pictures with a seed that is not measured.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from inception_lab.architecture.cost import cost
from inception_lab.architecture.layer import Shape
from inception_lab.architecture.layers import Dropout
from inception_lab.architecture.modules import InceptionRow, scaled
from inception_lab.architecture.network import Network, Parallel
from inception_lab.checks import one_of
from inception_lab.experiments.ablation import ROWS, with_kernels
from inception_lab.experiments.own_rates import FIRST, around, at_own_rates

MIXED = "3×3 and 5×5"
PAIRS: Mapping[str, tuple[int, int]] = {MIXED: (3, 5), "twice 3×3": (3, 3), "twice 5×5": (5, 5)}


def kernels_network(kind: str) -> Network:
    """Return a network of two modules that differ in their large kernels only, and cost the same."""
    one_of("kind", kind, tuple(PAIRS))
    (first, a), (second, b) = ROWS.items()
    module = _matched(a, kind, first, FIRST)
    beyond: Shape = (8, 8, cost(module, FIRST).output_shape[2])
    return around(
        module, _matched(b, kind, second, beyond), Dropout(0.4, name="drop"),
        name="kernels-{}-{}".format(*PAIRS[kind]),
    )  # fmt: skip


def _matched(row: InceptionRow, kind: str, name: str, shape: Shape) -> Parallel:
    """Return a module whose reductions make it cost as near as can be to the mixed one."""
    goal = cost(with_kernels(row, (1, *PAIRS[MIXED]), name), shape).macs
    modules = [
        with_kernels(
            replace(row, reduce3x3=scaled(row.reduce3x3 or 1, f), reduce5x5=scaled(row.reduce5x5 or 1, f)),
            (1, *PAIRS[kind]),
            name,
        )
        for f in ([1.0] if kind == MIXED else np.geomspace(0.1, 10, 400).tolist())
    ]
    return min(modules, key=lambda module: abs(cost(module, shape).macs - goal))


KERNELS_COMPARED = at_own_rates(
    "kernels",
    "two sizes of large kernels side by side, or two of one size, at equal widths and cost: what is best?",
    kernels_network,
    PAIRS,
    ((MIXED, "twice 3×3"), (MIXED, "twice 5×5")),
    seeds=range(20, 36),
)

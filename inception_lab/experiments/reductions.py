"""What do the 1×1 reductions cost in accuracy, beside what they save?

The hypotheses, written down before the runs, on held-out digits of all sizes taken together:

1. With reductions in the paper's proportions the network is within a point of the one without any.
2. Each halving of those filters makes it worse: a half, a quarter, an eighth.

They come from three seeds at one rate for all (0.2, and trials at 0.4), so the seeds here are others.
Differences are paired by seed, with their 95 % intervals (`difference_interval`). "Within a point" means that
the whole interval is; "worse", that the whole interval is below zero. Rates are chosen for each network on
validation pictures with a seed that is not measured; where an end of the grid is chosen, the grid was too
narrow.
"""

from collections.abc import Mapping
from dataclasses import replace

from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.modules import InceptionRow, scaled
from inception_lab.architecture.network import Network
from inception_lab.architecture.small import DIGITS_ROWS, DIGITS_WIDTH
from inception_lab.experiments.own_rates import at_own_rates

# Filters of the reductions are multiplied; at "none" the large kernels see all channels.
REDUCTIONS: Mapping[str, float | None] = {
    "none": None, "× 1": 1.0, "× 1/2": 0.5, "× 1/4": 0.25, "× 1/8": 0.125,
}  # fmt: skip


def reduced_network(factor: float | None) -> Network:
    """Return the digits' network with its 1×1 reductions multiplied, or without them."""

    def changed(row: InceptionRow) -> InceptionRow:
        row = row.scaled(DIGITS_WIDTH)
        if factor is None:
            return replace(row, reduce3x3=None, reduce5x5=None)
        return replace(
            row, reduce3x3=scaled(row.reduce3x3 or 1, factor), reduce5x5=scaled(row.reduce5x5 or 1, factor)
        )

    # The stem keeps its 16 filters: width multiplies stem and rows alike, so the rows are made wide again.
    rows = {name: changed(row).scaled(1 / DIGITS_WIDTH) for name, row in DIGITS_ROWS.items()}
    return googlenet((64, 64, 3), 10, variant="batch_norm", width=DIGITS_WIDTH, stem="small", rows=rows)


REDUCTION_OWN_RATES = at_own_rates(
    "reduction_own_rates",
    "what do the 1×1 reductions cost in accuracy, beside what they save?",
    lambda arm: reduced_network(REDUCTIONS[arm]),
    REDUCTIONS,
    (("× 1", "none"), ("× 1/2", "× 1"), ("× 1/4", "× 1/2"), ("× 1/8", "× 1/4")),
    rates=(0.05, 0.1, 0.2, 0.4, 0.8, 1.6),
    seeds=range(10, 18),
)

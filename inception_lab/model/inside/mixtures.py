"""What a 1×1 convolution can keep: how much of the channels' variance lies in a few mixtures of them.

What is stored with the project was measured on BVLC's GoogLeNet, so that lesson 2 needs no weights;
`data/README.md` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inception_lab.resources import data_path

if TYPE_CHECKING:
    import pandas


def stored_mixtures() -> pandas.DataFrame:
    """Return the share of the variance of pool2's 192 channels that mixtures of them keep.

    Returns:
        A row for each number of mixtures: the share that the `best` keep (principal components). Where the
        network has 1×1 convolutions on pool2 with that many: what its `own` keep, and what as many drawn at
        `random` keep on average. Kept is what weighted sums of the mixtures give back.
    """
    import pandas

    return pandas.read_csv(data_path("pool2_mixtures.csv"), comment="#", index_col="mixtures")

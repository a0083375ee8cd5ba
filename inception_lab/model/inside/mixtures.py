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
        A row for each number of mixtures: what the `best` keep (principal components), and what the network's
        `own` keep, those of the 1×1 convolutions that read pool2, where one has that many.
    """
    import pandas

    return pandas.read_csv(data_path("pool2_mixtures.csv"), comment="#", index_col="mixtures")

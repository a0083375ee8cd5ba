"""What `data/pool2_mixtures.csv` was measured with; `data/README.md` has the call."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas

from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.inside.branches import array, layer_of

READERS = ("inception_3a/5x5_reduce", "inception_3a/3x3_reduce")  # 1×1 convolutions on pool2
DRAWS = 100


def best_kept(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the share of the variance that the best 1, 2, … mixtures of channels keep: principal components.

    Args:
        values: `(places, channels)`.

    Returns:
        `(channels,)`, rising to 1.
    """
    sizes = np.linalg.eigvalsh(_covariance(values))[::-1].clip(0)
    return np.asarray(np.cumsum(sizes) / sizes.sum())


def kept_by(values: npt.ArrayLike, mixtures: npt.ArrayLike) -> float:
    """Return the share of the variance that comes back when all channels are told from some mixtures.

    They are told by weighted sums of the mixtures, the best there are (least squares over all places).

    Args:
        values: `(places, channels)`.
        mixtures: `(channels, mixtures)`, as the kernel of a 1×1 convolution has them.
    """
    spread, weights = _covariance(values), np.asarray(mixtures, np.float64)
    told = spread @ weights
    back = told @ np.linalg.pinv(weights.T @ told) @ told.T
    return float(np.trace(back) / np.trace(spread))


def _covariance(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(np.cov(np.asarray(values, np.float64), rowvar=False))


def measured_mixtures(network: Classifier) -> pandas.DataFrame:
    """Measure what mixtures of pool2's 192 channels keep, over all places of a network's samples.

    Returns:
        A row for each number of mixtures: what the best keep; what the network's own `READERS` keep, and
        as many drawn at random (normal weights, mean of `DRAWS`), where one of them has that many.
    """
    model: Any = network.model
    pool = keras.Model(model.input, layer_of(model, "pool2/3x3_s2").output)
    maps = array(pool(network.prepare(*network.samples.values())))
    values = maps.reshape(-1, maps.shape[-1])
    kernels = [array(layer_of(model, path).kernel)[0, 0] for path in READERS]
    own = {kernel.shape[1]: kept_by(values, kernel) for kernel in kernels}
    best = pandas.Series(best_kept(values), range(1, values.shape[1] + 1))
    rng, channels = np.random.default_rng(0), values.shape[1]
    drawn = {
        count: np.mean([kept_by(values, rng.normal(size=(channels, count))) for _ in range(DRAWS)])
        for count in own
    }
    columns = {"best": best, "own": pandas.Series(own), "random": pandas.Series(drawn)}
    return pandas.DataFrame(columns).rename_axis("mixtures")

"""What mixtures of channels keep: on channels whose spread is known, and what is stored of BVLC's network."""

from typing import Any

import numpy as np
import pytest

from inception_lab.model.inside.mixtures import stored_mixtures
from tests.model.inside.mixtures import best_kept, kept_by, measured_mixtures


def test_the_best_mixtures_of_independent_channels_are_the_most_varied_ones() -> None:
    # Four channels that never vary together, of variance 1, 4, 2 and 3 (times a constant), in eight places.
    signs = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, 1, -1, -1, 1, 1, -1, -1], [1, -1] * 4,
                      [1, -1, -1, 1, 1, -1, -1, 1]]).T  # fmt: skip
    values = signs * np.sqrt([1, 4, 2, 3]) + [5, 0, -2, 9]
    assert best_kept(values) == pytest.approx([0.4, 0.7, 0.9, 1.0])
    assert kept_by(values, np.eye(4)[:, [0, 2]]) == pytest.approx(0.3)
    # Their sum has variance 5. It tells the first as well as 1/5 of its variance, the second 4/5.
    assert kept_by(values, [[2], [2], [0], [0]]) == pytest.approx((1 / 5 * 1 + 4 / 5 * 4) / 10)


def test_shares_are_those_of_the_singular_values() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 12)) @ rng.normal(size=(12, 12)) + rng.normal(size=12)
    _, sizes, directions = np.linalg.svd(values - values.mean(axis=0))
    shares = np.cumsum(sizes**2) / (sizes**2).sum()
    assert best_kept(values) == pytest.approx(shares)
    # Any basis of the first five directions keeps as much; five others keep less.
    assert kept_by(values, directions[:5].T @ rng.normal(size=(5, 5))) == pytest.approx(shares[4])
    drawn = rng.normal(size=(12, 5))
    assert kept_by(values, drawn) < shares[4]
    values, mixed = values - values.mean(axis=0), (values @ drawn) - (values @ drawn).mean(axis=0)
    left = values - mixed @ np.linalg.lstsq(mixed, values)[0]
    assert kept_by(values, drawn) == pytest.approx(1 - left.var(axis=0).sum() / values.var(axis=0).sum())


def test_what_is_stored_rises_to_all_and_own_mixtures_keep_less_than_the_best() -> None:
    stored = stored_mixtures()
    assert list(stored.index) == list(range(1, 193))
    assert (stored["best"].diff().dropna() >= 0).all()
    assert stored["best"].iloc[-1] == 1
    own = stored["own"].dropna()
    assert list(own.index) == [16, 96]  # filters of 3a/5x5_reduce and 3a/3x3_reduce
    assert (own < stored["best"][own.index]).all()
    assert (own > stored["random"][own.index]).all()
    assert (stored["random"][own.index] > own.index / 192).all()  # channels vary together


@pytest.mark.slow
def test_bvlc_weights_give_what_is_stored(bvlc: Any) -> None:
    found, stored = measured_mixtures(bvlc), stored_mixtures()
    assert found["best"].to_numpy() == pytest.approx(stored["best"].to_numpy(), abs=2e-4)
    for column in ("own", "random"):
        assert found[column].dropna().to_numpy() == pytest.approx(
            stored[column].dropna().to_numpy(), abs=2e-4
        )

"""The grid of rates: its order, what it stores, what is chosen from it."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.network import Network
from inception_lab.experiments import starts, starts_found
from inception_lab.experiments.runner import Rows


def test_the_first_seed_comes_first_and_coarse() -> None:
    runs = starts.STARTS.runs
    grid = sum(len(rates) for rates in starts.RATES.values()) * 2  # with heads and without
    assert [run["seed"] for run in runs] == [0] * grid + [1] * grid + [2] * grid + [
        seed for seed in range(10, 18) for _ in range(2 * len(starts.RATES))
    ]
    assert [run["rate"] for run in runs[:4]] == [0.00125, 0.005, 0.02, 0.08]
    for rates in starts.RATES.values():
        assert [high / low for low, high in pairwise(rates)] == [2] * (len(rates) - 1)


def row(rate: float, score: str, diverged: int = 0, phase: str = "grid") -> dict[str, Any]:
    about = {"phase": phase, "start": "He", "weight": 0.3, "rate": rate}
    return {**about, "validation_accuracy": f"0.1 {score}", "diverged": diverged}


def test_the_rate_is_chosen_by_the_last_validation_accuracy_alone() -> None:
    rows = [
        row(0.01, "0.75"),
        row(0.01, "1.0"),  # mean 0.875
        row(0.02, "1.0"),
        row(0.02, "1.0", diverged=3),  # (1 + 0) / 2
        row(0.005, "0.875"),  # as good, and lower
        row(0.04, "1.0", phase="measure"),
    ]
    assert starts.chosen_rate("He", 0.3, rows) == 0.005
    with pytest.raises(
        ValueError,
        match=r"^A learning rate must be tried first\. Received: no such run of 'He', weight 0\.0\.$",
    ):
        starts.chosen_rate("He", 0.0, rows)


def grid(start: str, weight: float, seed: int, *scores: float) -> Rows:
    """Return runs at a start's lowest rates, with these accuracies in the end, and one at a new seed."""
    about = {"phase": "grid", "start": start, "weight": weight, "seed": seed, "diverged": 0, "accuracy": 0.9}
    return [
        {**about, "rate": rate, "validation_accuracy": f"0.1 {score}", "validation_loss": f"2.3 {1 / score}"}
        for rate, score in zip(starts.RATES[start], scores, strict=False)
    ]


def test_a_summary_counts_what_works_and_what_is_stuck_apart() -> None:
    rows = [
        *grid("Xavier, bias 0", 0.3, 0, 0.1, 0.7, 0.8, 0.95, 0.9, 0.1, 0.1),
        *grid("Xavier, bias 0", 0.3, 1, 0.1, 0.9, 0.9, 0.95, 0.5, 0.9, 0.1),
        *grid("Xavier, bias 0", 0.3, 2, 0.1, 0.9),  # not all rates tried: no range
    ]
    rows[3]["accuracy"], rows[6]["diverged"] = 0.92, 2
    new = {**rows[3], "phase": "measure", "rate": "chosen"}
    rows += [{**new, "seed": 10, "accuracy": 0.875}, {**new, "seed": 11, "accuracy": 0.925}]
    rows += [{**new, "seed": 12, "accuracy": 0.1, "validation_loss": rows[0]["validation_loss"]}]
    _, lines = starts_found.summary(rows)
    # Losses of 1 / 0.1, and of no number, are the stuck ones: 3 + 2 + 1. At 0.01: 0.92 and 0.9.
    assert lines == [
        (
            "Xavier, bias 0",
            "with heads",
            "3 of 7; 4 of 7",
            "6 of 16",
            "0.01",
            "91.0 (90.0–92.0)",
            "90.0 (87.5–92.5); 1 of 3 never below 2.07",
        )
    ]


def test_accuracies_by_rate_hold_a_value_a_seed() -> None:
    rows = [*grid("He", 0.0, 0, 0.5, 0.9), *grid("He", 0.3, 0, 0.6), *grid("He", 0.0, 1, 0.7)]
    rows[1]["diverged"] = 4
    assert starts.by_rate(rows[::-1]) == {
        "He": {"without heads": {0.0003125: [0.7, 0.5], 0.000625: [0.0]}, "with heads": {0.0003125: [0.6]}}
    }


def test_ranges_are_compared_seed_by_seed() -> None:
    none, some, all_ = [0.1] * 7, [0.9] * 2 + [0.1] * 5, [0.9] * 7
    rows = [
        *grid("Xavier, bias 0", 0.0, 0, *none), *grid("Xavier, bias 0", 0.3, 0, *some),
        *grid("Xavier, bias 0", 0.0, 1, *none), *grid("Xavier, bias 0", 0.3, 1, *all_),
        *grid("Xavier, bias 0", 0.0, 2, *none),  # without a partner
        *grid("Xavier, bias 0.2", 0.0, 1, *some), *grid("Xavier, bias 0.2", 0.3, 1, *none),
    ]  # fmt: skip
    assert starts_found.wider(rows)[1] == [
        ("Xavier, bias 0", "+2, +7", "+4.5", "–"),
        ("Xavier, bias 0.2", "-2", "-2.0", "–"),
        ("all without batch norm", "+2, +7, -2", "+2.3", "–"),
    ]


def test_accuracies_at_own_rates_are_compared_seed_by_seed() -> None:
    def new(start: str, weight: float, *scores: float) -> Rows:
        about = {"phase": "measure", "start": start, "weight": weight, "diverged": 0}
        return [{**about, "seed": seed, "accuracy": score} for seed, score in enumerate(scores, 10)]

    rows = [
        *new("Xavier, bias 0", 0.0, 0.5, 0.75, 0.5, 0.5), *new("Xavier, bias 0", 0.3, 0.625, 0.5),
        *new("He", 0.0, 0.75, 0.75, 0.75, 0.5, 0.5),  # the fifth without a partner
    ]  # fmt: skip
    rows[5]["diverged"] = 2
    assert starts_found.at_own_rates(rows)[1] == [
        ("Xavier, bias 0: with heads − without", "+12.5, -75.0", "-31.2", "–"),  # too few for an interval
        ("He − Xavier, bias 0, without heads", "+25.0, +0.0, +25.0, +0.0", "+12.5", "-10.5 to +35.5"),
    ]


def test_a_step_is_measured_against_all_kernels_of_a_module() -> None:
    before = {"a": [np.array([3.0, 0.0]), np.array([[4.0]])], "b": [np.array([2.0])]}
    after = {"a": [np.array([3.0, 0.3]), np.array([[4.4]])], "b": [np.array([2.0])]}
    assert starts.step_shares(before, after) == pytest.approx([0.5 / 5, 0])


def test_a_run_stores_curves_and_steps_and_divergence(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(start: str, heads: bool) -> Network:
        return lab.googlenet(
            (32, 32, 3), 10, width=1 / 32, stem="small", variant="batch_norm", rows={"3a": lab.TABLE_1["3a"]}
        )

    monkeypatch.setattr(starts, "head_network", small)
    monkeypatch.setattr(starts, "MODULES", ("conv1", "inception_3a", "loss3"))
    monkeypatch.setattr(starts, "EPOCHS", 1)
    settings = {"phase": "grid", "start": "He", "weight": 0.0, "rate": 0.08, "seed": 0}
    rows: Rows = starts.STARTS.measure(settings, [])
    (learned,) = rows
    assert learned["diverged"] == 0
    assert starts.final(learned) == float(learned["validation_accuracy"])
    assert 0 < learned["accuracy"] < 1
    shares = [float(share) for share in learned["share_1"].split()]
    assert len(shares) == 3
    assert learned["share_1000"] == ""
    (lost,) = starts.STARTS.measure({**settings, "rate": 1e30}, [])
    assert (lost["accuracy"], lost["diverged"], starts.final(lost)) == ("", 1, 0.0)
    # The first step is rate × gradient, from the same weights in both runs.
    farther = [float(share) for share in lost["share_1"].split()]
    np.testing.assert_allclose(farther, np.array(shares) * 1e30 / 0.08, rtol=0.02)

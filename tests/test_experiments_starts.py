"""The grid of rates: its order, what it stores, what is chosen from it."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.network import Network
from inception_lab.experiments import starts
from inception_lab.experiments.runner import Rows


def test_the_first_seed_comes_first_and_coarse() -> None:
    runs = starts.STARTS.runs
    arms = 4 * 2  # starts, with heads and without
    assert [run["seed"] for run in runs] == [0] * 7 * arms + [1] * 7 * arms + [2] * 7 * arms + [
        seed for seed in range(10, 18) for _ in range(arms)
    ]
    assert [run["rate"] for run in runs[:4]] == [0.00125, 0.005, 0.02, 0.08]
    assert {run["rate"] for run in runs if run["start"] == "He, batch norm"} == {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, "chosen",
    }  # fmt: skip


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


def test_a_summary_counts_what_works_and_what_is_stuck_apart() -> None:
    def run(rate: float | str, score: str, loss: float, **others: Any) -> dict[str, Any]:
        about = {"seed": 0, "accuracy": 0.9, "validation_loss": f"2.3 {loss}"}
        return {**row(0, score), **about, "rate": rate, **others}

    rows = [
        run(0.005, "0.9", 0.3),
        run(0.01, "0.95", 0.2, accuracy=0.92),
        run(0.01, "0.7", 0.9, seed=1, accuracy=0.7),
        run(0.02, "0.1", 2.3, accuracy=0.1),
        run(0.04, "0.5", 1.0, accuracy="", diverged=2),
        run("chosen", "0.9", 0.3, phase="measure", seed=10, accuracy=0.875),
    ]
    _, lines = starts.summary(rows)
    # 0.005: 0.9; 0.01: (0.95 + 0.7) / 2. The losses of 2.3 and of no number are the stuck ones.
    assert lines == [("He", "0.3", "2 of 4; 0 of 1", "2 of 5", "0.005", "90.0", "87.5")]


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

"""The networks of the additions: one thing is changed in each; and what their runs store."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab import experiments
from inception_lab.experiments import additions, lessons
from inception_lab.experiments.additions import ADDITIONS, ARMS, BODY, addition_network
from inception_lab.experiments.runner import digest

COSTS = {kind: lab.cost(addition_network(kind)) for kind in ARMS}


def layers(kind: str) -> dict[str, Any]:
    return {row.name: row for row in COSTS[kind].layers}


def more_than_the_body(kind: str) -> set[str]:
    assert layers(kind).keys() >= layers(BODY).keys()
    return layers(kind).keys() - layers(BODY).keys()


def test_a_residual_connection_costs_additions_only() -> None:
    sums = {f"{place}/{block}/output_1" for place in "ab" for block in "12"}
    assert more_than_the_body("residual") == sums
    assert COSTS["residual"].macs == COSTS[BODY].macs
    assert COSTS["residual"].parameters == COSTS[BODY].parameters


def test_without_batch_norm_kernels_are_the_same() -> None:
    body, bare = layers(BODY), layers("no batch norm")
    assert not [name for name in bare if name.endswith("/bn")]
    assert {row.type for name, row in body.items() if name not in bare} == {"BatchNorm", "Activation"}
    assert COSTS["no batch norm"].macs == COSTS[BODY].macs
    # A bias a filter instead of batch norm's factor and offset, which learn.
    norms = sum(row.parameters for name, row in body.items() if name.endswith("/bn"))
    assert COSTS[BODY].parameters - COSTS["no batch norm"].parameters == norms - norms // 2


@pytest.mark.parametrize("kind", ["head", "head with batch norm"])
def test_a_head_ends_in_one_place_as_v3s_does(kind: str) -> None:
    assert {name.split("/")[1] for name in more_than_the_body(kind)} == {"AuxLogits"}
    assert addition_network(kind).output_shapes() == {"main": (10,), "aux1": (10,)}
    (last,) = (row for name, row in layers(kind).items() if name.endswith("Conv2d_2a_4x4"))
    assert last.output_shape == (1, 1, 768 // 8)
    assert any(name.startswith("a/AuxLogits") and name.endswith("/bn") for name in layers(kind)) == (
        kind == "head with batch norm"
    )


def test_label_smoothing_changes_the_recipe_only() -> None:
    assert lab.cost(addition_network("label smoothing")).layers == COSTS[BODY].layers
    one, other = (
        ADDITIONS.definition({"network": kind, "phase": "measure"}) for kind in (BODY, "label smoothing")
    )
    assert digest(one) != digest(other)


def test_eight_seeds_at_a_rate_of_their_own() -> None:
    runs = ADDITIONS.runs
    assert len(runs) <= 90
    for kind, arm in ARMS.items():
        of_arm = [run for run in runs if run["network"] == kind]
        assert [run["rate"] for run in of_arm if run["phase"] == "choose"] == list(arm.rates)
        assert [run["seed"] for run in of_arm if run["phase"] == "measure"] == list(range(8))
        assert addition_network(kind).name.isascii()  # TensorFlow's scopes are named after it


def test_a_rate_that_is_too_high_is_stored_as_nothing_right(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverges(*_: object, **__: object) -> None:
        raise FloatingPointError("the loss")

    monkeypatch.setattr(additions, "tuned", diverges)
    choose, measure = {**ADDITIONS.runs[0]}, {**ADDITIONS.runs[-1]}
    before = {**choose, "chosen_rate": 0.1, "validation_accuracy": 0.9, "right": "ff"}
    assert ADDITIONS.measure(choose, [before]) == [
        {"chosen_rate": "", "validation_accuracy": 0.0, "right": ""}
    ]
    for settings, so_far in ((measure, [before]), (choose, [])):
        with pytest.raises(FloatingPointError, match=r"^the loss$"):
            ADDITIONS.measure(settings, so_far)


def test_a_run_is_trained_and_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    from inception_lab.model.data import digits

    whole, held_out = digits.scaled_digits, digits.at_fixed_sizes("validation")
    monkeypatch.setattr(digits, "scaled_digits", lambda n, **o: whole(n, validation=16, test=16, **o))
    monkeypatch.setattr(lessons, "_held_out", lambda: held_out[:14])
    monkeypatch.setattr(additions, "BLOCKS", 1)
    monkeypatch.setattr(additions, "IMAGES", 64)
    monkeypatch.setattr(additions, "EPOCHS", 1)
    (row,) = experiments.live("additions", network="head with batch norm", rate=0.4)
    assert row["chosen_rate"] == 0.4
    assert row["parameters"] == lab.cost(addition_network("head with batch norm")).parameters
    assert 0 <= row["accuracy"] <= 1
    assert np.isfinite(row["train_loss"])

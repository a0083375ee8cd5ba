"""Random inputs of every kind: taken, or refused in one clear line. `python -m tools.torture` tries more."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inception_lab import exercises
from inception_lab.architecture import layers
from inception_lab.architecture.network import Network, Part, Sequence, Tap
from inception_lab.model.pretrained.onnx_file import read_weights
from inception_lab.view import explore
from tools.torture import fuzz, walks

NOWHERE = Path("/nowhere")


def test_a_few_cases_of_every_kind(tmp_path: Path) -> None:
    found = fuzz.fuzz(tmp_path, seed=3, count=320)
    assert found.failures == []
    assert found.cases == 320
    assert found.taken.keys() | found.refused.keys() == fuzz.KINDS.keys()


def test_a_case_is_repeated_by_its_seed_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []

    def case(rng: random.Random, _: Path) -> bool:
        drawn.append(rng.random())
        raise KeyError("seven\nlines")

    monkeypatch.setattr(fuzz, "KINDS", {"broken": fuzz.Kind(case, 1)})
    every = fuzz.fuzz(tmp_path, seed=1, count=9)
    one = fuzz.fuzz(tmp_path, seed=1, count=1, first=7)
    assert drawn[7] == drawn[9]
    assert one.failures == every.failures[7:8]
    assert one.failures[0].startswith("broken 7: KeyError: 'seven\\nlines' (test_fuzz.py:")


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_keras_counts_what_the_spec_counts_or_it_is_refused(rng: random.Random) -> None:
    assert fuzz.spec_case(rng, NOWHERE)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_nonsense_is_refused_in_a_line(rng: random.Random) -> None:
    fuzz.input_case(rng, NOWHERE)
    fuzz.stored_case(rng, NOWHERE)


@pytest.mark.parametrize("kind", explore.__all__)
def test_the_picture_is_that_of_the_state_wherever_a_walk_leads(kind: str) -> None:
    found = walks.walk_all(seed=4, count=4, kinds=[kind], every=4)
    assert found.failures == []
    assert (found.states[kind], found.compared) == (4, 1)


def nested(depth: int) -> Part:
    part: Part = Sequence()
    for _ in range(depth):
        part = Sequence(part)
    return part


ANY: Any = layers  # what follows has types that are wrong

# What the fuzzers found; each was taken, or refused by an error of Python's own.
FOUND: list[tuple[Callable[[], Any], str]] = [
    (lambda: ANY.Conv2D(4, 3, use_bias=2), "`use_bias` must be True or False. Received: use_bias=2."),
    (
        lambda: ANY.BatchNorm(scale=None, name="bn"),
        "`scale` must be True or False. Received: scale=None (layer 'bn').",
    ),
    (
        lambda: ANY.LocalResponseNorm(alpha="x"),
        "`alpha` must be a finite int or float. Received: alpha='x'.",
    ),
    (
        lambda: ANY.MaxPool2D(None),
        "`pool_size` must be a positive integer. Received: pool_size=None.",
    ),
    (lambda: ANY.Flatten(name=3), "`name` must be a line of text. Received: name=3."),
    (lambda: Sequence(name="a\n"), "`name` must be a line of text. Received: name='a\\n'."),
    (lambda: Tap(Sequence(), "\t"), "`output` must be a line of text. Received: output='\\t'."),
    (
        lambda: ANY.Conv2D(1, 1, activation=[]),
        "`activation` must be one of None, 'relu', 'relu6', 'softmax'. Received: activation=[].",
    ),
    (
        lambda: Network((4, 4, 3), Sequence(layers.Flatten(), layers.LocalResponseNorm())),
        "LocalResponseNorm takes a picture, `(height, width, channels)`. "
        "Received: input_shape=(48,) (at 'local_response_norm').",
    ),
    (
        lambda: Network((4, 4, 3), Tap(Tap(Sequence(), "aux1"), "aux1")),
        "Output names must be unique. Received twice: 'aux1'.",
    ),
    (
        lambda: Network(
            (4, 4, 3), Sequence(Sequence(ANY.Flatten(name="b"), name="a"), ANY.Flatten(name="a_b"))
        ),
        "Layer names must be unique. Received twice: 'a_b'.",
    ),
]


@pytest.mark.parametrize(("make", "message"), FOUND)
def test_what_the_fuzzers_found_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        make()
    assert str(caught.value) == message


def test_parts_in_parts_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="nested less deep"):
        Network((4, 4, 3), nested(5_000))


def test_an_onnx_graph_that_runs_in_a_circle_is_refused(tmp_path: Path) -> None:
    import onnx

    model = onnx.load_model_from_string(fuzz.onnx_model(named=False))
    relu = next(node for node in model.graph.node if node.op_type == "Relu")
    relu.input[0] = relu.output[0]
    path = tmp_path / "weights.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match="Received") as caught:
        read_weights(path, fuzz.onnx_network())
    assert str(caught.value) == (
        f"The weights must be those of this network. Received: {path}, with a Relu that has no source."
    )


def test_a_guess_that_cannot_be_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "_guesses", {})
    said = exercises.predict("01.sizes", 10**5_000)
    assert said.text == (
        "Prediction 01.sizes: you say something that cannot be written (int). It is kept until the answer."
    )

"""Inputs of every kind, as hypothesis draws them: each is taken, or refused in one clear line.

    python -m pytest tests/faults/test_fuzz.py --hypothesis-profile=fuzz --hypothesis-seed=1

tries 10,000 cases instead of 320, the same ones for the same seed. docs/reliability.md holds the results.
"""

import contextlib
import io
import json
import math
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from inception_lab import exercises
from inception_lab.architecture import layers
from inception_lab.architecture.cost import cost
from inception_lab.architecture.network import Network, Sequence, Tap
from inception_lab.architecture.operations import Function
from inception_lab.architecture.small import NETWORKS
from inception_lab.architecture.stored import network_from_data, network_to_data
from inception_lab.model.data.contents import Report, is_junk
from inception_lab.model.pretrained.onnx_file import read_weights
from inception_lab.view import explore
from tests.faults import files, strategies

LONGEST_CASE = 30  # seconds; a case that takes longer hangs
LARGEST_SIDE = 10_000  # pixels of a picture that a damaged run may ask for and get
MOST_CHARACTERS = 2_000  # of a message
SMALL = 3_000_000  # values and parameters up to which a network is built


def cases(share: int) -> settings:
    """Of each twenty cases that a profile asks for, so many."""
    every = max(320, settings().max_examples)
    return settings(max_examples=every * share // 20, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the files that cases are made of."""
    return tmp_path_factory.mktemp("cases")


@contextlib.contextmanager
def refusal(must: str = "Received") -> Iterator[None]:
    """End what hangs, and check that what is refused is refused in one clear line; it says what it got."""
    with time_limit():
        try:
            yield
        except Exception as error:
            event("refused")
            clear(error, must)
        else:
            event("taken")


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """End what hangs with a TimeoutError, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_: Any) -> None:
        raise TimeoutError(f"it takes longer than {LONGEST_CASE} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LONGEST_CASE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def clear(error: BaseException, must: str = "Received") -> None:
    """Check that an error is a refusal in one clear line; raise it if it is something else."""
    if isinstance(error, AssertionError) or not isinstance(error, ValueError | TypeError):
        raise error
    text = str(error)
    assert len(text.splitlines()) == 1, f"not one line: {text!r}"
    assert must in text, f"not clear: {text!r}"
    assert len(text) <= MOST_CHARACTERS, f"{len(text)} characters: {text[:200]}…"


# Networks


@cases(3)
@given(network=strategies.networks(clear))
def test_keras_counts_what_the_description_counts(network: Network) -> None:
    from inception_lab.model.backend import keras
    from inception_lab.model.build import build

    found = cost(network)
    largest = max((layer.activations for layer in found.layers), default=0)
    if found.parameters + largest > SMALL or not found.layers:
        return
    keras.utils.clear_session(free_memory=False)
    model = build(network, softmax=True)
    counted = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert (counted, model.count_params() - counted) == (found.parameters, found.moving_statistics)
    outputs = model.output if isinstance(model.output, dict) else {"main": model.output}
    shapes = {name: tuple(output.shape[1:]) for name, output in outputs.items()}
    assert shapes == network.output_shapes()


@cases(1)
@given(call=strategies.nonsense)
def test_a_network_of_nonsense_is_refused(call: strategies.Call) -> None:
    with refusal():
        call()


@cases(1)
@given(st.data())
def test_a_stored_network_that_was_changed_is_a_network_or_refused(data: st.DataObject) -> None:
    whole = network_to_data(data.draw(strategies.networks(clear)))
    changed = data.draw(strategies.changed(whole))
    with refusal():
        network_from_data(changed)


# Files


@cases(3)
@given(st.data())
def test_a_damaged_picture_is_one_or_refused(folder: Path, data: st.DataObject) -> None:
    from inception_lab.model.data.photos import read_photo

    suffix, content = data.draw(st.sampled_from(files.images()))
    path = folder / f"picture.{suffix}"
    path.write_bytes(data.draw(strategies.damaged(content)))
    with refusal(str(path)):
        picture = read_photo(path, lambda _: None)
        assert (picture.dtype.name, picture.ndim, picture.shape[2]) == ("uint8", 3, 3)


@cases(2)
@given(strategies.messes(files.images()))
def test_a_messy_folder_is_split_without_leaks_or_refused(folder: Path, mess: dict[str, bytes | str]) -> None:
    from inception_lab.model.data.folder import picture_folder

    root = folder / "pictures"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for name, content in mess.items():
        path = root / name
        with contextlib.suppress(OSError):  # a file where a folder should be, or the other way round
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.symlink_to(root / content)
    with refusal(), contextlib.redirect_stderr(io.StringIO()) as said:
        data = picture_folder(root, side=8)
        train, validation, test = ({p.tobytes() for p in part.images} for part in data.parts.values())
        assert not train & (validation | test)
        assert data.report is not None
        counted = sum(sum(parts.values()) for parts in data.report.pictures.values())
        assert counted == sum(map(len, data.parts.values()))
        if not any(isinstance(content, str) for content in mess.values()):  # links have counts of their own
            counted += sum(each.count for each in data.report.left_out)
            assert counted == len(not_junk(root, data.report))
        assert len(said.getvalue().splitlines()) == len(data.report.lines())
        json.dumps(asdict(data.report), allow_nan=False)


def not_junk(root: Path, report: Report) -> list[Path]:
    """Return the files that a report must count: all but junk, and what lies in folders that it names."""
    named = [note.partition("'")[2].partition("'")[0] for note in report.notes if "none of the parts" in note]
    files = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return [path for path in files if path.parts[0] not in named and not any(map(is_junk, path.parts))]


@cases(2)
@given(st.data())
def test_damaged_weights_are_those_of_the_network_or_refused(folder: Path, data: st.DataObject) -> None:
    path = folder / "weights.onnx"
    content = files.onnx_model(data.draw(st.booleans()))
    path.write_bytes(data.draw(strategies.damaged(content) | rewired(content)))
    with refusal(str(path)):
        weights = read_weights(path, files.network())
        assert all(np.isfinite(array).all() for pair in weights.values() for array in pair)


@st.composite
def rewired(draw: strategies.Draw, content: bytes) -> bytes:
    """An ONNX file that is whole, with nodes and tensors that make no sense."""
    import onnx

    model = onnx.load_model_from_string(content)
    graph = model.graph
    everything = [name for each in graph.node for name in (*each.input, *each.output)]
    for _ in range(draw(st.integers(1, 3))):
        node, tensor = draw(st.sampled_from(list(graph.node))), draw(st.sampled_from(list(graph.initializer)))
        match draw(st.integers(0, 6)):
            case 0 if node.input:
                node.input[0] = draw(st.sampled_from([*everything, "nobody", ""]))
            case 1:
                node.output[:] = draw(st.lists(st.sampled_from(everything), max_size=2))
            case 2:
                node.op_type = draw(st.sampled_from(("Conv", "Relu", "Gemm", "Add", "Softmax")))
            case 3 if node.attribute:
                node.attribute[0].type = draw(st.sampled_from((0, 1, 2, 3, 4, 6, 7, 8, 14)))
            case 4:
                tensor.dims[:] = draw(st.lists(st.sampled_from((0, 1, 3, -1, 2**40)), max_size=4))
            case 5:
                tensor.data_type = draw(st.sampled_from((0, 1, 2, 7, 8, 10, 11, 14, 16, 20)))
            case _ if len(graph.node) > 1 < len(graph.initializer):
                del draw(st.sampled_from((graph.node, graph.initializer, graph.output)))[0:1]
    return bytes(model.SerializeToString())


@cases(1)
@given(st.data())
def test_a_damaged_run_is_a_classifier_or_refused(folder: Path, data: st.DataObject) -> None:
    from inception_lab.model.pretrained.sources import classifier

    out = folder / "run"
    out.mkdir(exist_ok=True)
    broken = data.draw(st.sampled_from(sorted(files.run())))
    for name, content in files.run().items():
        (out / name).write_bytes(data.draw(strategies.damaged(content)) if name == broken else content)
    if broken == "config.json" and data.draw(st.booleans()):
        config = data.draw(strategies.changed(json.loads(files.run()[broken])))
        (out / broken).write_text(json.dumps(config))
    with refusal():
        found = classifier(out)
        if max(*found.network.input_shape, *getattr(found.prepare, "stored", ())) < LARGEST_SIDE:
            found.top(np.zeros((9, 9, 3), np.uint8))


@cases(2)
@given(st.data())
def test_a_damaged_cifar_10_is_a_data_set_or_refused(folder: Path, data: st.DataObject) -> None:
    from inception_lab.model.data.cifar import FILE, FOLDER, cifar10

    arrays, compressed = dict(files.cifar()), data.draw(st.booleans())
    if odd := data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(arrays)))
        shape = data.draw(st.lists(st.sampled_from((0, 1, 2, 4, 32)), max_size=4))
        kind = data.draw(st.sampled_from(("u1", "i8", "f4", "U3", "?", "M8[s]", "c8", "u8", "V3")))
        others = (np.zeros(shape, kind), arrays[name].astype("u8"), arrays[name][:0], None)
        arrays[name] = data.draw(st.sampled_from(others))
        if arrays[name] is None:
            del arrays[name]
    content = files.npz(arrays, compressed)
    (folder / FILE).write_bytes(content if odd else data.draw(strategies.damaged(content)))
    with (
        refusal(FILE),
        patch.dict(os.environ, {FOLDER: str(folder)}),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        assert len(cifar10(validation=1).train) == 3


@cases(1)
@given(st.data())
def test_a_damaged_checkpoint_is_whole_or_passed_over_in_a_line(folder: Path, data: st.DataObject) -> None:
    from inception_lab.model.training.run import Checkpoint, RunDirectory

    directory = RunDirectory(folder / "checkpoints")
    states = {epoch: {"w": np.full(50, epoch, np.float32), "step": np.int64(epoch)} for epoch in (1, 2)}
    with directory.taken():
        directory.begin({"seed": 1}, {}, resume=True)
        for epoch, state in states.items():
            directory.save(Checkpoint(epoch, [{"loss": 1.0}] * epoch, state))
    newest = folder / "checkpoints" / "checkpoint-0002.npz"
    newest.write_bytes(data.draw(strategies.damaged(newest.read_bytes())))
    said: list[str] = []
    with time_limit():
        found = directory.latest(said.append)
    assert found is not None
    assert len(said) == 2 - found.epoch
    for line in said:
        assert len(line.splitlines()) == 1, line
        assert line.startswith("checkpoint-0002.npz is damaged and passed over ("), line
    assert found.rows == [{"loss": 1.0}] * found.epoch
    assert found.state.keys() == states[found.epoch].keys()
    assert all((found.state[name] == value).all() for name, value in states[found.epoch].items())


CONFIG = {"seed": 1, "data": {"classes": ["a", "b"]}, "network": network_to_data(files.network())}
CONFIG_TEXT = json.dumps({**CONFIG, "made_with": {}}, indent=1)


@cases(1)
@given(
    content=strategies.damaged(CONFIG_TEXT.encode())
    | (strategies.changed(json.loads(CONFIG_TEXT)) | st.sampled_from((3, [], "x", None))).map(
        lambda data: json.dumps(data).encode()
    )
)
def test_a_damaged_config_is_that_of_the_same_run_or_the_run_is_not_carried_on(
    folder: Path, content: bytes
) -> None:
    from inception_lab.model.training.run import RunDirectory

    out = folder / "config"
    out.mkdir(exist_ok=True)
    (out / "config.json").write_bytes(content)
    directory = RunDirectory(out)
    with refusal():
        with directory.taken():
            directory.begin(CONFIG, {}, resume=True)
        kept = {name: value for name, value in directory.config().items() if value is not None}
        assert {**kept, "made_with": 0} == {**CONFIG, "made_with": 0}  # null is as good as nothing


# What readers type


@cases(2)
@given(st.data())
def test_a_state_is_taken_as_it_is_or_refused(data: st.DataObject) -> None:
    explorer = data.draw(st.sampled_from(explorers()))
    state = data.draw(strategies.states(explorer.declare(), odd=True))
    with refusal("eceived" if set(state) - set(explorer.state) else ""):
        explorer.set(**state)
        assert {**explorer.state, **state} == explorer.state


def explorers() -> list[Any]:
    """One of each, made once."""
    if not EXPLORERS:
        EXPLORERS.extend(getattr(explore, name)() for name in explore.__all__)
    return EXPLORERS


EXPLORERS: list[Any] = []


@cases(2)
@given(name=st.sampled_from(sorted(exercises.EXERCISES)), answer=strategies.answers)
def test_an_answer_gets_a_verdict_whatever_it_is(name: str, answer: Any) -> None:
    with time_limit():
        verdict = exercises.check(name, answer)
        assert isinstance(verdict, exercises.Verdict)
        assert verdict.text
        assert "<script" not in verdict._repr_html_()
        for said in (exercises.predict("torture", answer), exercises.reveal("torture", answer)):
            assert said.right is None


@cases(1)
@given(words=strategies.commands(tuple(NETWORKS)))
def test_a_command_is_obeyed_or_refused_in_one_line_with_status_2(words: list[str]) -> None:
    from inception_lab.cli import main as cli

    out, err, status = io.StringIO(), io.StringIO(), 0
    with time_limit(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = int(cli.main(words) or 0)
        except SystemExit as ended:
            status = int(ended.code or 0)
    said = err.getvalue()
    if status == 0:
        assert out.getvalue()
        assert not said
    else:
        assert (status, out.getvalue()) == (2, "")
        assert said.startswith("inception-lab: ")
        assert said.count("\n") == 1


# What was found in this way; each was taken once, or refused by an error of Python's own.

ANY: Any = layers  # what follows has types that are wrong

NAME = "`name` must be made of the letters a to z, digits, `_`, `-`, `.` and `/`"
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
        lambda: ANY.Conv2D(np.zeros((2, 1)), 1),
        "`filters` must be a positive integer. Received: filters=array([[0.], [0.]]).",
    ),
    (
        lambda: ANY.Flatten(name="k" * 300 + "!"),
        f"{NAME}. Received: name='{'k' * 198}….",
    ),
    (
        lambda: ANY.MaxPool2D(None),
        "`pool_size` must be a positive integer. Received: pool_size=None.",
    ),
    (lambda: ANY.Flatten(name=3), f"{NAME}. Received: name=3."),
    (lambda: ANY.Flatten(name="größe"), f"{NAME}. Received: name='größe'."),
    (lambda: ANY.Flatten(name="a b"), f"{NAME}. Received: name='a b'."),
    (lambda: Sequence(name="a\n"), f"{NAME}. Received: name='a\\n'."),
    (lambda: Tap(Sequence(), "\t"), f"{NAME.replace('name', 'output')}. Received: output='\\t'."),
    (
        lambda: ANY.Conv2D(1, 1, activation=[]),
        f"`activation` must be one of None, {str(get_args(Function))[1:-1]}. Received: activation=[].",
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
def test_what_was_found_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        make()
    assert str(caught.value) == message


def test_parts_in_parts_without_end_are_refused() -> None:
    with pytest.raises(ValueError, match="nested less deep"):
        Network((4, 4, 3), strategies.nested(5_000))


def test_a_guess_that_cannot_be_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises.kept, "session", exercises.kept.Kept())
    said = exercises.predict("01.sizes", 10**5_000)
    assert said.text == (
        "Prediction 01.sizes: you say something that cannot be written (int). It is kept until the answer."
    )


def test_a_run_of_impossibly_large_pictures_is_refused(tmp_path: Path) -> None:
    from inception_lab.model.pretrained.sources import classifier

    for name, content in files.run().items():
        (tmp_path / name).write_bytes(content.replace(b"[8, 8, 3], ", b"[8, 32768, 3], "))
    with pytest.raises(ValueError, match="Received") as caught:
        classifier(tmp_path)
    assert str(caught.value) == (
        f"A run's directory must be one that `inception-lab train` wrote. Received: {tmp_path}, whose "
        "config.json is of something else (pictures of 8 × 32768 pixels)."
    )

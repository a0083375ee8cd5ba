"""Random specs, files, settings, answers and commands: each is taken, or refused in one clear line."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import random
import signal
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from inception_lab.architecture import layers
from inception_lab.architecture.cost import cost
from inception_lab.architecture.network import Network, Parallel, Part, Tap
from inception_lab.architecture.network import Sequence as Row
from inception_lab.architecture.stored import network_from_data, network_to_data

LONGEST_CASE = 30  # seconds; a case that takes longer hangs
LARGEST_SIDE = 10_000  # pixels of a picture that a damaged run may ask for and get
MOST_CHARACTERS = 2_000  # of a message
OTHERS = "ipywidgets|ipykernel|matplotlib|pyparsing"  # packages whose older versions call what is deprecated

Taken = bool
"""Whether what was handed in was taken; if not, it was refused as it should be."""


@dataclass
class Fuzzed:
    """What some thousand cases came to.

    Attributes:
        cases: How many.
        taken: Kind of case → how many were taken.
        refused: Kind of case → how many were refused in one clear line.
        failures: What went wrong, with the kind and the number of the case.
        slowest: Seconds of the slowest case, and which.
        seconds: In all.
    """

    cases: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0


def fuzz(folder: Path, seed: int, count: int, kinds: Sequence[str] | None = None, first: int = 0) -> Fuzzed:
    """Try cases of all kinds in turn.

    Args:
        folder: For the files that cases are made of.
        seed: Decides everything.
        count: How many cases.
        kinds: Names in `KINDS`; by default all.
        first: Number of the first case, to repeat one that failed.
    """
    chosen = [name for name in kinds or KINDS for _ in range(KINDS[name].share)]
    found = Fuzzed()
    warm_up()
    started = time.perf_counter()
    for number in range(first, first + count):
        name = chosen[number % len(chosen)]
        before = time.perf_counter()
        try:
            with time_limit(), warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("default", category=DeprecationWarning, module=OTHERS)
                taken = KINDS[name].case(random.Random(f"{seed} {name} {number}"), folder)
            (found.taken if taken else found.refused)[name] += 1
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            what = " ".join(f"{type(error).__name__}: {error}".split())[:400]
            found.failures.append(f"{name} {number}: {what} ({Path(line.filename).name}:{line.lineno})")
        found.slowest = max(found.slowest, (round(time.perf_counter() - before, 2), f"{name} {number}"))
        found.cases += 1
    found.seconds = time.perf_counter() - started
    return found


def warm_up() -> None:
    """Load what takes seconds to load, and say nothing of formats that OpenCV does not write."""
    from inception_lab.model.backend import keras
    from inception_lab.model.quiet import quiet

    with quiet():
        images()
    assert keras


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


def clear(error: BaseException, must: str = "Received") -> Taken:
    """Check that a refusal is one clear line; it says what it got.

    Raises:
        AssertionError: If not.
    """
    text = str(error)
    assert isinstance(error, ValueError | TypeError), f"{type(error).__name__} instead of a refusal: {text}"
    assert len(text.splitlines()) == 1, f"not one line: {text!r}"
    assert must in text, f"not clear: {text!r}"
    assert len(text) <= MOST_CHARACTERS, f"{len(text)} characters: {text[:200]}…"
    return False


# Specs --------------------------------------------------------------------------------------------

KINDS_OF_LAYER: tuple[type[layers.Layer], ...] = (
    layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.MaxPool2D, layers.AveragePool2D,
    layers.GlobalAveragePool2D, layers.LocalResponseNorm, layers.BatchNorm, layers.Activation,
    layers.Flatten, layers.Dense, layers.Dropout,
)  # fmt: skip
GOOD: Mapping[str, tuple[Any, ...]] = {
    "filters": (1, 2, 4, 6),
    "units": (1, 2, 5),
    "kernel_size": (1, 2, 3, 5, np.int64(3)),
    "pool_size": (1, 2, 3),
    "strides": (1, 1, 2, 3),
    "padding": ("same", "same", "valid", 0, 1, 2),
    "groups": (1, 1, 2, 3),
    "depth_multiplier": (1, 2),
    "depth_radius": (1, 2, 3),
    "activation": ("relu", "relu6", "softmax"),
    "rate": (0, 0.0, 0.5, 0.999),
    "bias": (1.0, 2),
    "alpha": (2e-5, 1.0),
    "beta": (0.5, 0.75),
    "epsilon": (1e-3, 1e-5),
    "use_bias": (True, False),
    "scale": (True, False),
    "center": (True, False),
}
BAD: tuple[Any, ...] = (
    0, -1, 1.5, math.nan, math.inf, -math.inf, 10**30, True, None, "", "3", "sam", "relu\n", b"x", [], [1, 2],
    (), {}, {1: 2}, object, np.zeros(2), np.float64(2.5), 1j, Fraction(1, 2), range(3), ..., len,
)  # fmt: skip
ODD = ("a", "b", "c/d", "a_b", "a/b", "e.f", "1×1", "g h", "_i", "-j", "k" * 300)  # names
SMALL = 3_000_000  # values and parameters up to which a network is built


def some_layer(rng: random.Random) -> Part:
    """A layer with random arguments, most of them sensible.

    Raises:
        ValueError: If they are not, or a TypeError.
    """
    kind = rng.choice(KINDS_OF_LAYER)
    arguments: dict[str, Any] = {}
    for each in fields(kind):
        needed = each.default is MISSING
        if each.name == "name":
            if rng.random() < 0.3:
                arguments["name"] = rng.choice(rng.choice((BAD, ODD, "ghijkl", "ghijkl")))
        elif needed or rng.random() < 0.5:
            arguments[each.name] = rng.choice(BAD if rng.random() < 0.04 else GOOD[each.name])
    return kind(**arguments)


def some_part(rng: random.Random, depth: int) -> Part:
    """A layer or a group of random parts; nobody has looked whether they fit together."""
    how = rng.choice(("layer", "layer", "sequence", "parallel", "tap")) if depth else "layer"
    if how == "layer":
        return some_layer(rng)
    inner: list[Any] = [some_part(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.02:
        inner.append(rng.choice(BAD))
    name = rng.choice((None, None, "m", "n", "o"))
    if how == "sequence":
        return Row(*inner, name=name)
    if how == "parallel":
        merge: Any = rng.choice(BAD if rng.random() < 0.02 else ("concat", "add"))
        return Parallel(*inner, merge=merge, name=name)
    return Tap(Row(*inner), rng.choice(BAD if rng.random() < 0.02 else ("main", "aux1", "aux2", "aux3")))


def some_network(rng: random.Random) -> tuple[Network, int]:
    """A legal network, grown by trying random parts, and how many of them were refused, clearly."""
    shape: Any = (rng.randint(1, 9), rng.randint(1, 9), rng.randint(1, 6))
    grown: list[Part] = []
    refused = 0
    network = Network(shape, Row())
    for _ in range(rng.randint(2, 8)):
        try:
            part = some_part(rng, depth=2)
            network = Network(shape, Row(*grown, part))
            grown.append(part)
        except (ValueError, TypeError) as error:
            refused += not clear(error)
    return network, refused


def spec_case(rng: random.Random, _: Path) -> Taken:
    """A network is counted as Keras counts it; what cannot be in it is refused."""
    from inception_lab.model.backend import keras
    from inception_lab.model.build import build

    network, _refused = some_network(rng)
    found = cost(network)
    largest = max((layer.activations for layer in found.layers), default=0)
    if found.parameters + largest > SMALL or not found.layers:
        return True
    keras.utils.clear_session(free_memory=False)
    model = build(network, softmax=True)
    counted = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert counted == found.parameters, f"Keras counts {counted}, the spec {found.parameters}: {network}"
    statistics = model.count_params() - counted
    assert statistics == found.moving_statistics, f"{statistics} statistics: {network}"
    outputs = model.output if isinstance(model.output, dict) else {"main": model.output}
    shapes = {name: tuple(output.shape[1:]) for name, output in outputs.items()}
    assert shapes == network.output_shapes(), f"shapes {shapes}: {network}"
    return True


def input_case(rng: random.Random, _: Path) -> Taken:
    """A network of nonsense is refused."""
    what = rng.randrange(4)
    try:
        if what == 0:
            shape: Any = [rng.choice((*BAD, 1, 8)) for _ in range(rng.randint(0, 4))]
            Network(rng.choice((shape, tuple(shape), rng.choice(BAD))), Row())
        elif what == 1:
            Network((8, 8, 3), rng.choice(BAD))
        elif what == 2:
            deep: Part = layers.Flatten()
            for _time in range(rng.randint(1, 3_000)):
                deep = rng.choice((Row, Parallel))(deep)
            Network((8, 8, 3), deep)
        else:
            Network((8, 8, 3), Row(some_part(rng, 3), *[rng.choice(BAD)] * rng.randint(0, 1)))
    except Exception as error:
        return clear(error)
    return True


def stored_case(rng: random.Random, _: Path) -> Taken:
    """A network as data, changed at random, is a network or refused."""
    data = network_to_data(some_network(rng)[0])
    changed = json.loads(json.dumps(data, default=str))
    for _time in range(rng.randint(1, 3)):
        change(changed, rng)
    try:
        network_from_data(changed)
    except ValueError as error:
        return clear(error)
    return True


def change(data: Any, rng: random.Random) -> None:
    """Change something at random in what JSON can hold."""
    inner = list(data.values() if isinstance(data, dict) else data)
    nested = [each for each in inner if isinstance(each, dict | list) and each]
    if nested and rng.random() < 0.8:
        change(rng.choice(nested), rng)
        return
    value = rng.choice((0, -1, 2.5, 10**25, None, True, "", "relu", "Layer", [], {}, [1], {"type": "Dense"}))
    key: Any = rng.choice(list(data) if isinstance(data, dict) else range(len(data)))
    match rng.randrange(4):
        case 0:
            del data[key]
        case 1 if isinstance(data, dict):
            data[rng.choice(("type", "name", "units", "more"))] = value
        case _:
            data[key] = value


# Bytes --------------------------------------------------------------------------------------------


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes as a file may have come to hold them: cut, overwritten, doubled, flipped, or quite others."""
    whole, at = bytearray(content), rng.randrange(len(content) + 1)
    match rng.randrange(8):
        case 0:
            return rng.randbytes(rng.choice((0, 1, 7, 100, 5_000)))
        case 1:
            return content[:at]
        case 2:
            return content[:at] + bytes(len(content) - at)
        case 3:
            return content[:at] + content[at + rng.randint(1, 64) :]
        case 4:
            return content[:at] + content[max(0, at - rng.randint(1, 64)) :]
        case 5:
            return content[: min(at, 16)] + rng.randbytes(rng.choice((10, 1_000)))
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(whole))
        if rng.random() < 0.4:  # what says what a file is stands at its start or its end
            place = min(place, rng.randrange(64)) if rng.random() < 0.5 else max(place, len(whole) - 64)
        whole[place] ^= 1 << rng.randrange(8)
    return bytes(whole)


@cache
def images() -> tuple[tuple[str, bytes], ...]:
    """Small pictures in every format that OpenCV writes here."""
    import cv2

    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (13, 17, 3)).astype(np.uint8)
    deep = rng.integers(0, 65_536, (9, 8, 4)).astype(np.uint16)
    found = []
    for suffix, picture in (
        ("png", colour), ("jpg", colour), ("bmp", colour), ("webp", colour), ("tiff", colour),
        ("ppm", colour), ("pgm", colour[..., 0]), ("png", deep), ("tiff", deep.astype(np.float32)),
        ("gif", colour), ("avif", colour), ("hdr", colour.astype(np.float32)), ("sr", colour),
    ):  # fmt: skip
        with contextlib.suppress(cv2.error):
            good, content = cv2.imencode(f".{suffix}", picture)
            if good:
                found.append((suffix, content.tobytes()))
    return tuple(found)


def image_case(rng: random.Random, folder: Path) -> Taken:
    """Bytes as a picture are one, or refused."""
    from inception_lab.model.data.folder import read_picture
    from inception_lab.model.data.photos import read_photo

    suffix, content = rng.choice(images())
    path = folder / f"picture.{suffix}"
    path.write_bytes(damaged(content, rng))
    loose = read_picture(path)
    assert loose is None or (loose.dtype == np.uint8 and loose.ndim == 3 and loose.shape[2] == 3)
    try:
        picture = read_photo(path, lambda _: None)
    except ValueError as error:
        return clear(error, str(path))
    assert picture.dtype == np.uint8, picture.dtype
    assert picture.ndim == 3, picture.shape
    assert picture.shape[2] == 3, picture.shape
    return True


@cache
def onnx_network() -> Network:
    """A network as small as one with all kinds of ONNX can be."""
    return Network(
        (8, 8, 3),
        Row(
            layers.Conv2D(4, 3, activation="relu", name="conv1"),
            layers.MaxPool2D(2, strides=2, name="pool"),
            Parallel(layers.Conv2D(2, 1, name="1x1"), layers.Conv2D(3, 3, name="3x3"), name="module"),
            layers.GlobalAveragePool2D(name="mean"),
            layers.Dense(2, name="classifier"),
        ),
    )


@cache
def onnx_model(named: bool) -> bytes:
    """That network in ONNX, its tensors called after the layers or by numbers."""
    import onnx
    from onnx import helper, numpy_helper

    rng = np.random.default_rng(0)
    shapes = {
        "conv1": (4, 3, 3, 3), "module/1x1": (2, 4, 1, 1), "module/3x3": (3, 4, 3, 3), "classifier": (2, 5)
    }  # fmt: skip
    tensors, names = [], {}
    for number, (layer, shape) in enumerate(shapes.items()):
        for end, size in (("w_0", shape), ("b_0", shape[:1])):
            names[layer, end] = f"{layer}_{end}" if named else f"t{number}{end}"
            tensors.append(numpy_helper.from_array(rng.random(size).astype(np.float32), names[layer, end]))

    def node(kind: str, layer: str, source: str, target: str, **attributes: Any) -> Any:
        weights = [names[layer, end] for end in ("w_0", "b_0")] if layer else []
        return helper.make_node(kind, [source, *weights], [target], **attributes)

    nodes = [
        node("Conv", "conv1", "x", "a", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Relu", "", "a", "b"),
        node("MaxPool", "", "b", "c", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", "module/1x1", "c", "d", kernel_shape=[1, 1]),
        node("Conv", "module/3x3", "c", "e", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Concat", ["d", "e"], ["f"], axis=1),
        node("GlobalAveragePool", "", "f", "g"),
        node("Flatten", "", "g", "h"),
        node("Gemm", "classifier", "h", "y", transB=1),
    ]
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", (1, 3, 8, 8)), ("y", (1, 2)))
    ]
    model = helper.make_model(helper.make_graph(nodes, "g", values[:1], values[1:], tensors))
    return bytes(model.SerializeToString())


def rewired(content: bytes, rng: random.Random) -> bytes:
    """An ONNX file that is whole, with a graph that makes no sense."""
    import onnx

    model = onnx.load_model_from_string(content)
    graph = model.graph
    for _ in range(rng.randint(1, 3)):
        node, tensor = rng.choice(graph.node), rng.choice(graph.initializer)
        everything = [name for each in graph.node for name in (*each.input, *each.output)]
        match rng.randrange(9):
            case 0 if node.input:
                node.input[rng.randrange(len(node.input))] = rng.choice([*everything, "nobody", ""])
            case 1 if node.input:
                del node.input[rng.randrange(len(node.input))]
            case 2:
                node.output[:] = [rng.choice(everything)] * rng.randint(0, 2)
            case 3:
                node.op_type = rng.choice([each.op_type for each in graph.node] + ["Add", "Softmax"])
            case 4:
                del graph.node[rng.randrange(len(graph.node) - 1)]
            case 5 if node.attribute:
                attribute = rng.choice(node.attribute)
                attribute.type = rng.choice((0, 1, 2, 3, 4, 6, 7, 8, 14))
                attribute.ints[:] = [rng.randint(-1, 3) for _ in range(rng.randint(0, 3))]
            case 6:
                tensor.dims[:] = [rng.choice((0, 1, 3, -1, 2**40)) for _ in range(rng.randint(0, 4))]
            case 7:
                tensor.data_type = rng.choice((0, 1, 2, 7, 8, 10, 11, 14, 16, 20))
            case _:
                del (graph.output if rng.random() < 0.5 else graph.initializer)[0:1]
        if not graph.node or not graph.initializer:
            break
    return bytes(model.SerializeToString())


def onnx_case(rng: random.Random, folder: Path) -> Taken:
    """Bytes as weights are those of the network, or refused."""
    from inception_lab.model.pretrained.onnx_file import read_weights

    content = onnx_model(rng.random() < 0.5)
    path = folder / "weights.onnx"
    path.write_bytes((rewired if rng.random() < 0.5 else damaged)(content, rng))
    try:
        weights = read_weights(path, onnx_network())
    except ValueError as error:
        return clear(error, str(path))
    assert all(np.isfinite(array).all() for pair in weights.values() for array in pair)
    return True


@cache
def run_files() -> Mapping[str, bytes]:
    """What a run leaves that `classifier(run=…)` reads."""
    from inception_lab.model.build import build
    from inception_lab.model.training.learner import InMemory

    file = InMemory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras hands NumPy 2.4 an old __array__
        build(onnx_network(), seed=0).save_weights(file)
    config = {
        "data": {"classes": ["a", "b"]},
        "picture_shape": [8, 8, 3],
        "network": network_to_data(onnx_network()),
    }
    return {"config.json": json.dumps(config).encode(), "best.weights.h5": file.getvalue()}


def run_case(rng: random.Random, folder: Path) -> Taken:
    """A damaged run is a classifier, or refused."""
    from inception_lab.model.classifier import classifier

    out = folder / "damaged"
    out.mkdir(exist_ok=True)
    broken = rng.choice(list(run_files()))
    for name, content in run_files().items():
        (out / name).write_bytes(damaged(content, rng) if name == broken else content)
    if broken == "config.json" and rng.random() < 0.7:
        config = json.loads(run_files()[broken])
        change(config, rng)
        (out / broken).write_text(json.dumps(config))
    try:
        found = classifier(run=out)
        if max(found.network.input_shape) < LARGEST_SIDE:
            found.top(np.zeros((9, 9, 3), np.uint8))
    except ValueError as error:
        return clear(error)
    return True


@cache
def cifar_arrays() -> Mapping[str, Any]:
    """What CIFAR-10's file holds, of a dozen pictures."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (4, 32, 32, 3)).astype(np.uint8),
        "y_train": np.array([[0], [1], [2], [9]], np.uint8),
        "x_test": rng.integers(0, 256, (2, 32, 32, 3)).astype(np.uint8),
        "y_test": np.array([[3], [4]], np.uint8),
    }


def npz(arrays: Mapping[str, Any], compressed: bool = False) -> bytes:
    """Arrays as the bytes of a file."""
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def npz_case(rng: random.Random, folder: Path) -> Taken:
    """Bytes as CIFAR-10 are a data set, or refused."""
    from inception_lab.model.data.cifar import FILE, FOLDER, cifar10

    arrays = dict(cifar_arrays())
    if odd := rng.random() < 0.4:
        name = rng.choice(list(arrays))
        shape = [rng.choice((0, 1, 2, 4, 32)) for _ in range(rng.randint(0, 4))]
        kind = rng.choice(("u1", "i8", "f4", "U3", "?", "M8[s]", "c8", "u8", "V3"))
        arrays[name] = rng.choice((np.zeros(shape, kind), arrays[name].astype("u8"), arrays[name][:0]))
        if rng.random() < 0.2:
            del arrays[name]
    content = npz(arrays, rng.random() < 0.3)
    (folder / FILE).write_bytes(content if odd else damaged(content, rng))
    try:
        with patch.dict(os.environ, {FOLDER: str(folder)}), contextlib.redirect_stderr(io.StringIO()):
            data = cifar10(validation=1)
    except ValueError as error:
        return clear(error, FILE)
    assert len(data.train) == 3
    return True


def checkpoint_case(rng: random.Random, folder: Path) -> Taken:
    """A damaged checkpoint is passed over, which is said in a line; or it is as it was written."""
    from inception_lab.model.training.run import Checkpoint, RunDirectory

    out = folder / "run"
    directory = RunDirectory(out)
    states = {epoch: {"w": np.full(50, epoch, np.float32), "step": np.int64(epoch)} for epoch in (1, 2)}
    with directory.taken():
        directory.begin({"seed": 1}, {}, resume=True)
        for epoch, state in states.items():
            directory.save(Checkpoint(epoch, [{"loss": 1.0}] * epoch, state))
    newest = out / "checkpoint-0002.npz"
    newest.write_bytes(damaged(newest.read_bytes(), rng))
    said: list[str] = []
    found = directory.latest(said.append)
    assert found is not None
    assert len(said) == 2 - found.epoch, said
    for line in said:
        assert len(line.splitlines()) == 1, line
        assert line.startswith("checkpoint-0002.npz is damaged and passed over ("), line
    assert found.rows == [{"loss": 1.0}] * found.epoch
    assert found.state.keys() == states[found.epoch].keys()
    assert all((found.state[name] == value).all() for name, value in states[found.epoch].items())
    return not said


def config_case(rng: random.Random, folder: Path) -> Taken:
    """A damaged config.json is that of the same run, or the run is not carried on."""
    from inception_lab.model.training.run import RunDirectory

    out = folder / "config"
    out.mkdir(exist_ok=True)
    config = {"seed": 1, "data": {"classes": ["a", "b"]}, "network": network_to_data(onnx_network())}
    text = json.dumps({**config, "made_with": {}}, indent=1)
    if rng.random() < 0.5:
        content = damaged(text.encode(), rng)
    else:
        changed = json.loads(text)
        change(changed, rng)
        content = json.dumps(rng.choice((changed, changed, changed, rng.choice((3, [], "x", None))))).encode()
    (out / "config.json").write_bytes(content)
    directory = RunDirectory(out)
    try:
        with directory.taken():
            directory.begin(config, {}, resume=True)
    except ValueError as error:
        return clear(error)
    kept = {name: value for name, value in directory.config().items() if value is not None}
    assert {**kept, "made_with": 0} == {**json.loads(text), "made_with": 0}  # null is as good as nothing
    return True


# What readers type --------------------------------------------------------------------------------

SIGNS = "=;; ×·#'\"\\\n\t\0é−٣09azA_-+.,/"


@cache
def explorers() -> Mapping[str, Any]:
    """What `load` reads of each explorer: its controls, its presets."""
    from inception_lab.view import explore as found

    return {name: getattr(found, name)() for name in found.__all__}


def some_setting(rng: random.Random, controls: Mapping[str, Any], presets: Mapping[str, Any]) -> str:
    """A setting, right or nearly."""
    from inception_lab.view.explorers.controls import Choice, Integer
    from inception_lab.view.explorers.settings import text

    parts = [rng.choice([*presets, *controls])] if rng.random() < 0.3 else []
    for name in rng.sample(list(controls), rng.randint(0, min(4, len(controls)))):
        control = controls[name]
        value: Any = rng.random() < 0.5
        if isinstance(control, Integer):
            value = rng.randint(control.low, control.high) if rng.random() < 0.8 else rng.randint(-9, 10**6)
        elif isinstance(control, Choice):
            value = rng.choice(control.options)[1]
        parts.append(f"{name}={text(value, control)}")
    setting = rng.choice((";", "; ", " ; ")).join(parts)
    for _ in range(rng.choice((0, 0, 1, 2, 5))):
        at = rng.randrange(len(setting) + 1)
        setting = setting[:at] + rng.choice(SIGNS) + setting[at + rng.randrange(2) :]
    if rng.random() < 0.1:
        setting = "".join(rng.choice(SIGNS) for _ in range(rng.choice((0, 1, 10, 1_000))))
    return setting


def setting_case(rng: random.Random, _: Path) -> Taken:
    """A string as a setting gives legal values, or is refused; the message says at which character."""
    from inception_lab.view.explorers import settings
    from inception_lab.view.explorers.controls import check_value

    explorer = rng.choice(list(explorers().values()))
    controls = explorer.declare()
    setting = some_setting(rng, controls, explorer.presets)
    try:
        state = settings.read(setting, controls, explorer.presets)
    except ValueError as error:
        clear(error, "(at character ")
        place = int(str(error).rpartition("(at character ")[2].removesuffix(")."))
        assert 1 <= place <= max(1, len(setting)), f"character {place} of {len(setting)}"
        return False
    for name, value in state.items():
        check_value(name, value, controls[name])
    return True


def some_answer(rng: random.Random, depth: int = 3) -> Any:
    """An answer that nobody thought of, or somebody might."""
    leaf: tuple[Callable[[], Any], ...] = (
        lambda: rng.choice(BAD),
        lambda: rng.randint(-(10**9), 10**9),
        lambda: 10 ** rng.randint(1, 5_000),
        lambda: rng.uniform(-10, 10),
        lambda: rng.choice(("5x5", "4c", "reduce5x5", "relu", "a" * 10_000, "None", "\0", "3a")),
        lambda: np.zeros([rng.randint(0, 3) for _ in range(rng.randint(0, 3))]),
    )
    how = rng.randrange(5) if depth else 0
    if how <= 1:
        return rng.choice(leaf)()
    inner = [some_answer(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    if how == 2:
        return inner
    if how == 3:
        return tuple(inner)
    keys = (
        "conv1x1",
        "conv3x3",
        "conv5x5",
        "pool",
        "kernel5x5",
        "normalization",
        "loss",
        "decay",
        "epochs",
        3,
    )
    return {rng.choice(keys): value for value in inner}


def answer_case(rng: random.Random, _: Path) -> Taken:
    """An answer gets a verdict, whatever it is."""
    from inception_lab import exercises

    answer: Any = some_answer(rng)
    if rng.random() < 0.02:
        for _time in range(rng.choice((50, 5_000))):
            answer = rng.choice((tuple, list))([answer])
    name = rng.choice(list(exercises.EXERCISES))
    verdict = exercises.check(name, answer)
    assert isinstance(verdict, exercises.Verdict)
    assert verdict.text
    assert "<script" not in verdict._repr_html_()
    for said in (exercises.predict("torture", answer), exercises.reveal("torture", answer)):
        assert said.right is None
    return bool(verdict.right)


def command_case(rng: random.Random, folder: Path) -> Taken:
    """A command line is obeyed, or refused in one line with status 2."""
    from inception_lab.cli import main as cli
    from inception_lab.cli.options import networks

    number = (
        "0",
        "1",
        "-1",
        "2",
        "17",
        "1e9",
        "nan",
        "inf",
        "1e-9",
        "",
        "x",
        "0.1",
        "99999999999",
        "٣",
        "1x",
    )
    options: dict[str, tuple[str, ...]] = {
        "--input": ("32", "64x96", "224", *number),
        "--classes": ("10", "1000", *number),
        "--width": ("0.25", "1.5", *number),
        "--variant": ("paper", "torchvision", "tf_slim", "batch_norm", "soup", ""),
        "--format": ("csv", "json", "table", "soup"),
        "--auxiliary": (),
        "--recipe": ("modern", "soup"),
        "--epochs": number,
        "--soup": ("1",),
    }
    nowhere = rng.choice(("nowhere", "", "n" * 300, "a/" * 3_000, str(folder), "\0", "nowhere.jpg/x", "-"))
    command = rng.choices(("cost", "train", "classify", "soup", ""), (9, 2, 2, 1, 1))[0]
    words = [command, rng.choice((*networks(), "soup", "googlenet", "googlenet"))]
    if command == "train":  # nothing is ever trained: there is no such data set
        words = ["train", "--dataset", nowhere, "--network", words[1]]
    elif command == "classify":
        words = [command, *(nowhere for _time in range(rng.randint(0, 1)))]
    for name in rng.sample(list(options), rng.randint(0, 3)):
        words += [name, *([rng.choice(options[name])] if options[name] else [])]
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status: Any = cli.main(words)
    except SystemExit as ended:
        status = ended.code
    said = err.getvalue()
    if status == 0:
        assert out.getvalue()
        assert not said, said
        return True
    assert status == 2, f"status {status} of {words}"
    assert said.startswith("inception-lab: "), said
    assert said.count("\n") == 1, said
    assert not out.getvalue()
    return False


@dataclass(frozen=True)
class Kind:
    """A kind of case.

    Attributes:
        case: Tries one; says whether what was handed in was taken, and raises if anything is wrong.
        share: Of each twenty cases.
    """

    case: Callable[[random.Random, Path], Taken]
    share: int


KINDS: Mapping[str, Kind] = {
    "spec": Kind(spec_case, 3),
    "input": Kind(input_case, 1),
    "stored network": Kind(stored_case, 1),
    "image": Kind(image_case, 3),
    "onnx": Kind(onnx_case, 3),
    "npz": Kind(npz_case, 2),
    "checkpoint": Kind(checkpoint_case, 1),
    "config": Kind(config_case, 1),
    "run": Kind(run_case, 1),
    "setting": Kind(setting_case, 2),
    "answer": Kind(answer_case, 2),
    "command": Kind(command_case, 1),
}

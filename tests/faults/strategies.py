"""Strategies of hypothesis: networks, damaged files, answers, settings and commands, sensible and not."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from fractions import Fraction
from typing import Any, get_args

import numpy as np
from hypothesis import strategies as st

from inception_lab.architecture import layers
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap
from inception_lab.architecture.operations import Function
from inception_lab.view.engine.controls import Choice, Control, Integer

Draw = Callable[[st.SearchStrategy[Any]], Any]

KINDS_OF_LAYER: tuple[type[Layer], ...] = (
    layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D, layers.MaxPool2D, layers.AveragePool2D,
    layers.GlobalAveragePool2D, layers.LocalResponseNorm, layers.BatchNorm, layers.Activation,
    layers.Flatten, layers.Dense, layers.Dropout, layers.Conv2DTranspose, layers.UpSampling2D,
    layers.ZeroPadding2D, layers.LayerNorm, layers.GroupNorm, layers.Scale,
)  # fmt: skip
GOOD: Mapping[str, tuple[Any, ...]] = {
    "filters": (1, 2, 4, 6),
    "units": (1, 2, 5),
    "kernel_size": (1, 2, 3, 5, np.int64(3), (1, 3)),
    "pool_size": (1, 2, 3),
    "strides": (1, 1, 2, 3),
    "padding": ("same", "same", "valid", 0, 1, np.int8(2)),
    "groups": (1, 1, 2, 3),
    "depth_multiplier": (1, 2),
    "depth_radius": (1, 2, 3),
    "activation": get_args(Function),
    "dilation_rate": (1, 1, 2, (1, 2)),
    "size": (1, 2, (1, 3)),
    "interpolation": ("nearest", "bilinear"),
    "rate": (0, 0.0, 0.5, 0.999),
    "bias": (1.0, 2),
    "alpha": (2e-5, 1.0),
    "beta": (0.5, 0.75),
    "epsilon": (1e-3, 1e-5),
    "factor": (0.17, 2),
    "offset": (0, -1.5),
    "use_bias": (True, False),
    "scale": (True, False),
    "center": (True, False),
}
BAD: tuple[Any, ...] = (
    0, -1, 1.5, math.nan, math.inf, -math.inf, 10**30, True, None, "", "3", "sam", "relu\n", b"x", [], [1, 2],
    (), {}, {1: 2}, object, np.zeros(2), np.float64(2.5), 1j, Fraction(1, 2), range(3), ..., len,
)  # fmt: skip
ODD_NAMES = ("a", "b", "c/d", "a_b", "a/b", "e.f", "1×1", "g h", "_i", "-j", "k" * 300)

bad = st.sampled_from(BAD)


def mostly(good: st.SearchStrategy[Any], odds: int = 24) -> st.SearchStrategy[Any]:
    """What is good, but for one time in `odds`."""
    return st.integers(1, odds).flatmap(lambda number: bad if number == odds else good)


# Networks


@dataclass(frozen=True)
class Call:
    """A call that a test makes, so that it sees what is refused and hypothesis shows what was tried."""

    maker: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self) -> Any:
        """Make it, and the calls among its arguments before."""
        inner = [each() if isinstance(each, Call) else each for each in self.arguments]
        return self.maker(*inner, **self.options)


def layer_of(kind: type[Layer]) -> st.SearchStrategy[Call]:
    """A layer with any arguments, most of them sensible."""
    name = st.sampled_from((*"ghijkl", *"ghijkl", *ODD_NAMES)) | bad
    named = {each.name: each.default is MISSING for each in fields(kind) if each.name != "name"}
    needed = {each: mostly(st.sampled_from(GOOD[each])) for each, is_needed in named.items() if is_needed}
    more = {each: mostly(st.sampled_from(GOOD[each])) for each, is_needed in named.items() if not is_needed}
    options = st.fixed_dictionaries(needed, optional=more | {"name": name})
    return st.builds(Call, st.just(kind), st.just(()), options)


def groups_of(inner: st.SearchStrategy[Call]) -> st.SearchStrategy[Call]:
    """Parts in a row, side by side, or as a head; nobody has looked whether they fit together."""
    rows = st.lists(inner, max_size=3).map(tuple)
    name = st.sampled_from((None, None, "m", "n", "o"))
    row = st.builds(Call, st.just(Sequence), rows, st.fixed_dictionaries({"name": name}))
    merge = mostly(st.sampled_from(("concat", "add")))
    beside = st.fixed_dictionaries({"name": name, "merge": merge})
    head = st.tuples(st.builds(Call, st.just(Sequence), rows), mostly(st.sampled_from(("main", "aux1"))))
    return row | st.builds(Call, st.just(Parallel), rows, beside) | st.builds(Call, st.just(Tap), head)


layer = st.sampled_from(KINDS_OF_LAYER).flatmap(layer_of)
part = st.recursive(layer, groups_of, max_leaves=6)
shape = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 6))


@st.composite
def networks(draw: Draw, refused: Callable[[BaseException], Any]) -> Network:
    """A legal network, grown by trying parts; `refused` looks at the errors of those that do not fit."""
    input_shape, grown = draw(shape), list[Part]()
    network = Network(input_shape, Sequence())
    for call in draw(st.lists(part, min_size=2, max_size=8)):
        try:
            one = call()
            network = Network(input_shape, Sequence(*grown, one))
            grown.append(one)
        except Exception as error:
            refused(error)
    return network


def nested(depth: int, kind: Callable[..., Part] = Sequence) -> Part:
    """Parts in parts."""
    inner: Part = layers.Flatten()
    for _ in range(depth):
        inner = kind(inner)
    return inner


any_shape = st.lists(bad | st.just(8), max_size=4).map(tuple) | bad
nonsense = st.one_of(
    st.builds(Call, st.just(Network), st.tuples(any_shape, part)),
    st.builds(Call, st.just(Network), st.tuples(st.just((8, 8, 3)), bad)),
    st.builds(
        Call,
        st.just(lambda depth, kind: Network((8, 8, 3), nested(depth, kind))),
        st.tuples(st.integers(1, 3_000), st.sampled_from((Sequence, Parallel))),
    ),
    st.builds(Call, st.just(Network), st.tuples(st.just((8, 8, 3)), part)),
)
"""Calls that make a network of anything."""

# Files

JSON_VALUES: tuple[Any, ...] = (
    0, -1, 2.5, 10**25, None, True, "", "relu", "Layer", [], {}, [1], {"type": "Dense"},
)  # fmt: skip


@st.composite
def changed(draw: Draw, data: Any) -> Any:
    """What JSON can hold, with one to three things changed in it."""
    copy = json.loads(json.dumps(data, default=str))
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, copy)
    return copy


def _change(draw: Draw, data: Any) -> None:
    inner = list(data.values() if isinstance(data, dict) else data)
    nest = [each for each in inner if isinstance(each, dict | list) and each]
    if nest and draw(st.integers(0, 4)):
        return _change(draw, draw(st.sampled_from(nest)))
    if not data:
        return None
    key: Any = draw(st.sampled_from(list(data) if isinstance(data, dict) else range(len(data))))
    value = json.loads(json.dumps(draw(st.sampled_from(JSON_VALUES))))  # its own, which may be changed again
    match draw(st.integers(0, 3)):
        case 0:
            del data[key]
        case 1 if isinstance(data, dict):
            data[draw(st.sampled_from(("type", "name", "units", "more")))] = value
        case _:
            data[key] = value
    return None


@st.composite
def damaged(draw: Draw, content: bytes) -> bytes:
    """Bytes as a file may come to hold them: cut, overwritten, doubled, flipped, or quite others."""
    at, few = draw(st.integers(0, len(content))), draw(st.integers(1, 64))
    match draw(st.integers(0, 7)):
        case 0:
            return bytes(draw(st.binary(max_size=200)))
        case 1:
            return content[:at]
        case 2:
            return content[:at] + bytes(len(content) - at)
        case 3:
            return content[:at] + content[at + few :]
        case 4:
            return content[:at] + content[max(0, at - few) :]
        case 5:
            return content[: min(at, 16)] + bytes(draw(st.binary(min_size=10, max_size=200)))
    whole, last = bytearray(content), len(content) - 1
    anywhere = st.integers(0, last)  # what says what a file is stands at its start or its end
    places = anywhere | st.integers(0, min(last, 63)) | st.integers(max(0, last - 63), last)
    for place in draw(st.lists(places, min_size=1, max_size=8)):
        whole[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(whole)


# What readers type


def values(control: Control) -> st.SearchStrategy[Any]:
    """A control's legal values."""
    match control:
        case Integer(low=low, high=high):
            return st.sampled_from((low, high)) | st.integers(low, high)
        case Choice(options=options):
            return st.sampled_from([value for _, value in options])
    return st.booleans()


def states(controls: Mapping[str, Control], odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Values for some of the controls, with `odd` now and then of any kind."""
    return st.fixed_dictionaries(
        {},
        optional={
            name: mostly(values(each), odds=6) | st.integers(-9, 10**6) if odd else values(each)
            for name, each in controls.items()
        },
    )


KEYS = ("conv1x1", "conv3x3", "conv5x5", "pool", "kernel5x5", "normalization", "loss", "decay", "epochs", 3)
plain = st.one_of(
    bad,
    st.integers(-(10**9), 10**9),
    st.integers(1, 5_000).map(lambda digits: 10**digits),
    st.floats(),
    st.sampled_from(("5x5", "4c", "reduce5x5", "relu", "a" * 10_000, "None", "\0", "3a")),
    st.text(),
    st.lists(st.integers(0, 3), max_size=3).map(np.zeros),
)


def several(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists, tuples and dictionaries."""
    lists = st.lists(inner, max_size=4)
    return lists | lists.map(tuple) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)


def deep(depth: int) -> Any:
    """A list in a list, and so on."""
    answer: Any = 3
    for _ in range(depth):
        answer = [answer]
    return answer


deeply = st.sampled_from((50, 5_000)).map(deep)
answers = st.one_of(plain, several(plain), several(plain | several(plain)), deeply)
"""Answers that nobody thought of, or somebody might."""

NUMBERS = ("0", "1", "-1", "2", "17", "1e9", "nan", "inf", "1e-9", "", "x", "0.1", "9" * 11, "٣", "1x")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "--input": ("32", "64x96", "224", *NUMBERS),
    "--classes": ("10", "1000", *NUMBERS),
    "--width": ("0.25", "1.5", *NUMBERS),
    "--variant": ("paper", "torchvision", "tf_slim", "batch_norm", "soup", ""),
    "--format": ("csv", "json", "table", "soup"),
    "--auxiliary": (),
    "--recipe": ("modern", "soup"),
    "--epochs": NUMBERS,
    "--soup": ("1",),
}
NOWHERE = ("nowhere", "", "n" * 300, "a/" * 3_000, "\0", "nowhere.jpg/x", "~/nowhere")


@st.composite
def commands(draw: Draw, networks: tuple[str, ...]) -> list[str]:
    """The words of a command; nothing is ever trained, since there is no such data set."""
    command = draw(st.sampled_from(("cost", "cost", "cost", "train", "classify", "soup", "")))
    network = draw(st.sampled_from((*networks, "soup", "googlenet", "googlenet")))
    nowhere = st.sampled_from(NOWHERE)
    words = [command, network]
    if command == "train":
        words = ["train", "--dataset", draw(nowhere), "--network", network]
    elif command == "classify":
        words = [command, *draw(st.lists(nowhere, max_size=1))]
    for name in draw(st.lists(st.sampled_from(list(OPTIONS)), max_size=3, unique=True)):
        words += [name, *([draw(st.sampled_from(OPTIONS[name]))] if OPTIONS[name] else [])]
    return words


# Folders of pictures

INSIDE = ("", "", "deep/er/", ".hidden/", "@eaDir/", "__MACOSX/", "größe/", "a\nb/", "\udcff/", "k" * 99)
CLASSES = ("cat/", "dog/")
PARTS_AND_CLASSES = tuple(f"{part}/{name}" for part in ("train", "Test", "val") for name in CLASSES)
LAYOUTS = (
    CLASSES,
    PARTS_AND_CLASSES,
    (*CLASSES, *PARTS_AND_CLASSES, "", "fox/", "val/fox/", "test/cat/", "cat/train/", "dog/test/"),
)
FILES = (
    *(f"{number}.{suffix}" for number in range(6) for suffix in ("png", "jpg")),
    "a.HEIC", "b", "._c.png", "Thumbs.db", "notes.txt", "d.mov", "e (1).png", "f\n.png", "g.png.bak",
    "h.TIFF", "i\udcfe.png", ".j.HEIC.icloud", ".k.jpg.icloud", "l.jpg.part", "m.png.crdownload", "n.zip",
    "o.tar.gz",
    "p.jpg.lnk", "q.webloc", "IMG_1.AAE", ".trashed-1-r.jpg", "~$s.png", "Icon\r", "t.jpg:Zone.Identifier",
)  # fmt: skip


def zipped(name: str, content: bytes) -> bytes:
    """An archive with one file in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


INNER = zipped("cat/0.png", b"x")
ARCHIVES = (INNER, zipped("all.zip", INNER), b"book\0\0\0\0mark")  # the last is an alias of macOS


@st.composite
def messes(draw: Draw, images: tuple[tuple[str, bytes], ...]) -> dict[str, bytes | str]:
    """What lies in a folder: path → content, or where a link leads. Most hold two classes that would do."""
    layout = draw(st.sampled_from(LAYOUTS))
    places = st.tuples(st.sampled_from(layout), st.sampled_from(INSIDE)).map("".join)
    whole = st.sampled_from([content for _, content in images])
    content = st.one_of(whole, whole, whole.flatmap(damaged), st.sampled_from((b"", b"text", *ARCHIVES)))
    files = st.dictionaries(
        st.tuples(places, st.sampled_from(FILES)).map("".join), content | st.none(), max_size=30
    )
    found: dict[str, bytes | str] = {}
    for number, (name, content_drawn) in enumerate(draw(files).items()):
        found[name] = own(number) if content_drawn is None else content_drawn
    if draw(st.integers(0, 9)):
        for number, place in enumerate(place for place in layout[:2] for _ in range(4)):
            found[f"{place}own{number}.ppm"] = own(100 + number)
    links = st.dictionaries(
        st.tuples(places, st.sampled_from(("l", "l.png"))).map("".join),
        st.sampled_from((*layout, "cat/0.png", "train/dog/own101.ppm", "nowhere", "..", ".")),
        max_size=2,
    )
    leading: dict[str, bytes | str] = draw(links)
    return found | leading


def own(number: int) -> bytes:
    """A picture that no other number has."""
    return b"P6 2 2 255\n" + bytes([number] * 12)

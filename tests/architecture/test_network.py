"""How layers are put together, and the walk through them."""

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

import inception_lab as lab
from inception_lab.architecture.layer import Layer
from inception_lab.architecture.layers import Conv2D, Dense, Flatten, GlobalAveragePool2D, MaxPool2D
from inception_lab.architecture.network import (
    Merge,
    Network,
    Node,
    Parallel,
    Sequence,
    Tap,
    fold,
    merge_operations,
    merge_shapes,
    snake_case,
)
from inception_lab.architecture.operations import Operations


def paths(part: Layer | Node) -> list[str]:
    """The paths of a part in the order in which they are visited."""
    visited: list[str] = []

    def layer(path: str, _: Layer, x: None) -> None:
        visited.append(path)

    def merge(path: str, how: Merge, _: list[None]) -> None:
        visited.append(f"{path} ({how})")

    fold(part, None, layer=layer, merge=merge)
    return visited


def test_layers_are_visited_in_graph_order_and_named_after_their_groups() -> None:
    part = Sequence(
        Conv2D(8, 3, name="first"),
        Parallel(
            Sequence(Conv2D(4, 1, name="reduce"), Conv2D(4, 5, name="5x5")),
            Sequence(MaxPool2D(3, name="pool"), name="inside"),
            name="module",
        ),
        Tap(Sequence(Flatten(name="flatten"), name="head"), output="aux"),
        Sequence(Parallel(Conv2D(8, 1, name="1x1"), merge="add"), name="end"),
    )
    assert paths(part) == [
        "first",
        "module/reduce",
        "module/5x5",
        "module/inside/pool",
        "module/output (concat)",
        "head/flatten",
        "end/1x1",
        "end/output (add)",
    ]


def test_layers_without_a_name_are_numbered_within_their_group() -> None:
    part = Sequence(
        Conv2D(8, 3),
        Conv2D(8, 3),
        Conv2D(8, 3, name="conv2d_2"),
        Conv2D(8, 3),
        Sequence(Conv2D(8, 3), MaxPool2D(2), name="group"),
        Parallel(Conv2D(8, 3)),
        Parallel(Conv2D(8, 3)),
    )
    assert paths(part) == [
        "conv2d",
        "conv2d_1",
        "conv2d_2",
        "conv2d_3",
        "group/conv2d",
        "group/max_pool2d",
        "conv2d_4",
        "output (concat)",
        "conv2d_5",
        "output_1 (concat)",
    ]


def test_values_are_carried_along_every_path() -> None:
    """How many layers lie on the longest way to each output."""
    part = Sequence(
        Conv2D(8, 1),
        Parallel(Conv2D(8, 1), Sequence(), Sequence(Conv2D(8, 1), Conv2D(8, 1), Conv2D(8, 1))),
        Tap(Sequence(Flatten(), Dense(3)), output="aux"),
        Conv2D(8, 1),
    )
    lengths = fold(part, 0, layer=lambda _path, _layer, n: n + 1, merge=lambda _path, _how, ns: max(ns))
    assert lengths == {"main": 5, "aux": 6}  # 1 + 3 + 1, and 1 + 3 + 2


def test_merge_sees_its_branches_in_order() -> None:
    part = Parallel(Conv2D(1, 1, name="a"), Sequence(), Conv2D(1, 1, name="b"), name="module")
    seen = fold(
        part,
        "x",
        layer=lambda path, _, x: f"{path}({x})",
        merge=lambda path, how, values: f"{path}:{how}[{', '.join(values)}]",
    )
    assert seen == {"main": "module/output:concat[module/a(x), x, module/b(x)]"}


def test_a_tap_lets_its_input_pass_and_may_sit_in_a_branch() -> None:
    head = Sequence(GlobalAveragePool2D(), Dense(7))
    network = Network(
        (8, 8, 3),
        Parallel(Sequence(Conv2D(4, 1), Tap(head, "inner")), Sequence(MaxPool2D(3), Tap(Flatten(), "other"))),
    )
    assert network.output_shapes() == {"main": (8, 8, 7), "inner": (7,), "other": (192,)}  # 192 = 8 · 8 · 3


def test_an_empty_sequence_passes_its_input_on() -> None:
    assert Network((8, 8, 3), Sequence()).output_shapes() == {"main": (8, 8, 3)}
    residual = Parallel(Sequence(), Conv2D(3, 3), merge="add")
    assert Network((8, 8, 3), residual).output_shapes() == {"main": (8, 8, 3)}


def test_input_shape_becomes_integers() -> None:
    assert Network([8, 9, 3], Sequence()).input_shape == (8, 9, 3)  # type: ignore[arg-type]


def test_networks_are_data() -> None:
    def network() -> Network:
        return Network((8, 8, 3), Sequence(Parallel(Conv2D(4, 3)), name="a"))

    assert network() == network()
    assert hash(network()) == hash(network())
    with pytest.raises(FrozenInstanceError, match=r"^cannot assign to field 'name'$"):
        Sequence(name="a").name = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("how", "shapes", "merged"),
    [
        ("concat", [(28, 28, 64), (28, 28, 128), (28, 28, 32), (28, 28, 32)], (28, 28, 256)),
        ("concat", [(3,), (4,)], (7,)),
        ("add", [(4, 4, 2), (4, 4, 2), (4, 4, 2)], (4, 4, 2)),
    ],
)
def test_merged_shape(how: Merge, shapes: list[tuple[int, ...]], merged: tuple[int, ...]) -> None:
    assert merge_shapes(how, shapes) == merged


def test_adding_costs_one_addition_less_than_branches_and_joining_nothing() -> None:
    assert merge_operations("add", 3, 32) == Operations(additions=64)
    assert merge_operations("concat", 3, 32) == Operations()
    assert merge_operations("multiply", 3, 32) == Operations(multiplications=64)


def test_a_vector_multiplies_each_place_of_a_picture() -> None:
    """Squeeze and excitation: 6·2 + 2·6 weights, 14 biases; 4·5·6 products."""
    gate = Sequence(GlobalAveragePool2D(), Dense(2, activation="relu"), Dense(6, activation="sigmoid"))
    cost = lab.cost(Parallel(Sequence(), gate, merge="multiply", name="se"), (4, 5, 6))
    assert cost.parameters == 12 + 2 + 12 + 6
    assert cost["se/output"].operations == Operations(multiplications=4 * 5 * 6)
    assert (cost["se/output"].type, cost.output_shape) == ("Multiply", (4, 5, 6))
    assert cost["se/output"].reach.largest == 5  # through the mean, the whole picture


def test_branches_that_do_not_fit_are_not_multiplied() -> None:
    message = (
        "Branches that are multiplied must have equal shapes, or one value for each channel. "
        "Received: 4×5×6, 3 (at 'output')."
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.Network((4, 5, 6), Parallel(Sequence(), Sequence(Flatten(), Dense(3)), merge="multiply"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Conv2D", "conv2d"),
        ("MaxPool2D", "max_pool2d"),
        ("GlobalAveragePool2D", "global_average_pool2d"),
        ("LocalResponseNorm", "local_response_norm"),
    ],
)
def test_kind_as_a_name(kind: str, name: str) -> None:
    assert snake_case(kind) == name


def network(*parts: Layer | Node, name: str | None = None) -> Callable[[], object]:
    return lambda: lab.Network((4, 4, 3), Sequence(*parts, name=name))


TWICE = "Layer names must be unique. Received twice: "
OURS = "(`image` is the input, `NAME_pad` the zeros around NAME)."
SHAPE = "`input_shape` must be (height, width, channels). Received: input_shape="
MISTAKES: list[tuple[Callable[[], object], str]] = [
    (
        network(Parallel(Conv2D(2, 1), Conv2D(2, 3, padding="valid"), name="module"), name="a"),
        "Branches that are joined must have equal height and width. "
        "Received: 4×4×2, 2×2×2 (at 'a/module/output').",
    ),
    (
        network(Parallel(Conv2D(2, 1), Conv2D(3, 1), merge="add", name="module")),
        "Branches that are added must have equal shapes. Received: 4×4×2, 4×4×3 (at 'module/output').",
    ),
    (
        network(Parallel(Flatten(), MaxPool2D(3))),
        "Branches that are joined must have equal height and width. Received: 48, 4×4×3 (at 'output').",
    ),
    (
        network(MaxPool2D(5, padding="valid", name="pool"), name="group"),
        "A 5×5 window with padding='valid' must fit into its input. Received: 4×4 pixels (at 'group/pool').",
    ),
    (
        network(Tap(Sequence(Dense(3, name="fc"), name="head"), "aux")),
        "Dense takes a vector, `(units,)`; flatten a picture first. "
        "Received: input_shape=(4, 4, 3) (at 'head/fc').",
    ),
    (
        network(Conv2D(2, 1, name="1x1"), Conv2D(2, 1, name="1x1"), name="group"),
        "Layer names must be unique. Received twice: 'group/1x1'.",
    ),
    (
        network(Sequence(Conv2D(2, 1, name="b/c"), name="a"), Sequence(Conv2D(2, 1, name="c"), name="a/b")),
        "Layer names must be unique. Received twice: 'a/b/c'.",
    ),
    (network(Conv2D(2, 1, name="image")), f"{TWICE}'image' {OURS}"),
    (network(Conv2D(2, 3, padding=1, name="a"), Conv2D(2, 1, name="a_pad")), f"{TWICE}'a_pad' {OURS}"),
    (network(Conv2D(2, 1, name="a_pad"), Conv2D(2, 3, padding=0, name="a")), f"{TWICE}'a_pad' {OURS}"),
    (
        network(MaxPool2D(3, padding=1), Flatten(name="max_pool2d/pad"), name="b"),
        f"{TWICE}'b/max_pool2d/pad' {OURS}",
    ),
    (network(Tap(Flatten(), "main")), "Output names must be unique. Received twice: 'main'."),
    (
        network(Tap(Flatten(), "aux"), Tap(GlobalAveragePool2D(), "aux")),
        "Output names must be unique. Received twice: 'aux'.",
    ),
    (
        lambda: Parallel(name="module"),
        "`branches` must hold at least one branch. Received: none (in 'module').",
    ),
    (
        lambda: Parallel(Flatten(), merge="power"),  # type: ignore[arg-type]
        "`merge` must be one of 'concat', 'add', 'multiply'. Received: merge='power'.",
    ),
    (lambda: Network((4, 4), Sequence()), f"{SHAPE}(4, 4)."),  # type: ignore[arg-type]
    (lambda: Network((1, 4, 4, 3), Sequence()), f"{SHAPE}(1, 4, 4, 3)."),  # type: ignore[arg-type]
    (lambda: Network(224, Sequence()), f"{SHAPE}224."),  # type: ignore[arg-type]
    (
        lambda: Network((4, 0, 3), Sequence()),
        "`width` must be a positive integer. Received: width=0 in input_shape=(4, 0, 3).",
    ),
    (
        lambda: Network((None, None, 3), Sequence()),  # type: ignore[arg-type]
        "`height` must be a positive integer. Received: height=None in input_shape=(None, None, 3).",
    ),
    (
        lambda: Network((4, 4, 2.5), Sequence()),  # type: ignore[arg-type]
        "`channels` must be a positive integer. Received: channels=2.5 in input_shape=(4, 4, 2.5).",
    ),
]


@pytest.mark.parametrize(("make", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_mistakes_are_explained(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Sequence(3, name="group"),  # type: ignore[arg-type]
            "`parts` must be layers, Sequence, Parallel or Tap. Received: 3 (in 'group').",
        ),
        (
            lambda: Parallel("5x5"),  # type: ignore[arg-type]
            "`branches` must be layers, Sequence, Parallel or Tap. Received: '5x5'.",
        ),
        (
            lambda: Network((4, 4, 3), 3),  # type: ignore[arg-type]
            "A network is made of layers, Sequence, Parallel and Tap. Received: 3.",
        ),
    ],
)
def test_what_is_not_a_part_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize("output", ["größe", "a b", "a/b", "", "validation"])
def test_an_output_has_a_name_that_training_can_use(output: str) -> None:
    with pytest.raises(ValueError, match=rf"^`output` must be .*Received: output={output!r}\.$"):
        Tap(Flatten(), output)


@pytest.mark.parametrize("name", ["1x1", "5x5", "a/1x1"])
def test_a_part_is_named_if_it_alone_has_the_name(name: str) -> None:
    a, b = (Parallel(Conv2D(2, 1, name="1x1"), name=name) for name in "ab")
    network = Network((4, 4, 3), Sequence(a, b, name="body"), "net")
    assert (network.part("a"), network.part("b")) == (a, b)
    message = f"`name` must be one of 'body', 'a', 'b'. Received: name={name!r} (in 'net')."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        network.part(name)


def test_a_head_on_the_side_has_no_name() -> None:
    network = lab.googlenet(auxiliary=True)
    assert network.part("inception_3a") == lab.googlenet().part("inception_3a")
    assert lab.cost(Tap(Sequence(), "aux"), (4, 4, 3)).network == "part"
    assert repr(network) == "Network googlenet: 224×224×3 → main 1,000, aux1 1,000, aux2 1,000"


@pytest.mark.parametrize("shape", [(3, 8, 9), (3, 9, 8), (4, 4, 5), (20, 30, 40), (9, 3, 9)])
def test_few_rows_are_no_colours(shape: tuple[int, int, int]) -> None:
    assert lab.cost(Network(shape, Sequence()), shape).input_shape == shape


def test_nine_pixels_a_side_are_a_picture_whose_colours_come_first() -> None:
    rule = "`input_shape` must be (height, width, channels), with the channels last: (9, 9, 3)."
    with pytest.raises(ValueError, match=f"^{re.escape(rule)} Received: "):
        lab.cost(Network((9, 9, 3), Sequence()), (3, 9, 9))

"""Costs as tables: all layers are in them, in order, and they fit on a screen."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import inception_lab as lab
from inception_lab.architecture.cost import Cost, LayerCost
from inception_lab.architecture.operations import Operations
from inception_lab.architecture.reach import Reach
from inception_lab.architecture.tables import ROWS, cost_html, cost_text, folded

NETWORKS = {
    **{name: describe() for name, describe in lab.zoo.NETWORKS.items()},
    **{f"googlenet {name}": lab.googlenet(variant=name, auxiliary=True) for name in lab.VARIANTS},
    "digits": lab.googlenet_digits(),
    "cifar": lab.googlenet_cifar(),
}


def named(*names: str) -> Cost:
    """A cost whose layers have these names, and one MAC each."""
    shape = (1, 1, 1)
    layers = [LayerCost(name, "Conv2D", shape, shape, 1, 0, Operations(macs=1), 1, Reach()) for name in names]
    return Cost("net", shape, tuple(layers))


def groups(cost: Cost, most: int = ROWS) -> list[str]:
    return [group.network for group in folded(cost, most)]


@given(
    st.lists(
        st.from_regex(r"[a-z]{1,3}[0-9]?(_[a-z0-9]{1,2}){0,2}(/[a-z0-9_]{1,4}){0,2}", fullmatch=True),
        max_size=80,
        unique=True,
    ),
    st.integers(1, 30),
)
def test_all_layers_are_in_the_groups_in_order(names: list[str], most: int) -> None:
    cost = named(*names)
    found = folded(cost, most)
    assert len(found) <= most
    assert [layer for group in found for layer in group.layers] == [*cost.layers]
    assert all(group.layers for group in found)


def test_few_layers_are_not_folded() -> None:
    names = ["conv1/7x7_s2", "pool1/3x3_s2", "fc"]
    assert groups(named(*names)) == names


def test_layers_that_nobody_named_go_with_those_before_them() -> None:
    names = ["stem"]
    for n in range(3):
        names += [f"block_{n}_conv", f"re_lu_{n + 7}", f"block_{n}_out"]
    same = named(*names)
    layers = [
        layer._replace(type="ReLU", parameters=0) if layer.name.startswith("re_lu") else layer
        for layer in same.layers
    ]
    assert groups(replace(same, layers=tuple(layers)), 4) == ["stem", "block_0", "block_1", "block_2"]
    assert "block_0" not in groups(same, 4)


def test_layers_are_folded_to_modules_and_modules_to_stages() -> None:
    cost = lab.cost(lab.googlenet(auxiliary=True))
    assert groups(cost) == [*cost.by_module()]
    assert groups(lab.cost(lab.zoo.resnet50())) == [
        "conv1", "pool1", "res2", "res3", "res4", "res5", "pool5", "fc1000", "prob",
    ]  # fmt: skip


def test_names_with_words_are_folded_by_their_first_words() -> None:
    blocks = [f"block{stage}{block}" for stage in (1, 2) for block in "abc"]
    layers = [f"{block}_{layer}" for block in blocks for layer in ("conv", "bn")]
    cost = named("stem_conv", *layers, "top_activation")
    assert groups(cost, 8) == ["stem_conv", *blocks, "top_activation"]
    assert groups(cost, 7) == ["stem_conv", "block1", "block2", "top_activation"]


def test_a_name_that_comes_back_later_is_a_group_of_its_own() -> None:
    assert groups(named("a/1", "a/2", "b/1", "a/3"), 3) == ["a", "b", "a"]


def test_layers_whose_names_say_nothing_are_cut_into_equal_pieces() -> None:
    names = [f"{kind}_{number}" for number in range(40) for kind in ("conv", "bn", "relu")]
    found = folded(named(*names), 20)
    assert [len(group.layers) for group in found] == [6] * 20
    assert found[0].network == "conv_0 …"


def test_a_group_sums_its_layers() -> None:
    cost = lab.cost(lab.googlenet())
    for group in folded(cost):
        assert group == cost.by_module()[group.network]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_cost_shows_itself_in_25_lines_with_its_sums(name: str) -> None:
    cost = lab.cost(NETWORKS[name])
    lines = repr(cost).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 110
    assert lines[0].startswith(f"{cost.network}, one image of {'×'.join(map(str, cost.input_shape))} ")
    rows = [re.split(r"  +", line) for line in lines[3:-2]]
    for column, expected in ((1, len(cost.layers)), (3, cost.parameters), (4, cost.macs)):
        assert sum(int(row[column].replace(",", "")) for row in rows) == expected
    total = ["total", f"{len(cost.layers):,}", f"{cost.parameters:,}", f"{cost.macs:,}"]
    assert lines[-2].split() == total
    assert lines[-1].startswith(f"FLOPs = 2 × MACs = {cost.flops:,}")


def test_a_notebook_shows_a_cost_as_a_table_with_shares_and_memory() -> None:
    cost = lab.cost(lab.googlenet())
    assert cost._repr_html_() == cost_html(cost)
    lines = re.findall(r"<tr>(.*?)</tr>", cost_html(cost))
    head, *rows, foot = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]
    assert head == ["part", "layers", "output", "parameters", "MACs", "share of MACs", "activations (bytes)"]
    assert [row[0] for row in rows] == [*cost.by_module()]
    assert foot[-1] == f"{4 * sum(layer.activations for layer in cost.layers):,}"
    shares = [float(row[5].removesuffix("%")) for row in rows]
    assert math.isclose(sum(shares), 100, abs_tol=0.1 * len(shares))
    assert rows[2][5] == "22.7%"  # conv2: 359,661,568 of 1,582,671,872


def test_tables_as_they_are_read() -> None:
    """A 3×3 from three channels to two, 3² · 3 · 2 · 4² MACs; batch norm: two numbers a channel, twice."""
    conv, norm = lab.layers.Conv2D(2, 3, name="conv"), lab.layers.BatchNorm(name="bn")
    cost = lab.cost(lab.Network((4, 4, 3), lab.Sequence(conv, norm), "net"))
    assert repr(cost).splitlines() == [
        "net, one image of 4×4×3 (height × width × channels)",
        "part   layers  output  parameters  MACs",
        "─" * 39,
        "conv   1        4×4×2          56   864",
        "bn     1        4×4×2           4     0",
        "total  2                       60   864",
        "FLOPs = 2 × MACs = 1,728; Stored besides and not trained: 4 statistics of batch norm",
    ]
    assert cost_text(cost, by_layer=True).splitlines()[:10] == [
        "net, one image of 4×4×3 (height × width × channels)",
        "",
        "layer  type       output  parameters  MACs",
        "─" * 42,
        "conv   Conv2D      4×4×2          56   864",
        "bn     BatchNorm   4×4×2           4     0",
        "─" * 42,
        "total                             60   864",
        "",
        "FLOPs = 2 × MACs = 1,728",
    ]


def test_a_vector_has_no_height_and_width() -> None:
    assert repr(named("a")).splitlines()[0] == "net, one image of 1×1×1 (height × width × channels)"
    assert repr(replace(named("a"), input_shape=(7,))).splitlines()[0] == "net, one image of 7"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a" * 20, "a" * 20), ("abcdefghi" + "x" * 2 + "0123456789", "abcdefghi…0123456789")],  # 20 and 21
)
def test_long_names_are_shortened_in_the_middle(name: str, shown: str) -> None:
    first, *_ = groups(named(name, *(f"{number}" for number in range(30))), most=1)
    assert first == f"{shown} …"


def test_a_network_without_macs_has_no_shares() -> None:
    cost = lab.cost(lab.layers.MaxPool2D(2), (4, 4, 3))
    assert "<td>–</td>" in cost_html(cost)


def test_a_cost_without_layers_shows_itself() -> None:
    assert len(repr(lab.cost(lab.Sequence(), (4, 4, 3))).splitlines()) == 5


def test_what_no_rule_counts_is_shown_with_a_question_mark() -> None:
    cost = named("a", "b")
    first, second = cost.layers
    cost = replace(cost, layers=(first._replace(counted=False, operations=Operations()), second))
    assert [line.split()[-1] for line in repr(cost).splitlines()[3:5]] == ["?", "1"]
    assert repr(cost).splitlines()[5].endswith("1 + ?")
    rows = [re.split(r"  +", line) for line in cost_text(cost, by_layer=True).splitlines()[4:6]]
    assert [row[-1] for row in rows] == ["?", "1"]
    assert "<td>?</td>" in cost_html(cost)


def test_several_inputs_are_named_one_by_one() -> None:
    cost = replace(named("a"), input_shape=((4, 4, 3), (7,)))
    assert repr(cost).splitlines()[0] == "net, one image of 4×4×3 and 7"

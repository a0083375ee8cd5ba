"""The small networks: their size, their layers, and that their heads fit."""

from collections.abc import Callable

import pytest

import inception_lab as lab
from inception_lab.architecture.network import Network
from inception_lab.architecture.small import NETWORKS, full_width_cifar, plain_start_cifar


def test_the_digits_network_is_four_rows_of_table_1_at_a_quarter() -> None:
    cost = lab.cost(lab.googlenet_digits())
    assert (cost.layers[0].name, cost.layers[3].name) == ("conv1/3x3_s1", "pool1/3x3_s2")
    assert cost["inception_3a/output"].output_shape == (32, 32, 64)  # (64 + 128 + 32 + 32) / 4
    assert cost["inception_5a/output"].output_shape == (8, 8, 208)  # (256 + 320 + 128 + 128) / 4
    assert cost.macs < 26e6


def test_the_cifar_network_has_at_most_300_000_parameters() -> None:
    cost = lab.cost(lab.googlenet_cifar())
    assert cost.parameters == 268_266 < 300_000
    assert cost["conv1/3x3"].output_shape == (32, 32, 32)
    assert cost["inception_3a/output"].output_shape == (32, 32, 64)
    assert cost["inception_4a/output"].output_shape == (16, 16, 112)
    assert cost["inception_5b/output"].output_shape == (8, 8, 208)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("width", [0.25, 1, 2])
def test_they_take_heads_classes_and_widths(name: str, width: float) -> None:
    network = NETWORKS[name](classes=7, auxiliary=True, width=width)
    assert network.name == name
    assert set(network.output_shapes().values()) == {(7,)}
    assert len(network.output_shapes()) > 1


def first_layers(network: Network) -> list[tuple[str, str, tuple[int, ...], int]]:
    """Those before the modules: name, kind, output and parameters."""
    layers = (layer for layer in lab.cost(network).layers if layer.module == "conv1")
    return [(layer.name, layer.type, layer.output_shape, layer.parameters) for layer in layers]


def normed(name: str, channels: int, filters: int) -> list[tuple[str, str, tuple[int, ...], int]]:
    shape = (32, 32, filters)
    return [
        (name, "Conv2D", shape, 9 * channels * filters),
        (f"{name}/bn", "BatchNorm", shape, 2 * filters),
        (f"{name}/relu", "Activation", shape, 0),
    ]


def test_the_quicker_cifar_network_starts_with_plain_convolutions_and_has_no_dropout() -> None:
    quick, stored = plain_start_cifar(), lab.googlenet_cifar()
    assert first_layers(quick) == [
        *normed("conv1/3x3_1", 3, 16),
        *normed("conv1/3x3_2", 16, 32),
        *normed("conv1/3x3_3", 32, 48),
        ("conv1/3x3_s2", "MaxPool2D", (16, 16, 48), 0),
    ]
    names = ([layer.name for layer in lab.cost(network).layers] for network in (quick, stored))
    after, others = (each[each.index("inception_4a/1x1") :] for each in names)
    assert after == [name for name in others if "drop" not in name]
    assert lab.cost(quick).parameters == 267_482 < lab.cost(stored).parameters
    assert quick.name == "plain-start-cifar"


def test_at_full_width_cifar_has_table_1s_modules() -> None:
    network = full_width_cifar()
    wide = {layer.name: layer for layer in lab.cost(network).layers}
    paper = {layer.name: layer for layer in lab.cost(lab.googlenet(variant="batch_norm")).layers}
    modules = [name for name in paper if name.startswith("inception_")]
    assert modules
    assert [wide[name].parameters for name in modules] == [paper[name].parameters for name in modules]
    assert wide["inception_5b/output"].output_shape == (8, 8, 1024)
    assert first_layers(network) == normed("conv1/3x3", 3, 192)
    assert network.name == "full-width-cifar"


@pytest.mark.parametrize("describe", [plain_start_cifar, full_width_cifar])
def test_they_take_a_size_and_classes(describe: Callable[..., Network]) -> None:
    name = describe().name
    assert repr(describe()) == f"Network {name}: 32×32×3 → main 10"
    assert repr(describe((64, 32, 3), 7)) == f"Network {name}: 64×32×3 → main 7"

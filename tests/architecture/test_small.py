"""The small networks: their size, and that their heads fit."""

import pytest

import inception_lab as lab
from inception_lab.architecture.small import NETWORKS


def test_the_digits_network_is_four_rows_of_table_1_at_a_quarter() -> None:
    cost = lab.cost(lab.googlenet_digits())
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

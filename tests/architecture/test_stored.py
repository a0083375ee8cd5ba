"""Networks as plain data: what is written is read again, and says what it is of."""

import json
import re
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.architecture.stored import network_from_data, network_to_data
from tests.architecture.published.other_counters import NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_comes_back_through_json(name: str) -> None:
    network = NETWORKS[name]()
    data = json.loads(json.dumps(network_to_data(network)))
    assert set(data) == {"name", "input_shape", "body"}
    again = network_from_data(data)
    assert again == network
    assert lab.cost(again) == lab.cost(network)


def test_only_what_differs_from_the_defaults_is_stored() -> None:
    network = lab.Network((8, 8, 3), lab.layers.Conv2D(4, 3, strides=2, name="a"), "small")
    layer = {"type": "Conv2D", "name": "a", "filters": 4, "kernel_size": 3, "strides": 2}
    assert network_to_data(network) == {"name": "small", "input_shape": [8, 8, 3], "body": layer}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "x", "input_shape": [8, 8, 3], "body": 3}, "made of objects. Received: 3."),
        (
            {"name": "x", "input_shape": [8, 8, 3], "body": {"type": "Layers"}},
            "made of layers that this version has. Received: 'Layers'.",
        ),
        ({"name": "x", "input_shape": [8, 8, 3]}, "one that this version wrote. Received: 'body'."),
    ],
)
def test_something_else_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^A stored network must be {re.escape(message)}$"):
        network_from_data(data)

"""The command `inception-lab cost`: a network's parameters and operations, layer by layer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from inception_lab.architecture.cost import Cost, LayerCost, cost
from inception_lab.architecture.googlenet import VARIANTS
from inception_lab.architecture.tables import cost_text
from inception_lab.cli import models
from inception_lab.cli.options import describer, networks, picture_sides
from inception_lab.text import csv_text


def add(commands: Any, program: str) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "cost",
        help="count a network's parameters and operations, layer by layer",
        description="Count the parameters and multiply-accumulates (MACs) of a network, layer by layer,\n"
        "for one image. FLOPs = 2 × MACs; a bias is a parameter, but no MAC.",
        epilog=f"""examples:
  {program} cost googlenet
  {program} cost googlenet --input 250x300 --auxiliary
  {program} cost googlenet --variant torchvision --format csv > torchvision.csv
  {program} cost keras:MobileNet --input 128

any network of Keras Applications is keras:NAME; a model that Keras has saved is its file, as my.keras

networks: {", ".join(networks())}
variants of googlenet: {", ".join(VARIANTS)}
""",
    )
    parser.add_argument(
        "network", metavar="NETWORK", help="a network's name, such as googlenet, keras:NAME or a file"
    )
    parser.add_argument(
        "--input",
        type=picture_sides,
        metavar="SIZE",
        help="pixels of the picture: 224 (a square) or 250x300 (height x width); default: the network's own",
    )
    parser.add_argument(
        "--auxiliary", action="store_true", default=None, help="with auxiliary classifiers, as in training"
    )
    parser.add_argument("--variant", metavar="NAME", help="which of the networks published under this name")
    parser.add_argument(
        "--classes", type=int, metavar="N", help="number of classes; default: the network's own"
    )
    parser.add_argument(
        "--width",
        type=float,
        metavar="FACTOR",
        help="multiply every number of filters, as by 0.5; default: 1",
    )
    parser.add_argument("--format", choices=tuple(_FORMATS), default="table", help="default: table")
    parser.set_defaults(run=_run)


def _run(*, network: str, format: str, **options: Any) -> None:
    if models.is_keras(network):
        found = models.counted(network, **options)
    else:
        found = cost(describer(network, **options)())
    print(_FORMATS[format](found))


def _json(counted: Cost) -> str:
    def row(layer: LayerCost) -> dict[str, Any]:
        fields = ("name", "type", "input_shape", "output_shape", "parameters", "macs")
        return {field: layer.row()[field] for field in fields}

    result = {
        "network": counted.network,
        "input_shape": counted.input_shape,
        "parameters": counted.parameters,
        "macs": counted.macs,
        "flops": counted.flops,
        "layers": [row(layer) for layer in counted.layers],
    }
    return json.dumps(result, indent=2)


_FORMATS: Mapping[str, Callable[[Cost], str]] = {
    "table": partial(cost_text, by_layer=True),
    "json": _json,
    "csv": lambda counted: csv_text(counted.rows()).removesuffix("\n"),
}

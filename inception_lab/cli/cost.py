"""The command `inception-lab cost`: a network's parameters and operations, layer by layer."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from inception_lab.architecture.cost import Cost, cost
from inception_lab.architecture.googlenet import VARIANTS
from inception_lab.architecture.tables import cost_text
from inception_lab.cli import models
from inception_lab.cli.options import PROGRAM, add_describing, describer, networks
from inception_lab.text import csv_text


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "cost",
        help="count a network's parameters and operations, layer by layer",
        description="Count the parameters and multiply-accumulates (MACs) of a network, layer by layer,\n"
        "for one image. FLOPs = 2 × MACs; a bias is a parameter, but no MAC.",
        epilog=f"""examples:
  {PROGRAM} cost googlenet
  {PROGRAM} cost googlenet --input 250x300 --auxiliary
  {PROGRAM} cost googlenet --variant torchvision --format csv > torchvision.csv
  {PROGRAM} cost keras:MobileNet --input 128

any network of Keras Applications is keras:NAME; a model that Keras has saved is its file, as my.keras

networks: {", ".join(networks())}
variants of googlenet: {", ".join(VARIANTS)}
""",
    )
    parser.add_argument(
        "network", metavar="NETWORK", help="a network's name, such as googlenet, keras:NAME or a file"
    )
    add_describing(parser, "pixels of the picture: 224 (a square) or 250x300 (height x width)")
    parser.add_argument(
        "--classes", type=int, metavar="N", help="number of classes; default: the network's own"
    )
    parser.add_argument("--format", choices=tuple(_FORMATS), default="table", help="default: table")
    parser.set_defaults(run=_run)


def _run(*, network: str, format: str, **options: Any) -> None:
    if network not in networks() and models.is_keras(network):
        found = models.counted(network, **options)
    else:
        found = cost(describer(network, **options)())
    print(_FORMATS[format](found))


def _json(counted: Cost) -> str:
    fields = ("name", "type", "input_shape", "output_shape", "parameters", "macs")
    layers = [{field: row[field] for field in fields} for row in counted.rows()]
    sums = ("network", "input_shape", "parameters", "macs", "flops")
    return json.dumps({**{name: getattr(counted, name) for name in sums}, "layers": layers}, indent=2)


_FORMATS: Mapping[str, Callable[[Cost], str]] = {
    "table": partial(cost_text, by_layer=True),
    "json": _json,
    "csv": lambda counted: csv_text(counted.rows()).removesuffix("\n"),
}

"""The command `inception-lab`: results go to stdout, progress and mistakes to stderr.

Each command is a function `_add_…`, which says what it takes, and one that runs it. What a command
needs is imported when it runs, so that counting never loads Keras.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from inception_lab import __version__
from inception_lab.architecture.cost import Cost, LayerCost, cost
from inception_lab.architecture.googlenet import VARIANTS
from inception_lab.architecture.tables import cost_text
from inception_lab.cli import classify as cli_classify
from inception_lab.cli import grades, models
from inception_lab.cli import train as cli_train
from inception_lab.cli.options import INTERRUPTED, describer, networks, picture_sides
from inception_lab.text import csv_text

PROGRAM = "inception-lab"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after the command's name; by default the process's own.

    Returns:
        The exit status: 0, or 1 where the reader of stdout has gone.

    Raises:
        SystemExit: With status 2 after a mistake of the user's, with 1 where a training failed; both are said
            in one line on stderr.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no × shows ?
    parser = _parser()
    chosen = vars(parser.parse_args(arguments))
    try:
        if sys.stdout is None:
            raise ValueError("Results need somewhere to go. Received: a closed stdout.")
        chosen.pop("run")(**chosen)
        sys.stdout.flush()
    except FloatingPointError as error:  # a loss that is none any more
        parser.exit(1, f"{PROGRAM}: {error}\n")
    except (ValueError, ModuleNotFoundError) as error:  # a package may be missing that not all need
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, f"{PROGRAM}: interrupted\n")
    except BrokenPipeError:  # as under `| head`; what Python still flushes when it ends must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # what the system refuses and nobody has said better
        parser.error(f"Files must be readable and writable where they are needed. Received: {error}.")
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: {' '.join(message.split())}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        description="Inception networks taken apart.",
        epilog=f"`{PROGRAM} COMMAND --help` says what a command takes.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_cost(commands)
    cli_train.add(commands, PROGRAM)
    cli_classify.add(commands, PROGRAM)
    grades.add(commands, PROGRAM)
    return parser


def _add_cost(commands: Any) -> None:
    parser: _Parser = commands.add_parser(
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
    parser.set_defaults(run=_run_cost)


def _run_cost(*, network: str, format: str, **options: Any) -> None:
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

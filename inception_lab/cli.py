"""The command `inception-lab`: results go to stdout, progress and mistakes to stderr.

Each command is a function `_add_…`, which says what it takes, and one that runs it. What a command
needs is imported when it runs, so that counting never loads Keras.
"""

from __future__ import annotations

import argparse
import csv
import inspect
import io
import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from inception_lab import __version__
from inception_lab.model.recipes import RECIPES
from inception_lab.spec.cost import Cost, LayerCost, cost
from inception_lab.spec.googlenet import VARIANTS
from inception_lab.spec.layers import Shape, one_of
from inception_lab.spec.network import Network
from inception_lab.spec.small import NETWORKS as SMALL
from inception_lab.spec.zoo import NETWORKS

PROGRAM = "inception-lab"
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words behind the command's name; by default the process's own.

    Returns:
        The exit status: 0, or 1 where the reader of stdout has gone.

    Raises:
        SystemExit: With status 2 after a mistake of the user's, said in one line on stderr.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no × shows ?
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
        sys.stdout.flush()
    except ValueError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, f"{PROGRAM}: interrupted\n")
    except BrokenPipeError:  # as under `| head`; what Python still flushes when it ends must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def networks() -> Mapping[str, Callable[..., Network]]:
    """Return what describes each network, by the name that the command line knows it by."""
    return {**NETWORKS, **SMALL}


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
    _add_train(commands)
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

networks: {", ".join(networks())}
variants of googlenet: {", ".join(VARIANTS)}
""",
    )
    parser.add_argument("network", metavar="NETWORK", help="the network's name, such as googlenet")
    parser.add_argument(
        "--input",
        type=_picture_sides,
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


def _run_cost(chosen: argparse.Namespace) -> None:
    print(_FORMATS[chosen.format](cost(_network(chosen))))


def _network(chosen: argparse.Namespace, **more: Any) -> Network:
    """Return the network that a command's options describe; options that it does not know are refused."""
    known = networks()
    one_of("network", chosen.network, tuple(known))
    build = known[chosen.network]
    options = {name: getattr(chosen, name, None) for name in ("auxiliary", "variant", "classes", "width")}
    options["input_shape"] = chosen.input and (*chosen.input, 3)
    given = {name: value for name, value in {**options, **more}.items() if value is not None}
    for name in given.keys() - inspect.signature(build).parameters.keys():
        raise ValueError(f"{chosen.network} has no option --{name.removesuffix('_shape')}.")
    return build(**given)


def _add_train(commands: Any) -> None:
    parser: _Parser = commands.add_parser(
        "train",
        help="train a network",
        description="Train a network and report its accuracy on pictures it was not trained on.\n"
        "Without options: scaled digits, about a minute on a laptop.",
        epilog=f"""examples:
  {PROGRAM} train --out runs/digits
  {PROGRAM} train --dataset cifar10 --out runs/cifar
  {PROGRAM} train --dataset cifar10 --out runs/cifar --resume
  {PROGRAM} train --dataset my_pictures/ --network googlenet --variant batch_norm --input 96

A run that was interrupted or killed is carried on by the same command with --resume.
CIFAR-10 is read from cifar10.npz in the folder that INCEPTION_LAB_DATA names, else downloaded.
networks: {", ".join(networks())}
recipes: {", ".join(RECIPES)}
""",
    )
    parser.add_argument(
        "--dataset",
        default="scaled-digits",
        metavar="NAME|DIRECTORY",
        help="scaled-digits (default), cifar10, or a folder with a sub-folder of pictures for each class",
    )
    parser.add_argument("--recipe", default="modern", metavar="NAME", help="default: modern")
    parser.add_argument(
        "--network", metavar="NAME", help="default: a small GoogLeNet that suits the data set"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="default: what suits the data set")
    parser.add_argument("--batch-size", type=int, metavar="N", help="default: the recipe's")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="default: the recipe's")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--out", metavar="DIR", help="keep weights, log and checkpoints there; default: keep none"
    )
    parser.add_argument("--resume", action="store_true", help="carry on the run in --out")
    parser.add_argument("--auxiliary", action="store_true", default=None, help="with auxiliary classifiers")
    parser.add_argument("--variant", metavar="NAME", help="which of the networks published under this name")
    parser.add_argument("--width", type=float, metavar="FACTOR", help="multiply every number of filters")
    parser.add_argument(
        "--input",
        type=_picture_sides,
        metavar="SIZE",
        help="pixels that pictures are resized to, on the device; default: the network's own",
    )
    parser.add_argument("--augmentation", metavar="NAME", help="default: what suits the data set")
    parser.add_argument(
        "--precision", metavar="NAME", help="float32, bfloat16 or float16; default: what suits the hardware"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.set_defaults(run=_run_train)


def _run_train(chosen: argparse.Namespace) -> None:
    if chosen.resume and not chosen.out:
        raise ValueError("--resume needs the directory of the run: --out DIR.")
    one_of("recipe", chosen.recipe, tuple(RECIPES))
    changes = {"batch_size": chosen.batch_size, "learning_rate": chosen.learning_rate}
    given = {name: value for name, value in changes.items() if value is not None}
    recipe = replace(RECIPES[chosen.recipe], **given)
    suited = SUITED.get(chosen.dataset, SUITED["folder"])
    chosen.network = chosen.network or suited.network
    if chosen.dataset not in SUITED and chosen.input is None:
        chosen.input = suited.input
    # What takes long is loaded when the options have been found good.
    _network(chosen)
    from inception_lab.model.data import load
    from inception_lab.model.train import summary, train

    data = load(chosen.dataset, seed=chosen.seed)
    result = train(
        data,
        _network(chosen, classes=len(data.classes)),
        recipe,
        epochs=suited.epochs if chosen.epochs is None else chosen.epochs,
        seed=chosen.seed,
        out=chosen.out,
        resume=chosen.resume,
        augmentation=chosen.augmentation,
        precision=chosen.precision,
    )
    if result.interrupted:
        raise SystemExit(INTERRUPTED)
    numbers = summary(result)
    if chosen.format == "json":
        print(json.dumps(numbers))
        return
    print(
        f"{data.name}: test accuracy {result.accuracy:.2%} ({len(data.test):,} pictures) "
        f"after {result.epochs} epochs\n"
        f"{result.parameters:,} parameters, {numbers['seconds']:.0f} s, "
        f"{numbers['images_per_second'] or 0:,.0f} images/s, {numbers['precision']}"
    )


@dataclass(frozen=True)
class Suited:
    """What a data set is trained with unless options say otherwise."""

    network: str
    epochs: int
    input: tuple[int, int] | None = None


SUITED: Mapping[str, Suited] = {
    "scaled-digits": Suited("googlenet-digits", epochs=7),
    "cifar10": Suited("googlenet-cifar", epochs=60),
    "folder": Suited("googlenet-digits", epochs=30, input=(96, 96)),
}


def _picture_sides(text: str) -> tuple[int, int]:
    sides = re.fullmatch(r"([0-9]{1,9})(?:[x×]([0-9]{1,9}))?", text)
    if sides is None:
        raise argparse.ArgumentTypeError(
            f"must be a side in pixels, such as 224, or height x width, such as 250x300. Received: {text!r}."
        )
    height, width = sides.groups()
    return int(height), int(width or height)


def _json(counted: Cost) -> str:
    def row(layer: LayerCost) -> dict[str, Any]:
        fields = ("name", "type", "input_shape", "output_shape", "parameters", "macs")
        return {field: getattr(layer, field) for field in fields}

    result = {
        "network": counted.network,
        "input_shape": counted.input_shape,
        "parameters": counted.parameters,
        "macs": counted.macs,
        "flops": counted.flops,
        "layers": [row(layer) for layer in counted.layers],
    }
    return json.dumps(result, indent=2)


def _csv(counted: Cost) -> str:
    rows = counted.rows()
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().removesuffix("\n")


def _table(counted: Cost) -> str:
    head = ("layer", "type", "output", "parameters", "MACs")
    rows = [
        (layer.name, layer.type, _times(layer.output_shape), f"{layer.parameters:,}", f"{layer.macs:,}")
        for layer in counted.layers
    ]
    total = ("total", "", "", f"{counted.parameters:,}", f"{counted.macs:,}")
    widths = [max(map(len, column)) for column in zip(head, *rows, total, strict=True)]

    def line(row: Sequence[str]) -> str:
        left = [f"{cell:<{width}}" for cell, width in zip(row[:2], widths[:2], strict=True)]
        right = [f"{cell:>{width}}" for cell, width in zip(row[2:], widths[2:], strict=True)]
        return "  ".join((*left, *right))

    rule = "─" * len(line(head))
    notes = [f"FLOPs = 2 × MACs = {counted.flops:,}"]
    if counted.moving_statistics:
        notes.append(
            f"Stored besides and not trained: {counted.moving_statistics:,} statistics of batch norm"
        )
    notes += [
        "Other operations, memory and reach: --format csv",
        *(f"Left out: {what}" for what in counted.omitted),
    ]
    title = f"{counted.network}, one image of {_times(counted.input_shape)} (height × width × channels)"
    return "\n".join((title, "", line(head), rule, *map(line, rows), rule, line(total), "", *notes))


def _times(shape: Shape) -> str:
    return "×".join(map(str, shape))


_FORMATS: Mapping[str, Callable[[Cost], str]] = {"table": _table, "json": _json, "csv": _csv}

"""The command `inception-lab train`: train a network, keep the run, carry it on."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inception_lab.architecture.layers import one_of
from inception_lab.cli.options import INTERRUPTED, described_network, networks, picture_sides
from inception_lab.model.training.recipes import RECIPES, Recipe


@dataclass(frozen=True)
class Suited:
    """What a data set is trained with unless options say otherwise."""

    network: str
    epochs: int
    input: tuple[int, int] | None = None
    recipe: str = "modern"


SUITED: Mapping[str, Suited] = {
    "scaled-digits": Suited("googlenet-digits", epochs=7),
    "cifar10": Suited("googlenet-cifar", epochs=100, recipe="long"),
    "folder": Suited("googlenet-digits", epochs=30, input=(96, 96)),
}
BVLC = "bvlc"  # the network that is not described but fetched, with its weights
FINETUNING = Suited(BVLC, epochs=8, recipe="finetune")


def add(commands: Any, program: str) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "train",
        help="train a network",
        description="Train a network and report its accuracy on pictures it was not trained on.\n"
        "Without options: scaled digits, about a minute on a laptop.",
        epilog=f"""examples:
  {program} train --out runs/digits
  {program} train --dataset cifar10 --out runs/cifar
  {program} train --dataset cifar10 --out runs/cifar --resume
  {program} train --dataset my_pictures/ --network googlenet --variant batch_norm --input 96
  {program} train --dataset my_pictures/ --network bvlc --out runs/mine

A run that was interrupted or killed is carried on by the same command with --resume.
CIFAR-10 is read from cifar10.npz in the folder that INCEPTION_LAB_DATA names, else downloaded.
With --network bvlc, training starts from the weights that BVLC trained on ImageNet (28 MB, downloaded once
unless INCEPTION_LAB_WEIGHTS names them): first a new classifier alone, then the whole network.
networks: {", ".join((*networks(), BVLC))}
recipes: {", ".join(RECIPES)}
""",
    )
    parser.add_argument(
        "--dataset",
        default="scaled-digits",
        metavar="NAME|DIRECTORY",
        help="scaled-digits (default), cifar10, or a folder with a sub-folder of pictures for each class",
    )
    parser.add_argument("--recipe", metavar="NAME", help="default: modern; with --network bvlc finetune")
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
        type=picture_sides,
        metavar="SIZE",
        help="pixels that pictures are resized to, on the device; default: the network's own",
    )
    parser.add_argument("--augmentation", metavar="NAME", help="default: what suits the data set")
    parser.add_argument(
        "--precision", metavar="NAME", help="float32, bfloat16 or float16; default: what suits the hardware"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    together = parser.add_argument_group(
        "several processes, each with its share of every batch",
        "on the backend jax; the same command in each, with its own number (docs/scaling.md)",
    )
    together.add_argument("--processes", type=int, metavar="N", help="how many")
    together.add_argument("--process", type=int, metavar="I", help="which of them this is, from 0")
    together.add_argument("--coordinator", metavar="HOST:PORT", help="where the first one listens")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> None:
    if chosen.resume and not chosen.out:
        raise ValueError("--resume needs the directory of the run: --out DIR.")
    suited = SUITED.get(chosen.dataset, SUITED["folder"])
    if chosen.network == BVLC:
        suited = FINETUNING
        for option in ("auxiliary", "variant", "width", "input"):
            if getattr(chosen, option) is not None:
                raise ValueError(f"{BVLC} has no option --{option}.")
    elif chosen.dataset not in SUITED and chosen.input is None:
        chosen.input = suited.input
    chosen.network = chosen.network or suited.network
    chosen.recipe = chosen.recipe or suited.recipe
    one_of("recipe", chosen.recipe, tuple(RECIPES))
    changes = {"batch_size": chosen.batch_size, "learning_rate": chosen.learning_rate}
    given = {name: value for name, value in changes.items() if value is not None}
    recipe = replace(RECIPES[chosen.recipe], **given)
    # What takes long is loaded when the options have been found good.
    if chosen.network != BVLC:
        described_network(chosen)
    if chosen.processes is not None:
        os.environ.setdefault("KERAS_BACKEND", "jax")
    from inception_lab.model.training.distribution import LostProcessError, join

    try:
        team = join(chosen.coordinator, chosen.processes, chosen.process)
        _train(chosen, recipe, suited, quiet=not team.first)
    except LostProcessError as error:
        carry_on = f" Carry on with --resume, by as many processes as you like (in {chosen.out})."
        print(f"{error}{carry_on if chosen.out else ''}", file=sys.stderr, flush=True)
        os._exit(1)  # JAX would wait for the lost one, and say so in dozens of lines


def _train(chosen: argparse.Namespace, recipe: Recipe, suited: Suited, quiet: bool) -> None:
    from inception_lab.model.classifier import classifier
    from inception_lab.model.data.folder import load
    from inception_lab.model.pretrained.start import for_classes
    from inception_lab.model.training.result import summary
    from inception_lab.model.training.train import train

    start = classifier() if chosen.network == BVLC else None
    data = load(chosen.dataset, seed=chosen.seed, side=start.network.input_shape[0] if start else None)
    classes = len(data.classes)
    result = train(
        data,
        for_classes(start.network, classes) if start else described_network(chosen, classes=classes),
        recipe,
        epochs=suited.epochs if chosen.epochs is None else chosen.epochs,
        seed=chosen.seed,
        out=chosen.out,
        resume=chosen.resume,
        augmentation=chosen.augmentation,
        precision=chosen.precision,
        start=start,
    )
    if result.interrupted:
        raise SystemExit(INTERRUPTED)
    if quiet:
        return
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

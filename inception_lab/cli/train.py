"""The command `inception-lab train`: train a network, keep the run, carry it on."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inception_lab.checks import entry, positive_integer, seed_number
from inception_lab.cli.options import (
    DESCRIBING,
    INTERRUPTED,
    PROGRAM,
    add_describing,
    describer,
    networks,
    run_directory,
)
from inception_lab.model.training.recipes import AUGMENTATIONS, BVLC, FINETUNING, RECIPES, SUITED
from inception_lab.text import say

if TYPE_CHECKING:
    from inception_lab.model.data.dataset import Splits
    from inception_lab.model.training.outcome import Outcome


SHOWN = 12  # classes whose accuracy is printed


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "train",
        help="train a network",
        description="Train a network and report its accuracy on pictures it was not trained on.\n"
        "Without options: scaled digits, about a minute and a half on a laptop.",
        epilog=f"""examples:
  {PROGRAM} train --out runs/digits
  {PROGRAM} train --dataset cifar10 --out runs/cifar
  {PROGRAM} train --dataset cifar10 --out runs/cifar --resume
  {PROGRAM} train --dataset my_pictures/ --network googlenet --variant batch_norm --input 96
  {PROGRAM} train --dataset my_pictures/ --network bvlc --out runs/mine
  {PROGRAM} train --dataset more_pictures/ --from runs/mine --out runs/more

A run that was interrupted or killed is carried on by the same command with --resume.
CIFAR-10 is read from cifar10.npz in the folder that INCEPTION_LAB_DATA names, else downloaded.
With --network bvlc, training starts from the weights that BVLC trained on ImageNet (28 MB, downloaded once
unless INCEPTION_LAB_WEIGHTS names them): first a new classifier alone, then the whole network.
--from DIR does the same with a run of your own.
networks: {", ".join((*networks(), BVLC))}
recipes: {", ".join(RECIPES)}
""",
    )
    parser.add_argument(
        "--dataset",
        default="scaled-digits",
        metavar="NAME|DIRECTORY",
        help="scaled-digits (default), cifar10, or a folder with a sub-folder of pictures for each class, "
        "itself or its train, val and test",
    )
    parser.add_argument(
        "--recipe", metavar="NAME", help="default: modern; finetune where training starts from weights"
    )
    parser.add_argument(
        "--network", metavar="NAME", help="default: a small GoogLeNet that suits the data set"
    )
    parser.add_argument(
        "--from", dest="start", type=run_directory, metavar="DIR", help="start from the weights of your run"
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="default: what suits the data set")
    parser.add_argument("--batch-size", type=int, metavar="N", help="default: the recipe's")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="default: the recipe's")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--out", metavar="DIR", help="keep weights, log and checkpoints there; default: keep none"
    )
    parser.add_argument("--resume", action="store_true", help="carry on the run in --out, or begin it")
    add_describing(parser, "pixels that pictures are resized to, on the device")
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


def _run(
    *,
    dataset: str,
    recipe: str | None,
    network: str | None,
    start: Path | str | None,
    learning_rate: float | None,
    format: str,
    processes: int | None,
    process: int | None,
    coordinator: str | None,
    **options: Any,
) -> None:
    describing = {name: options.pop(name) for name in DESCRIBING}  # the others are `lab.train`'s own
    out, resume = options["out"], options["resume"]
    if resume and not out:
        raise ValueError("--resume needs the directory of the run: --out DIR.")
    if network == BVLC and not start:
        start, network = BVLC, None
    if start:
        for option, value in {**describing, "network": network}.items():
            if value is not None:
                raise ValueError(f"{start} has no option --{option}.")
    suited = FINETUNING if start else SUITED.get(dataset, SUITED["folder"])
    if dataset not in SUITED and describing["input"] is None:
        describing["input"] = suited.input
    recipe = recipe or suited.recipe
    chosen = entry("recipe", recipe, RECIPES)
    if learning_rate is not None:
        chosen = replace(chosen, learning_rate=learning_rate)
    for name in ("epochs", "batch_size"):
        if options[name] is not None:
            positive_integer(name, options[name], f" (--{name.replace('_', '-')})")
    seed_number(options["seed"], " (--seed)")
    if options["augmentation"] is not None:
        entry("augmentation", options["augmentation"], AUGMENTATIONS)
    if options["epochs"] is None:
        options["epochs"] = suited.epochs
    if not start:
        describe = describer(network or suited.network, **describing)
        describe(classes=2)  # which refuses what it cannot be given, before pictures are read
    if out:
        from inception_lab.model.training.run import RunDirectory

        RunDirectory(out).check(None, resume)
    # What takes long is loaded when the options have been found good.
    if any(each is not None for each in (coordinator, processes, process)):
        os.environ.setdefault("KERAS_BACKEND", "jax")
    from inception_lab.model.training.distribution import LostProcessError, join

    try:
        team = join(coordinator, processes, process)
        from inception_lab.model.backend import precision as chosen_precision
        from inception_lab.model.classifier import for_classes
        from inception_lab.model.data.folder import load
        from inception_lab.model.evaluate import explained_by_largest
        from inception_lab.model.pretrained.sources import classifier
        from inception_lab.model.training.train import train

        chosen_precision(options["precision"])
        source = classifier(start, download=True) if start else None
        side = source.network.input_shape[0] if source else None
        data = load(dataset, seed=options["seed"], side=side, quiet=not team.first)
        if source:
            describe = partial(for_classes, source.network)
        outcome = train(data, describe(classes=len(data.classes)), chosen, start=source, **options)
    except LostProcessError as error:
        carry_on = f" Carry on with --resume, by as many processes as you like (in {out})."
        say(f"{error}{carry_on if out else ''}")
        os._exit(1)  # JAX would wait for the lost one, and say so in dozens of lines
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED)
    if team.first:
        if warning := explained_by_largest(outcome.classes):
            say(f"{data.name}: {warning}")
        print(_report(data, outcome, format))


def _report(data: Splits, outcome: Outcome, format: str) -> str:
    numbers = outcome.numbers()
    if format == "json":
        return json.dumps(numbers, allow_nan=False)
    listed = outcome.shown(SHOWN)
    rest = len(outcome.classes) - len(listed)
    more = f", and {rest} more, all at least as good" if rest else ""
    return (
        f"{data.name}: test accuracy {outcome.accuracy:.2%} ({len(data.test):,} pictures) "
        f"after {outcome.epochs} epoch{'s' * (outcome.epochs != 1)}\n"
        f"{outcome.parameters:,} parameters, {numbers['seconds']:.0f} s, "
        f"{numbers['images_per_second'] or 0:,.0f} images/s, {numbers['precision']}\n"
        f"{', '.join(map(str, listed))}{more}"
    )

"""Training: a recipe, a network and pictures go in; a trained model and its history come out.

Order, augmentation and dropout of each epoch are derived from the seed and the epoch's number, and
nothing else, so a run that was killed and carried on ends as if it had not been: bit for bit, on
the same CPU.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inception_lab.architecture.network import Network
from inception_lab.architecture.stored import network_to_data
from inception_lab.checks import (
    entry,
    finite_number,
    function,
    one_of,
    positive_integer,
    seed_number,
    true_or_false,
)
from inception_lab.model.backend import BACKENDS, dtype_policy, keras
from inception_lab.model.backend import precision as chosen_precision
from inception_lab.model.classifier import Classifier, start_from
from inception_lab.model.data.augmentation import AUGMENTATIONS, Augmentation
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.data.splitting import Pair, as_splits
from inception_lab.model.evaluate import ClassAccuracy, accuracy, accuracy_by_class
from inception_lab.model.hardware import hardware, versions
from inception_lab.model.pretrained.sources import classifier
from inception_lab.model.training.distribution import Team, losses, team
from inception_lab.model.training.epochs import Epochs
from inception_lab.model.training.learner import Learner
from inception_lab.model.training.outcome import Outcome
from inception_lab.model.training.progress import Progress
from inception_lab.model.training.recipes import RECIPES, Recipe
from inception_lab.model.training.run import Row, RunDirectory
from inception_lab.shown import live_curves


@dtype_policy("float32")
def train(
    data: Splits | Dataset | Pair | tuple[Pair, Pair],
    network: Network,
    recipe: str | Recipe = "modern",
    *,
    epochs: int = 6,
    batch_size: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    resume: bool = False,
    augmentation: str | Augmentation | None = None,
    precision: str | None = None,
    kernel_initializer: str = "he_normal",
    bias_initializer: float = 0.0,
    start: Classifier | str | Path | None = None,
    on_epoch: Callable[[list[Row]], None] | None = None,
    on_step: Callable[[int, int], None] | None = None,
    progress: bool | None = None,
) -> Outcome:
    """Train a network on a data set.

    Args:
        data: Pictures to learn from, to choose by and to report on: what a loader of `lab.data` returns, or
            what `lab.data.as_splits` splits, such as `(pictures, labels)`.
        network: Its input may have another size than the pictures: they are resized on the device.
        recipe: A name in `RECIPES`, or one of your own.
        epochs: Times that the pictures are gone through.
        batch_size: Pictures a step, instead of the recipe's.
        seed: Decides initial weights, order, augmentation and dropout.
        out: Directory for log, checkpoints and weights; without one nothing is written.
        resume: Carry on the run that `out` holds, or begin it.
        augmentation: A name in `AUGMENTATIONS`, or one of your own, instead of the data set's.
        precision: `"float32"`, `"bfloat16"` or `"float16"`, instead of what suits the hardware.
        kernel_initializer: Keras's name of it, such as `"glorot_uniform"`.
        bias_initializer: Value that all biases start from.
        start: A trained network that all layers but the classifier start from: `lab.classifier()`, or what
            that takes, such as `"bvlc"` or a run's directory. `network` is then
            `for_classes(lab.classifier(…).network, len(data.classes))`.
        on_epoch: Called after each epoch with the history so far. By default a notebook draws live curves.
        on_step: Called after each step with epoch and step, from 0.
        progress: Whether progress is written to the error stream; by default, unless there is an `on_epoch`.

    Returns:
        The trained network with its history. After Ctrl-C it is as after the last complete epoch.

    Raises:
        ValueError: If arguments do not fit together, or `out` belongs to another run, is in use by another
            process, or cannot be written to, then or later, as where the disk is full.
        KeyboardInterrupt: If there was no complete epoch to keep.
        FloatingPointError: If the loss, a weight or a prediction is no finite number: the run ends there.
        LostProcessError: If this process trains with others, and one of them has ended.
    """
    started = time.perf_counter()
    data = as_splits(data)
    if not isinstance(network, Network):
        raise ValueError(
            "`network` must be a description, such as lab.googlenet_digits(); lab.describe makes one of a "
            f"Keras model. Received: {type(network).__name__}."
        )
    if resume and out is None:
        raise ValueError("`resume` needs the directory of the run, `out`. Received: out=None.")
    chosen = recipe if isinstance(recipe, Recipe) else entry("recipe", recipe, RECIPES)
    if batch_size is not None:
        chosen = replace(chosen, batch_size=batch_size)
    epochs, seed = positive_integer("epochs", epochs), seed_number(seed)
    finite_number("bias_initializer", bias_initializer)
    for name, hook in {"on_epoch": on_epoch, "on_step": on_step}.items():
        function(name, hook)
    for name, switch in {"resume": resume, "progress": progress is not None and progress}.items():
        true_or_false(name, switch)
    _check(data, network, chosen, batch_size)
    one_of("KERAS_BACKEND", keras.backend.backend(), BACKENDS[:3])
    crew = team()
    crew.check(chosen.batch_size)
    augmentation = data.augmentation if augmentation is None else augmentation
    if not isinstance(augmentation, Augmentation):
        augmentation = entry("augmentation", augmentation, AUGMENTATIONS)
    steps = len(data.train) // chosen.batch_size
    begin = None if start is None else start_from(_trained(start))
    config = {
        "data": {"name": data.name, "fingerprint": data.fingerprint, "classes": list(data.classes)},
        "picture_shape": list(data.train.picture_shape),
        "recipe": asdict(chosen),
        "epochs": epochs,
        "seed": seed,
        "augmentation": asdict(augmentation),
        "precision": chosen_precision(precision).name,
        "kernel_initializer": kernel_initializer,
        "bias_initializer": float(bias_initializer),
        "network": network_to_data(network),
    }
    if begin:
        config["start"] = {"name": begin.name, "fingerprint": begin.fingerprint, "centre": list(begin.centre)}
    directory = RunDirectory(out) if out is not None and crew.first else None
    if directory and crew.processes == 1:  # several hear of it together, from `begin`
        directory.check(config, resume)
    learner = Learner(
        network,
        data.train.picture_shape,
        chosen,
        chosen.learning_rates(epochs, steps),
        augmentation=augmentation,
        precision=precision,
        seed=seed,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        start=begin,
    )
    if on_epoch is None and progress is None and crew.first:
        on_epoch = live_curves(epochs, 1 / len(data.classes))
    said = crew.first and (on_epoch is None if progress is None else progress)
    shown = Progress(said, epochs, steps, learner.outputs)
    with directory.taken() if directory else nullcontext(), losses():
        rows = _begin(directory, config, learner, resume, shown, crew)
        together = f", {crew}" if crew.devices > 1 else ""
        shown.say(f"Training in {learner.precision}{together}.")
        kept = Epochs(data, learner, rows, steps, out is not None, directory, shown, on_epoch, on_step)
        classes: tuple[ClassAccuracy, ...]
        thaw = round(chosen.frozen * epochs)
        try:
            learner.fit(
                data.train.images,
                data.train.labels,
                range(len(rows), epochs),
                frozen=thaw,
                step_done=kept.step_done,
                epoch_done=kept.epoch_done,
            )
        except KeyboardInterrupt:
            if kept.state is None:
                raise
            learner.restore(kept.state)
            where = f"; `resume` carries on from there (in {directory.path})" if directory else ""
            done = len(kept.rows)
            shown.say(f"Interrupted in epoch {done + 1}: the last complete one, {done}, is kept{where}.")
            score, classes = None, ()
        else:
            found, right = kept.logits(data.test, epochs - 1), data.test.labels
            score, classes = accuracy(found, right), accuracy_by_class(found, right, data.classes)
        seconds = time.perf_counter() - started
        outcome = Outcome(
            learner,
            kept.rows,
            score,
            seconds,
            kept.images_per_second,
            interrupted=score is None,
            classes=classes,
            directory=Path(out) if out is not None else None,
        )
        if directory and score is not None:
            about = {"data": asdict(data.report)} if data.report else {}
            directory.finish({**outcome.numbers(), **about})
        return outcome


def _begin(
    directory: RunDirectory | None,
    config: Mapping[str, Any],
    learner: Learner,
    resume: bool,
    shown: Progress,
    crew: Team,
) -> list[Row]:
    """Take the directory, and bring all processes to where the run in it was left; return its epochs."""
    rows: list[Row] = []
    refused: ValueError | None = None
    try:
        if directory:
            directory.begin(
                config, {**versions(), "hardware": hardware(), "precision": str(learner.precision)}, resume
            )
            if resume and (checkpoint := directory.latest(shown.say)):
                learner.restore(checkpoint.state)
                rows = checkpoint.rows
                directory.log(rows)
                epoch = f"epoch {checkpoint.epoch} of {config['epochs']}"
                shown.say(f"Carrying on after {epoch} (in {directory.path}).")
            elif resume:
                shown.say(f"No epoch to carry on from (in {directory.path}): this run begins.")
    except ValueError as error:
        refused = error
    told = crew.said_by_the_first({"rows": rows, "refused": str(refused or "")})
    if told["refused"]:
        raise refused or ValueError(told["refused"])
    rows = told["rows"]
    if rows and crew.processes > 1:
        learner.restore(crew.told_by_the_first(learner.state()))
    return rows


def _trained(start: Classifier | str | Path) -> Classifier:
    if isinstance(start, Classifier):
        return start
    if not isinstance(start, str | Path):
        raise ValueError(
            "`start` must be a classifier, its name, or the directory of a run, which `out` keeps. "
            f"Received: {type(start).__name__}."
        )
    try:
        return classifier(start)
    except ValueError as error:
        raise ValueError(str(error).replace("`source`", "`start`", 1)) from error


def _check(data: Splits, network: Network, recipe: Recipe, batch_size: int | None) -> None:
    if recipe.batch_size > len(data.train):
        whose = "" if batch_size else " (the recipe's)"
        raise ValueError(
            f"`batch_size` must be at most the number of training pictures, {len(data.train):,}. "
            f"Received: batch_size={recipe.batch_size}{whose}."
        )
    for output, shape in network.output_shapes().items():
        if shape != (len(data.classes),):
            raise ValueError(
                f"The network must have an output for each of {len(data.classes)} classes (of {data.name}). "
                f"Received: shape {shape} at '{output}'."
            )
    if network.input_shape[2] != 3:
        raise ValueError(f"The network must take 3 colours. Received: input_shape={network.input_shape}.")

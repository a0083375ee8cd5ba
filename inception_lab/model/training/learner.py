"""A network made ready to learn: pictures' preparation, losses, metrics, optimizer, averages and seeds."""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.network import Network
from inception_lab.model.backend import as_array, dtype_policy, keras
from inception_lab.model.backend import precision as chosen_precision
from inception_lab.model.build import build
from inception_lab.model.classifier import Start
from inception_lab.model.data.augment import GREY, Window
from inception_lab.model.data.augmentation import Augmentation
from inception_lab.model.data.dataset import Labels, Pictures
from inception_lab.model.training.distribution import on_this_process, team
from inception_lab.model.training.optimizer import AveragedSGD, Crossentropy, Rates
from inception_lab.model.training.recipes import Recipe

Logs = Mapping[str, float]
StepDone = Callable[[int, int, Logs], None]
EpochDone = Callable[[int, dict[str, float]], None]

SEED_STATE = "seed_generator_state"  # Keras's name for the variables that randomness comes from


class Learner:
    """A network with all that its training needs. `train` drives it, and says what its arguments mean.

    Pictures have `picture_shape` as they are stored, and each step has its learning rate in `rates`.

    Attributes:
        core: The network in Keras, as `build` makes it.
        model: The same after the preparation of pictures; its outputs are a dict by head, logits.
        outputs: Names of the heads.
        parameters: Trained parameters.
    """

    def __init__(
        self,
        network: Network,
        picture_shape: tuple[int, int, int],
        recipe: Recipe,
        rates: npt.NDArray[np.float32],
        *,
        augmentation: Augmentation | None = None,
        precision: str | None = None,
        seed: int = 0,
        kernel_initializer: str = "he_normal",
        bias_initializer: float = 0.0,
        start: Start | None = None,
    ) -> None:
        self.network, self.recipe, self.rates, self.seed = network, recipe, rates, seed
        self.precision = chosen_precision(precision)
        height, width, _ = network.input_shape
        with dtype_policy(self.precision.policy):
            self.core = build(
                network, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, seed=seed
            )
        if start:
            start.load_into(self.core)
        pictures = keras.Input(picture_shape, dtype="uint8", name=f"{self.core.name}_picture")
        centre = start.centre if start else GREY
        window = Window(height, width, augmentation, seed, centre, name=f"{self.core.name}_window")
        outputs = self.core(window(pictures))
        outputs = outputs if isinstance(outputs, dict) else {"main": outputs}
        self.outputs = tuple(outputs)
        self.model = keras.Model(pictures, outputs)
        self.optimizer = AveragedSGD(
            Rates(rates),
            momentum=recipe.momentum,
            nesterov=recipe.nesterov,
            weight_decay=recipe.weight_decay or None,
            averaging=recipe.averaging,
            name="sgd",
        )
        if recipe.weight_decay:
            self.optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        compile_heads(self.model, self.optimizer, recipe)
        self._learned = self.model.trainable_variables
        self.model.optimizer.build(self._learned)
        self._seeds = [v for v in self.model.non_trainable_variables if SEED_STATE in v.path]
        self.parameters = sum(int(np.prod(variable.shape)) for variable in self.core.trainable_variables)
        self._body = (
            [layer for layer in self.core.layers if layer.weights and layer.name != start.classifier]
            if start
            else []
        )

    def fit(
        self,
        pictures: Pictures,
        labels: Labels,
        epochs: range,
        *,
        frozen: int = 0,
        step_done: StepDone = lambda *_: None,
        epoch_done: EpochDone = lambda *_: None,
    ) -> None:
        """Go through the pictures once an epoch.

        Order, augmentation and dropout of an epoch follow from the seed and its number, and nothing else.
        What does not fill a batch at an epoch's end is left out. Of each batch this process takes its share.

        Args:
            pictures: uint8 `(count, height, width, 3)`.
            labels: Class of each.
            epochs: Which ones, counted from 0.
            frozen: The epoch from which all layers learn; before it only the classifier does, where the
                weights were trained.
            step_done: Called after each step with epoch, step and the epoch's means so far.
            epoch_done: Called after each epoch with its number and means: `loss`, and each head's accuracy.
        """
        thaw = min(max(frozen, epochs.start), epochs.stop)
        tell = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, _: self.begin_epoch(epoch),
            on_train_batch_end=lambda step, logs: step_done(self.epoch, step, logs),
            on_epoch_end=lambda epoch, logs: epoch_done(epoch, head_logs(logs, self.outputs)),
        )
        for part in (range(epochs.start, thaw), range(thaw, epochs.stop)):
            if part:
                self._freeze(part.stop <= frozen)
                self.model.fit(
                    self._batches(pictures, labels, part),
                    initial_epoch=part.start,
                    epochs=part.stop,
                    steps_per_epoch=len(labels) // self.recipe.batch_size,
                    shuffle=False,
                    verbose=0,
                    callbacks=[tell],
                )

    def _freeze(self, frozen: bool) -> None:
        """Keep all below the classifier as it is, or let it learn; only where the weights were trained.

        Keras on JAX cannot step some of an optimizer's variables and leave the others: there all learns.
        """
        if keras.backend.backend() != "jax" and any(layer.trainable == frozen for layer in self._body):
            for layer in self._body:
                layer.trainable = not frozen
            compile_heads(self.model, self.optimizer, self.recipe)

    def _batches(
        self, pictures: Pictures, labels: Labels, epochs: range
    ) -> Iterator[tuple[Pictures, dict[str, Labels]]]:
        batch = self.recipe.batch_size
        for epoch in epochs:
            order = np.random.default_rng((self.seed, epoch)).permutation(len(labels))
            for start in range(0, len(order) - batch + 1, batch):
                chosen = team().share(order[start : start + batch])
                yield pictures[chosen], dict.fromkeys(self.outputs, labels[chosen])

    def begin_epoch(self, epoch: int) -> None:
        """Set all that is random to where an epoch begins."""
        self.epoch = epoch
        for number, variable in enumerate(self._seeds):
            state = np.random.SeedSequence((self.seed, epoch, number)).generate_state(2)
            variable.assign(state.astype(variable.dtype))

    @dtype_policy()
    def predict(self, pictures: Pictures) -> dict[str, npt.NDArray[np.float32]]:
        """Return logits by head, `(count, classes)`, with the averaged weights where there are any."""
        with self._averaged():
            return team().gathered(self._predict, pictures)

    def _predict(self, pictures: Pictures) -> dict[str, npt.NDArray[np.float32]]:
        count, batch = len(pictures), self.recipe.batch_size
        # Batches of one size, the last one filled up: another size would be compiled anew.
        filled = (
            np.resize(pictures, (-(-count // batch) * batch, *pictures.shape[1:]))
            if count % batch
            else pictures
        )
        if team().processes > 1:
            forward = on_this_process(self.model)
            found = [forward(filled[start : start + batch]) for start in range(0, len(filled), batch)]
            return {name: np.concatenate([part[name] for part in found])[:count] for name in self.outputs}
        logits = self.model.predict(filled, batch_size=batch, verbose=0)
        return {name: np.asarray(values[:count], np.float32) for name, values in logits.items()}

    def weights_file(self) -> bytes:
        """Return what a file `.weights.h5` of the core's weights holds, averaged where there are averages."""
        file = InMemory()
        with self._averaged(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Keras hands NumPy 2.4 an old __array__
            self.core.save_weights(file)
        return file.getvalue()

    def _averaged(self) -> AbstractContextManager[None]:
        averages = self.optimizer.averages if self.recipe.averaging else []
        return _swapped(self._learned if averages else [], averages)

    def state(self) -> dict[str, Any]:
        """Return everything that training changes, as arrays by name."""
        return {name: as_array(variable) for name, variable in self._variables()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put a state back."""
        variables = dict(self._variables())
        for name in variables.keys() ^ state.keys():
            raise ValueError(
                f"A checkpoint must be of the same model. Received one that differs in '{name}'."
            )
        for name, variable in variables.items():
            variable.assign(state[name])

    def _variables(self) -> list[tuple[str, Any]]:
        groups = {"model": self.model.variables, "optimizer": self.model.optimizer.variables}
        return [
            (f"{group}.{number:04d}.{variable.name}", variable)
            for group, variables in groups.items()
            for number, variable in enumerate(variables)
            if SEED_STATE not in variable.path
        ]


def compile_heads(model: Any, optimizer: Any, recipe: Recipe) -> None:
    """Give each head of a model its loss, weight and accuracy."""
    heads = tuple(model.output)
    model.compile(
        optimizer=optimizer,
        loss={name: Crossentropy(recipe.label_smoothing, name=f"{name}_loss") for name in heads},
        loss_weights={name: 1.0 if name == "main" else recipe.auxiliary_weight for name in heads},
        metrics={name: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")] for name in heads},
    )


def head_logs(logs: Logs, heads: tuple[str, ...]) -> dict[str, float]:
    """Return Keras's logs as `loss` and `<head>_accuracy`: with one head Keras leaves its name out."""
    named = {f"{name}_accuracy": logs.get(f"{name}_accuracy", logs.get("accuracy")) for name in heads}
    return {"loss": logs["loss"], **{name: value for name, value in named.items() if value is not None}}


class InMemory(io.BytesIO):
    """Takes weights from Keras. HDF5 itself would end the process where a disk is full."""

    def __str__(self) -> str:
        return "in_memory.weights.h5"  # Keras looks at the end of its name


@contextmanager
def _swapped(variables: list[Any], values: list[Any]) -> Iterator[None]:
    """Give variables other values while entered."""
    before = [as_array(variable) for variable in variables]
    for variable, value in zip(variables, values, strict=True):
        variable.assign(as_array(value))
    yield
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)

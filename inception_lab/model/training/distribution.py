"""Several processes, or several devices, that train one network: each computes its share of every batch.

Data parallelism: all hold the same weights, gradients are averaged over all, and so are the statistics of
batch norm, so the run is that of one process with the same batches. On the JAX backend; the processes
find each other by Keras's environment variables or by what `join` is given.

    here     inception-lab train --coordinator HOST:PORT --processes 2 --process 0 …
    there    inception-lab train --coordinator HOST:PORT --processes 2 --process 1 …
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.checks import positive_integer
from inception_lab.model.quiet import STDERR, STDOUT, quiet

Arrays = dict[str, npt.NDArray[np.float32]]

# Loads Keras and computes with it, so it is imported late: JAX must know the others before that.
COMPUTES = "inception_lab.model.backend"
VARIABLES = {
    "coordinator": "KERAS_DISTRIBUTION_JOB_ADDRESSES",
    "processes": "KERAS_DISTRIBUTION_NUM_PROCESSES",
    "process": "KERAS_DISTRIBUTION_PROCESS_ID",
}


class LostProcessError(RuntimeError):
    """Another process of the run has ended, or cannot be reached."""


@dataclass(frozen=True)
class Team:
    """Who trains together."""

    processes: int = 1  # how many
    process: int = 0  # which of them this is, from 0. The first one writes files and says how far the run is
    devices: int = 1  # devices of all of them

    def __str__(self) -> str:
        """Say how many take part."""
        processes = f"{self.processes} processes" if self.processes > 1 else "one process"
        return f"{processes} on {self.devices} devices"

    @property
    def first(self) -> bool:
        """Whether this process writes."""
        return self.process == 0

    def check(self, batch_size: int) -> None:
        """Refuse batches that cannot be shared evenly."""
        if batch_size % self.devices:
            raise ValueError(
                f"`batch_size` must be a multiple of the number of devices, {self.devices}. "
                f"Received: batch_size={batch_size}."
            )

    def share(self, batch: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return this process's part of a batch, the `process`-th."""
        return np.split(batch, self.processes)[self.process]

    def gathered(self, compute: Callable[[npt.NDArray[Any]], Arrays], pictures: npt.NDArray[Any]) -> Arrays:
        """Have each process compute its part of some pictures, and return what all found, in order."""
        if self.processes == 1:
            return compute(pictures)
        from jax.experimental.multihost_utils import process_allgather

        each = -(-len(pictures) // self.processes)
        padded = np.resize(pictures, (each * self.processes, *pictures.shape[1:]))
        found = compute(self.share(padded))
        return {
            name: np.concatenate(np.asarray(process_allgather(part)))[: len(pictures)]
            for name, part in found.items()
        }

    def told_by_the_first(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the first process has, in all: arrays by name, of the same shapes in every one."""
        if self.processes == 1:
            return dict(value)
        from jax.experimental.multihost_utils import broadcast_one_to_all

        return {name: np.asarray(part) for name, part in broadcast_one_to_all(dict(value)).items()}

    def said_by_the_first(self, facts: Any) -> Any:
        """Return what the first process says, in all: plain data, which JSON can hold, of any length."""
        if self.processes == 1:
            return facts
        said = np.frombuffer(json.dumps(facts).encode(), np.uint8)
        length = int(self.told_by_the_first({"length": np.array(len(said))})["length"])
        text = said if self.first else np.zeros(length, np.uint8)
        return json.loads(self.told_by_the_first({"text": text})["text"].tobytes())


_TEAM = Team()


def team() -> Team:
    """Return the team that this process is in: itself alone, unless `join` was called."""
    return _TEAM


def join(coordinator: str | None = None, processes: int | None = None, process: int | None = None) -> Team:
    """Take part in training with other processes, and on all devices of this one. Call it once, at first.

    Args:
        coordinator: `HOST:PORT` of the first process, the same for all; else by Keras's environment
            variable `KERAS_DISTRIBUTION_JOB_ADDRESSES`.
        processes: How many; else `KERAS_DISTRIBUTION_NUM_PROCESSES`.
        process: Which of them this is, from 0; else `KERAS_DISTRIBUTION_PROCESS_ID`.

    Returns:
        The team. Without any of the three, and with a single device, that is this process alone.

    Raises:
        ValueError: If the three are not all given, or do not fit together, or the backend is another one.
        LostProcessError: If the others do not come.
    """
    global _TEAM
    given = {"coordinator": coordinator, "processes": processes, "process": process}
    found = {name: os.environ.get(VARIABLES[name]) if v is None else v for name, v in given.items()}
    known = {name: value for name, value in found.items() if value is not None}
    if known and (missing := [name for name in found if name not in known]):
        raise ValueError(
            f"Several processes need `coordinator`, `processes` and `process`. Missing: {', '.join(missing)}."
        )
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend != "jax":
        if known:
            raise ValueError(
                f"Several processes need the backend jax: set KERAS_BACKEND=jax. Received: {backend}."
            )
        return _TEAM
    if known:
        size, number = _whole("processes", found["processes"]), _whole("process", found["process"])
        positive_integer("processes", size)
        if not 0 <= number < size:
            raise ValueError(f"`process` must be from 0 to {size - 1}. Received: process={number}.")
        address = str(found["coordinator"]).split(",")[0]
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"`coordinator` must be HOST:PORT. Received: coordinator={address!r}.")
        if COMPUTES in sys.modules:
            raise ValueError("`join` must come first, before anything is built or computed.")
        with losses(), quiet(STDOUT), quiet(STDERR):
            import keras

            keras.distribution.initialize(address, size, number)
    import jax

    from inception_lab.model.backend import keras

    if jax.device_count() > 1:
        # Each process hands over its own share of a batch: sharding it again would lose pictures.
        parallel = keras.distribution.DataParallel(auto_shard_dataset=False)
        keras.distribution.set_distribution(parallel)
    _TEAM = Team(jax.process_count(), jax.process_index(), jax.device_count())
    return _TEAM


def _whole(name: str, value: Any) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"`{name}` must be a whole number. Received: {name}={value!r}.") from None


@contextmanager
def losses() -> Iterator[None]:
    """Say in one line that another process is lost, where JAX says so in many."""
    try:
        yield
    except RuntimeError as error:  # what JAX raises where a message does not come through
        if type(error).__module__.partition(".")[0] not in {"jax", "jaxlib"}:
            raise
        reason = " ".join(str(error).split())[:160]
        raise LostProcessError(
            f"Every process of a run must stay until its end. One cannot be reached ({reason})."
        ) from error


def on_this_process(model: Any) -> Callable[[npt.NDArray[Any]], Arrays]:
    """Return a model's forward pass, a dict, on this process alone, with the weights it has now."""
    import jax

    from inception_lab.model.backend import as_array

    groups = (model.trainable_variables, model.non_trainable_variables)
    learned, other = ([as_array(variable) for variable in group] for group in groups)

    @jax.jit
    def forward(learned: list[Any], other: list[Any], pictures: Any) -> Any:
        return model.stateless_call(learned, other, pictures, training=False)[0]

    def compute(pictures: npt.NDArray[Any]) -> Arrays:
        return {
            name: np.asarray(value, np.float32) for name, value in forward(learned, other, pictures).items()
        }

    return compute

"""The backend: loaded once, quietly, and only when a model is needed.

`from inception_lab.model.device import keras` is how this project imports Keras: TensorFlow and its
libraries write dozens of lines to the error stream while they load, past Python and past every
log level, and a notebook would show them to its reader.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

STDERR = 2


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what libraries write to the error stream, and show it only if they fail."""
    try:
        saved = os.dup(STDERR)
    except OSError:  # no error stream, as under pythonw
        yield
        return
    with tempfile.TemporaryFile() as log:
        sys.stderr.flush()
        os.dup2(log.fileno(), STDERR)
        try:
            yield
        except BaseException:
            _restore(saved)
            _replay(log)
            raise
        _restore(saved)


def _restore(saved: int) -> None:
    os.dup2(saved, STDERR)
    os.close(saved)


def _replay(log: IO[bytes]) -> None:
    log.seek(0)
    with suppress(OSError):
        os.write(STDERR, log.read())


def _load() -> None:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import keras

        # The first operation makes TensorFlow look for devices, which it reports as well.
        keras.ops.convert_to_numpy(keras.ops.zeros((1,)))


_load()
import keras  # noqa: E402

__all__ = ["keras", "quiet"]

"""Keeping libraries quiet that write past Python."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

STDOUT, STDERR = 1, 2


@contextmanager
def quiet(descriptor: int = STDERR) -> Iterator[None]:
    """Keep what libraries write to a stream, 1 or 2, and show it on the error stream, only if they fail."""
    stream = sys.stdout if descriptor == STDOUT else sys.stderr
    try:
        stream.flush()
        saved = os.dup(descriptor)
    except (AttributeError, OSError):  # no such stream, as under pythonw; its number may be another file's
        yield
        return
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), descriptor)
        try:
            yield
        except BaseException:
            _restore(saved, descriptor)
            _replay(log)
            raise
        _restore(saved, descriptor)


def _restore(saved: int, descriptor: int) -> None:
    os.dup2(saved, descriptor)
    os.close(saved)


def _replay(log: IO[bytes]) -> None:
    log.seek(0)
    with suppress(OSError):
        os.write(STDERR, log.read())

"""Keeping libraries quiet that write past Python."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

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
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(saved, descriptor)
            os.close(saved)
            if failed:
                log.seek(0)
                with suppress(OSError):
                    os.write(STDERR, log.read())

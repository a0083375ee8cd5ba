"""Files from the network: to a temporary name first, checked, and only then to their own.

Nothing half-written is ever found under a file's own name, and a whole file that is there is never lost.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CACHE = "INCEPTION_LAB_CACHE"
BLOCK = 1 << 18  # bytes
TIMEOUT = 30  # seconds without an answer
BAR = 24  # characters


@dataclass(frozen=True)
class Remote:
    """A file in the network.

    Attributes:
        name: Its name in the cache.
        addresses: Where it is, to be tried in this order.
        size: Its bytes.
        digest: Of its content, in hexadecimal.
        algorithm: Of the digest, as `hashlib` names it.
    """

    name: str
    addresses: tuple[str, ...]
    size: int
    digest: str
    algorithm: str = "sha256"


class UnfitError(ValueError):
    """What came is not the file."""


def cache_folder() -> Path:
    """Return where downloads are kept: `$INCEPTION_LAB_CACHE`, or the platform's place for such files."""
    if own := os.environ.get(CACHE):
        return Path(own).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "inception-lab"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "inception-lab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inception-lab"


def cached(remote: Remote, folder: Path | None = None) -> Path | None:
    """Return a file of the cache, or `None` if it is not there whole.

    A file with another content is put aside as `*.rejected`, which is said on the error stream.

    Args:
        remote: The file.
        folder: The cache, instead of the usual one.
    """
    path = (folder or cache_folder()) / remote.name
    if not path.is_file():
        return None
    found = hashlib.new(remote.algorithm, path.read_bytes(), usedforsecurity=False).hexdigest()
    if found == remote.digest:
        return path
    with suppress(OSError):  # where it cannot be moved it is still not used
        _say(str(_rejected(remote, path, path, found)))
    return None


def fetch(remote: Remote, folder: Path | None = None) -> Path:
    """Download a file into the cache, with progress on the error stream.

    Args:
        remote: The file.
        folder: The cache, instead of the usual one.

    Returns:
        Its path, once size and digest are found right.

    Raises:
        ValueError: If the cache cannot be written to, or no address gives the file; the message says what
            each of them gave.
    """
    folder = folder or cache_folder()
    failures = []
    for address in remote.addresses:
        try:
            return _fetch(remote, address, folder)
        except UnfitError as error:
            failures.append(f"{_host(address)}: {error}")
        except urllib.error.HTTPError as error:
            error.close()
            failures.append(f"{_host(address)}: HTTP {error.code} {error.reason}")
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            failures.append(
                f"{_host(address)}: {getattr(error, 'reason', None) or error or type(error).__name__}"
            )
        if address != remote.addresses[-1]:
            _say(f"{failures[-1]}; trying the next address.")
    raise ValueError(f"{remote.name} could not be downloaded. Received: {'; '.join(failures)}.")


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).netloc


def _fetch(remote: Remote, address: str, folder: Path) -> Path:
    request = urllib.request.Request(address, headers={"User-Agent": "inception-lab"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        new = folder / f"{remote.name}.{secrets.token_hex(4)}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with new.open("xb") as file:
                found, received = _copy(remote, response, file)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError):
            _discard(new)
            raise
        except OSError as error:
            _discard(new)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise ValueError(
                f"The cache must be writable, with {remote.size / 1e6:.0f} MB free. "
                f"Received: {folder} ({'it is full' if full else error.strerror or error}); "
                f"{CACHE} names another folder."
            ) from error
        except BaseException:  # Ctrl-C too
            _discard(new)
            raise
        expected = int(response.headers.get("Content-Length") or 0)
    if received < expected <= remote.size:
        _discard(new)
        raise UnfitError(f"cut short at {received:,} of {expected:,} bytes")
    path = folder / remote.name
    if found != remote.digest:
        raise _rejected(remote, new, path, found)
    os.replace(new, path)
    return path


def _copy(remote: Remote, source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    digest = hashlib.new(remote.algorithm, usedforsecurity=False)
    received = 0
    progress = _progress(remote)
    while received <= remote.size and (block := source.read(BLOCK)):
        target.write(block)
        digest.update(block)
        received += len(block)
        progress(received)
    target.flush()
    os.fsync(target.fileno())
    progress(-1)
    return digest.hexdigest(), received


def _rejected(remote: Remote, found_at: Path, path: Path, digest: str) -> UnfitError:
    """Put a wrong file aside, and return what to say of it."""
    aside = path.with_name(f"{path.name}.rejected")
    size = found_at.stat().st_size
    os.replace(found_at, aside)
    return UnfitError(
        f"wrong content, {remote.algorithm.upper()} {digest} ({size:,} bytes) instead of {remote.digest} "
        f"({remote.size:,} bytes); put aside as {aside}"
    )


def _discard(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _progress(remote: Remote) -> Callable[[int], None]:
    """Return what is told the bytes received, and -1 at the end: a bar in a terminal, else one line."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if not terminal:
        _say(f"Downloading {remote.name} ({remote.size / 1e6:.1f} MB).")
    drawn = 0.0

    def show(received: int) -> None:
        nonlocal drawn
        if not terminal:
            return
        if received < 0:
            sys.stderr.write("\n")
        elif time.monotonic() - drawn > 0.1 or received >= remote.size:
            drawn = time.monotonic()
            done = min(BAR, BAR * received // remote.size)
            bar = "█" * done + "·" * (BAR - done)
            sys.stderr.write(f"\r{remote.name} {bar} {received / 1e6:.1f} of {remote.size / 1e6:.1f} MB")
        sys.stderr.flush()

    return show


def _say(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr, flush=True)

"""Files from the network: checked by their hash, and under their own name only when whole; pooch does it."""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inception_lab.checks import in_a_line
from inception_lab.text import bar, say

CACHE = "INCEPTION_LAB_CACHE"
TIMEOUT = 30  # seconds without an answer


@dataclass(frozen=True)
class Remote:
    """A file in the network."""

    name: str  # its name in the cache
    addresses: tuple[str, ...]  # where it is, to be tried in this order
    size: int  # its bytes
    digest: str  # of its content, in hexadecimal
    algorithm: str = "sha256"  # of the digest, as `hashlib` names it


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
    """Return a file of the cache, or `None` if it is not there whole; other content is said and not used."""
    path = (folder or cache_folder()) / remote.name
    if not path.is_file():
        return None
    with path.open("rb") as file:
        found = hashlib.file_digest(file, remote.algorithm).hexdigest()
    if found == remote.digest:
        return path
    say(f"{path} is not used: {_wrong(remote)}.")
    return None


def fetch(remote: Remote, folder: Path | None = None) -> Path:
    """Download a file into the cache, with progress on the error stream.

    Raises:
        ValueError: If the cache cannot be written to, or no address gives the file; the message says what
            each of them gave.
    """
    import pooch
    from requests import RequestException

    folder = folder or cache_folder()
    pooch.get_logger().setLevel("ERROR")  # what it would say is said here
    known = f"{remote.algorithm}:{remote.digest}"
    failures: list[str] = []
    say(f"Downloading {remote.name} ({remote.size / 1e6:.1f} MB).")
    for address in remote.addresses:
        if failures:
            say(f"{failures[-1]}; trying the next address.")
        downloader = pooch.HTTPDownloader(progressbar=_Progress(remote), timeout=TIMEOUT)
        try:
            return Path(pooch.retrieve(address, known, remote.name, folder, downloader=downloader))
        except RequestException as error:
            failures.append(f"{urlsplit(address).netloc}: {_reason(error)}")
        except ValueError:  # pooch's word for another digest
            failures.append(f"{urlsplit(address).netloc}: {_wrong(remote)}")
        except OSError as error:
            raise ValueError(
                f"The cache must be writable, with {remote.size / 1e6:.0f} MB free. "
                f"Received: {folder} ({error.strerror or error}); {CACHE} names another folder."
            ) from error
    raise ValueError(f"{remote.name} could not be downloaded. Received: {'; '.join(failures)}.")


class _Progress:
    """What pooch tells how much has come: a bar on the error stream where that is a terminal."""

    def __init__(self, remote: Remote) -> None:
        self.remote, self.total, self.done, self.shown = remote, remote.size, 0, ""

    def update(self, received: int) -> None:
        self.done += received
        size = self.remote.size
        drawn = bar(self.done / size, "·")
        text = f"\r{self.remote.name} {drawn} {self.done / 1e6:.1f} of {size / 1e6:.1f} MB"
        if sys.stderr is not None and sys.stderr.isatty() and text != self.shown:
            print(text, end="", file=sys.stderr, flush=True)
            self.shown = text

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        if self.shown:
            say("")


def _wrong(remote: Remote) -> str:
    return f"wrong content, whose {remote.algorithm.upper()} is not {remote.digest}"


def _reason(error: Any) -> str:
    """Return what went wrong with a connection, without the names of four libraries' classes."""
    if error.response is not None:
        return f"HTTP {error.response.status_code} {error.response.reason}"
    signs = {
        "IncompleteRead": "cut short",
        "timed out": f"no answer within {TIMEOUT} s",
        "NameResolutionError": "its name is not known",
        "refused": "the connection is refused",
    }
    for sign, what in signs.items():
        if sign in str(error):
            return what
    return in_a_line(error)

"""The command `inception-lab`: results go to stdout, progress and mistakes to stderr.

Each command is a file: `add` says what it takes, `_run` runs it. What a command needs is imported when it
runs, so that counting never loads Keras.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

from inception_lab import __version__
from inception_lab.cli import classify, cost, grades, train
from inception_lab.cli.options import INTERRUPTED, PROGRAM, refused


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, whose words are by default the process's own, and return the exit status.

    It is 0, 1 where the reader of stdout has gone or a training failed, or 2 after a mistake of the user's,
    which is said in one line on stderr.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no × shows ?
    parser = _parser()
    chosen = vars(parser.parse_args(arguments))
    try:
        if sys.stdout is None:
            raise ValueError("Results need somewhere to go. Received: a closed stdout.")
        chosen.pop("run")(**chosen)
        sys.stdout.flush()
    except FloatingPointError as error:  # a loss that is none any more
        parser.exit(1, f"{PROGRAM}: {error}\n")
    except (ValueError, ModuleNotFoundError) as error:  # a package may be missing that not all need
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(INTERRUPTED, f"{PROGRAM}: interrupted\n")
    except BrokenPipeError:  # as under `| head`; what Python still flushes when it ends must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # what the system refuses and nobody has said better
        parser.error(f"Files must be readable and writable where they are needed. Received: {error}.")
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take one line: the constraint, what was received, and at which argument."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs)
        self.register("type", None, _words)
        self.register("type", int, partial(_read, int, "a whole number"))
        self.register("type", float, partial(_read, float, "a number"))

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: {' '.join(message.split())}\n")


def _parser() -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        description="Inception networks taken apart.",
        epilog=f"`{PROGRAM} COMMAND --help` says what a command takes.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.register("type", None, str)  # each command reads what it is given
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (cost, train, classify, grades):
        command.add(commands)
    return parser


def _words(text: str) -> str:
    """Read words, such as a name or a path, whose `~` a shell leaves as it is after `--out=`."""
    if not text:  # as where a shell's variable is not set
        raise refused("must not be empty", text)
    return os.path.expanduser(text)


def _read(kind: type, what: str, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise refused(f"must be {what}", text) from None

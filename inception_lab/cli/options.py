"""What several commands take: a network by its name and options, and the size of a picture."""

import argparse
import inspect
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from inception_lab.architecture.network import Network
from inception_lab.architecture.published.zoo import NETWORKS
from inception_lab.architecture.small import NETWORKS as SMALL
from inception_lab.checks import entry, short

PROGRAM = "inception-lab"
DESCRIBING = ("input", "auxiliary", "variant", "width")  # the options that `describer` takes
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


def networks() -> Mapping[str, Callable[..., Network]]:
    """Return what describes each network, by the name that the command line knows it by."""
    return {**NETWORKS, **SMALL}


def add_describing(parser: argparse.ArgumentParser, size: str) -> None:
    """Add the options that `describer` takes; `size` says what --input is the size of."""
    parser.add_argument(
        "--input", type=picture_sides, metavar="SIZE", help=f"{size}; default: the network's own"
    )
    parser.add_argument("--auxiliary", action="store_true", default=None, help="with auxiliary classifiers")
    parser.add_argument("--variant", metavar="NAME", help="which of the networks published under this name")
    parser.add_argument("--width", type=float, metavar="FACTOR", help="multiply all filters, as by 0.5")


def describer(name: str, **options: Any) -> Callable[..., Network]:
    """Return what describes a network."""
    describe = entry("network", name, networks())
    given = {option: value for option, value in options.items() if value is not None}
    if "input" in given:
        given["input_shape"] = (*given.pop("input"), 3)
    for option in given.keys() - inspect.signature(describe).parameters.keys():
        raise ValueError(f"{name} has no option --{option.removesuffix('_shape')}.")
    return partial(describe, **given)


def refused(constraint: str, text: str) -> argparse.ArgumentTypeError:
    """Return the error of an argument that is not as it must be."""
    return argparse.ArgumentTypeError(f"{constraint}. Received: {short(text)}.")


def picture_sides(text: str) -> tuple[int, int]:
    """Read a side in pixels, such as `224`, or height × width, such as `250x300`."""
    sides = re.fullmatch(r"([1-9][0-9]{0,8})(?:[x×]([1-9][0-9]{0,8}))?", text)
    if sides is None:
        raise refused("must be a side in pixels, such as 224, or height x width, such as 250x300", text)
    height, width = sides.groups()
    return int(height), int(width or height)


def run_directory(text: str) -> Path:
    """Read the directory of a run, before anything slow is loaded."""
    place = Path(os.path.expanduser(text))
    if not (text and (place / "config.json").is_file()):
        raise refused("must be the directory of a run, with its config.json", text)
    return place

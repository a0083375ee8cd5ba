"""What several commands take: a network by its name and options, and the size of a picture."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from inception_lab.architecture.network import Network
from inception_lab.architecture.published.zoo import NETWORKS
from inception_lab.architecture.small import NETWORKS as SMALL
from inception_lab.checks import one_of

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


def networks() -> Mapping[str, Callable[..., Network]]:
    """Return what describes each network, by the name that the command line knows it by."""
    return {**NETWORKS, **SMALL}


def describer(name: str, **options: Any) -> Callable[..., Network]:
    """Return what describes a network."""
    known = networks()
    one_of("network", name, tuple(known))
    given = {option: value for option, value in options.items() if value is not None}
    if "input" in given:
        given["input_shape"] = (*given.pop("input"), 3)
    for option in given.keys() - inspect.signature(known[name]).parameters.keys():
        raise ValueError(f"{name} has no option --{option.removesuffix('_shape')}.")
    return partial(known[name], **given)


def picture_sides(text: str) -> tuple[int, int]:
    """Read a side in pixels, such as `224`, or height × width, such as `250x300`."""
    sides = re.fullmatch(r"([0-9]{1,9})(?:[x×]([0-9]{1,9}))?", text)
    if sides is None:
        raise argparse.ArgumentTypeError(
            f"must be a side in pixels, such as 224, or height x width, such as 250x300. Received: {text!r}."
        )
    height, width = sides.groups()
    return int(height), int(width or height)

"""What several commands take: a network by its name and options, and the size of a picture."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from inception_lab.architecture.layers import one_of
from inception_lab.architecture.network import Network
from inception_lab.architecture.small import NETWORKS as SMALL
from inception_lab.architecture.zoo import NETWORKS

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


def networks() -> Mapping[str, Callable[..., Network]]:
    """Return what describes each network, by the name that the command line knows it by."""
    return {**NETWORKS, **SMALL}


def described_network(chosen: argparse.Namespace, **more: Any) -> Network:
    """Return the network that a command's options describe; options that it does not know are refused."""
    known = networks()
    one_of("network", chosen.network, tuple(known))
    build = known[chosen.network]
    options = {name: getattr(chosen, name, None) for name in ("auxiliary", "variant", "classes", "width")}
    options["input_shape"] = chosen.input and (*chosen.input, 3)
    given = {name: value for name, value in {**options, **more}.items() if value is not None}
    for name in given.keys() - inspect.signature(build).parameters.keys():
        raise ValueError(f"{chosen.network} has no option --{name.removesuffix('_shape')}.")
    return build(**given)


def picture_sides(text: str) -> tuple[int, int]:
    """Read a side in pixels, such as `224`, or height × width, such as `250x300`."""
    sides = re.fullmatch(r"([0-9]{1,9})(?:[x×]([0-9]{1,9}))?", text)
    if sides is None:
        raise argparse.ArgumentTypeError(
            f"must be a side in pixels, such as 224, or height x width, such as 250x300. Received: {text!r}."
        )
    height, width = sides.groups()
    return int(height), int(width or height)

"""What a data set is trained with unless options say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Suited:
    """What suits a data set.

    Attributes:
        network: Name of a network of the command line's.
        epochs: How often the pictures are gone through.
        input: Height and width in pixels that the network takes; `None` for its own.
        recipe: A name in `RECIPES`.
    """

    network: str
    epochs: int
    input: tuple[int, int] | None = None
    recipe: str = "modern"


SUITED: Mapping[str, Suited] = {
    "scaled-digits": Suited("googlenet-digits", epochs=7),
    "cifar10": Suited("googlenet-cifar", epochs=100, recipe="long"),
    "folder": Suited("googlenet-digits", epochs=30, input=(96, 96)),
}
BVLC = "bvlc"  # the network that is not described but fetched, with its weights
FINETUNING = Suited(BVLC, epochs=8, recipe="finetune")  # where a training starts from trained weights

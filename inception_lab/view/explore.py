"""The explorers: each call gives a picture that answers to its controls."""
# ruff: noqa: N813 - readers call them like functions

from inception_lab.view.explorers.auxiliary import Auxiliary as auxiliary
from inception_lab.view.explorers.bands import Bands as bands
from inception_lab.view.explorers.branches import Branches
from inception_lab.view.explorers.counting import Counting as counting
from inception_lab.view.explorers.electrode import Electrode as electrode
from inception_lab.view.explorers.heads import Heads as heads
from inception_lab.view.explorers.kernel_size import KernelSize as kernel_size
from inception_lab.view.explorers.module import Module as module
from inception_lab.view.explorers.naive_module import NaiveModule as naive_module
from inception_lab.view.explorers.network import Network as network
from inception_lab.view.explorers.recipes import Recipes as recipes
from inception_lab.view.explorers.reduction import Reduction as reduction
from inception_lab.view.explorers.stack import Stack as stack

__all__ = [
    "auxiliary",
    "bands",
    "counting",
    "electrode",
    "heads",
    "kernel_size",
    "module",
    "naive_module",
    "network",
    "recipes",
    "reduction",
    "stack",
]

# These look into a network in Keras: the one given, or the pretrained one if its weights are here.
WITH_MODEL = ("branches",)
branches = Branches  # not in `__all__`: without a network it has nothing to show


def __dir__() -> list[str]:
    return sorted([*__all__, *WITH_MODEL])

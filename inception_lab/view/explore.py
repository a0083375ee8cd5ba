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
from inception_lab.view.explorers.successors.factorise import Factorise as factorise
from inception_lab.view.explorers.successors.family import Family as family
from inception_lab.view.explorers.successors.resolution import Resolution as resolution

__all__ = [
    "auxiliary", "bands", "counting", "electrode", "factorise", "family", "heads", "kernel_size",
    "module", "naive_module", "network", "recipes", "reduction", "resolution", "stack",
]  # fmt: skip

# The wall of the playground, in the order of the lessons: each explorer's card asks a question.
QUESTIONS = {
    "kernel_size": "Which window fits galaxy A, and which finds it in a photo a quarter as wide?",
    "naive_module": "Which kernel costs most, and what does the pooling do to the channels?",
    "stack": "One module on another: which of the two stacks keeps growing, and why?",
    "reduction": "From how many 1×1 filters on does reducing cost more than it saves?",
    "module": "Six numbers make an Inception module. What do its reductions save?",
    "network": "Which modules can give up filters, so that the network keeps to the paper's budget?",
    "counting": "How many parameters has GoogLeNet? Can you get to each of the published numbers?",
    "recipes": "How far does each recipe bring the learning rate down in 25 epochs?",
    "auxiliary": "What fades on the way up, what on the way down, and what do heads change?",
    "heads": "Do auxiliary heads make more of a difference than the seed does?",
    "bands": "Trained on digits of some sizes only: how far beyond them does a network get?",
    "factorise": "Which parts of a large convolution can be left out, and when does that save nothing?",
    "family": "From GoogLeNet to Xception: which kernels do the work, and where are the parameters?",
    "resolution": "The picture shrinks and the network costs the same: what has to change, and what moves?",
    "electrode": "Which disc excites a unit of the trained network most?",
}

# These look into a network in Keras: the one given, or what `lab.classifier()` gives.
WITH_MODEL = ("branches",)
branches = Branches  # not in `__all__`: that lists what needs no Keras


def __dir__() -> list[str]:
    return sorted([*__all__, *WITH_MODEL])

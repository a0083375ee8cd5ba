"""GoogLeNet taken apart: specify, count, build, train and draw Inception networks.

The public names below load what they need when they are first used, so `import inception_lab`
is quick and counting never loads TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inception_lab import exercises as exercises
    from inception_lab import experiments as experiments
    from inception_lab.model import data as data
    from inception_lab.model import digits as digits
    from inception_lab.model import evaluate as evaluate
    from inception_lab.model import inspect as inspect
    from inception_lab.model import intervals as intervals
    from inception_lab.model import recipes as recipes
    from inception_lab.model.build import build as build
    from inception_lab.model.classifier import classifier as classifier
    from inception_lab.model.device import keras as keras
    from inception_lab.model.photos import read_photo as read_photo
    from inception_lab.model.pretrained import pretrained as pretrained
    from inception_lab.model.start import for_classes as for_classes
    from inception_lab.model.timing import seconds_per_batch as seconds_per_batch
    from inception_lab.model.train import train as train
    from inception_lab.model.trained import trained_network as trained_network
    from inception_lab.spec import counting as counting
    from inception_lab.spec import layers as layers
    from inception_lab.spec import paper as paper
    from inception_lab.spec import zoo as zoo
    from inception_lab.spec.audit import Audit as Audit
    from inception_lab.spec.audit import audit as audit
    from inception_lab.spec.audit import explain as explain
    from inception_lab.spec.cost import Cost as Cost
    from inception_lab.spec.cost import cost as cost
    from inception_lab.spec.googlenet import TABLE_1 as TABLE_1
    from inception_lab.spec.googlenet import VARIANTS as VARIANTS
    from inception_lab.spec.googlenet import InceptionRow as InceptionRow
    from inception_lab.spec.googlenet import auxiliary_head as auxiliary_head
    from inception_lab.spec.googlenet import googlenet as googlenet
    from inception_lab.spec.googlenet import inception_module as inception_module
    from inception_lab.spec.googlenet import naive_module as naive_module
    from inception_lab.spec.network import Network as Network
    from inception_lab.spec.network import Parallel as Parallel
    from inception_lab.spec.network import Sequence as Sequence
    from inception_lab.spec.network import Tap as Tap
    from inception_lab.spec.small import googlenet_cifar as googlenet_cifar
    from inception_lab.spec.small import googlenet_digits as googlenet_digits
    from inception_lab.view import diagrams as diagrams
    from inception_lab.view import explorers as explore  # noqa: F401
    from inception_lab.view import figures as figures
    from inception_lab.view import pictures as pictures
    from inception_lab.view.figures import show as show
    from inception_lab.view.live import LiveCurves as LiveCurves

__version__ = "0.1.0"

# name -> module, or (module, name there); a name equal to its module's last word is the module itself.
_PUBLIC = {
    "build": "inception_lab.model.build",
    "classifier": "inception_lab.model.classifier",
    "keras": "inception_lab.model.device",
    "pretrained": "inception_lab.model.pretrained",
    "for_classes": "inception_lab.model.start",
    "read_photo": "inception_lab.model.photos",
    "seconds_per_batch": "inception_lab.model.timing",
    "train": "inception_lab.model.train",
    "trained_network": "inception_lab.model.trained",
    "Audit": "inception_lab.spec.audit",
    "audit": "inception_lab.spec.audit",
    "explain": "inception_lab.spec.audit",
    "cost": "inception_lab.spec.cost",
    "Cost": "inception_lab.spec.cost",
    "TABLE_1": "inception_lab.spec.googlenet",
    "VARIANTS": "inception_lab.spec.googlenet",
    "InceptionRow": "inception_lab.spec.googlenet",
    "auxiliary_head": "inception_lab.spec.googlenet",
    "googlenet_cifar": "inception_lab.spec.small",
    "googlenet_digits": "inception_lab.spec.small",
    "googlenet": "inception_lab.spec.googlenet",
    "inception_module": "inception_lab.spec.googlenet",
    "naive_module": "inception_lab.spec.googlenet",
    "Network": "inception_lab.spec.network",
    "Parallel": "inception_lab.spec.network",
    "Sequence": "inception_lab.spec.network",
    "Tap": "inception_lab.spec.network",
    "LiveCurves": "inception_lab.view.live",
    "show": "inception_lab.view.figures",
}
_MODULES = {
    "counting": "inception_lab.spec.counting",
    "data": "inception_lab.model.data",
    "diagrams": "inception_lab.view.diagrams",
    "digits": "inception_lab.model.digits",
    "evaluate": "inception_lab.model.evaluate",
    "exercises": "inception_lab.exercises",
    "experiments": "inception_lab.experiments",
    "explore": "inception_lab.view.explorers",
    "figures": "inception_lab.view.figures",
    "inspect": "inception_lab.model.inspect",
    "intervals": "inception_lab.model.intervals",
    "layers": "inception_lab.spec.layers",
    "paper": "inception_lab.spec.paper",
    "pictures": "inception_lab.view.pictures",
    "recipes": "inception_lab.model.recipes",
    "zoo": "inception_lab.spec.zoo",
}
__all__ = ["__version__", *sorted(_PUBLIC), *sorted(_MODULES)]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value: Any = import_module(_MODULES[name])
    elif name in _PUBLIC:
        value = getattr(import_module(_PUBLIC[name]), name)
    else:
        raise AttributeError(f"inception_lab has no '{name}'. It has: {', '.join(__all__[1:])}.")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)

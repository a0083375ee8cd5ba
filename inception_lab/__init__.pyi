"""The public names, and where each lives: type checkers read this file, and so does `__init__.py`."""

from . import exercises as exercises
from . import experiments as experiments
from .architecture import layers as layers
from .architecture.cost import Cost as Cost
from .architecture.family.bn_inception import bn_inception as bn_inception
from .architecture.family.inception_resnet_v2 import inception_resnet_v2 as inception_resnet_v2
from .architecture.family.inception_v3 import inception_v3 as inception_v3
from .architecture.family.inception_v4 import inception_v4 as inception_v4
from .architecture.family.xception import xception as xception
from .architecture.googlenet import TABLE_1 as TABLE_1
from .architecture.googlenet import VARIANTS as VARIANTS
from .architecture.googlenet import googlenet as googlenet
from .architecture.modules import InceptionRow as InceptionRow
from .architecture.modules import auxiliary_head as auxiliary_head
from .architecture.modules import inception_module as inception_module
from .architecture.modules import naive_module as naive_module
from .architecture.network import Network as Network
from .architecture.network import Parallel as Parallel
from .architecture.network import Sequence as Sequence
from .architecture.network import Tap as Tap
from .architecture.published import conventions as conventions
from .architecture.published import paper as paper
from .architecture.published import zoo as zoo
from .architecture.published.audit import Audit as Audit
from .architecture.published.audit import audit as audit
from .architecture.published.misprints import explain as explain
from .architecture.small import googlenet_cifar as googlenet_cifar
from .architecture.small import googlenet_digits as googlenet_digits
from .model import counting as counting
from .model import data as data
from .model import evaluate as evaluate
from .model import inside as inside
from .model.backend import profiled_operations as profiled_operations
from .model.build import build as build
from .model.classifier import Classifier as Classifier
from .model.count import cost as cost
from .model.data import digits as digits
from .model.data.photos import read_photo as read_photo
from .model.describe import describe as describe
from .model.folding import fold as fold
from .model.pretrained.sources import classifier as classifier
from .model.registered import keras as keras
from .model.timing import seconds_per_batch as seconds_per_batch
from .model.training import recipes as recipes
from .model.training.start import for_classes as for_classes
from .model.training.train import train as train
from .view import diagrams as diagrams
from .view import explore as explore
from .view import figures as figures
from .view import pictures as pictures
from .view.engine.explorer import Explorer as Explorer
from .view.figures import show as show
from .view.live import LiveCurves as LiveCurves

__version__: str
__all__: list[str]

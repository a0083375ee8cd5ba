"""What `lab.train` and a network take, and where each name lives; `__init__.py` reads this file."""

from . import digits as digits
from .cifar import cifar10 as cifar10
from .dataset import Dataset as Dataset
from .dataset import Splits as Splits
from .digits import SEVEN_SIZES as SEVEN_SIZES
from .digits import at_fixed_sizes as at_fixed_sizes
from .digits import plain_digits as plain_digits
from .digits import scaled_digits as scaled_digits
from .folder import load as load
from .folder import picture_folder as picture_folder
from .photos import read_photo as read_photo
from .preparation import rgb as rgb
from .splitting import as_splits as as_splits
from .splitting import split as split

__all__: list[str]

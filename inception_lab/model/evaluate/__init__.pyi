"""What predictions are judged with, and where each name lives; `__init__.py` reads this file."""

from .crops import crop as crop
from .crops import multi_crop as multi_crop
from .crops import shortened as shortened
from .intervals import difference_interval as difference_interval
from .intervals import mean_interval as mean_interval
from .intervals import seeds_needed as seeds_needed
from .intervals import smallest_difference as smallest_difference
from .scores import ClassAccuracy as ClassAccuracy
from .scores import SizeAccuracy as SizeAccuracy
from .scores import accuracy as accuracy
from .scores import accuracy_by_class as accuracy_by_class
from .scores import accuracy_by_size as accuracy_by_size
from .scores import confusion as confusion
from .scores import correct as correct
from .scores import cross_entropy as cross_entropy
from .scores import ensemble as ensemble
from .scores import explained_by_largest as explained_by_largest
from .scores import softmax as softmax

__all__: list[str]

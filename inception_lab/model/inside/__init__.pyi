"""What lessons look into networks with, and where each name lives; `__init__.py` reads this file."""

from .activations import cross_entropy as cross_entropy
from .activations import inspect as inspect
from .attention import grad_cam as grad_cam
from .branches import branch_maps as branch_maps
from .branches import modules as modules
from .discs import disc_diameters as disc_diameters
from .discs import shuffled as shuffled
from .discs import size_tuning as size_tuning
from .discs import untrained as untrained
from .dreams import dream as dream
from .effective import effective_field as effective_field
from .filters import first_convolution as first_convolution
from .filters import first_filters as first_filters
from .filters import strongest as strongest
from .mixtures import stored_mixtures as stored_mixtures
from .porting import misported as misported
from .tuning import stored_tuning as stored_tuning

__all__: list[str]

"""GoogLeNet taken apart: specify, count, build, train and draw Inception networks.

The public names stand in `__init__.pyi`. Each loads what it needs when it is first used, so
`import inception_lab` is quick and counting never loads TensorFlow.
"""

import lazy_loader

from inception_lab.version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Training: recipes, the run and its directory, several processes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["recipes"])

"""What others printed about these networks, and what comes of it when it is computed."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["conventions", "paper", "zoo"])

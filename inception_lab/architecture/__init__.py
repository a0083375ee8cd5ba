"""What a network is and what it costs: pure Python, no framework."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["layers", "zoo"])

"""What a person sees: figures, pictures, diagrams and explorers. Counting views never load Keras."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["diagrams", "explore", "figures", "pictures"])

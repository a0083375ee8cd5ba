"""Labelled pictures: where they come from, and what happens to them on the way to a network."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""What a notebook shows as pictures, whatever floor it is on."""

import sys
from importlib import import_module
from typing import Any


class Shown:
    """An object with a picture.

    A notebook asks the object itself for its HTML, so the method must be here. Pictures are drawn two floors
    up, and no floor imports from one above it. The view is therefore found by its name, as the package's own
    names are, and only when a notebook asks: counting and training load no matplotlib.
    """

    def _repr_html_(self) -> str:
        page: str = import_module("inception_lab.view.shown").page(self)
        return page


def live_curves(epochs: int, chance: float) -> Any:
    """Return what draws a training's curves while it runs; `None` where no notebook would show them."""
    python: Any = sys.modules.get("IPython")
    if not (python and getattr(python.get_ipython(), "kernel", None)):
        return None
    return import_module("inception_lab.view.shown").LiveCurves(epochs, chance)

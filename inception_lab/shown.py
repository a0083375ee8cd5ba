"""Objects that a notebook shows as pictures, whatever floor they are on."""

from importlib import import_module


class Shown:
    """An object with a picture.

    A notebook asks the object itself for its HTML, so the method must be here. Pictures are drawn two floors
    up, and no floor imports from one above it. The view is therefore found by its name, as the package's own
    names are, and only when a notebook asks: counting and training load no matplotlib.
    """

    def _repr_html_(self) -> str:
        page: str = import_module("inception_lab.view.shown").page(self)
        return page

"""The package's version, said once; and what a notebook is told about it."""

import sys

__version__ = "0.1.0"


def say(notebook: str, source: str) -> None:
    """Print, in Colab, where the lab came from; and everywhere, whether it is of another version."""
    if "google.colab" in sys.modules:
        print(f"Inception Lab {__version__} from {source}.")
    if notebook != __version__:
        print(f"This notebook is of {notebook}, the lab of {__version__}. Take both of one version.")

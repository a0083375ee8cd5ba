"""Where the project's data files are: in the wheel beside the code, in a checkout at its top."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_path(name: str) -> Path:
    """Return the path of a data file."""
    for folder in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"The data file '{name}' is missing from this installation of inception-lab.")

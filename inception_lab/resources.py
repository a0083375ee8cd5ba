"""Where the project's data files are: in the wheel beside the code, in a checkout at its top."""

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def data_path(name: str) -> Path:
    """Return the path of a data file."""
    for folder in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"The data file '{name}' is missing from this installation of inception-lab.")


def toml_rows(name: str) -> dict[str, dict[str, Any]]:
    """Return the named tables of a TOML file of `data/`."""
    return tomllib.loads(data_path(name).read_text(encoding="utf-8"))


def csv_rows(name: str, **kinds: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Return the rows of a CSV file of `data/`, below its comments: text, or what `kinds` makes of it."""
    lines = data_path(name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [{**row, **{column: kind(row[column]) for column, kind in kinds.items()}} for row in rows]

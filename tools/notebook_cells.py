"""The two things that all notebooks share, made from one place: the Colab badge and the set-up cell.

The address comes from `[project.urls] Repository` in pyproject.toml, the version from `inception_lab`.
"""

import re
import tomllib
from pathlib import Path

import inception_lab

ROOT = Path(__file__).resolve().parent.parent
BADGE_IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
ANY_BADGE = re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\(https://colab\.research\.google\.com/[^)]*\)")
PLACEHOLDER = "/OWNER/"

SETUP = """\
# In Colab, fetch the version of the lab that this notebook was written for; elsewhere, install nothing.
import sys

if "google.colab" in sys.modules:
    REPOSITORY = "{repository}"
{check}    %pip install --quiet --no-deps git+{{REPOSITORY}}@v{version}

import inception_lab as lab"""

CHECK = """\
    if "/OWNER/" in REPOSITORY:
        raise ValueError("Put the GitHub account that this notebook comes from in place of OWNER above.")
"""


def repository() -> str:
    """The project's public address; it has `/OWNER/` in it until it is fixed."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(pyproject["project"]["urls"]["Repository"])


def setup_cell(address: str | None = None) -> str:
    """The source of every notebook's second cell.

    The packages that Colab has (NumPy, TensorFlow, Keras, ipywidgets …) stay as they are: `--no-deps`.
    """
    address = address or repository()
    check = CHECK if PLACEHOLDER in address else ""
    return SETUP.format(repository=address, check=check, version=inception_lab.__version__)


def badge(notebook: str) -> str:
    """The Markdown of the badge that opens `notebook`, a path inside the repository, in Colab."""
    owner_and_name = repository().removeprefix("https://github.com/")
    target = f"github/{owner_and_name}/blob/v{inception_lab.__version__}/{notebook}"
    return f"[![Open in Colab]({BADGE_IMAGE})](https://colab.research.google.com/{target})"


def with_badge(text: str, notebook: str) -> str:
    """The Markdown of a first cell with its badge renewed, or put under the title if it has none."""
    if ANY_BADGE.search(text):
        return ANY_BADGE.sub(lambda _: badge(notebook), text, count=1)
    title, _, rest = text.partition("\n")
    return f"{title}\n\n{badge(notebook)}\n{rest}".rstrip("\n")

"""The two things that all notebooks share, made from one place: the Colab badge and the set-up cell.

The address comes from `[project.urls] Repository` in pyproject.toml, the version from `inception_lab`. While
the address is a placeholder, nothing points at it: there is no badge.
"""

import re
import tomllib
from pathlib import Path

import inception_lab

ROOT = Path(__file__).resolve().parent.parent
BADGE_IMAGE = "https://colab.research.google.com/assets/colab-badge.svg"
ANY_BADGE = re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\(https://colab\.research\.google\.com/[^)]*\)")

# Colab shows the title in the folded cell's place. None of its packages may move; pooch alone it may lack.
SETUP = """\
# @title Set-up: run this cell first. (Colab may ask for `inception_lab-….whl`, which `make wheel` makes.)
VERSION, REPOSITORY, source = "{version}", "{repository}", "this runtime, where it was already"
try:
    import inception_lab as lab
except ImportError:
    from glob import glob

    from google.colab import files  # not in Colab? `make lab` installs and opens the lessons

    folders = (".", "/content", "/content/drive/MyDrive")
    found = [path for folder in folders for path in glob(f"{{folder}}/inception_lab-{{VERSION}}-*.whl")]
    found += [f"git+{{REPOSITORY}}@v{{VERSION}}"] if REPOSITORY else []
    source = next(iter(found or files.upload()), "")
    assert source, "No wheel was chosen: run this cell again."
    !python -m pip install --quiet --no-deps pooch "{{source}}"
    import inception_lab as lab
lab.version.say(VERSION, source)"""


def repository() -> str:
    """The project's public address; nothing while pyproject.toml has a placeholder for it."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    address = str(pyproject["project"]["urls"]["Repository"])
    return "" if "/OWNER/" in address else address


def setup_cell(address: str | None = None) -> str:
    """The source of every notebook's second cell; `address` stands for the project's own.

    The packages that Colab has (NumPy, TensorFlow, Keras, ipywidgets …) stay as they are: `--no-deps`.
    """
    address = repository() if address is None else address
    return SETUP.format(repository=address, version=inception_lab.__version__)


def badge(notebook: str, address: str | None = None) -> str:
    """The Markdown of the badge that opens `notebook`, a path inside the repository, in Colab.

    It opens the learner's copy, without answers, which .github/workflows/learner.yml makes of each release.
    """
    address = repository() if address is None else address
    owner_and_name = address.removeprefix("https://github.com/")
    target = f"github/{owner_and_name}/blob/learner-v{inception_lab.__version__}/{notebook}"
    return f"[![Open in Colab]({BADGE_IMAGE})](https://colab.research.google.com/{target})" if address else ""


def with_badge(text: str, notebook: str, address: str | None = None) -> str:
    """The Markdown of a first cell with its badge renewed, or put under the title, or taken away."""
    title, _, rest = ANY_BADGE.sub("", text, count=1).partition("\n")
    parts = (title, badge(notebook, address), rest.strip("\n"))
    return "\n\n".join(part for part in parts if part)

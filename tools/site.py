"""Build the documentation's pages from what is committed: text, notebooks with their outputs, docstrings.

    python -m tools.site build/site

Everything is gathered, adapted to be read in a browser, into build/site-source; Sphinx makes pages of that.
No notebook is run, nothing is fetched, and the pages, when they are read, ask no other host for anything.
"""

import argparse
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

import inception_lab
from tools.notebook_cells import ANY_BADGE, ROOT, repository
from tools.notebooks import all_notebooks, dump, load, name_of

SOURCE = ROOT / "build" / "site-source"
TEXTS = {
    "docs/index.md": "index.md",
    "docs/solutions.md": "solutions/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "data/README.md": "data.md",
}
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
NOWHERE = re.compile(r"\[([^\]]*)\]\(\)")  # a link to the repository while it has no address
CODE = re.compile(r"(^ *```.*?^ *```|`[^`\n]*`)", flags=re.DOTALL | re.MULTILINE)
QUESTION = re.compile(r"\*\*(\d+\.\d+)\*\*")  # as a solution's question begins

STILL = """\
:::{admonition} As it was run
The explorers stand still on this page. To drag their sliders, <colab>\
[run it on your own machine](../docs/index.md#on-your-own-machine).<solved>
:::"""
SOLVED = " The exercises are [solved elsewhere](solutions/<name>), each answer folded away."

FLOORS = {
    "architecture": ("Describe and count", "What a network is and what it costs; pure Python, and no Keras."),
    "model": ("Build, train, look inside", "What a network does. The first use loads Keras."),
    "view": ("Show", "What a person sees."),
}
CONSTANTS = {  # whose docstrings Python does not keep
    "TABLE_1": "The nine Inception modules of the paper's Table 1: name → `InceptionRow`.",
    "VARIANTS": "The published ways to build GoogLeNet: name → what differs from the paper, and its source.",
}
MEMBERS = "   :members:\n   :member-order: bysource\n"


# Where things go


def pages() -> dict[str, str]:
    """The pages: path in the repository → path on the site."""
    notes = {f"docs/{path.name}": f"notes/{path.name}" for path in sorted(ROOT.glob("docs/*.md"))}
    notebooks = {}
    for path in all_notebooks():
        name = name_of(path, ROOT)
        if path.name.startswith("00_"):  # the site has a first page of its own
            continue
        folder = "solutions" if path.parent.name == "solutions" else "lessons"
        notebooks[name] = f"{folder}/{path.name}" if path.name != "playground.ipynb" else path.name
    return {**notes, **TEXTS, **notebooks}


def relinked(text: str, origin: str, places: Mapping[str, str]) -> str:
    """The Markdown with its relative links turned to where their targets are on the site, else on GitHub.

    Args:
        text: What the file `origin` says.
        origin: A path in the repository.
        places: The pages, as `pages` gives them.

    Raises:
        ValueError: If a link leads to nothing.
    """

    def turned(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link[1]))
        if not (ROOT / target).exists():
            raise ValueError(f"Links lead to files of the repository. Received: {link[1]!r} (in {origin}).")
        if target in places or target.startswith("docs/images/"):
            there = places.get(target, target.removeprefix("docs/"))
            return posixpath.relpath(there, posixpath.dirname(places[origin]) or ".") + (link[2] or "")
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{repository()}/{kind}/main/{target}{link[2] or ''}" if repository() else ""

    parts = CODE.split(text)  # every second one is code
    turned_parts = [part if n % 2 else LINK.sub(turned, part) for n, part in enumerate(parts)]
    return NOWHERE.sub(r"\1", "".join(turned_parts))


# Notebooks


def introduced(notebook: NotebookNode, template: str) -> None:
    """Put the template, with `<colab>` filled in, under the title; fold the set-up cell."""
    first, setup = notebook["cells"][:2]
    badge = ANY_BADGE.search(first["source"])
    colab = f"[open it in Colab]({badge[0].rpartition('](')[2]} or " if badge else ""
    title, _, rest = ANY_BADGE.sub("", first["source"], count=1).partition("\n")
    parts = (title, template.replace("<colab>", colab), rest.strip("\n"))
    first["source"] = "\n\n".join(part for part in parts if part)
    setup["metadata"]["tags"] = [*setup["metadata"].get("tags", []), "hide-input"]
    setup["metadata"]["mystnb"] = {f"code_prompt_{does}": "The set-up cell" for does in ("show", "hide")}


def folded(notebook: NotebookNode) -> None:
    """Fold each answer of a notebook of solutions under its question."""
    cells: list[NotebookNode] = []
    is_open = False
    for cell in notebook["cells"]:
        question = QUESTION.match(cell["source"]) if cell["cell_type"] == "markdown" else None
        if is_open and (question or cell["source"].startswith("exercises.progress(")):
            cells.append(new_markdown_cell("</details>"))
            is_open = False
        cells.append(cell)
        if question:
            summary = f"<summary>The answer to {question[1]}</summary>"
            cells.append(new_markdown_cell(f'<details class="answer">{summary}'))
            is_open = True
    if is_open:
        cells.append(new_markdown_cell("</details>"))
    notebook["cells"] = cells


def adapted(path: Path, places: Mapping[str, str]) -> bytes:
    """The notebook at `path` as it is to be read on the site."""
    notebook = load(path)
    name = name_of(path, ROOT)
    if path.parent.name == "solutions":
        introduced(notebook, "")
        folded(notebook)
    elif path.name == "playground.ipynb":
        notebook["cells"][0]["source"] = "# All explorers"
        introduced(notebook, STILL.replace("<solved>", ""))
        notebook["cells"] = [notebook["cells"][0], new_markdown_cell("```{gallery}\n```")]
    else:
        solved = (path.parent / "solutions" / path.name).exists()
        introduced(notebook, STILL.replace("<solved>", SOLVED.replace("<name>", path.name) if solved else ""))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = relinked(cell["source"], name, places)
    notebook["metadata"]["language_info"]["pygments_lexer"] = "ipython3"  # the set-up cell calls pip
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"  # the same for the same content
    nbformat.validate(notebook)
    return dump(notebook)


# The reference


def heading(text: str) -> str:
    """A page's heading in reStructuredText."""
    return f"{text}\n{'=' * len(text)}\n\n"


def reference() -> Iterator[tuple[str, str]]:
    """The pages of the reference: path on the site, and reStructuredText that asks for the docstrings."""
    values = {name: getattr(inception_lab, name) for name in inception_lab.__all__ if name != "keras"}
    modules = {name: value.__name__ for name, value in values.items() if isinstance(value, ModuleType)}
    floors = {  # a constant knows no module: those of the architecture are all there are
        name: getattr(value, "__module__", "inception_lab.architecture").split(".")[1]
        for name, value in values.items()
        if name not in modules
    }
    overview = heading("Reference") + (
        "All of it is used as ``lab.NAME``, after ``import inception_lab as lab``."
        " ``lab.keras`` is Keras, loaded quietly.\n\n"
    )
    tree = []
    for floor, (title, told) in FLOORS.items():
        here = sorted((name for name in floors if floors[name] == floor), key=str.lower)
        overview += f"{title}\n{'-' * len(title)}\n\n{told}\n\n"
        overview += ".. currentmodule:: inception_lab\n\n.. autosummary::\n   :nosignatures:\n\n"
        overview += "".join(f"   {name}\n" for name in here if name not in CONSTANTS) + "\n"
        overview += "".join(f"``{name}``: {CONSTANTS[name]}\n\n" for name in here if name in CONSTANTS)
        tree.append(floor)
        body = "".join(documented(name) for name in here)
        yield f"api/{floor}.rst", f"{heading(title)}{told}\n\n.. currentmodule:: inception_lab\n\n{body}"
    overview += "Modules\n-------\n\n.. currentmodule:: None\n\n.. autosummary::\n   :nosignatures:\n\n"
    for name, module in sorted(modules.items()):
        overview += f"   {module}\n"
        tree.append(name)
        yield f"api/{name}.rst", module_page(name, module)
    toctree = "".join(f"   {name}\n" for name in tree)
    yield "api/index.rst", f"{overview}\n.. toctree::\n   :hidden:\n\n{toctree}"


def documented(name: str) -> str:
    """What asks for the docstring of a public name; its kind shows in how it is written."""
    if name in CONSTANTS:
        return f".. py:data:: {name}\n\n   {CONSTANTS[name]}\n\n"
    if name[0].isupper():
        return f".. autoclass:: {name}\n{MEMBERS}\n"
    return f".. autofunction:: {name}\n\n"


def module_page(name: str, module: str) -> str:
    """The page of a public module."""
    if name != "explore":
        public = vars(getattr(inception_lab, name)).items()
        gathered = [key for key, value in public if key.startswith("plot_") and value.__module__ != module]
        members = MEMBERS.replace(":members:", f":members: {', '.join(gathered)}".rstrip())
        return f"{heading(f'lab.{name}')}.. automodule:: {module}\n{members}"
    page = f"{heading('lab.explore')}.. automodule:: {module}\n   :no-members:\n\n"
    for explorer in inception_lab.explore.__all__:
        kind = getattr(inception_lab.explore, explorer)
        title = f"explore.{explorer}"
        page += f"{title}\n{'-' * len(title)}\n\n"
        page += f".. autoclass:: {kind.__module__}.{kind.__name__}\n   :no-index:\n\n"
    return page


# All of it


def gather(folder: Path) -> None:
    """Write what Sphinx reads into an empty `folder`."""
    places = pages()
    written: dict[str, str | bytes] = dict(reference())
    for origin, place in places.items():
        if origin.endswith(".ipynb"):
            written[place] = adapted(ROOT / origin, places)
        else:
            text = (ROOT / origin).read_text(encoding="utf-8")
            written[place] = relinked(text, origin, places)
    for place, content in written.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    shutil.copytree(ROOT / "docs" / "images", folder / "images")


def build(out: Path, source: Path = SOURCE) -> int:
    """Gather into `source`, make the pages in `out`, return Sphinx's exit status. Warnings are errors."""
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    gather(source)
    shutil.rmtree(out, ignore_errors=True)
    options = ["--fail-on-warning", "--keep-going", "--quiet", "--conf-dir", str(ROOT / "docs")]
    command = [sys.executable, "-m", "sphinx", "--builder", "html", *options]
    doctrees = source.with_name(f"{source.name}-doctrees")
    shutil.rmtree(doctrees, ignore_errors=True)
    return subprocess.run(
        [*command, "--doctree-dir", str(doctrees), str(source), str(out)],
        cwd=ROOT,  # from where docs/conf.py finds the package and the tools
        check=False,
    ).returncode


def main() -> int:
    """Build into the folder that is named."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.site", description="Build the documentation's pages."
    )
    parser.add_argument("out", type=Path, help="folder for the pages; what it holds is removed first")
    out: Path = parser.parse_args().out
    status = build(out.resolve())
    if status == 0:
        print(f"{out}/index.html is the first page.")
    return status


if __name__ == "__main__":
    sys.exit(main())

"""How Sphinx makes the documentation's pages of what `tools/site.py` gathers (`make site`).

The pages ask no other host for anything: formulas are drawn while the pages are made, and no script
or font comes from elsewhere.
"""

import re
from typing import Any

import latex2mathml.converter
import ziamath
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

import inception_lab
from tools.notebook_cells import repository

project = "Inception Lab"
release = version = inception_lab.__version__
language = "en"

extensions = [
    "docs.explorers",
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.githubpages",
    "sphinx.ext.napoleon",
    "sphinx_design",
]

# Notebooks are shown as they are committed.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, Any] = {}  # live widgets are not committed, and their scripts come from elsewhere
nb_merge_streams = True
nb_code_prompt_show = nb_code_prompt_hide = "The code"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
sd_card_legacy_separators = False

# Docstrings are in Google's style; their `names` become links where they are ours.
default_role = "py:obj"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autosummary_generate = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 90
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/module.svg"
html_logo = "_static/module.svg"
html_context = {"default_mode": "auto"}
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_math_renderer = "drawn"
html_theme_options: dict[str, Any] = {
    "repository_url": repository(),
    "use_repository_button": bool(repository()),
    "use_download_button": False,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "logo": {"text": project},
    "footer_content_items": [],
    "navbar_start": [],
    "navbar_persistent": [],  # the side bar has the search
}

LOGGER = logging.getLogger(__name__)
TYPE = re.compile(r"\A(.*(?:\n+.+)*?)\n+:type: (.*)\n*\Z")
RETURNS = re.compile(r"^:returns: (.*(?:\n +\S.*)*)\n:rtype: (.*)$", flags=re.MULTILINE)
SIZE, SCALE = 16.0, 1.08  # drawn at this size; the drawing's letters are a little smaller than a text's


def drawn(node: nodes.Node, *, inline: bool) -> str:
    """Return a formula as a picture, in the text's size and colour, and as MathML for those who listen."""
    latex = node.astext()
    try:
        formula = ziamath.Latex(latex, inline=inline, size=SIZE, color="currentColor")
        picture, below = formula.svg(), formula.getyofst()
        spoken = latex2mathml.converter.convert(latex, display="inline" if inline else "block")
    except Exception as error:
        LOGGER.warning("a formula cannot be drawn: %s: %s", latex, error, location=node)
        return ""

    def em(side: re.Match[str]) -> str:
        return f'{side[1]}="{float(side[2]) / SIZE * SCALE:.3f}em"'

    start, end, rest = picture.partition(">")
    start = re.sub(r'\b(width|height)="([\d.]+)"', em, start)
    style = f' style="vertical-align:{below / SIZE * SCALE:.3f}em"' if inline else ""
    return f'{start} aria-hidden="true"{style}{end}{rest}<span class="spoken">{spoken}</span>'


def inline_formula(writer: Any, node: nodes.Element) -> None:
    """Write a formula that stands in a line."""
    writer.body.append(f'<span class="formula">{drawn(node, inline=True)}</span>')
    raise nodes.SkipNode


def block_formula(writer: Any, node: nodes.Element) -> None:
    """Write a formula that stands alone."""
    writer.body.append(f'<div class="formula">{drawn(node, inline=False)}</div>\n')
    raise nodes.SkipNode


def as_meant(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Let a bar in a docstring, as in |W|, be a bar; and no type, since annotations say the types."""
    text = RETURNS.sub(r":returns: \2: \1", "\n".join(lines))
    if what in ("attribute", "property"):
        text = TYPE.sub(r"\2: \1", text)
    lines[:] = text.split("\n")
    for n, line in enumerate(lines):
        parts = re.split(r"(`+[^`]*`+|^ *>>>.*)", line)  # every second one is code
        lines[n] = "".join(part if i % 2 else part.replace("|", r"\|") for i, part in enumerate(parts))


def setup(app: Sphinx) -> dict[str, bool]:
    """Have formulas drawn and docstrings read as they are meant."""
    app.connect("autodoc-process-docstring", as_meant, priority=600)  # napoleon comes first
    app.add_html_math_renderer("drawn", (inline_formula, None), (block_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


ziamath.config.svg2 = False  # each picture holds its glyphs, so that no two pictures share an id

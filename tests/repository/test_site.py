"""The documentation's pages: what is gathered for them; and, built, what a reader's browser makes of them."""

import base64
import functools
import http.server
import io
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

import inception_lab as lab
from tools import notebooks, site
from tools.notebook_cells import ROOT, badge, with_badge

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

PACKAGES = ("sphinx", "myst_nb", "sphinx_book_theme", "sphinx_design", "ziamath")
NOTEBOOKS = [
    path for path in notebooks.all_notebooks() if path.name not in ("00_start.ipynb", "playground.ipynb")
]
SECONDS = 120  # to open a page; a busy machine must not fail a test
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", flags=re.DOTALL)


# What is gathered


def test_every_notebook_and_every_note_has_a_page(root: Path) -> None:
    places = site.pages()
    assert {root / name for name in places} >= {*NOTEBOOKS, *root.glob("docs/*.md")}
    assert len(set(places.values())) == len(places)
    assert places["notebooks/solutions/01_naive_module.ipynb"] == "solutions/01_naive_module.ipynb"


ELSEWHERE = "[b](https://e.com/x/blob/main/LICENSE) [c](https://e.com/x/tree/main/data)"


@pytest.mark.parametrize(("address", "elsewhere"), [("https://e.com/x", ELSEWHERE), ("", "b c")])
def test_links_lead_to_pages_and_else_to_the_repository_if_it_has_an_address(
    address: str, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "[a](../notebooks/01_naive_module.ipynb#reach) [b](../LICENSE) [c](../data) [d](https://e.org)"
        " [f](#here)\n![g](images/explorer.gif) `[h](i.md)`\n```\n[j](k.md)\n```\n"
    )
    monkeypatch.setattr(site, "repository", lambda: address)
    assert site.relinked(text, "docs/teaching.md", site.pages()) == (
        "[a](../lessons/01_naive_module.ipynb#reach)"
        f" {elsewhere} [d](https://e.org)"
        " [f](#here)\n![g](../images/explorer.gif) `[h](i.md)`\n```\n[j](k.md)\n```\n"
    )


def test_a_link_that_leads_to_nothing() -> None:
    expected = "Links lead to files of the repository. Received: 'gone.md' (in docs/index.md)."
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        site.relinked("[a](gone.md)", "docs/index.md", site.pages())


def sources(notebook: NotebookNode) -> list[str]:
    return [cell["source"] for cell in notebook["cells"]]


def test_each_answer_is_folded_under_its_question() -> None:
    first = [new_markdown_cell("**3.1** What?"), new_code_cell("x"), new_markdown_cell("So.")]
    second = [new_markdown_cell("**3.2** And?"), new_code_cell("y")]
    last = new_code_cell("exercises.progress()")
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *first, *second, last])
    site.folded(notebook)
    opening = '<details class="answer"><summary>The answer to {}</summary>'
    assert sources(notebook) == [
        *("# Title", "**3.1** What?", opening.format("3.1"), "x", "So.", "</details>"),
        *("**3.2** And?", opening.format("3.2"), "y", "</details>", "exercises.progress()"),
    ]


@pytest.mark.parametrize("address", ["https://github.com/someone/lab", ""])
def test_the_badge_becomes_words_and_the_set_up_is_folded(address: str) -> None:
    title = new_markdown_cell(with_badge("# Title\n\nText.", "notebooks/a.ipynb", address))
    notebook = new_notebook(cells=[title, new_code_cell("setup", metadata={"tags": ["setup"]})])
    site.introduced(notebook, "To drag, <colab>run it.")
    target = badge("notebooks/a.ipynb", address).rpartition("(")[2].removesuffix(")")
    colab = f"[open it in Colab]({target}) or " if address else ""
    assert sources(notebook) == [f"# Title\n\nTo drag, {colab}run it.\n\nText.", "setup"]
    assert notebook["cells"][1]["metadata"]["tags"] == ["setup", "hide-input"]


def test_the_workflow_publishes_what_make_builds(root: Path) -> None:
    workflow = yaml.safe_load((root / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["build"]["steps"]
    assert "make site PYTHON=python" in [step.get("run") for step in steps]
    assert steps[-1]["with"]["path"] == "build/site"
    assert re.search(
        r"^site: setup .*\n\t.* build/site$", (root / "Makefile").read_text(), flags=re.MULTILINE
    )


# What is built


class Parts(HTMLParser):
    """What a page refers to, and the places in it that can be referred to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.places |= {values[name] for name in ("id", "name") if name in values}
        address = values.get("href", values.get("src"))
        if address and not address.startswith("data:"):
            (self.links if tag == "a" else self.loaded).append(address)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs the packages that `make site` installs; not here: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("site")
    assert site.build(folder / "pages", folder / "source") == 0
    return folder / "pages"


@pytest.fixture(scope="module")
def parts(built: Path) -> dict[str, Parts]:
    """What is in each page, by its path."""
    pages = {path.relative_to(built).as_posix(): path for path in built.rglob("*.html")}
    return {
        name: Parts(path.read_text(encoding="utf-8"))
        for name, path in pages.items()
        if not name.startswith("_static/")
    }


def page_of(notebook: Path, root: Path) -> str:
    return site.pages()[notebook.relative_to(root).as_posix()].replace(".ipynb", ".html")


@pytest.mark.slow
def test_links_inside_the_site_lead_somewhere(built: Path, parts: dict[str, Parts]) -> None:
    lost = []
    for name, page in parts.items():
        for address in page.links + page.loaded:
            split = urllib.parse.urlsplit(address)
            if split.scheme or split.netloc:
                continue
            path = urllib.parse.unquote(split.path)
            target = (built / name).parent.joinpath(path).resolve() if path else built / name
            place = urllib.parse.unquote(split.fragment)
            there = target.relative_to(built).as_posix()
            if not target.is_file() or (there in parts and place and place not in parts[there].places):
                lost.append(f"{name}: {address}")
    assert lost == []


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(built: Path, parts: dict[str, Parts]) -> None:
    assert [a for page in parts.values() for a in page.loaded if re.match(r"(\w+:)?//", a)] == []
    styles = [path.read_text(encoding="utf-8") for path in built.rglob("*.css")]
    assert [
        a for style in styles for a in re.findall(r"(?:url\(|@import)\W*(?:https?:)?//[^)]*", style)
    ] == []


@pytest.mark.slow
def test_every_public_name_is_in_the_reference(parts: dict[str, Parts]) -> None:
    places = set().union(*(page.places for name, page in parts.items() if name.startswith("api/")))
    modules = {
        value.__name__: name for name in lab.__all__ if isinstance(value := getattr(lab, name), ModuleType)
    }
    del modules[lab.keras.__name__]
    assert {f"api/{name}.html" for name in modules.values()} <= set(parts)
    assert {f"module-{module}" for module in modules} <= places
    names = set(lab.__all__) - set(modules.values()) - {"keras"}
    assert {f"inception_lab.{name}" for name in names} <= places


@dataclass
class Read:
    """A page as a browser shows it.

    Attributes:
        page: The page, open.
        errors: What the console calls an error, and requests that were not answered.
    """

    page: "Page"
    errors: list[str] = field(default_factory=list)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def read(built: Path) -> Iterator[Any]:
    """Open a page; a request for another host is an error."""
    try:
        from tests.browser import lab as browser
    except ImportError as error:
        pytest.skip(f"needs Playwright: {error}")
    handler = functools.partial(Quiet, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            with browser.chromium() as chromium:
                context = chromium.new_context()

                def opened(path: str, width: int = 1280) -> Read:
                    seen = Read(context.new_page())
                    seen.page.set_viewport_size({"width": width, "height": 800})

                    def said(message: "ConsoleMessage") -> None:
                        if message.type == "error":
                            seen.errors.append(message.text)

                    def asked(address: str) -> None:
                        if not address.startswith((f"{url}/", "data:", "blob:")):
                            seen.errors.append(f"asks for {address}")

                    seen.page.set_default_timeout(SECONDS * 1000)
                    seen.page.on("console", said)
                    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
                    seen.page.on("request", lambda request: asked(request.url))
                    seen.page.goto(f"{url}/{path}", wait_until="load")
                    return seen

                yield opened
        except browser.NoBrowserError as error:
            pytest.skip(str(error))
        finally:
            server.shutdown()


@pytest.mark.slow
@pytest.mark.browser
def test_no_page_has_an_error_asks_elsewhere_or_is_too_wide(parts: dict[str, Parts], read: Any) -> None:
    wrong = []
    for name in parts:
        seen = read(name)
        wrong += [f"{name}: {error}" for error in seen.errors]
        for width in (1280, 390):
            seen.page.set_viewport_size({"width": width, "height": 800})
            if seen.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{name}: is wider than a window of {width} pixels")
        # A narrow window takes other pictures, which come a moment later.
        seen.page.wait_for_function("[...document.images].every(i => i.complete || i.loading == 'lazy')")
        broken = seen.page.evaluate(
            "[...document.images].filter(i => !i.naturalWidth && i.loading != 'lazy').length"
        )
        if broken:
            wrong.append(f"{name}: {broken} pictures are not to be seen")
        seen.page.close()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_notebook_is_shown_whole_with_its_formulas_drawn(root: Path, path: Path, read: Any) -> None:
    cells = notebooks.load(path)["cells"]
    page = read(page_of(path, root)).page
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert page.locator("article .cell .cell_input").count() == len(code)
    shown = [
        output["data"].get("text/html", "") for cell in code for output in cell["outputs"] if "data" in output
    ]
    assert page.locator("article .cell_output img").count() == "".join(shown).count("<img ")
    texts = [re.sub(r"`[^`]*`", "", cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    formulas = page.locator("article .formula svg")
    assert formulas.count() == sum(len(FORMULA.findall(text)) for text in texts)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert all(formulas.evaluate_all("all => all.map(each => each.getBoundingClientRect().width > 3)"))
    assert not re.search(
        r"\$\$|\\(times|frac|text)\b", "\n".join(page.locator("article p").all_inner_texts())
    )
    page.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/solutions/*.ipynb")), ids=lambda path: path.stem)
def test_answers_are_folded_until_they_are_asked_for(root: Path, path: Path, read: Any) -> None:
    texts = sources(notebooks.load(path))
    page = read(page_of(path, root)).page
    answers = page.locator("details.answer")
    assert answers.count() == sum(bool(site.QUESTION.match(text)) for text in texts)
    first = answers.first
    cell = first.locator(".cell").first
    assert not cell.is_visible()
    first.locator("summary").first.click()
    assert cell.is_visible()
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(("drawing", "room"), [("wide", 920), ("narrow", 330)])
@pytest.mark.parametrize("reduce", [1, 16, 155, 192])
def test_what_is_drawn_beforehand_is_what_the_explorer_shows(
    built: Path, reduce: int, drawing: str, room: float
) -> None:
    folder = built / "_static" / "explorers"
    drawn = json.loads((folder / f"reduction-{drawing}.json").read_text(encoding="utf-8"))
    state, explorer = drawn["states"][reduce - 1], lab.explore.reduction(reduce=reduce)
    explorer.fit(room)
    picture = Image.open(folder / f"reduction-{drawing}.webp").convert("RGB")
    if state["change"]:
        x, y, *_, data = state["change"]
        layer = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")
        picture.paste(layer, (round(x * picture.width), round(y * picture.height)), layer)
    assert state["words"] == explorer.readout
    assert picture.tobytes() == Image.open(io.BytesIO(explorer.widget.picture)).convert("RGB").tobytes()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("width", "room"), [(1280, 920), (390, 330)])
def test_an_explorer_of_the_first_page_is_pulled_with_the_network_cut(
    read: Any, width: int, room: float
) -> None:
    seen = read("index.html", width)
    page = seen.page
    explorer = page.locator("[data-states$='reduction']")
    explorer.scroll_into_view_if_needed()
    explorer.locator("xpath=self::*[@data-awake]").wait_for()
    page.context.set_offline(True)
    try:
        slider, at = explorer.get_by_role("slider"), lab.explore.reduction(reduce=155)
        at.fit(room)
        slider.fill("154")  # the first step is one filter
        explorer.get_by_text(at.readout, exact=True).wait_for()
        hint = "Drag the dot along the line"
        x0, y0, x1, y1 = next(box for *box, said, _ in at.widget.handles if said == hint)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        box = explorer.locator(".sheet").bounding_box()
        assert box
        page.mouse.move(box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2, steps=8)
        page.mouse.up()
        filters = int(slider.get_attribute("aria-valuetext") or 0)
        assert 0 < filters < 155
        explorer.get_by_text(lab.explore.reduction(reduce=filters).readout, exact=True).wait_for()
        layer = explorer.locator(".change")
        layer.wait_for(state="attached")
        assert layer.evaluate("image => image.naturalWidth") > 0
    finally:
        page.context.set_offline(False)
    assert seen.errors == []
    page.close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("name", ["index.html", "playground.html", "lessons/01_naive_module.html"])
def test_axe_finds_nothing_serious(read: Any, name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = read(name).page
    results = Axe().run(page).response
    assert results["passes"]
    assert [
        f"{violation['id']} at {node['target'][0]}"
        for violation in results["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ] == []
    page.close()


@pytest.mark.slow
def test_the_first_page_has_a_card_for_each_lesson(parts: dict[str, Parts]) -> None:
    pages = {page_of(path, ROOT) for path in ROOT.glob("notebooks/0[1-9]_*.ipynb")}
    assert pages <= set(parts["index.html"].links)


@pytest.mark.slow
@pytest.mark.browser
def test_the_gallery_names_every_explorer(read: Any) -> None:
    page = read("playground.html").page
    assert page.locator(".gallery li").evaluate_all("all => all.map(each => each.id)") == list(
        lab.explore.QUESTIONS
    )
    page.close()


@pytest.mark.slow
@pytest.mark.browser
def test_the_search_finds_a_lesson(read: Any) -> None:
    page = read("search.html?q=electrode").page
    page.locator("#search-results li a", has_text="an electrode in GoogLeNet").first.wait_for()
    page.close()

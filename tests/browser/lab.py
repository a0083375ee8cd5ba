"""A real JupyterLab, or Voilà, in headless Chromium, on a learner's copy of the notebooks."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, sync_playwright

from tests.ports import free_port
from tools.lab import copy

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SETTINGS = {
    # No question whether news are wanted.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
START_SECONDS = 90
BYTES = """({bytes: {buffer, byteOffset, byteLength}}) => {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}"""
OPEN_SECONDS = 60
ELEMENT_SECONDS = 10
WIDTH, HEIGHT = 1366, 900  # of the window: a common laptop's

IDLE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  return panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""
RUN = "() => window.jupyterapp.commands.execute('notebook:run-all-cells').then(done => Boolean(done))"
CONTENT = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()"
COMMAND = "([name, options]) => window.jupyterapp.commands.execute(name, options).then(() => null)"

# Promises the milliseconds from the next key press or move to the next picture, decoded and painted.
WATCH = """(explorer) => {
  const picture = () => explorer.querySelector('.lab-image');
  const before = picture().dataset.number;
  window.painted = new Promise((resolve, reject) => {
    let pressed = null;
    for (const event of ['keydown', 'pointerdown', 'pointermove'])
      addEventListener(event, () => { pressed ??= performance.now(); }, {once: true, capture: true});
    const late = setTimeout(() => reject(new Error('no new picture in 10 s')), 10000);
    const observer = new MutationObserver(() => {
      const image = picture();
      if (pressed === null || !image || image.dataset.number === before) return;
      observer.disconnect();
      clearTimeout(late);
      requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(explorer, {subtree: true, childList: true, attributes: true});
  });
}"""


class NoBrowserError(Exception):
    """There is no browser here."""


@dataclass
class Explorer:
    """An explorer in an open notebook."""

    page: Page
    box: Locator

    @property
    def picture(self) -> str:
        """The picture's bytes, as base64."""
        return str(self.box.locator(".lab-image").evaluate(BYTES))

    @property
    def room(self) -> float:
        """How many pixels the page has for the picture."""
        return float(self.box.locator(".lab-picture").evaluate("each => each.clientWidth"))

    @property
    def alternative_text(self) -> str:
        """What the picture says to those who do not see it."""
        return self.box.locator(".lab-image").get_attribute("aria-label") or ""

    @property
    def readout(self) -> str:
        """The sentence below the picture."""
        return self.box.get_by_role("status").text_content() or ""

    def number(self, label: str) -> Locator:
        """The box of a number, by the label that a screen reader says."""
        return self.box.get_by_label(label, exact=True)

    def slider(self, label: str) -> Locator:
        """The slider beside the box of a number."""
        return self.box.get_by_label(f"{label}, slider", exact=True)

    def open_all(self) -> None:
        """Unfold what lies under "More"."""
        self.box.evaluate("box => box.querySelectorAll('.lab-more').forEach(each => { each.open = true; })")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture, in parts of it from its lower left corner, is in the window."""
        box = self.box.locator(".lab-image").bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"]

    def pull(self, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
        """Press the picture at a point, pull to another, and let go."""
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place(*end), steps=steps)
        self.page.mouse.up()

    def press(self, control: Locator, key: str) -> float:
        """Press a key on a control; return the milliseconds until the new picture was painted."""
        self.open_all()
        control.focus()
        return self.timed(lambda: self.page.keyboard.press(key))

    def timed(self, act: Callable[[], None]) -> float:
        """Press a key or move the mouse; return the milliseconds until the new picture was painted."""
        self.page.evaluate(WATCH, self.box.element_handle())
        act()
        return float(self.page.evaluate("() => window.painted"))


@dataclass
class Notebook:
    """A notebook that is open in JupyterLab, its kernel ready."""

    page: Page

    def run_all(self) -> bool:
        """Run all cells; return whether JupyterLab says that all went through."""
        return bool(self.page.evaluate(RUN))

    def outputs(self) -> list[dict[str, Any]]:
        """The outputs of all cells, as they would be saved."""
        content: dict[str, Any] = self.page.evaluate(CONTENT)
        return [output for cell in content["cells"] for output in cell.get("outputs", [])]

    def command(self, name: str, **options: Any) -> None:
        """Do what one of JupyterLab's menu entries does."""
        self.page.evaluate(COMMAND, [name, options])

    def explorer(self, title: str) -> Explorer:
        """The first live explorer with this heading, scrolled into view."""
        self.page.bring_to_front()  # a window in the background paints once a second
        box = self.page.locator(".lab-explorer", has=self.page.get_by_text(title, exact=True)).first
        box.locator(".lab-image[data-number]").wait_for(state="attached")
        box.scroll_into_view_if_needed()
        return Explorer(self.page, box)


@dataclass
class Site:
    """A running server and the browser that looks at it.

    Attributes:
        url: Where it answers.
        context: Of the browser; its pages share nothing with others.
        token: That it asks for, if any.
        outside: Requests that would have left this machine; they were refused.
    """

    url: str
    context: BrowserContext
    token: str = ""
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let no request leave this machine."""
        self.context.route("**/*", self._inside)

    def page(self, path: str, ready: str) -> Page:
        """Open a page in a window of its own and wait for an element."""
        page = self.context.new_page()
        page.set_default_timeout(OPEN_SECONDS * 1000)
        page.goto(f"{self.url}{path}", wait_until="domcontentloaded")
        page.locator(ready).first.wait_for()
        return page

    def _inside(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


class Lab(Site):
    """A running JupyterLab and the browser that looks at it."""

    def open(self, name: str) -> Notebook:
        """Open a notebook in a window of its own and wait for its kernel."""
        page = self.page(f"/lab/tree/{name}?reset&token={self.token}", ".jp-Notebook .jp-Cell")
        page.wait_for_function(IDLE)
        page.set_default_timeout(ELEMENT_SECONDS * 1000)
        return Notebook(page)


class Voila(Site):
    """A notebook that Voilà serves as a page, and the browser that looks at it."""

    def open(self) -> Notebook:
        """Open the page and wait for its first card."""
        page = self.page("/", ".lab-card-picture[src]")
        page.set_default_timeout(ELEMENT_SECONDS * 1000)
        return Notebook(page)


@contextmanager
def jupyterlab(notebooks: Path, browser: Browser | None = None, density: int = 1) -> Iterator[Lab]:
    """Serve a copy of a folder's notebooks, and open a browser, or use one that is open.

    The window has `density` pixels of the screen for one of the page's.

    Raises:
        NoBrowserError: If there is no browser.
    """
    words = ("-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser")
    token = secrets.token_hex(16)
    with (
        _copied(notebooks) as served,
        _server(served, words, "ServerApp", token) as url,
        _context(browser, density) as context,
    ):
        yield Lab(url, context, token)


@contextmanager
def make_lab(folder: Path, browser: Browser) -> Iterator[Lab]:
    """Do what `make lab` does, with the learner's copy in `folder/mine`."""
    for setting, values in SETTINGS.items():
        _set(folder, setting, values)
    words = ("-m", "tools.lab", "--folder", str(folder / "mine"), "--no-browser", "--expose-app-in-browser")
    token = secrets.token_hex(16)
    with (
        _server(folder / "mine", words, "ServerApp", token, PYTHONPATH=str(ROOT)) as url,
        _context(browser) as context,
    ):
        yield Lab(url, context, token)


@contextmanager
def voila(
    notebook: Path, browser: Browser | None = None, density: int = 1, **variables: str
) -> Iterator[Voila]:
    """Serve a notebook as `make playground` does, and open a browser, or use one that is open.

    Kernels get the environment variables that are given, besides those that are set.

    Raises:
        NoBrowserError: If there is no browser.
    """
    words = ("--no-browser", "--template=playground")
    variables["JUPYTER_PATH"] = str(ROOT / "tools" / "jupyter")
    with (
        _copied(notebook.parent) as served,
        _server(served, ("-m", "voila", str(served / notebook.name), *words), "Voila", **variables) as url,
        _context(browser, density) as context,
    ):
        yield Voila(url, context)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser.

    Raises:
        NoBrowserError: If there is none.
    """
    if not CHROMIUM.exists():
        raise NoBrowserError(f"there is no browser at {CHROMIUM} (CHROMIUM names another)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _context(browser: Browser | None, density: int = 1) -> Iterator[BrowserContext]:
    """Open a window of its own."""
    with nullcontext(browser) if browser else chromium() as running:
        context = running.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=density
        )
        try:
            yield context
        finally:
            context.close()


@contextmanager
def _copied(notebooks: Path) -> Iterator[Path]:
    """Copy notebooks as `make lab` does; all else that the user has is read or written beside the copy."""
    with tempfile.TemporaryDirectory(prefix="inception-lab-") as name:
        folder = Path(name)
        served = folder / "notebooks"
        assert list(copy(served, notebooks)) == []
        for setting, values in SETTINGS.items():
            _set(folder, setting, values)
        yield served


def _set(folder: Path, setting: str, values: Any) -> None:
    path = folder / "settings" / "@jupyterlab" / f"{setting}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


@contextmanager
def _server(
    served: Path, words: tuple[str, ...], application: str, token: str = "", **variables: str
) -> Iterator[str]:
    """Start a server on a free port of this machine."""
    folder = served.parent
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = (
        os.environ
        | variables
        | {
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_TOKEN": token,
        }
    )
    command = [sys.executable, *words, f"--{application}.ip=127.0.0.1", f"--{application}.port={port}"]
    if application == "ServerApp":
        command.append(f"--ServerApp.root_dir={served}")
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            _wait_for(f"{url}/api" if application == "ServerApp" else f"{url}/static/", process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # it answers, if only that there is nothing at this address
        except urllib.error.URLError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer in {START_SECONDS} s:\n{log.read_text()[-2000:]}")

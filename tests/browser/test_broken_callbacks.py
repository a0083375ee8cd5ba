"""The tests of the explorers are worth something: each fails where the callback is broken."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.explorers import KINDS, a_hand_pulls, a_key_moves, card
from tests.browser.test_playground import PULLS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECONDS = 3  # that a page has to show something new
HANDLES = "handles that do nothing"
# The kernel runs these when it starts.
BREAKAGES = {
    "no answer": "Explorer._go = lambda self, state: None",
    "words without a picture": """
whole = Explorer._show
def show(self, why_not=""):
    self._png = vars(self).setdefault("_first_png", self._png)
    whole(self, why_not)
Explorer._show = show
""",
    "a picture without words": """
whole = Explorer.readout.fget
Explorer.readout = property(lambda self: vars(self).setdefault("_first_readout", whole(self)))
""",
    "the picture of the state before": """
whole = Explorer._update
def update(self):  # of another state: a hand that lets go draws the same one again
    now, kept = (self.state, self.result), vars(self)
    if kept.setdefault("_now", now)[0] != now[0]:
        kept["_before"], kept["_now"] = kept["_now"], now
    self.result = kept.get("_before", now)[1]
    whole(self)
    self.result = now[1]
Explorer._update = update
""",
    HANDLES: """
Explorer._touch = lambda *_: None
""",
}


@pytest.fixture(scope="module", params=BREAKAGES)
def broken(
    request: pytest.FixtureRequest,
    root: Path,
    chromium: "Browser",
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator["Notebook"]:
    """The playground, whose explorers do not answer as they should."""
    from tests.browser.lab import voila

    folder = tmp_path_factory.mktemp("broken")
    start = "from inception_lab.view.engine.explorer import Explorer\n" + BREAKAGES[request.param]
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    with voila(root / "notebooks" / "playground.ipynb", chromium, PYTHONPATH=str(folder)) as site:
        yield site.open()


def test_what_is_broken_is_seen(
    broken: "Notebook", request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import Error

    from tests.browser import lab as browser_lab

    monkeypatch.setattr(browser_lab, "WATCH", browser_lab.WATCH.replace("10000", str(1000 * SECONDS)))
    broken.page.set_default_timeout(1000 * SECONDS)
    hands = request.node.callspec.params["broken"] == HANDLES
    for kind in () if hands else KINDS[::3]:
        shown = card(broken, kind)
        with pytest.raises((AssertionError, Error)):
            a_key_moves(shown, kind)
    pulls = dict(reversed(PULLS)) if hands else {"reduction": "Drag the dot along the line"}
    for kind, hint in pulls.items():
        shown = card(broken, kind)
        with pytest.raises((AssertionError, Error)):
            a_hand_pulls(shown, kind, hint)

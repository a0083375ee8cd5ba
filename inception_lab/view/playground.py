"""All explorers as a wall of cards: one at a time is opened, and its state is an address that can be sent."""

from __future__ import annotations

import html
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import anywidget
import traitlets
from ipywidgets import VBox

from inception_lab.architecture.network import snake_case
from inception_lab.checks import one_of
from inception_lab.view import explore, figures
from inception_lab.view.engine.controls import Choice, Control, Integer, check_name
from inception_lab.view.engine.explorer import Explorer, settle

HERE = Path(__file__).parent
WIDTH = 560  # pixels of a thumbnail, twice those of the page's


class Wall(anywidget.AnyWidget):
    """The cards, and above an open explorer the way to the others.

    Attributes:
        cards: Name, title and question of each explorer.
        opened: Name of the open explorer, or "" for the wall.
        address: Query string of its state.
        wrong: Why an address was not followed.
    """

    _esm = (HERE / "playground.js").read_text(encoding="utf-8")
    _css = (HERE / "playground.css").read_text(encoding="utf-8")

    cards: traitlets.List[Any] = traitlets.List().tag(sync=True)
    opened = traitlets.Unicode().tag(sync=True)
    address = traitlets.Unicode().tag(sync=True)
    wrong = traitlets.Unicode().tag(sync=True)


class Playground:
    """All explorers: a wall of cards, each with a picture and a question, one of which is opened at a time.

    On the page that `make playground` serves, the address holds the state:
    `?explorer=module&preset=5b&reduce5x5=8`. Whoever opens it sees the same.

    Attributes:
        wall: The widget with the cards.
        explorer: The open explorer, or `None`.
    """

    def __init__(self) -> None:
        self._first: dict[str, Explorer] = {}
        self.explorer: Explorer | None = None
        cards = [
            {"name": name, "title": getattr(explore, name).title, "question": question}
            for name, question in explore.QUESTIONS.items()
        ]
        self.wall, self._stage = Wall(cards=cards), VBox(layout={"overflow": "visible"})
        self.wall.on_msg(self._answer)

    def open(self, query: str) -> None:
        """Open what an address says: the wall, or an explorer in a state.

        Args:
            query: The address from its question mark on. Where it cannot be followed, the explorer opens in
                its first state, or else the wall, and `wall.wrong` says why.
        """
        named = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
        name, wrong = named.pop("explorer", ""), ""
        try:
            if name:
                one_of("explorer", name, tuple(explore.QUESTIONS))
        except ValueError as error:
            name, wrong = "", str(error)
        left, self.explorer = self.explorer, None
        if name:
            first = self._made(name)
            try:
                self.explorer = restored(first, named) if named else first
                self.explorer.widget.observe(self._moved, "said")
            except ValueError as error:
                wrong = f"{error} This is its first state."
            if self.explorer is None or self.explorer is first:
                self.explorer = first
                first.reset()
        with self.wall.hold_sync():
            self.wall.wrong, self.wall.opened = wrong, name
            self._moved()
        self._stage.children = [self.explorer.widget] if self.explorer else []
        if left and left not in self._first.values():
            left.close()

    def _made(self, name: str) -> Explorer:
        """The explorer in its first state, made when it is first wanted."""
        if name not in self._first:
            self._first[name] = getattr(explore, name)()
            self._first[name].widget.observe(self._moved, "said")
        return self._first[name]

    def _moved(self, _: Any = None) -> None:
        """Let the address follow the open explorer."""
        self.wall.address = address(self.explorer) if self.explorer else ""

    @figures.one_at_a_time
    def _answer(self, _: Any, message: Any, __: Any = None) -> None:
        """Do what the page asks for: open an address, or send a card's picture."""
        match message:
            case {"kind": "open", "query": str(query)}:
                self.open(query)
            case {"kind": "picture", "name": str(name)} if name in explore.QUESTIONS:
                made = self._made(name)
                self.wall.send({"name": name, "photos": made.widget.photos}, [thumbnail(made)])
                if len(self._first) == len(explore.QUESTIONS):
                    settle()

    def _ipython_display_(self) -> None:
        """Show the cards' words, which stay in a saved notebook, and the live wall, which hides them."""
        from IPython.display import display

        page = VBox([self.wall, self._stage], layout={"overflow": "visible"})
        rows = "".join(
            f"<tr><td><b>{html.escape(getattr(explore, name).title)}</b></td><td>{html.escape(question)}</td>"
            f"<td><code>lab.explore.{name}()</code></td></tr>"
            for name, question in explore.QUESTIONS.items()
        )
        words = f"The playground: {len(explore.QUESTIONS)} explorers."
        display(
            {"text/html": f'<table class="lab-cards-still">{rows}</table>', "text/plain": words}, raw=True
        )
        view = {"version_major": 2, "version_minor": 0, "model_id": page.model_id}
        display({"application/vnd.jupyter.widget-view+json": view, "text/plain": words}, raw=True)


def thumbnail(explorer: Explorer) -> bytes:
    """Return an explorer's present picture, small, as WebP."""
    from PIL import Image

    with Image.open(io.BytesIO(explorer.widget.picture)) as picture:
        small, file = picture.convert("RGB"), io.BytesIO()
    small.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.save(file, "webp", quality=85)
    return file.getvalue()


def address(explorer: Explorer) -> str:
    """Return the address of an explorer's state, such as `?explorer=module&preset=5b&reduce5x5=8`.

    Example:
        >>> address(explore.module("5b", reduce5x5=8))
        '?explorer=module&preset=5b&reduce5x5=8'
    """
    preset, changes = explorer.nearest_preset()
    said = {"explorer": snake_case(type(explorer).__name__)} | ({"preset": preset} if preset else {})
    said |= {
        name: json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else str(value)
        for name, value in changes.items()
    }
    return f"?{urlencode(said, quote_via=quote, safe=',')}"


def restored(first: Explorer, said: dict[str, str]) -> Explorer:
    """Return an explorer of the kind of `first` in the state that an address says.

    Args:
        first: One in its first state.
        said: What the address names: `"preset"`, controls, and `"edits"` where several modules are edited.
    """
    state: dict[str, Any] = {}
    for name, text in said.items():
        if name == "edits" and type(first) is explore.network:
            state[name] = _edits(text)
        elif name != "preset":
            check_name(name, {name: knob.control for name, knob in first.controls.items()})
            state[name] = _meant(first.controls[name].control, text)
    return type(first)(said.get("preset"), **state)


def _meant(control: Control, text: str) -> Any:
    """Return the value that an address means; what cannot be one stays text, which the control refuses."""
    match control:
        case Integer():
            return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
        case Choice(options=options):
            return next((value for label, value in options if text in (label, str(value))), text)
    return {"true": True, "false": False}.get(text.lower(), text)


def _edits(text: str) -> dict[str, Any]:
    """Return what an address says of the network's modules: module → its numbers."""
    try:
        edits = {module: dict(numbers) for module, numbers in json.loads(text).items()}
        if any("module" in numbers for numbers in edits.values()):
            raise ValueError("a module in a module")
        return edits
    except (AttributeError, TypeError, ValueError, RecursionError):
        must = '`edits` must be the numbers of modules, such as {"3a":{"conv1x1":32}}.'
        raise ValueError(f"{must} Received: edits={text!r}.") from None

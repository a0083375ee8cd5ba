"""A field beside a question: what is written there, and what it says."""

import ast
import html
import operator
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
READER = "#CC79A7"  # the reader's colour, Okabe–Ito; the truth is green


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer."""

    right: bool | None  # True, False, or None where there was nothing to judge
    text: str  # the verdict in words

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        color = {True: "#009E73", False: "#D55E00", None: "#6B6B6B"}[self.right]
        return f'<div style="border-left:4px solid {color};padding:2px 10px">{html.escape(self.text)}</div>'


@dataclass(frozen=True, repr=False)
class Turn(Verdict):
    """It is the reader's turn: a verdict with fields, whose content is an answer."""

    # told what was written, as a number, a tuple, a dict or words; returns what to say
    answer: Callable[[Any], Verdict] = field(compare=False)
    labels: Sequence[str] = ("",)  # one for each field
    choices: Sequence[str] = ()  # what can be chosen instead of written
    before: Sequence[str] = ()  # what was written before, one for each field

    def widget(self) -> Any:
        """Return the fields, with what is said to them below."""
        import ipywidgets

        fields, column = [], f"{max(map(len, self.labels))}ch"
        for number, label in enumerate(self.labels):
            before = self.before[number] if number < len(self.before) else ""
            if self.choices:
                index = list(self.choices).index(before) if before in self.choices else None
                made: Any = ipywidgets.ToggleButtons(options=list(self.choices), index=index)
                made.style.button_width = "auto"
            else:
                made = ipywidgets.Text(value=before, placeholder="your answer, then Enter")
                made.continuous_update = False
                made.layout.width = f"calc({column} + var(--jp-widgets-inline-width))"
                made.layout.max_width = "99%"
            made.description, made.style.description_width = label, column
            fields.append(made)
        said = ipywidgets.HTML(self._repr_html_())

        def written(_: Any) -> None:
            values = [understood(each.value or "") for each in fields]
            if None not in values:
                said.value = self.answer(values[0] if len(values) == 1 else tuple(values))._repr_html_()

        for each in fields:
            each.observe(written, "value")
        return ipywidgets.VBox([*fields, said])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Give the fields where there is a kernel, and the words where there is none."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget().model_id}
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "text/html": self._repr_html_(),
            "text/plain": self.text,
        }


def understood(written: str) -> Any:
    """Return what somebody wrote: a number, also as a product, a tuple, a dict, or else the words.

    Example:
        >>> [understood(text) for text in ("1,200,000", "28*28*16", "(60, 10)", "dict(decay=0.5)", "3x3", "")]
        [1200000, 12544, (60, 10), {'decay': 0.5}, '3x3', None]
    """
    words = written.strip()
    number = words.rstrip("%×x ")
    if re.fullmatch(r"[+-]?\d{1,3}([,_]\d{3})+(\.\d*)?", number):
        number = re.sub("[,_]", "", number)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, on a number beside a word
            return _value(ast.parse(number, mode="eval").body)
    except (ValueError, TypeError, SyntaxError, LookupError, ArithmeticError, MemoryError, RecursionError):
        return words or None


def _value(node: ast.expr) -> Any:
    match node:
        case ast.BinOp():
            left, right = _value(node.left), _value(node.right)
            if not all(isinstance(each, int | float) for each in (left, right)):
                raise ValueError("not numbers")
            if isinstance(node.op, ast.Pow) and max(abs(left), abs(right)) > 1000:
                raise ValueError("too large")
            return _ARITHMETIC[type(node.op)](left, right)
        case ast.Tuple():
            return tuple(map(_value, node.elts))
        case ast.Call(func=ast.Name(id="dict"), args=[]):
            return {str(each.arg): _value(each.value) for each in node.keywords}
    return ast.literal_eval(node)


def in_words(value: Any) -> str:
    """Write what was guessed, as it was meant."""
    try:
        if isinstance(value, tuple):
            return " and ".join(str(part) if isinstance(part, tuple) else in_words(part) for part in value)
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    except Exception:  # a number of 5,000 digits, or other people's objects
        return f"something that cannot be written ({type(value).__name__})"


def beside(guess: Any, truth: Any) -> str:
    """Return bars of a guess and of the truth as HTML, where both are numbers; else nothing."""
    pairs = list(zip(guess, truth, strict=False)) if isinstance(guess, tuple) else [(guess, truth)]
    bars = ""
    for pair in pairs:
        try:
            numbers = [float(each) for each in pair]
        except (TypeError, ValueError, OverflowError):
            continue
        largest = max(numbers)
        if min(numbers) < 0 or not 0 < largest < float("inf"):
            continue
        for value, color, who in zip(numbers, (READER, "#009E73"), ("you", "answer"), strict=True):
            width = f"width:{100 * value / largest:.1f}%;background:{color};height:10px;min-width:2px"
            bars += (
                '<div style="display:flex;align-items:center;gap:8px;max-width:420px">'
                f'<small style="width:4em">{who}</small><div style="flex:1"><div style="{width}"></div></div>'
                f'<small style="width:6em">{value:,.10g}</small></div>'
            )
    return bars


def draw_guess(axis: Any, guess: Any) -> None:
    """Draw a guess across Matplotlib axes, at its place on one axis of theirs, which keeps its ends.

    The name of a row gets a frame instead: a line would strike out what the row says.
    """
    ax, ends, upright = axis.axes, axis.get_view_interval(), axis.axis_name == "x"
    labels = {label.get_text().replace("−", "-"): label for label in axis.get_majorticklabels()}
    places = dict(zip(labels, axis.get_majorticklocs(), strict=False))
    named = any(isinstance(understood(label), str) for label in labels)
    per_cent = getattr(axis.get_major_formatter(), "xmax", 100) / 100
    look = {"color": READER, "clip_on": True, "rotation": 90 if upright else 0}
    parts = re.split("[ ,]+", guess) if isinstance(guess, str) else guess
    for said in parts if isinstance(parts, list | tuple) else (parts,):
        number = not named and isinstance(said, int | float) and abs(said) < 1e9
        if not number and said not in places:
            continue
        at, words = (said * per_cent, f"you: {said:g}") if number else (places[said], f"you: {said}")
        if upright:
            ax.axvline(at, color=READER, linestyle="--")
            ax.text(at, 0.88, words, va="top", transform=ax.get_xaxis_transform(), **look)
        elif named:
            frame = {"facecolor": "none", "edgecolor": READER, "linewidth": 1.6, "pad": 2}
            labels[said].set_bbox(frame)
        else:
            ax.axhline(at, color=READER, linestyle="--")
            ax.text(0.99, at, words, ha="right", va="bottom", transform=ax.get_yaxis_transform(), **look)
    axis.set_view_interval(*ends, ignore=True)

"""Walking through the states of an explorer."""

import random
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from inception_lab.view.engine.explorer import Choice, Control, Explorer, Integer, State
from inception_lab.view.engine.handles import areas


def options(control: Control) -> list[Any]:
    """All values of a control."""
    match control:
        case Integer():
            return list(range(control.low, control.high + 1, control.step))
        case Choice():
            return [value for _, value in control.options]
    return [False, True]


def some_value(control: Control, rng: random.Random) -> Any:
    """A value of a control; its ends come more often than by chance."""
    values = options(control)
    return rng.choice(values if rng.random() < 0.7 else [values[0], values[-1]])


def some_state(explorer: Explorer, rng: random.Random) -> State:
    """A value for every control; they need not go together."""
    return {name: some_value(control, rng) for name, control in explorer.declare().items()}


def walk(explorer: Explorer, steps: int, seed: int = 0) -> Iterator[str]:
    """Set one control after another, as a reader does; yield its name. What is illegal is taken back."""
    rng = random.Random(seed)
    controls = explorer.declare()
    for _ in range(steps):
        name = rng.choice(list(controls))
        explorer.controls[name].value = some_value(controls[name], rng)
        yield name


def pixels(explorer: Explorer) -> NDArray[np.int16]:
    """The picture that is shown."""
    data = cv2.imdecode(np.frombuffer(explorer._png, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(data, np.int16)


def points(line: Line2D) -> tuple[list[float], list[float]]:
    """Where a line goes through: all x, all y."""
    return np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()


def shown(explorer: Explorer) -> tuple[Any, ...]:
    """All that the page is told."""
    panel = explorer.widget
    return panel.picture, panel.said, panel.values, panel.handles


def ask(explorer: Explorer, kind: str, **message: Any) -> None:
    """Send what the page sends when a reader does something."""
    heard = explorer.widget.heard
    explorer._answer(None, {"kind": kind, **message}, [])
    assert explorer.widget.heard == heard + 1


def pull(explorer: Explorer, hint: str, x: float, y: float, number: int = 0) -> None:
    """Take one of the handles with this hint, pull it to a point of its axes' data, and let go."""
    place = [place for place, handle in enumerate(explorer._handles) if handle.hint == hint][number]
    handle = explorer._handles[place]
    x0, y0, x1, y1, _, _ = areas([handle])[0]
    width, height = explorer.figure.bbox.width, explorer.figure.bbox.height
    start = ((x0 + x1) / 2, (y0 + y1) / 2)
    if handle.anchor:  # what is pulled keeps its distance from the hand: take it there
        at = handle.ax.transData.transform(handle.anchor)
        start = (at[0] / width, at[1] / height)
    end = handle.ax.transData.transform((x, y))
    ask(explorer, "press", handle=place, x=start[0], y=start[1])
    ask(explorer, "pull", handle=place, x=end[0] / width, y=end[1] / height)
    # A release holds the last pull, as the page's does.
    ask(explorer, "release", handle=place, x=end[0] / width, y=end[1] / height, pulled=True)

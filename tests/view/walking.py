"""Walking through the states of an explorer."""

import random
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import cv2
import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from inception_lab.view.engine.explorer import Choice, Control, Explorer, Integer, State


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


def shown(explorer: Explorer) -> str:
    """The HTML that holds the picture."""
    return str(explorer._picture.value)


def alternative_text(explorer: Explorer) -> str:
    """What the picture says to those who do not see it."""
    found = re.search(r'<img src="[^"]+" alt="([^"]*)"', shown(explorer))
    assert found
    return unescape(found[1])


def children(widget: Any) -> Iterator[Any]:
    """A widget and all that are in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from children(child)


def find(explorer: Explorer, description: str) -> Any:
    """The widget with this description."""
    return next(
        widget for widget in children(explorer.widget) if getattr(widget, "description", "") == description
    )

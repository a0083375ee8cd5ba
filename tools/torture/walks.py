"""Random walks through the explorers: nothing raises, and the picture is that of the state alone."""

from __future__ import annotations

import random
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.view import explore
from inception_lab.view.explorers.base import Choice, Control, Explorer, Integer
from tools.torture.fuzz import OTHERS, some_setting, time_limit

KINDS = (*explore.__all__, *explore.WITH_MODEL)


@dataclass
class Walked:
    """What some walks came to.

    Attributes:
        states: Explorer → states that it was brought into or kept.
        refused: How often something was refused, in one clear line.
        compared: How often state, words and picture were set beside those of a fresh explorer.
        failures: What went wrong, with the explorer and the number of the step.
        seconds: In all.
    """

    states: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    compared: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


def walk_all(
    seed: int, count: int, kinds: Sequence[str] | None = None, first: int = 0, every: int = 25
) -> Walked:
    """Walk through explorers.

    Args:
        seed: Decides everything; each explorer has a walk of its own.
        count: States of each.
        kinds: Names of explorers; by default all.
        first: Another number gives another walk.
        every: Of so many states one is compared with a fresh explorer's.
    """
    found = Walked()
    started = time.perf_counter()
    for kind in kinds or KINDS:
        try:
            walk(kind, random.Random(f"{seed} {kind} {first}"), count, every, found)
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            what = " ".join(f"{type(error).__name__}: {error}".split())[:400]
            step = f"{kind}, state {found.states[kind]}"
            found.failures.append(f"{step}: {what} ({Path(line.filename).name}:{line.lineno})")
    found.seconds = time.perf_counter() - started
    return found


def fresh(kind: str) -> Explorer:
    """Return an explorer as it is at first."""
    explorer: Explorer = explore.branches(*_small()) if kind == "branches" else getattr(explore, kind)()
    return explorer


@cache
def _small() -> tuple[Any, Any]:
    from inception_lab.model.pretrained.trained import digits_network

    network = digits_network()
    return network, network.samples


def walk(kind: str, rng: random.Random, count: int, every: int, found: Walked) -> None:
    """Bring an explorer into many states, as a reader does, and compare some of them.

    Raises:
        AssertionError: If a picture or words are not those of the state.
    """
    explorer = fresh(kind)
    controls = explorer.declare()
    for number in range(count):
        with time_limit(), warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("default", category=DeprecationWarning, module=OTHERS)
            found.refused += not _step(explorer, controls, rng)
            found.states[kind] += 1
            assert explorer.state == explorer._legal, f"{explorer.state}, drawn {explorer._legal}"
            if number % every == every - 1:
                _compare(explorer, fresh(kind))
                found.compared += 1


def some_value(control: Control, rng: random.Random) -> Any:
    """A value of a control; its ends come more often than by chance."""
    match control:
        case Integer(low=low, high=high):
            return rng.choice((low, high, rng.randint(low, high), rng.randint(low, high)))
        case Choice(options=options):
            return rng.choice(options)[1]
    return rng.random() < 0.5


def _step(explorer: Explorer, controls: dict[str, Control], rng: random.Random) -> bool:
    """Do something to an explorer that a reader could do; `False` if it was refused, clearly."""
    how = rng.choices(("widget", "set", "load", "link", "choose", "reset"), (60, 12, 12, 6, 8, 2))[0]
    before, said, picture = explorer.state, explorer.readout, explorer._png
    try:
        match how:
            case "widget":
                name = rng.choice(list(controls))
                explorer.controls[name].value = some_value(controls[name], rng)
                return "Not possible: " not in explorer._picture.value
            case "set":
                names = rng.sample(list(controls), rng.randint(1, len(controls)))
                explorer.set(**{name: some_value(controls[name], rng) for name in names})
            case "load":
                explorer.load(some_setting(rng, controls, explorer.presets))
            case "link":
                explorer.load(explorer.link())
                assert explorer.state == before, f"{explorer.state} loaded, {before} linked"
            case "choose" if explorer.presets:
                explorer.choose(rng.choice(list(explorer.presets)))
            case _:
                explorer.reset()
    except ValueError as error:
        refusal = str(error)
    else:
        return True
    assert len(refusal.splitlines()) == 1, f"not one line: {refusal}"
    after = explorer.state, explorer.readout, explorer._png
    assert after == (before, said, picture), "something was changed though it was refused"
    return False


def _compare(explorer: Explorer, other: Explorer) -> None:
    """Put a fresh explorer into the same state, and look whether both show and say the same."""
    for module, row in getattr(explorer.result, "rows", {}).items() if explorer.title == NETWORK else ():
        other.set(module=module, **asdict(row))  # edits of other modules stay and are seen in the picture
    other.set(**explorer.state)
    for what, of in WHAT.items():
        one, two = of(explorer), of(other)
        assert one == two, f"{what} differs from that of a fresh explorer in {explorer.link()!r}"


NETWORK = explore.network.title
WHAT: dict[str, Callable[[Explorer], Any]] = {
    "state": lambda each: each.state,
    "readout": lambda each: each.readout,
    "setting": lambda each: each.link(),
    "code": lambda each: each.code,
    "picture": lambda each: pixels(each).tobytes(),
}


def pixels(explorer: Explorer) -> Any:
    """Return the picture that is shown, as bytes of colour."""
    import cv2

    return cv2.imdecode(np.frombuffer(explorer._png, np.uint8), cv2.IMREAD_COLOR)

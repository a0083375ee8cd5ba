"""An explorer must follow the hand: the callback over a walk of small steps."""

import random
import time
from typing import TYPE_CHECKING

import pytest

import inception_lab as lab
from inception_lab.view.engine.explorer import Choice, Explorer, Integer

if TYPE_CHECKING:
    from benchmarks.conftest import Table

STEPS = 120


def small_step(explorer: Explorer, name: str, rng: random.Random) -> None:
    """Move one control as a hand does: a number by a little, a choice to any other."""
    control, widget = explorer.declare()[name], explorer.controls[name]
    match control:
        case Integer(low=low, high=high, step=step):
            moved = widget.value + step * rng.choice([-3, -2, -1, 1, 2, 3])
            widget.value = min(max(moved, low), high)
        case Choice(options=options):
            widget.value = rng.choice([value for _, value in options])
        case _:
            widget.value = not widget.value


@pytest.mark.parametrize("kind", lab.explore.__all__)
def test_callback(table: "Table", kind: str) -> None:
    rng = random.Random(0)
    explorer: Explorer = getattr(lab.explore, kind)()
    controls = explorer.declare()
    # Mostly sliders: they are what is dragged.
    names = [name for name, control in controls.items() if isinstance(control, Integer)] * 4 + list(controls)
    milliseconds, busy = [], []
    for _ in range(STEPS):
        before = explorer.state
        start, used = time.perf_counter(), time.thread_time()
        small_step(explorer, rng.choice(names), rng)
        passed, used = time.perf_counter() - start, time.thread_time() - used
        if explorer.state != before:  # at an end of its range a slider does not move
            milliseconds.append(1e3 * passed)
            busy.append(1e3 * used)
    table.add(f"explore.{kind}(): callback", "ms", milliseconds, 35.0, "p95")
    table.add("    of it on the processor", "ms", busy)  # on a busy machine the two differ


@pytest.mark.parametrize("kind", lab.explore.__all__)
def test_start(table: "Table", kind: str) -> None:
    milliseconds = []
    for _ in range(3):
        start = time.perf_counter()
        getattr(lab.explore, kind)()
        milliseconds.append(1e3 * (time.perf_counter() - start))
    table.add(f"explore.{kind}(): start", "ms", milliseconds)

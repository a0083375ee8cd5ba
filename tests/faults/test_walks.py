"""Walks through the explorers: nothing raises, and the picture is that of the state alone.

`--hypothesis-profile=fuzz` makes them longer and more, as in test_fuzz.py.
"""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import inception_lab as lab
from inception_lab.view import explore
from inception_lab.view.engine.explorer import Control, Explorer
from tests.faults import strategies

MANY = settings().max_examples // 500  # walks, of up to so many steps
KINDS = (*explore.__all__, *explore.WITH_MODEL) if MANY > 2 else explore.__all__
WHAT: dict[str, Callable[[Explorer], Any]] = {
    "state": lambda each: each.state,
    "readout": lambda each: each.readout,
    "link": lambda each: each.link(),
    "code": lambda each: each.code,
    "picture": lambda each: np.asarray(Image.open(io.BytesIO(each._png))).tobytes(),
}


def fresh(kind: str) -> Explorer:
    """Return an explorer as it is at first."""
    explorer: Explorer = explore.branches(**small()) if kind == "branches" else getattr(explore, kind)()
    return explorer


@cache
def small() -> dict[str, Any]:
    """A trained network, as small as one can be, and pictures for it."""
    from inception_lab.model.pretrained.sources import classifier

    network = classifier("digits")
    return {"classifier": network, "photos": network.samples}


def steps(controls: dict[str, Control], presets: list[str]) -> st.SearchStrategy[tuple[str, Any]]:
    """What a reader can do: move a control, call `set`, right or wrong, choose a preset, reset."""
    moved = st.sampled_from(sorted(controls)).flatmap(
        lambda name: st.tuples(st.just(name), strategies.values(controls[name]))
    )
    return st.one_of(
        st.tuples(st.just("move"), moved),
        st.tuples(st.just("move"), moved),
        st.tuples(st.just("set"), strategies.states(controls, odd=False)),
        st.tuples(st.just("set"), strategies.states(controls, odd=True)),
        *([st.tuples(st.just("choose"), st.sampled_from(presets))] if presets else []),
        st.just(("reset", None)),
    )


def take(explorer: Explorer, how: str, value: Any) -> None:
    """Take a step; what is refused is refused in one line and changes nothing."""
    before = explorer.state, explorer.readout, explorer._png
    try:
        match how:
            case "move":
                explorer.controls[value[0]].value = value[1]
            case "set":
                explorer.set(**value)
            case "choose":
                explorer.choose(value)
            case _:
                explorer.reset()
    except ValueError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert len(refusal.splitlines()) == 1, f"not one line: {refusal}"
        assert (explorer.state, explorer.readout, explorer._png) == before, "changed though it was refused"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=max(1, MANY), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_picture_is_that_of_the_state_wherever_a_walk_leads(kind: str, data: st.DataObject) -> None:
    explorer = fresh(kind)
    one = steps(explorer.declare(), list(explorer.presets))
    for how, value in data.draw(st.lists(one, min_size=4, max_size=max(4, MANY))):
        take(explorer, how, value)
    if kind == "branches":  # the network is not in its link
        other = fresh(kind)
        other.set(**explorer.state)
    else:
        other = eval(explorer.link(), {"lab": lab})
    for what, of in WHAT.items():
        assert of(explorer) == of(other), f"{what} differs from a fresh explorer's in {explorer.link()!r}"

"""What the grid of rates found: tables for lesson 4 and docs/results.md."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from inception_lab.experiments.lessons import HEAD_STARTS, epochs_lost
from inception_lab.experiments.runner import Rows
from inception_lab.experiments.starts import GRID, HEADS_IN_WORDS, MEASURE, RATES, WEIGHTS, chosen_rate, final
from inception_lab.model.evaluate import mean_interval

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]  # its head, and its lines
WORKS = 0.8  # of the validation pictures


def works(row: Mapping[str, Any]) -> bool:
    """Return whether a run ended with enough of the validation pictures right."""
    return final(row) >= WORKS


def stuck(row: Mapping[str, Any]) -> bool:
    """Return whether a run's loss never went below nine tenths of ln 10, or was no number any more."""
    losses = np.array([[float(loss) for loss in str(row["validation_loss"]).split()]])
    return bool(row["diverged"]) or epochs_lost(losses) == [losses.size]


def ranges(rows: Rows, start: str, weight: float) -> dict[int, int]:
    """Return how many of the grid's rates work: seed → their number, of seeds with which all were tried.

    Args:
        rows: Stored ones.
        start: A name in `HEAD_STARTS`.
        weight: Of the heads.
    """
    seeds: dict[int, list[bool]] = {}
    for row in rows:
        if (row["phase"], row["start"], row["weight"]) == (GRID, start, weight):
            seeds.setdefault(int(row["seed"]), []).append(works(row))
    return {seed: sum(found) for seed, found in sorted(seeds.items()) if len(found) == len(RATES[start])}


def summary(rows: Rows) -> Table:
    """Return what stored runs say, in words for a table: its head, and a line a start, with heads or not."""

    def percent(some: Rows) -> str:
        found = [100 * float(row["accuracy"]) for row in some if not stuck(row)]
        ends = f" ({min(found):.1f}–{max(found):.1f})" if len(found) > 1 else ""
        left = f"; {len(some) - len(found)} of {len(some)} never below 2.07" if len(found) < len(some) else ""
        return (f"{np.mean(found):.1f}{ends}" if found else "–") + left

    lines: list[tuple[str, ...]] = []
    for start, weight in product(HEAD_STARTS, WEIGHTS):
        arm = [row for row in rows if (row["start"], row["weight"]) == (start, weight)]
        if not (grid := [row for row in arm if row["phase"] == GRID]):
            continue
        rate = chosen_rate(start, weight, grid)
        lines.append(
            (
                start,
                HEADS_IN_WORDS[weight > 0],
                "; ".join(f"{n} of {len(RATES[start])}" for n in ranges(grid, start, weight).values()) or "–",
                f"{sum(map(stuck, grid))} of {len(grid)}",
                f"{rate:g}",
                percent([row for row in grid if row["rate"] == rate]),
                percent([row for row in arm if row["phase"] == MEASURE]),
            )
        )
    head = ("start", "heads", "rates that work, of those tried, seed by seed", "loss never below 2.07")
    return (*head, "rate chosen", "test accuracy there, %", "new seeds, %"), lines


def wider(rows: Rows) -> Table:
    """Return whether heads widen the range of rates that work: the head of a table, and a line a start."""
    apart: dict[str, list[tuple[int, int]]] = {}
    for start in HEAD_STARTS:
        without, with_heads = (ranges(rows, start, weight) for weight in WEIGHTS)
        apart[start] = [(with_heads[seed], without[seed]) for seed in sorted(without.keys() & with_heads)]
    plain = [start for start, (kind, *_) in HEAD_STARTS.items() if kind != "batch_norm"]
    apart["all without batch norm"] = [pair for start in plain for pair in apart[start]]
    lines = [_apart(name, pairs, "+d") for name, pairs in apart.items() if pairs]
    return ("start", "rates more with heads, seed by seed", "mean", "95 % interval, paired"), lines


def at_own_rates(rows: Rows) -> Table:
    """Return how far arms lie apart on new seeds, each at the rate chosen for it: head and lines of a table.

    Heads against none of the same start, then each start against the first, without heads. In points of test
    accuracy; a run whose loss was no number any more has none right.
    """
    arms: dict[tuple[str, float], dict[int, float]] = {}
    for row in rows:
        if row["phase"] == MEASURE:
            seeds = arms.setdefault((row["start"], row["weight"]), {})
            seeds[int(row["seed"])] = 0.0 if row["diverged"] else 100 * float(row["accuracy"])
    first, *others = HEAD_STARTS
    asked = [
        (f"{start}: with heads − without", (start, WEIGHTS[1]), (start, WEIGHTS[0])) for start in HEAD_STARTS
    ]
    asked += [
        (f"{start} − {first}, without heads", (start, WEIGHTS[0]), (first, WEIGHTS[0])) for start in others
    ]
    lines = []
    for name, one, two in asked:
        own, other = arms.get(one, {}), arms.get(two, {})
        if pairs := [(own[seed], other[seed]) for seed in sorted(own.keys() & other)]:
            lines.append(_apart(name, pairs, "+.1f"))
    return ("at its own rate", "points, seed by seed", "mean", "95 % interval, paired"), lines


def _apart(name: str, pairs: Sequence[tuple[float, float]], shown: str) -> tuple[str, ...]:
    """Return a line: the differences of pairs, their mean, and its interval: none of three seeds or fewer."""
    apart = [one - other for one, other in pairs]
    ends = " to ".join(f"{end:+.1f}" for end in mean_interval(apart)) if len(apart) > 3 else "–"
    return name, ", ".join(f"{each:{shown}}" for each in apart), f"{np.mean(apart):+.1f}", ends

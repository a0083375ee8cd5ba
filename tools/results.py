"""Writes the tables of docs/results.md from the runs stored in data/experiments.

    python -m tools.results [--check]

The text between the tables is written by hand; numbers in it are those of the tables.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.experiments import EXPERIMENTS
from inception_lab.experiments.ablation import measured
from inception_lab.experiments.runner import Rows
from inception_lab.experiments.starts import GRID, chosen_rate, stuck, works
from inception_lab.model.evaluate import difference_interval, seeds_needed, smallest_difference

PAGE = Path(__file__).parent.parent / "docs" / "results.md"


def grouped(rows: Rows, *keys: str) -> dict[tuple[Any, ...], Rows]:
    """Return rows by the values of some columns, in the order in which they first occur."""
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(values: Sequence[float]) -> str:
    """Return a mean with its range: "95.9 (95.3–96.4)"."""
    low, high, mean = (100 * f(values) for f in (min, max, statistics.fmean))
    return f"{mean:.2f}" if len(values) == 1 else f"{mean:.1f} ({low:.1f}–{high:.1f})"


def column(rows: Rows, name: str) -> list[float]:
    """Return a column's numbers."""
    return [float(row[name]) for row in rows]


def provenance(name: str) -> str:
    """Return a line that says how the stored runs were made."""
    rows = EXPERIMENTS[name].rows()
    runs = grouped(rows, *EXPERIMENTS[name].runs[0])
    # A run that was carried on took longer than its last process.
    seconds = sum(
        max(float(group[0].get(column, 0)) for column in ("seconds", "training_seconds"))
        for group in runs.values()
    )
    finished = sorted(str(row["finished"])[:10] for row in rows)
    days = finished[0] if finished[0] == finished[-1] else f"{finished[0]} to {finished[-1]}"
    hardware, versions = (
        "; ".join(dict.fromkeys(str(row[key]) for row in rows)) for key in ("hardware", "versions")
    )
    return (
        f"`python -m inception_lab.experiments {name}`: {len(runs)} of {len(EXPERIMENTS[name].runs)} runs, "
        f"{seconds / 60:.0f} minutes in all, {days}. {hardware}. {versions}. "
        f"{EXPERIMENTS[name].left_out()}".rstrip()
    )


def digits(rows: Rows) -> str:
    """One line a seed."""
    return table(
        ("seed", "test accuracy, %", "seconds", "epochs", "parameters", "images/s (median epoch)"),
        [
            (f"{row['seed']}", percent([row["accuracy"]]), f"{row['training_seconds']:.0f}",
             f"{row['epochs']}", f"{row['parameters']:,}", f"{row['images_per_second']:.0f}")
            for row in rows
        ],
    )  # fmt: skip


def cifar10(rows: Rows) -> str:
    """One line a run."""
    return table(
        ("seed", "test accuracy, %", "minutes", "epochs", "parameters"),
        [
            (f"{row['seed']}", percent([row["accuracy"]]), f"{row['training_seconds'] / 60:.0f}",
             f"{row['epochs']}", f"{row['parameters']:,}")
            for row in rows
        ],
    )  # fmt: skip


def full_network(rows: Rows) -> str:
    """One line a precision, and how many times the first it is."""
    groups = grouped(rows, "precision")
    first = statistics.median(column(next(iter(groups.values())), "images_per_second"))
    lines = []
    for (precision,), group in groups.items():
        speed = statistics.median(column(group, "images_per_second"))
        memory = max(column(group, "peak_memory"))
        lines.append((str(precision), f"{speed:.1f}", f"× {speed / first:.2f}", f"{memory / 1e9:.2f}"))
    return table(("precision", "images/s (median of 3)", "against float32", "peak memory, GB"), lines)


def by(*keys: str, measures: Sequence[str]) -> Callable[[Rows], str]:
    """Return a table of mean accuracies in per cent, a line a group."""

    def made(rows: Rows) -> str:
        head = (*keys, "seeds", *(f"{measure.replace('_', ' ')}, %" for measure in measures))
        lines = [
            (*map(str, key), f"{len(group)}", *(percent(column(group, measure)) for measure in measures))
            for key, group in grouped(rows, *keys).items()
        ]
        return table(head, lines)

    return made


ALL_SIZES = {"smallest": 10, "largest": 60}


def reduction(rows: Rows) -> str:
    """One line a setting, and its difference from the first by seed: a seed's runs saw the same pictures."""
    groups = {
        key: np.array([column(group, "accuracy")]).T for (key,), group in grouped(rows, "reductions").items()
    }
    first, *others = groups
    lines = [(f"{first}", "–", "–")]
    for key in others:
        apart = 100 * (groups[key] - groups[first])[:, 0]
        least = 100 * smallest_difference(groups[key], groups[first])
        lines.append((f"{key}", ", ".join(f"{value:+.2f}" for value in apart), f"{least:.1f}"))
    head = ("reductions", f"minus {first}, points, seed by seed", "smallest that these seeds show")
    return f"{by('reductions', 'macs', measures=('accuracy',))(rows)}\n\n{table(head, lines)}"


SIZES = ("size_10", "size_18", "size_33", "size_60")


def ablation(rows: Rows) -> str:
    """The measured runs, with what was chosen for them."""
    lines = []
    for (network, *_), group in grouped(
        [{**ALL_SIZES, **row} for row in rows if row["phase"] == "measure"], "network", "smallest", "largest"
    ).items():
        row = group[0]
        lines.append(
            (f"{network}, {row['smallest']}–{row['largest']} px", f"{row['macs'] / 1e6:.1f}",
             f"{row['parameters']:,}", f"{row['reach']}", f"{row['chosen_rate']:g}", f"{len(group)}",
             percent(column(group, "accuracy")), *(percent(column(group, size)) for size in SIZES))
        )  # fmt: skip
    sizes = (f"{size.removeprefix('size_')} px, %" for size in SIZES)
    return table(
        ("network, sizes trained on", "MMACs", "parameters", "reach, px", "rate", "seeds",
         "test accuracy, %", *sizes), lines
    )  # fmt: skip


def differences(rows: Rows) -> str:
    """What mixing brings, as planned and with paired seeds, and what as many seeds can show."""
    right = {kind: measured(kind) for kind in ("mixed", "all 3×3", "all 5×5")}
    of_size: dict[str, Callable[[Any], Any]] = {
        "10 px": lambda each: each[..., 0], "60 px": lambda each: each[..., 6],
        "all seven sizes": lambda each: each.mean(axis=-1),
    }  # fmt: skip
    lines = []
    for other, size in (*product(("all 3×3",), of_size), ("all 5×5", "all seven sizes")):
        one, two = (of_size[size](right[kind]) for kind in ("mixed", other))
        intervals = (100 * np.array(difference_interval(one, two, paired=paired)) for paired in (False, True))
        needed = seeds_needed(one, two)
        lines.append(
            (f"mixed − {other}, {size}", f"{100 * (one.mean() - two.mean()):+.2f}",
             *(f"{low:+.1f} … {high:+.1f}" for low, high in intervals),
             f"{100 * smallest_difference(one, two):.1f}", "more digits" if needed is None else f"{needed}")
        )  # fmt: skip
    head = ("difference, points", "mean", "95 %, as planned", "95 %, seeds paired",
            f"smallest that {len(right['mixed'])} seeds show", "seeds for 1 point")  # fmt: skip
    return f"{ablation(rows)}\n\n{table(head, lines)}"


def starts(rows: Rows) -> str:
    """One line a start, with heads and without: the rate chosen, where it works, where it got stuck."""
    lines = []
    for (start, weight), group in grouped(rows, "start", "weight").items():
        grid = [row for row in group if row["phase"] == GRID]
        seeds = grouped(grid, "seed").values()
        rate = chosen_rate(str(start), float(weight), rows)
        there = [row for row in grid if row["rate"] == rate and not row["diverged"]]
        measured_ = [row["accuracy"] for row in group if row["phase"] != GRID and not row["diverged"]]
        lines.append(
            (str(start), f"{weight:g}", f"{rate:g}", percent(column(there, "accuracy")),
             "; ".join(f"{sum(map(works, each))} of {len(each)}" for each in seeds),
             f"{sum(map(stuck, grid))} of {len(grid)}", percent(measured_) if measured_ else "–")
        )  # fmt: skip
    head = ("start", "weight of the heads", "rate chosen", "test accuracy there, %",
            "rates that work, of those tried, seed by seed", "never left ln 10", "new seeds, %")  # fmt: skip
    return table(head, lines)


TABLES: dict[str, Callable[[Rows], str]] = {
    "digits": digits,
    "cifar10": cifar10,
    "cifar10_small_first": cifar10,
    "full_network": full_network,
    "reduction": reduction,
    "bands": by("smallest", "largest", measures=("accuracy", *SIZES)),
    "heads": by("start", "weight", measures=("accuracy",)),
    "starts": starts,
    "overfitting": by("images", "width", measures=("train_accuracy", "accuracy")),
    "ablation": differences,
    "further_ablation": ablation,
    "towers": ablation,
}


def written(page: str) -> str:
    """Return the page with its tables as the stored runs have them.

    Raises:
        ValueError: If the page asks for a table that there is not.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found[1]
        if name not in TABLES:
            raise ValueError(f"Tables are {', '.join(TABLES)}. Received: {name!r} (in {PAGE.name}).")
        rows = EXPERIMENTS[name].rows()
        body = f"{TABLES[name](rows)}\n\n{provenance(name)}" if rows else "No run is stored yet."
        return f"<!-- runs: {name} -->\n\n{body}\n\n<!-- end -->"

    return re.sub(r"<!-- runs: (\w+) -->.*?<!-- end -->", replaced, page, flags=re.DOTALL)


def main(arguments: Sequence[str]) -> int:
    """Write the page; with `--check`, only say whether it is as it should be."""
    old = PAGE.read_text(encoding="utf-8")
    new = written(old)
    if "--check" in arguments:
        return int(old != new)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

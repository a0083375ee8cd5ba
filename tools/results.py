"""Writes the tables of docs/results.md from the runs stored in data/experiments.

    python -m tools.results [--check]

The text between the tables is written by hand; numbers in it are those of the tables.
"""

import re
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench_peers import RACE, TASKS, ratios, spread
from inception_lab.experiments import EXPERIMENTS, ablation, differences
from inception_lab.experiments.runner import Rows
from inception_lab.experiments.sizes import by_branch
from inception_lab.experiments.starts_found import at_own_rates, summary, wider

Shown = Callable[[Sequence[float]], str]
Table = Callable[[Rows], str]
PAGE = Path(__file__).parent.parent / "docs" / "results.md"
STORED = {**EXPERIMENTS, RACE.name: RACE}


def grouped(rows: Rows, *keys: str) -> dict[tuple[Any, ...], Rows]:
    """Return rows by the values of some columns, in the order in which they first occur."""
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def percent(values: Sequence[float]) -> str:
    """Return a mean with its range: "95.9 (95.3–96.4)"."""
    low, high, mean = (100 * f(values) for f in (min, max, statistics.fmean))
    return f"{mean:.2f}" if len(values) == 1 else f"{mean:.1f} ({low:.1f}–{high:.1f})"


def singly(values: Sequence[float]) -> str:
    """Return each value, where some runs learned nothing and a mean would hide it."""
    return ", ".join(f"{100 * value:.1f}" for value in values)


def column(rows: Rows, name: str) -> list[float]:
    """Return a column's numbers."""
    return [float(row[name]) for row in rows]


def provenance(name: str) -> str:
    """Return a line that says how the stored runs were made."""
    experiment = STORED[name]
    rows = experiment.rows()
    runs = grouped(rows, *experiment.runs[0])
    # A run that was carried on took longer than its last process.
    seconds = sum(
        max(float(group[0].get(column, 0)) for column in ("seconds", "training_seconds"))
        for group in runs.values()
    )
    finished = sorted(str(row["finished"])[:10] for row in rows)
    days = finished[0] if finished[0] == finished[-1] else f"{finished[0]} to {finished[-1]}"
    keys = [key for key in ("hardware", "versions", "peers") if key in rows[0]]
    made = ("; ".join(dict.fromkeys(str(row[key]) for row in rows)) for key in keys)
    return (
        f"`{rows[-1]['command']}`: {len(runs)} of {len(experiment.runs)} runs, "
        f"{seconds / 60:.0f} minutes in all, {days}. {'. '.join(made)}. {experiment.left_out()}".rstrip()
    )


def each(rows: Rows) -> str:
    """One line a run."""
    speed = ["images/s (median epoch)"] * ("images_per_second" in rows[0])
    views = ["with its mirror image, %"] * ("mirrored_accuracy" in rows[0])
    return table(
        ("seed", "test accuracy, %", *views, "minutes", "epochs", "parameters", *speed),
        [
            (f"{row['seed']}", percent([row["accuracy"]]),
             *(percent([row["mirrored_accuracy"]]) for _ in views),
             f"{row['training_seconds'] / 60:.1f}",
             f"{row['epochs']}", f"{row['parameters']:,}",
             *(f"{row['images_per_second']:.0f}" for _ in speed))
            for row in rows
        ],
    )  # fmt: skip


def full_network(rows: Rows) -> str:
    """One line a precision, and how many times the first it is."""
    lines, first = [], 0.0
    for (precision,), group in grouped(rows, "precision").items():
        speed = statistics.median(column(group, "images_per_second"))
        first, memory = first or speed, max(column(group, "peak_memory"))
        lines.append((str(precision), f"{speed:.1f}", f"× {speed / first:.2f}", f"{memory / 1e9:.2f}"))
    head = ("precision", "images/s (median of 3)", "against float32", "peak memory, GB (largest of 3)")
    return table(head, lines)


def by(*keys: str, measures: Sequence[str], shown: Shown = percent) -> Table:
    """Return a table of mean accuracies in per cent, a line a group."""

    def made(rows: Rows) -> str:
        lines = [
            (*map(str, key), f"{len(group)}", *(shown(column(group, measure)) for measure in measures))
            for key, group in grouped(rows, *keys).items()
        ]
        names = (f"{measure.replace('_', ' ')}, %" for measure in measures)
        return table((*keys, "seeds", *names), lines)

    return made


SIZES = ("size_10", "size_18", "size_33", "size_60")


def arms(rows: Rows) -> str:
    """The measured runs, with what was chosen for them."""
    lines = []
    for (network, *_), group in grouped(
        [{"smallest": 10, "largest": 60, **row} for row in rows if row["phase"] == "measure"],
        "network", "smallest", "largest",
    ).items():  # fmt: skip
        row = group[0]
        lines.append(
            (f"{network}, {row['smallest']}–{row['largest']} px", f"{row['macs'] / 1e6:.1f}",
             f"{row['parameters']:,}", f"{row['reach']}", f"{row['chosen_rate']:g}", f"{len(group)}",
             percent(column(group, "accuracy")), *(percent(column(group, size)) for size in SIZES))
        )  # fmt: skip
    sizes = (f"{size.removeprefix('size_')} px, %" for size in SIZES)
    head = ("network, sizes", "MMACs", "parameters", "reach, px", "rate", "seeds", "test accuracy, %", *sizes)
    return table(head, lines)


def race(rows: Rows) -> str:
    """One line a race: both rates, and the ratio of each pair."""
    lines, groups = [], grouped(rows, "task", "precision", "opponent")
    for (task, precision, opponent), pairs in ratios(rows).items():
        group = groups[task, precision, opponent]
        rates = (f"{statistics.median(column(group, who)):.1f}" for who in ("ours", "theirs"))
        lines.append(
            (TASKS[task], precision, opponent, *rates, f"{statistics.median(pairs):.2f}",
             f"{min(pairs):.2f}–{max(pairs):.2f}", f"{spread(pairs):.0%}")
        )  # fmt: skip
    return table(
        ("what", "ours in", "opponent", "ours, images/s", "opponent, images/s",
         "ours / opponent, median of the pairs", "from–to", "spread"), lines
    )  # fmt: skip


def compared(name: str) -> Table:
    """Return the table of an experiment's arms, and that of its differences."""

    def made(rows: Rows) -> str:
        trained = differences(name, of="train_accuracy")
        lines = [
            (pair, *(f"{d:+.2f}, {low:+.1f} … {high:+.1f}" for d, (low, high) in (held, trained[pair])))
            for pair, held in differences(name).items()
        ]
        head = ("difference, points, and its 95 % interval, seeds paired", "held-out digits", "training")
        return f"{arms(rows)}\n\n{table(head, lines)}"

    return made


TABLES: dict[str, Table] = {
    **dict.fromkeys(("digits", "digits_fresh", "cifar10", "cifar10_small_first", "cifar10_full_width"), each),
    "full_network": full_network,
    **{name: compared(name) for name in ("reduction_own_rates", "kernels", "towers", "additions")},
    "sizes": lambda _: table(*by_branch()),
    "bands": by("smallest", "largest", measures=("accuracy", *SIZES)),
    "heads": by("start", "weight", measures=("accuracy",), shown=singly),
    "starts": lambda rows: "\n\n".join(table(*made(rows)) for made in (summary, wider, at_own_rates)),
    "overfitting": by("images", "width", measures=("train_accuracy", "accuracy")),
    "overfitting_as_often": by("images", "width", measures=("learnt", "accuracy")),
    "ablation": lambda rows: f"{arms(rows)}\n\n{table(*ablation.by_kernels())}",
    "further_ablation": arms,
    "wider_rates": lambda rows: f"{table(*ablation.choices())}\n\n{arms(rows)}",
    "race": race,
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
        rows = STORED[name].rows()
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

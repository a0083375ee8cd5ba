"""Do larger kernels prefer larger discs because of what was learnt? BVLC's GoogLeNet, and two controls."""

from itertools import product
from statistics import geometric_mean, median
from typing import Any

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.experiments.gradients import significant
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.inside.tuning import geometric_mean as mean_size

SEEDS = {"disc": 24, "square": 2}  # of each control; there is only one trained network
COLOURS = ("black", "white")
KERNELS = ("1x1", "3x3", "5x5")
PARTS = {"3a–4c": {"3a", "3b", "4a", "4b", "4c"}, "4d–5b": {"4d", "4e", "5a", "5b"}}  # of the modules
CONTROLS = {"trained": "its weights", "shuffled": "each kernel permuted", "untrained": "1 / fan-in, bias 0.2"}


def measure(settings: Settings, _: Rows) -> Rows:
    """Measure the mean preferred sizes of all branches in a trained, shuffled or untrained network."""
    from inception_lab.model.inside import discs
    from inception_lab.model.pretrained.sources import classifier

    bvlc, seed = classifier("bvlc"), int(settings["seed"])
    made: dict[str, Any] = {"shuffled": discs.shuffled, "untrained": discs.untrained}
    change = made.get(settings["network"])
    model = change(bvlc.model, seed) if change else bvlc.model
    tuning = discs.size_tuning(model, bvlc.prepare, colours=COLOURS, shape=settings["shape"])
    rows = []
    for module, branch in product(tuning.answers, KERNELS):
        mean, inner = tuning.mean(module, branch), mean_size(tuning.inner(module, branch))
        rows.append(
            {
                "module": module.removeprefix("inception_"),
                "branch": branch,
                "diameter": significant(mean.diameter),
                "answering": mean.answering,
                "inner_diameter": significant(inner.diameter),
                "inner_answering": inner.answering,
            }
        )
    return rows


def by_branch(rows: Rows) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return how much larger a disc the 5×5 prefers than the 1×1, in words for a table: head and lines.

    A network's ratio is the geometric mean over the modules where five channels of both branches answer, or
    over one of `PARTS`, where all its modules count.
    """
    arms: dict[tuple[str, str], dict[int, dict[str, float]]] = {}
    answering = [row for row in rows if row["answering"] >= 5]
    for row in answering:
        run = arms.setdefault((row["network"], row["shape"]), {}).setdefault(row["seed"], {})
        run[f"{row['branch']} {row['module']}"] = row["diameter"]
    lines = []
    for (network, shape), runs in arms.items():
        ratios = [
            {module: size / run[f"1x1 {module}"] for name, size in run.items()
             for branch, module in [name.split()] if branch == "5x5" and f"1x1 {module}" in run}
            for run in runs.values()
        ]  # fmt: skip
        means = [geometric_mean(run.values()) for run in ratios]
        cells = [f"{each(means):.2f}" for each in (min, median, max)]
        cells.append(f"{sum(mean > 1 for mean in means)}")
        for part in PARTS.values():
            found = [geometric_mean(run[m] for m in part) for run in ratios if part <= run.keys()]
            ends = f" ({min(found):.2f}–{max(found):.2f})" if len(found) > 1 else ""
            cells.append(f"{median(found):.2f}{ends}" if found else "–")
        lines.append((f"{network}, {shape}s", f"{len(runs)}", *cells))
    head = ("network, stimulus", "networks", "smallest ratio", "median", "largest", "above 1", *PARTS)
    return head, lines


PREFERRED = Experiment(
    "sizes",
    "do larger kernels prefer larger discs in shuffled and untrained networks, too?",
    tuple(
        {"network": network, "shape": shape, "seed": seed}
        for shape, seeds in SEEDS.items()
        for seed, network in product(range(seeds), CONTROLS)
        if network != "trained" or seed == 0
    ),
    measure,
    lambda settings: [TABLE_1, CONTROLS[settings["network"]], settings["shape"], "30 sizes", COLOURS],
)

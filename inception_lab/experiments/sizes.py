"""Do larger kernels prefer larger discs because of what was learnt? BVLC's GoogLeNet, and two controls."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.experiments.gradients import significant
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.inside.tuning import geometric_mean

if TYPE_CHECKING:
    import pandas

SEEDS = {"disc": 24, "square": 2}  # of each control; there is only one trained network
COLOURS = ("black", "white")
KERNELS = ("1x1", "3x3", "5x5")
PARTS = {"3a–4c": ["3a", "3b", "4a", "4b", "4c"], "4d–5b": ["4d", "4e", "5a", "5b"]}  # of the modules
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
        mean, inner = tuning.mean(module, branch), geometric_mean(tuning.inner(module, branch))
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


def size_ratios() -> pandas.Series[float]:
    """Return how much larger a disc or square the 5×5 of each stored network prefers than its 1×1.

    Returns:
        By shape, network, seed and module: the ratio of the two mean diameters. Only modules in which five
        channels of both branches answer.
    """
    import pandas

    rows = pandas.DataFrame(PREFERRED.rows()).query("answering >= 5")
    index = ["shape", "network", "seed", "module"]
    wide = rows.pivot(index=index, columns="branch", values="diameter")
    return (wide["5x5"] / wide["1x1"]).dropna()


def by_branch() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return those ratios in words for a table, its head and lines: geometric means over a network's modules.

    Over all that count, and over each of `PARTS` where all of its modules do.
    """
    logs: Any = np.log(size_ratios().unstack("module"))
    means = np.exp(logs.mean(axis="columns"))
    parts = {name: np.exp(logs[of].mean(axis="columns", skipna=False)) for name, of in PARTS.items()}
    lines = []
    for shape, network in product(SEEDS, CONTROLS):
        of = means[shape, network]
        cells = [f"{each:.2f}" for each in (of.min(), of.median(), of.max())]
        cells.append(f"{(of > 1).sum()}")
        for part in parts.values():
            found = part[shape, network].dropna()
            ends = f" ({found.min():.2f}–{found.max():.2f})" if len(found) > 1 else ""
            cells.append(f"{found.median():.2f}{ends}" if len(found) else "–")
        lines.append((f"{network}, {shape}s", f"{len(of)}", *cells))
    head = ("network, stimulus", "networks", "smallest ratio", "median", "largest", "above 1", *PARTS)
    return head, lines

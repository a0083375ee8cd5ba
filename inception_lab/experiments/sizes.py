"""Do larger kernels prefer larger discs because of what was learnt? BVLC's GoogLeNet, and two controls."""

from itertools import product
from typing import Any

from inception_lab.architecture.googlenet import TABLE_1
from inception_lab.experiments.gradients import significant
from inception_lab.experiments.runner import Experiment, Rows, Settings
from inception_lab.model.inside.tuning import geometric_mean

SEEDS = {"disc": 24, "square": 2}  # of each control; there is only one trained network
COLOURS = ("black", "white")
KERNELS = ("1x1", "3x3", "5x5")
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

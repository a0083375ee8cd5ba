"""What dies on the way through GoogLeNet at its start: the signal, the gradient, or neither?"""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from inception_lab.architecture.googlenet import TABLE_1, googlenet
from inception_lab.experiments.lessons import HEAD_STARTS
from inception_lab.experiments.runner import Experiment, Rows, Settings

# name -> (normalisation, initialiser, bias): those of the heads' networks, with the paper's normalisation
STARTS = {
    name: ("lrn" if norm == "none" else norm, kernel, bias)
    for name, (norm, kernel, bias) in HEAD_STARTS.items()
}
HEADS = ("none", "4a 4d", "3b 4b", "4d 4d")
SEEDS = range(3)
# module -> the layer whose activations are read
LAYERS = {
    "conv1": "conv1/7x7_s2",
    "conv2": "conv2/3x3",
    **{f"inception_{name}": f"inception_{name}/output" for name in TABLE_1},
    "loss3": "loss3/classifier",
}


def measure(settings: Settings, _: Rows) -> Rows:
    """Measure signal and gradients in the exact network, untrained, on photographs."""
    from inception_lab.model.build import build
    from inception_lab.model.inside.activations import cross_entropy, inspect

    normalization, kernel, bias = STARTS[settings["start"]]
    heads = () if settings["heads"] == "none" else tuple(str(settings["heads"]).split())
    network = googlenet(auxiliary=heads, normalization=normalization)  # type: ignore[arg-type]
    seed = int(settings["seed"])
    model = build(network, kernel_initializer=kernel, bias_initializer=bias, seed=1000 * seed)
    pictures = photographs()
    labels = np.random.default_rng(seed).integers(0, 1000, len(pictures))
    # Batch norm works by the batch's own statistics, as in training; dropout is on then too.
    found = inspect(model, pictures, cross_entropy(labels), training=normalization == "batch_norm")
    rows = []
    for module, layer in LAYERS.items():
        reading = found[
            f"{layer}/relu" if normalization == "batch_norm" and module.startswith("conv") else layer
        ]
        rows.append(
            {
                "module": module,
                "loss": significant(found.loss),
                "signal": significant(reading.spread),
                "activation_gradient": significant(reading.activation_gradient),
                "relative_weight_gradient": significant(found.relative_gradient(module)),
            }
        )
    return rows


def significant(value: float) -> float:
    """Return a number with six digits, enough for any figure."""
    return float(f"{value:.6g}")


def photographs() -> npt.NDArray[np.float32]:
    """Return eight squares of four photographs, `(8, 224, 224, 3)`, about zero mean and unit spread."""
    import skimage.data

    from inception_lab.model.data.augment import CENTRE, SPREAD
    from inception_lab.model.evaluate import shortened

    photos: list[Any] = [
        getattr(skimage.data, name)() for name in ("chelsea", "coffee", "rocket", "astronaut")
    ]
    whole = [shortened(photo, 256) for photo in photos]
    pictures = np.stack([square for photo in whole for square in (photo[:224, :224], photo[-224:, -224:])])
    return ((pictures.astype(np.float32) - CENTRE) / SPREAD).astype(np.float32)


GRADIENTS = Experiment(
    "gradients",
    "what dies on the way through the untrained network: signal, gradient of activations, or of weights?",
    tuple({"start": s, "heads": h, "seed": n} for s, h, n in product(STARTS, HEADS, SEEDS)),
    measure,
    lambda settings: [TABLE_1, STARTS[settings["start"]]],
)

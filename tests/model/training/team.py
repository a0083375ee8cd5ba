"""One process of several that train together: run by test_distribution.

python tests/model/training/team.py PROCESSES PROCESS PORT STEPS FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from inception_lab.model.training.distribution import join

sys.path.insert(0, str(Path(__file__).parent))


class Watched:
    """Pictures that remember which of them were asked for."""

    def __init__(self, pictures: Any) -> None:
        self.pictures = pictures
        self.seen: list[list[int]] = []

    def __getitem__(self, chosen: Any) -> Any:
        self.seen.append([int(n) for n in chosen])
        return self.pictures[chosen]


def main(processes: int, process: int, port: int, steps: int, file: str) -> None:
    """Train with augmentation, dropout, batch norm and a head; write down what was seen and what came out."""
    if processes > 1:
        crew = join(f"localhost:{port}", processes, process)
        assert (crew.processes, crew.process, crew.devices) == (processes, process, processes)

    import test_train  # type: ignore[import-not-found]

    from inception_lab.model.training.learner import Learner
    from inception_lab.model.training.recipes import AUGMENTATIONS

    recipe = test_train.RECIPE
    learner = Learner(
        test_train.tiny_network(),
        (8, 8, 3),
        recipe,
        recipe.learning_rates(1, steps),
        precision="float32",
        augmentation=AUGMENTATIONS["varied"],
    )
    rng = np.random.default_rng(0)
    count = steps * recipe.batch_size
    pictures: Any = Watched(rng.integers(0, 256, (count, 8, 8, 3), np.uint8))
    labels = rng.integers(0, 2, count)
    running: list[float] = []
    learner.fit(pictures, labels, range(1), step_done=lambda *told: running.append(told[2]["loss"]))
    predicted = learner.predict(pictures.pictures[:11])["main"]
    found = {
        "seen": pictures.seen,
        "losses": [float(loss) for loss in running],
        "predicted": predicted.tolist(),
    }
    Path(file).write_text(json.dumps(found), encoding="utf-8")
    np.savez(f"{file}.npz", **learner.state())


if __name__ == "__main__":
    *numbers, name = sys.argv[1:]
    processes, process, port, steps = map(int, numbers)
    main(processes, process, port, steps, name)

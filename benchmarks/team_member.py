"""One process of several that train together, on a core of its own: for bench_scaling.

python -m benchmarks.team_member PROCESSES PROCESS PORT
"""

import json
import os
import sys
import time
from dataclasses import replace
from itertools import pairwise

EACH, STEPS = 32, 8  # pictures of a process in a step; the first two steps compile


def speeds(processes: int, process: int, port: int) -> list[float]:
    """Return the images/s of all processes together, step by step, of the digits' network."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[process]})
    from inception_lab.model.training.distribution import join

    if processes > 1:
        join(f"localhost:{port}", processes, process)
    import numpy as np

    from inception_lab.architecture.small import googlenet_digits
    from inception_lab.model.training.learner import Learner
    from inception_lab.model.training.recipes import RECIPES

    network = googlenet_digits()
    recipe = replace(RECIPES["modern"], batch_size=EACH * processes)
    rates = recipe.learning_rates(1, STEPS)
    learner = Learner(network, network.input_shape, recipe, rates, precision="float32")
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (STEPS * EACH * processes, *network.input_shape), np.uint8)
    labels = rng.integers(0, 10, len(pictures))
    ended = [time.perf_counter()]
    learner.fit(pictures, labels, range(1), step_done=lambda *_: ended.append(time.perf_counter()))
    return [EACH * processes / (end - start) for start, end in pairwise(ended[2:])]


if __name__ == "__main__":
    print(json.dumps(speeds(*map(int, sys.argv[1:]))))

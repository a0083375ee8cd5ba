"""torchvision's GoogLeNet, as fast as PyTorch has it by default: a process of its own, for bench_peers.

python -m benchmarks.peer_torchvision train|classify float32|bfloat16
"""

import json
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

TRAINED, CLASSIFIED, STEPS = 32, 16, 10


def rates(task: str, precision: str) -> list[float]:
    """Return the images/s of each step, channels last, at 224 pixels."""
    import torch
    import torchvision

    torch.manual_seed(0)
    training = task == "train"
    model = torchvision.models.googlenet(
        weights=None, num_classes=10 if training else 1000, aux_logits=training, init_weights=False
    ).to(memory_format=torch.channels_last)
    model.train(training)
    batch = TRAINED if training else CLASSIFIED
    images = torch.rand(batch, 3, 224, 224).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (batch,))
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=2e-4)

    def computing() -> AbstractContextManager[Any]:
        return torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else nullcontext()

    def train() -> None:
        optimizer.zero_grad()
        with computing():
            main, second, first = model(images)
            total = loss(main, labels) + 0.3 * (loss(first, labels) + loss(second, labels))
        total.backward()
        optimizer.step()

    def classify() -> None:
        with torch.inference_mode(), computing():
            model(images)

    step = train if training else classify
    found = []
    for _ in range(STEPS + 2):
        start = time.perf_counter()
        step()
        found.append(batch / (time.perf_counter() - start))
    return found[2:]


if __name__ == "__main__":
    print(json.dumps(rates(*sys.argv[1:])))

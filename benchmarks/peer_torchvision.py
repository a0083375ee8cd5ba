"""torchvision's GoogLeNet, as fast as PyTorch has it by default: a process of its own, for bench_peers.

On a GPU it is compiled.

python -m benchmarks.peer_torchvision train|classify float32|bfloat16 [BATCH]
"""

import json
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

TRAINED, CLASSIFIED, STEPS = 32, 16, 10


def rates(task: str, precision: str, batch: str = "") -> list[float]:
    """Return the images/s of each step, channels last, at 224 pixels."""
    import torch
    import torchvision

    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    training = task == "train"
    model = torchvision.models.googlenet(
        weights=None, num_classes=10 if training else 1000, aux_logits=training, init_weights=False
    ).to(device, memory_format=torch.channels_last)
    model.train(training)
    if device == "cuda":
        model = torch.compile(model)
    count = int(batch) if batch else TRAINED if training else CLASSIFIED
    images = torch.rand(count, 3, 224, 224).to(device, memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (count,), device=device)
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=2e-4)

    def computing() -> AbstractContextManager[Any]:
        return torch.autocast(device, torch.bfloat16) if precision == "bfloat16" else nullcontext()

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
        if device == "cuda":
            torch.cuda.synchronize()
        found.append(count / (time.perf_counter() - start))
    return found[2:]


if __name__ == "__main__":
    print(json.dumps(rates(*sys.argv[1:])))

"""What other people's counters say of networks that are described here: makes other_counters.csv beside it.

The tools are no dependency of the project. To count again, in an environment of its own:

    python -m venv /tmp/counters
    /tmp/counters/bin/pip install torch torchvision fvcore thop ptflops torchinfo lazy_loader
    PYTHONPATH=. /tmp/counters/bin/python tests/architecture/published/other_counters.py
"""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inception_lab.architecture import layers as spec
from inception_lab.architecture.family.bn_inception import bn_inception
from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.layer import Layer, pair
from inception_lab.architecture.modules import inception_module, normalised
from inception_lab.architecture.network import Network, Parallel, Part, Sequence, Tap
from inception_lab.architecture.published import zoo

FILE = Path(__file__).with_suffix(".csv")


def _separable(filters: int, strides: int = 1, dilation: int = 1) -> Sequence:
    depthwise = spec.DepthwiseConv2D(3, strides, 1 if strides > 1 else "same", dilation_rate=dilation)
    return Sequence(depthwise, normalised(spec.Conv2D(filters, 1, use_bias=False, name=f"to_{filters}")))


def _residual(filters: int, name: str) -> Sequence:
    first = normalised(spec.Conv2D(filters, 3, use_bias=False, name="first"))
    second = normalised(spec.Conv2D(filters, 3, use_bias=False, name="second"), None)
    return Sequence(Parallel(Sequence(), Sequence(first, second), merge="add"), name=name)


ZOO = ("alexnet", "nin", "vgg16", "resnet50", "squeezenet", "mobilenet")
HEAD = (spec.GlobalAveragePool2D(), spec.Dense(10), spec.Activation("softmax"))
NETWORKS: Mapping[str, Callable[[], Network]] = {
    **{name: make for name, make in zoo.NETWORKS.items() if name in ZOO},
    "average pools": lambda: Network(
        (8, 8, 4),
        Sequence(spec.AveragePool2D(2, 2), spec.AveragePool2D(3, padding=1), spec.MaxPool2D(2, 2)),
    ),
    "lenet": lambda: Network(
        (28, 28, 1),
        Sequence(
            spec.Conv2D(6, 5, activation="tanh"),
            spec.AveragePool2D(2, 2),
            spec.Conv2D(16, 5, padding="valid", activation="sigmoid"),
            spec.AveragePool2D(2, 2),
            spec.Flatten(),
            spec.Dense(120, activation="relu"),
            spec.Dense(84, use_bias=False, activation="relu6"),
            spec.Dense(10, activation="softmax"),
        ),
    ),
    "module with average pool": lambda: Network(
        (28, 28, 32),
        Sequence(
            inception_module(16, 16, 24, 8, 8, 8, batch_norm=True),
            Parallel(
                spec.Conv2D(8, 1), Sequence(spec.AveragePool2D(3, padding=1), spec.Conv2D(8, 1, name="b"))
            ),
            *HEAD,
        ),
    ),
    "softmax over a map": lambda: Network(
        (12, 9, 3), Sequence(spec.Conv2D(7, 3, activation="relu"), spec.Conv2D(5, 1, activation="softmax"))
    ),
    "residual": lambda: Network(
        (16, 16, 8), Sequence(_residual(8, "a"), spec.MaxPool2D(2, 2), _residual(8, "b"), *HEAD)
    ),
    "separable": lambda: Network(
        (32, 32, 3), Sequence(_separable(8, 2), _separable(16), _separable(12, dilation=2), *HEAD)
    ),
    "wide kernels": lambda: Network(
        (17, 17, 16),
        Sequence(
            spec.Conv2D(12, (1, 7), activation="relu"),
            spec.Conv2D(12, (7, 1), groups=4, dilation_rate=2, activation="leaky_relu"),
            spec.Conv2D(8, 3, (2, 1), "valid", use_bias=False),
            spec.LocalResponseNorm(),
            *HEAD,
        ),
    ),
    "up and down": lambda: Network(
        (16, 16, 4),
        Sequence(
            spec.Conv2D(8, 3, 2, 1, activation="silu"),
            spec.Conv2DTranspose(6, 3, 2, "valid", activation="relu"),
            spec.UpSampling2D(2),
            spec.Conv2DTranspose(4, 2, 2, use_bias=False),
            spec.UpSampling2D(2, "bilinear"),
        ),
    ),
    "norms": lambda: Network(
        (8, 8, 8),
        Sequence(
            spec.Conv2D(8, 3),
            spec.LayerNorm(),
            spec.Activation("gelu"),
            spec.Conv2D(8, 3, name="more"),
            spec.GroupNorm(4),
            spec.Activation("hard_swish"),
            spec.BatchNorm(),
            *HEAD,
        ),
    ),
    "bn_inception": lambda: bn_inception((224, 224, 3), 10),
    "windows that do not fit": lambda: Network(
        (15, 22, 3),
        Sequence(
            spec.Conv2D(8, 3, 2, 1, activation="sigmoid"),
            spec.AveragePool2D(3, 2),
            spec.DepthwiseConv2D(3, depth_multiplier=2, padding=1, activation="relu6"),
            spec.MaxPool2D((1, 3), (1, 2)),
            spec.GlobalMaxPool2D(),
            spec.Dense(6, activation="tanh"),
            spec.Dense(5, activation="softmax"),
        ),
    ),
    "norms of few": lambda: Network(
        (7, 5, 6),
        Sequence(
            spec.BatchNorm(),
            spec.Conv2D(6, (3, 1), groups=3, use_bias=False, activation="gelu"),
            spec.GroupNorm(1),
            spec.LocalResponseNorm(depth_radius=1),
            spec.Conv2DTranspose(4, 3, 2, "valid", activation="leaky_relu"),
            spec.LayerNorm(),
            spec.Activation("softmax"),
        ),
    ),
    "heads": lambda: googlenet((224, 224, 3), 10, True, "torchvision", 0.25),
}


def _torch_modules() -> Any:  # a function, since the project has no PyTorch
    import torch
    from torch import nn

    class Branches(nn.Module):  # type: ignore[misc]
        def __init__(self, branches: list[Any], merge: str) -> None:
            super().__init__()
            self.branches, self.merge = nn.ModuleList(branches), merge

        def forward(self, x: Any) -> Any:
            results = [branch(x) for branch in self.branches]
            return torch.cat(results, 1) if self.merge == "concat" else sum(results[1:], results[0])

    class ChannelNorm(nn.Module):  # type: ignore[misc]
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(channels)

        def forward(self, x: Any) -> Any:
            return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    def padding(layer: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
        if isinstance(layer.padding, int):
            return pair(layer.padding)
        if layer.padding == "valid":
            return (0, 0)
        sizes = zip(shape[:2], layer.output_shape(shape)[:2], layer.windows, strict=True)
        around = []
        for size, wanted, window in sizes:
            fits = [
                p for p in range(window.side) if (size + 2 * p - window.side) // window.step + 1 == wanted
            ]
            around.append(fits[0])  # PyTorch pads both ends alike: the smallest that gives this size
        return tuple(around)

    functions = {
        "relu": nn.ReLU, "relu6": nn.ReLU6, "leaky_relu": nn.LeakyReLU, "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "silu": nn.SiLU, "gelu": nn.GELU, "hard_swish": nn.Hardswish,
        "softmax": lambda: nn.Softmax(1),
    }  # fmt: skip

    def kernels(layer: Any, shape: tuple[int, ...]) -> Iterator[Any]:
        cin = shape[-1]
        match layer:
            case spec.Conv2D():
                yield nn.Conv2d(
                    cin, layer.filters, layer.kernel_size, layer.strides, padding(layer, shape),
                    layer.dilation_rate, layer.groups, layer.use_bias,
                )  # fmt: skip
            case spec.DepthwiseConv2D():
                yield nn.Conv2d(
                    cin, cin * layer.depth_multiplier, layer.kernel_size, layer.strides,
                    padding(layer, shape), layer.dilation_rate, cin, layer.use_bias,
                )  # fmt: skip
            case spec.Conv2DTranspose():
                yield nn.ConvTranspose2d(
                    cin, layer.filters, layer.kernel_size, layer.strides, bias=layer.use_bias
                )
            case spec.Dense():
                yield nn.Linear(cin, layer.units, layer.use_bias)
            case spec.MaxPool2D() | spec.AveragePool2D():
                kind = nn.MaxPool2d if isinstance(layer, spec.MaxPool2D) else nn.AvgPool2d
                yield kind(layer.pool_size, layer.strides, padding(layer, shape))
            case spec.GlobalAveragePool2D() | spec.GlobalMaxPool2D():
                mean = isinstance(layer, spec.GlobalAveragePool2D)
                yield (nn.AdaptiveAvgPool2d if mean else nn.AdaptiveMaxPool2d)(1)
                yield nn.Flatten()
            case spec.Flatten():
                yield nn.Flatten()
            case spec.Dropout():
                yield nn.Dropout(layer.rate)
            case spec.BatchNorm():
                yield nn.BatchNorm2d(cin)
            case spec.LayerNorm():
                yield ChannelNorm(cin)
            case spec.GroupNorm():
                yield nn.GroupNorm(layer.groups, cin)
            case spec.LocalResponseNorm():
                yield nn.LocalResponseNorm(2 * layer.depth_radius + 1)
            case spec.UpSampling2D():
                yield nn.Upsample(scale_factor=layer.size, mode=layer.interpolation)
            case spec.Activation():
                pass
            case _:
                raise TypeError(f"No PyTorch for {layer!r}.")

    def make(part: Part, shape: tuple[int, ...], heads: list[Any]) -> tuple[Any, tuple[int, ...]]:
        match part:
            case Layer():
                found = list(kernels(part, shape))
                function = getattr(part, "activation", None)
                found += [functions[function]()] if function else []
                return (found[0] if len(found) == 1 else nn.Sequential(*found)), part.output_shape(shape)
            case Sequence():
                made = []
                for child in part.parts:
                    module, shape = make(child, shape, heads)
                    made += [] if module is None else [module]
                return nn.Sequential(*made), shape
            case Parallel():
                pairs = [make(branch, shape, heads) for branch in part.branches]
                outputs = [each for _, each in pairs]
                joined = (*outputs[0][:-1], sum(each[-1] for each in outputs))
                branches = Branches([module for module, _ in pairs], part.merge)
                return branches, joined if part.merge == "concat" else outputs[0]
            case Tap():
                heads.append(make(part.head, shape, heads)[0])  # not run at inference, as in torchvision
                return None, shape
        raise TypeError(part)

    def whole(network: Network) -> Any:
        heads: list[Any] = []
        module, _ = make(network.body, network.input_shape, heads)
        module.heads = nn.ModuleList(heads)
        module.forward = lambda x: _run(module, x)
        return module.eval()

    def _run(module: Any, x: Any) -> Any:
        for name, child in module.named_children():
            x = x if name == "heads" else child(x)
        return x

    return whole


def _counters() -> dict[tuple[str, str], Callable[[Any, tuple[int, ...]], tuple[int, int]]]:
    """Return, for tool and backend, what counts a module's parameters and operations."""
    import fvcore.nn
    import ptflops
    import thop
    import torch
    import torchinfo
    from torch.utils.flop_counter import FlopCounterMode

    def by_fvcore(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
        found = fvcore.nn.FlopCountAnalysis(module, torch.zeros(1, *shape))
        return fvcore.nn.parameter_count(module)[""], int(found.total())

    def by_thop(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
        operations, _ = thop.profile(module, (torch.zeros(1, *shape),), verbose=False)
        return sum(each.numel() for each in module.parameters()), int(operations)

    def by_ptflops(backend: str) -> Callable[[Any, tuple[int, ...]], tuple[int, int]]:
        def counted(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
            operations, parameters = ptflops.get_model_complexity_info(
                module, shape, as_strings=False, print_per_layer_stat=False, backend=backend
            )
            return int(parameters), int(operations)

        return counted

    def by_torchinfo(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
        found = torchinfo.summary(module, (1, *shape), verbose=0)
        return found.total_params, found.total_mult_adds

    def by_torch(module: Any, shape: tuple[int, ...]) -> tuple[int, int]:
        with FlopCounterMode(display=False) as found:
            module(torch.zeros(1, *shape))
        return sum(each.numel() for each in module.parameters()), found.get_total_flops()

    return {
        ("fvcore", ""): by_fvcore,
        ("thop", ""): by_thop,
        ("ptflops", "pytorch"): by_ptflops("pytorch"),
        ("ptflops", "aten"): by_ptflops("aten"),
        ("torchinfo", ""): by_torchinfo,
        ("torch", "FlopCounterMode"): by_torch,
    }


def main() -> None:
    """Count every network with every tool."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    whole, counters = _torch_modules(), _counters()
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("network", "tool", "version", "backend", "parameters", "operations"))
        for name, make in NETWORKS.items():
            height, width, channels = make().input_shape
            for (tool, backend), counted in counters.items():
                found = counted(whole(make()), (channels, height, width))
                writer.writerow((name, tool, version(tool), backend, *found))
            print(name, flush=True)


if __name__ == "__main__":
    main()

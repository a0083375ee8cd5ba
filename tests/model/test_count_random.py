"""Random Keras models, with branches, shared layers and nesting: sums as noted while they were made."""

import math
import random
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.model.backend import keras

layers = keras.layers


class Maker:
    """Makes a model from a seed, and notes the multiply-accumulates of each call as it makes it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.shared: list[tuple[Any, int]] = []  # convolutions to use again, by input channels
        self.macs = 0
        self.calls = 0

    def convolution(self, x: Any) -> Any:
        _, height, width, channels = x.shape
        again = [layer for layer, known in self.shared if known == channels]
        if again and self.random.random() < 0.4:
            layer = self.random.choice(again)
        else:
            groups = self.random.choice([g for g in (1, 2, 3) if channels % g == 0])
            kernel = self.random.choice([1, 3, (1, 3), (3, 2)])
            layer = layers.Conv2D(
                groups * self.random.choice([1, 2, 4]), kernel, padding="same", groups=groups
            )
            self.shared.append((layer, channels))
        sides = math.prod(layer.kernel_size)
        self.macs += height * width * layer.filters * sides * channels // layer.groups
        return self.called(layer, x)

    def called(self, layer: Any, x: Any) -> Any:
        self.calls += 1
        return layer(x)

    def one(self, x: Any, depth: int) -> Any:
        """One layer, branches, or a model inside, that keep height and width."""
        _, height, width, channels = x.shape
        kind = self.random.choice(
            ["conv", "depthwise", "separable", "free", "dense", "add", "concat", "model"]
        )
        if depth == 0 and kind in ("add", "concat", "model"):
            kind = "conv"
        places = height * width
        match kind:
            case "conv":
                return self.convolution(x)
            case "depthwise":
                side, more = self.random.choice([1, 2, 3]), self.random.choice([1, 2])
                self.macs += places * side**2 * channels * more
                return self.called(layers.DepthwiseConv2D(side, padding="same", depth_multiplier=more), x)
            case "separable":
                filters = self.random.choice([1, 3])
                self.macs += places * channels * (9 + filters)
                return self.called(layers.SeparableConv2D(filters, 3, padding="same"), x)
            case "dense":
                self.macs += places * channels * 2
                return self.called(layers.Dense(2), x)
            case "free":
                makes = [
                    layers.BatchNormalization, layers.ReLU, layers.LayerNormalization, layers.Identity,
                    lambda: layers.MaxPooling2D(2, 1, "same"), lambda: layers.Dropout(0.5), layers.PReLU,
                ]  # fmt: skip
                return self.called(self.random.choice(makes)(), x)
            case "concat":
                branches = [self.chain(x, depth - 1) for _ in range(2)]
                return self.called(layers.Concatenate(), branches)
            case "add":
                y = self.chain(x, depth - 1)
                self.macs += places * y.shape[-1] * channels
                back = self.called(layers.Conv2D(channels, 1), y)
                return self.called(layers.Add(), [x, back])
        before = self.macs
        inner = keras.Input(x.shape[1:])
        shared, self.shared = self.shared, []
        model = keras.Model(inner, self.chain(inner, depth - 1))
        self.shared = shared
        x = model(x)
        if x.shape[-1] == channels and self.random.random() < 0.5:  # used twice: the calls inside count again
            self.macs += self.macs - before
            x = model(x)
        return x

    def chain(self, x: Any, depth: int) -> Any:
        for _ in range(self.random.randint(1, 3)):
            x = self.one(x, depth)
        return x

    def model(self) -> Any:
        pick = self.random.randint
        inputs = [keras.Input((pick(1, 7), pick(1, 7), pick(1, 6))) for _ in range(pick(1, 2))]
        outputs = []
        for x in inputs:
            y = self.called(layers.GlobalAveragePooling2D(), self.chain(x, 2))
            self.macs += y.shape[-1] * 3
            outputs.append(self.called(layers.Dense(3), y))
        return keras.Model(inputs, outputs)


def assert_sums_agree(seed: int) -> None:
    maker = Maker(seed)
    model = maker.model()
    cost = lab.cost(model)
    assert cost.macs == maker.macs, seed
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert (cost.parameters, cost.moving_statistics) == (trainable, model.count_params() - trainable), seed
    assert all(row.counted for row in cost.layers), seed
    assert len({row.name for row in cost.layers}) == len(cost.layers) >= maker.calls, seed
    modules = cost.by_module().values()
    assert cost.macs == sum(module.macs for module in modules), seed


@pytest.mark.parametrize("seed", range(50))
def test_sums_agree(seed: int) -> None:
    assert_sums_agree(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(50, 2000, 50))
def test_sums_of_many_agree(first: int) -> None:
    for seed in range(first, first + 50):
        assert_sums_agree(seed)
        keras.backend.clear_session()

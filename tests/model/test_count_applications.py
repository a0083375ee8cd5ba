"""Keras Applications at their default input: parameters as Keras has them, MACs as TensorFlow's profiler."""

import math
import time
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.model.backend import keras
from tests.model.profiler import profiled_operations

QUICK = ["MobileNetV2", "ResNet50", "Xception", "DenseNet121", "EfficientNetB0", "MobileNet"]
FREE = ("MobileNetV3",)  # leave the picture's size free unless it is given
SHORT = ("ConvNeXt",)  # the profiler does not see grouped convolutions on a CPU: see below for who is right
SLOW = [
    "ConvNeXtBase", "ConvNeXtSmall", "ConvNeXtTiny", "DenseNet169", "DenseNet201", "EfficientNetB1",
    "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5", "EfficientNetB6",
    "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2S",
    "EfficientNetV2M", "InceptionResNetV2", "InceptionV3", "MobileNetV3Large", "MobileNetV3Small",
    "NASNetLarge", "NASNetMobile", "ResNet101", "ResNet101V2", "ResNet152", "ResNet152V2", "ResNet50V2",
    "VGG16", "VGG19",
]  # fmt: skip
KNOWN = {  # counted twice elsewhere
    "Xception": 8_357_403_496,
    "InceptionV3": 5_713_216_096,
    "InceptionResNetV2": 13_155_794_016,
    "ResNet50": 3_857_973_248,
    "MobileNetV2": 300_774_272,
}


def assert_agrees(name: str) -> None:
    given = {"input_shape": (224, 224, 3)} if name.startswith(FREE) else {}
    model = getattr(keras.applications, name)(weights=None, **given)
    cost = lab.cost(model)
    assert all(row.counted for row in cost.layers)
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert cost.parameters == trainable
    assert cost.parameters + cost.moving_statistics == model.count_params()
    assert cost.macs == KNOWN.get(name, cost.macs)
    profiled = products_of(model)
    if name.startswith(SHORT):
        assert profiled < cost.flops
    else:
        assert profiled == cost.flops


def products_of(model: Any) -> int:
    """Operations of convolutions and matrix products that the profiler finds."""
    found = profiled_operations(model)
    return sum(found.get(kind, 0) for kind in ("Conv2D", "DepthwiseConv2dNative", "MatMul"))


@pytest.mark.parametrize("name", QUICK)
def test_a_network_of_keras_applications(name: str) -> None:
    assert_agrees(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_the_other_networks_of_keras_applications(name: str) -> None:
    assert_agrees(name)
    keras.backend.clear_session()


def test_the_profiler_does_not_see_grouped_convolutions() -> None:
    """The smallest one: 2 groups of 2 channels, 1×1, one place. 2·2 + 2·2 = 8 MACs, each weight used once.

    On a CPU Keras has it done by a compiled function, into which the profiler does not look.
    """
    x = keras.Input((1, 1, 4))
    model = keras.Model(x, keras.layers.Conv2D(4, 1, groups=2, use_bias=False)(x))
    assert lab.cost(model).macs == model.count_params() == 8
    assert products_of(model) == 0


def test_the_profiler_counts_a_loop_once() -> None:
    """An LSTM of 4 steps: 4 gates of 2 units from 3 inputs and 2 states, (3 + 2)·8 MACs a step."""
    x = keras.Input((4, 3))
    model = keras.Model(x, keras.layers.LSTM(2)(x))
    assert lab.cost(model).macs == 4 * (3 + 2) * 8
    assert products_of(model) == 2 * (3 + 2) * 8


def test_a_size_may_be_given_before_or_after() -> None:
    free = keras.applications.MobileNetV3Small(weights=None)
    fixed = keras.applications.MobileNetV3Small(weights=None, input_shape=(224, 224, 3))
    assert lab.cost(free, (224, 224, 3)).macs == lab.cost(fixed).macs == products_of(fixed) // 2


@pytest.mark.slow
def test_counting_a_thousand_layers_takes_half_a_second() -> None:
    model = keras.applications.EfficientNetV2L(weights=None)
    assert len(model.layers) > 1000
    times = []
    for _ in range(3):
        start = time.process_time()  # of this process alone: others may use the machine
        cost = lab.cost(model)
        times.append(time.process_time() - start)
    assert min(times) < 0.5
    assert cost.parameters + cost.moving_statistics == model.count_params()

"""The networks around GoogLeNet against the counts and the shapes that their authors published."""

import re

import pytest

import inception_lab as lab
from inception_lab.architecture.published.zoo import (
    NETWORKS,
    RESNET_VARIANTS,
    alexnet,
    mobilenet,
    nin,
    resnet50,
    squeezenet,
    vgg16,
)


@pytest.mark.parametrize(
    ("network", "parameters", "moving_statistics", "macs"),
    [
        # 34,944 + 307,456 + 885,120 + 663,936 + 442,624 + 37,752,832 + 16,781,312 + 4,097,000
        (alexnet(), 60_965_224, 0, 724_406_816),
        (nin(), 7_595_176, 0, 1_100_188_800),
        (lab.googlenet(), 6_998_552, 0, 1_582_671_872),
        (vgg16(), 138_357_544, 0, 15_470_264_320),
        (resnet50(), 25_557_032, 53_120, 3_857_973_248),
        (resnet50(variant="torchvision"), 25_557_032, 53_120, 4_089_184_256),
        (resnet50(variant="keras"), 25_636_712 - 53_120, 53_120, 3_857_973_248),
        (squeezenet(), 1_248_424, 0, 832_667_936),
        (mobilenet(), 4_253_864 - 21_888, 21_888, 568_740_352),
    ],
    ids=lambda value: value.name if isinstance(value, lab.Network) else "",
)
def test_network_has_published_counts(
    network: lab.Network, parameters: int, moving_statistics: int, macs: int
) -> None:
    found = lab.cost(network)
    assert (found.parameters, found.moving_statistics, found.macs) == (parameters, moving_statistics, macs)


def test_alexnet_has_8_7_times_the_parameters_of_googlenet() -> None:
    ratio = lab.cost(alexnet()).parameters / lab.cost(lab.googlenet()).parameters
    assert round(ratio, 1) == 8.7  # the paper says 12


def test_keras_resnet_has_one_bias_a_channel_more() -> None:
    channels = lab.cost(resnet50()).moving_statistics // 2
    assert (
        lab.cost(resnet50(variant="keras")).parameters - lab.cost(resnet50()).parameters == channels == 26_560
    )


@pytest.mark.parametrize(
    ("network", "shapes"),
    [
        (
            alexnet(),
            {
                "conv1": (55, 55, 96),
                "pool1": (27, 27, 96),
                "conv2": (27, 27, 256),
                "pool2": (13, 13, 256),
                "conv3": (13, 13, 384),
                "conv5": (13, 13, 256),
                "pool5": (6, 6, 256),
                "fc6": (4096,),
            },
        ),
        (
            nin(),
            {
                "conv1": (54, 54, 96),
                "pool1": (27, 27, 96),
                "pool2": (13, 13, 256),
                "pool3": (6, 6, 384),
                "cccp8-1024": (6, 6, 1000),
                "pool4": (1000,),
            },
        ),
        (
            resnet50(),  # He et al. 2015, Table 1
            {
                "conv1": (112, 112, 64),
                "pool1": (56, 56, 64),
                "res2c/output": (56, 56, 256),
                "res3d/output": (28, 28, 512),
                "res4f/output": (14, 14, 1024),
                "res5c/output": (7, 7, 2048),
                "pool5": (2048,),
            },
        ),
        (
            squeezenet(),  # Iandola et al. 2016, Table 1
            {
                "conv1": (111, 111, 96),
                "pool1": (55, 55, 96),
                "fire2/output": (55, 55, 128),
                "fire4/output": (55, 55, 256),
                "pool4": (27, 27, 256),
                "fire8/output": (27, 27, 512),
                "pool8": (13, 13, 512),
                "conv10": (13, 13, 1000),
            },
        ),
        (
            mobilenet(),  # Howard et al. 2017, Table 1
            {
                "Conv2d_0": (112, 112, 32),
                "Conv2d_1/depthwise": (112, 112, 32),
                "Conv2d_1/pointwise": (112, 112, 64),
                "Conv2d_12/depthwise": (7, 7, 512),
                "Conv2d_13/pointwise": (7, 7, 1024),
                "Logits/AvgPool": (1024,),
            },
        ),
    ],
    ids=lambda value: value.name if isinstance(value, lab.Network) else "",
)
def test_layers_have_published_shapes(network: lab.Network, shapes: dict[str, tuple[int, ...]]) -> None:
    found = lab.cost(network)
    assert {name: found[name].output_shape for name in shapes} == shapes


@pytest.mark.parametrize(
    ("width", "millions", "macs"),
    [(1.0, 4.2, 569), (0.75, 2.6, 325), (0.5, 1.3, 149), (0.25, 0.5, 41)],  # arXiv:1704.04861, Table 6
)
def test_narrow_mobilenets_have_published_counts(width: float, millions: float, macs: int) -> None:
    found = lab.cost(mobilenet(width=width))
    assert round(found.parameters / 1e6, 1) == millions
    assert round(found.macs / 1e6) == macs


def test_receptive_field_of_resnet_runs_through_its_longest_path() -> None:
    # 11 px behind pool1, then twice the stride (4, 8, 16, 32) more for each 3×3, and there are 3, 4, 6, 3
    reach = lab.cost(resnet50())["res5c/output"].reach
    assert (reach.largest, reach.stride) == (11 + 3 * 8 + 4 * 16 + 6 * 32 + 3 * 64, 32)
    assert reach.smallest == 11  # through the shortcuts alone


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_takes_a_size_and_classes(name: str) -> None:
    network = NETWORKS[name](input_shape=(160, 128, 3), classes=7)
    assert network.output_shapes() == {"main": (7,)}
    assert network.name == name


def test_unknown_variant_lists_what_there_is() -> None:
    assert tuple(RESNET_VARIANTS) == ("paper", "torchvision", "keras")
    message = "`variant` must be one of 'paper', 'torchvision', 'keras'. Received: variant='caffe'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        resnet50(variant="caffe")


@pytest.mark.parametrize("name", NETWORKS)
def test_no_network_without_classes(name: str) -> None:
    received = "filters=0 (layer" if name in ("nin", "squeezenet") else "classes=0."
    with pytest.raises(ValueError, match=re.escape(f"must be a positive integer. Received: {received}")):
        NETWORKS[name](classes=0)

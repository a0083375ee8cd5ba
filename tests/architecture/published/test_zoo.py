"""The networks around GoogLeNet against the counts and the shapes that their authors published."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inception_lab as lab
from inception_lab.architecture.layer import Layer, Padding
from inception_lab.architecture.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    LocalResponseNorm,
    MaxPool2D,
)
from inception_lab.architecture.published import zoo
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
    assert found.network == ("mobilenet" if width == 1 else f"mobilenet ({width})")


def layers(network: lab.Network) -> dict[str, Layer]:
    """The layers of a network by path."""
    found: dict[str, Layer] = {}
    network.fold(None, layer=lambda path, layer, _: found.update({path: layer}), merge=lambda *_: None)
    return found


ENDS = "flatten fc6 drop6 fc7 drop7 fc8 prob"  # of AlexNet and VGG
FIRE = ("squeeze1x1", "expand1x1", "expand3x3")
CONVOLVED = ("", "/bn", "/relu")
BLOCKS = [f"res{n}{letter}" for n, count in ((2, 3), (3, 4), (4, 6), (5, 3)) for letter in "abcdef"[:count]]
NAMES: dict[Callable[..., lab.Network], str] = {
    alexnet: f"conv1 norm1 pool1 conv2 norm2 pool2 conv3 conv4 conv5 pool5 {ENDS}",
    nin: "conv1 cccp1 cccp2 pool1 conv2 cccp3 cccp4 pool2 conv3 cccp5 cccp6 pool3 drop conv4-1024 cccp7-1024 "
    "cccp8-1024 pool4 prob",
    vgg16: "conv1_1 conv1_2 pool1 conv2_1 conv2_2 pool2 conv3_1 conv3_2 conv3_3 pool3 conv4_1 conv4_2 "
    f"conv4_3 pool4 conv5_1 conv5_2 conv5_3 pool5 {ENDS}",
    resnet50: " ".join(
        [
            *(f"conv1{step}" for step in CONVOLVED),
            "pool1",
            *(
                f"{block}/{name}"
                for block in BLOCKS
                for name in (
                    *(("branch1", "branch1/bn") if block.endswith("a") else ()),
                    *(f"branch2{letter}{step}" for letter in "ab" for step in CONVOLVED),
                    "branch2c",
                    "branch2c/bn",
                    "relu",
                )
            ),
            "pool5",
            "fc1000",
            "prob",
        ]
    ),
    squeezenet: " ".join(
        [
            "conv1",
            "pool1",
            *(f"fire{n}/{name}" for n in (2, 3, 4) for name in FIRE),
            "pool4",
            *(f"fire{n}/{name}" for n in (5, 6, 7, 8) for name in FIRE),
            "pool8",
            *(f"fire9/{name}" for name in FIRE),
            *("drop9", "conv10", "pool10", "prob"),
        ]
    ),
    mobilenet: " ".join(
        [
            *(f"Conv2d_0{step}" for step in ("", "/bn", "/relu6")),
            *(
                f"Conv2d_{n}/{name}{step}"
                for n in range(1, 14)
                for name in ("depthwise", "pointwise")
                for step in ("", "/bn", "/relu6")
            ),
            *(f"Logits/{name}" for name in ("AvgPool", "Dropout_1b", "Conv2d_1c_1x1", "Predictions")),
        ]
    ),
}


@pytest.mark.parametrize("describe", NAMES)
def test_layers_are_called_as_in_the_published_model(describe: Callable[..., lab.Network]) -> None:
    found = layers(describe())
    assert list(found) == NAMES[describe].split()
    assert describe().name == describe.__name__
    last = list(found.values())[-1]
    assert isinstance(last, Activation)
    assert last.activation == "softmax"


@pytest.mark.parametrize(
    ("describe", "expected"),
    [
        (alexnet, LocalResponseNorm(2, 2.0, 1e-4, 0.75, name="norm1")),  # section 3.3: k = 2, n = 5
        (alexnet, LocalResponseNorm(2, 2.0, 1e-4, 0.75, name="norm2")),
        (alexnet, Conv2D(96, 11, 4, "valid", activation="relu", name="conv1")),
        (alexnet, Conv2D(256, 5, activation="relu", groups=2, name="conv2")),
        (alexnet, MaxPool2D(3, 2, "valid", name="pool5")),
        (alexnet, Dense(4096, activation="relu", name="fc6")),
        (alexnet, Dropout(0.5, name="drop6")),
        (vgg16, Dropout(0.5, name="drop7")),
        (vgg16, Dense(4096, activation="relu", name="fc7")),
        (vgg16, Dense(1000, name="fc8")),
        (vgg16, Conv2D(512, 3, activation="relu", name="conv5_3")),
        (vgg16, MaxPool2D(2, 2, "valid", name="pool3")),
        (nin, Dropout(0.5, name="drop")),
        (nin, MaxPool2D(3, 2, "same", name="pool1")),
        (nin, Conv2D(1000, 1, activation="relu", name="cccp8-1024")),
        (squeezenet, Dropout(0.5, name="drop9")),
        (squeezenet, Conv2D(96, 7, 2, "valid", activation="relu", name="conv1")),
        (squeezenet, MaxPool2D(3, 2, "valid", name="pool8")),
        (resnet50, Conv2D(64, 7, 2, 3, use_bias=False, name="conv1")),
        (resnet50, MaxPool2D(3, 2, 1, name="pool1")),
        (resnet50, BatchNorm(epsilon=1e-5, name="conv1/bn")),
        (resnet50, Dense(1000, name="fc1000")),
        (mobilenet, Conv2D(32, 3, 2, use_bias=False, name="Conv2d_0")),
        (mobilenet, Dropout(0.001, name="Dropout_1b")),
        (mobilenet, Dense(1000, name="Conv2d_1c_1x1")),
    ],
    ids=lambda value: getattr(value, "name", "") or value.__name__,
)
def test_a_layer_is_the_published_one(describe: Callable[..., lab.Network], expected: Layer) -> None:
    assert expected in layers(describe()).values()


@pytest.mark.parametrize(
    ("variant", "narrow", "square", "use_bias", "epsilon"),
    [
        ("paper", 2, 1, False, 1e-5),
        ("torchvision", 1, 2, False, 1e-5),
        ("keras", 2, 1, True, 1.001e-5),
    ],
)
def test_what_publishers_of_resnet_do_differently(
    variant: str, narrow: int, square: int, use_bias: bool, epsilon: float
) -> None:
    found = layers(resnet50(variant=variant))
    common: dict[str, Any] = {"use_bias": use_bias}
    around: Padding = 1 if square == 2 else "same"
    inside: Padding = 0 if narrow == 2 else "same"
    assert found["res3a/branch2a"] == Conv2D(128, 1, narrow, inside, name="branch2a", **common)
    assert found["res3a/branch2b"] == Conv2D(128, 3, square, around, name="branch2b", **common)
    assert found["res3a/branch1"] == Conv2D(512, 1, 2, 0, name="branch1", **common)
    assert found["res3b/branch2b"] == Conv2D(128, 3, name="branch2b", **common)
    assert found["res3b/branch2c/bn"] == BatchNorm(epsilon=epsilon, name="branch2c/bn")
    assert resnet50(variant=variant).name == ("resnet50" if variant == "paper" else f"resnet50 ({variant})")
    assert RESNET_VARIANTS[variant].source


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
    message = "`classes` must be a positive integer. Received: classes=0."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        NETWORKS[name](classes=0)


def test_networks_take_the_pictures_that_they_were_published_with() -> None:
    sides = {name: describe().input_shape for name, describe in NETWORKS.items()}
    large = ("inception_v3", "inception_v4", "inception_resnet_v2", "xception")
    odd = {"alexnet": 227, "squeezenet": 227, **dict.fromkeys(large, 299)}
    assert sides == {name: (odd.get(name, 224), odd.get(name, 224), 3) for name in NETWORKS}


def test_the_table_in_the_documentation_is_the_zoos() -> None:
    page = (Path(__file__).parents[3] / "docs" / "counting.md").read_text(encoding="utf-8")
    head, *rows = (line.split() for line in repr(NETWORKS).splitlines())
    written = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    assert written[written.index(head) + 2 :][: len(rows)] == rows


def test_the_zoo_is_a_table_of_its_networks() -> None:
    head, first, *others = repr(NETWORKS).splitlines()
    assert head.split() == ["network", "input", "layers", "parameters", "MACs"]
    assert first.split() == ["alexnet", "227×227×3", "17", "60,965,224", "724,406,816"]
    assert [line.split()[0] for line in others] == list(NETWORKS)[1:]
    page = NETWORKS._repr_html_()
    assert page == zoo._repr_html_()
    assert "\n<caption>Published networks, each at its own size of picture</caption>\n" in page
    assert re.findall(r"<tr><th[^>]*>(.*?)</th>", page) == ["network", *NETWORKS]
    assert re.findall(r"<td>(.*?)</td>", page)[:4] == first.split()[1:]

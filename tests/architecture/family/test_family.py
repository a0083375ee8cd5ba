"""The networks after GoogLeNet against the counts and the shapes that were published."""

import re
from collections.abc import Callable, Mapping

import pytest

import inception_lab as lab
from inception_lab.architecture.network import parts

FAMILY: Mapping[str, Callable[..., lab.Network]] = {
    "bn_inception": lab.bn_inception,
    "inception_v3": lab.inception_v3,
    "inception_v4": lab.inception_v4,
    "inception_resnet_v2": lab.inception_resnet_v2,
    "xception": lab.xception,
}
every_network = pytest.mark.parametrize("name", FAMILY)


@pytest.mark.parametrize(
    ("network", "parameters", "moving_statistics", "macs"),
    [
        (lab.bn_inception(), 11_295_240, 20_032, 2_032_600_064),  # the Caffe release
        (lab.inception_v3(), 23_851_784 - 34_432, 34_432, 5_713_216_096),  # Keras
        (lab.inception_v3(batch_norm_scale=True), 23_834_568, 34_432, 5_713_216_096),  # torchvision, no head
        (lab.inception_v3(auxiliary=True, batch_norm_scale=True), 27_161_264, 36_224, 5_718_899_296),
        (lab.inception_v4(), 42_679_816, 63_168, 12_253_974_624),  # timm
        (lab.inception_resnet_v2(), 55_873_736 - 60_544, 60_544, 13_155_794_016),  # Keras
        (lab.inception_resnet_v2(batch_norm_scale=True), 55_843_464, 60_544, 13_155_794_016),  # timm
        (lab.xception(), 22_855_952, 54_528, 8_357_403_496),  # Keras
    ],
)
def test_published_counts(network: lab.Network, parameters: int, moving_statistics: int, macs: int) -> None:
    found = lab.cost(network)
    assert (found.parameters, found.moving_statistics, found.macs) == (parameters, moving_statistics, macs)


@pytest.mark.parametrize(
    ("network", "shapes"),
    [
        (
            lab.bn_inception(),  # arXiv:1502.03167, Figure 5, but for 4c and 4d
            {
                "pool2": (28, 28, 192),
                "inception_3a": (28, 28, 256),
                "inception_3b": (28, 28, 320),
                "inception_3c": (14, 14, 576),
                "inception_4b": (14, 14, 576),
                "inception_4d": (14, 14, 608),
                "inception_4e": (7, 7, 1056),
                "inception_5b": (7, 7, 1024),
                "loss3/classifier": (1000,),
            },
        ),
        (
            lab.inception_v3(),  # arXiv:1512.00567, Table 1: what goes into the next row
            {
                "stem/Conv2d_1a_3x3": (149, 149, 32),
                "stem/Conv2d_2b_3x3": (147, 147, 64),
                "stem/MaxPool_3a_3x3": (73, 73, 64),
                "stem": (35, 35, 192),
                "Mixed_5d": (35, 35, 288),
                "Mixed_6e": (17, 17, 768),
                "Mixed_7a": (8, 8, 1280),
                "Mixed_7c": (8, 8, 2048),
            },
        ),
        (
            lab.inception_v4(),  # arXiv:1602.07261, Figures 3 and 9
            {
                "Mixed_3a": (73, 73, 160),
                "Mixed_4a": (71, 71, 192),
                "Mixed_5a": (35, 35, 384),
                "Mixed_5e": (35, 35, 384),
                "Mixed_6h": (17, 17, 1024),
                "Mixed_7d": (8, 8, 1536),
            },
        ),
        (
            lab.inception_resnet_v2(),  # the released code; the paper has 384, 1,152 and 2,048 channels
            {
                "Mixed_5b": (35, 35, 320),
                "block35": (35, 35, 320),
                "block17": (17, 17, 1088),
                "block8": (8, 8, 2080),
                "Conv2d_7b_1x1": (8, 8, 1536),
            },
        ),
        (
            lab.xception(),  # arXiv:1610.02357, Figure 5
            {
                "block1": (147, 147, 64),
                "block4": (19, 19, 728),
                "block12": (19, 19, 728),
                "block13": (10, 10, 1024),
                "block14": (10, 10, 2048),
            },
        ),
    ],
    ids=lambda value: value.name if isinstance(value, lab.Network) else "",
)
def test_modules_have_published_shapes(network: lab.Network, shapes: dict[str, tuple[int, ...]]) -> None:
    found = lab.cost(network)
    assert {name: found[name].output_shape for name in shapes} == shapes


@every_network
def test_width_and_size_and_classes(name: str) -> None:
    network = FAMILY[name]((96, 80, 3), classes=7, width=0.3)
    assert network.output_shapes() == {"main": (7,)}
    assert network.name == name


@every_network
def test_half_the_width_has_a_quarter_of_the_weights(name: str) -> None:
    whole, half = (lab.cost(FAMILY[name](width=width)).macs for width in (1, 0.5))
    assert 3.4 < whole / half < 4  # colours and classes stay, and depthwise kernels are halved


@pytest.mark.parametrize(
    ("name", "smallest"),
    [("inception_v3", 75), ("inception_v4", 75), ("inception_resnet_v2", 75), ("xception", 7)],
)
def test_smallest_picture_is_named(name: str, smallest: int) -> None:
    assert FAMILY[name]((smallest, smallest, 3)).output_shapes() == {"main": (1000,)}
    shape = (smallest + 9, smallest - 1, 3)
    constraint = f"`input_shape` must have at least {smallest}×{smallest} pixels for {name}."
    message = f"{constraint} Received: input_shape={shape}."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FAMILY[name](shape)


@pytest.mark.parametrize("switch", ["auxiliary", "first_pool"])
def test_a_switch_is_on_or_off(switch: str) -> None:
    message = f"`{switch}` must be True or False. Received: {switch}='no'."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.inception_v3(**{switch: "no"})  # type: ignore[arg-type]


def test_other_mistakes_are_said_as_they_are() -> None:
    message = "`width` must be a number above 0, at most 1000. Received: width=0."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.inception_v3(width=0)
    message = "`input_shape` must be (height, width, channels). Received: input_shape=299."
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        lab.inception_v3(299)  # type: ignore[arg-type]


def test_auxiliary_head_has_batch_norm_and_a_vector() -> None:
    network = lab.inception_v3(classes=7, auxiliary=True)
    assert network.output_shapes() == {"main": (7,), "aux1": (7,)}
    head = lab.cost(network)["AuxLogits"]
    # 768 · 128 + 2 · 128 / 2 + 25 · 128 · 768 + 768 + 768 · 7 + 7; batch norm has a shift and no factor
    assert head.parameters == 768 * 128 + 128 + 25 * 128 * 768 + 768 + (768 + 1) * 7
    assert head["AuxLogits/Conv2d_2a_5x5"].output_shape == (1, 1, 768)


@pytest.mark.parametrize(
    ("network", "names"),
    [
        (
            lab.bn_inception(),
            "conv1/7x7_s2 pool1/3x3_s2 conv2/3x3_reduce conv2/3x3 pool2/3x3_s2 pool5/7x7_s1 loss3/classifier "
            "loss3/prob",
        ),
        (
            lab.inception_v3(auxiliary=True),
            "stem/Conv2d_1a_3x3 stem/Conv2d_2a_3x3 stem/Conv2d_2b_3x3 stem/MaxPool_3a_3x3 stem/Conv2d_3b_1x1 "
            "stem/Conv2d_4a_3x3 stem/MaxPool_5a_3x3 AuxLogits/AvgPool_1a_5x5 AuxLogits/Conv2d_1b_1x1 "
            "AuxLogits/Conv2d_2a_5x5 AuxLogits/AvgPool AuxLogits/Conv2d_2b_1x1 AuxLogits/Predictions "
            "Logits/AvgPool Logits/Dropout_1b Logits/Conv2d_1c_1x1 Logits/Predictions",
        ),
        (
            lab.inception_v4(),
            "stem/Conv2d_1a_3x3 stem/Conv2d_2a_3x3 stem/Conv2d_2b_3x3 Logits/AvgPool Logits/Dropout_1b "
            "Logits/Conv2d_1c_1x1 Logits/Predictions",
        ),
        (lab.xception(), "avg_pool predictions prob"),
    ],
    ids=["bn_inception", "inception_v3", "inception_v4", "xception"],
)
def test_layers_around_the_modules_are_named_as_in_the_release(network: lab.Network, names: str) -> None:
    layers = [layer.name for layer in lab.cost(network).layers if not layer.name.endswith(("/bn", "/relu"))]
    modules = ("inception_", "Mixed_", "block")
    assert [name for name in layers if not name.startswith(modules)] == names.split()


def test_blocks_are_named_as_in_the_release() -> None:
    cost = lab.cost(lab.inception_resnet_v2())
    assert [layer.name for layer in cost["block17/20"].layers[-4:]] == [
        "block17/20/conv",
        "block17/20/scale",
        "block17/20/output_1",
        "block17/20/relu",
    ]
    last = cost["block8/10"].layers  # unscaled, and without a ReLU at its end
    assert [layer.name for layer in last[-2:]] == ["block8/10/conv", "block8/10/output_1"]
    assert last[-1].operations.additions == 8 * 8 * 2080  # the shortcut and what is added to it
    names = [layer.name for layer in lab.cost(lab.xception()).layers]
    assert names[:6] == [f"block1/conv{n}{end}" for n in (1, 2) for end in ("", "/bn", "/relu")]
    assert [name for name in names if name.startswith("block2/shortcut")] == [
        "block2/shortcut",
        "block2/shortcut/bn",
    ]


def test_grids_of_smaller_pictures() -> None:
    """Section 9: without the first steps the modules see the same grids."""
    grids = [
        lab.cost(lab.inception_v3((side, side, 3), strides=strides, first_pool=pool))["Mixed_6a/output"]
        for side, strides, pool in ((299, 2, True), (151, 1, True), (79, 1, False))
    ]
    assert [grid.output_shape for grid in grids] == [(17, 17, 768)] * 3


def test_branches_are_named_by_their_kernels() -> None:
    layers = [layer.name for layer in lab.cost(lab.inception_v3()).layers if layer.type == "Conv2D"]
    assert [name for name in layers if name.startswith(("Mixed_6b", "Mixed_7c"))] == [
        "Mixed_6b/1x1",
        "Mixed_6b/7x7_reduce",
        "Mixed_6b/7x7_1",
        "Mixed_6b/7x7_2",
        "Mixed_6b/double_7x7_reduce",
        "Mixed_6b/double_7x7_1",
        "Mixed_6b/double_7x7_2",
        "Mixed_6b/double_7x7_3",
        "Mixed_6b/double_7x7_4",
        "Mixed_6b/pool_proj",
        "Mixed_7c/1x1",
        "Mixed_7c/3x3_reduce",
        "Mixed_7c/3x3_1",
        "Mixed_7c/3x3_2",
        "Mixed_7c/double_3x3_reduce",
        "Mixed_7c/double_3x3_1",
        "Mixed_7c/double_3x3_2",
        "Mixed_7c/double_3x3_3",
        "Mixed_7c/pool_proj",
    ]


def test_layers_have_the_names_of_the_releases() -> None:
    def names(network: lab.Network, start: str) -> list[str]:
        return [row.name for row in lab.cost(network).layers if row.name.startswith(start)]

    assert [
        name for name in names(lab.inception_v3(auxiliary=True), "AuxLogits") if name.count("/") == 1
    ] == [
        "AuxLogits/AvgPool_1a_5x5",
        "AuxLogits/Conv2d_1b_1x1",
        "AuxLogits/Conv2d_2a_5x5",
        "AuxLogits/AvgPool",
        "AuxLogits/Conv2d_2b_1x1",
        "AuxLogits/Predictions",
    ]
    last = ["Logits/Dropout_1b", "Logits/Conv2d_1c_1x1", "Logits/Predictions"]
    assert names(lab.inception_v4(), "")[-3:] == names(lab.inception_resnet_v2(), "")[-3:] == last
    assert names(lab.inception_v4(), "Mixed_3a")[:2] == ["Mixed_3a/pool", "Mixed_3a/3x3"]
    assert names(lab.bn_inception(), "")[-3:] == ["pool5/7x7_s1", "loss3/classifier", "loss3/prob"]
    assert names(lab.xception(), "")[-3:] == ["avg_pool", "predictions", "prob"]


def test_what_no_count_shows() -> None:
    """Batch norm's epsilon is Caffe's; Xception pools 3×3: 3² − 1 comparisons a value."""
    every = [*parts(lab.bn_inception().body)]
    assert {part.epsilon for part in every if isinstance(part, lab.layers.BatchNorm)} == {1e-5}
    pools = [row for row in lab.cost(lab.xception()).layers if row.type == "MaxPool2D"]
    assert {row.operations.comparisons / row.activations for row in pools} == {8}

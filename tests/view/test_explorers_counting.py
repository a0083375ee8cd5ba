"""`explore.counting()` against the conventions and the figures that others publish."""

import pytest

import inception_lab as lab
from inception_lab.architecture.published.conventions import CONVENTIONS
from inception_lab.view.explorers.counting import Counting, convention_of, state_of


@pytest.fixture(scope="module")
def explorer() -> Counting:
    return Counting()


PUBLISHED = {
    "the paper (and BVLC's model)": (6_998_552, 1_582_671_872),
    "Table 1, weights only": (6_990_272, 1_582_671_872),
    "the training graph, both heads": (13_378_280, 1_591_044_096),
    "torchvision": (6_624_904, 1_498_376_192),
    "Keras count_params": (6_639_464, 1_498_376_192),
    "TF-slim, without the classifier": (5_607_184, 1_498_376_192 - 1_024_000),
    "fvcore": (6_624_904, 1_504_878_688),
    "ptflops": (13_004_888, 1_510_981_560),
    "PyTorch FlopCounterMode": (6_624_904, 2 * 1_498_376_192),
    "TensorFlow's profiler, convolutions": (6_998_552, 3_163_295_744),
}


@pytest.mark.parametrize("preset", PUBLISHED)
def test_presets_count_what_is_published(explorer: Counting, preset: str) -> None:
    explorer.set(**explorer.presets[preset])
    assert (explorer.result.found.parameters, explorer.result.found.operations) == PUBLISHED[preset]


def test_every_preset_is_listed_above(explorer: Counting) -> None:
    assert set(explorer.presets) == set(PUBLISHED)


def test_who_publishes_a_number_is_named_and_nobody_else(explorer: Counting) -> None:
    explorer.set(**explorer.presets["fvcore"])
    assert "1,504,878,688 MACs: published by fvcore." in explorer.readout
    explorer.controls["relu"].value = True
    assert "MACs: published by nobody that we know of." in explorer.readout
    assert "operations of ReLU" not in explorer.readout


def test_a_mac_counted_as_two_doubles_what_only_macs_make_up(explorer: Counting) -> None:
    explorer.reset()
    once = explorer.result.found.operations
    explorer.controls["macs"].value = 2
    assert explorer.result.found.operations == 2 * (once or 0)
    assert explorer.result.convention.unit == "FLOPs"


def test_conventions_that_the_switches_cannot_say_are_not_offered() -> None:
    assert state_of("openvino", "paper") is None  # LRN at 101 an element
    state = state_of("fvcore", "torchvision")
    assert state is not None
    fvcore = CONVENTIONS["fvcore"]
    assert convention_of(state).of("GlobalAveragePool2D") == fvcore.of("GlobalAveragePool2D")
    assert lab.conventions.count(
        lab.googlenet(variant="torchvision"), convention_of(state)
    ) == lab.conventions.count(lab.googlenet(variant="torchvision"), "fvcore")


def test_bars_are_as_long_as_the_counts(explorer: Counting) -> None:
    explorer.reset()
    bars = explorer._bars["operations"].bars["now"]
    by = explorer.result.found.operations_by
    convolutions, dense = bars[0].get_width(), bars[1].get_width()
    assert convolutions / dense == pytest.approx(by["convolutions"] / by["dense layers"])
    assert [bar.get_width() for bar in bars[2:]] == [0] * 7


def test_any_model_is_counted() -> None:
    layers = lab.keras.layers
    x = lab.keras.Input((8, 8, 3))
    y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same", activation="relu")(x))
    y = layers.Reshape((16, 4))(layers.MaxPooling2D(2)(y))
    y = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 3)(y, y))
    model = lab.keras.Model(x, layers.Dense(5, activation="softmax")(y))
    explorer = Counting(model)
    found = explorer.result.found
    attention = 3 * 16 * 4 * 6 + 2 * 2 * 16 * 16 * 3 + 16 * 6 * 4
    assert found.operations_by == {
        "convolutions": 64 * 27 * 4, "other products": attention, "dense layers": 4 * 5,
    }  # fmt: skip
    assert found.parameters_by == {
        "weights": 108 + 4 * 4 * 6 + 20, "biases": 4 + 3 * 6 + 4 + 5, "batch norm": 8,
    }  # fmt: skip
    assert found.parameters + 8 == model.count_params()  # the mean and the variance of batch norm
    explorer.set(relu=True, max_pool=True, batch_norm=True, macs=2)
    by = explorer.result.found.operations_by
    assert (by["ReLU"], by["max pooling"], by["batch norm"]) == (256, 256, 2 * 256)
    assert explorer.link().startswith("lab.explore.counting(model, ")
    again = eval(explorer.link(), {"lab": lab, "model": lab.cost(model)})
    assert again.readout == explorer.readout
    assert ": by these switches." in explorer.readout
    drawn = [bar.get_width() > 0 for bar in explorer._bars["operations"].bars["now"]]
    assert drawn == [True, True, False, True, True, True, False, True]


def test_a_described_network_and_its_model_count_alike() -> None:
    network = lab.googlenet(variant="torchvision")
    described, built = Counting(network), Counting(lab.build(network, softmax=True))
    for preset in described.presets:
        for explorer in (described, built):
            explorer.choose(preset)
        assert built.result.found == described.result.found, preset
    assert described.result.found.operations is not None

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

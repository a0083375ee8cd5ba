"""What units see, against fields that are known beforehand."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layer import Padding
from inception_lab.architecture.layers import AveragePool2D, Conv2D, Dense, Flatten, MaxPool2D
from inception_lab.architecture.reach import Reach
from inception_lab.model.inside.effective import EffectiveField, effective_field


def positive(model: Any) -> Any:
    """Give every kernel weights of one, so that no path cancels another."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    return model


def photos(height: int, width: int | None = None) -> np.ndarray:
    return np.random.default_rng(0).random((2, height, width or height, 3), dtype=np.float32)


def field_of(part: lab.Sequence, path: str, height: int, width: int | None = None) -> EffectiveField:
    pictures = photos(height, width)
    shape = (height, width or height, 3)
    return effective_field(
        positive(lab.build(part, shape)), path, pictures, lab.cost(part, shape)[path].reach
    )


@pytest.mark.parametrize("side", [1, 3, 5])
def test_one_convolution_sees_its_kernel_evenly(side: int) -> None:
    field = field_of(lab.Sequence(Conv2D(4, side, name="only")), "only", 21)
    expected = np.zeros((21, 21))
    half = side // 2
    expected[10 - half : 11 + half, 10 - half : 11 + half] = 1 / side**2
    np.testing.assert_allclose(field.density, expected, atol=1e-7)
    assert field.centre == (10.5, 10.5)
    assert field.side(1.0) == side


def test_two_convolutions_see_the_middle_more() -> None:
    """1D, the paths through two kernels of three ones: 1, 2, 3, 2, 1 of 9."""
    two = lab.Sequence(Conv2D(1, 3, name="first"), Conv2D(1, 3, name="second"))
    field = field_of(two, "second", 21)
    line = np.array([1, 2, 3, 2, 1]) / 9
    np.testing.assert_allclose(field.density[8:13, 8:13], np.outer(line, line), atol=1e-7)


def test_the_field_lies_within_the_reach() -> None:
    network = lab.Sequence(
        Conv2D(4, 5, strides=2, padding=2, activation="relu", name="a"),
        lab.inception_module(4, 4, 4, 4, 4, 4, name="module"),
    )
    cost = lab.cost(network, (64, 64, 3))
    model = positive(lab.build(network, (64, 64, 3)))
    for path in ("module/1x1", "module/3x3", "module/5x5"):
        field = effective_field(model, path, photos(64), cost[path].reach)
        rows = np.flatnonzero(field.density.sum(axis=1))
        assert np.ptp(rows) + 1 == cost[path].reach.largest
        assert field.density.sum() == pytest.approx(1)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (63, 64), (65, 48)])
@pytest.mark.parametrize("padding", ["same", "valid", 1])
@pytest.mark.parametrize("side", [2, 3, 5])
def test_the_field_is_centred_where_the_reach_says(
    height: int, width: int, padding: Padding, side: int
) -> None:
    """TensorFlow's "same" pads as many before as behind, or one less, by the size of what comes in."""
    network = lab.Sequence(
        Conv2D(2, side, strides=2, padding=padding, name="a"),
        AveragePool2D(3, strides=2, name="b"),
        Conv2D(2, 3, padding=padding, name="c"),
        AveragePool2D(2, strides=2, padding="valid", name="d"),
    )
    field = field_of(network, "d", height, width)
    for axis, size in enumerate((height, width)):
        seen = np.flatnonzero(field.density.sum(axis=1 - axis))
        assert (seen[0] + seen[-1] + 1) / 2 == field.centre[axis]
        assert abs(field.centre[axis] - size / 2) <= 4  # half of what lies between two units


def test_in_googlenet_no_unit_lies_at_half_a_stride() -> None:
    """pool1, pool2, pool3 and pool4 pad behind only: each adds its own stride."""
    cost = lab.cost(lab.googlenet())
    firsts = [cost[f"inception_{name}/3x3"].reach.centre(0, 0) for name in ("3a", "4a", "5a")]
    assert firsts == [(6.5, 6.5), (14.5, 14.5), (30.5, 30.5)]
    assert cost["inception_5b/5x5"].reach.middle_unit(224, 224) == (3, 3)


def test_a_maximum_lets_only_one_pixel_through() -> None:
    network = lab.Sequence(MaxPool2D(3, padding="valid", name="pool"))
    field = field_of(network, "pool", 9)
    assert np.count_nonzero(field.density) <= 2 * 3  # one for each photo and colour


def test_the_share_is_measured_around_the_centre() -> None:
    density = np.zeros((11, 11))
    density[5, 5], density[5, 9] = 0.8, 0.2
    field = EffectiveField(density, (5.5, 5.5))
    assert field.side(0.8) == 1
    assert field.side(0.9) == 1 + 2 * 4


def test_an_unknown_layer_is_named() -> None:
    model = lab.build(lab.Sequence(Conv2D(1, 3, name="only")), (9, 9, 3))
    with pytest.raises(ValueError, match=r"^`path` must be that of a layer, such as .*'only'.*'other'\.$"):
        effective_field(model, "other", photos(9), Reach())


def test_a_layer_without_maps_is_refused() -> None:
    part = lab.Sequence(Flatten(name="flat"), Dense(2, name="last"))
    with pytest.raises(
        ValueError, match=r"^`path` must name a layer that puts out maps\. Received: 'last'\.$"
    ):
        field_of(part, "last", 9)


def test_photos_of_another_size_are_refused() -> None:
    model = lab.build(lab.Sequence(Conv2D(1, 3, name="only")), (9, 9, 3))
    with pytest.raises(
        ValueError,
        match=r"^`photos` must be as the network takes it, of shape \(any, 9, 9, 3\)\. R.*\.$",
    ):
        effective_field(model, "only", photos(8), Reach())

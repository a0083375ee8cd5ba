"""What units see, against fields that are known beforehand."""

from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.reach import EffectiveField, effective_field
from inception_lab.spec.layers import Conv2D, MaxPool2D


def positive(model: Any) -> Any:
    """Give every kernel weights of one, so that no path cancels another."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    return model


def photos(side: int) -> np.ndarray:
    return np.random.default_rng(0).random((2, side, side, 3), dtype=np.float32)


@pytest.mark.parametrize("side", [1, 3, 5])
def test_one_convolution_sees_its_kernel_evenly(side: int) -> None:
    model = positive(lab.build(lab.Sequence(Conv2D(4, side, name="only")), (21, 21, 3)))
    field = effective_field(model, "only", photos(21))
    expected = np.zeros((21, 21))
    half = side // 2
    expected[10 - half : 11 + half, 10 - half : 11 + half] = 1 / side**2
    np.testing.assert_allclose(field.density, expected, atol=1e-7)
    assert field.centre == (10.5, 10.5)
    assert field.side(1.0) == side


def test_two_convolutions_see_the_middle_more() -> None:
    """1D, the paths through two kernels of three ones: 1, 2, 3, 2, 1 of 9."""
    two = lab.Sequence(Conv2D(1, 3, name="first"), Conv2D(1, 3, name="second"))
    field = effective_field(positive(lab.build(two, (21, 21, 3))), "second", photos(21))
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
        field = effective_field(model, path, photos(64))
        rows = np.flatnonzero(field.density.sum(axis=1))
        assert np.ptp(rows) + 1 == cost[path].reach.largest
        assert field.density.sum() == pytest.approx(1)


def test_a_maximum_lets_only_one_pixel_through() -> None:
    network = lab.Sequence(MaxPool2D(3, padding="valid", name="pool"))
    field = effective_field(lab.build(network, (9, 9, 3)), "pool", photos(9))
    assert np.count_nonzero(field.density) <= 2 * 3  # one for each photo and colour


def test_the_share_is_measured_around_the_centre() -> None:
    density = np.zeros((11, 11))
    density[5, 5], density[5, 9] = 0.8, 0.2
    field = EffectiveField(density, (5.5, 5.5))
    assert field.side(0.8) == 1
    assert field.side(0.9) == 1 + 2 * 4


def test_an_unknown_layer_is_named() -> None:
    model = lab.build(lab.Sequence(Conv2D(1, 3, name="only")), (9, 9, 3))
    with pytest.raises(ValueError, match=r"^No such layer: other\. Existing layers are: .*only"):
        effective_field(model, "other", photos(9))

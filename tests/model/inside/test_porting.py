"""Networks whose weights were carried over wrongly."""

import numpy as np

import inception_lab as lab
from inception_lab.model.backend import keras
from inception_lab.model.classifier import Classifier
from inception_lab.model.inside.filters import first_convolution
from inception_lab.model.inside.porting import misported
from inception_lab.model.layers import LocalResponseNormalization


def test_mistakes_that_can_be_made_with_the_small_network() -> None:
    small = lab.classifier("digits")
    found = misported(small)
    assert list(found) == ["BGR instead of RGB", "values from 0 to 1"]
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[..., 0] = 255
    swapped = found["BGR instead of RGB"].prepare(picture)
    assert (swapped == small.prepare(picture)[..., ::-1]).all()
    assert found["values from 0 to 1"].prepare(picture)[0, 0, 0].tolist() == [1, 0, 0]


def test_mistakes_that_can_be_made_with_the_large_network(bvlc: Classifier) -> None:
    found = misported(bvlc)
    assert list(found) == [
        "RGB instead of BGR",
        "values from 0 to 1",
        "LRN's alpha not divided by 5",
        "conv1 padded as 'same'",
    ]
    alphas = {
        layer.alpha
        for layer in found["LRN's alpha not divided by 5"].model.layers
        if isinstance(layer, LocalResponseNormalization)
    }
    assert [round(alpha, 9) for alpha in alphas] == [1e-4]
    coffee = bvlc.samples["coffee"]
    index = bvlc.top(coffee, 1)[0].index
    wrong = {what: float(network.probabilities(coffee)[0, index]) for what, network in found.items()}
    assert wrong["values from 0 to 1"] < 0.01
    assert len({round(value, 6) for value in (*wrong.values(), bvlc.top(coffee, 1)[0].probability)}) == 5


def test_conv1_padded_as_same_is_tensorflows_same(bvlc: Classifier) -> None:
    wrong = misported(bvlc)["conv1 padded as 'same'"].model
    values = bvlc.prepare(bvlc.samples["cat"])
    right = first_convolution(bvlc.model)
    same = keras.layers.Conv2D(64, 7, 2, padding="same", activation=right.activation)
    same.build(values.shape)
    same.set_weights(right.get_weights())
    found = keras.Model(wrong.input, first_convolution(wrong).output)(values)
    np.testing.assert_allclose(np.asarray(found), np.asarray(same(values)), atol=1e-3)

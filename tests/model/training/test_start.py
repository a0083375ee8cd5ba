"""Starting from trained weights: the same network in other units, frozen, thawed, carried on."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.googlenet import googlenet
from inception_lab.architecture.network import Network
from inception_lab.model.backend import as_array, keras
from inception_lab.model.build import build
from inception_lab.model.classifier import Classifier, for_classes, start_from
from inception_lab.model.data.augment import Window
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.data.preparation import Preparation
from inception_lab.model.pretrained.sources import classifier
from inception_lab.model.training.recipes import RECIPES
from inception_lab.model.training.train import train

RECIPE = replace(RECIPES["finetune"], batch_size=8, learning_rate=0.05)


def small(classes: int = 5) -> Network:
    return googlenet(
        (32, 32, 3), classes, stem="small", width=1 / 16, normalization="none", rows={"3a": lab.TABLE_1["3a"]}
    )


@pytest.fixture(scope="module")
def source() -> Classifier:
    """A network that takes BGR bytes minus a mean, as BVLC's does."""
    network = small()
    body = build(network, seed=3)
    model = keras.Model(body.input, keras.layers.Softmax()(body.output))
    first = (
        model.layers[1] if model.layers[1].weights else next(each for each in model.layers if each.weights)
    )
    first.set_weights([array / 64 for array in first.get_weights()])
    names = tuple("abcde")
    return Classifier(model, Preparation(32, 32, mean=(10.0, 120.0, 200.0)), names, network, "by hand")


def colours(count: int, seed: int) -> Dataset:
    """Pictures that are mostly red, green or blue."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    pictures = rng.integers(0, 120, (count, 32, 32, 3))
    pictures[np.arange(count), :, :, labels] += 100
    return Dataset(pictures.astype(np.uint8), labels, ("red", "green", "blue"))


@pytest.fixture(scope="module")
def data() -> Splits:
    return Splits("colours", colours(40, 0), colours(16, 1), colours(24, 2), augmentation="flip")


def test_the_weights_say_the_same_in_the_units_of_training(source: Classifier) -> None:
    start = start_from(source)
    core = build(source.network, seed=9)
    start.load_into(core)
    last = core.get_layer(start.classifier)
    last.set_weights(source.model.get_layer(start.classifier).get_weights())
    pictures = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype(np.uint8)
    logits = as_array(core(Window(32, 32, centre=start.centre)(pictures)))
    expected = source.probabilities(*pictures)
    found = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=2e-4)
    assert start.centre == pytest.approx((200, 120, 10))  # the mean is given as BGR, and asked for as RGB
    assert start.classifier not in start.weights


def weights_by_layer(model: Any) -> dict[str, list[Any]]:
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="on JAX nothing is frozen")
def test_at_first_only_the_classifier_learns_and_then_all(source: Classifier, data: Splits) -> None:
    network, start = for_classes(source.network, 3), start_from(source)
    frozen: dict[int, bool] = {}

    for epochs, share in ((2, 0.9), (2, 0.0)):
        recipe = replace(RECIPE, frozen=share)
        result = train(data, network, recipe, epochs=epochs, seed=1, start=source, progress=False)
        found = weights_by_layer(result.model)
        same = {
            name: all(np.array_equal(a, b) for a, b in zip(arrays, start.weights[name], strict=True))
            for name, arrays in found.items()
            if name != start.classifier
        }
        frozen[round(10 * share)] = all(same.values())
        assert all(same.values()) or not any(same.values())
        assert result.parameters == lab.cost(network).parameters
    assert frozen == {9: True, 0: False}


def test_it_learns_and_the_run_classifies_as_it_did(source: Classifier, data: Splits, tmp_path: Path) -> None:
    network = for_classes(source.network, 3)
    result = train(
        data, network, RECIPE, epochs=6, seed=1, start=source, out=tmp_path / "run", progress=False
    )
    assert (result.accuracy or 0) > 0.9
    again = classifier(tmp_path / "run")
    assert again.classes == ("red", "green", "blue")
    np.testing.assert_allclose(
        again.probabilities(*data.test.images), result.predict(data.test.images), atol=0.02
    )


def test_killed_behind_the_thaw_it_ends_the_same(source: Classifier, data: Splits, tmp_path: Path) -> None:
    network = for_classes(source.network, 3)

    def pull_the_plug(epoch: int, step: int) -> None:
        if (epoch, step) == (2, 2):
            raise KeyboardInterrupt

    options: dict[str, Any] = {"epochs": 4, "seed": 2, "start": source, "progress": False}
    train(data, network, RECIPE, out=tmp_path / "run", on_step=pull_the_plug, **options)
    resumed = train(data, network, RECIPE, out=tmp_path / "run", resume=True, **options)
    straight = train(data, network, RECIPE, **options)
    for a, b in zip(resumed.model.get_weights(), straight.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_directory_of_a_run_is_a_start(source: Classifier, data: Splits, tmp_path: Path) -> None:
    network = for_classes(source.network, 3)
    options: dict[str, Any] = {"epochs": 1, "progress": False}
    train(data, network, RECIPE, out=tmp_path / "first", **options)
    by_path = train(data, network, RECIPE, start=str(tmp_path / "first"), **options)
    by_hand = train(data, network, RECIPE, start=classifier(tmp_path / "first"), **options)
    for a, b in zip(by_path.model.get_weights(), by_hand.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="Received") as caught:
        train(data, network, RECIPE, start=by_path, **options)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "`start` must be a classifier, its name, or the directory of a run, which `out` keeps. "
        "Received: Outcome."
    )
    with pytest.raises(ValueError, match="Received") as caught:
        train(data, network, RECIPE, start="runs/nowhere", **options)
    assert str(caught.value) == (
        "`start` must be 'bvlc', 'digits', a file of weights, a folder with one or a run's directory. "
        "Received: runs/nowhere, not found."
    )


def test_a_network_that_is_a_classifier_alone_is_a_start(data: Splits, tmp_path: Path) -> None:
    network = Network((32, 32, 3), lab.Sequence(lab.layers.GlobalAveragePool2D(), lab.layers.Dense(3)))
    options: dict[str, Any] = {"epochs": 1, "progress": False}
    train(data, network, RECIPE, out=tmp_path / "first", **options)
    assert train(data, network, RECIPE, start=tmp_path / "first", **options).epochs == 1


def test_a_convolution_may_be_the_classifier(data: Splits, tmp_path: Path) -> None:
    """As in SqueezeNet: a 1×1 convolution with a channel for each class, and its mean."""
    parts = (lab.layers.Conv2D(4, 3, name="c"), lab.layers.Conv2D(3, 1, name="classes"))
    network = Network((32, 32, 3), lab.Sequence(*parts, lab.layers.GlobalAveragePool2D()))
    options: dict[str, Any] = {"epochs": 1, "progress": False}
    train(data, network, RECIPE, out=tmp_path / "first", **options)
    start = start_from(classifier(tmp_path / "first"))
    assert list(start.weights) == ["c"]
    assert for_classes(network, 5).output_shapes() == {"main": (5,)}
    assert for_classes(for_classes(network, 5), 3) == network
    assert train(data, network, RECIPE, start=tmp_path / "first", **options).epochs == 1


def test_another_network_is_refused(source: Classifier, data: Splits) -> None:
    other = googlenet(
        (32, 32, 3), 3, stem="small", width=1 / 8, normalization="none", rows={"3a": lab.TABLE_1["3a"]}
    )
    with pytest.raises(ValueError, match="Received") as caught:
        train(data, other, RECIPE, epochs=1, start=source, progress=False)
    said = str(caught.value)
    assert said.startswith("The network must have the layers of by hand below its classifier. Received: '")
    assert "\n" not in said


def test_another_number_of_classes_changes_the_last_layer_only() -> None:
    before, after = lab.cost(googlenet()), lab.cost(for_classes(googlenet(), 7))
    assert after.output_shape == (7,)
    changed = [a.name for a, b in zip(before.layers, after.layers, strict=True) if a != b]
    assert changed == ["loss3/classifier", "loss3/prob"]
    assert before.parameters - after.parameters == 993 * 1025
    with pytest.raises(ValueError, match=r"`classes` must be a positive integer\. Received: classes=0\."):
        for_classes(googlenet(), 0)
    with pytest.raises(ValueError, match=r"^`network` must be a network's description\. Received: int\.$"):
        for_classes(5, 2)  # type: ignore[arg-type]
    with pytest.raises(
        ValueError, match=r"a dense layer or a convolution as classifier\. Received: 'bare'\."
    ):
        for_classes(Network((8, 8, 3), lab.layers.Flatten(), "bare"), 2)


def test_auxiliary_heads_get_the_classes_too() -> None:
    network = googlenet(auxiliary=True)
    changed = for_classes(network, 7)
    assert changed.output_shapes() == {"main": (7,), "aux1": (7,), "aux2": (7,)}
    before, after = lab.cost(network), lab.cost(changed)
    pairs = zip(before.layers, after.layers, strict=True)
    assert {a.name for a, b in pairs if a.parameters != b.parameters} == {
        "loss1/classifier", "loss2/classifier", "loss3/classifier"
    }  # fmt: skip
    assert for_classes(changed, 1000) == network


def test_heads_on_the_side_learn_from_nothing(source: Classifier) -> None:
    """A network that starts from one without heads may have some."""
    plain = for_classes(source.network, 3)
    head = lab.Sequence(lab.layers.GlobalAveragePool2D(), lab.layers.Dense(3, name="side"))
    body = lab.Sequence(lab.Tap(head, "aux1"), plain.body)
    core = build(replace(plain, body=body), seed=5)
    untouched = core.get_layer("side").get_weights()
    start = start_from(source)
    start.load_into(core)
    np.testing.assert_array_equal(core.get_layer("side").get_weights()[0], untouched[0])
    for name, arrays in start.weights.items():
        np.testing.assert_array_equal(core.get_layer(name).get_weights()[0], arrays[0])

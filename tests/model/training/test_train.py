"""Training: what is learned, logged, kept and carried on."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
)
from inception_lab.architecture.network import Network, Sequence, Tap
from inception_lab.architecture.stored import network_from_data, network_to_data
from inception_lab.model.backend import keras
from inception_lab.model.data.augment import Window, weights
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.training import train as training
from inception_lab.model.training.learner import Learner, compile_heads, head_logs
from inception_lab.model.training.optimizer import AveragedSGD, Crossentropy
from inception_lab.model.training.outcome import Outcome
from inception_lab.model.training.recipes import AUGMENTATIONS, RECIPES, Augmentation, Recipe
from inception_lab.model.training.run import RunDirectory
from inception_lab.model.training.train import train

ROOT = Path(__file__).parents[3]
RECIPE = Recipe(
    "tests", learning_rate=0.1, schedule="cosine", warm_up=0.2, weight_decay=1e-3, averaging=0.9, batch_size=8
)


def tiny_network(heads: bool = True) -> Network:
    """Has all that a run must carry on: batch norm, dropout and a head."""
    head = Sequence(GlobalAveragePool2D(), Dense(2, name="classifier"), name="loss1")
    body = Sequence(
        Conv2D(4, 3, use_bias=False, name="conv1"),
        BatchNorm(name="norm"),
        *([Tap(head, "aux1")] if heads else []),
        AveragePool2D(2, strides=2, name="pool"),
        Flatten(name="flatten"),
        Dropout(0.3, name="drop"),
        Dense(2, name="classifier"),
    )
    return Network((8, 8, 3), body, "tiny")


def bright_or_dark(count: int = 48) -> Splits:
    """Two classes that a network tells apart at once: pictures brighter or darker than the middle."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    images = rng.integers(0, 128, (count, 8, 8, 3)) + 127 * labels[:, None, None, None]
    whole = Dataset(images.astype(np.uint8), labels, ("dark", "bright"))
    return Splits(
        "bright-or-dark", whole[: count // 2], whole[count // 2 : 3 * count // 4], whole[3 * count // 4 :]
    )


def learn(**options: Any) -> Outcome:
    return train(
        bright_or_dark(),
        options.pop("network", tiny_network()),
        options.pop("recipe", RECIPE),
        **{"epochs": 3, "precision": "float32", "augmentation": "flip_shift", "progress": False, **options},
    )


def final(result: Outcome) -> dict[str, Any]:
    return result.learner.state()


def assert_equal(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """A run of four epochs that nothing happened to, and its directory: to be looked at only."""
    out = tmp_path_factory.mktemp("whole") / "run"
    return learn(out=out, epochs=4), out


@pytest.fixture(scope="module")
def uninterrupted(whole: tuple[Outcome, Path]) -> dict[str, Any]:
    return final(whole[0])


@pytest.fixture
def run(whole: tuple[Outcome, Path], tmp_path: Path) -> Path:
    """A copy of that directory."""
    return Path(shutil.copytree(whole[1], tmp_path / "run"))


# learning -----------------------------------------------------------------------------------------


def test_it_learns_and_says_how_it_went() -> None:
    result = learn(epochs=8)
    assert result.accuracy == 1.0
    assert result.epochs == len(result.history) == 8
    assert list(result.history[0]) == [
        "epoch", "learning_rate", "loss", "main_accuracy", "aux1_accuracy",
        "validation_loss", "validation_accuracy", "seconds",
    ]  # fmt: skip
    assert [row["epoch"] for row in result.history] == list(range(1, 9))
    assert result.parameters == lab.cost(tiny_network()).parameters
    assert result.images_per_second is not None
    assert not result.interrupted
    test = bright_or_dark().test
    probabilities = result.predict(test.images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    assert (probabilities.argmax(axis=1) == test.labels).all()


def test_pictures_and_labels_are_taken_as_they_are() -> None:
    whole = bright_or_dark().train
    names = np.array(whole.classes)[whole.labels]
    outcome = train(
        (whole.images, names), tiny_network(), RECIPE, epochs=1, precision="float32", progress=False
    )
    assert [each.name for each in outcome.classes] == ["bright", "dark"]
    numbers = outcome.numbers()
    assert numbers["accuracy"] == sum(each["right"] for each in numbers["classes"].values()) / sum(
        each["count"] for each in numbers["classes"].values()
    )
    with pytest.raises(ValueError, match=r"^`data` must be what a loader of .* Received: ndarray\.$"):
        train(whole.images, tiny_network())  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    uninterrupted: dict[str, Any],
) -> None:
    first = uninterrupted
    assert_equal(first, final(learn(epochs=4)))
    other = final(learn(epochs=4, seed=1))
    kernels = [name for name in first if "kernel" in name]
    assert kernels
    assert all((first[name] != other[name]).any() for name in kernels)


def test_hooks_are_told_of_every_step_and_epoch() -> None:
    steps: list[tuple[int, int]] = []
    lengths: list[int] = []
    learn(
        on_step=lambda epoch, step: steps.append((epoch, step)),
        on_epoch=lambda rows: lengths.append(len(rows)),
    )
    assert steps == [(epoch, step) for epoch in range(3) for step in range(3)]  # 24 pictures in batches of 8
    assert lengths == [1, 2, 3]


def test_a_notebook_sees_live_curves_and_nothing_on_the_error_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    handle = SimpleNamespace(update=lambda page: shown.append(page.data))
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: handle)
    learn(progress=None)
    assert [re.findall("Epoch . of 3", page)[0] for page in shown] == [f"Epoch {n} of 3" for n in (1, 2, 3)]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("IPython.get_ipython", lambda: None)  # elsewhere
    learn(progress=None, epochs=1)
    assert len(shown) == 3
    assert "epoch 1/1" in capsys.readouterr().err


def test_a_network_of_another_size_gets_its_pictures_resized() -> None:
    network = Network((5, 7, 3), Sequence(GlobalAveragePool2D(), Dense(2)), "small")
    assert learn(network=network).accuracy is not None


def test_removing_the_heads_leaves_the_main_output_as_it_was(whole: tuple[Outcome, Path]) -> None:
    trained, _ = whole
    bare = lab.build(tiny_network(heads=False))
    for layer in bare.layers:
        layer.set_weights(trained.model.get_layer(layer.name).get_weights())
    pictures = np.random.default_rng(0).normal(size=(4, 8, 8, 3)).astype(np.float32)
    np.testing.assert_array_equal(bare(pictures), trained.model(pictures)["main"])


# heads --------------------------------------------------------------------------------------------


def test_each_head_is_reported_with_its_own_accuracy() -> None:
    """Planted: of ten pictures main is right on 6, aux1 on 3, aux2 on 1."""
    right = {"main": 6, "aux1": 3, "aux2": 1}
    planted = keras.Input((3, 2), name="logits")
    outputs = {
        name: keras.layers.Lambda(lambda x, row=row: x[:, row], name=f"head_{name}")(planted)
        for row, name in enumerate(right)
    }
    model = keras.Model(planted, outputs)
    labels = np.arange(10) % 2
    logits = np.zeros((10, 3, 2), np.float32)
    for row, count in enumerate(right.values()):
        guesses = np.where(np.arange(10) < count, labels, 1 - labels)
        logits[np.arange(10), row, guesses] = 5
    compile_heads(model, keras.optimizers.SGD(0.0), RECIPE)
    found = model.evaluate(logits, dict.fromkeys(right, labels), verbose=0, return_dict=True)
    logs = head_logs(found, tuple(right))
    assert logs == pytest.approx(
        {"loss": logs["loss"], "main_accuracy": 0.6, "aux1_accuracy": 0.3, "aux2_accuracy": 0.1}, rel=1e-6
    )
    # ln(1 + e^-5) = 0.0067 where right, ln(1 + e^5) = 5.0067 where wrong; heads count 0.3
    losses = [0.00672 * n / 10 + 5.00672 * (10 - n) / 10 for n in right.values()]
    assert logs["loss"] == pytest.approx(losses[0] + 0.3 * losses[1] + 0.3 * losses[2], rel=1e-4)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_keras_own(smoothing: float) -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(6, 4)).astype(np.float32), rng.integers(0, 4, 6)
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    expected = float(theirs(np.eye(4, dtype=np.float32)[labels], logits))
    assert float(Crossentropy(smoothing)(labels, logits)) == pytest.approx(expected, rel=1e-6)


# averages, rates ----------------------------------------------------------------------------------


def test_the_average_is_that_of_the_formula() -> None:
    weight = keras.Variable(np.array([0.0], np.float32))
    optimizer = AveragedSGD(1.0, averaging=0.25)
    optimizer.build([weight])
    expected = 0.0
    for step in range(1, 5):
        optimizer.apply([keras.ops.ones((1,))])  # the weight is −step
        momentum = min(0.25, (1 + step) / (10 + step))
        expected = momentum * expected + (1 - momentum) * -step
        assert float(weight[0]) == -step
        assert float(optimizer.averages[0][0]) == pytest.approx(expected, rel=1e-6)


def test_predictions_use_the_average_and_leave_the_weights_alone() -> None:
    learner = learn().learner
    before = learner.state()
    pictures = bright_or_dark().test.images
    averaged = learner.predict(pictures)["main"]
    assert_equal(before, learner.state())
    for variable, average in zip(learner.model.trainable_variables, learner.optimizer.averages, strict=True):
        assert bool(keras.ops.any(variable != average))
        variable.assign(average)
    np.testing.assert_array_equal(averaged, learner.model.predict(pictures, verbose=0)["main"])


def test_the_rates_of_the_recipe_are_used() -> None:
    learner = learn(epochs=2).learner
    schedule = learner.optimizer._learning_rate
    assert [float(schedule(step)) for step in range(6)] == RECIPE.learning_rates(2, 3).tolist()
    assert float(schedule(99)) == float(schedule(5))


def test_the_schedules() -> None:
    # × 0.96 at epochs 8, 16 and 24: 0.01 × 0.96³ = 0.00884736
    rates = RECIPES["article"].learning_rates(25)
    np.testing.assert_allclose(rates[[0, 7, 8, 16, 24]], 0.01 * 0.96 ** np.array([0, 0, 1, 2, 3]), rtol=1e-6)
    cosine = replace(RECIPE, learning_rate=1.0, warm_up=0.2).learning_rates(10)
    # two steps up, then 1, cos²(π/16), … over eight steps
    expected = [0.5, 1.0, *(np.cos(np.pi * np.arange(8) / 16) ** 2)]
    np.testing.assert_allclose(cosine, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schedule": "stairs"}, "`schedule` must be one of 'steps', 'cosine'. Received: schedule='stairs'."),
        ({"learning_rate": -1.0}, "`learning_rate` must be 0 or more. Received: learning_rate=-1.0."),
        ({"momentum": 1.0}, "`momentum` must be 0 or more and below 1. Received: momentum=1.0."),
        ({"batch_size": 0}, "`batch_size` must be a positive integer. Received: batch_size=0."),
        ({"decay": float("nan")}, "`decay` must be a number above 0. Received: decay=nan."),
        ({"decay": True}, "`decay` must be a number above 0. Received: decay=True."),
        ({"source": 3}, "`source` must be a line of text. Received: source=3."),
        ({"nesterov": "no"}, "`nesterov` must be True or False. Received: nesterov='no'."),
        ({"decay": 0.0}, "`decay` must be a number above 0. Received: decay=0.0."),
        ({"learning_rate": "fast"}, "`learning_rate` must be 0 or more. Received: learning_rate='fast'."),
        ({"averaging": float("nan")}, "`averaging` must be 0 or more and below 1. Received: averaging=nan."),
        (
            {"auxiliary_weight": -0.3},
            "`auxiliary_weight` must be 0 or more. Received: auxiliary_weight=-0.3.",
        ),
    ],
)
def test_impossible_recipes_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        replace(RECIPE, **change)
    assert str(caught.value) == message


def test_more_steps_than_anybody_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        RECIPE.learning_rates(10**9, 3)
    assert str(caught.value) == (
        "`epochs` must make 100,000,000 steps at most. Received: epochs=1000000000, of 3 steps."
    )


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_says_where_it_is_from(name: str) -> None:
    assert RECIPES[name].source
    assert np.isfinite(RECIPES[name].learning_rates(3, 4)).all()


# windows ------------------------------------------------------------------------------------------


def photo() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (2, 12, 16, 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [(24, 32), (6, 8), (12, 16), (7, 30)])
def test_a_whole_picture_is_resized_as_keras_does(size: tuple[int, int]) -> None:
    values = (photo().astype(np.float32) - 127.5) / 64
    expected = keras.ops.image.resize(values, size, antialias=True)
    np.testing.assert_allclose(Window(*size)(photo()), expected, atol=1e-5)


def test_each_picture_has_a_window_of_its_own_within_the_bounds() -> None:
    pictures = np.zeros((2_000, 100, 100, 3), np.uint8)
    top, left, tall, wide = map(
        np.asarray, Window(8, 8, AUGMENTATIONS["crops"], seed=1).windows(pictures, True)
    )
    mirrored = wide < 0
    left, wide = np.where(mirrored, left + wide, left), np.abs(wide)
    assert 0.4 < mirrored.mean() < 0.6
    assert len(np.unique(top)) > 1_800  # the windows of full height all start at 0
    assert (top >= -1e-4).all()
    assert (left >= -1e-3).all()
    assert (top + tall <= 100 + 1e-3).all()
    assert (left + wide <= 100 + 1e-3).all()
    area = tall * wide / 10_000
    assert 0.07 < area.min() < 0.1
    assert area.max() <= 1 + 1e-5
    aspect = wide / tall
    assert 0.74 < aspect.min() < 0.76
    assert 1.32 < aspect.max() < 1.34


def test_a_mirrored_and_a_shifted_picture() -> None:
    x = np.arange(4, dtype=np.float32)[None]
    start, length = np.array([4.0], np.float32), np.array([-4.0], np.float32)
    np.testing.assert_allclose(np.asarray(weights(start, length, 4, 4))[0] @ x[0], [3, 2, 1, 0])
    start, length = np.array([1.0], np.float32), np.array([4.0], np.float32)
    np.testing.assert_allclose(
        np.asarray(weights(start, length, 4, 4))[0] @ x[0], [1, 2, 3, 0]
    )  # what lies outside is 0


def test_a_square_is_hidden_in_each_picture_wherever_it_falls() -> None:
    white = np.full((200, 16, 16, 3), 255, np.uint8)
    shown = np.asarray(Window(16, 16, Augmentation(hidden=0.25))(white, training=True))
    grey = shown[..., 0] == 0
    assert (grey == (shown == 0).all(axis=-1)).all()  # in all colours
    rows, columns = grey.any(axis=2).sum(axis=1), grey.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(grey.sum(axis=(1, 2)), rows * columns)  # a rectangle, whole
    assert set(rows) | set(columns) <= {2, 3, 4}  # a quarter of 16, and less where it leaves the picture
    assert np.median(rows) == 4
    assert grey.any(axis=0).all()  # no place is safe


def test_nothing_is_drawn_at_inference() -> None:
    layer = Window(12, 16, Augmentation(flip=True, shift=2, area=(0.1, 0.5), photometric=0.3, hidden=0.2))
    np.testing.assert_array_equal(layer(photo()), layer(photo(), training=False))
    assert (np.asarray(layer(photo(), training=True)) != np.asarray(layer(photo()))).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"area": (0.5, 0.2)}, "`area` must be (low, high), 0 < low ≤ high ≤ 1. Received: area=(0.5, 0.2)."),
        (
            {"aspect": (0.0, 1.0)},
            "`aspect` must be (low, high), 0 < low ≤ high. Received: aspect=(0.0, 1.0).",
        ),
        (
            {"shift": -1},
            "`shift` must be 0 or more, `photometric` and `hidden` 0 or more and below 1. "
            "Received: shift=-1, photometric=0.0, hidden=0.0.",
        ),
        (
            {"shift": float("nan")},
            "`shift` must be a finite int or float. Received: shift=nan.",
        ),
        ({"area": 0.5}, "`area` must be (low, high). Received: area=0.5."),
        ({"aspect": (1, None)}, "`aspect` must be a finite int or float. Received: aspect=None."),
        ({"flip": "no"}, "`flip` must be True or False. Received: flip='no'."),
        (
            {"hidden": 1.0},
            "`shift` must be 0 or more, `photometric` and `hidden` 0 or more and below 1. "
            "Received: shift=0, photometric=0.0, hidden=1.0.",
        ),
    ],
)
def test_impossible_windows_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        Augmentation(**change)
    assert str(caught.value) == message


# the run's directory ------------------------------------------------------------------------------


def test_a_run_writes_its_directory(whole: tuple[Outcome, Path]) -> None:
    result, out = whole
    names = sorted(path.name for path in out.iterdir())
    assert names == [
        "averaged.weights.h5", "best.weights.h5", "checkpoint-0003.npz", "checkpoint-0004.npz",
        "config.json", "log.csv", "result.json",
    ]  # fmt: skip
    with (out / "log.csv").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert rows == result.history
    config = json.loads((out / "config.json").read_text())
    assert network_from_data(config["network"]) == tiny_network()
    assert config["made_with"]["backend"] == "tensorflow"
    assert json.loads((out / "result.json").read_text())["accuracy"] == result.accuracy


def test_the_averaged_weights_load_into_a_built_network(whole: tuple[Outcome, Path]) -> None:
    result, out = whole
    model = lab.build(tiny_network())
    model.load_weights(out / "averaged.weights.h5")
    pictures = bright_or_dark().test.images
    prepared = (pictures.astype(np.float32) - 127.5) / 64
    np.testing.assert_allclose(model(prepared)["main"], result.learner.predict(pictures)["main"], atol=1e-5)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import test_train
def die(epoch, step):
    if (epoch, step) == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
test_train.learn(out=Path({out!r}), resume=True, epochs=4, on_step=die)
"""


def killed(out: Path, at: tuple[int, int]) -> None:
    code = KILLED.format(folder=str(Path(__file__).parent), out=str(out), at=at)
    process = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_twice_in_mid_epoch_it_ends_bit_for_bit_the_same(
    tmp_path: Path, uninterrupted: dict[str, Any]
) -> None:
    killed(tmp_path, at=(1, 1))
    killed(tmp_path, at=(3, 0))
    assert sorted(path.name for path in tmp_path.glob("checkpoint-*")) == [
        "checkpoint-0002.npz",
        "checkpoint-0003.npz",
    ]
    result = learn(out=tmp_path, resume=True, epochs=4)
    assert_equal(final(result), uninterrupted)
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4]


def test_a_complete_run_resumed_only_reports(whole: tuple[Outcome, Path], run: Path) -> None:
    again = learn(out=run, epochs=4, resume=True)
    assert_equal(final(whole[0]), final(again))
    assert (again.accuracy, again.images_per_second) == (whole[0].accuracy, None)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut", None], ids=["empty", "garbage", "truncated"])
def test_a_damaged_checkpoint_is_passed_over(
    run: Path, damage: bytes | None, uninterrupted: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    newest = run / "checkpoint-0004.npz"
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2] if damage is None else damage)
    result = learn(out=run, epochs=4, resume=True, progress=True)
    assert "checkpoint-0004.npz is damaged and passed over" in capsys.readouterr().err
    assert_equal(final(result), uninterrupted)


def test_when_all_checkpoints_are_damaged_nothing_is_started_anew(run: Path) -> None:
    for file in run.glob("checkpoint-*"):
        file.write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"^A run must have a whole checkpoint to be carried on\. Received: 2 damaged"
    ):
        learn(out=run, epochs=4, resume=True)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"epochs": 5}, "epochs (4 there, 5 here)"),
        ({"seed": 7}, "seed (0 there, 7 here)"),
        ({"network": tiny_network(heads=False)}, "network ("),
        ({"augmentation": "none"}, "augmentation ("),
        ({"recipe": replace(RECIPE, momentum=0.8)}, "recipe ("),
    ],
)
def test_the_directory_of_another_run_is_refused(
    run: Path, change: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "Learner", None)  # no network is built for that
    before = content(run)
    for resume in (True, False):
        with pytest.raises(ValueError, match="must be the directory of the same run") as caught:
            learn(out=run, resume=resume, **{"epochs": 4, **change})
        assert f"whose run differs in {name}" in str(caught.value)
    assert content(run) == before


def test_a_directory_is_taken_only_if_it_is_asked_for(tmp_path: Path, run: Path) -> None:
    before = content(run)
    with pytest.raises(ValueError, match="which holds this very run"):
        learn(out=run, epochs=4)
    assert content(run) == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="which holds other files"):
        learn(out=tmp_path / "other")
    with pytest.raises(ValueError, match="which is a file"):
        learn(out=tmp_path / "other" / "letter.txt")
    with pytest.raises(ValueError, match=r"^A run's directory must hold config\.json\."):
        RunDirectory(tmp_path / "other").config()
    assert content(tmp_path / "other") == {"letter.txt": b"mine"}


def interrupt(at: tuple[int, int]) -> Callable[[int, int], None]:
    def hook(epoch: int, step: int) -> None:
        if (epoch, step) == at:
            raise KeyboardInterrupt

    return hook


def test_ctrl_c_keeps_the_last_complete_epoch(
    tmp_path: Path, uninterrupted: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    result = learn(out=tmp_path, epochs=4, on_step=interrupt((2, 1)), progress=True)
    assert (result.interrupted, result.epochs, result.accuracy) == (True, 2, None)
    assert "Interrupted in epoch 3: the last complete one, 2, is kept" in capsys.readouterr().err
    with np.load(tmp_path / "checkpoint-0002.npz") as stored:
        assert_equal(final(result), {name: stored[name] for name in stored.files if name != "about"})
    assert_equal(final(learn(out=tmp_path, epochs=4, resume=True)), uninterrupted)


def test_ctrl_c_without_a_complete_epoch_is_passed_on() -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        learn(on_step=interrupt((0, 1)))


# mistakes -----------------------------------------------------------------------------------------

INITIALIZER = (
    "`kernel_initializer` must be the name of an initializer of Keras's for kernels, such as 'he_normal'. "
    "Received: kernel_initializer="
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"batch_size": 25},
            "`batch_size` must be at most the number of training pictures, 24. Received: batch_size=25.",
        ),
        (
            {"recipe": replace(RECIPE, batch_size=25)},
            "`batch_size` must be at most the number of training pictures, 24. "
            "Received: batch_size=25 (the recipe's).",
        ),
        ({"epochs": 0}, "`epochs` must be a positive integer. Received: epochs=0."),
        ({"seed": -1}, "`seed` must be a whole number from 0 to 2147483647. Received: seed=-1."),
        ({"seed": 2**31}, "`seed` must be a whole number from 0 to 2147483647. Received: seed=2147483648."),
        ({"seed": 1.5}, "`seed` must be a whole number from 0 to 2147483647. Received: seed=1.5."),
        (
            {"bias_initializer": float("nan")},
            "`bias_initializer` must be a finite int or float. Received: bias_initializer=nan.",
        ),
        (
            {"recipe": "soup"},
            f"`recipe` must be one of {', '.join(map(repr, RECIPES))}. Received: recipe='soup'.",
        ),
        (
            {"recipe": None},
            f"`recipe` must be one of {', '.join(map(repr, RECIPES))}. Received: recipe=None.",
        ),
        (
            {"augmentation": 5},
            f"`augmentation` must be one of {', '.join(map(repr, AUGMENTATIONS))}. Received: augmentation=5.",
        ),
        (
            {"precision": "int8"},
            "`precision` must be one of 'float32', 'bfloat16', 'float16'. Received: precision='int8'.",
        ),
        ({"kernel_initializer": None}, f"{INITIALIZER}None."),
        ({"kernel_initializer": "soup"}, f"{INITIALIZER}'soup'."),
        ({"kernel_initializer": "constant"}, f"{INITIALIZER}'constant'."),
        ({"kernel_initializer": "identity"}, f"{INITIALIZER}'identity'."),
        ({"kernel_initializer": {"class_name": "Soup"}}, f"{INITIALIZER}{{'class_name': 'Soup'}}."),
        ({"on_epoch": 5}, "`on_epoch` must be a function. Received: on_epoch=5."),
        ({"on_step": "print"}, "`on_step` must be a function. Received: on_step='print'."),
        ({"progress": "no"}, "`progress` must be True or False. Received: progress='no'."),
        ({"resume": "no"}, "`resume` must be True or False. Received: resume='no'."),
        (
            {"network": keras.Sequential()},
            "`network` must be a description, such as lab.googlenet_digits(); lab.describe makes one of a "
            "Keras model. Received: Sequential.",
        ),
        (
            {"network": Network((8, 8, 3), Sequence(GlobalAveragePool2D(), Dense(3)))},
            "The network must have an output for each of 2 classes (of bright-or-dark). "
            "Received: shape (3,) at 'main'.",
        ),
        (
            {"network": Network((8, 8, 1), Sequence(GlobalAveragePool2D(), Dense(2)))},
            "The network must take 3 colours. Received: input_shape=(8, 8, 1).",
        ),
    ],
)
def test_mistakes_are_said_before_anything_is_written(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        learn(out=tmp_path / "run", **change)
    assert str(caught.value) == message
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("out", [5, "a\0b", "", b"runs"])
def test_a_directory_is_named_by_a_path(out: Any) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        learn(out=out)
    assert str(caught.value) == f"`out` must be a directory's path. Received: out={out!r}."


def test_a_run_is_carried_on_from_its_directory_only() -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        learn(resume=True)
    assert str(caught.value) == "`resume` needs the directory of the run, `out`. Received: out=None."


def test_scalars_of_numpy_are_numbers(tmp_path: Path) -> None:
    scalars: Any = {"learning_rate": np.float32(0.1), "batch_size": np.int64(8), "momentum": np.float64(0.5)}
    recipe = replace(RECIPE, **scalars)
    found = learn(out=tmp_path, recipe=recipe, seed=np.int64(3), epochs=np.int32(1), batch_size=np.uint8(8))
    assert found.epochs == 1
    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["seed"], config["epochs"], config["recipe"]["batch_size"]) == (3, 1, 8)
    assert config["recipe"]["learning_rate"] == pytest.approx(0.1)
    options: Any = {"width": np.float32(0.5), "classes": np.int64(7)}
    half = json.dumps(network_to_data(lab.googlenet(**options)))
    assert json.loads(half) == network_to_data(lab.googlenet(width=0.5, classes=7))


# a loss that is no number -------------------------------------------------------------------------

DIVERGING = replace(RECIPE, learning_rate=1e30, warm_up=0.0)


@pytest.mark.parametrize(
    ("batch_size", "step", "what"), [(8, 2, "The loss"), (24, 1, "Each (weight|prediction)")]
)
def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path, batch_size: int, step: int, what: str) -> None:
    """The loss of a step is that before it: a single step an epoch has a finite one, and nothing after it."""
    with pytest.raises(FloatingPointError, match="Received") as caught:
        learn(out=tmp_path, recipe=replace(DIVERGING, batch_size=batch_size))
    assert re.fullmatch(
        rf"{what} must be a finite number\. "
        rf"Received: (nan|inf) \(epoch 1, step {step}, learning rate \S+e\+(29|30)\)\. Try a lower rate\.",
        str(caught.value),
    )
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]  # no weights, nothing "best"


def test_what_was_good_before_is_kept_and_half_precision_is_named(tmp_path: Path) -> None:
    calm_then_wild = replace(RECIPE, schedule="steps", decay=1e30, decay_epochs=2)
    with pytest.raises(
        FloatingPointError, match=r"\(epoch 3, .* Try a lower rate or `precision` 'float32'\.$"
    ):
        learn(out=tmp_path, recipe=calm_then_wild, precision="float16", epochs=4)
    log = (tmp_path / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log] == ["epoch", "1", "2"]
    assert not (tmp_path / "result.json").exists()


def test_weights_that_a_batch_norm_hides_from_the_loss_end_the_run(tmp_path: Path) -> None:
    """The variance becomes infinite, what is divided by its root 0, and the loss stays a number."""
    body = Sequence(Conv2D(2, 3, use_bias=False), BatchNorm(), GlobalAveragePool2D())
    recipe = replace(DIVERGING, learning_rate=1e25, averaging=0.0, weight_decay=0.0)
    with pytest.raises(FloatingPointError, match=r"^Each weight must be .*: inf \(epoch 1, step 3, .*$"):
        learn(out=tmp_path, network=Network((8, 8, 3), body), recipe=recipe)
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


def test_a_prediction_that_is_no_number_for_a_test_picture_alone_ends_the_run(tmp_path: Path) -> None:
    """1e38 times the value of a bright picture, 2, and the sum of 64 of these, are more than there is."""
    names, labels = ("a", "b"), np.arange(8) % 2
    grey, white = (Dataset(np.full((8, 8, 8, 3), value, np.uint8), labels, names) for value in (128, 255))
    body = Sequence(lab.layers.Scale(1e38, 0), GlobalAveragePool2D(), Dense(2))
    still = replace(RECIPE, learning_rate=0.0, weight_decay=0.0, averaging=0.0)
    with pytest.raises(FloatingPointError, match=r"^Each prediction must be a finite number\. .*$"):
        train(
            Splits("grey", grey, grey, white),
            Network((8, 8, 3), body),
            still,
            epochs=1,
            out=tmp_path,
            precision="float32",
            progress=False,
        )
    assert not (tmp_path / "result.json").exists()


def test_a_loss_that_was_no_number_from_the_start_is_not_the_rates_fault() -> None:
    with pytest.raises(FloatingPointError, match=r"\(epoch 1, step 1, .*Try other weights to start from or"):
        learn(precision="float16", bias_initializer=1e5)


def test_a_checkpoint_of_numbers_that_are_none_is_passed_over(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = run / "checkpoint-0004.npz"
    with np.load(newest) as file:
        state = dict(file)
    kernel = next(name for name in state if "kernel" in name)
    np.savez(newest, **{**state, kernel: state[kernel] * np.nan})
    assert learn(out=run, epochs=4, resume=True, progress=True).epochs == 4
    said = capsys.readouterr().err.splitlines()
    assert "checkpoint-0004.npz is damaged and passed over (not all numbers are finite)." in said


# names and classes that fail late -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["window", "picture"])
def test_a_network_may_have_any_name(name: str) -> None:
    assert learn(network=Network((8, 8, 3), tiny_network(heads=False).body, name), epochs=1).epochs == 1


def test_classes_may_be_numbers(tmp_path: Path) -> None:
    data = bright_or_dark()
    numbers: Any = np.array([3, 7])
    parts: Any = {name: Dataset(each.images, each.labels, numbers) for name, each in data.parts.items()}
    outcome = train(Splits("n", **parts), tiny_network(False), RECIPE, epochs=1, out=tmp_path, progress=False)
    assert list(outcome.numbers()["classes"]) == ["3", "7"]
    assert lab.classifier(tmp_path).classes == ("3", "7")


# precision, storage, backends ---------------------------------------------------------------------


def test_weights_stay_float32_in_bfloat16() -> None:
    learner = learn(epochs=1, precision="bfloat16").learner
    assert learner.core.get_layer("conv1").compute_dtype == "bfloat16"
    assert {variable.dtype for variable in learner.core.trainable_variables} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"  # what other code builds is not changed


def test_float16_scales_its_loss_and_can_be_carried_on(tmp_path: Path) -> None:
    options: Any = {"precision": "float16", "network": tiny_network(heads=False), "epochs": 2}
    whole = final(learn(**options))
    learn(out=tmp_path, on_step=interrupt((1, 0)), **options)
    assert_equal(final(learn(out=tmp_path, resume=True, **options)), whole)


@pytest.mark.parametrize(
    "network",
    [lab.googlenet(auxiliary=True), lab.googlenet(variant="tf_slim"), lab.zoo.resnet50(), tiny_network()],
    ids=lambda network: network.name,
)
def test_a_network_survives_json(network: Network) -> None:
    assert network_from_data(json.loads(json.dumps(network_to_data(network)))) == network


def test_a_stored_network_of_another_kind_is_refused() -> None:
    data = network_to_data(tiny_network())
    data["body"]["parts"][0]["type"] = "Transformer"
    with pytest.raises(ValueError, match=r"layers that this version has\. Received: 'Transformer'\."):
        network_from_data(data)
    with pytest.raises(ValueError, match=r"^A stored network must be one that this version wrote\."):
        network_from_data({})


def test_learner_knows_all_that_is_random() -> None:
    learner = Learner(tiny_network(), (8, 8, 3), RECIPE, RECIPE.learning_rates(1))
    assert len(learner._seeds) == 2  # the window's and the dropout's

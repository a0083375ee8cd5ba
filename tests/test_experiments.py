"""Experiments: what is stored, what is run again, and that the settings are what they say."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import pytest

import inception_lab as lab
from inception_lab import experiments
from inception_lab.architecture.small import googlenet_digits
from inception_lab.experiments import EXPERIMENTS, ablation, claims, kernels, lessons, own_rates, reductions
from inception_lab.experiments.__main__ import main
from inception_lab.experiments.runner import Experiment, Rows, Settings, append, complete, digest, read
from inception_lab.model.backend import precision
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.training.recipes import SUITED

if TYPE_CHECKING:
    from inception_lab.model.training.outcome import Outcome

Measure = Callable[[Settings, Rows], Rows]


def experiment(measure: Measure, definition: object = "first") -> Experiment:
    runs = tuple(
        {"kind": kind, "rate": rate, "seed": seed}
        for seed in (0, 1)
        for kind, rate in (("a", 0.5), ("1/2", 1.0))
    )
    return Experiment("small", "a question", runs, measure, lambda run: [definition, run["kind"]])


def counting(ran: list[Settings]) -> Measure:
    def measure(settings: Settings, so_far: Rows) -> Rows:
        ran.append(settings)
        return [{"layer": layer, "found": len(so_far) + 0.25} for layer in ("x", "y")]

    return measure


def test_each_run_is_stored_with_where_it_comes_from(tmp_path: Path) -> None:
    assert complete(experiment(counting([])), tmp_path) == 4
    with (tmp_path / "small.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 8
    columns = [
        "kind",
        "rate",
        "seed",
        "layer",
        "found",
        "seconds",
        "command",
        "versions",
        "hardware",
        "finished",
        "definition",
    ]
    assert list(rows[0]) == columns
    assert all(all(row.values()) for row in rows)
    assert rows[0]["command"] == "python -m inception_lab.experiments small"
    assert f"inception-lab {lab.__version__}" in rows[0]["versions"]
    assert [row["definition"] for row in rows[::4]] == [digest(["first", "a"])] * 2
    assert [row["found"] for row in rows] == ["0.25"] * 2 + ["2.25"] * 2 + ["4.25"] * 2 + ["6.25"] * 2


def test_started_again_it_runs_only_what_is_missing(tmp_path: Path) -> None:
    ran: list[Settings] = []
    small = experiment(counting(ran))
    assert complete(small, tmp_path, limit=1) == 1
    first = (tmp_path / "small.csv").read_text()
    assert [run["seed"] for run in small.missing(tmp_path)] == [0, 1, 1]
    assert complete(small, tmp_path) == 3
    assert ran == list(small.runs)
    assert (tmp_path / "small.csv").read_text().startswith(first)
    assert complete(small, tmp_path) == 0


def test_a_run_that_fails_leaves_what_was_stored(tmp_path: Path) -> None:
    def failing(settings: Settings, so_far: Rows) -> Rows:
        if so_far:
            raise KeyboardInterrupt
        return [{"found": 1}]

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        complete(experiment(failing), tmp_path)
    assert len(read(tmp_path / "small.csv")) == 1
    assert len(experiment(failing).missing(tmp_path)) == 3


def test_runs_of_another_definition_are_not_mixed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stay in the file, count as missing, are not handed to later runs, and a line says how many."""
    old, new = experiment(counting([])), experiment(counting([]), definition="second")
    complete(old, tmp_path)
    stored = (tmp_path / "small.csv").read_text()
    assert new.rows(tmp_path) == []
    assert new.missing(tmp_path) == list(new.runs)
    capsys.readouterr()
    assert complete(new, tmp_path, limit=1) == 1
    line = "small: stored rows of another definition, left out: 8."
    assert capsys.readouterr().err.splitlines()[0] == line == new.left_out(tmp_path)
    assert [row["found"] for row in new.rows(tmp_path)] == [0.25, 0.25]
    assert (tmp_path / "small.csv").read_text().startswith(stored)
    assert (len(old.rows(tmp_path)), old.left_out(tmp_path)) == (
        8,
        "small: stored rows of another definition, left out: 2.",
    )
    assert (new.rows(tmp_path / "none"), new.left_out(tmp_path / "none")) == ([], "")


def test_rows_without_a_definition_are_of_another(tmp_path: Path) -> None:
    append(tmp_path / "small.csv", [{"kind": "a", "rate": 0.5, "seed": 0, "found": 1}])
    small = experiment(counting([]))
    assert small.missing(tmp_path) == list(small.runs)
    assert small.left_out(tmp_path) == "small: stored rows of another definition, left out: 1."


def test_a_digest_knows_what_decides_a_run_and_nothing_else() -> None:
    network, recipe = googlenet_digits(), lessons.MODERN
    same = digest([network, recipe, (1, 2)])
    assert same == digest([googlenet_digits(), replace(recipe, source="in other words"), [1, 2]])
    others = (
        [googlenet_digits(width=0.5), recipe, (1, 2)],
        [network, replace(recipe, momentum=0.8), (1, 2)],
        [network, recipe, (1, 3)],
    )
    assert len({same, *map(digest, others)}) == 4
    assert not same[0].isalnum()  # digits alone would be read as a number
    with pytest.raises(TypeError, match=r"^`definition` must hold plain data\. Received: \{1\}\.$"):
        digest({1})


def test_a_run_killed_while_it_is_stored_leaves_no_half_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = experiment(counting([]))
    complete(small, tmp_path, limit=1)
    before = (tmp_path / "small.csv").read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", killed)
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            complete(small, tmp_path)
    assert (tmp_path / "small.csv").read_bytes() == before
    assert complete(small, tmp_path) == 3
    assert len(small.rows(tmp_path)) == 8


def test_a_file_of_another_version_is_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    append(path, [{"kind": "a", "found": 1}])
    with pytest.raises(ValueError, match="Received") as caught:
        append(path, [{"kind": "a", "other": 1}])
    assert (
        str(caught.value)
        == f"small.csv must have the columns of this version. Received: kind, found (in {path})."
    )
    assert read(path) == [{"kind": "a", "found": 1}]


def test_stored_runs_are_read_as_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions are rows, numbers in a cell, or columns; seeds are in the order in which they were stored."""
    small = experiment(counting([]))
    a = {"kind": "a", "rate": 0.5, "definition": digest(["first", "a"])}
    half = {"kind": "1/2", "rate": 1.0, "definition": digest(["first", "1/2"])}
    for seed in (4, 2):
        rows = [{**a, "seed": seed, "x": seed + n, "y": n, "all": f"{seed} {n}"} for n in (0.5, 1.5)]
        append(tmp_path / "small.csv", rows)
    append(tmp_path / "small.csv", [{**half, "seed": 0, "x": 9, "y": 8, "all": ""}])
    path = tmp_path / "small.csv"
    monkeypatch.setattr(Experiment, "path", lambda *_: path)
    by_row = small.curves("kind", of="x")
    assert by_row["a",].tolist() == [[4.5, 5.5], [2.5, 3.5]]
    assert by_row["1/2",].tolist() == [[9]]
    assert {key: found.tolist() for key, found in small.curves("kind", of="all").items()} == {
        ("a",): [[4, 0.5, 4, 1.5], [2, 0.5, 2, 1.5]]
    }
    assert small.curves("kind", of=("x", "y"))["1/2",].tolist() == [[9, 8]]


def test_the_command_lists_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--out", str(tmp_path)]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(EXPERIMENTS)
    assert listed[0].split()[1:4] == ["0", "of", str(len(EXPERIMENTS["gradients"].runs))]
    for words, text in (
        ([], "name an experiment, or all, or --list"),
        (["soup"], "there is no experiment 'soup'"),
    ):
        with pytest.raises(SystemExit, match="2"):
            main(words)
        assert text in capsys.readouterr().err


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_runs_are_distinct_and_have_seeds(name: str) -> None:
    runs = EXPERIMENTS[name].runs
    names = {tuple(run) for run in runs}
    assert len(names) == 1
    assert next(iter(names))[-1] == "seed"
    assert len({tuple(run.values()) for run in runs}) == len(runs)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_stored_belongs_to_the_experiment(name: str) -> None:
    """Stored files hold runs of the present settings and definition only, all with their provenance.

    Where this fails, the definition has changed: the old rows are no longer shown anywhere.
    """
    selected = EXPERIMENTS[name]
    rows = selected.rows()
    assert len(rows) == len(read(selected.path()))
    settings = {tuple(map(str, run.values())) for run in selected.runs}
    for row in rows:
        assert tuple(str(row[key]) for key in selected.runs[0]) in settings
        assert row["hardware"]
        assert row["seconds"]


def test_unknown_names_and_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        experiments.stored("soup")
    listed = ", ".join(map(repr, EXPERIMENTS))
    assert str(caught.value) == f"`name` must be one of {listed}. Received: name='soup'."
    with pytest.raises(ValueError, match="Received") as caught:
        experiments.live("bands", colour="red")
    assert str(caught.value) == "Settings of 'bands' are smallest, largest, seed. Received: colour='red'."


# networks -----------------------------------------------------------------------------------------


EXCHANGED = ("a/second", "a/third", "b/second", "b/third")


@pytest.mark.parametrize(("kind", "side"), [("twice 3×3", 3), ("twice 5×5", 5)])
def test_kernels_and_reductions_are_exchanged_and_nothing_else(kind: str, side: int) -> None:
    own, mixed = (lab.cost(kernels.kernels_network(each)) for each in (kind, kernels.MIXED))
    assert own.macs == pytest.approx(mixed.macs, rel=0.005)
    for row, other in zip(own.layers, mixed.layers, strict=True):
        assert row.name == other.name
        assert "reduce" in row.name or row.output_shape == other.output_shape
        if not row.name.startswith(EXCHANGED):
            assert row.parameters == other.parameters
    for name in EXCHANGED:
        channels = own[f"{name}_reduce"].output_shape[-1]
        assert own[name].parameters == side**2 * channels * own[name].output_shape[-1]


def test_reductions_change_nothing_else() -> None:
    networks = {name: lab.cost(reductions.reduced_network(f)) for name, f in reductions.REDUCTIONS.items()}
    macs = [cost.macs for cost in networks.values()]
    assert macs == sorted(macs, reverse=True)
    for cost in networks.values():
        assert cost["inception_3a/5x5"].output_shape == (32, 32, 8)
        assert cost["inception_5a/output"].output_shape == (8, 8, 208)
    assert networks["× 1"].macs == lab.cost(googlenet_digits()).macs
    assert networks["× 1/4"]["inception_3a/3x3_reduce"].output_shape == (32, 32, 6)  # 24 / 4


@pytest.mark.parametrize("kind", [*ablation.KERNELS, *ablation.PLAIN])
def test_the_ablation_matches_macs_module_by_module(kind: str) -> None:
    mixed, other = (lab.cost(ablation.ablation_network(name)).by_module() for name in ("mixed", kind))
    for module in ("a", "b"):
        assert other[module].macs == pytest.approx(mixed[module].macs, rel=0.025)
    assert other["conv1"].macs == mixed["conv1"].macs
    assert ablation.ablation_network(kind).name.isascii()  # TensorFlow's scopes are named after it


def test_only_the_kernels_of_the_ablation_change() -> None:
    def layers(kind: str) -> list[tuple[str, str]]:
        return [(row.name, row.type) for row in lab.cost(ablation.ablation_network(kind)).layers]

    assert layers("mixed") == layers("all 1×1") == layers("all 3×3") == layers("all 5×5")
    with pytest.raises(ValueError, match="must be one of 'mixed', 'all 1×1'"):
        ablation.ablation_network("soup")


def test_the_rate_is_the_one_best_on_the_validation_pictures() -> None:
    rows = [
        {"network": kind, "phase": phase, "rate": rate, "validation_accuracy": score}
        for kind, phase, rate, score in (
            ("mixed", "choose", 0.1, 0.9),
            ("mixed", "choose", 0.2, 0.95),
            ("mixed", "measure", 0.4, 0.99),
            ("all 3×3", "choose", 0.4, 0.97),
        )
    ]
    assert own_rates.chosen_rate("mixed", rows) == 0.2
    with pytest.raises(ValueError, match=r"Received: no such run of 'all 5×5'\."):
        own_rates.chosen_rate("all 5×5", rows)


def test_which_were_right_survives_being_stored() -> None:
    right = np.random.default_rng(0).random((382, 7)) < 0.9
    text = own_rates.pack(right)
    assert len(text) == 2 * -(-382 * 7 // 8)
    np.testing.assert_array_equal(own_rates.unpack(text), right)


def test_differences_are_those_of_seeds_that_both_arms_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def row(network: str, seed: int, digits: list[bool], trained: float, phase: str = "measure") -> Settings:
        right = own_rates.pack(np.repeat(np.array(digits)[:, None], 7, axis=1))
        of = {"network": network, "phase": phase, "seed": seed, "chosen_rate": 0.4}
        return {**of, "macs": 20, "right": right, "train_accuracy": trained}

    stored = [
        row("3×3 + 3×3", 0, [True] * 8, 0.9),
        row("3×3 + 3×3", 1, [True] * 8, 0.8),
        row("3×3 + 3×3", 2, [False] * 8, 0.0),  # its partner is missing
        row("5×5", 1, [True] * 4 + [False] * 4, 0.7),
        row("5×5", 0, [False] * 8, 0.7),
        row("5×5", 100, [True] * 8, 0.1, "choose"),
    ]
    monkeypatch.setattr(Experiment, "rows", lambda _: stored)
    found = experiments.differences("towers")
    assert list(found) == ["3×3 + 3×3 minus 5×5"]
    value, (low, high) = found["3×3 + 3×3 minus 5×5"]
    assert value == 75  # 100 and 50 points
    assert (low + high) / 2 == pytest.approx(75)
    assert high - low > 100  # two seeds say nearly nothing
    ((value, ends),) = experiments.differences("towers", of="train_accuracy").values()
    assert value == pytest.approx(15)
    off = 12.706 * 5  # Student's quantile for two values; their mean's error in points
    assert ends == pytest.approx((15 - off, 15 + off), abs=0.01)
    runs = experiments.measured("towers")
    assert list(runs["seed"]) == [0, 1, 2, 1, 0]  # not the one that chose a rate
    assert list(runs["right, %"]) == [100, 100, 0, 50, 0]
    assert list(runs["training, %"]) == pytest.approx([90, 80, 0, 70, 70])
    monkeypatch.setattr(Experiment, "rows", lambda _: [])
    assert experiments.differences("towers") == {}
    assert list(experiments.measured("towers").columns) == list(runs.columns)


def test_a_training_run_gives_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    from inception_lab.model.data import digits

    monkeypatch.setattr(lessons, "_held_out", lambda: digits.at_fixed_sizes("validation"))
    monkeypatch.setattr(lessons, "IMAGES", 64)
    row, result, right = lessons.learn(
        lab.googlenet((64, 64, 3), 10, width=1 / 32, stem="small", rows={"3a": lab.TABLE_1["3a"]}),
        seed=0,
        images=64,
        epochs=1,
    )
    assert right.shape == (128, 7)  # one form's digits at seven sizes
    assert row["size_10"] == pytest.approx(right[:, 0].mean(), abs=1e-6)
    assert row["accuracy"] == pytest.approx(result.accuracy)
    assert row["reach"] > 3


def test_a_run_with_heads_gives_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"3a": lab.TABLE_1["3a"]}
    slim = lab.googlenet(
        (32, 32, 3), 10, ("3a",), width=1 / 32, stem="small", normalization="none", rows=rows
    )
    monkeypatch.setattr(lessons, "head_network", lambda start, heads: slim)
    monkeypatch.setattr(lessons, "HEAD_EPOCHS", 1)
    (row,) = experiments.live("heads", start="He", weight=0.3, seed=1)
    assert list(row) == ["accuracy", *lessons.HEAD_CURVES, "images_per_second"]
    assert 0 < float(row["validation_loss"]) < np.log(10) + 0.2  # who knows nothing: ln 10
    assert 0 < float(row["aux1_accuracy"]) < 1


def test_heads_are_trained_on_nine_modules() -> None:
    bare, both = (lab.cost(lessons.head_network("He", heads)) for heads in (False, True))
    assert sum(layer.name.endswith("/output") for layer in both.layers) == 9
    assert {layer.name for layer in both.layers} - {layer.name for layer in bare.layers} == {
        layer.name for layer in both.layers if layer.name.startswith(("loss1", "loss2"))
    }


def test_epochs_are_lost_until_the_loss_leaves_ln_10() -> None:
    losses = np.array([[2.30, 2.31, 1.9, 2.3], [2.0, 1.0, 0.5, 0.1], [2.3, 2.3, 2.3, 2.2]])
    assert experiments.epochs_lost(losses) == [2, 0, 4]  # 0.9 ln 10 = 2.07
    assert experiments.epochs_lost(losses, classes=8) == [4, 1, 4]  # 0.9 ln 8 = 1.87


def test_the_digits_claim_is_the_default_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from inception_lab.model.data import digits

    suited = SUITED["scaled-digits"]
    monkeypatch.setattr(claims, "SUITED", {"scaled-digits": replace(suited, epochs=1)})
    whole = digits.scaled_digits
    monkeypatch.setattr(digits, "scaled_digits", lambda seed: whole(128, test=40, validation=20, seed=seed))
    (row,) = experiments.live("digits", seed=4)
    assert row["parameters"] == lab.cost(googlenet_digits()).parameters
    assert 0 <= row["accuracy"] <= 1
    assert row["training_seconds"] > 0


def test_predictions_for_a_picture_and_its_mirror_image_are_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sees:
        """Finds the class in the left column, surely, and in the right one, less so."""

        def predict(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
            left = pictures[:, 0, 0, 0] / 10
            return np.stack([left, 1 - left], axis=1)

    pictures = np.zeros((2, 1, 2, 3), np.uint8)
    pictures[:, 0, :, 0] = [[6, 3], [6, 5]]  # with the mirror image 0.45 and 0.55 for class 0
    test = Dataset(pictures, np.array([1, 0]), ("a", "b"))
    monkeypatch.setattr(claims, "_with_curves", lambda _: [{"accuracy": 0.5}])
    rows = claims._with_views(cast("Outcome", Sees()), Splits("two", test, test, test))
    assert rows == [{"mirrored_accuracy": 1.0, "accuracy": 0.5}]


@pytest.mark.slow
def test_small_pictures_first_then_whole_ones_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inception_lab.model.data import cifar, digits

    def slim(input_shape: tuple[int, int, int] = (32, 32, 3)) -> lab.Network:
        return lab.googlenet(
            input_shape, 10, False, "batch_norm", 1 / 32, stem="small", rows={"3a": lab.TABLE_1["3a"]}
        )

    monkeypatch.setattr(claims, "plain_start_cifar", slim)
    monkeypatch.setattr(claims, "RUNS", tmp_path)
    monkeypatch.setattr(claims, "SMALL_EPOCHS", 1)
    monkeypatch.setattr(claims, "WHOLE_EPOCHS", 2)
    monkeypatch.setattr(cifar, "cifar10", lambda seed: digits.plain_digits())
    (row,) = experiments.live("cifar10_small_first")
    assert row["epochs"] == 2
    assert len(row["loss_by_epoch"].split()) == 2
    assert 0 < row["mirrored_accuracy"] < 1
    again = experiments.live("cifar10_small_first")  # all is there: it is read and classified again
    assert again == [row]


@pytest.mark.slow
def test_the_full_network_trains_within_two_and_a_half_gigabytes() -> None:
    found = claims.in_a_process(precision().name)
    assert found["images_per_second"] > 1
    assert found["peak_memory"] < 2.5e9


@pytest.mark.slow
def test_gradients_are_measured_live() -> None:
    rows = experiments.live("gradients", heads="4a 4d", seed=1)
    assert [row["module"] for row in rows][:3] == ["conv1", "conv2", "inception_3a"]
    assert rows[0]["loss"] == pytest.approx(1.6 * np.log(1000), rel=0.01)

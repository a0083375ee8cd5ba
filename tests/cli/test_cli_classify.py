"""`inception-lab classify`: what it prints, with BVLC's weights and with a run of the reader's own."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import h5py
import numpy as np
import pytest

import inception_lab as lab
from inception_lab.architecture.layers import BatchNorm, Conv2D, Dense, GlobalAveragePool2D, MaxPool2D
from inception_lab.cli.main import main
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.pretrained.sources import classifier
from inception_lab.model.training.run import AVERAGED, BEST

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures: red, green, and text that is none."""
    for name, colour in (("red", (0, 0, 255)), ("green", (0, 255, 0))):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((90, 120, 3), colour, np.uint8))
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    return tmp_path


def colours(count: int) -> Dataset:
    """Pictures that are red or green, of several brightnesses."""
    rng = np.random.default_rng(count)
    labels = np.arange(count) % 2
    images = rng.integers(0, 60, (count, 24, 24, 3))
    images[np.arange(count), :, :, labels] += 150
    return Dataset(images.astype(np.uint8), labels, ("red", "green"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Dataset]:
    """A run's directory, what it gave, and its test pictures. The network takes half of their side."""
    place = tmp_path_factory.mktemp("runs") / "colours"
    body = lab.Sequence(
        Conv2D(4, 3, activation="relu", name="first"),
        lab.Tap(lab.Sequence(GlobalAveragePool2D(), Dense(2), name="loss1"), "aux1"),
        MaxPool2D(2, strides=2, name="pool"),
        BatchNorm(name="norm"),
        GlobalAveragePool2D(name="mean"),
        Dense(2, name="classifier"),
    )
    data = Splits("colours", colours(64), colours(16), colours(18))
    network = lab.Network((12, 12, 3), body, "tiny")
    result = lab.train(data, network, epochs=1, batch_size=8, out=place, progress=False, precision="float32")
    return place, result, data.test


def refused(capsys: Capture, *arguments: str | Path) -> str:
    """The one line on stderr after a mistake."""
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["classify", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"inception-lab: [^\n]+\n", err), err
    return err.removeprefix("inception-lab: ").removesuffix("\n")


# A run of the reader's own ----------------------------------------------------------------------------


def test_a_run_classifies_as_it_did_when_it_was_trained(trained: tuple[Path, Any, Dataset]) -> None:
    place, result, test = trained
    found = classifier(place)
    assert (found.classes, found.network.name, found.name) == (("red", "green"), "tiny", "colours")
    np.testing.assert_allclose(found.probabilities(*test.images), result.predict(test.images), atol=1e-5)


def test_json_is_as_fixed(folder: Path, trained: tuple[Path, Any, Dataset], capsys: Capture) -> None:
    paths = [str(folder / "red.png"), str(folder / "green.png"), str(folder / "red.png")]
    assert main(["classify", *paths, "--run", str(trained[0]), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert [set(each) for each in found] == [{"image", "predictions"}] * 3
    assert [each["image"] for each in found] == paths
    assert found[0]["predictions"] == found[2]["predictions"]
    for each in found:
        predictions = each["predictions"]
        assert [set(p) for p in predictions] == [{"index", "label", "probability"}] * 2
        assert {p["index"]: p["label"] for p in predictions} == {0: "red", 1: "green"}
        assert sum(p["probability"] for p in predictions) == pytest.approx(1, abs=1e-5)
        assert predictions[0]["probability"] >= predictions[1]["probability"]


def test_more_pictures_than_a_batch(
    folder: Path, trained: tuple[Path, Any, Dataset], capsys: Capture
) -> None:
    names = [str(folder / ("red.png" if n % 3 else "green.png")) for n in range(70)]
    assert main(["classify", *names, "--run", str(trained[0]), "--format", "json", "--top", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["image"] for each in found] == names
    assert len({each["predictions"][0]["probability"] for each in found}) == 2


def test_a_bad_picture_does_not_keep_others_from_their_results(
    folder: Path, trained: tuple[Path, Any, Dataset], capsys: Capture
) -> None:
    arguments = [str(folder / name) for name in ("none.png", "red.png", "text.png", "green.png")]
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["classify", *arguments, "--run", str(trained[0]), "--format", "json"])
    out, err = capsys.readouterr()
    assert [each["image"] for each in json.loads(out)] == [arguments[1], arguments[3]]
    lines = err.splitlines()
    assert lines[0] == f"inception-lab: A picture must be a file. Received: {arguments[0]}, not found."
    assert lines[1].endswith(f"Received: {arguments[2]}, which is damaged or something else.")
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["*.png"], ["green.png", "red.png"]),
        (["**/r*.png"], ["red.png", "sub/r[1].png"]),
        (["sub/r[1].png"], ["sub/r[1].png"]),
        (["r?d.png", "green.png"], ["red.png", "green.png"]),
        (["[gr]*.png"], ["green.png", "red.png"]),
    ],
)
def test_a_pattern_that_no_shell_took_stands_for_its_files(
    folder: Path, trained: tuple[Path, Any, Dataset], capsys: Capture, patterns: list[str], names: list[str]
) -> None:
    (folder / "text.png").unlink()
    (folder / "sub").mkdir()
    shutil.copy(folder / "red.png", folder / "sub" / "r[1].png")
    arguments = [str(folder / pattern) for pattern in patterns]
    assert main(["classify", *arguments, "--run", str(trained[0]), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [each["image"] for each in json.loads(out)] == [str(folder / name) for name in names]


def test_brackets_in_a_folder_are_its_own(
    folder: Path, trained: tuple[Path, Any, Dataset], tmp_path: Path, capsys: Capture
) -> None:
    place = tmp_path / "photos [2023]"
    place.mkdir()
    shutil.copy(folder / "red.png", place / "red.png")
    assert main(["classify", str(place / "*.png"), "--run", str(trained[0]), "--format", "json"]) == 0
    assert [each["image"] for each in json.loads(capsys.readouterr().out)] == [str(place / "red.png")]


def test_a_link_to_nothing_with_a_star_in_its_name_is_looked_for_once(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "a*.png").symlink_to("nowhere")
    line = f"A picture must be a file. Received: {tmp_path / 'a*.png'}, not found."
    assert refused(capsys, tmp_path / "a*.png") == line


def test_patterns_without_pictures_get_one_line(folder: Path, capsys: Capture) -> None:
    (folder / "sub").mkdir()
    for pattern, name, end in (("*.gif", "*.gif", "not found"), ("s*", "sub", "which is a folder")):
        line = f"A picture must be a file. Received: {folder / name}, {end}."
        assert refused(capsys, folder / pattern) == line
    assert refused(capsys, "a\0b.png") == "A picture must be a file. Received: a\0b.png, not found."
    assert refused(capsys, "x" * 5_000).endswith("x, not found.")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no names there")
@pytest.mark.parametrize(("name", "piped"), [("/dev/stdin", True), ("/dev/fd/0", False), ("-", True)])
def test_a_picture_comes_by_standard_input(
    folder: Path, trained: tuple[Path, Any, Dataset], name: str, piped: bool
) -> None:
    command = [sys.executable, "-m", "inception_lab", "classify", name, "--run", str(trained[0])]
    with (folder / "red.png").open("rb") as file:
        given: dict[str, Any] = {"input": file.read()} if piped else {"stdin": file}
        done = subprocess.run(command, capture_output=True, check=False, **given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[0] == name.replace("-", "/dev/stdin")


@pytest.mark.parametrize("name", ["averaged.weights.h5", "best.weights.h5"])
def test_damaged_weights_get_one_line(
    folder: Path, trained: tuple[Path, Any, Dataset], tmp_path: Path, capsys: Capture, name: str
) -> None:
    place = tmp_path / "run"
    shutil.copytree(trained[0], place)
    for file in place.glob("*.weights.h5"):
        file.unlink()
    (place / name).write_bytes(b"\x89HDF\r\n\x1a\n no more")
    message = refused(capsys, folder / "red.png", "--run", place)
    assert message.startswith(f"A run's weights must be whole. Received: {place / name} (")


def test_weights_that_are_no_numbers_get_one_line(
    folder: Path, trained: tuple[Path, Any, Dataset], tmp_path: Path, capsys: Capture
) -> None:
    place = tmp_path / "run"
    shutil.copytree(trained[0], place)
    file = next(place / name for name in (AVERAGED, BEST) if (place / name).exists())
    with h5py.File(file, "r+") as weights:
        kernel = weights.visititems(lambda _, item: item if getattr(item, "ndim", 0) == 4 else None)
        kernel[0, 0, 0, 0] = np.nan
    assert refused(capsys, folder / "red.png", "--run", place) == (
        f"A run's weights must be whole. Received: {file} (not all are finite numbers)."
    )


def test_a_directory_that_is_no_run_gets_one_line(
    folder: Path, trained: tuple[Path, Any, Dataset], tmp_path: Path, capsys: Capture
) -> None:
    picture = folder / "red.png"
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "config.json").write_text('{"network": {}}', encoding="utf-8")
    assert refused(capsys, picture, "--run", empty).startswith(
        "A run's directory must be one that `inception-lab train` wrote. "
        f"Received: {empty}, whose config.json is of something else ("
    )
    shutil.copy(trained[0] / "config.json", empty)
    assert refused(capsys, picture, "--run", empty) == (
        f"A run's directory must hold weights, one epoch's at least. Received: {empty}, without any."
    )


# BVLC's network ---------------------------------------------------------------------------------------


def test_the_shuttle_in_a_table(shared: Path, capsys: Capture) -> None:
    path = shared / "photos" / "space_shuttle.jpg"
    assert main(["classify", str(path), "--weights", str(shared / "weights"), "--top", "3"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert (lines[0], len(lines)) == (str(path), 4)
    assert lines[1] == "  99.99 %  space shuttle (812)"
    assert all(re.fullmatch(r" {3}0\.00 %  [\w -]+ \(\d+\)", line) for line in lines[2:])


def test_a_terminal_gets_bars(shared: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(shared / "weights"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    path = str(shared / "photos" / "space_shuttle.jpg")
    assert main(["classify", path, path, "--top", "1"]) == 0
    block = f"{path}\n  99.99 %  {'█' * 24}  space shuttle (812)\n"
    assert capsys.readouterr().out == f"{block}\n{block}"


def test_more_classes_than_there_are_gives_all(shared: Path, capsys: Capture) -> None:
    path = str(shared / "photos" / "space_shuttle.jpg")
    options = ["--weights", str(shared / "weights"), "--format", "json", "--top", "2000"]
    assert main(["classify", path, *options]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert sorted(p["index"] for p in found["predictions"]) == list(range(1000))


# Mistakes ---------------------------------------------------------------------------------------------


def test_mistakes_take_one_line(folder: Path, trained: tuple[Path, Any, Dataset], capsys: Capture) -> None:
    picture = folder / "red.png"
    no_run = "argument --run: must be the directory of a run, with its config.json. Received: '{}'."
    for arguments, message in (
        ([], "the following arguments are required: IMAGE"),
        ([picture, "--top", "0"], "`top` must be a positive integer. Received: top=0 (--top)."),
        ([""], "argument IMAGE: must not be empty. Received: ''."),
        ([picture, "--run", ""], no_run.format("")),
        ([picture, "--run", folder / "none"], no_run.format(folder / "none")),
        ([picture, "--run", folder], no_run.format(folder)),
        ([picture, "--top", "few"], "argument --top: must be a whole number. Received: 'few'."),
        (
            [picture, "--weights", "a", "--run", trained[0]],
            "argument --run: not allowed with argument --weights",
        ),
        ([folder], f"A picture must be a file. Received: {folder}, which is a folder."),
        (
            [picture, "--weights", folder / "none.onnx"],
            "`--weights` must be a file of weights or a folder with one. "
            f"Received: {folder / 'none.onnx'}, not found.",
        ),
        (
            [picture, "--weights", folder / "text.png"],
            f"The weights must be a whole ONNX file. Received: {folder / 'text.png'}, "
            "which is damaged or something else.",
        ),
    ):
        assert refused(capsys, *arguments) == message


def test_a_missing_package_gets_one_line(
    shared: Path, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    message = refused(capsys, folder / "red.png", "--weights", shared / "weights")
    assert message == "Reading weights takes the package onnx: pip install onnx"


def test_help_has_examples(capsys: Capture) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["classify", "--help"])
    out = capsys.readouterr().out
    assert "inception-lab classify photos/*.jpg --top 3 --format json" in out
    assert max(map(len, out.splitlines())) <= 110

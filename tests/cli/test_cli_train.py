"""`inception-lab train`: what it prints, keeps and refuses."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inception_lab.architecture import small
from inception_lab.architecture.googlenet import TABLE_1, VARIANTS
from inception_lab.cli import main as cli
from inception_lab.model.data import digits, folder
from inception_lab.model.data.dataset import Splits
from inception_lab.model.training import train as training
from inception_lab.model.training.recipes import AUGMENTATIONS, RECIPES

ROOT = Path(__file__).parents[2]
SMALL = ("--width", "0.1", "--epochs", "1", "--input", "16", "--precision", "float32")
NO_RUN = "argument --from: must be the directory of a run, with its config.json. "


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scaled digits, but 128 of them, and their network, but with two modules: it is ready sooner."""
    monkeypatch.setattr(small, "DIGITS_ROWS", {name: TABLE_1[name] for name in ("4a", "4b")})
    whole = digits.scaled_digits

    def few(**options: Any) -> Splits:
        return whole(128, validation=20, test=40, **options)

    monkeypatch.setattr(folder, "scaled_digits", few)


def run(*arguments: str) -> int:
    return cli.main(["train", *arguments])


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit, match=r"^2$"):
        run(*arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"inception-lab: [^\n]+\n", err), err
    return err.removeprefix("inception-lab: ").removesuffix("\n")


@pytest.mark.usefixtures("few_digits")
def test_json_is_one_line_with_the_numbers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(*SMALL, "--format", "json", "--seed", "3", "--out", str(tmp_path / "run")) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    result = json.loads(out)
    assert {"accuracy", "seconds", "epochs", "parameters", "images_per_second"} <= result.keys()
    assert result["epochs"] == 1
    assert 0 <= result["accuracy"] <= 1
    assert "epoch 1/1" in err
    assert "Training in float32 (as asked for)." in err
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["seed"], config["data"]["name"], config["network"]["name"]) == (
        3, "scaled-digits", "googlenet-digits",
    )  # fmt: skip


@pytest.mark.usefixtures("few_digits")
def test_text_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SMALL, "--auxiliary", "--recipe", "paper") == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(
        r"scaled-digits: test accuracy [\d.]+% \(40 pictures\) after 1 epoch\n"
        r"[\d,]+ parameters, \d+ s, [\d,]+ images/s, float32\n"
        r"(\d: [\d.]+% \(\d+ of \d+\)(, |\n)){10}",
        out,
    )
    assert re.search(r"accuracy main [\d.]+, aux1 [\d.]+, aux2 [\d.]+, validation", err)


@pytest.mark.usefixtures("few_digits")
def test_another_run_is_carried_on_only_if_it_is_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = ("--out", str(tmp_path))
    assert run(*SMALL, *out, "--resume") == 0
    assert f"No epoch to carry on from (in {tmp_path}): this run begins." in capsys.readouterr().err
    assert run(*SMALL, *out, "--resume") == 0
    assert "Carrying on after epoch 1 of 1" in capsys.readouterr().err
    with pytest.raises(SystemExit, match=r"^2$"):
        run(*SMALL, *out, "--resume", "--seed", "1")
    assert "whose run differs in" in capsys.readouterr().err


@pytest.mark.usefixtures("few_digits")
def test_ctrl_c_ends_with_the_status_of_an_interruption(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = training.train

    def interrupted(*arguments: Any, **options: Any) -> Any:
        def stop(epoch: int, step: int) -> None:
            if epoch == 1:
                raise KeyboardInterrupt

        return whole(*arguments, **options, on_step=stop)

    monkeypatch.setattr(training, "train", interrupted)
    options = (*SMALL, "--epochs", "3", "--out", str(tmp_path))
    with pytest.raises(SystemExit, match=r"^130$"):
        run(*options)
    out, err = capsys.readouterr()
    assert out == ""
    assert "the last complete one, 1, is kept" in err
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--recipe", "soup"),
            f"`recipe` must be one of {', '.join(map(repr, RECIPES))}. Received: recipe='soup'.",
        ),
        (("--resume",), "--resume needs the directory of the run: --out DIR."),
        (("--variant", "paper"), "googlenet-digits has no option --variant."),
        (
            ("--batch-size", "0"),
            "`batch_size` must be a positive integer. Received: batch_size=0 (--batch-size).",
        ),
        (("--out", ""), "argument --out: must not be empty. Received: ''."),  # --out "$UNSET"
        (("--from", ""), f"{NO_RUN}Received: ''."),
        (("--dataset", "", "--resume"), "argument --dataset: must not be empty. Received: ''."),
        (("--epochs", "x"), "argument --epochs: must be a whole number. Received: 'x'."),
        (("--batch-size", "1.5"), "argument --batch-size: must be a whole number. Received: '1.5'."),
        (("--learning-rate", "fast"), "argument --learning-rate: must be a number. Received: 'fast'."),
        (
            ("--process", "1"),
            "Several processes need `coordinator`, `processes` and `process`. "
            "Missing: coordinator, processes.",
        ),
        (("--epochs", "-3"), "`epochs` must be a positive integer. Received: epochs=-3 (--epochs)."),
        (("--seed", "-1"), "`seed` must be a whole number from 0 to 2147483647. Received: seed=-1 (--seed)."),
        (
            ("--seed", f"{10**20}"),
            f"`seed` must be a whole number from 0 to 2147483647. Received: seed={10**20} (--seed).",
        ),
        (("--learning-rate", "nan"), "`learning_rate` must be 0 or more. Received: learning_rate=nan."),
        (
            ("--width", "nan", "--dataset", "nowhere/"),  # which is not looked for
            "`width` must be a number above 0, at most 1000. Received: width=nan.",
        ),
        (
            ("--network", "googlenet", "--variant", "soup", "--dataset", "nowhere/"),
            f"`variant` must be one of {', '.join(map(repr, VARIANTS))}. Received: variant='soup'.",
        ),
        (
            ("--augmentation", "soup", "--dataset", "nowhere/"),
            f"`augmentation` must be one of {', '.join(map(repr, AUGMENTATIONS))}. "
            "Received: augmentation='soup'.",
        ),
        (
            ("--precision", "soup", "--dataset", "nowhere/"),
            "`precision` must be one of 'float32', 'bfloat16', 'float16'. Received: precision='soup'.",
        ),
        (
            ("--out", __file__, "--dataset", "nowhere/"),
            f"`out` must be a directory. Received: {__file__}, which is a file.",
        ),
        (
            ("--out", f"{__file__}/run", "--dataset", "nowhere/"),
            f"`out` must be a directory that can be written to. Received: {__file__}/run (Not a directory).",
        ),
        (
            ("--out", str(ROOT), "--dataset", "nowhere/"),
            f"`out` must be a run's directory or empty. Received: {ROOT}, which holds other files.",
        ),
        (
            ("--dataset", "nowhere/"),
            "A data set must be 'scaled-digits', 'cifar10' or a folder with a sub-folder for each class. "
            "Received: 'nowhere/', which is no folder.",
        ),
    ],
)
def test_mistakes_take_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert refused(capsys, *arguments) == message


def test_an_unknown_network_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--network", "soup").startswith("`network` must be one of 'alexnet', ")


@pytest.mark.usefixtures("few_digits")
def test_too_large_a_batch_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        run(*SMALL, "--batch-size", "129")
    assert capsys.readouterr().err == (
        "inception-lab: `batch_size` must be at most the number of training pictures, 128. "
        "Received: batch_size=129.\n"
    )


@pytest.mark.usefixtures("few_digits")
def test_a_loss_that_is_no_number_takes_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=r"^1$"):
        run(*SMALL, "--learning-rate", "1e30", "--format", "json", "--out", str(tmp_path / "run"))
    out, err = capsys.readouterr()
    assert out == ""
    last = err.splitlines()[-1]
    assert last.startswith("inception-lab: The loss must be a finite number. Received: ")
    assert last.endswith("Try a lower rate.")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["config.json"]


@pytest.mark.usefixtures("few_digits")
def test_a_run_of_ones_own_is_a_start(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "second")
    assert run(*SMALL, "--auxiliary", "--out", first) == 0
    start = ("--from", first, "--epochs", "1", "--precision", "float32")
    assert run(*start, "--out", second, "--format", "json") == 0
    config = json.loads((tmp_path / "second" / "config.json").read_text())
    assert (config["start"]["name"], config["network"]["input_shape"]) == ("first", [16, 16, 3])
    capsys.readouterr()
    for option in (("--width", "0.5"), ("--network", "googlenet"), ("--network", "bvlc")):
        assert refused(capsys, *start, *option) == f"{first} has no option {option[0]}."
    assert refused(capsys, "--from", str(tmp_path)) == (f"{NO_RUN}Received: {str(tmp_path)!r}.")


@pytest.mark.usefixtures("few_digits")
def test_home_is_where_a_tilde_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell leaves `~` after `--out=`; a folder of that name would be made beside the pictures."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    assert refused(capsys, *SMALL, "--out=~/other").startswith("`out` must be a run's directory or empty. ")


@pytest.mark.parametrize(
    "option", [("--width", "0.5"), ("--variant", "paper"), ("--input", "96"), ("--auxiliary",)]
)
def test_fetched_weights_fit_one_network_only(
    capsys: pytest.CaptureFixture[str], option: tuple[str, ...]
) -> None:
    assert refused(capsys, "--network", "bvlc", *option) == f"bvlc has no option {option[0]}."


@pytest.mark.slow
def test_the_real_weights_learn_three_textures_from_a_few_pictures(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bricks, grass and gravel, seen in 72 small squares; the test squares are other ones."""
    import cv2
    import skimage.data

    for name in ("brick", "grass", "gravel"):
        photo = getattr(skimage.data, name)()
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(24):
            row, column = divmod(number, 5)
            square = photo[100 * row : 100 * row + 100, 100 * column : 100 * column + 100]
            assert cv2.imwrite(str(tmp_path / "pictures" / name / f"{number:02}.png"), square)
    monkeypatch.setenv("INCEPTION_LAB_WEIGHTS", str(shared / "weights"))
    out = str(tmp_path / "run")
    words = ("--dataset", str(tmp_path / "pictures"), "--network", "bvlc", "--epochs", "2", "--out", out)
    assert run(*words, "--format", "json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["accuracy"] > 0.85
    assert result["parameters"] == 6_998_552 - 997 * 1025
    picture = str(tmp_path / "pictures" / "grass" / "00.png")
    assert cli.main(["classify", picture, "--run", out, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["predictions"][0]["label"] == "grass"


def test_a_folder_is_reported_on_and_a_large_class_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hundred red pictures and three green ones: who says red of all has 20 of 21 right."""
    rng = np.random.default_rng(0)
    for channel, (name, count) in enumerate((("common", 100), ("rare", 3))):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
            pixels[..., channel] //= 2
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "notes.txt").touch()
    out = tmp_path / "run"
    assert run("--dataset", str(tmp_path / "pets"), *SMALL, "--out", str(out)) == 0
    text, err = capsys.readouterr()
    said = err.splitlines()
    assert said[:3] == [
        "pets: 2 classes, 103 pictures: common 100, rare 3.",
        "pets: train 71, validation 11, test 21.",
        "pets: left out 1: 1 .txt (in no folder of a class: notes.txt).",
    ]
    assert said[3].startswith("pets: fewer than 64 pixels a side: enlarged, ")
    assert said[4].startswith("Training in float32")
    stored = json.loads((out / "result.json").read_text())
    assert stored["data"]["pictures"]["rare"] == {"train": 1, "validation": 1, "test": 1}
    assert stored["data"]["left_out"][0]["first"] == "notes.txt"
    rights = {name: each["right"] for name, each in stored["classes"].items()}
    assert {name: each["count"] for name, each in stored["classes"].items()} == {"common": 20, "rare": 1}
    assert stored["accuracy"] == pytest.approx(sum(rights.values()) / 21)
    common = rights["common"]
    assert text.splitlines()[2].startswith(f"common: {common / 20:.1%} ({common} of 20), rare: ")
    assert "by saying 'common' of every picture (95.24%): look at each class." in said[-1]


def test_help_names_all_recipes_and_loads_nothing() -> None:
    code = "import sys; from inception_lab.cli.main import main\n"
    code += "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
    code += "print({'numpy', 'keras', 'tensorflow'} & set(sys.modules))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"recipes: {', '.join(RECIPES)}" in process.stdout
    assert process.stdout.endswith("set()\n")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_the_command_killed_and_resumed_gives_the_same_weights(tmp_path: Path) -> None:
    """The whole thing from outside, on the real data set, with the precision of the hardware."""
    command = [
        sys.executable,
        "-m",
        "inception_lab",
        "train",
        "--width",
        "0.2",
        "--epochs",
        "3",
        "--input",
        "32",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def start(out: Path, *more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, "--out", str(out), *more], env=environment, stderr=subprocess.DEVNULL
        )

    whole = start(tmp_path / "whole")
    assert whole.wait() == 0
    broken = start(tmp_path / "broken")
    while not (tmp_path / "broken" / "checkpoint-0001.npz").exists():
        assert broken.poll() is None
        time.sleep(0.05)
    time.sleep(0.5)  # into the second epoch
    broken.kill()
    broken.wait()
    assert not (tmp_path / "broken" / "checkpoint-0003.npz").exists()
    assert start(tmp_path / "broken", "--resume").wait() == 0
    with (
        np.load(tmp_path / "whole" / "checkpoint-0003.npz") as one,
        np.load(tmp_path / "broken" / "checkpoint-0003.npz") as two,
    ):
        assert one.files == two.files
        for name in one.files:
            if name != "about":  # which holds the seconds
                np.testing.assert_array_equal(one[name], two[name], err_msg=name)

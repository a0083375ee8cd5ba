"""Objects show themselves: a picture with its words in a notebook, a few lines as text."""

import base64
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

import inception_lab as lab
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.evaluate import ClassAccuracy
from inception_lab.model.training.outcome import Outcome


def picture(page: str) -> tuple[str, np.ndarray]:
    """Alternative text and pixels of the one picture on a page."""
    ((data, alt),) = re.findall(r'<img src="data:image/\w+;base64,([^"]+)" alt="([^"]*)"', page)
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return alt, pixels


def cells(page: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", page)]


def splits(classes: int) -> Splits:
    """Three, two and one pictures of each class, each class of its own brightness."""
    names = tuple(f"class {n}" for n in range(classes))

    def part(count: int) -> Dataset:
        labels = np.repeat(np.arange(classes), count)
        bright = (labels * 20 % 256).astype(np.uint8)[:, None, None, None]
        return Dataset(np.tile(bright, (1, 8, 8, 3)), labels, names)

    return Splits("mine", part(3), part(2), part(1))


def test_a_network_is_a_row_of_blocks_and_a_line() -> None:
    network = lab.googlenet(auxiliary=True)
    assert repr(network) == "Network googlenet: 224×224×3 → main 1,000, aux1 1,000, aux2 1,000"
    alt, pixels = picture(network._repr_html_())
    macs = (
        1_582_671_872 + (16 * 512 * 128 + 2048 * 1024 + 1024_000) + (16 * 528 * 128 + 2048 * 1024 + 1024_000)
    )
    assert alt == f"{network!r}; 13,378,280 parameters, {macs:,} MACs per image"
    assert pixels.shape[1] == 2 * 920


def test_data_are_a_strip_of_samples_and_their_counts() -> None:
    page = splits(3)._repr_html_()
    alt, _ = picture(page)
    assert alt == "One picture each of class 0, class 1, class 2."
    assert cells(page) == [
        ["class", "train", "validation", "test"],
        *([f"class {n}", "3", "2", "1"] for n in range(3)),
        ["all", "9", "6", "3"],
    ]


@pytest.mark.parametrize("classes", [3, 20, 1000])
def test_data_of_many_classes_take_25_lines(classes: int) -> None:
    data = splits(classes)
    lines = repr(data).splitlines()
    assert len(lines) <= 25
    assert lines[0] == "mine: pictures of 8×8×3; in training, none"
    assert lines[-1].split() == ["all", f"{3 * classes:,}", f"{2 * classes:,}", f"{classes:,}"]
    assert repr(data.train) == f"{3 * classes:,} pictures of 8×8×3, {classes:,} classes"
    if classes == 1000:
        assert lines[-2].split() == ["…", "980", "more", "2,940", "1,960", "980"]
        assert picture(data._repr_html_())[0].endswith("class 8, class 9.")


def trained(count: int = 2, **more: Any) -> Outcome:
    """A training of two epochs; of class n, n pictures of 4 are right, at most all."""
    learner: Any = SimpleNamespace(network=lab.googlenet_digits(classes=count), parameters=1234)
    losses = ("loss", "validation_loss")
    accuracies = ("main_accuracy", "validation_accuracy")
    history = [
        {"epoch": n, **dict.fromkeys(losses, 2.0 / n), **dict.fromkeys(accuracies, 0.25 * n)} for n in (1, 2)
    ]
    each = tuple(ClassAccuracy(f"class {n}", min(n, 4), 4) for n in range(count))
    return Outcome(learner, history, **{"accuracy": 0.5, "seconds": 90.4, "classes": each, **more})


def test_a_training_says_how_it_went_each_class_and_what_is_next() -> None:
    assert repr(trained()).splitlines() == [
        "50.0% of the test pictures are right, after 2 epochs, 90 s; 1,234 parameters.",
        "class    right  of  accuracy",
        "class 0      0   4      0.0%",
        "class 1      1   4     25.0%",
        "Kept in this session alone; `out=` keeps a run in a directory. "
        "Next: `.predict(pictures)`, `.history`, `.model`.",
    ]
    kept = repr(trained(directory=Path("runs/a"))).splitlines()[-1]
    assert kept.startswith("Kept in runs/a; `lab.classifier('runs/a')` brings it back.")


def test_a_training_of_many_classes_lists_the_worst_in_25_lines() -> None:
    lines = repr(trained(30)).splitlines()
    assert len(lines) <= 25
    assert lines[2].split() == ["class", "0", "0", "4", "0.0%"]
    assert lines[-2].rstrip() == "… 12 more, at least as good"


def test_an_interrupted_training_says_how_to_carry_on() -> None:
    outcome = trained(accuracy=None, classes=(), interrupted=True, directory=Path("runs/a"))
    outcome.history = outcome.history[:1]
    assert repr(outcome).splitlines() == [
        "Interrupted after 1 epoch, 90 s; 1,234 parameters.",
        "Kept in runs/a; `resume=True` carries on from there. "
        "Next: `.predict(pictures)`, `.history`, `.model`.",
    ]
    assert cells(outcome._repr_html_()) == []


def test_a_notebook_shows_the_curves_of_a_training() -> None:
    page = trained()._repr_html_()
    alt, pixels = picture(page)
    assert alt.endswith("1,234 parameters. In the last epoch: loss 1.000, validation 50.0%.")
    assert pixels.shape[1] == 2 * 920
    assert cells(page)[1:] == [["class 0", "0", "4", "0.0%"], ["class 1", "1", "4", "25.0%"]]
    assert "`out=` keeps a run in a directory" in page


def test_showing_as_text_loads_only_python() -> None:
    code = (
        "import sys, inception_lab as lab; net = lab.googlenet();"
        "repr([net, lab.cost(net), lab.audit(), lab.zoo.NETWORKS]);"
        "print(sorted({'numpy', 'matplotlib', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"

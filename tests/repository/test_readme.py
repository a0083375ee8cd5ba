"""The README: its pictures, and its numbers."""

import re
from pathlib import Path

import pytest
from PIL import Image

import inception_lab as lab
from inception_lab.architecture.published.conventions import reproductions


@pytest.fixture(scope="module")
def pictures(root: Path) -> list[Path]:
    text = (root / "README.md").read_text(encoding="utf-8")
    return [root / path for path in re.findall(r"!\[[^\]]+\]\((?!https?:)([^)]+)\)", text)]


def test_its_pictures_are_there(pictures: list[Path]) -> None:
    assert pictures
    assert [path.name for path in pictures if not path.is_file()] == []


def test_it_opens_with_a_moving_picture_of_less_than_a_megabyte(pictures: list[Path], root: Path) -> None:
    first = pictures[0]
    with Image.open(first) as film:
        assert (film.format, getattr(film, "n_frames", 1) > 20) == ("GIF", True)
    assert first.stat().st_size < 1_000_000
    before = (root / "README.md").read_text(encoding="utf-8").split(first.name)[0]
    assert len(before.splitlines()) < 8


def test_its_counts_are_those_of_the_package(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert f": {sum(row.agrees for row in reproductions())} published counts are reproduced" in text
    cost = lab.cost(lab.googlenet(auxiliary=True))
    assert f"cost.parameters, cost.macs  # {(cost.parameters, cost.macs)}\n" in text
    reach = cost["inception_3a/5x5"].reach.largest
    assert f'cost["inception_3a/5x5"].reach.largest  # {reach}: pixels' in text
    cost = lab.cost(lab.zoo.resnet50(variant="keras"))
    assert f"cost.flops, cost.parameters  # {(cost.macs, cost.flops, cost.parameters)}\n" in text

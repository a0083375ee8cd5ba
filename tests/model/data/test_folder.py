"""Folders of pictures as people have them: from phones, network storage and zip files, with copies."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from inception_lab.model.data import dataset, photos
from inception_lab.model.data import folder as folder_module
from inception_lab.model.data.dataset import Dataset, Splits
from inception_lab.model.data.folder import load, picture_folder

RNG = np.random.default_rng(0)


def picture() -> npt.NDArray[np.uint8]:
    """A picture that no other is like."""
    return RNG.integers(0, 256, (70, 70, 3), np.uint8)


def write(path: Path, pixels: npt.NDArray[np.uint8] | None = None, kind: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture() if pixels is None else pixels).save(path, format=kind)
    return path


def fill(folder: Path, classes: str = "cat dog", count: int = 6) -> Path:
    for name in classes.split():
        for number in range(count):
            write(folder / name / f"{number}.png")
    return folder


def refused(folder: Path, **options: Any) -> str:
    with pytest.raises(ValueError, match="Received") as caught:
        picture_folder(folder, side=8, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def parts(data: Splits) -> tuple[Dataset, Dataset, Dataset]:
    return data.train, data.validation, data.test


def lines(capsys: pytest.CaptureFixture[str], name: str) -> list[str]:
    """What was said about a folder, without its name."""
    said = capsys.readouterr().err.splitlines()
    assert all(line.startswith(f"{name}: ") and line.endswith(".") for line in said)
    return [line.removeprefix(f"{name}: ").removesuffix(".") for line in said]


def test_a_folder_is_read_as_rgb_and_split_by_class(tmp_path: Path) -> None:
    for number in range(10):
        red, blue = (tmp_path / "colours" / name / f"{number}.png" for name in ("red", "blue/more"))
        write(red, np.full((20, 30, 3), (200, 10, number), np.uint8))
        write(blue, np.full((30, 20, 3), (10, number, 200), np.uint8))
    data = picture_folder(tmp_path / "colours", side=8)
    assert (data.name, data.classes) == ("colours", ("blue", "red"))
    for part, count in ((data.train, 7), (data.validation, 1), (data.test, 2)):  # 10 %, 20 % of ten
        assert np.bincount(part.labels).tolist() == [count, count]
        assert part.picture_shape == (8, 8, 3)
    reds = {tuple(p[0, 0]) for part in parts(data) for p in part.images[part.labels == 1]}
    assert reds == {(200, 10, number) for number in range(10)}


def test_the_report_says_what_is_there_and_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "pets")
    (tmp_path / "pets" / "cat" / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "pets" / "cat" / "none.png").write_bytes(b"")
    for number in range(3):
        (tmp_path / "pets" / "dog" / f"{number}.txt").write_text("0 0.5 0.5 1 1")
    (tmp_path / "pets" / "labels.csv").write_text("a,b")
    write(tmp_path / "pets" / "loose.jpg")
    (tmp_path / "pets" / "empty").mkdir()
    (tmp_path / "pets" / "docs").mkdir()
    (tmp_path / "pets" / "docs" / "read me.pdf").write_bytes(b"%PDF-1.7")
    data = picture_folder(tmp_path / "pets", side=8)
    assert lines(capsys, "pets") == [
        "2 classes, 12 pictures: cat 6, dog 6",
        "train 8, validation 2, test 2",
        "left out 8: 1 .csv (in no folder of a class: labels.csv), "
        "1 .jpg (in no folder of a class: loose.jpg), 1 .jpg (damaged or something else: cat/broken.jpg), "
        "1 .png (empty: cat/none.png), 4 no pictures (3 .txt, 1 .pdf)",
        "'empty' is left out: it holds no files",
        "'docs' is left out: it holds no pictures",
    ]
    assert data.report is not None
    stored = asdict(data.report)
    assert stored["pictures"] == {name: {"train": 4, "validation": 1, "test": 1} for name in ("cat", "dog")}
    assert {"suffix": ".txt", "reason": "no picture", "first": "dog/0.txt", "count": 3} in stored["left_out"]
    load(str(tmp_path / "pets"), quiet=True)
    assert capsys.readouterr().err == ""


def test_many_classes_and_kinds_stay_a_few_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "many", " ".join(f"c{n:02}" for n in range(15)), 3)
    for number in range(14):
        (tmp_path / "many" / "c00" / f"x.s{number}").write_bytes(b"?")
    picture_folder(tmp_path / "many", side=8)
    said = lines(capsys, "many")
    assert len(said) == 3
    assert said[0].endswith("c11 3, and 3 more")
    assert said[2].startswith("left out 14: 14 no pictures (1 .s0, ")
    assert said[2].endswith(", and 2 more)")


# Splits that are given


@pytest.mark.parametrize(
    "names",
    [
        "train val test",
        "Training Validation Testing",
        "TRAIN valid Test",
        "train dev test annotations",
        "training_set val_set test_set",
        "TrainImages valImages testImages",
        "seg_train seg_val seg_test annotations",
        "training validation evaluation",
    ],
)
def test_a_split_that_is_given_is_taken(
    tmp_path: Path, names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = names.split()
    for name, count in zip(sources, (5, 2, 3, 1), strict=False):
        deeper = name if "_set" in name else ""  # as some archives have it
        fill(tmp_path / "split" / name / deeper, "cat dog fox", count)
    data = picture_folder(tmp_path / "split", side=8)
    assert data.classes == ("cat", "dog", "fox")
    assert [np.bincount(part.labels).tolist() for part in parts(data)] == [[5] * 3, [2] * 3, [3] * 3]
    said = lines(capsys, "split")
    assert said[:3] == [
        "3 classes, 30 pictures: cat 10, dog 10, fox 10",
        "train 15, validation 6, test 9",
        "the split is the folder's own",
    ]
    assert said[3:] == ["'annotations' is left out: it is none of the parts of a split"] * (
        "annotations" in names
    )


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("train test", [9, 1, 10]),  # a tenth of ten to choose by
        ("train val", [8, 10, 2]),  # a fifth to test
        ("train", [7, 1, 2]),
    ],
)
def test_what_a_split_lacks_is_held_out(
    tmp_path: Path, given: str, counts: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in given.split():
        fill(tmp_path / "split" / name, count=10)
    (tmp_path / "split" / "train" / ".DS_Store").touch()
    data = picture_folder(tmp_path / "split", side=8)
    assert [np.bincount(part.labels).tolist() for part in parts(data)] == [[count, count] for count in counts]
    lacking = {"validation": "val", "test": "test"}
    held = [f"{part} is held out of train" for part, name in lacking.items() if name not in given]
    assert lines(capsys, "split")[2:] == ["the split is the folder's own", *held]


@pytest.mark.parametrize(
    "names", ["bus car train", "bus model_train steam_train", "covid_test flu_test", "bus test_car train"]
)
def test_a_train_among_vehicles_is_a_class(tmp_path: Path, names: str) -> None:
    assert picture_folder(fill(tmp_path, names), side=8).classes == tuple(names.split())


@pytest.mark.parametrize("names", ["fold1 fold2 fold3", "2019 2020"])
def test_classes_a_level_deeper_are_pointed_out(
    tmp_path: Path, names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in names.split():
        fill(tmp_path / "years" / name)
    picture_folder(tmp_path / "years", side=8)
    count, first = 12 * len(names.split()), f"{names.split()[0]}/cat/0.png"
    assert lines(capsys, "years")[2:] == [
        "in each of these classes lie cat, dog: perhaps those are the classes",
        f"in folders below a class's lie {count} pictures, as {first} does",
    ]


@pytest.mark.parametrize("split", ["", "train"])
def test_pictures_below_a_classs_folder_are_said(
    tmp_path: Path, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As masks are, which lie beside what they are masks of."""
    pets = fill(tmp_path / "pets" / split)
    write(pets / "cat" / "masks" / "0.png")
    write(pets / "cat" / "masks" / "1.png")
    picture_folder(tmp_path / "pets", side=8)
    first = Path(split, "cat", "masks", "0.png")
    assert f"in folders below a class's lie 2 pictures, as {first} does" in lines(capsys, "pets")


@pytest.mark.parametrize("pair", [("Cat", "cat"), ("caf\u00e9", "cafe\u0301"), ("fox", "fox ")])
def test_classes_whose_names_look_the_same_are_said(
    tmp_path: Path, pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*pair, "dog"):
        for number in range(3):
            write(tmp_path / "pets" / name / f"{number}.png")
    if len(list((tmp_path / "pets").iterdir())) < 3:
        pytest.skip("here the two names are one")
    picture_folder(tmp_path / "pets", side=8)
    assert lines(capsys, "pets")[2:] == [
        f"{', '.join(map(ascii, sorted(pair)))} are classes of their own: their names differ by capitals, "
        "spaces or the way an accent is written"
    ]


def test_a_class_that_is_not_tested_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, classes in {"train": "cat dog fox", "val": "cat dog fox", "test": "cat"}.items():
        fill(tmp_path / "split" / name, classes)
    picture_folder(tmp_path / "split", side=8)
    assert lines(capsys, "split")[3:] == ["test has no pictures of dog, fox"]


def test_splits_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    alone = fill(tmp_path / "alone" / "val").parent
    fill(alone / "test")
    assert refused(alone) == (
        f"A split of pictures must have a folder 'train'. Received: 'test', 'val' alone (in {alone})."
    )
    twice = fill(tmp_path / "twice" / "val").parent
    fill(twice / "Validation")
    assert refused(twice) == (
        "A folder of pictures must have one folder for each part. "
        f"Received: 'Validation' and 'val' for validation (in {twice})."
    )
    loose = fill(tmp_path / "loose", "train test", 3)
    assert refused(loose) == (
        "A folder of pictures must have a sub-folder of pictures for each of two classes or more. "
        f"Received: none (in {loose}; left out 6: 6 .png (in no folder of a class: train/0.png …))."
    )
    archive = fill(tmp_path / "archive" / "pets", "train test").parent
    assert refused(archive).endswith(f"in 'pets' (in {archive}). Perhaps it is {archive / 'pets'}.")
    below = fill(tmp_path / "below" / "cat", "train test").parent
    fill(below / "dog", "Train Test")
    assert refused(below) == (
        f"A split must be above the classes, as in train/cat. Received: test, train in 'cat' (in {below})."
    )
    more = fill(tmp_path / "more" / "train").parent
    fill(more / "test", "cat dog fox")
    assert refused(more) == (
        f"Every class must have pictures to train on. Received: 'fox' in test alone (in {more})."
    )
    same = fill(tmp_path / "same" / "train").parent
    shutil.copytree(same / "train", same / "test")
    assert refused(same) == (
        "The part to train on must have pictures that no other part has. "
        f"Received: none among 12 (in {same})."
    )


# What is a picture, and what is not


@pytest.mark.parametrize(
    "junk",
    [
        ".ipynb_checkpoints/0-checkpoint.png",
        "deep/.hidden/1.png",
        "@eaDir/0.png/SYNOPHOTO_THUMB_M.png",
        "__MACOSX/._0.png",
        "._0.png",
        "Thumbs.db",
        "deep/desktop.ini",
        "$RECYCLE.BIN/9.png",
        "#recycle/9.png",
        ".DS_Store",
        "@__thumb/s100.png",
        "FOUND.001/1.png",
        "LOST.DIR/1.png",
        "0.png:Zone.Identifier",
        "0.png@SynoEAStream",
        "~syncthing~0.png.tmp",
    ],
)
def test_what_systems_leave_behind_counts_for_nothing(
    tmp_path: Path, junk: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "pets")
    for place in (tmp_path / "pets", tmp_path / "pets" / "cat", tmp_path / "pets" / "dog" / "more"):
        file = write(place / junk, kind="PNG")
        if "._" in junk or not junk.endswith("png"):
            file.write_bytes(b"\0\5\26\7\0\2\0\0Mac OS X" + bytes(120))
    shutil.rmtree(tmp_path / "pets" / "deep", ignore_errors=True)  # which would be a class at the top
    data = picture_folder(tmp_path / "pets", side=8)
    assert data.classes == ("cat", "dog")
    assert sum(map(len, parts(data))) == 12
    assert len(lines(capsys, "pets")) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jfif", "JPEG"),
        ("a.avif", "AVIF"),
        ("a.jp2", "JPEG2000"),
        ("a.ppm", "PPM"),
        ("a", "JPEG"),
        ("a.JPG", "PNG"),
        ("a.heic", "HEIF"),
        ("a.backup", "WEBP"),
    ],
)
def test_what_can_be_decoded_is_a_picture(tmp_path: Path, name: str, kind: str) -> None:
    photos._formats()  # registers HEIF
    fill(tmp_path)
    for number in range(4):
        write(tmp_path / "fox" / f"{number}{name}", kind=kind)
    data = picture_folder(tmp_path, side=8, quiet=True)
    assert data.classes == ("cat", "dog", "fox")
    assert sum((part.labels == 2).sum() for part in parts(data)) == 4


def test_heic_is_named_where_nothing_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos._formats()
    for number in range(3):
        write(tmp_path / "pets" / "fox" / f"{number}.HEIC", kind="HEIF")
    fill(tmp_path / "pets")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    photos._formats.cache_clear()
    data = picture_folder(tmp_path / "pets", side=8)
    monkeypatch.undo()
    photos._formats.cache_clear()
    assert data.classes == ("cat", "dog")
    assert lines(capsys, "pets")[2:] == [
        "left out 3: 3 .heic (HEIC; after `pip install pillow-heif` it is read: fox/0.HEIC …)",
        "'fox' is left out: it holds no pictures",
    ]


def test_twelve_bits_and_transparent_pictures_are_read_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "pets")
    Image.fromarray(np.full((70, 70), 4094, np.uint16)).save(tmp_path / "pets" / "dog" / "deep.png")
    for number in range(2):
        write(tmp_path / "pets" / "cat" / f"clear {number}.png", np.zeros((70, 70, 4), np.uint8))
    data = picture_folder(tmp_path / "pets", side=8)
    assert lines(capsys, "pets")[2:] == [
        "16 bits a value, of which at most 12 are used: read as 12 bits (1 picture)",
        "all of it is transparent: it is read as white (2 pictures)",
        "copies, pixel for pixel: 2; a picture and its copies go to one side of the split",
        "pictures in two classes: 1 (cat/clear 0.png and dog/deep.png)",
    ]
    assert sum((picture == 255).all() for part in parts(data) for picture in part.images) == 3


# Links


def test_links_are_followed_and_circles_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pets = fill(tmp_path / "pets", "cat")
    fill(tmp_path / "elsewhere", "foxes")
    (pets / "fox").symlink_to(tmp_path / "elsewhere" / "foxes", target_is_directory=True)
    (pets / "dog").symlink_to(tmp_path / "nowhere", target_is_directory=True)
    (pets / "cat" / "all").symlink_to(pets, target_is_directory=True)
    (pets / "cat" / "up").symlink_to(tmp_path, target_is_directory=True)
    (pets / "cat" / "again").symlink_to(pets / "cat", target_is_directory=True)
    (pets / "cat" / "gone.png").symlink_to(tmp_path / "gone.png")
    (pets / "cat" / "linked.png").symlink_to(write(tmp_path / "linked.png"))
    data = picture_folder(pets, side=8)
    assert data.classes == ("cat", "fox")
    assert np.bincount(np.concatenate([part.labels for part in parts(data)])).tolist() == [7, 6]
    assert lines(capsys, "pets")[2:] == [
        "left out 5: 3 without suffix (a link to a folder around it or read already: cat/again …), "
        "1 without suffix (a link to nothing: dog), "
        "1 .png (a link to nothing: cat/gone.png)"
    ]


# Copies


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("copied", ["{} (1).png", "{} - Copy.bmp", "backup/{}.tiff"])
def test_copies_go_to_one_side_and_are_counted(
    tmp_path: Path, seed: int, copied: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pets = fill(tmp_path / "pets", count=10)
    for file in sorted(pets.glob("*/*.png")):
        copy = file.parent / copied.format(file.stem)
        copy.parent.mkdir(exist_ok=True)
        Image.open(file).save(copy)
    data = picture_folder(pets, side=8, seed=seed)
    sides = [{picture.tobytes() for picture in part.images} for part in parts(data)]
    assert [len(side) for side in sides] == [14, 2, 4]
    assert len(set().union(*sides)) == 20
    (said,) = [line for line in lines(capsys, "pets") if line.startswith("copies")]
    assert said == "copies, pixel for pixel: 20; a picture and its copies go to one side of the split"


def test_a_picture_in_two_classes_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pets = fill(tmp_path / "pets")
    shutil.copy(pets / "cat" / "0.png", pets / "dog" / "same.png")
    picture_folder(pets, side=8)
    assert lines(capsys, "pets")[2:] == [
        "copies, pixel for pixel: 1; a picture and its copies go to one side of the split",
        "pictures in two classes: 1 (cat/0.png and dog/same.png)",
    ]
    for number in range(1, 6):
        shutil.copy(pets / "cat" / f"{number}.png", pets / "dog" / f"same {number}.png")
    picture_folder(pets, side=8)
    assert lines(capsys, "pets")[3] == (
        "pictures in two classes: 6 (cat/1.png and dog/same 1.png, cat/2.png and dog/same 2.png, "
        "cat/3.png and dog/same 3.png …)"
    )


def test_what_a_given_split_tests_on_is_not_trained_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("train", "val", "test"):
        fill(tmp_path / "split" / name)
    shutil.copy(
        tmp_path / "split" / "test" / "cat" / "0.png", tmp_path / "split" / "train" / "cat" / "leak.png"
    )
    shutil.copy(
        tmp_path / "split" / "val" / "dog" / "0.png", tmp_path / "split" / "train" / "dog" / "leak.png"
    )
    data = picture_folder(tmp_path / "split", side=8)
    sides = [{picture.tobytes() for picture in part.images} for part in parts(data)]
    assert len(set().union(*sides)) == sum(map(len, sides)) == 36
    assert lines(capsys, "split")[2] == (
        "left out 2: 2 .png (the same pixels as in validation or test: train/cat/leak.png …)"
    )


def test_a_picture_of_one_class_in_the_test_of_another_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("train", "test"):
        fill(tmp_path / "split" / name)
    copy = tmp_path / "split" / "test" / "dog" / "same.png"
    shutil.copy(tmp_path / "split" / "train" / "cat" / "0.png", copy)
    picture_folder(tmp_path / "split", side=8)
    assert lines(capsys, "split")[2:] == [
        "left out 1: 1 .png (the same pixels as in test: train/cat/0.png)",
        "the split is the folder's own",
        "pictures in two classes: 1 (train/cat/0.png and test/dog/same.png)",
        "validation is held out of train",
    ]


@pytest.mark.parametrize("how", ["copied", "linked"])
def test_one_folder_to_choose_by_and_to_test_on_is_no_two(
    tmp_path: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    split = tmp_path / "split"
    fill(split / "train", count=10)
    test = fill(split / "test")
    if how == "copied":
        shutil.copytree(test, split / "val")
    else:
        (split / "val").symlink_to(test, target_is_directory=True)
    data = picture_folder(split, side=8)
    sides = [{picture.tobytes() for picture in part.images} for part in parts(data)]
    assert [len(side) for side in sides] == [18, 2, 12]
    assert len(set().union(*sides)) == 32
    assert lines(capsys, "split")[2:] == [
        "left out 12: 12 .png (the same pixels as in test: val/cat/0.png …)",
        "the split is the folder's own",
        "validation is held out of train",
    ]


# What cannot be learned from


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"side": 0}, "`side` must be a positive integer. Received: side=0."),
        ({"side": "8"}, "`side` must be a positive integer. Received: side='8'."),
        ({"validation": float("nan")}, "`validation` must be in [0, 1). Received: validation=nan."),
        ({"test": 1.5}, "`test` must be in [0, 1). Received: test=1.5."),
        (
            {"validation": 0.5, "test": 0.75},
            "`validation + test` must be in [0, 1). Received: validation + test=1.25.",
        ),
    ],
)
def test_sizes_and_shares_that_make_no_sense_are_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match="Received") as caught:
        picture_folder(fill(tmp_path), quiet=True, **{"side": 8, **options})
    assert str(caught.value) == message


def test_folders_that_cannot_be_learned_from_are_refused(tmp_path: Path) -> None:
    needs = "A folder of pictures must have a sub-folder of pictures for each of two classes or more. "
    assert refused(tmp_path) == f"{needs}Received: none (in {tmp_path})."
    write(tmp_path / "red" / "1.png")
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path) == f"{needs}Received: 'red' (in {tmp_path})."
    write(tmp_path / "blue" / "1.png")
    assert refused(tmp_path) == (
        "A class must have 3 or more different readable pictures: for train, validation, test. "
        f"Received: 1 in 'blue' (in {tmp_path})."
    )
    for number in range(2, 5):
        shutil.copy(tmp_path / "blue" / "1.png", tmp_path / "blue" / f"{number}.png")
    assert refused(tmp_path).endswith(f"Received: 1 in 'blue' (in {tmp_path}).")
    for nowhere in (str(tmp_path / "nowhere"), "", "x" * 5_000):
        with pytest.raises(ValueError, match="no folder") as caught:
            load(nowhere)
        assert str(caught.value) == (
            "A data set must be 'scaled-digits', 'cifar10' or a folder with a sub-folder for each class. "
            f"Received: '{nowhere}', which is no folder."
        )


def test_classes_whose_names_are_not_utf_8_stay_apart(tmp_path: Path) -> None:
    """As a zip file of an old Windows leaves them: é and è are one byte each."""
    for name in ("caf\udce9", "caf\udce8"):
        fill(tmp_path, name)
    assert picture_folder(tmp_path, side=8, quiet=True).classes == (r"caf\udce8", r"caf\udce9")


def test_a_folder_in_a_folder_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "pets" / "archive" / "animals")
    (tmp_path / "pets" / "__MACOSX" / "animals").mkdir(parents=True)
    for given in (tmp_path / "pets", tmp_path / "pets" / "archive"):
        assert refused(given).endswith(f"Perhaps it is {tmp_path / 'pets' / 'archive' / 'animals'}.")


def test_what_a_phone_adds_is_named_as_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "phone")
    for name in ("IMG_0001.MOV", "IMG_0001.AAE", "IMG_0001.WEBP", "IMG_0001"):
        (tmp_path / "phone" / "cat" / name).write_bytes(b"something else")
    (tmp_path / "phone" / "cat" / ".trashed-1700000000-IMG_2.jpg").write_bytes(b"")
    picture_folder(tmp_path / "phone", side=8)
    assert lines(capsys, "phone")[2] == (
        "left out 4: 1 without suffix (damaged or something else: cat/IMG_0001), "
        "1 .webp (damaged or something else: cat/IMG_0001.WEBP), 2 no pictures (1 .aae, 1 .mov)"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".IMG_1.HEIC.icloud", "1 .icloud (kept by iCloud, not on this computer: download it first: "),
        ("IMG_1.jpg.part", "1 .part (a download that did not end: "),
        ("more.zip", "1 .zip (an archive: unpack it first: "),
    ],
)
@pytest.mark.parametrize("place", ["cat", "."])
def test_pictures_that_are_elsewhere_are_said(
    tmp_path: Path, name: str, said: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "phone")
    (tmp_path / "phone" / place / name).write_bytes(b"PK\x03\x04")
    picture_folder(tmp_path / "phone", side=8)
    assert lines(capsys, "phone")[2:] == [f"left out 1: {said}{Path(place, name)})"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cat - Shortcut.lnk", b"L", "1 .lnk (a shortcut: put the picture itself in its place: "),
        ("cat.jpg", b"book\0\0\0\0mark", "1 .jpg (an alias of macOS: the picture is elsewhere: "),
        ("IMG_1.AAE", b"<?xml version='1.0'?>", "1 no pictures (1 .aae)"),
        ("page.jpg", b"<!DOCTYPE html>", "1 .jpg (a web page: "),
    ],
)
def test_what_stands_beside_pictures_is_called_what_it_is(
    tmp_path: Path, name: str, content: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "mine")
    (tmp_path / "mine" / "cat" / name).write_bytes(content)
    picture_folder(tmp_path / "mine", side=8)
    assert lines(capsys, "mine")[2].startswith(f"left out 1: {said}")


def test_files_around_a_split_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for part in ("trainval/trainval", "test"):
        fill(tmp_path / "split" / part)
    write(tmp_path / "split" / "unsorted.png")
    (tmp_path / "split" / "trainval" / "labels.csv").touch()
    picture_folder(tmp_path / "split", side=8)
    assert lines(capsys, "split")[2:] == [
        "left out 2: 1 .png (in no folder of a class: unsorted.png), "
        "1 .csv (in no folder of a class: trainval/labels.csv)",
        "the split is the folder's own",
        "validation is held out of train",
    ]


def test_tiny_pictures_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "icons")
    for number in range(3):
        write(tmp_path / "icons" / "cat" / f"t{number}.png", picture()[:1, :1])
    picture_folder(tmp_path / "icons")
    said = "fewer than 64 pixels a side: enlarged, it may be taken for anything (3 pictures)"
    assert lines(capsys, "icons")[2:] == [said]


def test_without_an_error_stream_results_stay_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As under `2>&-`: what has no stream would be printed among the results."""
    fill(tmp_path)
    monkeypatch.setattr(sys, "stderr", None)
    picture_folder(tmp_path, side=8)
    assert capsys.readouterr().out == ""


def test_what_does_not_fit_in_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    for number in range(100):  # which are no pictures and are not counted
        (tmp_path / "cat" / f"{number}.txt").touch()
    monkeypatch.setattr(dataset, "free_memory", lambda: 2_000)
    assert refused(tmp_path) == (  # 12 × 8 × 8 × 3 = 2,304
        "Pictures must fit in memory twice, while they are split. Received: 12 pictures of 8×8×3 bytes take "
        f"0.00 GB, twice 0.00 GB; 0.00 GB are free (for {tmp_path})."
    )
    monkeypatch.setattr(dataset, "free_memory", lambda: 5_000)
    picture_folder(tmp_path, side=8, quiet=True)


def test_data_sets_are_loaded_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Dataset(np.stack([picture(), picture()]), np.array([0, 1]), ("a", "b"))
    named: Callable[[str], Any] = lambda name: lambda seed: Splits(name, part, part, part)  # noqa: E731
    monkeypatch.setattr(folder_module, "scaled_digits", named("digits"))
    monkeypatch.setattr(folder_module, "cifar10", named("cifar"))
    assert [load(name).name for name in ("scaled-digits", "cifar10")] == ["digits", "cifar"]
    assert load(str(fill(tmp_path / "own")), quiet=True, side=8).train.picture_shape == (8, 8, 3)

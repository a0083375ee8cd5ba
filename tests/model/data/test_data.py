"""Data sets: what they hold, that they repeat, that no handwriting is tested that was learned; bad input."""

import subprocess
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inception_lab.model.backend import keras
from inception_lab.model.data import cifar, dataset, digits, splitting
from inception_lab.model.data import folder as folder_of_pictures
from inception_lab.model.data.dataset import Dataset, Splits, announce
from inception_lab.model.data.photos import read_photo, resized
from inception_lab.model.data.splitting import as_splits, held_out

Arrays = dict[str, npt.NDArray[Any]]


def pictures(count: int = 4, side: int = 8) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3)).astype(np.uint8)


def message(action: Callable[[], Any]) -> str:
    with pytest.raises(ValueError, match=r"Received|Missing") as caught:
        action()
    text = str(caught.value)
    assert "\n" not in text
    return text


# data sets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"images": pictures().astype(np.float32)},
            "`images` must be uint8 of shape (count, height, width, 3). "
            "Received: float32 of shape (4, 8, 8, 3).",
        ),
        (
            {"images": pictures()[..., :1]},
            "`images` must be uint8 of shape (count, height, width, 3). "
            "Received: uint8 of shape (4, 8, 8, 1).",
        ),
        ({"images": pictures()[:0]}, "`images` must hold at least one picture. Received: none."),
        (
            {"labels": np.array([0, 1, 1])},
            "`labels` must hold one number for each of 4 pictures. Received: shape (3,).",
        ),
        (
            {"labels": np.array([0, 1, 2, 1])},
            "`labels` must lie in 0 … 1, one for each class. Received: 2.",
        ),
        (
            {"labels": np.array([0, -1, 0, 1])},
            "`labels` must lie in 0 … 1, one for each class. Received: -1.",
        ),
        ({"labels": np.array([0.0, 1, 0, 1])}, "`labels` must be integers. Received: float64."),
        (
            {"images": None},
            "`images` must be uint8 of shape (count, height, width, 3). Received: object of shape ().",
        ),
        ({"labels": [0, [1, 1]]}, "`labels` must be an array. Received: rows of several lengths."),
        ({"classes": "ab"}, "`classes` must be different names. Received: classes='ab'."),
        ({"classes": None}, "`classes` must be different names. Received: classes=None."),
        ({"classes": ("a", "a")}, "`classes` must be different names. Received: classes=('a', 'a')."),
        ({"classes": (b"a", "b")}, "`classes` must be different names. Received: classes=(b'a', 'b')."),
        (
            {"sizes": np.array([1.0])},
            "`sizes` must hold one number for each of 4 pictures. Received: shape (1,).",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, Any], expected: str) -> None:
    good = {"images": pictures(), "labels": np.array([0, 1, 0, 1]), "classes": ("a", "b")}
    assert message(lambda: Dataset(**{**good, **change})) == expected
    listed = Dataset(list(pictures()), [0, 1, 0, 1], ["a", "b"])  # type: ignore[arg-type]
    assert (listed.images.shape, listed.classes) == ((4, 8, 8, 3), ("a", "b"))


def test_a_part_of_a_data_set_keeps_its_columns_together() -> None:
    whole = Dataset(
        pictures(), np.array([0, 1, 0, 1]), ("a", "b"), sizes=np.arange(4.0), sources=np.array([7, 8, 9, 7])
    )
    for chosen in (np.array([3, 1]), np.array([False, True, False, True]), slice(1, 4, 2)):
        part = whole[chosen]
        np.testing.assert_array_equal(part.images, whole.images[chosen])
        assert part.sizes is not None
        assert part.sources is not None
        assert sorted(zip(part.labels, part.sizes, part.sources, strict=True)) == [(1, 1.0, 8), (1, 3.0, 7)]


def test_a_fingerprint_tells_data_sets_apart() -> None:
    def fingerprint(value: int, label: int) -> str:
        images = pictures()
        images[0, 0, 0, 0] = value
        return Dataset(images, np.array([label, 1, 0, 1]), ("a", "b")).fingerprint

    assert fingerprint(0, 0) == fingerprint(0, 0)
    assert len({fingerprint(0, 0), fingerprint(1, 0), fingerprint(0, 1)}) == 3


def test_much_memory_is_announced_and_little_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    announce("CIFAR-10", 60_000, (32, 32, 3))  # 60,000 × 32 × 32 × 3 = 184,320,000
    announce("little", 10, (32, 32, 3))
    assert capsys.readouterr().err == "CIFAR-10: 60,000 pictures of 32×32×3 bytes take 0.18 GB of memory.\n"


@pytest.mark.parametrize("free", [1_000, 2_000_000])
def test_what_does_not_fit_in_memory_is_refused_with_the_arithmetic(
    free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "free_memory", lambda: free)
    assert message(lambda: announce("cats", 1_000, (96, 96, 3))) == (  # 1,000 × 96 × 96 × 3 = 27,648,000
        "Pictures must fit in memory twice, while they are split. Received: 1,000 pictures of 96×96×3 bytes "
        f"take 0.03 GB, twice 0.06 GB; {free / 1e9:.2f} GB are free (for cats)."
    )
    announce("cats", 10, (5, 3, 3))  # 900 bytes twice are too many for neither


def test_a_system_that_does_not_say_what_is_free_refuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "free_memory", lambda: None)
    announce("cats", 10**9, (1, 1, 1))


def test_the_memory_that_is_free_is_some_of_what_there_is() -> None:
    free = dataset.free_memory()
    if sys.platform == "linux":
        assert free is not None
        assert 2**20 < free < 2**50


def test_parts_must_have_the_same_classes_and_the_same_size() -> None:
    part = Dataset(pictures(), np.array([0, 1, 0, 1]), ("a", "b"))
    turned = Dataset(pictures(), np.array([0, 1, 0, 1]), ("b", "a"))
    small = Dataset(pictures(side=4), np.array([0, 1, 0, 1]), ("a", "b"))
    assert message(lambda: Splits("these", part, part, turned)) == (
        "The parts of a data set must have the same classes, in one order. "
        "Received: ('a', 'b') in train and ('b', 'a') in test (in these)."
    )
    assert message(lambda: Splits("these", part, small, part)) == (
        "The parts of a data set must have the same size of pictures. "
        "Received: (8, 8, 3) in train and (4, 4, 3) in validation (in these)."
    )


@pytest.mark.parametrize("seed", range(5))
def test_copies_stay_on_one_side_of_a_split(seed: int) -> None:
    images = np.repeat(pictures(30), 3, axis=0)
    labels = np.repeat(np.arange(30) % 2, 3)
    data = splitting.split("copies", images, labels, ("a", "b"), seed=seed)
    parts = [
        {picture.tobytes() for picture in part.images} for part in (data.train, data.validation, data.test)
    ]
    assert sum(map(len, parts)) == 30
    assert len(set().union(*parts)) == 30
    assert [len(part) for part in (data.train, data.validation, data.test)] == [
        3 * len(part) for part in parts
    ]


def test_a_picture_in_two_classes_is_on_one_side() -> None:
    images = np.concatenate([pictures(12), pictures(12)])
    data = splitting.split("both", images, np.repeat([0, 1], 12), ("a", "b"))
    for part in (data.train, data.validation, data.test):
        seen = [{p.tobytes() for p in part.images[part.labels == label]} for label in (0, 1)]
        assert seen[0] == seen[1] != set()


# what `lab.train` takes -----------------------------------------------------------------------------


def many(count: int = 12) -> npt.NDArray[np.uint8]:
    return pictures(count)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (np.arange(12) % 2, ("0", "1")),
        (np.arange(12) % 3 + 1, ("1", "2", "3")),
        (np.array(["cat", "dog"] * 6), ("cat", "dog")),
        (np.array(["cat", "dog"] * 6, object), ("cat", "dog")),
        (["dog", "cat"] * 6, ("cat", "dog")),
        ((np.arange(12) % 2 * 10).reshape(12, 1), ("0", "10")),
        (np.arange(12) % 2 == 0, ("False", "True")),
    ],
    ids=["numbers", "from 1", "text", "objects", "list", "column", "truth"],
)
def test_pictures_with_labels_are_taken(labels: Any, classes: tuple[str, ...]) -> None:
    data = as_splits((many(), labels))
    assert data.classes == classes
    together = {
        picture.tobytes(): classes[label]
        for part in (data.train, data.validation, data.test)
        for picture, label in zip(part.images, part.labels, strict=True)
    }
    assert together == {
        picture.tobytes(): str(label) for picture, label in zip(many(), np.ravel(labels), strict=True)
    }


@pytest.mark.parametrize("labels", [["dog", "cat"], [0, 1], [np.int64(3), np.int64(5)]])
def test_two_pictures_with_two_labels_are_no_two_pairs(labels: Any) -> None:
    assert message(lambda: as_splits((list(many(2)), labels))) == (
        "A class must have 3 or more different readable pictures: for train, validation, test. "
        f"Received: 1 in '{min(labels)}' (in pictures)."
    )


def test_a_pair_to_test_on_is_kept_apart() -> None:
    test = 255 - many(4)
    data = as_splits(((many(), np.arange(12) % 2), (test, [1, 0, 1, 1])))
    np.testing.assert_array_equal(data.test.images, test)
    assert data.test.labels.tolist() == [1, 0, 1, 1]
    assert len(data.train) + len(data.validation) == 12
    assert as_splits(data) is data


def test_what_is_tested_on_is_left_out_of_training_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    labels = np.arange(12) % 2
    data = as_splits(((many(), labels), (many()[3:6], labels[3:6])))
    sides = [{picture.tobytes() for picture in part.images} for part in data.parts.values()]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 12
    assert len(data.test) == 3
    line = "pictures: 3 are left out of the training part: they are in the test part.\n"
    assert capsys.readouterr().err == line


def test_grey_pictures_are_taken() -> None:
    grey = many()[..., 0]
    for stored in (grey, grey[..., None]):
        data = as_splits((stored, np.arange(12) % 2))
        assert data.train.picture_shape == (8, 8, 3)
        assert (data.train.images == data.train.images[..., :1]).all()
    whole = as_splits(Dataset(many(), np.arange(12) % 2, ("a", "b")))
    assert whole.classes == ("a", "b")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            many(),
            "`data` must be what a loader of `lab.data` returns, (pictures, labels), or two such pairs, to "
            "train and to test on. Received: ndarray.",
        ),
        (
            (many() / 255, np.arange(12) % 2),
            "`images` must be uint8 of shape (count, height, width, 3). "
            "Received: float64 of shape (12, 8, 8, 3).",
        ),
        ((many(), np.linspace(0, 1, 12)), "`labels` must be integers. Received: float64."),
        (
            (many(), np.eye(12)[:, :2]),
            "`labels` must hold one number for each of 12 pictures. Received: shape (12, 2).",
        ),
        (
            (many(), [0, 1]),
            "`labels` must hold one number for each of 12 pictures. Received: shape (2,).",
        ),
        (
            ((many(), ["a", "b"] * 6), (many(4), ["a", "b", "c", "a"])),
            "Labels of the test part must be classes of the training part. Received: 'c'.",
        ),
        (
            (many(), [0] * 10 + [1] * 2),
            "A class must have 3 or more different readable pictures: for train, validation, test. "
            "Received: 2 in '1' (in pictures).",
        ),
        (
            ((many(), [0, 1] * 6), (many(), [0, 1] * 6)),
            "`images` must hold at least one picture. Received: none.",
        ),
        (
            (many(), np.array(["cat", None] * 6, object)),
            "Labels must be whole numbers or text, one for each. Received: None.",
        ),
        (
            (many(), np.array([float("nan"), *["cat"] * 11], object)),
            "Labels must be whole numbers or text, one for each. Received: nan.",
        ),
        (
            ([*many(2), many()[0][:5]], ["cat", "dog", "dog"]),
            "Pictures and labels must be arrays, all pictures of one size. Received: several sizes.",
        ),
    ],
)
def test_what_is_no_data_set_is_refused(data: Any, expected: str) -> None:
    assert message(lambda: as_splits(data)) == expected


@pytest.mark.parametrize(
    ("count", "share", "out"), [(10, 0.2, 2), (2, 0.01, 1), (2, 0.99, 1), (1_000, 0.1, 100)]
)
def test_held_out_pictures_are_others(count: int, share: float, out: int) -> None:
    kept, held = held_out(count, share, seed=3)
    assert len(held) == out
    assert sorted([*kept, *held]) == list(range(count))


# scaled digits ------------------------------------------------------------------------------------


def test_plain_digits_are_the_originals_enlarged() -> None:
    plain = digits.plain_digits()
    images, labels, forms = digits.originals()
    for part, name in ((plain.train, "train"), (plain.validation, "validation"), (plain.test, "test")):
        sources = np.flatnonzero(np.isin(forms, list(digits.FORMS[name])))
        np.testing.assert_array_equal(part.labels, labels[sources])
        small = part.images.reshape(-1, 8, 4, 8, 4, 3).mean(axis=(2, 4))
        # Bilinear enlarging blurs a little; each 4×4 block still follows its original pixel.
        found = np.corrcoef(small[..., 0].ravel(), images[sources].ravel())[0, 1]
        assert found > 0.97
        np.testing.assert_array_equal(part.images[..., 0], part.images[..., 2])


def test_the_originals_are_the_published_ones() -> None:
    images, labels, _ = digits.originals()
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert images[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # the first line of the published file


def test_each_form_is_the_same_text_written_out() -> None:
    _, labels, forms = digits.originals()
    assert (np.diff(forms.astype(int)) >= 0).all()
    for form in range(14):
        text = "".join(map(str, labels[forms == form]))
        assert 122 <= len(text) <= 130
        assert text.startswith(("0123456789", "123456789"))
        assert "01234567890" in text


def test_no_form_is_in_two_splits() -> None:
    assert sorted(form for split in digits.FORMS.values() for form in split) == list(range(14))
    forms = digits.originals()[2]
    data = digits.scaled_digits(300, validation=100, test=200)
    for part, split in ((data.train, "train"), (data.validation, "validation"), (data.test, "test")):
        assert part.sources is not None
        assert set(forms[part.sources]) <= set(digits.FORMS[split])
        np.testing.assert_array_equal(part.labels, digits.originals()[1][part.sources])


def test_fresh_digits_are_tested_on_forms_that_were_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other forms held out, again no form in two splits; and backgrounds of another seed."""
    assert sorted(form for split in digits.FRESH.values() for form in split) == list(range(14))
    assert set(digits.FRESH["test"]) <= set(digits.FORMS["train"])
    whole = digits.draw
    monkeypatch.setattr(digits, "draw", lambda split, count, **options: whole(split, count // 500, **options))
    data, other = (digits.fresh_digits(seed=seed) for seed in (1, 2))
    for part, split in ((data.train, "train"), (data.validation, "validation"), (data.test, "test")):
        assert part.sources is not None
        assert set(digits.originals()[2][part.sources]) <= set(digits.FRESH[split])
    assert data.test.fingerprint == other.test.fingerprint
    assert data.train.fingerprint != other.train.fingerprint


def test_digits_repeat_and_a_smaller_set_starts_a_larger_one() -> None:
    small, large = digits.draw("train", 20, seed=4), digits.draw("train", 40, seed=4)
    np.testing.assert_array_equal(small.images, large.images[:20])
    np.testing.assert_array_equal(small.labels, large.labels[:20])
    assert (digits.draw("train", 20, seed=5).images != small.images).any()
    assert (digits.draw("test", 20, seed=4).images != small.images).any()


def test_test_pictures_do_not_depend_on_the_seed_of_training() -> None:
    one, two = (digits.scaled_digits(10, validation=5, test=5, seed=seed) for seed in (0, 1))
    assert one.test.fingerprint == two.test.fingerprint
    assert one.train.fingerprint != two.train.fingerprint


def test_sizes_are_log_uniform_in_the_band() -> None:
    sizes = digits.draw("train", 2_000, sizes=(10, 40)).sizes
    assert sizes is not None
    assert 10 <= sizes.min() < 10.1
    assert 39.6 < sizes.max() <= 40
    assert (sizes < 20).mean() == pytest.approx(0.5, abs=0.04)  # 20 is the geometric middle


def test_a_digit_has_the_size_it_says() -> None:
    """The ink's extent, found by drawing without clutter, is the digit's in proportion."""
    digit = np.full((8, 8), 16, np.uint8)
    for size in digits.SEVEN_SIZES:
        rng = np.random.default_rng(1)
        ink = digits._ink(digit, size, rng)
        assert ink.sum() == pytest.approx(size**2, rel=0.12)  # turned at the edge of the page some is cut off


def test_every_held_out_digit_comes_at_all_seven_sizes() -> None:
    data = digits.at_fixed_sizes()
    count = int(np.isin(digits.originals()[2], list(digits.FORMS["test"])).sum())
    assert count == 382
    assert data.sizes is not None
    assert data.sources is not None
    assert data.sizes.reshape(count, 7).tolist() == [list(map(float, digits.SEVEN_SIZES))] * count
    assert (data.sources.reshape(count, 7) == data.sources[::7, None]).all()
    assert len(set(data.sources)) == count


def test_the_originals_cannot_be_changed() -> None:
    for kept in digits.originals():
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 0


@pytest.mark.parametrize("sizes", [5, (5,), (9, 4), (float("nan"), 9), (4, 65)])
def test_impossible_bands_of_sizes_are_refused(sizes: Any) -> None:
    expected = f"`sizes` must be (low, high) with 4 ≤ low ≤ high ≤ 64. Received: sizes={sizes}."
    assert message(lambda: digits.draw("test", 2, sizes=sizes)) == expected


def test_what_names_no_data_is_refused() -> None:
    split = "`split` must be one of 'train', 'validation', 'test'. Received: split="
    sizes = "`sizes` must be one number or more from 4 to 64. Received: sizes=5."
    assert message(lambda: digits.at_fixed_sizes([])) == f"{split}[]."  # type: ignore[arg-type]
    assert message(lambda: digits.at_fixed_sizes(sizes=5)) == sizes  # type: ignore[arg-type]
    read: Any = read_photo
    assert message(lambda: read(5)) == "A picture must be a file. Received: path=5."
    load: Any = folder_of_pictures.picture_folder
    assert message(lambda: load(1.5)).endswith("Received: '1.5', which is no folder.")
    assert message(lambda: resized(np.zeros((2, 2, 3), np.uint8), 2, 10**9)) == (
        "A picture must have sides of 1 to 32,767 pixels. Received: 2×1000000000."
    )


@pytest.mark.parametrize("count", ["5", 0, 2.0])
def test_impossible_counts_of_digits_are_refused(count: Any) -> None:
    expected = f"`count` must be a positive integer. Received: count={count!r}."
    assert message(lambda: digits.scaled_digits(count)) == expected


@pytest.mark.parametrize("sizes", [[0], [], [10, 65], [float("nan")]])
def test_impossible_fixed_sizes_are_refused(sizes: list[float]) -> None:
    assert message(lambda: digits.at_fixed_sizes(sizes=sizes)) == (
        f"`sizes` must be one number or more from 4 to 64. Received: sizes={tuple(sizes)}."
    )


def test_clutter_has_several_grains() -> None:
    """Neighbouring pixels of the background are alike in some pictures and strangers in others."""
    alike = []
    for number in range(60):
        grey = digits._clutter(np.random.default_rng(number)).mean(axis=2)
        alike.append(np.corrcoef(grey[:, :-2].ravel(), grey[:, 2:].ravel())[0, 1])
    assert min(alike) < 0.5
    assert max(alike) > 0.95


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"count": 0}, "`count` must be a positive integer. Received: count=0."),
        (
            {"count": 3, "sizes": (40, 20)},
            "`sizes` must be (low, high) with 4 ≤ low ≤ high ≤ 64. Received: sizes=(40, 20).",
        ),
        (
            {"count": 3, "split": "holiday"},
            "`split` must be one of 'train', 'validation', 'test'. Received: split='holiday'.",
        ),
    ],
)
def test_impossible_digits_are_refused(options: dict[str, Any], expected: str) -> None:
    assert message(lambda: digits.draw(**{"split": "train", **options})) == expected


@pytest.mark.parametrize("seed", [-1, 10**20, 0.5, True, None])
def test_seeds_are_refused_in_one_line_by_every_loader(tmp_path: Path, seed: Any) -> None:
    expected = f"`seed` must be a whole number from 0 to 2147483647. Received: seed={seed!r}."
    loaders: list[Callable[..., Any]] = [
        lambda: digits.scaled_digits(2, seed=seed),
        lambda: digits.at_fixed_sizes(seed=seed),
        lambda: folder_of_pictures.picture_folder(tmp_path, seed=seed),
        lambda: cifar.cifar10(seed=seed),
        lambda: splitting.split("a", np.zeros((2, 8, 8, 3), np.uint8), np.arange(2), ("a", "b"), seed=seed),
    ]
    for load in loaders:
        assert message(load) == expected


# CIFAR-10 -----------------------------------------------------------------------------------------


def small_cifar() -> Arrays:
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (30, 32, 32, 3)).astype(np.uint8),
        "y_train": rng.integers(0, 10, (30, 1)),
        "x_test": rng.integers(0, 256, (10, 32, 32, 3)).astype(np.uint8),
        "y_test": rng.integers(0, 10, (10,)),
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INCEPTION_LAB_DATA", str(tmp_path))
    return tmp_path


def test_cifar_is_read_from_the_folder_named(folder: Path) -> None:
    arrays = small_cifar()
    np.savez(folder / "cifar10.npz", **arrays)  # type: ignore[arg-type]
    data = cifar.cifar10(validation=6)
    assert (len(data.train), len(data.validation), len(data.test)) == (24, 6, 10)
    assert data.train.picture_shape == (32, 32, 3)
    np.testing.assert_array_equal(data.test.images, arrays["x_test"])
    together = np.concatenate([data.train.images, data.validation.images]).reshape(30, -1)
    assert {row.tobytes() for row in together} == {row.tobytes() for row in arrays["x_train"].reshape(30, -1)}


def changed(**arrays: Any) -> Arrays:
    return {**small_cifar(), **arrays}


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        (
            {"x_train": small_cifar()["x_train"]},
            "cifar10.npz must hold the arrays x_train, y_train, x_test, y_test. "
            "Missing: y_train, x_test, y_test (in {path}).",
        ),
        (
            changed(x_test=np.zeros((10, 3, 32, 32), np.uint8)),
            "`x_test` of cifar10.npz must be uint8 of shape (count, 32, 32, 3). "
            "Received: uint8 of shape (10, 3, 32, 32).",
        ),
        (
            changed(x_train=np.zeros((30, 32, 32, 3), np.float32)),
            "`x_train` of cifar10.npz must be uint8 of shape (count, 32, 32, 3). "
            "Received: float32 of shape (30, 32, 32, 3).",
        ),
        (
            changed(y_test=np.zeros(9, np.int64)),
            "`y_test` of cifar10.npz must hold a label for each of 10 pictures. Received: shape (9,).",
        ),
        (
            changed(y_test=np.full(10, 10)),
            "`labels` must lie in 0 … 9, one for each class. Received: 10 (in the test part of cifar10.npz).",
        ),
        (
            changed(x_test=np.zeros((0, 32, 32, 3), np.uint8), y_test=np.zeros(0, np.int64)),
            "`images` must hold at least one picture. Received: none (in the test part of cifar10.npz).",
        ),
    ],
)
def test_a_cifar_file_of_other_things_is_refused(folder: Path, arrays: Arrays, expected: str) -> None:
    np.savez(folder / "cifar10.npz", **arrays)  # type: ignore[arg-type]
    assert message(lambda: cifar.cifar10(validation=5)) == expected.format(path=folder / "cifar10.npz")


def test_a_whole_cifar_file_that_does_not_fit_in_memory_is_not_called_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(folder / "cifar10.npz", **small_cifar())  # type: ignore[arg-type]
    monkeypatch.setattr(dataset, "free_memory", lambda: 10**8)
    assert message(cifar.cifar10) == (  # 60,000 × 32 × 32 × 3 = 184,320,000
        "Pictures must fit in memory twice, while they are split. Received: 60,000 pictures of 32×32×3 bytes "
        "take 0.18 GB, twice 0.37 GB; 0.10 GB are free (for CIFAR-10)."
    )


@pytest.mark.parametrize("keep", [0, 100, 20_000])
def test_a_damaged_cifar_file_is_refused(folder: Path, keep: int) -> None:
    path = folder / "cifar10.npz"
    np.savez(path, **small_cifar())  # type: ignore[arg-type]
    path.write_bytes(path.read_bytes()[:keep])
    text = message(lambda: cifar.cifar10(validation=5))
    assert text.startswith(f"cifar10.npz must be a whole .npz file. Received a damaged one: {path} (")


def test_a_byte_turned_in_the_middle_is_noticed(folder: Path) -> None:
    path = folder / "cifar10.npz"
    np.savez_compressed(path, **small_cifar())  # type: ignore[arg-type]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    assert "Received a damaged one" in message(lambda: cifar.cifar10(validation=5))


def test_a_folder_without_cifar_is_refused(folder: Path) -> None:
    assert message(cifar.cifar10) == (
        "INCEPTION_LAB_DATA must name a folder that holds cifar10.npz "
        "(arrays x_train, y_train, x_test, y_test). "
        f"Received: {folder}, which has none; without INCEPTION_LAB_DATA Keras downloads the data."
    )


def test_without_a_network_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise urllib.error.URLError("no route to host")

    monkeypatch.delenv("INCEPTION_LAB_DATA", raising=False)
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", unreachable)
    assert message(cifar.cifar10) == (
        "CIFAR-10 could not be downloaded. Put cifar10.npz (arrays x_train, y_train, x_test, y_test) "
        "into a folder and set INCEPTION_LAB_DATA to it, or train on scaled-digits, which need no download. "
        "Received: <urlopen error no route to host>"
    )


def test_the_validation_pictures_must_leave_some(folder: Path) -> None:
    np.savez(folder / "cifar10.npz", **small_cifar())  # type: ignore[arg-type]
    assert message(lambda: cifar.cifar10(validation=30)) == (
        "`validation` must be between 1 and 29, the training pictures less one. Received: validation=30."
    )


@pytest.mark.slow
def test_the_unpacked_jpeg_copy_is_read(shared: Path, folder: Path) -> None:
    unpack = [sys.executable, str(shared / "tools" / "unpack_cifar10.py"), str(folder)]
    subprocess.run(unpack, check=True, capture_output=True)
    data = cifar.cifar10()
    assert (len(data.train), len(data.validation), len(data.test)) == (49_000, 1_000, 10_000)
    labels = np.concatenate([data.train.labels, data.validation.labels])
    assert np.bincount(labels).tolist() == [5_000] * 10
    assert np.bincount(data.test.labels).tolist() == [1_000] * 10

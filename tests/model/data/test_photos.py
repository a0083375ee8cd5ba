"""Pictures as people have them: each is read as it looks, or refused in one line."""

import re
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data

from inception_lab.model.data.photos import MOST_PIXELS, read_photo


def encoded(picture: Any, kind: str = ".png") -> bytes:
    """A picture as a file's content; OpenCV's order of colours is BGR."""
    if picture.ndim == 3:
        picture = picture[..., [2, 1, 0, *range(3, picture.shape[2])]]
    done, data = cv2.imencode(kind, picture)
    assert done
    return bytes(data)


def rotated(jpeg: bytes, orientation: int) -> bytes:
    """A JPEG file with an EXIF block that holds nothing but an orientation."""
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    block = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def stored(folder: Path, content: bytes, name: str = "photo") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


CAT = skimage.data.chelsea()
RAMP = np.arange(12 * 20 * 3, dtype=np.uint16).reshape(12, 20, 3)


@pytest.mark.parametrize("kind", [".png", ".bmp", ".tiff", ".webp"])
def test_colours_come_as_rgb(tmp_path: Path, kind: str) -> None:
    found = read_photo(stored(tmp_path, encoded(CAT, kind)))
    assert found.dtype == np.uint8
    assert found.shape == CAT.shape
    assert np.abs(found.astype(int) - CAT).mean() < 4  # WebP is not exact


def test_a_jpeg_is_near_its_original(tmp_path: Path) -> None:
    assert np.abs(read_photo(stored(tmp_path, encoded(CAT, ".jpg"))).astype(int) - CAT).mean() < 4


def test_grey_gets_three_equal_channels(tmp_path: Path) -> None:
    grey = CAT[..., 0]
    np.testing.assert_array_equal(read_photo(stored(tmp_path, encoded(grey))), np.dstack([grey] * 3))


def test_16_bits_are_brought_to_8(tmp_path: Path) -> None:
    deep = CAT.astype(np.uint16) * 257
    np.testing.assert_array_equal(read_photo(stored(tmp_path, encoded(deep))), CAT)
    grey = read_photo(stored(tmp_path, encoded(deep[..., 0])))
    np.testing.assert_array_equal(grey, np.dstack([CAT[..., 0]] * 3))


@pytest.mark.parametrize("full", [255, 65535])
def test_what_is_transparent_shows_white(tmp_path: Path, full: int) -> None:
    kind = np.uint8 if full == 255 else np.uint16
    picture = np.zeros((4, 6, 4), kind)
    picture[..., 0] = full  # red
    picture[..., 3] = full
    picture[:, 3:, 3] = 0
    picture[0, 0, 3] = full // 5  # a fifth of red, four fifths of white
    found = read_photo(stored(tmp_path, encoded(picture)))
    assert found[1, 1].tolist() == [255, 0, 0]
    assert found[1, 4].tolist() == [255, 255, 255]
    assert found[0, 0].tolist() == [255, 204, 204]


@pytest.mark.parametrize(
    ("orientation", "turned"),
    [
        (1, CAT),
        (2, CAT[:, ::-1]),
        (3, CAT[::-1, ::-1]),
        (6, np.rot90(CAT, -1)),
        (8, np.rot90(CAT)),
    ],
)
def test_the_cameras_rotation_is_undone(tmp_path: Path, orientation: int, turned: Any) -> None:
    found = read_photo(stored(tmp_path, rotated(encoded(CAT, ".jpg"), orientation)))
    assert found.shape == turned.shape
    assert np.abs(found.astype(int) - turned).mean() < 4


@pytest.mark.parametrize(
    ("height", "width", "reduced"), [(1300, 20_000, 2), (100, 20_000, 1), (6200, 16_000, 4)]
)
def test_a_huge_jpeg_is_decoded_smaller(tmp_path: Path, height: int, width: int, reduced: int) -> None:
    picture = np.full((height, width), 90, np.uint8)
    picture[:, : width // 2] = 200
    said: list[str] = []
    path = stored(tmp_path, encoded(picture, ".jpg"))
    found = read_photo(path, said.append)
    assert found.shape == (height // reduced, width // reduced, 3)
    assert found.shape[0] * found.shape[1] <= MOST_PIXELS
    assert (found[0, 0, 0], found[-1, -1, 0]) == (200, 90)
    tall, wide = found.shape[:2]
    expected = f"{path}: {width:,}×{height:,} pixels, read at 1/{reduced} of that: {wide:,}×{tall:,}."
    assert said == ([expected] if reduced > 1 else [])


def test_a_tiny_picture_is_read_and_said_to_be_tiny(tmp_path: Path) -> None:
    said: list[str] = []
    path = stored(tmp_path, encoded(np.full((1, 2, 3), 7, np.uint8)))
    np.testing.assert_array_equal(read_photo(path, said.append), np.full((1, 2, 3), 7))
    assert said == [f"{path}: only 2×1 pixels; enlarged, it may be taken for anything."]


@pytest.mark.parametrize(
    "content",
    [
        b"a letter to the editor" * 20,
        encoded(CAT, ".jpg")[:5000],
        encoded(CAT, ".jpg")[:30],
        encoded(CAT)[:5000],
        encoded(CAT)[:5000] + b"?" + encoded(CAT)[5001:],
        b"GIF89a" + bytes(20),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"\x00",
    ],
    ids=["text", "cut jpeg", "start of a jpeg", "cut png", "altered png", "no gif", "svg", "pdf", "byte"],
)
def test_what_is_no_picture_gets_one_line(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = stored(tmp_path, content)
    with pytest.raises(ValueError, match="whole") as caught:
        read_photo(path)
    assert str(caught.value) == (
        "A picture must be whole, grey or RGB, of 8 or 16 bits, in a format that Pillow reads, such as JPEG "
        f"or PNG. Received: {path}, which is damaged or something else."
    )
    assert capfd.readouterr() == ("", "")  # libpng and its like are not heard


def test_what_is_no_file_gets_one_line(tmp_path: Path) -> None:
    empty = stored(tmp_path, b"", "empty.jpg")
    for path, end in (
        (tmp_path, "which is a folder."),
        (tmp_path / "none.jpg", "not found."),
        (empty, "which is empty."),
    ):
        with pytest.raises(ValueError, match=f"{re.escape(f'Received: {path}, {end}')}$"):
            read_photo(path)


def test_names_with_other_letters_are_opened(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_photo(stored(tmp_path, encoded(CAT), "Kätzchen 猫.png")), CAT)

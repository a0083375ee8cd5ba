"""Pictures as people have them: each is read as it looks, or refused in one line."""

import os
import re
import struct
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
import tifffile
from PIL import Image, ImageFile

from inception_lab.model.data import photos
from inception_lab.model.data.depth import DARK, DIM
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
    assert said == [f"{path}: 2×1, fewer than 64 pixels a side: enlarged, it may be taken for anything."]


@pytest.mark.parametrize(
    "content",
    [
        b"a letter to the editor" * 20,
        encoded(CAT, ".jpg")[:5000],
        encoded(CAT, ".jpg")[:30],
        encoded(CAT)[:5000],
        encoded(CAT)[:5000] + b"?" + encoded(CAT)[5001:],
        b"GIF89a" + bytes(20),
        b"%PDF-1.7",
        b"\x00",
    ],
    ids=["text", "cut jpeg", "start of a jpeg", "cut png", "altered png", "no gif", "pdf", "byte"],
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
        (Path("x" * 5_000), "which cannot be: File name too long."),
    ):
        with pytest.raises(ValueError, match=f"{re.escape(f'Received: {path}, {end}')}$"):
            read_photo(path)
    with pytest.raises(ValueError, match=r"Received: a\\nb\\x00c, which cannot be: embedded null byte\.$"):
        read_photo("a\nb\0c")


def test_names_with_other_letters_are_opened(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_photo(stored(tmp_path, encoded(CAT), "Kätzchen 猫.png")), CAT)


# Which channel is opacity


COLOURS = np.dstack([np.full((80, 90), value, np.uint8) for value in (200, 100, 50)])
INFRARED = np.full((80, 90), 20, np.uint8)
MASKS = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)


@pytest.mark.parametrize("said", [[0], []], ids=["unspecified", "not said"])
@pytest.mark.parametrize("deep", [1, 257], ids=["8 bits", "16 bits"])
def test_near_infrared_is_not_opacity(tmp_path: Path, said: list[int], deep: int) -> None:
    file = tmp_path / "field.tif"
    bands = np.dstack([COLOURS, INFRARED])
    bands = bands.astype(np.uint16) * 257 if deep == 257 else bands
    tifffile.imwrite(file, bands, photometric="rgb", extrasamples=said or [0])
    if not said:  # the tag's number becomes another one's, which nothing reads
        content = file.read_bytes()
        file.write_bytes(content.replace(struct.pack("<HH", 338, 3), struct.pack("<HH", 65000, 3)))
    np.testing.assert_array_equal(read_photo(file), COLOURS)


def test_a_second_channel_beside_grey_is_not_opacity_either(tmp_path: Path) -> None:
    file = tmp_path / "field.tif"
    tifffile.imwrite(file, np.dstack([COLOURS[..., 0], INFRARED]), photometric="minisblack", extrasamples=[0])
    np.testing.assert_array_equal(read_photo(file), np.dstack([COLOURS[..., 0]] * 3))


def test_a_fourth_channel_of_jpeg_2000_is_opacity_where_it_says_so(tmp_path: Path) -> None:
    seen = np.dstack([COLOURS, np.full((80, 90), 51, np.uint8)])
    file = tmp_path / "a.jp2"
    Image.fromarray(seen).save(file)
    blended = np.rint(0.2 * COLOURS + 0.8 * 255)
    assert np.abs(read_photo(file) - blended).max() <= 1
    content = file.read_bytes()
    says, head = content.index(b"cdef") - 4, content.index(b"jp2h") - 4
    profile = struct.pack(">I4s", 3_008, b"uinf") + bytes(3_000)  # before what says it
    (length,) = struct.unpack(">I", content[head : head + 4])
    longer = struct.pack(">I", length + len(profile)) + content[head + 4 : says] + profile + content[says:]
    file.write_bytes(content[:head] + longer)
    assert np.abs(read_photo(file) - blended).max() <= 1
    opacity, unspecified = struct.pack(">HHH", 3, 1, 0), struct.pack(">HHH", 3, 65_535, 65_535)
    for other in (content.replace(b"cdef", b"free"), content.replace(opacity, unspecified)):
        file.write_bytes(other)
        np.testing.assert_array_equal(read_photo(file), COLOURS)


@pytest.mark.parametrize("grey", [False, True], ids=["RGB", "grey"])
def test_premultiplied_opacity_of_jpeg_2000_is_taken_as_such(tmp_path: Path, grey: bool) -> None:
    """A fifth of a colour, and four fifths of white."""
    colours = COLOURS[..., :1] if grey else COLOURS
    file = tmp_path / "a.jp2"
    Image.fromarray(np.dstack([colours // 5, np.full((80, 90), 51, np.uint8)])).save(file)
    plain, premultiplied = (struct.pack(">HHH", colours.shape[2], kind, 0) for kind in (1, 2))
    assert plain in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(plain, premultiplied))
    assert np.abs(read_photo(file) - (colours / 5 + 204)).max() <= 3


@pytest.mark.parametrize("suffix", ["png", "bmp"])
def test_a_picture_that_is_transparent_all_over_is_said(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    colours = np.dstack([COLOURS, np.zeros((80, 90), np.uint8)])
    if suffix == "png":
        Image.fromarray(colours).save(file)
    else:  # with a mask for opacity, as some programs write it without filling it
        head = struct.pack("<IiiHHIIiiII4I", 56, 90, 80, 1, 32, 3, 0, 0, 0, 0, 0, *MASKS)
        file.write_bytes(b"BM" + struct.pack("<IHHI", 70 + colours.size, 0, 0, 70) + head + colours.tobytes())
    said: list[str] = []
    assert (read_photo(file, said.append) == 255).all()
    assert said == [f"{file}: all of it is transparent: it is read as white."]


@pytest.mark.parametrize("deep", [1, 257], ids=["8 bits", "16 bits"])
def test_premultiplied_opacity_is_taken_as_such(tmp_path: Path, deep: int) -> None:
    """A fifth of red on nothing is stored as (51, 0, 0, 51), and seen on white as (255, 204, 204)."""
    kind = np.uint8 if deep == 1 else np.uint16
    stored_so = np.full((70, 70, 4), (51 * deep, 0, 0, 51 * deep), kind)
    plain = np.full((70, 70, 4), (255 * deep, 0, 0, 51 * deep), kind)
    for bands, kind_of_opacity in ((stored_so, 1), (plain, 2)):
        file = tmp_path / f"{kind_of_opacity}.tif"
        tifffile.imwrite(file, bands, photometric="rgb", extrasamples=[kind_of_opacity])
        np.testing.assert_array_equal(read_photo(file), np.full((70, 70, 3), (255, 204, 204)))
    grey = np.dstack([np.full((70, 70), 20, np.uint8), np.full((70, 70), 51, np.uint8)])
    tifffile.imwrite(tmp_path / "grey.tif", grey, photometric="minisblack", extrasamples=[1])
    assert np.abs(read_photo(tmp_path / "grey.tif").astype(int) - 224).max() <= 1  # 20 + 255 − 51


def png(depth: int, kind: int, row: bytes, key: bytes | None, size: tuple[int, int]) -> bytes:
    """A PNG file of equal rows, in which one value may be transparent."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    width, height = size
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)),
            b"" if key is None else chunk(b"tRNS", key),
            chunk(b"IDAT", zlib.compress((b"\0" + row) * height)),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize(
    ("depth", "kind", "row", "key", "seen"),
    [
        (8, 0, bytes([0, 90]), struct.pack(">H", 0), [[255] * 3, [90] * 3]),
        (1, 0, bytes([0b01000000]), struct.pack(">H", 0), [[255] * 3, [255] * 3]),
        (2, 0, bytes([0b01100000]), struct.pack(">H", 2), [[85] * 3, [255] * 3]),
        (4, 0, bytes([0x38]), struct.pack(">H", 3), [[255] * 3, [136] * 3]),
        (16, 0, struct.pack(">HH", 5140, 5141), struct.pack(">H", 5141), [[20] * 3, [255] * 3]),
        (8, 2, bytes([1, 2, 3, 1, 2, 4]), struct.pack(">HHH", 1, 2, 3), [[255] * 3, [1, 2, 4]]),
        (
            16,
            2,
            struct.pack(">6H", 5140, 2, 3, 5140, 2, 4),
            struct.pack(">3H", 5140, 2, 3),
            [[255] * 3, [20, 0, 0]],
        ),
    ],
    ids=["8", "1", "2", "4", "16", "RGB of 8", "RGB of 16"],
)
def test_a_value_that_is_transparent_shows_white(
    tmp_path: Path, depth: int, kind: int, row: bytes, key: bytes, seen: list[list[int]]
) -> None:
    found = read_photo(stored(tmp_path, png(depth, kind, row, key, (2, 3))))
    assert found.tolist() == [seen] * 3


def test_a_transparent_colour_of_a_palette_shows_white(tmp_path: Path) -> None:
    image = Image.fromarray(COLOURS).convert("P", palette=Image.Palette.ADAPTIVE)
    for kind in ("png", "gif"):
        image.save(tmp_path / f"a.{kind}", transparency=image.getpixel((0, 0)))
        assert (read_photo(tmp_path / f"a.{kind}") == 255).all()


def test_a_large_transparent_picture_is_as_white_as_a_small_one(tmp_path: Path) -> None:
    disc = (np.hypot(*np.mgrid[-100:100, -100:100]) < 70)[..., None]
    small = Image.fromarray(np.where(disc, (220, 20, 20, 255), (0, 0, 0, 0)).astype(np.uint8))
    small.save(tmp_path / "small.png")
    small.resize((5000, 5000), Image.Resampling.NEAREST).save(tmp_path / "large.png")
    found = read_photo(tmp_path / "large.png")
    assert found.shape == (2500, 2500, 3)
    assert found[0, 0].tolist() == [255, 255, 255]
    means = cv2.resize(found, (200, 200), interpolation=cv2.INTER_AREA)
    assert np.abs(means.astype(int) - read_photo(tmp_path / "small.png")).max() <= 60  # at the disc's edge
    assert np.abs(means.astype(int) - read_photo(tmp_path / "small.png")).mean() < 0.2


# More than 8 bits


RAMP_12 = np.tile(np.linspace(0, 4095, 90).astype(np.uint16), (80, 1))
RGB_12 = np.dstack([RAMP_12, RAMP_12[:, ::-1], RAMP_12 // 2])


def write_tiff(path: Path, picture: Any, **options: Any) -> None:
    tifffile.imwrite(path, picture, photometric="rgb" if picture.ndim == 3 else "minisblack", **options)


@pytest.mark.parametrize("picture", [RAMP_12, RGB_12], ids=["grey", "RGB"])
@pytest.mark.parametrize(
    ("suffix", "options"),
    [("png", {}), ("tif", {}), ("tif", {"compression": "zlib"}), ("tif", {"byteorder": ">"})],
    ids=["png", "tiff", "compressed", "big-endian"],
)
def test_12_bits_in_16_are_not_black_and_are_said(
    tmp_path: Path, picture: Any, suffix: str, options: dict[str, Any]
) -> None:
    file = tmp_path / f"a.{suffix}"
    if suffix == "png":
        file.write_bytes(encoded(picture))
    else:
        write_tiff(file, picture, **options)
    said: list[str] = []
    expected = np.rint(picture * (255 / 4095))
    np.testing.assert_array_equal(
        read_photo(file, said.append), expected if picture.ndim == 3 else np.dstack([expected] * 3)
    )
    assert said == [f"{file}: 16 bits a value, of which at most 12 are used: read as 12 bits."]


@pytest.mark.parametrize("factor", [1, 16], ids=["12 bits", "16 bits"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_bands_of_16_bits_one_after_another_are_whole(tmp_path: Path, byteorder: Any, factor: int) -> None:
    """Pillow takes each of their bytes for a value."""
    bands = np.moveaxis(RGB_12 * factor, 2, 0)
    tifffile.imwrite(
        tmp_path / "a.tif", bands, photometric="rgb", planarconfig="separate", byteorder=byteorder
    )
    expected = RGB_12 * factor * (255 / (4095 if factor == 1 else 65_535))
    assert np.abs(read_photo(tmp_path / "a.tif") - expected).max() <= 1


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("opacity", [4095, 819, 65_535])
def test_opacity_has_12_bits_where_it_uses_no_more(tmp_path: Path, opacity: int, suffix: str) -> None:
    bands = np.dstack([RGB_12, np.full_like(RAMP_12, opacity)])
    if suffix == "png":
        file = stored(tmp_path, encoded(bands))
    else:
        file = tmp_path / "a.tif"
        write_tiff(file, bands, extrasamples=[2])
    share = 0.2 if opacity == 819 else 1
    assert np.abs(read_photo(file) - (share * RGB_12 * (255 / 4095) + (1 - share) * 255)).max() <= 1.5


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"byteorder": ">"}])
def test_12_bits_in_16_of_inks_are_not_white_and_are_said(tmp_path: Path, options: dict[str, Any]) -> None:
    inks = np.dstack([RGB_12 // 2, RAMP_12 // 4])
    tifffile.imwrite(tmp_path / "a.tif", inks, photometric="separated", **options)
    said: list[str] = []
    found = read_photo(tmp_path / "a.tif", said.append)
    expected = Image.frombytes("CMYK", (90, 80), np.rint(inks * (255 / 4095)).astype(np.uint8).tobytes())
    np.testing.assert_array_equal(found, np.asarray(expected.convert("RGB")))
    assert said == [f"{tmp_path / 'a.tif'}: {DARK}"]


@pytest.mark.parametrize("picture", [RAMP_12, RGB_12], ids=["grey", "RGB"])
@pytest.mark.parametrize(("factor", "note"), [(0.25, DARK), (4, DIM), (16, "")], ids=["10", "14", "16"])
def test_what_uses_other_numbers_of_bits_is_said(
    tmp_path: Path, picture: Any, factor: float, note: str
) -> None:
    values = (picture * factor).astype(np.uint16)
    file = tmp_path / "a.tif"
    write_tiff(file, values)
    said: list[str] = []
    expected = np.rint(values * (255 / (4095 if note == DARK else 65535)))
    found = read_photo(file, said.append)
    assert np.abs(found - (expected if picture.ndim == 3 else expected[..., None])).max() <= 1
    assert said == ([f"{file}: {note}"] if note else [])


@pytest.mark.parametrize("highest", [4095, 1023, 16383])
@pytest.mark.parametrize("picture", [RAMP_12, RGB_12], ids=["grey", "RGB"])
def test_the_highest_value_is_that_which_the_file_says(tmp_path: Path, picture: Any, highest: int) -> None:
    values = np.rint(picture * (highest / 4095)).astype(np.uint16)
    bands = picture.shape[2] if picture.ndim == 3 else 1
    file = tmp_path / "a.tif"
    said_so = (highest,) * bands if bands > 1 else highest
    write_tiff(file, values, extratags=[(281, "H", bands, said_so, True)])
    said: list[str] = []
    expected = np.rint(values * (255 / highest))
    found = read_photo(file, said.append)
    np.testing.assert_array_equal(found, expected if bands > 1 else np.dstack([expected] * 3))
    assert said == []


def test_8_bits_in_16_are_not_black_and_are_said(tmp_path: Path) -> None:
    Image.fromarray(RAMP_12 // 16).save(tmp_path / "a.png")
    said: list[str] = []
    np.testing.assert_array_equal(read_photo(tmp_path / "a.png", said.append)[..., 0], RAMP_12 // 16)
    assert said == [f"{tmp_path / 'a.png'}: 16 bits a value, of which at most 8 are used: read as 8 bits."]


@pytest.mark.parametrize("opaque", [65_535, 0])
def test_grey_and_opacity_of_16_bits_are_read(tmp_path: Path, opaque: int) -> None:
    rows = np.dstack([RAMP_12, np.full_like(RAMP_12, opaque)]).astype(">u2")
    said: list[str] = []
    content = png(16, 4, rows[0].tobytes(), None, (90, 80))
    found = read_photo(stored(tmp_path, content), said.append)
    expected: Any = np.rint(RAMP_12 * (255 / 4095)) if opaque else 255
    np.testing.assert_array_equal(found, np.dstack([np.broadcast_to(expected, (80, 90))] * 3))
    assert DARK in said[0]


@pytest.mark.parametrize("deep", [1, 16], ids=["12 bits", "16 bits"])
def test_grey_in_which_0_is_white_is_turned(tmp_path: Path, deep: int) -> None:
    tifffile.imwrite(tmp_path / "a.tif", RAMP_12 * deep, photometric="miniswhite")
    expected = 255 - np.rint(RAMP_12 * deep * (255 / (4095 if deep == 1 else 65_535)))
    np.testing.assert_array_equal(read_photo(tmp_path / "a.tif")[..., 0], expected)


@pytest.mark.parametrize("highest", [255, 0])
def test_a_highest_value_below_the_values_is_not_believed(tmp_path: Path, highest: int) -> None:
    write_tiff(tmp_path / "a.tif", RAMP_12 * 16, extratags=[(281, "H", 1, highest, True)])
    expected = np.rint(RAMP_12 * 16 * (255 / 65_535))
    np.testing.assert_array_equal(read_photo(tmp_path / "a.tif")[..., 0], expected)


def test_a_file_of_23_bytes_is_a_picture(tmp_path: Path) -> None:
    path = stored(tmp_path, b"P6 2 2 255\n" + bytes(range(12)))
    np.testing.assert_array_equal(read_photo(path), np.arange(12).reshape(2, 2, 3))


def test_a_pgm_file_says_its_highest_value(tmp_path: Path) -> None:
    content = b"P5 90 80 4095\n" + RAMP_12.astype(">u2").tobytes()
    said: list[str] = []
    found = read_photo(stored(tmp_path, content), said.append)
    assert np.abs(found[..., 0] - RAMP_12 * (255 / 4095)).max() <= 1
    assert said == []


# Named as what it is


@pytest.mark.parametrize(
    ("picture", "options", "words"),
    [
        (RAMP_12.astype(np.float32), {}, "one band of 32-bit floating-point numbers"),
        (RGB_12.astype(np.float64), {"photometric": "rgb"}, "3 bands of 64-bit floating-point numbers"),
        (RAMP_12.astype(np.float16), {}, "one band of 16-bit floating-point numbers"),
        (RAMP_12.astype(np.uint32), {}, "one band of 32-bit whole numbers"),
        (RAMP_12.astype(np.int16), {}, "one band of 16-bit signed numbers"),
        (
            np.zeros((80, 90, 5), np.uint8),
            {"photometric": "rgb", "extrasamples": [0, 0]},
            "5 bands of 8-bit whole numbers",
        ),
        (
            np.zeros((5, 80, 90), np.uint16),
            {"photometric": "minisblack", "planarconfig": "separate"},
            "5 bands of 16-bit whole numbers",
        ),
        (
            np.zeros((80, 90, 4), np.uint8),
            {"photometric": "minisblack", "planarconfig": "contig"},
            "4 bands of 8-bit whole numbers",
        ),
    ],
)
@pytest.mark.parametrize("big", [False, True], ids=["", "BigTIFF"])
def test_a_tiff_file_of_other_numbers_is_named(
    tmp_path: Path, picture: Any, options: dict[str, Any], words: str, big: bool
) -> None:
    file = tmp_path / "a.tif"
    tifffile.imwrite(file, picture, bigtiff=big, **options)
    assert refusal(file) == f"which is a TIFF file of {words}"


def test_a_tiff_file_that_begins_with_a_thumbnail_is_a_cameras(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.dng", COLOURS, photometric="rgb", subfiletype=1)
    words = "which is a camera's raw file: it begins with a small copy of the picture"
    assert refusal(tmp_path / "a.dng") == words


def test_lab_is_named(tmp_path: Path) -> None:
    Image.new("LAB", (70, 70)).save(tmp_path / "a.tif")
    assert refusal(tmp_path / "a.tif") == "whose colours are LAB"


def refusal(path: Path) -> str:
    """Why a picture was refused."""
    with pytest.raises(ValueError, match="Received") as caught:
        read_photo(path)
    must = "whole, grey or RGB, of 8 or 16 bits, in a format that Pillow reads, such as JPEG or PNG"
    start = f"A picture must be {must}. Received: {path}, "
    assert str(caught.value).startswith(start)
    return str(caught.value).removeprefix(start).removesuffix(".")


def test_more_pixels_than_the_limit_are_named(tmp_path: Path) -> None:
    for size, words in (((40_000, 40_000), "40,000×40,000"), ((2**30, 1), "1,073,741,824×1")):
        path = stored(tmp_path, png(1, 0, b"", b"\0\0", size))
        assert refusal(path) == f"which has {words} pixels, more than 268,435,456"
    with Image.new("L", (16_384, 16_385)) as image:
        image.save(tmp_path / "a.tif", compression="tiff_deflate")
    assert refusal(tmp_path / "a.tif") == "which has 16,384×16,385 pixels, more than 268,435,456"


def test_heic_is_read_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos._formats()
    file = tmp_path / "IMG_0001.HEIC"
    Image.fromarray(COLOURS).save(file, format="HEIF")
    assert np.abs(read_photo(file).astype(int) - COLOURS).max() < 8
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    photos._formats.cache_clear()
    try:
        assert refusal(file) == "which is HEIC; after `pip install pillow-heif` it is read"
        for brand in (b"mif1", b"heix"):
            path = stored(tmp_path, b"\0\0\0\x18ftyp" + brand + bytes(40))
            assert refusal(path).startswith("which is HEIC; ")
    finally:
        photos._formats.cache_clear()


@pytest.mark.parametrize("depth", [2, 12, 16])
def test_a_jpeg_file_of_other_bits_is_named(tmp_path: Path, depth: int) -> None:
    content = rotated(encoded(CAT, ".jpg"), 6)  # with EXIF before the frame
    frame = content.index(b"\xff\xc0\x00\x11\x08")
    path = stored(tmp_path, content[: frame + 4] + bytes([depth]) + content[frame + 5 :])
    assert refusal(path) == f"which is a JPEG file of {depth}-bit numbers"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"v/1\x01" + bytes(60), "which is OpenEXR"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n", "which is Radiance HDR"),
        (b"\xff\x0a" + bytes(60), "which is JPEG XL"),
        (b"PF\n2 2\n-1.0\n" + bytes(48), "which is PFM, of floating-point numbers"),
        (b"P7\nWIDTH 2\nHEIGHT 2\n", "which is PAM"),
        (b"\0\0\0\x18ftypcrx " + bytes(60), "which is a camera's raw file"),
        (b"FUJIFILMCCD-RAW 0201" + bytes(60), "which is a camera's raw file"),
        (b"8BPS\0\1" + bytes(60), "which is a file of Photoshop's"),
        (b"\r\n<!DOCTYPE HTML><html>", "which is a web page"),
        (b"\xef\xbb\xbf<html lang='en'>", "which is a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "which is a drawing (SVG)"),
        (bytes(128) + b"DICM" + bytes(60), "which is DICOM"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
            "which is a pointer of Git LFS; git lfs pull puts the file in its place",
        ),
        (b"Pf\n2 2\n-1.0\n" + bytes(16), "which is a PPM file of 32-bit floating-point numbers"),
    ],
)
def test_formats_of_other_kinds_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    assert refusal(stored(tmp_path, content)) == words


def test_what_a_session_lets_pillow_do_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert refusal(stored(tmp_path, encoded(CAT, ".jpg")[:5000])) == "which is damaged or something else"
    np.testing.assert_array_equal(read_photo(stored(tmp_path, encoded(CAT))), CAT)
    assert (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS) == (True, 10)


# Pipes


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no names there")
@pytest.mark.parametrize("kind", [".png", ".jpg", ".tiff"])
def test_a_picture_comes_through_a_pipe(tmp_path: Path, kind: str) -> None:
    content = encoded(CAT[:100, :100], kind)
    read, write = os.pipe()

    def send() -> None:
        with os.fdopen(write, "wb") as end:
            end.write(content)

    thread = threading.Thread(target=send)
    thread.start()
    found = read_photo(f"/dev/fd/{read}")
    thread.join()
    os.close(read)
    np.testing.assert_array_equal(found, read_photo(stored(tmp_path, content)))

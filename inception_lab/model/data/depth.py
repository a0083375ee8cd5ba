"""What Pillow does not say of a picture: all of its 16 bits a value, and what is transparent."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, TiffImagePlugin

Picture = npt.NDArray[np.uint8]
Deep = npt.NDArray[np.uint16]

DARKEST = "16 bits a value, of which at most 8 are used: read as 8 bits."
DARK = "16 bits a value, of which at most 12 are used: read as 12 bits."
DIM = "16 bits a value, of which at most 14 are used: it may look too dark."

BITS, MEANS, HIGHEST, EXTRA = 258, 262, 281, 338  # TIFF's tags, the last one ExtraSamples
PREMULTIPLIED = 1  # as ExtraSamples says it


def start(file: IO[bytes]) -> bytes:
    """Return the first bytes of a file."""
    file.seek(0)
    return file.read(1024)


def tiff_tags(file: IO[bytes]) -> Mapping[int, Any]:
    """Return what a TIFF file says of its first picture, also where Pillow does not read it; else `{}`."""
    head = start(file)
    if head[:4] not in TiffImagePlugin.PREFIXES:
        return {}
    tags = TiffImagePlugin.ImageFileDirectory_v2(head[: 16 if 43 in head[2:4] else 8])
    file.seek(tags.next)
    tags.load(file)
    return dict(tags)


def jpeg_bits(file: IO[bytes]) -> int:
    """Return how many bits a value has in a JPEG file, which its frame's head says; 8 for other files."""
    file.seek(0)
    if file.read(2) == b"\xff\xd8":
        while len(head := file.read(4)) == 4 and head[0] == 0xFF:
            if head[1] in range(0xC0, 0xD0) and head[1] not in (0xC4, 0xC8, 0xCC):  # a frame and no table
                return int.from_bytes(file.read(1), "big") or 8
            file.seek(int.from_bytes(head[2:], "big") - 2, os.SEEK_CUR)
    return 8


def deep_values(image: Any, file: IO[bytes], tags: Mapping[int, Any], key: Any) -> Deep | None:
    """Return the values of a picture of 16 bits, where the upper 8 that Pillow gives are not enough.

    Opacity is the fourth band, where there is one.
    """
    if image.mode[0] == "I":
        return np.asarray(image).astype(np.uint16)
    bits = start(file)[24] if image.format == "PNG" else max(tags.get(BITS, (8,)))
    if not image.mode.startswith(("RGB", "CMYK")) or bits != 16:
        return None
    bands = 4 if image.mode == "CMYK" else 3
    grey = image.format == "PNG" and start(file)[25] == 4  # which Pillow reads as RGBA of 8 bits
    upper = np.asarray(image)
    if HIGHEST not in tags and key is None and upper[..., :bands].max() >= 2**14 >> 8:
        return None
    file.seek(0)
    again: Any = Image.open(file, formats=(image.format,))
    two_bytes_a_value(again, file, tags)
    if any("RGBa" in tile.args for tile in again.tile):  # premultiplied: Pillow divides its 8 bits
        return None
    again.tile = [tile._replace(args="RGBA" if grey else _other_end(tile.args)) for tile in again.tile]
    with suppress(Exception):
        ImageOps.exif_transpose(again, in_place=True)
    lower = np.asarray(again)
    if grey:
        upper, lower = lower[..., [0, 0, 0, 2]], lower[..., [1, 1, 1, 3]]
    return np.asarray(upper.astype(np.uint16) << 8 | lower)


def two_bytes_a_value(image: Any, file: IO[bytes], tags: Mapping[int, Any]) -> None:
    """Have Pillow read two bytes a value where the bands of a TIFF file of 16 bits follow one another.

    It takes each byte for a value, and so shows the first half of each band, stretched.
    """
    if image.mode == "RGB" and max(tags.get(BITS, (8,))) == 16:
        end = "B" if start(file)[:1] == b"M" else "L"
        image.tile = [
            tile._replace(args=(f"{tile.args[0]};16{end}", *tile.args[1:]))
            if len(tile.args[0]) == 1
            else tile
            for tile in image.tile
        ]


def _other_end(args: Any) -> Any:
    """Return how Pillow is told to take the lower byte of two where it takes the upper."""
    mode, *more = (args,) if isinstance(args, str) else args
    turned = mode[:-1] + ("L" if mode[-1] == "B" else "B")
    return turned if isinstance(args, str) else (turned, *more)


def eight_bits(values: Deep, tags: Mapping[int, Any], notes: list[str]) -> Picture:
    """Return values of 16 bits as 8, by the highest that the file says, or else uses; `notes` is told."""
    full, highest = 2 ** max(tags.get(BITS, (16,))) - 1, int(values.max())
    said = max(tags.get(HIGHEST, (0,)))
    said = said if 0 < highest <= said else full  # a file that says too little is not believed
    if said == 2**16 - 1 and 0 < highest < 2**12:
        bits = 8 if highest < 2**8 else 12
        notes.append(DARKEST if bits == 8 else DARK)
        said = 2**bits - 1
    elif said == 2**16 - 1 and 0 < highest < 2**14:
        notes.append(DIM)
    table = np.minimum(np.rint(np.arange(2**16) * (255 / said)), 255).astype(np.uint8)
    if tags.get(MEANS) == 0:  # 0 is white
        table = 255 - table
    return np.asarray(table[values])


def opacity_said(kind: str, file: IO[bytes], tags: Mapping[int, Any]) -> int:
    """Return what a file calls its last band: `PREMULTIPLIED`, another opacity (2), or neither (0)."""
    if kind == "TIFF":
        said = (*tags.get(EXTRA, ()), 0)[0]
        return said if said in (PREMULTIPLIED, 2) else 0
    if kind == "JPEG2000":  # which lists its channels, perhaps after a long profile of colours
        file.seek(0)
        _, _, channels = file.read(2**16).partition(b"jp2c")[0].partition(b"cdef")
        ends = range(4, 6 * int.from_bytes(channels[:2], "big"), 6)
        said = {channels[at : at + 2] for at in ends}  # 1 is opacity, 2 one that is premultiplied
        return PREMULTIPLIED if b"\0\2" in said else 2 * (b"\0\1" in said)
    return 2


def transparent_value(image: Image.Image, file: IO[bytes]) -> int | tuple[int, ...] | None:
    """Return the grey value or the colour that a PNG says is transparent, as Pillow reads its pixels."""
    key: int | tuple[int, ...] | None = image.info.get("transparency")
    if image.format != "PNG" or image.mode == "P" or key is None:
        return None
    bits = start(file)[24]
    return key * (255 // (2**bits - 1)) if isinstance(key, int) and bits < 8 else key

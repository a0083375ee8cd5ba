"""What a file says of opacity: a band of it, or one value or colour that is transparent."""

from collections.abc import Mapping
from typing import IO, Any

from PIL import Image

from inception_lab.model.data.depth import start

EXTRA = 338  # TIFF's tag ExtraSamples
PREMULTIPLIED = 1  # as ExtraSamples says it


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

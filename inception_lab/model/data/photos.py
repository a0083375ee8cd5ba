"""Any picture that a person has: read as RGB bytes, turned upright, or refused in one line; and its size."""

import io
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile, ImageOps

from inception_lab.checks import short
from inception_lab.model.data import depth
from inception_lab.model.data.depth import Picture as Picture
from inception_lab.model.quiet import quiet

# Pillow's names. Left out are formats that have no signature, and those that run another program.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM", "ICO", "QOI", "SGI", "SUN")
PAGE, XML = "a web page", "XML, such as a drawing (SVG)"
UNREAD = {  # how a file starts that Pillow does not read, in small letters → what it is
    b"v/1\x01": "OpenEXR",
    b"pf\n": "PFM, of floating-point numbers",
    b"p7\n": "PAM",
    **dict.fromkeys((b"fujifilmccd-raw", b"iiro", b"iirs", b"iiu\0"), "a camera's raw file"),
    b"\0\0\0\x18ftypcrx": "a camera's raw file",
    b"#?radiance": "Radiance HDR",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cjxl ": "JPEG XL",
    b"8bps": "a file of Photoshop's",
    b"<!doctype html": PAGE,
    b"<html": PAGE,
    b"<svg": "a drawing (SVG)",
    b"<?xml": XML,
    b"book\0\0\0\0mark": "an alias of macOS: the picture is elsewhere",
    b"version https://git-lfs": "a pointer of Git LFS; git lfs pull puts the file in its place",
}
HEIC = ("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1")  # its names for itself
MUST = "whole, grey or RGB, of 8 or 16 bits, in a format that Pillow reads, such as JPEG or PNG"
DAMAGED = "which is damaged or something else"
TEXTS = (DAMAGED, f"which is {PAGE}", f"which is {XML}")  # of no interest where no name says a picture
WITHOUT_HEIC = "which is HEIC; after `pip install pillow-heif` it is read"
RAW = "which is a camera's raw file: it begins with a small copy of the picture"
CLEAR = "all of it is transparent: it is read as white."

# Others of TIFF's tags, and what its SampleFormat says
SMALLER, BANDS, NUMBERS = 254, 277, 339
WORDS = {1: "whole", 2: "signed", 3: "floating-point", 4: "whole"}

MOST_PIXELS = 24_000_000  # pictures with more come at a half, a quarter or an eighth of their size
MOST = 32_767  # pixels of a side that OpenCV resizes to
LARGEST = 2**28  # pixels of a picture; also the bytes that are read from a pipe
SMALL = 64  # pixels; a picture with a shorter side is enlarged so much that a reader should know
TINY = f"fewer than {SMALL} pixels a side: enlarged, it may be taken for anything."
REMARKS = (depth.DARKEST, depth.DARK, depth.DIM, CLEAR, TINY)


class NoPictureError(ValueError):
    """A file holds no picture that can be read here.

    Attributes:
        reason: Why, in a few words, such as "which is empty".
    """

    def __init__(self, path: Path, reason: str, must: str = MUST) -> None:
        super().__init__(printable(f"A picture must be {must}. Received: {path}, {reason}."))
        self.reason = reason


def read_photo(path: str | Path, say: Callable[[str], None] | None = None) -> Picture:
    """Read a picture from a file or a pipe.

    Grey pictures get three equal channels, 16 bits are brought to 8, what is transparent shows a white
    ground, and the camera's rotation (EXIF) is undone. Of an animation it is the first frame. A
    picture of more than 24 million pixels comes at a half, a quarter or an eighth of its size, which
    a JPEG file needs little memory for.

    Args:
        path: The file: JPEG, PNG, WebP, TIFF, AVIF or whatever else is in `FORMATS`; HEIC where the package
            pillow-heif is installed.
        say: Told in a line what a reader should know: that a picture is tiny, comes smaller, or uses 12 of
            16 bits without saying so.

    Returns:
        RGB, uint8 `(height, width, 3)`.

    Raises:
        ValueError: If it cannot be read; the message names the file and says why.
    """
    if not isinstance(path, str | Path):
        raise ValueError(f"A picture must be a file. Received: path={short(path)}.")
    path = Path(path)
    notes: list[str] = []
    with _opened(path) as file:
        picture = _decoded(file, path, notes)
    tall, wide = picture.shape[:2]
    if min(tall, wide) < SMALL:
        notes.append(f"{wide}×{tall}, {TINY}")
    for note in notes:
        if say:
            say(f"{path}: {note}")
    return picture


def resized(picture: Picture, height: int, width: int) -> Picture:
    """Return a picture, uint8 `(rows, columns, 3)`, at another size in pixels.

    It has means of areas where no side grows; else it is bilinear.

    Raises:
        ValueError: If OpenCV has no picture of that size.
    """
    import cv2

    if not (1 <= height <= MOST and 1 <= width <= MOST):
        raise ValueError(f"A picture must have sides of 1 to {MOST:,} pixels. Received: {height}×{width}.")
    shrinks = picture.shape[0] >= height and picture.shape[1] >= width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=how), np.uint8)


def central_part(picture: Picture, height: int, width: int) -> Picture:
    """Cut the largest central part of some shape out of a picture and bring it to that size."""
    tall, wide = picture.shape[:2]
    scale = min(tall / height, wide / width)
    rows, columns = max(1, round(scale * height)), max(1, round(scale * width))
    top, left = (tall - rows) // 2, (wide - columns) // 2
    return resized(picture[top : top + rows, left : left + columns], height, width)


def printable(text: str) -> str:
    """Return a text in one line that every stream takes: files' names may hold anything."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def on_white(image: Image.Image, alpha: Image.Image | None = None) -> Image.Image:
    """Return a picture of Pillow's, of 8 bits, as RGB on a white ground; `alpha` says what it does not."""
    if alpha is None and image.has_transparency_data:
        alpha = image.convert("RGBA").getchannel("A")
    colours = image.convert("RGB")
    if alpha is None:
        return colours
    ground = Image.new("RGB", image.size, "white")
    ground.paste(colours, mask=alpha)
    return ground


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file; what comes through a pipe is read first, since Pillow goes back and forth."""
    if os.path.isdir(path):
        raise NoPictureError(path, "which is a folder", "a file")
    try:
        with path.open("rb") as file:
            source: IO[bytes] = file if os.path.isfile(path) else io.BytesIO(file.read(LARGEST))
            if not source.read(1):
                raise NoPictureError(path, "which is empty", "in a file that holds one")
            yield source
    except FileNotFoundError:
        raise NoPictureError(path, "not found", "a file") from None
    except NoPictureError:
        raise
    except (OSError, ValueError) as error:  # a name with a null in it is a ValueError
        reason = f"which cannot be: {getattr(error, 'strerror', None) or error}"
        raise NoPictureError(path, reason, "a file that can be read") from error


def _decoded(file: IO[bytes], path: Path, notes: list[str]) -> Picture:
    """Let Pillow read large pictures, and neither it nor the libraries below it write anything."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    truncated, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    reason = DAMAGED
    try:
        with warnings.catch_warnings(), quiet():
            warnings.simplefilter("ignore")
            try:
                return _pixels(file, notes)
            except NoPictureError as error:
                reason = error.reason
            except Exception:  # what Pillow's readers raise is theirs to choose
                pass
    finally:
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = limit, truncated
    raise NoPictureError(path, reason)


def _pixels(file: IO[bytes], notes: list[str]) -> Picture:
    tags = depth.tiff_tags(file)
    image: Any = _identified(file, tags)
    width, height = image.size
    smaller = next((n for n in (1, 2, 4) if width * height <= MOST_PIXELS * n * n), 8)
    image.draft(None, (max(1, width // smaller), max(1, height // smaller)))
    depth.two_bytes_a_value(image, file, tags)
    image.load()
    kind, key = image.format, depth.transparent_value(image, file)
    if image.mode == "La":  # premultiplied
        image = image.convert("LA")
    with suppress(Exception):  # a rotation that cannot be read is none
        ImageOps.exif_transpose(image, in_place=True)
    values, opaque = depth.deep_values(image, file, tags, key), None
    if values is not None and image.mode == "RGBA":
        values, opaque = values[..., :3], depth.eight_bits(values[..., 3], tags, [])
    alpha = None
    if key is not None:
        seen = np.asarray(image.convert("L") if image.mode == "1" else image) if values is None else values
        hidden = seen == np.array(key)
        hidden = hidden.all(axis=2) if hidden.ndim == 3 else hidden
        alpha = Image.fromarray(np.where(hidden, 0, 255).astype(np.uint8))
    elif image.mode[-1] in "Aa":
        opacity = depth.opacity_said(kind, file, tags)
        if kind == "JPEG2000" and opacity == depth.PREMULTIPLIED:  # of a TIFF file's Pillow knows
            image = Image.merge(f"{image.mode[:-1]}a", image.split()).convert(image.mode)
        if opacity:
            alpha = image.convert("RGBA").getchannel("A") if opaque is None else Image.fromarray(opaque)
        else:
            image = Image.merge(image.mode[:-1], image.split()[:-1])
    if values is not None:
        eight = depth.eight_bits(values, tags, notes)
        inks = image.mode == "CMYK"
        image = Image.frombytes("CMYK", image.size, eight.tobytes()) if inks else Image.fromarray(eight)
    if alpha is not None and not any(alpha.getextrema()):
        notes.append(CLEAR)
    image = on_white(image, alpha)
    if image.width * image.height > MOST_PIXELS:
        image = image.reduce(smaller)
    if smaller > 1:
        notes.append(
            f"{width:,}×{height:,} pixels, read at 1/{smaller} of that: {image.width:,}×{image.height:,}."
        )
    return np.array(image)


def _identified(file: IO[bytes], tags: Mapping[int, Any]) -> Image.Image:
    """Return a picture whose pixels are not yet read, or say what it is that cannot be."""
    bands, bits = int(tags.get(BANDS, 1)), max(tags.get(depth.BITS, (1,)))
    numbers = max(tags.get(NUMBERS, (1,)))
    word = WORDS.get(numbers, "other")
    many = f"{bands} bands" if bands > 1 else "one band"
    layout = NoPictureError(Path(), f"which is a TIFF file of {many} of {bits}-bit {word} numbers")
    if bands > 4 or bits > 16 or word != "whole":
        raise layout
    if tags.get(SMALLER, 0) & 1:
        raise NoPictureError(Path(), RAW)
    try:
        image = Image.open(file, formats=_formats())
    except Exception:
        if tags:
            raise layout from None
        if (width := depth.jpeg_bits(file)) != 8:
            raise NoPictureError(Path(), f"which is a JPEG file of {width}-bit numbers") from None
        head = depth.start(file)
        first = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        found = [name for key, name in UNREAD.items() if first.startswith(key)]
        found += ["DICOM"] * (head[128:132] == b"DICM")
        if head[4:8] == b"ftyp" and head[8:12].decode("latin-1") in HEIC and "HEIF" not in _formats():
            raise NoPictureError(Path(), WITHOUT_HEIC) from None
        raise NoPictureError(Path(), f"which is {found[0]}" if found else DAMAGED) from None
    if image.width * image.height > LARGEST:
        size = f"{image.width:,}×{image.height:,} pixels"
        raise NoPictureError(Path(), f"which has {size}, more than {LARGEST:,}")
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        word = "floating-point" if image.mode == "F" else "whole"
        raise NoPictureError(Path(), f"which is a {image.format} file of 32-bit {word} numbers")
    if image.mode == "LAB":
        raise NoPictureError(Path(), "whose colours are LAB")
    return image


@cache
def _formats() -> tuple[str, ...]:
    try:
        import pillow_heif
    except ImportError:
        return FORMATS
    pillow_heif.register_heif_opener()
    return (*FORMATS, "HEIF")


def known_suffixes() -> frozenset[str]:
    """Return how the names of pictures end that are read here, in small letters."""
    known = Image.registered_extensions()
    return frozenset(suffix for suffix, kind in known.items() if kind in _formats())

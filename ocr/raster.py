"""Pictures (JPEG, PNG, TIFF) to pages. Pillow stays in this file."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Container, Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps

from ocr.errors import BrokenError, OcrError, PageTooLargeError, TooManyPagesError, TruncatedError
from ocr.limits import Limits
from ocr.values import PageImage

_BELIEVABLE_DPI = range(90, 1300)
_A4_INCHES = (8.27, 11.69)
_CARD_INCHES = (2.125, 3.370)
"""ID-1 of ISO/IEC 7810, the size of identity cards and driving licences."""
_CARD_SHAPE = 0.03
_PNG_HEADER = 24
_TIFF_HEADER = 8
_TRAILER = 4096
_CUT = ("truncated", "unexpected end", "not enough image data", "end of file", "too short", "read past", "eof")


def measure(data: bytes, kind: str, limits: Limits) -> list[tuple[float, float]]:
    """(width, height) in pixels of every page, from the headers alone; EXIF rotation is not yet applied."""
    with _own_errors(data), _opened(data, kind, limits) as picture:
        return [(float(width), float(height)) for width, height in _sizes(picture, limits)]


def examine(data: bytes, kind: str, limits: Limits) -> list[tuple[float, float]]:
    """The same, once the first page is unpacked; a JPEG at an eighth of its size, which reads every bit of it too."""
    with _own_errors(data), _opened(data, kind, limits) as picture:
        sizes = _sizes(picture, limits)
        if picture.format == "TIFF":
            picture.seek(0)
        picture.draft(None, (1, 1))
        picture.load()
        return [(float(width), float(height)) for width, height in sizes]


def draw(data: bytes, kind: str, limits: Limits, only: Container[int] | None = None) -> Iterator[PageImage]:
    """Every page as an upright RGB picture."""
    with _own_errors(data), _opened(data, kind, limits) as picture:
        for index in range(len(_sizes(picture, limits))):
            if only is not None and index not in only:
                continue
            if picture.format == "TIFF":
                picture.seek(index)
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            rgb = np.asarray(_on_white(upright), dtype=np.uint8)
            height, width = rgb.shape[:2]
            yield PageImage(index, width, height, _dpi(picture, upright.size), rgb)


def estimated_dpi(width: int, height: int) -> int:
    """Dots per inch if the picture shows an A4 page, or an identity card where it has a card's shape.

    Of A4 the better-fitting side decides.
    """
    short, long = sorted((width, height))
    if abs(long / max(1, short) / (_CARD_INCHES[1] / _CARD_INCHES[0]) - 1) < _CARD_SHAPE:
        return max(1, round(long / _CARD_INCHES[1]))
    return max(1, round(max(short / _A4_INCHES[0], long / _A4_INCHES[1])))


@contextmanager
def _own_errors(data: bytes) -> Iterator[None]:
    """Only this package's errors leave; Pillow's plug-ins raise almost anything on damaged input."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are checked below, and damaged metadata is not our business
            yield
    except OcrError:
        raise
    except Image.DecompressionBombError as error:
        raise PageTooLargeError(str(error)) from error
    except Exception as error:  # a parser of outside input lets only its own errors out
        if isinstance(error, EOFError) or any(sign in str(error).lower() for sign in _CUT) or _lacks_end(data):
            raise TruncatedError(str(error)) from error
        raise BrokenError(str(error)) from error


def _lacks_end(data: bytes) -> bool:
    """Whether the mark that ends a JPEG or PNG is missing, or a TIFF's first directory lies behind the file's end."""
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data
    if data.startswith(b"\xff\xd8"):
        return b"\xff\xd9" not in data[-_TRAILER:]
    order = "<" if data.startswith(b"II") else ">"
    return len(data) < _TIFF_HEADER or int(struct.unpack_from(order + "I", data, 4)[0]) >= len(data)


def _opened(data: bytes, kind: str, limits: Limits) -> Image.Image:
    if kind == "png" and len(data) >= _PNG_HEADER:
        # Pillow reads on to the first picture data before it tells a PNG's size; the header is enough to refuse it.
        width, height = struct.unpack_from(">II", data, 16)
        _refuse_large(int(width), int(height), limits)
    return Image.open(io.BytesIO(data), formats=[kind.upper()])


def _refuse_large(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels_page:
        raise PageTooLargeError(f"{width} x {height} pixels, at most {limits.max_pixels_page} together")


def _sizes(picture: Image.Image, limits: Limits) -> list[tuple[int, int]]:
    """Sizes of all frames of a TIFF, of the first frame otherwise; refuses before anything is unpacked."""
    sizes = []
    while True:
        width, height = picture.size
        _refuse_large(width, height, limits)
        sizes.append((width, height))
        if picture.format != "TIFF":
            return sizes
        if len(sizes) > limits.max_pages:
            raise TooManyPagesError(f"more than {limits.max_pages} pages")
        try:
            picture.seek(len(sizes))
        except EOFError:
            return sizes


def _on_white(picture: Image.Image) -> Image.Image:
    """RGB, with transparency laid on white paper and 16-bit greys scaled, not cut."""
    if picture.mode.startswith(("I", "F")):
        levels = np.asarray(picture, dtype=np.float32)
        top = 65535.0 if float(levels.max(initial=0.0)) > 255 else 255.0  # noqa: PLR2004 - 8 or 16 bits
        return Image.fromarray((levels * (255.0 / top)).clip(0, 255).astype(np.uint8)).convert("RGB")
    if picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return picture.convert("RGB")


def _dpi(picture: Image.Image, size: tuple[int, int]) -> int:
    """What the file says when a scanner could have meant it, else the estimate from the shape of the page."""
    try:
        said = round(float(picture.info["dpi"][0]))
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError):
        said = 0
    return said if said in _BELIEVABLE_DPI else estimated_dpi(*size)

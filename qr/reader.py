"""Reading QR symbols from pictures with zxing-cpp, with a ladder of retries for poor scans."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from qr.errors import SymbolError

if TYPE_CHECKING:
    from collections.abc import Iterator

Picture: TypeAlias = "bytes | Image.Image | NDArray[np.uint8]"
Grey: TypeAlias = NDArray[np.uint8]

MAX_BYTES = 40 * 1024 * 1024
MAX_PIXELS = 40_000_000  # an A4 page at 600 dpi is 35 million
MAX_ENLARGED = 24_000_000  # beyond this the ladder no longer enlarges
FORMATS = ("PNG", "JPEG", "WEBP")
_SCALES = (1.5, 2.0, 3.0)


def read_image(image: Picture) -> tuple[str, ...]:
    """The texts of all QR symbols in a picture, without doubles; empty if none reads.

    `image` is a PNG, JPEG or WebP file, a Pillow image, or a numpy array of 8-bit grey (h, w) or RGB (h, w, 3).
    The plain picture is tried first, then enlarged by 1.5, 2 and 3, sharpened, and thresholded; the first step that
    reads anything ends the search. Raises SymbolError IMAGE_TOO_LARGE or IMAGE_UNREADABLE (not a picture).
    """
    grey = _grey(image)
    for attempt in _ladder(grey):
        texts = _scan(attempt)
        if texts:
            return texts
    return ()


def read_back(png: bytes, text: str) -> None:
    """Prove that the drawn symbol reads as `text`, and nothing else does; SymbolError SYMBOL_NOT_READABLE otherwise."""
    if _scan(_grey(png)) != (text,):
        raise SymbolError("SYMBOL_NOT_READABLE")


def _ladder(grey: Grey) -> Iterator[Grey]:
    yield grey
    for scale in _SCALES:
        if grey.size * scale * scale <= MAX_ENLARGED:
            yield _array(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    blurred = cv2.GaussianBlur(grey, (0, 0), 2)
    yield _array(cv2.addWeighted(grey, 2.0, blurred, -1.0, 0))
    yield _array(cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 31, 5))


def _array(image: Any) -> Grey:
    return np.ascontiguousarray(image, dtype=np.uint8)


def _scan(grey: Grey) -> tuple[str, ...]:
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])  # no module-level value: it would leak at exit
    found = zxingcpp.read_barcodes(grey, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return tuple(dict.fromkeys(str(barcode.text) for barcode in found if barcode.valid))


def _grey(image: Picture) -> Grey:
    if isinstance(image, bytes):
        return _decode(image)
    if isinstance(image, Image.Image):
        _check_size(image.width, image.height)
        return _array(image.convert("L"))
    if image.dtype != np.uint8 or image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] != 3):  # noqa: PLR2004 - a picture is grey or RGB
        raise SymbolError("IMAGE_UNREADABLE", "an 8-bit array (h, w) or (h, w, 3) is needed")
    _check_size(image.shape[1], image.shape[0])
    return _array(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))  # noqa: PLR2004 - grey


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise SymbolError("IMAGE_UNREADABLE", "no pixels")
    if width * height > MAX_PIXELS:
        raise SymbolError("IMAGE_TOO_LARGE", f"{width} x {height} pixels")


def _decode(data: bytes) -> Grey:
    """Open an image file; its size is judged from the header, before a pixel is decoded."""
    if len(data) > MAX_BYTES:
        raise SymbolError("IMAGE_TOO_LARGE", f"{len(data)} bytes")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_size(*opened.size)
            return _flatten(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise SymbolError("IMAGE_TOO_LARGE") from error
    except SymbolError:
        raise
    except Exception as error:  # Pillow's plug-ins raise anything at all on broken files
        raise SymbolError("IMAGE_UNREADABLE", type(error).__name__) from error


def _flatten(opened: Image.Image) -> Grey:
    """Grey pixels on white paper: transparent means paper, not ink."""
    if opened.has_transparency_data:
        paper = Image.new("RGBA", opened.size, "white")
        paper.alpha_composite(opened.convert("RGBA"))
        return _array(paper.convert("L"))
    return _array(opened.convert("L"))

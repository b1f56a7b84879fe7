"""PDF files to pages. PDFium stays in this file; it is not thread-safe, so one thread at a time may be in here."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # values are typed before they leave this file
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from ocr.bombs import refuse_bombs
from ocr.errors import (
    BrokenError,
    NoPagesError,
    OcrError,
    PageTooLargeError,
    PasswordProtectedError,
    TooManyPagesError,
    TruncatedError,
)
from ocr.limits import Limits
from ocr.values import Box, PageImage, Word, hull

_POINTS = 72
_DEEPEST = 6
"""Pictures hidden deeper than this in nested forms are drawn, but do not decide the resolution."""
_WHOLE_PAGE = 0.8
"""A picture that covers this share of the page is the scan."""
_LEAST_DPI = 60
_MOST_OBJECTS = 20_000
_MOST_LETTERS = 40_000


def measure(data: bytes, limits: Limits) -> tuple[bool, list[tuple[float, float]]]:
    """Whether the file is encrypted, and (width, height) in points of every page."""
    with _opened(data, limits) as document:
        return _measured(document)


def examine(data: bytes, limits: Limits) -> tuple[bool, list[tuple[float, float]]]:
    """The same, and what ``draw`` would refuse of the first page is refused, but for what only drawing it shows."""
    with _opened(data, limits) as document:
        measured = _measured(document)
        if len(document):
            with _page(document, 0) as (page, width, height):
                _resolution(page, width, height, limits)
        return measured


def _measured(document: Any) -> tuple[bool, list[tuple[float, float]]]:
    encrypted = pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0
    return encrypted, [document.get_page_size(index) for index in range(len(document))]


def draw(data: bytes, limits: Limits, only: Container[int] | None = None) -> Iterator[PageImage]:
    """Every page as a picture, with form fields and signature widgets drawn.

    The resolution is that of the scan when one picture is the page, else ``limits.dpi_floor``.
    """
    with _opened(data, limits) as document:
        document.init_forms()
        for index in range(len(document)):
            if only is not None and index not in only:
                continue
            yield _drawn(document, index, limits)


@contextmanager
def _opened(data: bytes, limits: Limits) -> Iterator[Any]:
    if _is_cut(data):
        raise TruncatedError("the file ends before its cross-reference table")
    refuse_bombs(data, limits)
    document = _document(data)
    try:
        if len(document) > limits.max_pages:
            raise TooManyPagesError(f"{len(document)} pages, at most {limits.max_pages}")
        with _own_errors():
            yield document
    finally:
        document.close()


def _document(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        # pypdfium2 refuses a document without pages like one that cannot be opened, and PDFium's error number is then
        # that of some earlier file: open it once more by hand to tell them apart.
        handle = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        number = pdfium.FPDF_GetLastError()
        if handle:
            pdfium.FPDF_CloseDocument(handle)
            raise NoPagesError from error
        if number == pdfium.FPDF_ERR_PASSWORD:
            raise PasswordProtectedError from error
        raise BrokenError(str(error)) from error


def _is_cut(data: bytes) -> bool:
    """The last thing in a PDF is ``startxref`` and its number; objects after it mean that an update was cut off."""
    last = data.rfind(b"startxref")
    return last < 0 or b" obj" in data[last:]


@contextmanager
def _own_errors() -> Iterator[None]:
    """PDFium's errors become ours."""
    try:
        yield
    except OcrError:
        raise
    except Exception as error:  # a parser of outside input lets only its own errors out
        raise BrokenError(f"{type(error).__name__}: {error}") from error


@contextmanager
def _page(document: Any, index: int) -> Iterator[tuple[Any, float, float]]:
    """One page, with its width and height in points."""
    page = document[index]
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise BrokenError(f"page {index + 1} has no size")
        yield page, width, height
    finally:
        page.close()


def _drawn(document: Any, index: int, limits: Limits) -> PageImage:
    with _page(document, index) as (page, width, height):
        dpi, scanned = _resolution(page, width, height, limits)
        bitmap = page.render(scale=dpi / _POINTS, may_draw_forms=True, rev_byteorder=True, prefer_bgrx=False)
        try:
            rgb = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
        finally:
            bitmap.close()
        layer = () if scanned else _layer(page, rgb.shape[1], rgb.shape[0])
    return PageImage(index, rgb.shape[1], rgb.shape[0], dpi, rgb, layer)


def _layer(page: Any, width: int, height: int) -> tuple[Word, ...]:
    """The words that the page itself says, in the order in which it says them."""
    text = page.get_textpage()
    try:
        count = text.count_chars()
        if not 0 < count <= _MOST_LETTERS:
            return ()
        words: list[Word] = []
        letters: list[tuple[str, Box]] = []
        for number in range(count + 1):
            char = chr(pdfium.FPDFText_GetUnicode(text, number)) if number < count else " "
            if char.isspace() or not char.isprintable():
                if letters:
                    said = unicodedata.normalize("NFC", "".join(letter for letter, _ in letters))
                    words.append(Word(said, 1.0, hull([box for _, box in letters])))
                letters = []
                continue
            letters.append((char, _on_picture(page, text.get_charbox(number, loose=True), width, height)))
        return tuple(words)
    finally:
        text.close()


def _on_picture(page: Any, box: tuple[float, float, float, float], width: int, height: int) -> Box:
    """A box in the page's own units on its picture, whatever the page's turn and crop."""
    left, bottom, right, top = box
    places = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        places.append((across.value, down.value))
    (x0, y0), (x1, y1) = places
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _resolution(page: Any, width: float, height: float, limits: Limits) -> tuple[int, bool]:
    """Dots per inch to draw at, and whether the page is a scan; refuses what would need more pixels than allowed."""
    dpi, scanned = float(limits.dpi_floor), False
    for count, item in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=_DEEPEST)):
        if count > _MOST_OBJECTS:
            break
        across, down = item.get_px_size()
        if across * down > limits.max_pixels_page:
            raise PageTooLargeError(f"a picture of {across} x {down} pixels, at most {limits.max_pixels_page} together")
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= _WHOLE_PAGE * width * height:
            scanned = True
            long_side, points = max(across, down), max(right - left, top - bottom)
            dpi = max(dpi, long_side * _POINTS / points)
    dpi = min(dpi, float(limits.dpi_cap))
    most = (limits.max_pixels_page / (width * height)) ** 0.5 * _POINTS
    if most < _LEAST_DPI:
        raise PageTooLargeError(f"a page of {width / _POINTS:.0f} x {height / _POINTS:.0f} inches")
    return int(min(dpi, most)), scanned

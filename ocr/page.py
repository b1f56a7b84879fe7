"""One page from picture to text."""

from __future__ import annotations

from ocr.clean import prepare
from ocr.codes import find_codes
from ocr.quality import assess
from ocr.tesseract import Tesseract
from ocr.values import PageImage, PageText


def read_page(page: PageImage) -> PageText:
    """Read a page."""
    quality = assess(page.rgb, page.dpi)
    grey = prepare(page.rgb, page.dpi)
    codes = find_codes(grey)
    lines = () if quality.blank else Tesseract().read_page(grey)
    return PageText(page.width, page.height, page.dpi, lines, quality, codes, ("tesseract",))

"""Bytes of a paper to its pages."""

from __future__ import annotations

from collections.abc import Container, Iterator

from ocr import pdf, raster
from ocr.errors import FileTooLargeError
from ocr.limits import Limits
from ocr.probe import sniff
from ocr.values import PageImage


def pages(data: bytes, limits: Limits | None = None, *, only: Container[int] | None = None) -> Iterator[PageImage]:
    """The pages of a PDF, JPEG, PNG or TIFF as pictures, one at a time; of these, those whose index is in ``only``.

    Raises a ``PaperError`` for the whole file before the first page, or for a damaged page when it is reached. Not for
    several threads at once: PDFium has global state.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise FileTooLargeError(f"{len(data)} bytes, at most {limits.max_bytes}")
    kind = sniff(data)
    if kind == "pdf":
        yield from pdf.draw(data, limits, only)
    else:
        yield from raster.draw(data, kind, limits, only)

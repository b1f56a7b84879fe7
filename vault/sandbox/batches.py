"""The jobs that look at a batch of papers, run inside a child: is it one, where are its separators, cut papers out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

import ocr
import qr
from vault.domain.batches import separator_of
from vault.domain.errors import Invalid

Answer = tuple[Mapping[str, Any], Sequence[bytes]]
_DPI = 110
"""A module of the sheet's QR (80 mm, version 2) is more than ten pixels wide; letters are not read here."""
_MOST_PIXELS = 30_000_000
_INK = 60
"""So much darker than the paper is ink."""
_BLANK = 0.0004
"""A page with less ink than this share is blank: a speck, a fold, the shadow of the other side."""
_EDGE = 0.04
"""Scanners leave dark borders; so much of each side does not count."""


def batch_probe(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File -> `ocr.Probe`; `BATCH_NOT_PDF`, `BATCH_SIGNED`: cutting a signed file destroys its signatures."""
    limits = ocr.Limits(max_bytes=int(header["max_bytes"]), max_pages=int(header["max_pages"]))
    seen = ocr.probe(files[0], limits)
    if seen.kind != "pdf":
        raise Invalid("BATCH_NOT_PDF")
    if b"/ByteRange" in files[0]:
        raise Invalid("BATCH_SIGNED")
    return seen.as_dict(), ()


def separators(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """PDF, first page and how many -> for each page the separator on it, and whether it is blank."""
    start, count = int(header["start"]), int(header["count"])
    pdf = pypdfium2.PdfDocument(files[0])
    try:
        return {"pages": [_seen(pdf[index]) for index in range(start, min(start + count, len(pdf)))]}, ()
    finally:
        pdf.close()


def _seen(page: pypdfium2.PdfPage) -> Mapping[str, Any]:
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
    grey = page.render(scale=scale, grayscale=True).to_numpy()
    grey = grey[:, :, 0] if grey.ndim == 3 else grey  # noqa: PLR2004 - height, width, one channel
    return {"separator": separator_of(qr.read_image(np.ascontiguousarray(grey))), "blank": _is_blank(grey)}


def _is_blank(grey: np.ndarray[Any, Any]) -> bool:
    rows, columns = int(grey.shape[0] * _EDGE), int(grey.shape[1] * _EDGE)
    inner = grey[rows : grey.shape[0] - rows, columns : grey.shape[1] - columns]
    if inner.size == 0:
        return False
    paper = float(np.median(inner))
    return float((inner < paper - _INK).mean()) < _BLANK


def cut(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """PDF and ranges of pages -> one PDF a range. The same range gives the same bytes each time."""
    try:
        reader = PdfReader(io.BytesIO(files[0]))
        return {}, [_cut(reader, int(first), int(last)) for first, last in header["ranges"]]
    except (PyPdfError, RecursionError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Invalid("BROKEN_PDF") from error


def _cut(reader: PdfReader, first: int, last: int) -> bytes:
    writer = PdfWriter()
    writer.append(reader, pages=(first, last + 1), import_outline=False)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


BATCHES: Mapping[str, Callable[[Mapping[str, Any], Sequence[bytes]], Answer]] = {
    "batch_probe": batch_probe,
    "separators": separators,
    "cut": cut,
}

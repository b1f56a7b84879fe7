"""The one job of intake: may this file come in? A zygote of its own, for a child costs what its zygote has loaded.

Every file that comes in waits for this child and for no other, so the zygote loads what it takes to open a file and
nothing that reads, signs or draws one, and has opened a file before: what a library does once is done for every child.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image
from pypdf import PdfWriter

import ocr
from vault.sandbox.active import refuse_active

Answer = tuple[Mapping[str, Any], Sequence[bytes]]


def examine(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File and whether to `advise` -> `ocr.Probe`, once its first page is opened and nothing in it acts by itself."""
    limits = ocr.Limits(max_bytes=int(header["max_bytes"]), max_pages=int(header["max_pages"]))
    seen = ocr.examine(files[0], limits)
    if seen.kind == "pdf":
        refuse_active(files[0])
    advice: list[str] = []
    if header.get("advise"):
        advice = list(ocr.glance(next(iter(ocr.pages(files[0], limits, only=(0,))))))
    return {**seen.as_dict(), "advice": advice}, ()


def warm() -> None:
    """Open one file of our own of each kind."""
    picture, pdf, limits = Image.new("L", (8, 8), "white"), io.BytesIO(), {"max_bytes": 1 << 20, "max_pages": 1}
    writer = PdfWriter()
    writer.add_blank_page(72, 72).compress_content_streams()
    writer.write(pdf)
    drawn = [pdf.getvalue()]
    for kind in ("PDF", "JPEG", "PNG", "TIFF"):
        target = io.BytesIO()
        picture.save(target, kind)
        drawn.append(target.getvalue())
    for one in drawn:
        examine(limits, [one])


JOBS: dict[str, Callable[[Mapping[str, Any], Sequence[bytes]], Answer]] = {"examine": examine}

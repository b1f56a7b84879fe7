"""Specimens as files: JPEG, PNG, TIFF and image PDF with the resolution set, the same bytes for the same arguments."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.golden.specimens.degrade import Degraded, degrade

if TYPE_CHECKING:
    from PIL import Image

    from tests.golden.specimens.model import Specimen

_QUALITY = {0: 92, 1: 88, 2: 80, 3: 80, 4: 80}


def scans(specimen: Specimen, severity: int, *, seed: int | None = None) -> tuple[Degraded, ...]:
    """Every page degraded; the seed is the specimen's own when none is given."""
    start = specimen.seed if seed is None else seed
    return tuple(
        degrade(page, severity, seed=f"{specimen.kind}/{start}/{number}") for number, page in enumerate(specimen.pages)
    )


def as_jpeg(specimen: Specimen, severity: int, *, seed: int | None = None, page: int = 0) -> bytes:
    """One page as JPEG, grey where the scan is grey."""
    scan = scans(specimen, severity, seed=seed)[page]
    return _jpeg(scan.image, scan.dpi, severity)


def as_png(specimen: Specimen, severity: int, *, seed: int | None = None, page: int = 0) -> bytes:
    """One page as PNG."""
    scan = scans(specimen, severity, seed=seed)[page]
    stream = io.BytesIO()
    scan.image.save(stream, "PNG", dpi=(scan.dpi, scan.dpi))
    return stream.getvalue()


def as_tiff(specimen: Specimen, severity: int, *, seed: int | None = None) -> bytes:
    """All pages as one TIFF: CCITT group 4 where the scan is black and white, deflate elsewhere."""
    first, *others = scans(specimen, severity, seed=seed)
    bilevel = all(scan.image.mode == "1" for scan in (first, *others))
    stream = io.BytesIO()
    first.image.save(
        stream,
        "TIFF",
        save_all=True,
        append_images=[scan.image for scan in others],
        compression="group4" if bilevel else "tiff_deflate",
        dpi=(first.dpi, first.dpi),
    )
    return stream.getvalue()


def as_pdf(specimen: Specimen, severity: int, *, seed: int | None = None) -> bytes:
    """All pages as one PDF of pictures without a text layer, as office scanners make them; pages in true size."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.setTitle(f"{specimen.kind} - BẢN MẪU")
    for scan in scans(specimen, severity, seed=seed):
        wide, high = scan.image.width * 72 / scan.dpi, scan.image.height * 72 / scan.dpi
        canvas.setPageSize((wide, high))
        picture = ImageReader(io.BytesIO(_jpeg(scan.image, scan.dpi, severity)))
        canvas.drawImage(picture, 0, 0, wide, high)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _jpeg(image: Image.Image, dpi: int, severity: int) -> bytes:
    stream = io.BytesIO()
    flat = image.convert("L") if image.mode == "1" else image
    flat.save(stream, "JPEG", quality=_QUALITY[severity], dpi=(dpi, dpi))
    return stream.getvalue()

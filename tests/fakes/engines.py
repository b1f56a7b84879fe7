"""`ports.Engines` without child process and reader: composition and inspection are real, reading is told."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from cryptography import x509
from PIL import Image

import ocr
import qr
import signing
from vault.domain.errors import Invalid
from vault.ports import ReadPage
from vault.sandbox.engines import SandboxEngines


def scan(number: int) -> bytes:
    """A PNG of an empty page at 72 dpi, different for every number."""
    picture = Image.new("L", (595, 300), 255)
    for place in range(64):
        picture.putpixel((8 + place, 8), 0 if number >> place & 1 else 255)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


NUMBER = "12/GPXD"


class ToldEngines:
    """Reads what it was told; `pages` is how many every file has, `bad_pages` are the ones that no reader can read."""

    number = NUMBER

    def __init__(
        self,
        text: str = "GIẤY PHÉP XÂY DỰNG",
        *,
        number: str = NUMBER,
        pages: int = 1,
        bad_pages: frozenset[int] = frozenset(),
    ) -> None:
        self.text, self.number, self.pages, self.bad_pages = text, number, pages, bad_pages
        self.read: list[int] = []

    def probe(self, data: bytes) -> ocr.Probe:
        """What the file says, but for its number of pages."""
        return replace(ocr.probe(data), pages=self.pages)

    def examine(self, data: bytes, *, sender: str = "", advise: bool = False) -> ocr.Probe:
        """The same; every picture is good enough."""
        del sender, advise
        return self.probe(data)

    def read_page(
        self,
        data: bytes,
        index: int,
        *,
        fast: bool = False,
        unless_from: Collection[str] = (),
        only_look: bool = False,
    ) -> ReadPage:
        """The told text."""
        del data, fast, unless_from, only_look
        if index in self.bad_pages:
            raise Invalid("PAGE_TOO_LARGE")
        self.read.append(index)
        return ReadPage(f"preview {self.text} {index}".encode(), page(self.text))

    def searchable(self, data: bytes, texts: Sequence[bytes], *, title: str, at: datetime) -> bytes:
        """The real copy of one white page for each text."""
        del data
        white = np.full((64, 64, 3), 255, dtype=np.uint8)
        images = [ocr.PageImage(index, 64, 64, 72, white) for index in range(len(texts))]
        read = [ocr.PageText.from_dict(json.loads(text)) if text else None for text in texts]
        return ocr.searchable(zip(images, read, strict=True), title=title, at=at)

    def understand(self, pages: Sequence[ocr.PageText], templates: Sequence[ocr.Template]) -> ocr.Understanding:
        """A building permit, whatever it is."""
        del templates
        value = ocr.FieldValue(self.number, 0.95, len(pages) - 1, (1, 1, 9, 9), self.number, accept=True)
        return ocr.Understanding(ocr.TypeGuess("GPXD", 0.9), {"number": value})

    def inspect(
        self, pdf: bytes, *, trust: signing.Trust, now: datetime, evidence: signing.Evidence | None = None
    ) -> signing.Report:
        """The real report."""
        return signing.inspect(pdf, trust=trust, now=now, evidence=evidence)

    def chains(self, pdf: bytes, *, trust: signing.Trust, now: datetime) -> tuple[tuple[x509.Certificate, ...], ...]:
        """The real chains."""
        return signing.chains_of(pdf, trust=trust, now=now)

    def picture(self, data: bytes, index: int) -> bytes:
        """A told picture."""
        return f"picture {len(data)} {index}".encode()

    def changed_pages(self, old: bytes, new: bytes) -> tuple[int, ...]:
        """The first page, when the files differ."""
        return (0,) if old != new else ()

    def codes(self, image: bytes) -> tuple[str, ...]:
        """The real symbols."""
        return tuple(qr.read_image(image))

    def to_pdf(self, scan: bytes) -> bytes:
        """A page of the picture's size."""
        with Image.open(io.BytesIO(scan)) as picture:
            width, height = picture.size
        return signing.pages_to_pdf([signing.PageImageBytes(scan, width, height, 72)])

    def compose(self, original: bytes, *, mark: signing.ConversionMark, qr_png: bytes) -> bytes:
        """The real strip."""
        return signing.add_strip(self.to_pdf(original), mark=mark, qr_png=qr_png, qr_mm=30)

    def cover(
        self,
        *,
        mark: signing.ConversionMark,
        qr_png: bytes,
        title: str,
        rows: Sequence[tuple[str, str]],
        signatures: Sequence[signing.SignatureLine],
    ) -> bytes:
        """The real cover sheet."""
        return signing.cover_sheet(mark=mark, qr_png=qr_png, title=title, rows=rows, signatures=signatures, qr_mm=30)


class FirstPageEngines(SandboxEngines):
    """The real engines, which read the first page of a long law and are told the others."""

    def read_page(
        self,
        data: bytes,
        index: int,
        *,
        fast: bool = False,
        unless_from: Collection[str] = (),
        only_look: bool = False,
    ) -> ReadPage:
        """The real first page."""
        if index:
            return ReadPage(b"preview", page("Luật"))
        return super().read_page(data, index, fast=fast, unless_from=unless_from, only_look=only_look)


def page(text: str) -> ocr.PageText:
    """A page that says `text`."""
    quality = ocr.Quality(dpi=72, sharpness=1.0, contrast=1.0, unevenness=0.0, blank=False)
    words = tuple(ocr.Word(word, 0.95, (1, 1, 9, 9)) for word in text.split())
    return ocr.PageText(64, 64, 72, (ocr.Line(words),), quality)

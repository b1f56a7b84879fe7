"""Small PDFs drawn by the tests, and ways to append to them as an attacker would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from reportlab.pdfgen.canvas import Canvas

from signing import (
    DevelopmentPki,
    Level,
    LocalTimestampAuthority,
    Report,
    Sealer,
    Trust,
    create_development_pki,
    inspect,
    seal,
)
from signing.sealing import _Clerk, _Hand


def plain_pdf(pages: int = 1, text: str = "BAN MAU - quyet dinh so 15") -> bytes:
    target = BytesIO()
    canvas = Canvas(target, pagesize=(595.28, 841.89), invariant=1)
    for number in range(pages):
        canvas.drawString(72, 700, f"{text} {number + 1}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def page_image(width: int = 413, height: int = 585, *, form: str = "JPEG", mode: str = "RGB", **save: object) -> bytes:
    """A picture with a dark corner at the top left, so that turning it shows."""
    ground = {"RGB": (250, 240, 230), "L": 240, "1": 1, "CMYK": (0, 10, 20, 0), "RGBA": (0, 0, 0, 0)}[mode]
    ink = {"RGB": (20, 20, 120), "L": 10, "1": 0, "CMYK": (255, 255, 0, 50), "RGBA": (200, 0, 0, 255)}[mode]
    picture = Image.new(mode, (width, height), ground)
    picture.paste(ink, (0, 0, width // 4, height // 8))
    target = BytesIO()
    picture.save(target, form, **save)
    return target.getvalue()


def text_of(pdf: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].get_textpage().get_text_range()


def picture_of(pdf: bytes, page: int = 0, *, dpi: float = 72) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def size_of(pdf: bytes, page: int = 0) -> tuple[float, float]:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].get_size()


def last_startxref(pdf: bytes) -> int:
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


def appended(pdf: bytes, objects: dict[int, bytes], *, trailer: bytes = b"", eof: bytes = b"%%EOF\n") -> bytes:
    """`pdf` with an incremental update written by hand: object number -> body, then a table, then `eof`."""
    out = bytearray(pdf)
    if not out.endswith(b"\n"):
        out += b"\n"
    rows = bytearray()
    for number, body in sorted(objects.items()):
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", pdf)[-1]
    size = max(int(n) for n in re.findall(rb"/Size\s+(\d+)", pdf))
    size = max(size, max(objects, default=0) + 1)
    out += b"xref\n" + bytes(rows)
    out += b"trailer\n<< /Size %d /Root %s /Prev %d %s >>\n" % (size, root, last_startxref(pdf), trailer)
    out += b"startxref\n%d\n" % start + eof
    return bytes(out)


def object_body(pdf: bytes, number: int) -> bytes:
    """The last body of an object that is written in clear."""
    return re.findall(rb"(?:^|[\r\n])%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.DOTALL)[-1]


def number_of(pdf: bytes, marker: bytes) -> int:
    """The number of the last object in clear whose body holds `marker`."""
    bodies = re.findall(rb"(?:^|[\r\n])(\d+) 0 obj\s*(.*?)\s*endobj", pdf, re.DOTALL)
    return next(int(number) for number, body in reversed(bodies) if marker in body)


@dataclass(frozen=True, repr=False)
class Office:
    """An invented agency: its development PKI, its key, its authority, and who trusts it."""

    pki: DevelopmentPki
    passphrase: bytes
    sealer: Sealer
    tsa: LocalTimestampAuthority
    trust: Trust
    now: datetime
    blank: bytes

    def seal(self, pdf: bytes | None = None, level: Level = Level.B_LTA, **more: Any) -> bytes:
        """The file (a blank page by default) sealed at `level`."""
        arguments = {"timestamper": self.tsa, "validation": self.pki.evidence, **more}
        return seal(self.blank if pdf is None else pdf, sealer=self.sealer, now=self.now, level=level, **arguments).pdf

    def inspect(self, pdf: bytes, *, days: int = 0, **more: Any) -> Report:
        """What a verifier who pins this office's root sees, so many days later."""
        return inspect(pdf, now=self.now + timedelta(days=days), **{"trust": self.trust, **more})

    def certify(self, pdf: bytes, permission: int) -> bytes:
        """A certification signature with this DocMDP permission."""
        metadata = signers.PdfSignatureMetadata(
            field_name="Certification",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm(permission),
        )
        signer = signers.PdfSigner(metadata, _Hand(self.sealer, _Clerk(None)))
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=16384).getvalue())


def open_office(now: datetime, agency: str = "UBND phường Ỹ La (BẢN MẪU)", *, rsa_bits: int | None = None) -> Office:
    passphrase = b"only for tests"
    pki = create_development_pki(now, agency, passphrase, rsa_bits=rsa_bits)
    return Office(
        pki=pki,
        passphrase=passphrase,
        sealer=Sealer.from_pkcs12(pki.seal_pkcs12, passphrase),
        tsa=pki.timestamp_authority(passphrase, lambda: now),
        trust=Trust.from_pem(pki.root_pem),
        now=now,
        blank=plain_pdf(),
    )

"""The jobs that look at papers, run inside a child: probe, read a page, understand, inspect, find codes, compose."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

import ocr
import qr
import signing

Answer = tuple[Mapping[str, Any], Sequence[bytes]]
PREVIEW_QUALITY = 80
PREVIEW_SIDE = 2000
COMPARED_PAGES = 30
COMPARED_SIDE = 700
CODE_PAGES = 3
"""A QR of ours stands on the first page or on its cover sheet; three pages leave room for a title leaf."""


def _limits(header: Mapping[str, Any]) -> ocr.Limits:
    return ocr.Limits(max_bytes=int(header["max_bytes"]), max_pages=int(header["max_pages"]))


def _page(data: bytes, index: int, limits: ocr.Limits) -> ocr.PageImage:
    return next(iter(ocr.pages(data, limits, only=(index,))))


def _jpeg(page: ocr.PageImage, turned: int) -> bytes:
    picture = Image.fromarray(ocr.turned(page.rgb, turned))
    picture.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=PREVIEW_QUALITY)
    return target.getvalue()


def probe(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File -> `ocr.Probe`."""
    return ocr.probe(files[0], _limits(header)).as_dict(), ()


def read_page(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File, page index and whether to read fast -> `ocr.PageText`, and the page as JPEG, upright.

    With `only_look`, or with a QR on it that reads like a credential of one of `unless_from`, no line is read.
    """
    page = _page(files[0], int(header["index"]), _limits(header))
    hosts, only_look = frozenset(header["unless_from"]), bool(header["only_look"])
    read = ocr.read_page(
        page,
        readers=ocr.default_readers(fast=bool(header["fast"])),
        unless=lambda found: only_look or any(_is_credential(one.text, hosts) for one in found),
    )
    return read.as_dict(), (_jpeg(page, read.turned),)


def _is_credential(text: str, hosts: frozenset[str]) -> bool:
    try:
        qr.parse(text, hosts=hosts)
    except qr.CredentialError:
        return False
    return True


def searchable(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File, and each page's `ocr.PageText` as JSON (nothing for a page that was not read) -> PDF/A with text."""
    images = ocr.pages(files[0], _limits(header))
    texts = [ocr.PageText.from_dict(json.loads(raw)) if raw else None for raw in files[1:]]
    at = datetime.fromisoformat(header["at"])
    return {}, (ocr.searchable(zip(images, texts, strict=False), title=header["title"], at=at),)


def understand(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """Pages and templates -> `ocr.Understanding`."""
    del files
    pages = [ocr.PageText.from_dict(page) for page in header["pages"]]
    templates = [ocr.Template.from_dict(template) for template in header["templates"]]
    return ocr.understand(pages, templates).as_dict(), ()


def inspect(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """PDF, PEM of the roots and of known intermediates, kept evidence -> `signing.Report`."""
    report = signing.inspect(
        files[0], trust=_trust(header, files), now=_now(header), evidence=signing.Evidence.from_bytes(files[3])
    )
    return report.as_dict(), ()


def chains(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """PDF, PEM of the roots and of known intermediates -> PEM of each chain to a root."""
    found = signing.chains_of(files[0], trust=_trust(header, files), now=_now(header))
    return {}, [b"".join(one.public_bytes(Encoding.PEM) for one in chain) for chain in found]


def _trust(header: Mapping[str, Any], files: Sequence[bytes]) -> signing.Trust:
    return signing.Trust(
        roots=_certificates(files[1]),
        intermediates=_certificates(files[2]),
        revocation=signing.RevocationPolicy(header["revocation"]),
    )


def _now(header: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(header["now"])


def _certificates(pem: bytes) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_pem_x509_certificates(pem)) if pem else ()


def codes(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """Picture or PDF -> texts of its QR symbols."""
    limits = _limits(header)
    if ocr.probe(files[0], limits).kind != "pdf":
        return {"texts": list(qr.read_image(files[0]))}, ()
    pages = islice(ocr.pages(files[0], limits, only=range(CODE_PAGES)), CODE_PAGES)
    found = dict.fromkeys(text for page in pages for text in qr.read_image(page.rgb))
    return {"texts": list(found)}, ()


def picture(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File and page index -> the page as JPEG."""
    return {}, (_jpeg(_page(files[0], int(header["index"]), _limits(header)), 0),)


def changed(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """An older and a newer file -> indexes of the first pages that look different, or that only one of them has."""
    limits = _limits(header)
    pairs = zip_longest(_small(files[0], limits), _small(files[1], limits))
    return {"pages": [index for index, (old, new) in enumerate(pairs) if old != new]}, ()


def _small(data: bytes, limits: ocr.Limits) -> Iterator[bytes]:
    """Each of the first pages, small and without shades: what a person would see as a difference stays."""
    for page in islice(ocr.pages(data, limits, only=range(COMPARED_PAGES)), COMPARED_PAGES):
        drawn = Image.fromarray(page.rgb).convert("L")
        drawn.thumbnail((COMPARED_SIDE, COMPARED_SIDE))
        yield drawn.point(lambda shade: shade // 32).tobytes()


def _mark(raw: Mapping[str, Any]) -> signing.ConversionMark:
    return signing.ConversionMark(**{**raw, "at": datetime.fromisoformat(raw["at"])})


def to_pdf(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """Picture -> PDF of the same size."""
    return {}, (signing.pages_to_pdf([_image(page) for page in ocr.pages(files[0], _limits(header))]),)


def compose(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """File and QR -> PDF of the paper with the strip under its first page, unsigned.

    A PDF that a viewer shows, but that cannot be carried over as it is (encrypted without a password, its structure
    mended by the viewer), goes the way of a scan: as pictures of its pages.
    """
    limits, original = _limits(header), files[0]
    if ocr.probe(original, limits).kind == "pdf":
        with suppress(signing.PasswordProtectedError, signing.BrokenPdfError, signing.HybridFileError):
            return {}, (_with_strip(original, header, files[1]),)
    pictures = signing.pages_to_pdf([_image(page) for page in ocr.pages(original, limits)])
    return {}, (_with_strip(pictures, header, files[1]),)


def _with_strip(pdf: bytes, header: Mapping[str, Any], qr_png: bytes) -> bytes:
    return signing.add_strip(pdf, mark=_mark(header["mark"]), qr_png=qr_png, qr_mm=float(header["qr_mm"]))


def _image(page: ocr.PageImage) -> signing.PageImageBytes:
    target = io.BytesIO()
    Image.fromarray(page.rgb).save(target, "JPEG", quality=92, subsampling=0)
    return signing.PageImageBytes(target.getvalue(), page.width, page.height, page.dpi)


def cover(header: Mapping[str, Any], files: Sequence[bytes]) -> Answer:
    """Facts and QR -> cover sheet, unsigned."""
    return {}, (
        signing.cover_sheet(
            mark=_mark(header["mark"]),
            qr_png=files[0],
            title=header["title"],
            rows=[(label, value) for label, value in header["rows"]],
            signatures=[signing.SignatureLine(**line) for line in header["signatures"]],
            qr_mm=float(header["qr_mm"]),
        ),
    )


PAPERS: Mapping[str, Callable[[Mapping[str, Any], Sequence[bytes]], Answer]] = {
    "probe": probe,
    "read_page": read_page,
    "searchable": searchable,
    "understand": understand,
    "inspect": inspect,
    "chains": chains,
    "codes": codes,
    "picture": picture,
    "changed": changed,
    "to_pdf": to_pdf,
    "compose": compose,
    "cover": cover,
}

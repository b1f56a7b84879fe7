"""What is this file, and may we read it? Decided from its headers, before any picture is unpacked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ocr import pdf, raster
from ocr.errors import EmptyFileError, FileTooLargeError, NoPagesError, NotAPaperError, TooManyPagesError
from ocr.limits import Limits

Kind = Literal["pdf", "jpeg", "png", "tiff"]

MIME: Mapping[Kind, str] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
}
_PDF_HEADER_WITHIN = 1024
_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A file's kind and size. ``page_sizes`` are (width, height): PDF points of 1/72 inch, pixels for pictures.

    ``encrypted`` is true for a PDF that is encrypted but opens without a password. ``advice``: what a better picture of
    the first page would mend (``Quality.advice``), where somebody looked.
    """

    kind: Kind
    mime: str
    pages: int
    encrypted: bool
    page_sizes: tuple[tuple[float, float], ...]
    advice: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "kind": self.kind,
            "mime": self.mime,
            "pages": self.pages,
            "encrypted": self.encrypted,
            "page_sizes": [list(size) for size in self.page_sizes],
            "advice": list(self.advice),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Probe:
        """The probe that ``as_dict`` described."""
        return cls(
            kind=cast("Kind", raw["kind"]),
            mime=str(raw["mime"]),
            pages=int(raw["pages"]),
            encrypted=bool(raw["encrypted"]),
            page_sizes=tuple((float(width), float(height)) for width, height in raw["page_sizes"]),
            advice=tuple(str(code) for code in raw.get("advice", ())),
        )


def sniff(data: bytes) -> Kind:
    """The kind by content alone; ``EmptyFileError`` or ``NotAPaperError`` otherwise."""
    if not data:
        raise EmptyFileError
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:  # PDF 32000-1, Annex H.3, note 13: readers accept a late header
        return "pdf"
    raise NotAPaperError("the first bytes are neither PDF, JPEG, PNG nor TIFF")


def probe(data: bytes, limits: Limits | None = None) -> Probe:
    """Look at ``data`` cheaply: kind, pages, sizes. Raises a ``PaperError`` for what must not be read.

    No page is drawn and no picture unpacked; damage inside a page shows only when ``pages`` reaches it.
    """
    return _seen(data, limits or Limits(), pdf.measure, raster.measure)


def examine(data: bytes, limits: Limits | None = None) -> Probe:
    """``probe``, and the first page is opened: a file that no reader will ever open is refused at once.

    The page of a PDF is parsed and not drawn: it has a size, and no picture on it is too large. A picture is unpacked.
    """
    return _seen(data, limits or Limits(), pdf.examine, raster.examine)


_Sizes = list[tuple[float, float]]


def _seen(
    data: bytes,
    limits: Limits,
    of_pdf: Callable[[bytes, Limits], tuple[bool, _Sizes]],
    of_picture: Callable[[bytes, str, Limits], _Sizes],
) -> Probe:
    if len(data) > limits.max_bytes:
        raise FileTooLargeError(f"{len(data)} bytes, at most {limits.max_bytes}")
    kind = sniff(data)
    encrypted = False
    if kind == "pdf":
        encrypted, sizes = of_pdf(data, limits)
    else:
        sizes = of_picture(data, kind, limits)
    if not sizes:
        raise NoPagesError
    if len(sizes) > limits.max_pages:
        raise TooManyPagesError(f"more than {limits.max_pages} pages")
    return Probe(kind, MIME[kind], len(sizes), encrypted, tuple(sizes))

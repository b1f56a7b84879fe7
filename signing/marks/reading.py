"""Open a PDF with pypdf for composing, with this engine's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.errors import FileNotDecryptedError, PyPdfError

from signing.errors import AlreadySignedError, BrokenPdfError, NotAPdfError, PasswordProtectedError

_UNREADABLE = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    OSError,
)


@contextmanager
def carrying() -> Iterator[None]:
    """Whatever pypdf meets in a foreign file while pages are composed is BROKEN_PDF."""
    try:
        yield
    except _UNREADABLE as error:
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error


def reader(pdf: bytes) -> PdfReader:
    """Strictly opened; NOT_A_PDF, BROKEN_PDF or PASSWORD_PROTECTED."""
    if not pdf.startswith(b"%PDF-"):
        raise NotAPdfError("no %PDF header at the first byte")
    try:
        opened = PdfReader(BytesIO(pdf), strict=True)
        encrypted = opened.is_encrypted
        if not encrypted and not opened.pages:
            raise BrokenPdfError("the file has no page")
    except FileNotDecryptedError as error:
        raise PasswordProtectedError("the file is encrypted") from error
    except _UNREADABLE as error:
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error
    if encrypted:
        raise PasswordProtectedError("the file is encrypted")
    return opened


def writer_over(pdf: bytes) -> PdfWriter:
    """A writer holding everything of `pdf`. ALREADY_SIGNED when the file carries a signature: it is never rewritten."""
    opened = reader(pdf)
    with carrying():
        if _signed(opened):
            raise AlreadySignedError("compose a cover sheet beside it")
        writer = PdfWriter(clone_from=opened)
    writer.pdf_header = "%PDF-1.7"
    return writer


def written(writer: PdfWriter) -> bytes:
    """The bytes of a composed file; BROKEN_PDF when an object of the source cannot be carried over."""
    target = BytesIO()
    with carrying():
        writer.write(target)
    return target.getvalue()


def _signed(opened: PdfReader) -> bool:
    fields = opened.get_fields() or {}
    return any(field.get("/FT") == "/Sig" and field.get("/V") is not None for field in fields.values())

"""Open a PDF for adding to it, and refuse what must not be added to.

The only place of sealing that turns pyHanko's reading errors into this engine's own.
"""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.metadata.model import DocumentMetadata
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import read_certification_data

from signing.errors import (
    BrokenPdfError,
    DocMdpForbidsError,
    FieldTakenError,
    HybridFileError,
    NotAPdfError,
    PasswordProtectedError,
)

if TYPE_CHECKING:
    from datetime import datetime

_HEADER: Final = re.compile(rb"%PDF-[12]\.\d")


def open_for_update(stream: BytesIO, password: str | None = None) -> Any:
    """A pyHanko incremental writer over `stream`, after the checks that `seal` promises.

    Raises NOT_A_PDF, BROKEN_PDF, HYBRID_FILE, PASSWORD_PROTECTED or DOCMDP_FORBIDS.
    """
    head = bytes(stream.getbuffer()[:8])
    if not _HEADER.match(head):
        raise NotAPdfError("no %PDF header at the first byte")
    try:
        writer = IncrementalPdfFileWriter(stream, strict=True)
    except RecursionError as error:
        raise BrokenPdfError("nested too deeply") from error
    except Exception as error:  # every fault of a foreign file surfaces here, in types beyond counting
        if "ncrypt" in str(error):
            raise PasswordProtectedError(str(error)) from error
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error
    _unlock(writer, password)
    _refuse(writer.prev)
    return writer


def _unlock(writer: Any, password: str | None) -> None:
    if writer.prev.security_handler is None:
        return
    # The empty user password opens files that are only "protected" against printing or editing.
    for attempt in (password,) if password is not None else ("",):
        try:
            result = writer.encrypt(attempt)
        except Exception as error:
            raise PasswordProtectedError(f"{type(error).__name__}") from error
        del result
        if writer.security_handler.is_authenticated():
            return
    raise PasswordProtectedError("the password is missing or wrong")


def _refuse(reader: PdfFileReader) -> None:
    if reader.xrefs.hybrid_xrefs_present:
        raise HybridFileError("two cross-reference tables in one section")
    try:
        pages = int(reader.root["/Pages"]["/Count"])
        certification = read_certification_data(reader)
    except Exception as error:
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error
    if pages < 1:
        raise BrokenPdfError("the file has no page")
    if certification is not None and certification.permission == MDPPerm.NO_CHANGES:
        raise DocMdpForbidsError("certified with P = 1")


class _Dated(DocumentMetadata):
    """Metadata whose date of change is given: pyHanko takes the machine's clock for every revision."""

    def __init__(self, at: datetime) -> None:
        self.__dict__["at"] = at
        super().__init__()

    @property
    def last_modified(self) -> datetime:
        """When the revision was made; setting it changes nothing."""
        at: datetime = self.__dict__["at"]
        return at

    @last_modified.setter
    def last_modified(self, _: object) -> None: ...


def make_repeatable(writer: Any, *, at: datetime) -> None:
    """Let the revision depend on nothing but the file and `at`: the same update again gives the same bytes.

    The second file identifier then comes from the content, as ISO 32000-1, 14.4 proposes, instead of from chance. A
    signer that answers an hour later, to a digest that was made again meanwhile, answers to the same digest.
    """
    identifier = writer._document_id  # noqa: SLF001 - pyHanko offers no other way; test_remote.py holds it
    with writer.prev.stream.getbuffer() as content:
        seen = hashlib.sha256(content)
    if "/ID" not in writer.prev.trailer:  # else the first part stays: keys of encrypted files are made from it
        identifier[0] = ByteStringObject(seen.digest()[:16])
    seen.update(at.isoformat().encode())
    identifier[1] = ByteStringObject(seen.digest()[:16])
    writer._meta = _Dated(at)  # noqa: SLF001 - as above


def free_field_name(reader: PdfFileReader, wanted: str | None, stem: str) -> str:
    """`wanted` if it is not signed yet, else the first free `stem`N. FIELD_TAKEN when a wanted name is signed."""
    try:
        fields = {name: value is not None for name, value, _ in enumerate_sig_fields(reader)}
    except Exception as error:
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error
    if wanted is not None:
        if fields.get(wanted):
            raise FieldTakenError(wanted)
        return wanted
    return next(name for name in (f"{stem}{n}" for n in range(1, len(fields) + 2)) if name not in fields)


def archive_expires_at(pdf: bytes, password: str | None = None) -> datetime | None:
    """When the newest document time stamp loses its force: the end of its authority's certificate.

    None when there is no document time stamp. Renew with `refresh` well before. Raises as `seal` does.
    """
    writer = open_for_update(BytesIO(pdf), password)
    try:
        stamps = writer.prev.embedded_timestamp_signatures
        if not stamps:
            return None
        end: datetime = stamps[-1].signer_cert.not_valid_after
    except Exception as error:
        raise BrokenPdfError(f"{type(error).__name__}: {error}") from error
    return end

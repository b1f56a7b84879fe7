"""Seal a PDF (PAdES, ETSI EN 319 142-1) by incremental update, lift a pending seal, renew its archive time stamps.

What a failing part costs: a time-stamp authority that is down leaves B-B with `pending=True`; missing revocation
evidence leaves B-T; nothing that was there before is ever rewritten.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import cms, crl, ocsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.metadata.xmp_xml import XmpXmlProcessingError
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError as PyhankoSigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing.cms import SignerIdentity, signed_data
from signing.document import free_field_name, make_repeatable, open_for_update
from signing.errors import BrokenPdfError, KeyUnusableError, SigningError, TimestampUnavailableError
from signing.evidence import Evidence

if TYPE_CHECKING:
    from datetime import datetime

    from signing.keys import Sealer
    from signing.timestamps import Timestamper

SIGNATURE_BYTES: Final = 2048
"""Room for the CMS frame, attributes and an RSA-4096 or ECDSA signature, in bytes of DER."""
TOKEN_BYTES: Final = 8192
"""Room for one time-stamp token with its certificates, in bytes of DER."""
PLACEHOLDER_TRIES: Final = 4

_TOO_SMALL: Final = "larger than expected"


class Level(StrEnum):
    """Baseline levels of ETSI EN 319 142-1, clause 6. Only B-LTA can be checked offline for years."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"

    @property
    def rank(self) -> int:
        """0 for B-B to 3 for B-LTA."""
        return list(Level).index(self)


@dataclass(frozen=True)
class Sealed:
    """A sealed file: its bytes, the level it reached, and what is still to come.

    `pending` is true when `level` is below what was asked; `reasons` then holds TIMESTAMP_PENDING or EVIDENCE_PENDING,
    and `upgrade` lifts the file later.
    """

    pdf: bytes
    level: Level
    pending: bool
    reasons: tuple[str, ...] = ()


def seal(
    pdf: bytes,
    *,
    sealer: Sealer,
    now: datetime,
    level: Level = Level.B_LTA,
    timestamper: Timestamper | None = None,
    validation: Evidence | None = None,
    reason: str | None = None,
    location: str | None = None,
    field_name: str | None = None,
    password: str | None = None,
) -> Sealed:
    """Add one invisible seal after everything that is in `pdf`, which stays byte for byte at its beginning.

    `now` (aware) becomes /M, the signer's own clock; `field_name` defaults to the first free "Seal1", "Seal2", …
    Raises the errors of `open_for_update`, FIELD_TAKEN, KEY_UNUSABLE or SIGNER_UNAVAILABLE; a failing `timestamper`
    does not raise.
    """
    sealer.check_usable(now)
    clerk = _Clerk(timestamper if level.rank >= Level.B_T.rank else None)
    stream = _signed(
        pdf,
        sealer=sealer,
        now=now,
        clerk=clerk,
        reason=reason,
        location=location,
        field_name=field_name,
        password=password,
    )
    evidence = Evidence(certificates=sealer.identity.chain) + (validation or Evidence())
    return _lifted(stream, clerk=clerk, evidence=evidence, wanted=level, signed_at=clerk.level, password=password)


def upgrade(
    pdf: bytes,
    *,
    timestamper: Timestamper,
    validation: Evidence | None = None,
    level: Level = Level.B_LTA,
    password: str | None = None,
) -> Sealed:
    """Lift an already sealed file: evidence into the security store, then a document time stamp over everything.

    A document time stamp also proves the time of a B-B signature under it (EN 319 142-1, 6.3), so a seal that was
    pending becomes B-LTA without signing again. With the authority still down the input comes back, pending.
    """
    clerk = _Clerk(timestamper)
    try:
        return _lifted(
            BytesIO(pdf),
            clerk=clerk,
            evidence=validation or Evidence(),
            wanted=level,
            signed_at=Level.B_B,
            password=password,
        )
    except TimestampUnavailableError:
        return Sealed(pdf, Level.B_B, pending=True, reasons=("TIMESTAMP_PENDING",))


def refresh(pdf: bytes, *, timestamper: Timestamper, validation: Evidence, password: str | None = None) -> Sealed:
    """Add fresh evidence and a new archive time stamp before the newest one expires (see `archive_expires_at`)."""
    return upgrade(pdf, timestamper=timestamper, validation=validation, level=Level.B_LTA, password=password)


async def prepare(
    pdf: bytes,
    *,
    sealer: Sealer,
    now: datetime,
    reason: str | None,
    location: str | None,
    field_name: str | None,
    password: str | None,
) -> tuple[bytes, bytes, int, int]:
    """For remote signing: the file with an empty signature, its digest, and where the hexadecimal string goes."""
    stream = BytesIO(pdf)
    signer, writer = _signer(
        stream,
        sealer=sealer,
        now=now,
        clerk=_Clerk(None),
        reason=reason,
        location=location,
        field_name=field_name,
        password=password,
    )
    session = signer.init_signing_session(writer)
    session.system_time = now
    room = SIGNATURE_BYTES + TOKEN_BYTES + sum(map(len, (sealer.identity.certificate, *sealer.identity.chain)))
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
    digest, _ = document.digest_tbs_document(in_place=True)
    start, end = digest.reserved_region_start, digest.reserved_region_end
    return stream.getvalue(), bytes(digest.document_digest), int(start), int(end)


def lift(
    value: Callable[[bytes | None], bytes],
    filled: Callable[[bytes], BytesIO],
    *,
    signature: bytes,
    identity: SignerIdentity,
    level: Level,
    timestamper: Timestamper | None,
    validation: Evidence | None,
    password: str | None,
) -> Sealed:
    """For remote signing: stamp `signature`, put `value(token)` in place with `filled`, go on as `seal` does."""
    clerk = _Clerk(timestamper if level.rank >= Level.B_T.rank else None)
    stream = filled(value(clerk.stamp(hashlib.sha256(signature).digest())))
    evidence = Evidence(certificates=identity.chain) + (validation or Evidence())
    return _lifted(stream, clerk=clerk, evidence=evidence, wanted=level, signed_at=clerk.level, password=password)


class _Clerk(TimeStamper):
    """Asks the `Timestamper` for pyHanko, and remembers whether it answered."""

    def __init__(self, timestamper: Timestamper | None) -> None:
        super().__init__(include_nonce=False)  # type: ignore[no-untyped-call]
        self.source = timestamper
        self.failed = timestamper is None

    @property
    def level(self) -> Level:
        """What a signature that was made with this clerk has reached."""
        return Level.B_B if self.failed else Level.B_T

    def token(self, digest: bytes) -> Any:
        """A token as asn1crypto ContentInfo; any fault counts as the authority being down."""
        if self.source is None:
            raise TimestampUnavailableError("no time-stamp authority is configured")
        try:
            parsed = cms.ContentInfo.load(self.source.timestamp(digest), strict=True)
            parsed["content"]["encap_content_info"]["content"].parsed  # noqa: B018 - forces the parse
        except TimestampUnavailableError:
            self.failed = True
            raise
        except (ValueError, TypeError, KeyError) as error:
            self.failed = True
            raise TimestampUnavailableError("the token is not readable") from error
        return parsed

    def stamp(self, digest: bytes) -> bytes | None:
        """A token, or None when there is no authority or it does not answer: the seal stays B-B."""
        if self.source is None:
            return None
        try:
            return bytes(self.token(digest).dump())
        except TimestampUnavailableError:
            return None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        if md_algorithm != "sha256":
            raise TimestampUnavailableError("only SHA-256 is stamped")
        return self.token(message_digest)


class _Hand(Signer):
    """One signature with the sealer's key. A time stamp that cannot be had is left out instead of failing the seal."""

    def __init__(self, sealer: Sealer, clerk: _Clerk) -> None:
        super().__init__(signing_cert=sealer.asn1_certificate, signature_mechanism=sealer.mechanism, embed_roots=False)
        self._sealer = sealer
        self._clerk = clerk

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, **_: Any) -> Any:  # type: ignore[override]
        """The CMS object for one PDF signature; see `signing.cms` for why it is not built by pyHanko."""
        if digest_algorithm != "sha256":
            raise KeyUnusableError("only SHA-256 is signed")
        return cms.ContentInfo.load(
            signed_data(self._sealer.identity, self._sealer.raw.sign, digest=data_digest, stamp=self._clerk.stamp)
        )


def _signed(
    pdf: bytes,
    *,
    sealer: Sealer,
    now: datetime,
    clerk: _Clerk,
    reason: str | None,
    location: str | None,
    field_name: str | None,
    password: str | None,
) -> BytesIO:
    """The file with one more signature. A placeholder that turns out too small is doubled and tried again."""
    room = SIGNATURE_BYTES + sum(map(len, (sealer.identity.certificate, *sealer.identity.chain)))
    room += TOKEN_BYTES if clerk.source is not None else 0
    for _ in range(PLACEHOLDER_TRIES):
        stream = BytesIO(pdf)
        signer, writer = _signer(
            stream,
            sealer=sealer,
            now=now,
            clerk=clerk,
            reason=reason,
            location=location,
            field_name=field_name,
            password=password,
        )
        try:
            asyncio.run(_sign(signer, writer, now, room))
        except PyhankoSigningError as error:
            if _TOO_SMALL not in str(error):
                raise SigningError(str(error)) from error
            room *= 2
        except XmpXmlProcessingError as error:
            raise BrokenPdfError("the metadata of the file is not readable") from error
        else:
            return stream
    raise KeyUnusableError("the certificates do not fit any placeholder")


def _signer(
    stream: BytesIO,
    *,
    sealer: Sealer,
    now: datetime,
    clerk: _Clerk,
    reason: str | None,
    location: str | None,
    field_name: str | None,
    password: str | None,
) -> tuple[Any, Any]:
    """PyHanko's signer and the writer over the checked file."""
    writer = open_for_update(stream, password)
    make_repeatable(writer, at=now)
    metadata = signers.PdfSignatureMetadata(
        field_name=free_field_name(writer.prev, field_name, "Seal"),
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
    )
    return signers.PdfSigner(metadata, _Hand(sealer, clerk)), writer


async def _sign(signer: Any, writer: Any, now: datetime, room: int) -> None:
    session = signer.init_signing_session(writer)
    session.system_time = now
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
    digest, _ = document.digest_tbs_document(in_place=True)
    await document.perform_signature(digest.document_digest, PdfCMSSignedAttributes())


def _lifted(
    stream: BytesIO,
    *,
    clerk: _Clerk,
    evidence: Evidence,
    wanted: Level,
    signed_at: Level,
    password: str | None,
) -> Sealed:
    """Add evidence and the document time stamp as far as `wanted` asks and the parts allow."""
    reached = signed_at
    reasons: list[str] = ["TIMESTAMP_PENDING"] if clerk.failed and wanted.rank >= Level.B_T.rank else []
    if wanted.rank >= Level.B_LT.rank and not evidence.has_revocation:
        reasons.append("EVIDENCE_PENDING")
    if not reasons and wanted is Level.B_LTA:
        before = stream.getvalue()
        try:
            _stamp(stream, clerk, evidence, password)
            reached = Level.B_LTA
        except TimestampUnavailableError:
            stream = BytesIO(before)
            reasons.append("TIMESTAMP_PENDING")
    if reached is not Level.B_LTA and wanted.rank >= Level.B_LT.rank and evidence.has_revocation:
        _store(stream, evidence, password)
        reached = Level.B_LT if signed_at is Level.B_T else signed_at
    return Sealed(stream.getvalue(), reached, pending=bool(reasons), reasons=tuple(dict.fromkeys(reasons)))


def _stamp(stream: BytesIO, clerk: _Clerk, evidence: Evidence, password: str | None) -> None:
    """Security store and document time stamp in one revision, so that the stamp covers the evidence."""
    room = TOKEN_BYTES
    original = stream.getvalue()
    for _ in range(PLACEHOLDER_TRIES):
        writer = open_for_update(stream, password)
        _embed(writer, evidence)
        name = free_field_name(writer.prev, None, "ArchiveTimestamp")
        stamper = signers.PdfTimeStamper(clerk, field_name=name)
        try:
            stamper.timestamp_pdf(writer, "sha256", bytes_reserved=2 * room, in_place=True)
        except PyhankoSigningError as error:
            if _TOO_SMALL not in str(error):
                raise SigningError(str(error)) from error
            room *= 2
            stream.seek(0)
            stream.truncate()
            stream.write(original)
        except XmpXmlProcessingError as error:
            raise BrokenPdfError("the metadata of the file is not readable") from error
        else:
            return
    raise TimestampUnavailableError("the token does not fit any placeholder")


def _store(stream: BytesIO, evidence: Evidence, password: str | None) -> None:
    writer = open_for_update(stream, password)
    if _embed(writer, evidence):
        writer.write_in_place()


def _embed(writer: Any, evidence: Evidence) -> bool:
    """Put what is new of `evidence` into the document security store (EN 319 142-1, 5.4.2); True if anything was."""
    try:
        store = DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[asn1_x509.Certificate.load(der) for der in evidence.certificates],
            crls=[crl.CertificateList.load(der) for der in evidence.crls],
            ocsps=[ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
        )
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenPdfError("the security store of the file is not readable") from error
    return bool(store.modified)

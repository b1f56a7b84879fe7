"""What `inspect` answers: plain values that go through JSON and back, and the proof that a file was found valid."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any, Self

from signing.errors import NotValidError
from signing.validation.verdicts import Reason, Verdict, etsi_of, verdict_of

PKCS7 = "PKCS7"
"""`SignatureReport.level` of a signature that is CMS in PDF and not PAdES (adbe.pkcs7.detached)."""
DOCUMENT_TIMESTAMP = "DOC-TIMESTAMP"
"""`SignatureReport.level` of a document time stamp (ETSI.RFC3161)."""


@dataclass(frozen=True)
class SignatureReport:
    """One signature or document time stamp, in the order of the file.

    `kind`: "signature", "timestamp" or "remnant" (left over by a tool that rewrote the file).
    `level`: B-B, B-T, B-LT, B-LTA, PKCS7 or DOC-TIMESTAMP; "" for a remnant.
    `signed_at`: ISO 8601; `time_source`: "timestamp" (proven by a trusted authority) or "signer_clock" (claimed, /M).
    `intact`: the signed bytes and the signature value fit. `trusted`: the certificate leads to a pinned root and was
    good at the time. `covered_bytes`: the signed revision is the first so many bytes of the file.
    `changes_after`: "none", "evidence" (security store, time stamps), "signatures", "form" or "other".
    `units`: the units (OU) below `organisation`, in the certificate's order; `locality`: its L; `identifiers`: its UID,
    serialNumber and organizationIdentifier (e.g. "MST:0102357802"). `stated_reason`: what the signature says it was
    made for (/Reason, part of what is signed). `stamped_then`: the signature carries the time stamp that proves
    `signed_at`; a later one proves only that it was there by then. Reports from before 11/2026 lack these five.
    """

    field: str
    kind: str
    level: str
    signer: str
    organisation: str
    issuer: str
    policy: str
    signed_at: str
    claimed_at: str
    time_source: str
    timestamp_authority: str
    intact: bool
    trusted: bool
    covers_whole_file: bool
    covered_bytes: int
    revision: int
    changes_after: str
    certified: int
    visible: bool
    certificate_serial: str
    not_before: str
    not_after: str
    digest_algorithm: str
    signature_algorithm: str
    revocation: str
    subfilter: str
    reasons: tuple[Reason, ...]
    units: tuple[str, ...] = ()
    locality: str = ""
    identifiers: tuple[str, ...] = ()
    stated_reason: str = ""
    stamped_then: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict of this signature alone."""
        return verdict_of(self.reasons)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values, with the verdict and the ETSI indication."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["reasons"] = [reason.value for reason in self.reasons]
        values |= {"units": list(self.units), "identifiers": list(self.identifiers)}
        return {**values, "verdict": self.verdict.value, "etsi": etsi_of(self.reasons)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Inverse of `as_dict`."""
        own = {f.name: values[f.name] for f in fields(cls) if f.default is MISSING or f.name in values}
        own["reasons"] = tuple(Reason(r) for r in values["reasons"])
        own |= {name: tuple(values.get(name, ())) for name in ("units", "identifiers")}
        return cls(**own)


@dataclass(frozen=True)
class Report:
    """The answer about a whole file. `checked_at` is ISO 8601; `sha256` names the bytes that were looked at."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureReport, ...]
    checked_at: str
    sha256: str
    details: tuple[str, ...] = ()

    @property
    def etsi(self) -> str:
        """Indication of EN 319 102-1."""
        return etsi_of(self.reasons)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "verdict": self.verdict.value,
            "etsi": self.etsi,
            "reasons": [reason.value for reason in self.reasons],
            "signatures": [signature.as_dict() for signature in self.signatures],
            "checked_at": self.checked_at,
            "sha256": self.sha256,
            "details": list(self.details),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Inverse of `as_dict`, for a report that came over a pipe."""
        return cls(
            verdict=Verdict(values["verdict"]),
            reasons=tuple(Reason(r) for r in values["reasons"]),
            signatures=tuple(SignatureReport.from_dict(s) for s in values["signatures"]),
            checked_at=values["checked_at"],
            sha256=values["sha256"],
            details=tuple(values["details"]),
        )

    def require_valid(self, *, allow_warnings: bool = True) -> VerifiedReport:
        """The proof that this file is valid, or NOT_VALID. Functions that need a verified file take the proof."""
        accepted = {Verdict.VALID, Verdict.VALID_WITH_WARNING} if allow_warnings else {Verdict.VALID}
        if self.verdict not in accepted:
            raise NotValidError(f"{self.verdict.value}: {', '.join(self.reasons)}")
        return VerifiedReport(report=self, sha256=self.sha256, _made_by=_REQUIRE_VALID)


_REQUIRE_VALID = object()


@dataclass(frozen=True)
class VerifiedReport:
    """Proof that the bytes with this SHA-256 were found valid. Only `Report.require_valid` makes one."""

    report: Report
    sha256: str
    _made_by: object = None

    def __post_init__(self) -> None:
        if self._made_by is not _REQUIRE_VALID:
            raise NotValidError("only Report.require_valid proves a file")


def signed_revision(pdf: bytes, signature: SignatureReport) -> bytes:
    """The file as it was when this signature was made, for viewing beside the newest one; empty for a broken range."""
    return pdf[: signature.covered_bytes]


def iso(moment: datetime | None) -> str:
    """ISO 8601 to the second with its zone, or "" for none."""
    return "" if moment is None else moment.isoformat(timespec="seconds")

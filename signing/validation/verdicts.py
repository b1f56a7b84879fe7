"""The closed sets of verdicts and reasons, and which reason leads to which verdict.

Beside each stands the indication of ETSI EN 319 102-1 (V1.3.1, clause 5.1.3), so that other tools can follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """The answer about a file or a signature. Only two values begin with VALID.

    The members stand in order of precedence: when several facts hold, the first of this order is the verdict.
    """

    BAD_SIGNATURE = "BAD_SIGNATURE"
    CHANGED_AFTER_SIGNING = "CHANGED_AFTER_SIGNING"
    SIGNATURE_DESTROYED = "SIGNATURE_DESTROYED"
    INCONCLUSIVE = "INCONCLUSIVE"
    REVOKED = "REVOKED"
    UNKNOWN_ROOT = "UNKNOWN_ROOT"
    EXPIRED = "EXPIRED"
    NOT_ENOUGH_EVIDENCE = "NOT_ENOUGH_EVIDENCE"
    UNSIGNED = "UNSIGNED"
    VALID_WITH_WARNING = "VALID_WITH_WARNING"
    VALID = "VALID"

    @property
    def is_valid(self) -> bool:
        """Whether the file may be relied on."""
        return self in {Verdict.VALID, Verdict.VALID_WITH_WARNING}

    @property
    def etsi(self) -> str:
        """Main indication of EN 319 102-1."""
        if self.is_valid:
            return "TOTAL-PASSED"
        if self in {Verdict.BAD_SIGNATURE, Verdict.CHANGED_AFTER_SIGNING, Verdict.SIGNATURE_DESTROYED}:
            return "TOTAL-FAILED"
        return "INDETERMINATE"


class Reason(StrEnum):
    """Why. Reasons that lead to VALID are remarks; those that lead to VALID_WITH_WARNING want a look by a person."""

    # cryptography
    SIGNATURE_MISMATCH = "SIGNATURE_MISMATCH"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    # changes
    UNSIGNED_CHANGE = "UNSIGNED_CHANGE"
    FORBIDDEN_CHANGE = "FORBIDDEN_CHANGE"
    CERTIFICATION_BROKEN = "CERTIFICATION_BROKEN"
    LOCKED_FIELD_CHANGED = "LOCKED_FIELD_CHANGED"
    BYTE_RANGE_BEYOND_FILE = "BYTE_RANGE_BEYOND_FILE"
    SIGNATURE_NOT_LINKED = "SIGNATURE_NOT_LINKED"
    # structure
    NOT_A_PDF = "NOT_A_PDF"
    NO_FINAL_EOF = "NO_FINAL_EOF"
    BROKEN_STRUCTURE = "BROKEN_STRUCTURE"
    HYBRID_FILE = "HYBRID_FILE"
    PASSWORD_PROTECTED = "PASSWORD_PROTECTED"  # noqa: S105 - a reason, not a password
    BYTE_RANGE_ABNORMAL = "BYTE_RANGE_ABNORMAL"
    SIGNATURE_UNREADABLE = "SIGNATURE_UNREADABLE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    TOO_MANY_SIGNATURES = "TOO_MANY_SIGNATURES"
    # certificates and time
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    NO_TRUSTED_CHAIN = "NO_TRUSTED_CHAIN"
    SIGNED_AFTER_EXPIRY = "SIGNED_AFTER_EXPIRY"
    CERTIFICATE_NOT_YET_VALID = "CERTIFICATE_NOT_YET_VALID"
    CERTIFICATE_UNSUITABLE = "CERTIFICATE_UNSUITABLE"
    WEAK_ALGORITHM = "WEAK_ALGORITHM"
    EXPIRED_WITHOUT_TIMESTAMP = "EXPIRED_WITHOUT_TIMESTAMP"
    REVOCATION_MISSING = "REVOCATION_MISSING"
    TIMESTAMP_INVALID = "TIMESTAMP_INVALID"
    TIMESTAMP_IN_FUTURE = "TIMESTAMP_IN_FUTURE"
    TIMESTAMP_EXPIRED = "TIMESTAMP_EXPIRED"
    NO_SIGNATURE = "NO_SIGNATURE"
    # warnings
    REVOCATION_UNKNOWN = "REVOCATION_UNKNOWN"
    TIMESTAMP_UNTRUSTED = "TIMESTAMP_UNTRUSTED"
    FORM_FILLED_LATER = "FORM_FILLED_LATER"
    VISIBLE_SIGNATURE_LATER = "VISIBLE_SIGNATURE_LATER"
    FIELD_ADDED_AFTER_CERTIFICATION = "FIELD_ADDED_AFTER_CERTIFICATION"
    HYBRID_BEFORE_SIGNING = "HYBRID_BEFORE_SIGNING"
    HIDDEN_OBJECTS = "HIDDEN_OBJECTS"
    HIDDEN_REVISION = "HIDDEN_REVISION"
    DUPLICATE_OBJECTS = "DUPLICATE_OBJECTS"
    HIDDEN_LAYERS = "HIDDEN_LAYERS"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    EXTERNAL_CONTENT = "EXTERNAL_CONTENT"
    BROKEN_REMNANT = "BROKEN_REMNANT"
    # remarks
    NOT_PADES = "NOT_PADES"
    TIME_BY_SIGNER_CLOCK = "TIME_BY_SIGNER_CLOCK"
    CERTIFICATE_SINCE_EXPIRED = "CERTIFICATE_SINCE_EXPIRED"
    LOCAL_TIMESTAMP = "LOCAL_TIMESTAMP"
    DEVELOPMENT_CERTIFICATE = "DEVELOPMENT_CERTIFICATE"


@dataclass(frozen=True)
class Consequence:
    """What a reason leads to, and its sub-indication in EN 319 102-1 ("" where the standard has none)."""

    verdict: Verdict
    etsi: str


_V: Final = Verdict
CONSEQUENCES: Final[dict[Reason, Consequence]] = {
    Reason.SIGNATURE_MISMATCH: Consequence(_V.BAD_SIGNATURE, "SIG_CRYPTO_FAILURE"),
    Reason.DIGEST_MISMATCH: Consequence(_V.CHANGED_AFTER_SIGNING, "HASH_FAILURE"),
    Reason.UNSIGNED_CHANGE: Consequence(_V.CHANGED_AFTER_SIGNING, "FORMAT_FAILURE"),
    Reason.FORBIDDEN_CHANGE: Consequence(_V.CHANGED_AFTER_SIGNING, "FORMAT_FAILURE"),
    Reason.CERTIFICATION_BROKEN: Consequence(_V.CHANGED_AFTER_SIGNING, "FORMAT_FAILURE"),
    Reason.LOCKED_FIELD_CHANGED: Consequence(_V.CHANGED_AFTER_SIGNING, "FORMAT_FAILURE"),
    Reason.BYTE_RANGE_BEYOND_FILE: Consequence(_V.SIGNATURE_DESTROYED, "FORMAT_FAILURE"),
    Reason.SIGNATURE_NOT_LINKED: Consequence(_V.SIGNATURE_DESTROYED, "FORMAT_FAILURE"),
    Reason.NOT_A_PDF: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.NO_FINAL_EOF: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.BROKEN_STRUCTURE: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.HYBRID_FILE: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.PASSWORD_PROTECTED: Consequence(_V.INCONCLUSIVE, "SIGNED_DATA_NOT_FOUND"),
    Reason.BYTE_RANGE_ABNORMAL: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.SIGNATURE_UNREADABLE: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.UNSUPPORTED_FORMAT: Consequence(_V.INCONCLUSIVE, "FORMAT_FAILURE"),
    Reason.TOO_MANY_SIGNATURES: Consequence(_V.INCONCLUSIVE, "GENERIC"),
    Reason.CERTIFICATE_REVOKED: Consequence(_V.REVOKED, "REVOKED"),
    Reason.NO_TRUSTED_CHAIN: Consequence(_V.UNKNOWN_ROOT, "NO_CERTIFICATE_CHAIN_FOUND"),
    Reason.SIGNED_AFTER_EXPIRY: Consequence(_V.EXPIRED, "EXPIRED"),
    Reason.CERTIFICATE_NOT_YET_VALID: Consequence(_V.NOT_ENOUGH_EVIDENCE, "NOT_YET_VALID"),
    Reason.CERTIFICATE_UNSUITABLE: Consequence(_V.UNKNOWN_ROOT, "CHAIN_CONSTRAINTS_FAILURE"),
    Reason.WEAK_ALGORITHM: Consequence(_V.NOT_ENOUGH_EVIDENCE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    Reason.EXPIRED_WITHOUT_TIMESTAMP: Consequence(_V.NOT_ENOUGH_EVIDENCE, "OUT_OF_BOUNDS_NO_POE"),
    Reason.REVOCATION_MISSING: Consequence(_V.NOT_ENOUGH_EVIDENCE, "TRY_LATER"),
    Reason.TIMESTAMP_INVALID: Consequence(_V.NOT_ENOUGH_EVIDENCE, "SIG_CRYPTO_FAILURE"),
    Reason.TIMESTAMP_IN_FUTURE: Consequence(_V.NOT_ENOUGH_EVIDENCE, "TIMESTAMP_ORDER_FAILURE"),
    Reason.TIMESTAMP_EXPIRED: Consequence(_V.NOT_ENOUGH_EVIDENCE, "OUT_OF_BOUNDS_NO_POE"),
    Reason.NO_SIGNATURE: Consequence(_V.UNSIGNED, "SIGNED_DATA_NOT_FOUND"),
    Reason.REVOCATION_UNKNOWN: Consequence(_V.VALID_WITH_WARNING, "TRY_LATER"),
    Reason.TIMESTAMP_UNTRUSTED: Consequence(_V.VALID_WITH_WARNING, "NO_CERTIFICATE_CHAIN_FOUND"),
    Reason.FORM_FILLED_LATER: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.VISIBLE_SIGNATURE_LATER: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.FIELD_ADDED_AFTER_CERTIFICATION: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.HYBRID_BEFORE_SIGNING: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.HIDDEN_OBJECTS: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.HIDDEN_REVISION: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.DUPLICATE_OBJECTS: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.HIDDEN_LAYERS: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.ACTIVE_CONTENT: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.EXTERNAL_CONTENT: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.BROKEN_REMNANT: Consequence(_V.VALID_WITH_WARNING, ""),
    Reason.NOT_PADES: Consequence(_V.VALID, ""),
    Reason.TIME_BY_SIGNER_CLOCK: Consequence(_V.VALID, ""),
    Reason.CERTIFICATE_SINCE_EXPIRED: Consequence(_V.VALID, ""),
    Reason.LOCAL_TIMESTAMP: Consequence(_V.VALID, ""),
    Reason.DEVELOPMENT_CERTIFICATE: Consequence(_V.VALID, ""),
}


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """The first verdict, in the order of `Verdict`, that any reason leads to; VALID when none objects."""
    reached = {CONSEQUENCES[reason].verdict for reason in reasons}
    return next((verdict for verdict in Verdict if verdict in reached), Verdict.VALID)


def etsi_of(reasons: Iterable[Reason]) -> str:
    """Indication and sub-indication of EN 319 102-1 for these reasons, e.g. "TOTAL-FAILED/HASH_FAILURE"."""
    listed = list(reasons)
    verdict = verdict_of(listed)
    if verdict.is_valid:
        return verdict.etsi
    sub = next(CONSEQUENCES[r].etsi for r in listed if CONSEQUENCES[r].verdict is verdict)
    return f"{verdict.etsi}/{sub}" if sub else verdict.etsi


def ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, gravest first."""
    rank = {verdict: index for index, verdict in enumerate(Verdict)}
    place = {reason: index for index, reason in enumerate(Reason)}
    return tuple(sorted(set(reasons), key=lambda r: (rank[CONSEQUENCES[r].verdict], place[r])))

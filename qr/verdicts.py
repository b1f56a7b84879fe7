"""What a check can end in: a closed set of verdicts, in the order in which they win, and the details behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from qr.claims import Claims


class Verdict(StrEnum):
    """The closed set. When several facts hold, the first in this order is the verdict."""

    UNREADABLE = "UNREADABLE"
    """No symbol could be read from the picture."""
    MALFORMED = "MALFORMED"
    """A credential of a pinned host whose bytes break the format."""
    NOT_ISSUED_BY_US = "NOT_ISSUED_BY_US"
    """The text is no credential of a pinned host."""
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    """The key is not in the pinned trust list, or may not speak for this issuer at that time."""
    BAD_SIGNATURE = "BAD_SIGNATURE"
    """The signature does not hold: the content was changed or forged."""
    NOT_YET_VALID = "NOT_YET_VALID"
    """Issued in the future of the verifier's clock."""
    USED = "USED"
    """A presentation that was already redeemed."""
    REVOKED = "REVOKED"
    """Withdrawn by the issuer for good."""
    SUPERSEDED = "SUPERSEDED"
    """Replaced by a newer paper."""
    SUSPENDED = "SUSPENDED"
    """Withdrawn by the issuer for the time being."""
    EXPIRED = "EXPIRED"
    """Past its own term."""
    STATUS_STALE = "STATUS_STALE"
    """Genuine, but no fresh status list is at hand to say whether it still holds."""
    VALID = "VALID"
    """Nothing stands against it."""


class Reason(StrEnum):
    """The detail behind a verdict; it follows its verdict in `Verification.reasons`."""

    # MALFORMED
    TOO_LONG = "TOO_LONG"
    BASE32 = "BASE32"
    CBOR = "CBOR"
    COSE = "COSE"
    WRONG_ALGORITHM = "WRONG_ALGORITHM"
    SIGNATURE_SIZE = "SIGNATURE_SIZE"
    CLAIMS = "CLAIMS"
    CHARACTERS = "CHARACTERS"
    DISCLOSURE = "DISCLOSURE"
    HOLDER_KEY = "HOLDER_KEY"
    # UNKNOWN_ISSUER
    TRUST_LIST_OUTDATED = "TRUST_LIST_OUTDATED"
    KEY_UNKNOWN = "KEY_UNKNOWN"
    KEY_USE = "KEY_USE"
    ISSUER_MISMATCH = "ISSUER_MISMATCH"
    KEY_NOT_IN_FORCE = "KEY_NOT_IN_FORCE"
    KEY_REVOKED = "KEY_REVOKED"
    KEY_REVOKED_NO_PROOF = "KEY_REVOKED_NO_PROOF"
    # BAD_SIGNATURE, of a presentation: genuine perhaps, but not signed for this verifier here and now
    HOLDER_SIGNATURE = "HOLDER_SIGNATURE"
    AUDIENCE_MISMATCH = "AUDIENCE_MISMATCH"
    NONCE_MISMATCH = "NONCE_MISMATCH"
    BOUND_BEFORE_ISSUE = "BOUND_BEFORE_ISSUE"
    # EXPIRED, of a presentation
    PRESENTATION_EXPIRED = "PRESENTATION_EXPIRED"
    CREDENTIAL_EXPIRED = "CREDENTIAL_EXPIRED"
    # STATUS_STALE
    STATUS_MISSING = "STATUS_MISSING"
    STATUS_ISSUER_MISMATCH = "STATUS_ISSUER_MISMATCH"
    STATUS_OUTDATED = "STATUS_OUTDATED"
    STATUS_FROM_FUTURE = "STATUS_FROM_FUTURE"
    STATUS_VALUE_UNKNOWN = "STATUS_VALUE_UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The outcome of a check.

    `reasons` is empty for VALID; otherwise every fact that holds, in the order of `Verdict`, each followed by its
    details; `reasons[0] is verdict`. `claims` is set only when a key that may speak for the issuer signed them: nothing
    unproven is ever handed out here. `status_as_of` is the time of the status list that was used.
    """

    verdict: Verdict
    reasons: tuple[Verdict | Reason, ...]
    claims: Claims | None = None
    status_as_of: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape shared with the browser module; times are RFC 3339 in UTC, bytes are lower-case hex."""
        return {
            "verdict": self.verdict.value,
            "reasons": [reason.value for reason in self.reasons],
            "claims": None if self.claims is None else self.claims.as_dict(),
            "status_as_of": None if self.status_as_of is None else rfc3339(self.status_as_of),
        }


class Facts:
    """Collects what stands against a credential and turns it into a verdict."""

    def __init__(self) -> None:
        self._held: dict[Verdict, list[Reason]] = {}

    def add(self, verdict: Verdict, *details: Reason) -> None:
        """Note that `verdict` holds, for these details."""
        self._held.setdefault(verdict, []).extend(details)

    def __contains__(self, verdict: Verdict) -> bool:
        return verdict in self._held

    def conclude(self, *, claims: Claims | None = None, status_as_of: datetime | None = None) -> Verification:
        """The first fact in the order of `Verdict` is the verdict; all of them are reasons."""
        reasons: list[Verdict | Reason] = []
        for verdict in Verdict:
            if verdict in self._held:
                reasons += [verdict, *self._held[verdict]]
        first = next((verdict for verdict in Verdict if verdict in self._held), Verdict.VALID)
        return Verification(verdict=first, reasons=tuple(reasons), claims=claims, status_as_of=status_as_of)


def rfc3339(moment: datetime) -> str:
    """`moment` in UTC to the second, with a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")

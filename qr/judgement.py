"""What a key and a status list say about something signed: shared by printed credentials and presentations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qr.status_list import Status
from qr.verdicts import Facts, Reason, Verdict

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from qr.claims import StatusRef
    from qr.status_token import StatusSource
    from qr.trust_list import TrustEntry

_AGAINST = {
    Status.REVOKED: Verdict.REVOKED,
    Status.SUSPENDED: Verdict.SUSPENDED,
    Status.SUPERSEDED: Verdict.SUPERSEDED,
}


def judge_key(facts: Facts, entry: TrustEntry, issuer: str, issued_at: datetime, logged_at: datetime | None) -> None:
    """Whether the key may speak for the issuer at that time; every objection is UNKNOWN_ISSUER with its reason."""
    if entry.use != "qr":
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_USE)
    if entry.issuer != issuer:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.ISSUER_MISMATCH)
    if not entry.not_before <= issued_at <= entry.not_after:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_NOT_IN_FORCE)
    if entry.revoked_at is None:
        return
    if issued_at >= entry.revoked_at:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_REVOKED)
    elif logged_at is None or logged_at >= entry.revoked_at:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_REVOKED_NO_PROOF)


def judge_status(
    facts: Facts, issuer: str, ref: StatusRef, source: StatusSource | None, *, now: datetime, leeway: timedelta
) -> datetime | None:
    """What the status list says, and the time it speaks of."""
    fact = None if source is None else source.status_of(ref)
    if fact is None:
        facts.add(Verdict.STATUS_STALE, Reason.STATUS_MISSING)
        return None
    if fact.issuer != issuer:
        facts.add(Verdict.STATUS_STALE, Reason.STATUS_ISSUER_MISMATCH)
        return None
    if fact.as_of - now > leeway:
        facts.add(Verdict.STATUS_STALE, Reason.STATUS_FROM_FUTURE)
    if now >= fact.fresh_until:
        facts.add(Verdict.STATUS_STALE, Reason.STATUS_OUTDATED)
    if fact.value > max(Status):
        facts.add(Verdict.STATUS_STALE, Reason.STATUS_VALUE_UNKNOWN)
    elif fact.value != Status.VALID:
        facts.add(_AGAINST[Status(fact.value)])
    return fact.as_of

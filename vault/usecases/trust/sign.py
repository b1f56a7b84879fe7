"""The root signs a trust list on a machine without network: from two files it makes a third."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import qr
from vault.domain.errors import Conflict, Invalid
from vault.usecases.trust.request import TrustRequest, read_list

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class SignedTrust:
    """The list and its signed bytes."""

    listed: qr.TrustList
    data: bytes


def sign(
    request: TrustRequest, *, root: qr.SigningKey, previous: bytes | None, days: int, now: datetime
) -> SignedTrust:
    """Sign what was asked, unless it would take back what the root said before.

    `previous` is the last list this root signed, kept on its machine: from version 2 on it must be there
    (`TRUST_PREVIOUS_MISSING`). A version that does not grow is `TRUST_ROLLED_BACK`, a key that is missing
    `TRUST_KEY_LOST`, a revocation that is gone or later `TRUST_REVOCATION_LOST`.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("TRUST_DAYS", most=MOST_DAYS)
    if previous is not None:
        _nothing_lost(request, read_list(previous, root=root))
    elif request.version > 1:
        raise Conflict("TRUST_PREVIOUS_MISSING", version=request.version)
    now = now.astimezone(UTC).replace(microsecond=0)
    listed = qr.TrustList(
        version=request.version, issued_at=now, next_update=now + timedelta(days=days), entries=request.entries
    )
    try:
        return SignedTrust(listed, qr.issue_trust_list(listed, sign=root.sign, root_kid=root.kid))
    except qr.QrError as error:  # a kid that is not its key's, a point off the curve, the same key twice
        raise Invalid(error.code) from error


def _nothing_lost(request: TrustRequest, last: qr.TrustList) -> None:
    if request.version <= last.version:
        raise Conflict("TRUST_ROLLED_BACK")
    wanted = {entry.kid: entry for entry in request.entries}
    for kid in last.passed_over:  # of a use that only a later program knows: that one has to sign, or they would go
        if kid not in wanted:
            raise Conflict("TRUST_KEY_LOST", kid=kid.hex())
    for entry in last.entries:
        now = wanted.get(entry.kid)
        if now is None:
            raise Conflict("TRUST_KEY_LOST", kid=entry.kid.hex())
        if entry.revoked_at is not None and (now.revoked_at is None or now.revoked_at > entry.revoked_at):
            raise Conflict("TRUST_REVOCATION_LOST", kid=entry.kid.hex())

"""Checking what a phone shows: both signatures, audience, nonce, times and status of a key-binding token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qr import claims, cose
from qr.errors import QrError
from qr.judgement import judge_key, judge_status
from qr.presentable import ONE_WAY_SECONDS
from qr.presentation_token import Opened, open_token
from qr.verdicts import Facts, Reason, Verdict, rfc3339

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping

    from cryptography.hazmat.primitives.asymmetric import ec

    from qr.presentable import Field
    from qr.status_token import StatusSource
    from qr.trust_list import TrustList

CHALLENGE_SECONDS = 300
LEEWAY = timedelta(seconds=30)

_REASONS = {
    "TOO_LONG": Reason.TOO_LONG,
    "BASE32": Reason.BASE32,
    "COSE_MALFORMED": Reason.COSE,
    "COSE": Reason.COSE,
    "WRONG_ALGORITHM": Reason.WRONG_ALGORITHM,
    "SIGNATURE_SIZE": Reason.SIGNATURE_SIZE,
    "CLAIMS": Reason.CLAIMS,
    "CHARACTERS": Reason.CHARACTERS,
    "DISCLOSURE": Reason.DISCLOSURE,
    "KEY_POINT": Reason.HOLDER_KEY,
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a verified token shows: the fields the holder chose, to whom, what for, until when.

    `token_id` names this very token (a digest of what the holder signed): keep it until `expires_at`, it is used up.
    """

    issuer: str
    fields: Mapping[Field, str]
    audience: str
    purpose: str
    presented_at: datetime
    expires_at: datetime
    token_id: bytes

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape shared with the browser module."""
        return {
            "issuer": self.issuer,
            "fields": {name.value: value for name, value in self.fields.items()},
            "audience": self.audience,
            "purpose": self.purpose,
            "presented_at": rfc3339(self.presented_at),
            "expires_at": rfc3339(self.expires_at),
            "token_id": self.token_id.hex(),
        }


@dataclass(frozen=True, kw_only=True)
class PresentationVerification:
    """The outcome of checking a token; `shown` is set only when both signatures hold and the issuer is known."""

    verdict: Verdict
    reasons: tuple[Verdict | Reason, ...]
    shown: Shown | None = None
    status_as_of: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape shared with the browser module."""
        return {
            "verdict": self.verdict.value,
            "reasons": [reason.value for reason in self.reasons],
            "shown": None if self.shown is None else self.shown.as_dict(),
            "status_as_of": None if self.status_as_of is None else rfc3339(self.status_as_of),
        }


def verify_presentation(
    text: str,
    *,
    hosts: Collection[str],
    trust: TrustList,
    status: StatusSource | None,
    now: datetime,
    audience: str,
    nonce: bytes | None,
    used: Container[bytes] = frozenset(),
    logged_at: datetime | None = None,
    leeway: timedelta = LEEWAY,
) -> PresentationVerification:
    """Judge the token in a scanned text; never raises for what the text is.

    `audience` is the verifier's own name as it was asked or is posted at the counter. `nonce` is that of the challenge
    the verifier sent; None means one-way, where the citizen only shows: such a token is believed for 45 seconds from
    its own time, a challenge's answer for 5 minutes. `used` holds the `token_id`s that this verifier has accepted.
    `leeway` is the clock skew granted to tokens from the future, not to their end.
    """
    now = claims.moment(claims.seconds(now))
    facts = Facts()
    try:
        opened = open_token(text, hosts)
    except QrError as error:
        if error.code == Verdict.NOT_ISSUED_BY_US:
            facts.add(Verdict.NOT_ISSUED_BY_US)
        else:
            facts.add(Verdict.MALFORMED, _REASONS.get(error.code, Reason.CBOR))
        return _conclude(facts)
    if now >= trust.next_update:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.TRUST_LIST_OUTDATED)
    entry = trust.by_kid.get(opened.kid)
    if entry is None:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_UNKNOWN)
        return _conclude(facts)
    judge_key(facts, entry, opened.issuer, opened.issued_at, logged_at)
    _judge_signatures(facts, opened, entry.public_key)
    if Verdict.BAD_SIGNATURE in facts:
        return _conclude(facts)
    _judge_binding(facts, opened, audience, nonce, leeway)
    _judge_times(facts, opened, now, leeway)
    if opened.token_id in used:
        facts.add(Verdict.USED)
    as_of = judge_status(facts, opened.issuer, opened.status, status, now=now, leeway=leeway)
    if Verdict.UNKNOWN_ISSUER in facts or Verdict.BAD_SIGNATURE in facts:
        return _conclude(facts)
    return _conclude(facts, shown=_shown(opened), status_as_of=as_of)


def _judge_signatures(facts: Facts, opened: Opened, issuer_key: ec.EllipticCurvePublicKey) -> None:
    if not cose.verify_es256(issuer_key, opened.credential.signature, opened.credential.to_be_signed(b"")):
        facts.add(Verdict.BAD_SIGNATURE)
    if not cose.verify_es256(opened.holder, opened.binding.signature, opened.binding.to_be_signed(b"")):
        facts.add(Verdict.BAD_SIGNATURE, Reason.HOLDER_SIGNATURE)


def _judge_binding(facts: Facts, opened: Opened, audience: str, nonce: bytes | None, leeway: timedelta) -> None:
    """A token that was signed for somebody else, or for another moment, proves nothing here."""
    if opened.audience != audience:
        facts.add(Verdict.BAD_SIGNATURE, Reason.AUDIENCE_MISMATCH)
    if opened.nonce != nonce:
        facts.add(Verdict.BAD_SIGNATURE, Reason.NONCE_MISMATCH)
    if opened.issued_at - opened.presented_at > leeway:
        facts.add(Verdict.BAD_SIGNATURE, Reason.BOUND_BEFORE_ISSUE)


def _judge_times(facts: Facts, opened: Opened, now: datetime, leeway: timedelta) -> None:
    if opened.presented_at - now > leeway or opened.issued_at - now > leeway:
        facts.add(Verdict.NOT_YET_VALID)
    believed = timedelta(seconds=ONE_WAY_SECONDS if opened.nonce is None else CHALLENGE_SECONDS)
    if now >= opened.expires_at or now - opened.presented_at >= believed:
        facts.add(Verdict.EXPIRED, Reason.PRESENTATION_EXPIRED)
    if now >= opened.credential_ends:
        facts.add(Verdict.EXPIRED, Reason.CREDENTIAL_EXPIRED)


def _conclude(
    facts: Facts, *, shown: Shown | None = None, status_as_of: datetime | None = None
) -> PresentationVerification:
    outcome = facts.conclude(status_as_of=status_as_of)
    return PresentationVerification(
        verdict=outcome.verdict, reasons=outcome.reasons, shown=shown, status_as_of=status_as_of
    )


def _shown(opened: Opened) -> Shown:
    return Shown(
        issuer=opened.issuer,
        fields=opened.fields,
        audience=opened.audience,
        purpose=opened.purpose,
        presented_at=opened.presented_at,
        expires_at=opened.expires_at,
        token_id=opened.token_id,
    )

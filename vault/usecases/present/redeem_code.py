"""Redeem a short code: of any number of verifiers at once, one sees what the citizen agreed to show."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import qr
from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.people import Action, Actor, Role, require
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.shares import STRANGERS_TRIES_A_MINUTE, TRIES_A_MINUTE, Share, ShareEnd
from vault.domain.states import RecordState
from vault.ports import Clock, CredentialDesk, Reach, Tx, UnitOfWork
from vault.usecases.present.own_paper import facts_of, place_of, shown_fields

_STRANGERS = "strangers"
_ENDS = {
    ShareEnd.USED: qr.Verdict.USED,
    ShareEnd.STOPPED: qr.Verdict.REVOKED,
    ShareEnd.EXPIRED: qr.Verdict.EXPIRED,
}
_STATES = {
    RecordState.REVOKED: qr.Verdict.REVOKED,
    RecordState.SUSPENDED: qr.Verdict.SUSPENDED,
    RecordState.SUPERSEDED: qr.Verdict.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The verdict, and what is shown when the code was good; the record only for the log."""

    verdict: qr.Verdict
    shown: qr.Shown | None
    at: datetime


def redeem_code(
    text: str, *, caller: str, actor: Actor, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock
) -> Redeemed:
    """Use a code up, as it was typed (digits, EAN-13) or scanned.

    `caller` tells callers apart for the limit of wrong codes (`TOO_MANY_TRIES`). `SHORT_CODE`: it cannot be one;
    `SHORT_CODE_UNKNOWN`: nobody made it, or it is long over.
    """
    require(actor, Action.REDEEM)
    now = clock.now()
    try:
        digits = qr.read_short_code(text, hosts=credentials.hosts)
    except qr.CredentialError as error:
        raise Invalid("SHORT_CODE") from error
    limits = _limits(caller, actor)
    minute = now.replace(second=0, microsecond=0)
    with uow.begin(Reach.SHOWN) as tx:
        if any(tx.shares.misses(one, minute=minute) >= limit for one, limit in limits.items()):
            raise Forbidden("TOO_MANY_TRIES")
        won = tx.shares.redeem(digits, at=now)
        share = won or tx.shares.find_code(digits)
        if share is None:
            for one in limits:
                tx.shares.missed(one, minute=minute)
        else:
            answer = _answer(share, tx, won=won is not None, now=now)
            tx.events.add(_event(share, answer, actor, tx, now))
    if share is None:
        raise NotFound("SHORT_CODE_UNKNOWN")
    return answer


def _limits(caller: str, actor: Actor) -> dict[str, int]:
    """Whoever signed in is counted alone, so that a flood of strangers does not shut a counter out."""
    if actor.role is not Role.ANONYMOUS:
        return {f"account:{actor.account_id}": TRIES_A_MINUTE}
    # An address says who somebody is: kept as a digest, for a few minutes.
    hidden = hashlib.sha256(caller.encode()).hexdigest()[:32]
    return {hidden: TRIES_A_MINUTE, _STRANGERS: STRANGERS_TRIES_A_MINUTE}


def _answer(share: Share, tx: Tx, *, won: bool, now: datetime) -> Redeemed:
    if not won:
        # Ended, or its minute begins by another clock only in a moment: to whoever asks now it is not good.
        end = share.ended(now)
        return Redeemed(qr.Verdict.NOT_YET_VALID if end is None else _ENDS[end], None, now)
    record = tx.records.get(share.record)
    if share.holder_id not in tx.records.holder_ids(record.code):
        # Corrected since: the paper of now is somebody else's, and the one that was shown is none any more.
        return Redeemed(qr.Verdict.SUPERSEDED, None, now)
    there = shown_fields(record, facts_of(record, place=place_of(tx, record, share.holder_id)))
    shown = qr.Shown(
        issuer=record.agency_code,
        fields={name: there[name.value] for name in qr.Field if name.value in share.fields and name.value in there},
        audience=share.audience,
        purpose=share.purpose,
        presented_at=share.created_at,
        expires_at=share.ends_at,
        token_id=hashlib.sha256(share.id.encode()).digest()[:16],
    )
    return Redeemed(_verdict(record, now), shown, now)


def _verdict(record: Record, now: datetime) -> qr.Verdict:
    if record.state is not RecordState.ACTIVE:
        return _STATES[record.state]
    return qr.Verdict.EXPIRED if record.expired(now.astimezone(VIET_NAM).date()) else qr.Verdict.VALID


def _event(share: Share, answer: Redeemed, actor: Actor, tx: Tx, now: datetime) -> Event:
    record = tx.records.get(share.record)
    return Event(
        now,
        actor,
        Action.REDEEM,
        code=answer.verdict.value,
        purpose=share.words,
        record=share.record,
        version=record.version,
        holder_id=share.holder_id,
        agency_code=record.agency_code,
        details={"share": share.id, "fields": list(share.fields) if answer.shown else []},
    )

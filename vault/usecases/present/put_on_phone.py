"""Put a paper on the citizen's phone: a credential bound to a key that stays in the browser, for 72 hours at most."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.errors import Forbidden
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import StatusSlot
from vault.domain.shares import PHONE_LIFETIME, Share, ShareKind
from vault.ports import Clock, CredentialDesk, HolderProof, Ids, UnitOfWork
from vault.usecases.digitize.confirm import PHONE_LIST, STATUS_LIST_SIZE
from vault.usecases.present.own_paper import facts_of, own_paper, place_of, shown_fields
from vault.usecases.refusals import recorded

"""The status list of credentials on phones: each has a place of its own, so that stopping one stops that one alone."""
_NONCE_SIZE = 16


@dataclass(frozen=True, slots=True)
class PutOnPhone:
    """Which paper, and the browser's key with its proof."""

    record: RecordCode
    x: bytes
    y: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class OnPhone:
    """The credential (SD-CWT), the share it is, and what it could show."""

    share: Share
    credential: bytes
    fields: tuple[str, ...]


def sign_in_nonce(session: str) -> bytes:
    """What a browser signs to prove its key: one value a sign-in, which nobody can know without its token."""
    return hashlib.sha256(b"VNPP1 nonce\0" + session.encode()).digest()[:_NONCE_SIZE]


def put_on_phone(
    what: PutOnPhone,
    *,
    session: str,
    actor: Actor,
    uow: UnitOfWork,
    credentials: CredentialDesk,
    clock: Clock,
    ids: Ids,
) -> OnPhone:
    """A credential for an own paper in force. `HOLDER_KEY`, `HOLDER_PROOF`: the key is not proven."""
    require(actor, Action.SHARE)
    now = clock.now()
    refusal = Event(now, actor, Action.SHARE, record=what.record, holder_id=actor.holder_id)
    holder = HolderProof(what.x, what.y, sign_in_nonce(session), what.proof)
    with recorded(uow, refusal), uow.begin() as tx:
        if actor.holder_id is None:
            raise Forbidden("NO_HOLDER")
        record = own_paper(tx, actor, what.record, now=now)
        facts = facts_of(record, place=place_of(tx, record, actor.holder_id))
        fields = tuple(shown_fields(record, facts))
        while True:
            slot = StatusSlot(PHONE_LIST, ids.status_index(STATUS_LIST_SIZE))
            share = _share(record.code, actor.holder_id, fields, slot=slot, ids=ids, now=now)
            if tx.shares.add(share):
                break
        credential = credentials.presentable(
            record.id, facts, slot=slot, holder=holder, at=now, lifetime=PHONE_LIFETIME
        )
        tx.events.add(
            Event(
                now,
                actor,
                Action.SHARE,
                code=share.kind.value,
                record=record.code,
                version=record.version,
                holder_id=actor.holder_id,
                agency_code=record.agency_code,
                details={"share": share.id, "until": share.ends_at.isoformat()},
            )
        )
    return OnPhone(share, credential, fields)


def _share(
    record: RecordCode, holder_id: int, fields: tuple[str, ...], *, slot: StatusSlot, ids: Ids, now: datetime
) -> Share:
    return Share(
        id=ids.token(),
        kind=ShareKind.PHONE,
        record=record,
        holder_id=holder_id,
        audience="",
        purpose="",
        fields=fields,
        created_at=now,
        ends_at=now + PHONE_LIFETIME,
        slot=slot,
    )

"""A short code for phones that cannot show more: eight digits, one minute, once, redeemed at the service."""

from __future__ import annotations

from dataclasses import dataclass

import qr
from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.shares import Share, ShareKind
from vault.ports import Clock, Ids, UnitOfWork
from vault.usecases.present.own_paper import facts_of, own_paper, place_of, said, shown_fields
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class MakeCode:
    """The citizen's consent: which paper, which of its fields, to whom, what for. It ends after a minute."""

    record: RecordCode
    fields: tuple[str, ...]
    audience: str
    purpose: str


@dataclass(frozen=True, slots=True)
class MadeCode:
    """The share and the code with its spellings (digits, EAN-13)."""

    share: Share
    code: qr.ShortCode


def make_code(what: MakeCode, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> MadeCode:
    """A fresh code. `SHARE_FIELDS` for a field that the paper does not have, or for none at all."""
    require(actor, Action.SHARE)
    now = clock.now()
    audience, purpose = said(what.audience, what.purpose)
    refusal = Event(now, actor, Action.SHARE, record=what.record, holder_id=actor.holder_id)
    with recorded(uow, refusal), uow.begin() as tx:
        if actor.holder_id is None:
            raise Forbidden("NO_HOLDER")
        record = own_paper(tx, actor, what.record, now=now)
        there = shown_fields(record, facts_of(record, place=place_of(tx, record, actor.holder_id)))
        fields = tuple(name for name in there if name in what.fields)
        if not fields or len(fields) != len(set(what.fields)):
            raise Invalid("SHARE_FIELDS")
        while True:
            code = qr.new_short_code(random=ids.random, now=now)
            share = Share(
                id=ids.token(),
                kind=ShareKind.CODE,
                record=record.code,
                holder_id=actor.holder_id,
                audience=audience,
                purpose=purpose,
                fields=fields,
                created_at=code.issued_at,
                ends_at=code.expires_at,
                digits=code.digits,
            )
            if tx.shares.add(share):
                break
        tx.events.add(
            Event(
                now,
                actor,
                Action.SHARE,
                code=share.kind.value,
                purpose=share.words,
                record=record.code,
                version=record.version,
                holder_id=actor.holder_id,
                agency_code=record.agency_code,
                details={"share": share.id, "fields": list(fields), "until": share.ends_at.isoformat()},
            )
        )
    return MadeCode(share, code)

"""An own paper as SD-JWT VC, for a wallet outside this system; its status is the record's own."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import Forbidden
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, CredentialDesk, UnitOfWork
from vault.usecases.present.own_paper import facts_of, own_paper, place_of
from vault.usecases.refusals import recorded


def export_credential(
    code: RecordCode, *, actor: Actor, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock
) -> str:
    """The credential of a paper in force. Whoever has it may show it, so it carries no more than the printed QR."""
    require(actor, Action.SHARE)
    now = clock.now()
    refusal = Event(now, actor, Action.SHARE, record=code, holder_id=actor.holder_id)
    with recorded(uow, refusal), uow.begin() as tx:
        if actor.holder_id is None:
            raise Forbidden("NO_HOLDER")
        record = own_paper(tx, actor, code, now=now)
        facts = facts_of(record, place=place_of(tx, record, actor.holder_id))
        text = credentials.sd_jwt(record.id, facts, slot=record.status, at=now)
        tx.events.add(
            Event(
                now, actor, Action.SHARE, code="SD_JWT", record=record.code, version=record.version,
                holder_id=actor.holder_id, agency_code=record.agency_code,
            )
        )  # fmt: skip
    return text

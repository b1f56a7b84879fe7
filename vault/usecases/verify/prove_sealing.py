"""Show that the log had a credential, and since when, to somebody who holds it and believes nobody."""

from __future__ import annotations

from datetime import datetime

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode, digest_of, record_code
from vault.domain.people import Action, Actor
from vault.ports import Clock, CredentialDesk, PublicLog, Reach, SealingProof, UnitOfWork
from vault.usecases.refusals import recorded


def prove_sealing(
    text: str, *, actor: Actor, uow: UnitOfWork, credentials: CredentialDesk, log: PublicLog, clock: Clock
) -> SealingProof:
    """The proof for this very text. `LOG_PROOF` when it is none of ours, or the log does not show it.

    It opens the event of the sealing, so the holder sees that somebody looked at it.
    """
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VERIFY, details={"kind": "sealing"})):
        record_id = credentials.own_record(text, now=now)
        if record_id is None:
            raise NotFound("LOG_PROOF", record="?")
        code = record_code(record_id)
        found = log.sealing_of(code, digest_of(text.encode()))
        if found is None:
            raise NotFound("LOG_PROOF", record=code)
        _note(code, "SEALING", actor=actor, uow=uow, now=now)
    return found


def prove_events(code: RecordCode, *, actor: Actor, uow: UnitOfWork, log: PublicLog, clock: Clock) -> tuple[str, ...]:
    """Off-line proofs (C2SP tlog-proof@v1) of every event about a record; `LOG_PROOF`. Looking is an event as well."""
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VERIFY, details={"kind": "proof"})):
        proofs = tuple(one.text for one in log.prove(code))
        _note(code, "PROOF", actor=actor, uow=uow, now=now)
    return proofs


def _note(code: RecordCode, what: str, *, actor: Actor, uow: UnitOfWork, now: datetime) -> None:
    with uow.begin(Reach.SHOWN) as tx:
        record = tx.records.find(code)
        event = Event(
            now,
            actor,
            Action.VERIFY,
            code=what,
            record=code,
            version=record.version if record else None,
            holder_id=tx.records.first_holder(code) if record else None,
            agency_code=record.agency_code if record else None,
            details={"kind": what.lower()},
        )
        tx.events.add(event)

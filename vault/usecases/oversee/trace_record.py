"""Where a record came from and what was done with it: the paper it was made of, and every act on it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.dossiers import Attachment
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import Intake
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Trace:
    """The paper behind a record, with the report on its own signatures, and the acts, newest first."""

    intake: Intake | None
    events: tuple[Event, ...]
    used: tuple[tuple[DossierCode, Attachment], ...] = ()
    """The dossiers that reuse it, newest first."""


def trace_record(code: RecordCode, *, actor: Actor, uow: UnitOfWork, limit: int) -> Trace:
    """The trace of a record of the actor's agency; part of looking at the record, which was logged."""
    require(actor, Action.VIEW_RECORD)
    with uow.begin() as tx:
        record = tx.records.get(code)
        if record.agency_code != actor.agency_code:
            raise NotFound("RECORD")
        return Trace(
            tx.intakes.find(code), tx.events.list(record=code, limit=limit), tx.dossiers.using(code, limit=limit)
        )

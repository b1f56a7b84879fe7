"""Where a record came from and what was done with it: the paper it was made of, and every act on it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.corrections import Correction, CorrectionId
from vault.domain.dossiers import Attachment
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import Intake
from vault.domain.people import Action, Actor, may, require
from vault.domain.records import RecordVersion
from vault.ports import Tx, UnitOfWork


@dataclass(frozen=True, slots=True)
class Trace:
    """The paper behind a record, with the report on its own signatures, and the acts, newest first."""

    intake: Intake | None
    events: tuple[Event, ...]
    used: tuple[tuple[DossierCode, Attachment], ...] = ()
    """The dossiers that reuse it, newest first."""
    versions: tuple[RecordVersion, ...] = ()
    """Every version, oldest first."""
    cases: tuple[Correction, ...] = ()
    """The correction cases about it, newest first, for those who may act on them; as far back as `events` go."""


def trace_record(code: RecordCode, *, actor: Actor, uow: UnitOfWork, limit: int) -> Trace:
    """The trace of a record of the actor's agency; part of looking at the record, which was logged."""
    require(actor, Action.VIEW_RECORD)
    with uow.begin() as tx:
        record = tx.records.get(code)
        if record.agency_code != actor.agency_code:
            raise NotFound("RECORD")
        events = tx.events.list(record=code, limit=limit)
        return Trace(
            tx.intakes.find(code),
            events,
            tx.dossiers.using(code, limit=limit),
            tx.records.history(code),
            _cases(tx, events) if may(actor, Action.CORRECT) else (),
        )


def _cases(tx: Tx, events: tuple[Event, ...]) -> tuple[Correction, ...]:
    """By the events that tell of them: each step of a case is one, and a record has few cases."""
    told = (one.details.get("case") for one in events if one.action is Action.CORRECT)
    ids = dict.fromkeys(CorrectionId(one) for one in told if isinstance(one, str))
    found = []
    for one in ids:
        with suppress(NotFound):  # a case from before the record was handed over is another agency's
            found.append(tx.corrections.get(one))
    return tuple(sorted(found, key=lambda case: case.opened_at, reverse=True))

"""Open a dossier: a procedure and a holder; everything else follows from what is already there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Dossier
from vault.domain.errors import Forbidden, Invalid
from vault.domain.holders import HolderId
from vault.domain.ids import dossier_code
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.domain.text import nfc
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class OpenDossier:
    """Procedure by its national code, holder by number; the name is needed only for a holder nobody knows yet."""

    procedure_code: str
    holder_number: str
    holder_name: str | None = None
    due_on: date | None = None
    purpose: str | None = None


def open_dossier(what: OpenDossier, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Dossier:
    """Open it under the day's next code. `PROCEDURE_UNKNOWN`, `HOLDER_NAME` and the codes of a bad number refuse."""
    require(actor, Action.OPEN_DOSSIER)
    now = clock.now()
    today = now.astimezone(VIET_NAM).date()
    with recorded(uow, Event(now, actor, Action.OPEN_DOSSIER)):
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        procedure = catalogue.procedure(what.procedure_code, today)
        number = HolderId.parse(what.holder_number)
        with uow.begin() as tx:
            holder_id = tx.holders.find(number)
            if holder_id is None:
                name = nfc(what.holder_name or "").strip()
                if not name:
                    raise Invalid("HOLDER_NAME")
                holder_id = tx.holders.ensure(number, name, at=now)
            dossier = Dossier(
                code=dossier_code(actor.agency_code, today, tx.dossiers.next_serial(actor.agency_code, today)),
                procedure_code=procedure.code,
                holder_id=holder_id,
                holder=tx.holders.get(holder_id),
                agency_code=actor.agency_code,
                purpose=what.purpose or procedure.purpose,
                opened_by=actor.account_id,
                opened_at=now,
                due_on=what.due_on,
            )
            tx.dossiers.add(dossier)
            tx.events.add(
                Event(
                    now,
                    actor,
                    Action.OPEN_DOSSIER,
                    purpose=procedure.code,
                    dossier=dossier.code,
                    holder_id=holder_id,
                )
            )
        return dossier

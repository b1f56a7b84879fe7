"""A dossier's questions to other places, and everything that they claimed, what was put aside included."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.ids import DossierCode
from vault.domain.outside import Ask, OutsidePaper
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier


@dataclass(frozen=True, slots=True)
class OutsideView:
    """Questions and claims, oldest first."""

    asks: tuple[Ask, ...]
    papers: tuple[OutsidePaper, ...]


def view_outside(code: DossierCode, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> OutsideView:
    """For the dossier's agency. What others claim of a person is personal data: a look, so an event."""
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        papers = tx.outside.papers(code)
        tx.events.add(
            Event(
                now,
                actor,
                Action.LOOKUP,
                code="OUTSIDE",
                purpose=dossier.procedure_code,
                dossier=code,
                holder_id=dossier.holder_id,
                details={"claims": len(papers)},
            )
        )
        return OutsideView(tx.outside.asks(code), papers)

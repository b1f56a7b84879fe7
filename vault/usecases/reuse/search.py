"""Find papers by number, name or words: only in a dossier or with a stated purpose, and every search is an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from vault.domain.access import SHORTEST_REASON, said_why
from vault.domain.audit import Event, of_each
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.search import parse_query
from vault.domain.sign_in import SEARCHES
from vault.domain.text import mask_name, mask_number
from vault.ports import Clock, Hit, Tx, UnitOfWork
from vault.usecases.brake import brake
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier

MOST = 50


@dataclass(frozen=True, slots=True)
class SearchFor:
    """Words, and why: the dossier they are wanted for, or a purpose in the officer's words."""

    text: str
    dossier: DossierCode | None = None
    purpose: str | None = None
    limit: int = 10


def search(what: SearchFor, *, actor: Actor, uow: UnitOfWork, clock: Clock, braked: bool = True) -> tuple[Hit, ...]:
    """The agency's papers with these words, the best first; in a dossier also its people's papers from elsewhere.

    ``PURPOSE_MISSING`` without dossier and purpose, ``PURPOSE_SHORT`` for one that says nothing to whoever was found;
    ``TOO_MANY_LOOK_UPS`` for an account that searches like a program that copies the vault (`braked`; off where
    searches are measured). The event keeps which records were shown, not what was typed, and everybody on one of them
    is told (`audit.of_each`; at most `MOST` papers). Only papers of the dossier's people are shown as they are; of
    every other one there is an outline, and whoever wants to read it needs a ground of `domain.access`.
    """
    require(actor, Action.SEARCH)
    now = clock.now()
    typed = " ".join((what.purpose or "").split())
    purpose = said_why(typed)
    asked = Event(now, actor, Action.SEARCH, purpose=purpose or typed[:SHORTEST_REASON] or None, dossier=what.dossier)
    with recorded(uow, asked):
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if what.dossier is None and not typed:
            raise Invalid("PURPOSE_MISSING")
        if what.dossier is None and purpose is None:
            raise Invalid("PURPOSE_SHORT", least=SHORTEST_REASON)
        if braked:
            brake(SEARCHES, actor.account_id, uow=uow, now=now)
        with uow.begin() as tx:
            dossier = own_dossier(tx, what.dossier, actor) if what.dossier else None
            if dossier is not None:
                dossier.require_open()
            people = dossier.people if dossier else ()
            limit = min(max(what.limit, 1), MOST)
            hits = _by_code(tx, what.text, actor.agency_code, people) or tx.search.find(
                parse_query(what.text), agency_code=actor.agency_code, people=people, limit=limit
            )
            act = replace(
                asked,
                purpose=purpose or (dossier.procedure_code if dossier else None),
                holder_id=dossier.holder_id if dossier else None,
            )
            tx.events.add(*of_each(act, {hit.record.code: hit.record.people for hit in hits}))
        # Whom the dossier is not about is told by an outline: enough to know the paper again, not to read it.
        return tuple(
            hit if set(people) & set(hit.record.people) else replace(hit, record=outline(hit.record)) for hit in hits
        )


def outline(record: Record) -> Record:
    """A paper as a search shows it before there is a ground to read it: kind, number, dates; its people masked."""
    people = tuple(
        replace(link, name=mask_name(link.name), number=mask_number(link.number) if link.number else None, aliases=())
        for link in record.holders
    )
    return replace(
        record, holders=people, abstract=None, scope=None, purpose=None, fields=MappingProxyType({}), credential=""
    )


def _by_code(tx: Tx, text: str, agency_code: str, people: tuple[int, ...]) -> tuple[Hit, ...]:
    """The record whose look-up code was typed, inside the same walls."""
    try:
        code = normal_record_code(text)
    except Invalid:
        return ()
    record = tx.records.find(code)
    if record is None:
        return ()
    seen = record.agency_code == agency_code or bool(set(people) & set(record.people))
    return (Hit(record, exact=True),) if seen else ()

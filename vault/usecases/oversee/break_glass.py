"""Read a paper for an urgent reason in writing; the citizen and the data-protection officer see it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from vault.domain.access import BREAK_GLASS_FOR, LONGEST_REASON, SHORTEST_REASON, said_why
from vault.domain.audit import Event, Searched
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import BrokenGlass, Clock, Ids, UnitOfWork
from vault.usecases.refusals import recorded

SHOWN = 200
SEARCHES_OF = timedelta(days=30)
"""How far back the data-protection officer sees who searched outside any dossier."""


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Which paper, and why it cannot wait for a dossier or for its holder."""

    record: RecordCode
    reason: str


def break_glass(what: BreakGlass, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> BrokenGlass:
    """Give the actor the ground BREAK_GLASS on this paper for an hour. Each person on the paper is told by an event.

    `BREAK_GLASS_REASON` for a reason that says nothing, `RECORD` for a paper that the actor's agency does not have:
    asking for one is an event as well, with the reason. The same words again within the hour (an answer that was
    lost, a button pressed twice) are the same opening: it ends when it would have ended, and nobody is told twice.
    """
    require(actor, Action.BREAK_GLASS)
    now = clock.now()
    reason = said_why(what.reason)
    typed = reason or what.reason.strip()[:LONGEST_REASON] or None
    with recorded(uow, Event(now, actor, Action.BREAK_GLASS, purpose=typed, record=what.record)):
        if reason is None:
            raise Invalid("BREAK_GLASS_REASON", least=SHORTEST_REASON)
        with uow.begin() as tx:
            record = tx.records.find(what.record)
            if record is None or actor.agency_code is None or record.agency_code != actor.agency_code:
                raise NotFound("RECORD")
            said = BrokenGlass(ids.token(), record.code, record.agency_code, actor.account_id, actor.name, reason, now)
            broken = tx.access.break_glass(said, since=now - BREAK_GLASS_FOR)
            if broken.id != said.id:
                return broken  # said again: the holder and the officer were told of this word already
            tx.events.add(
                Event(
                    now,
                    actor,
                    Action.BREAK_GLASS,
                    purpose=reason,
                    record=record.code,
                    version=record.version,
                    holder_id=tx.records.first_holder(record.code),
                    details={"glass": broken.id},
                )
            )
    return broken


def told_holder(*, actor: Actor, uow: UnitOfWork) -> tuple[BrokenGlass, ...]:
    """What a citizen is told: every urgent access to a paper that names them, newest first."""
    require(actor, Action.LIST_OWN)
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    with uow.begin() as tx:
        return tx.access.broken_on(actor.holder_id, limit=SHOWN)


@dataclass(frozen=True, slots=True)
class ToReview:
    """Looks that no dossier asked for: urgent ones, and who searched (in the last `SEARCHES_OF`)."""

    broken: tuple[BrokenGlass, ...]
    searches: tuple[Searched, ...]


def list_broken(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> ToReview:
    """The agency's cases for the data-protection officer: what waits for a finding comes first."""
    require(actor, Action.REVIEW_ACCESS)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    now = clock.now()
    with uow.begin() as tx:
        searches = tx.events.searched(actor.agency_code, since=now - SEARCHES_OF, until=now)
        tx.events.add(Event(now, actor, Action.REVIEW_ACCESS))
        return ToReview(tx.access.broken(actor.agency_code, limit=SHOWN), searches)


def review(glass_id: str, finding: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> BrokenGlass:
    """The data-protection officer's finding, which the citizen reads beside the reason. The first one stays.

    `REASON_MISSING` without a word; `GLASS_UNKNOWN` for another agency's case.
    """
    require(actor, Action.REVIEW_ACCESS)
    now = clock.now()
    words = " ".join(finding.split())[:1000]
    with recorded(uow, Event(now, actor, Action.REVIEW_ACCESS, details={"glass": glass_id[:64]})):
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if not words:
            raise Invalid("REASON_MISSING")
        with uow.begin() as tx:
            found = tx.access.review(glass_id, agency_code=actor.agency_code, by=actor.name, at=now, finding=words)
            if found is None:
                raise NotFound("GLASS_UNKNOWN")
            tx.events.add(
                Event(now, actor, Action.REVIEW_ACCESS, purpose=words, record=found.record, details={"glass": glass_id})
            )
    return found

"""Counts of what was done, and the events behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, ComponentForm
from vault.domain.dossiers import Dossier
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import RecordCode
from vault.domain.inbox import DueDay, near_until
from vault.domain.kpi import ASKS, Figure, Figures, Tally, figures
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.domain.records import named_since
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, Counted, Reach, Tx, UnitOfWork
from vault.usecases.refusals import recorded

LONGEST_SPAN = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures from a day to another (both included), the tallies they are added up from, and the newest events."""

    since: date
    until: date
    agencies: tuple[str, ...]
    figures: Figures
    tallies: tuple[Tally, ...]
    due: tuple[DueDay, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Which days, which agency of those the actor oversees (None: all of them), which procedure (None: all)."""

    since: date
    until: date
    agency: str | None = None
    procedure: str | None = None


def count(
    span: Span, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock, limit: int = 50
) -> Overview:
    """The figures of the actor's agency and those under it; strangers' checks count for the paper's agency."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.OVERSEE)), uow.begin(Reach.BELOW) as tx:
        agencies = overseen(tx, actor, span)
        rows = tx.events.tally(agencies, since=span.since, until=span.until)
        if span.procedure is not None:
            rows = tuple(one for one in rows if one.procedure == span.procedure)
        due = tx.dossiers.due_days(agencies, before=_near_ends(now.astimezone(VIET_NAM).date(), catalogue))
        events = tx.events.list(agency_code=actor.agency_code, limit=limit) if limit else ()
        tx.events.add(Event(now, actor, Action.OVERSEE))
    due = tuple(one for one in due if span.procedure in {None, one.procedure})
    return Overview(span.since, span.until, agencies, figures(rows, copies_of(catalogue)), rows, due, events)


def behind(
    figure: Figure,
    span: Span,
    *,
    actor: Actor,
    uow: UnitOfWork,
    catalogue: Catalogue,
    clock: Clock,
    limit: int,
    offset: int = 0,
) -> tuple[Counted, ...]:
    """The events that a figure counts, the newest first."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    asked = ASKS[figure]
    with recorded(uow, Event(now, actor, Action.OVERSEE, code=figure.name)), uow.begin(Reach.BELOW) as tx:
        found = tx.events.behind(
            asked,
            overseen(tx, actor, span),
            since=span.since,
            until=span.until,
            procedure=span.procedure,
            components=copies_of(catalogue) if asked.copies_only else None,
            limit=limit,
            offset=offset,
        )
        tx.events.add(Event(now, actor, Action.OVERSEE, code=figure.name, details={"rows": len(found)}))
    return found


def due_dossiers(
    *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock, limit: int
) -> tuple[Dossier, ...]:
    """Open dossiers of the actor's own agency that are late or nearly so, the latest first."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.OVERSEE, code="DUE")), uow.begin(Reach.BELOW) as tx:
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        before = _near_ends(now.astimezone(VIET_NAM).date(), catalogue)
        found = tx.dossiers.open_ones(actor.agency_code, due_before=before, limit=limit)
        tx.events.add(Event(now, actor, Action.OVERSEE, code="DUE", details={"rows": len(found)}))
    return found


def copies_of(catalogue: Catalogue) -> frozenset[str]:
    """Components for which a copy is asked: a record attached there is a certified copy that nobody had to make."""
    return frozenset(
        component.code
        for procedure in catalogue.procedures
        for component in procedure.components
        if component.form is ComponentForm.COPY
    )


def _near_ends(today: date, catalogue: Catalogue) -> date:
    return near_until(today, catalogue.working_time) + timedelta(days=1)


def overseen(tx: Tx, actor: Actor, span: Span) -> tuple[str, ...]:
    """The agency itself and every agency below it that works here."""
    own = actor.agency_code
    if own is None:
        raise Forbidden("NO_AGENCY")
    if not timedelta() <= span.until - span.since <= LONGEST_SPAN:
        raise Invalid("SPAN", since=span.since.isoformat(), until=span.until.isoformat())
    found = (own, *(code for code in tx.accounts.agencies() if code.startswith(f"{own}.")))
    if span.agency is None:
        return found
    if span.agency not in found:
        raise Forbidden("AGENCY_NOT_YOURS")
    return (span.agency,)


def who_looked(*, actor: Actor, uow: UnitOfWork, record: RecordCode | None = None, limit: int) -> tuple[Event, ...]:
    """Everything that was done with the citizen's papers, newest first."""
    require(actor, Action.LIST_OWN)
    if actor.role not in HOLDER_ROLES or actor.holder_id is None:
        return ()
    with uow.begin() as tx:
        own = about(tx, actor.holder_id)
        found = tx.events.list(holder_id=actor.holder_id, about=own, record=record, limit=limit)
    return tuple(_narrowed(one, own) for one in found)


def _narrowed(event: Event, own: Collection[RecordCode]) -> Event:
    """Of the papers that the act showed, the person's own: the others are somebody else's business."""
    if "records" not in event.details:
        return event
    return replace(event, details={**event.details, "records": [one for one in event.records if one in own]})


def about(tx: Tx, holder_id: int) -> Mapping[RecordCode, datetime | None]:
    """The records that name a holder, each with the time since when: what was done before is somebody else's."""
    link = tx.holders.get(holder_id)
    return {
        one.code: named_since(tx.records.history(one.code), link) if one.version > 1 else None
        for one in tx.records.of_holder(holder_id)
    }

"""The indicators of a span, by agency, and the dossiers and acts behind each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.indicators import Indicator, Measured, Rules, Unit, logs, measure, units
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, Reach, UnitOfWork
from vault.usecases.oversee.count import Span, copies_of, overseen
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, for which days and agencies, and when."""

    span: Span
    agencies: tuple[str, ...]
    measured: Measured
    at: datetime


def indicators(span: Span, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Report:
    """The figures of the actor's agency and those under it. `span.procedure` narrows them to one procedure."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.OVERSEE, code="INDICATORS")), uow.begin(Reach.BELOW) as tx:
        agencies = overseen(tx, actor, span)
        found = logs(tx.figures.acts(agencies, since=span.since, until=span.until))
        narrowed = (one for one in found if span.procedure in {None, one.procedure})
        measured = measure(narrowed, rules_of(span, catalogue, now))
        tx.events.add(Event(now, actor, Action.OVERSEE, code="INDICATORS"))
    return Report(span, agencies, measured, now)


def evidence(
    indicator: Indicator,
    span: Span,
    *,
    actor: Actor,
    uow: UnitOfWork,
    catalogue: Catalogue,
    clock: Clock,
    limit: int,
    offset: int = 0,
) -> tuple[Unit, ...]:
    """What an indicator divides: every unit, with the numbers of the acts in the log that make it count or not."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    found: list[Unit] = []
    with recorded(uow, Event(now, actor, Action.OVERSEE, code=indicator.name)), uow.begin(Reach.BELOW) as tx:
        agencies = overseen(tx, actor, span)
        rules = rules_of(span, catalogue, now)
        seen = 0
        for log in logs(tx.figures.acts(agencies, since=span.since, until=span.until)):
            if span.procedure in {None, log.procedure}:
                for unit in units(indicator, log, rules):
                    if offset <= seen < offset + limit:
                        found.append(unit)
                    seen += 1
        details = {"rows": len(found)}
        tx.events.add(Event(now, actor, Action.OVERSEE, code=indicator.name, details=details))
    return tuple(found)


def rules_of(span: Span, catalogue: Catalogue, now: datetime) -> Rules:
    """What the indicators of a span are judged by."""
    return Rules(
        span.since,
        span.until,
        now.astimezone(VIET_NAM).date(),
        with_result=frozenset(one.code for one in catalogue.procedures if one.results),
        copies=copies_of(catalogue),
        working=catalogue.working_time,
    )

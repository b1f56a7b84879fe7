"""After a breach: which papers and which people somebody touched in a span of time, out of the events themselves.

For the notice to the authority and to the people (Luật 91/2025/QH15, whose articles on notice and its time limit are to
be checked by the data-protection officer: nothing here depends on them).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.breach import Touched, touched
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded

NUMBERS = 10_000
"""People are named up to here; a report on more of them is a report on everybody, and says so by its counts."""


@dataclass(frozen=True, slots=True)
class BreachOf:
    """From when to when (not included), and of whom: an account by its name to sign in with, or everybody."""

    since: datetime
    until: datetime
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whom the breach concerns, with how many acts were about them."""

    number: str | None
    name: str
    acts: int


@dataclass(frozen=True, slots=True)
class BreachReport:
    """What was touched, and who has to be told."""

    touched: Touched
    people: tuple[Concerned, ...]


def breach_report(what: BreachOf, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> BreachReport:
    """The report of the actor's agency. Making it is an event. `BREACH_SPAN`, `ACCOUNT_UNKNOWN`."""
    require(actor, Action.REVIEW_ACCESS)
    now = clock.now()
    asked = {"since": what.since.isoformat(), "until": what.until.isoformat(), "account": what.username}
    refusal = Event(now, actor, Action.REVIEW_ACCESS, details=asked)
    with recorded(uow, refusal), uow.begin() as tx:
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if what.since.tzinfo is None or what.until.tzinfo is None or not what.since < what.until:
            raise Invalid("BREACH_SPAN")
        account_id = None
        if what.username is not None:
            kept = {one.account.username: one.account.actor.account_id for one in tx.accounts.kept()}
            account_id = kept.get(what.username)
            if account_id is None:
                raise NotFound("ACCOUNT_UNKNOWN", username=what.username)
        found = touched(tx.events.span(actor.agency_code, since=what.since, until=what.until, account_id=account_id))
        people = []
        for holder_id, acts in sorted(found.people.items(), key=lambda one: -one[1])[:NUMBERS]:
            link = tx.holders.get(holder_id)
            people.append(Concerned(link.number, link.name, acts))
        counts = {"records": len(found.records), "people": len(found.people), "refused": found.refused}
        tx.events.add(Event(now, actor, Action.REVIEW_ACCESS, code="BREACH_REPORT", details={**asked, **counts}))
    return BreachReport(found, tuple(people))

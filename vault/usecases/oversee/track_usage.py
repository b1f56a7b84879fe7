"""Who used a person's data, for the Data Tracker of a portal (Estonia's Andmejälgija, protocol version 2).

A partner system asks on behalf of the person. The question is itself an act on the person's data: it is an event, and
stands in the next answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.holders import HolderId
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.oversee.count import about

MOST = 1000


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """Whose data, in which time (both ends included), and which part of the answer, newest first."""

    number: HolderId
    own: bool
    """Whether the person asks, or somebody who stands for them."""
    since: datetime | None = None
    until: datetime | None = None
    offset: int = 0
    limit: int = MOST


@dataclass(frozen=True, slots=True)
class Usages:
    """How many there are in that time, and the part that was asked for."""

    total: int
    events: tuple[Event, ...]


def find_usage(asked: UsageQuery, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Usages:
    """Acts on the papers and data of a person. Somebody unknown has none: the answer tells not who is known."""
    require(actor, Action.TRACK_USAGE)
    with uow.begin() as tx:
        holder_id = tx.holders.find(asked.number)
        if holder_id is None:
            found: tuple[int, tuple[Event, ...]] = (0, ())
        else:
            own = about(tx, holder_id)
            found = tx.events.usages(
                holder_id, own, since=asked.since, until=asked.until, offset=asked.offset, limit=asked.limit
            )
        details = {"own": asked.own, "usages": found[0]}
        tx.events.add(Event(clock.now(), actor, Action.TRACK_USAGE, holder_id=holder_id, details=details))
    return Usages(*found)


def usage_period(*, uow: UnitOfWork, clock: Clock) -> datetime:
    """Since when acts are kept: the oldest one's time. Nothing is ever deleted, so it is also the first that was."""
    with uow.begin() as tx:
        return tx.events.oldest() or clock.now()

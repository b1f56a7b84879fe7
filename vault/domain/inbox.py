"""What lies on the desk: which dossier is late, which soon will be, and who has waited too long for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from vault.domain.dossiers import Dossier
from vault.domain.working_time import WorkingTime

LONG_WAIT = timedelta(hours=4)
"""Half a working day: a dossier whose turn is the desk's and that nobody touched for so much working time is shown."""
NEAR_DAYS = 2
"""So many working days before the due day a dossier counts as near-late."""


class Pace(StrEnum):
    """How a dossier stands against its due day."""

    LATE = "LATE"
    NEAR = "NEAR"
    IN_TIME = "IN_TIME"
    NO_DUE_DAY = "NO_DUE_DAY"
    CLOSED = "CLOSED"


class Turn(StrEnum):
    """Who has to act next."""

    DESK = "DESK"
    CITIZEN = "CITIZEN"
    NOBODY = "NOBODY"


@dataclass(frozen=True, slots=True)
class DueDay:
    """So many open dossiers of one agency and procedure are due on one day."""

    agency: str
    procedure: str
    due_on: date
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A dossier at a moment. `days` are left until the due day, below zero when it is past; `since` begins the turn.

    Days are those of the calendar, as people read a due day; whether it is near or late goes by working days.
    """

    pace: Pace
    days: int | None
    turn: Turn
    since: datetime
    waited_long: bool


def pace_of(due_on: date | None, *, today: date, working: WorkingTime, closed: bool = False) -> Pace:
    """The pace alone. The due day itself is still in time; one on a day off is over with the next working day.

    (BLDS 91/2015/QH13 Đ148 k5, from memory: not verified.)
    """
    if closed:
        return Pace.CLOSED
    if due_on is None:
        return Pace.NO_DUE_DAY
    last = working.due_day(due_on)
    if last < today:
        return Pace.LATE
    return Pace.NEAR if last <= working.days_after(today, NEAR_DAYS) else Pace.IN_TIME


def near_until(today: date, working: WorkingTime) -> date:
    """The last due day of which a dossier may be near-late or late today."""
    return working.days_after(today, NEAR_DAYS)


def late_before(today: date, working: WorkingTime) -> date:
    """Dossiers due before this day are late today, and no others (`pace_of`)."""
    day = today
    while working.due_day(day - timedelta(days=1)) >= today:
        day -= timedelta(days=1)
    return day


def standing_of(dossier: Dossier, *, now: datetime, today: date, working: WorkingTime) -> Standing:
    """Whose turn it is, since when, and whether that is too long at work. After a notice it is the citizen's turn."""
    pace = pace_of(dossier.due_on, today=today, working=working, closed=dossier.closed is not None)
    days = None if dossier.due_on is None else (dossier.due_on - today).days
    if dossier.closed is not None:
        return Standing(pace, days, Turn.NOBODY, dossier.closed.at, waited_long=False)
    acts = [dossier.opened_at, *(one.at for one in dossier.attachments), *(one.at for one in dossier.demands)]
    told = [one.at for one in dossier.notices]
    last = max(acts)
    if told and max(told) >= last:
        return Standing(pace, days, Turn.CITIZEN, max(told), waited_long=False)
    return Standing(pace, days, Turn.DESK, last, waited_long=working.reached(last, now, LONG_WAIT))

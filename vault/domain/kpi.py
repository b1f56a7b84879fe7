"""Figures of oversight, computed from events alone: no flag anybody could set counts (QĐ 766, the trap of 4.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from vault.domain.audit import PARTY, Outcome
from vault.domain.people import Action


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an act ended in an outcome on a day: whose agency, under which procedure, for which component."""

    day: date
    action: Action
    outcome: Outcome
    code: str | None
    count: int
    agency: str | None = None
    procedure: str | None = None
    component: str | None = None


class Figure(StrEnum):
    """What is counted. Each member is one kind of event; `asks_of` says which."""

    DIGITISED = "digitised"
    REUSED = "reused"
    COPIES_AVOIDED = "copies_avoided"
    ONCE_ONLY_REFUSED = "once_only_refused"
    ASKED_AGAIN = "asked_again"
    DOSSIERS = "dossiers"
    CLOSED = "closed"
    CLOSED_LATE = "closed_late"
    PRESENTED = "presented"
    VERIFIED = "verified"


LATE = "LATE"
"""Code of the event that closes a dossier after its due day."""
REOPENED = "REOPENED"
REPLACED = "REPLACED"
"""Code of the event by which another record takes an attached one's place: the component was counted with the first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The events that one figure counts. `codes` None: all but those that never count."""

    action: Action
    outcome: Outcome = Outcome.DONE
    codes: frozenset[str] | None = None
    copies_only: bool = False
    """Only acts on components for which the procedure asks for a copy."""


NEVER_COUNTED = frozenset({PARTY, REOPENED, REPLACED})
ASKS: dict[Figure, Asked] = {
    Figure.DIGITISED: Asked(Action.SEAL),
    Figure.REUSED: Asked(Action.ATTACH),
    Figure.COPIES_AVOIDED: Asked(Action.ATTACH, copies_only=True),
    Figure.ONCE_ONLY_REFUSED: Asked(Action.DEMAND, Outcome.REFUSED, frozenset({"ONCE_ONLY"})),
    Figure.ASKED_AGAIN: Asked(Action.DEMAND),
    Figure.DOSSIERS: Asked(Action.OPEN_DOSSIER),
    Figure.CLOSED: Asked(Action.CLOSE_DOSSIER),
    Figure.CLOSED_LATE: Asked(Action.CLOSE_DOSSIER, codes=frozenset({LATE})),
    Figure.PRESENTED: Asked(Action.PRESENT),
    Figure.VERIFIED: Asked(Action.VERIFY),
}
COUNTED = frozenset(asked.action for asked in ASKS.values())
"""Acts that any figure counts; the index of events for oversight holds these alone."""


def counts(figure: Figure, row: Tally, copies: Collection[str]) -> bool:
    """Whether a tally belongs to a figure; `copies` are the components for which a copy is asked for."""
    asked = ASKS[figure]
    if row.action is not asked.action or row.outcome is not asked.outcome or row.code in NEVER_COUNTED:
        return False
    if asked.codes is not None and row.code not in asked.codes:
        return False
    return not asked.copies_only or row.component in copies


@dataclass(frozen=True, slots=True)
class Figures:
    """What the state did with papers it already held."""

    digitised: int
    reused: int
    asked_again: int
    once_only_refused: int
    presented: int
    verified: int
    dossiers: int
    copies_avoided: int
    closed: int
    closed_late: int


def figures(tallies: Iterable[Tally], copies: Collection[str] = ()) -> Figures:
    """Add events up: sealed records, attachments, demands, demands refused by the once-only rule, and so on."""
    rows = tuple(tallies)
    return Figures(**{figure.value: sum(row.count for row in rows if counts(figure, row, copies)) for figure in Figure})


class Step(StrEnum):
    """How long one bar of a chart is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_MOST_DAYS, _MOST_WEEKS = 35, 7 * 35


def step_for(since: date, until: date) -> Step:
    """Days for a month, weeks for half a year, months beyond: at most some 35 bars."""
    days = (until - since).days
    return Step.DAY if days <= _MOST_DAYS else Step.WEEK if days <= _MOST_WEEKS else Step.MONTH


def start_of(day: date, step: Step) -> date:
    """The day on which the step that holds `day` begins; weeks begin on Monday."""
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def after(start: date, step: Step) -> date:
    """The day on which the next step begins."""
    if step is Step.MONTH:
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7 if step is Step.WEEK else 1)


@dataclass(frozen=True, slots=True)
class Series:
    """A figure for every step from `since` to `until`, empty ones included. `ends` are last days."""

    starts: tuple[date, ...]
    ends: tuple[date, ...]
    values: dict[Figure, tuple[int, ...]]


def series(
    tallies: Iterable[Tally], drawn: Iterable[Figure], *, since: date, until: date, copies: Collection[str] = ()
) -> Series:
    """Figures over time, in steps that fit the span."""
    step = step_for(since, until)
    starts, day = [], start_of(since, step)
    while day <= until:
        starts.append(day)
        day = after(day, step)
    counted: Counter[tuple[Figure, date]] = Counter()
    wanted = tuple(drawn)
    for row in tallies:
        for figure in wanted:
            if counts(figure, row, copies):
                counted[figure, start_of(row.day, step)] += row.count
    return Series(
        starts=tuple(max(one, since) for one in starts),
        ends=tuple(min(after(one, step) - timedelta(days=1), until) for one in starts),
        values={figure: tuple(counted[figure, one] for one in starts) for figure in wanted},
    )

"""Requests of people about their own data, and by when each must be answered. Terms are data; days are counted here.

Luật 91/2025/QH15 gives the rights, NĐ 356/2025 Đ5 the terms: an answer that the request was received within working
days, then days to carry it out, more where a third party holds the data, and a longer term once, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import RecordCode

LONGEST_NOTE = 1000
NEAR = timedelta(days=2)
"""So long before its day a request is shown as near."""
_SATURDAY = 5


class RequestKind(StrEnum):
    """What somebody asks for."""

    SEE = "SEE"
    CORRECT = "CORRECT"
    PROVIDE = "PROVIDE"
    DELETE = "DELETE"
    RESTRICT = "RESTRICT"
    OBJECT = "OBJECT"
    WITHDRAW = "WITHDRAW"


class RequestState(StrEnum):
    """How far it is."""

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    """The person was told that it is received; the work goes on."""
    DONE = "DONE"
    REFUSED = "REFUSED"


class Standing(StrEnum):
    """Where it stands against its days."""

    ON_TIME = "ON_TIME"
    NEAR = "NEAR"
    LATE = "LATE"
    CLOSED = "CLOSED"
    CLOSED_LATE = "CLOSED_LATE"


class Step(StrEnum):
    """What the data-protection officer does with it."""

    ANSWER = "ANSWER"
    EXTEND = "EXTEND"
    DONE = "DONE"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Term:
    """The days of one kind; `verified` as in the catalogue."""

    kind: RequestKind
    answer_working_days: int
    days: int
    third_party_days: int
    more_days: int
    verified: bool
    source: str


def check_terms(terms: Sequence[Term]) -> Mapping[RequestKind, Term]:
    """By kind; `REQUEST_TERMS` when a kind is missing, named twice, or has no day."""
    found: dict[RequestKind, Term] = {}
    for one in terms:
        if one.kind in found or min(one.answer_working_days, one.days, one.third_party_days, one.more_days) < 1:
            raise Invalid("REQUEST_TERMS", kind=one.kind.value)
        found[one.kind] = one
    if missing := set(RequestKind) - set(found):
        raise Invalid("REQUEST_TERMS", kind=min(missing).value)
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request. Days are of Việt Nam; `answer_by` and `due_on` are the last day on which it is in time."""

    id: str
    kind: RequestKind
    holder_id: int
    agency_code: str
    record: RecordCode | None
    note: str
    third_party: bool
    asked_at: datetime
    asked_by: str
    answer_by: date
    due_on: date
    state: RequestState = RequestState.OPEN
    answered_at: datetime | None = None
    extended: bool = False
    closed_at: datetime | None = None

    def standing(self, today: date, *, closed_on: date | None = None, answered_on: date | None = None) -> Standing:
        """Late counts from the day after; a request nobody answered is late once the day of answering is over."""
        if self.closed_at is not None:
            late = closed_on is not None and closed_on > self.due_on
            return Standing.CLOSED_LATE if late else Standing.CLOSED
        day = self.due_on if answered_on is not None else min(self.answer_by, self.due_on)
        if today > day:
            return Standing.LATE
        return Standing.NEAR if today >= day - NEAR else Standing.ON_TIME


def working_days_after(day: date, count: int, *, holidays: Iterable[date] = ()) -> date:
    """The last of so many working days after a day; Saturdays, Sundays and the days named do not count."""
    off = frozenset(holidays)
    while count:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in off:
            count -= 1
    return day


def days_of(term: Term, asked_on: date, *, third_party: bool, holidays: Iterable[date] = ()) -> tuple[date, date]:
    """(by when it must be answered, by when carried out)."""
    days = term.third_party_days if third_party else term.days
    return working_days_after(asked_on, term.answer_working_days, holidays=holidays), asked_on + timedelta(days=days)


def taken(request: DataRequest, step: Step, term: Term, *, at: datetime) -> DataRequest:
    """The request after a step. `REQUEST_STATE` for one that is closed, answered, or had its longer term already."""
    if request.closed_at is not None:
        raise Conflict("REQUEST_STATE", state=request.state.value)
    answered = request.answered_at or at
    if step is Step.ANSWER:
        if request.answered_at is not None:
            raise Conflict("REQUEST_STATE", state=request.state.value)
        return replace(request, state=RequestState.ANSWERED, answered_at=at)
    if step is Step.EXTEND:
        if request.extended:
            raise Conflict("REQUEST_STATE", state=request.state.value)
        longer = request.due_on + timedelta(days=term.more_days)
        return replace(request, state=RequestState.ANSWERED, answered_at=answered, extended=True, due_on=longer)
    over = RequestState.DONE if step is Step.DONE else RequestState.REFUSED
    return replace(request, state=over, answered_at=answered, closed_at=at)

"""Requests of people about their own data, and by when each must be answered. Terms are data; days are counted here.

Luật 91/2025/QH15 gives the rights, NĐ 356/2025 Đ5 the terms: an answer that the request was received within working
days, then days to carry it out, more where a third party holds the data, and a longer term once, with its reason.

Working days are those of the agency's calendar (ADR 16), so days off do not count among them. Days to carry it out are
days, as the decree says and no more: all of them count; a term whose last one is no working day is over with the next
(BLDS 91/2015 Đ148 k5, the general rule, from memory: `ends_on_working_day` of a term turns it off).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import RecordCode
from vault.domain.working_time import ZONE, WorkingTime

LONGEST_NOTE = 1000
NEAR = timedelta(days=2)
"""So long before its day a request is shown as near."""


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
    ends_on_working_day: bool = True
    """Whether a term whose last day is no working day is over with the next one."""

    def last_day(self, day: date, working: WorkingTime) -> date:
        """The day on which a term that was counted up to `day` is really over."""
        return working.due_day(day) if self.ends_on_working_day else day


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

    @property
    def says(self) -> tuple[object, ...]:
        """What is asked for, whenever it was: asked twice while it is open, it is one request."""
        return self.kind, self.holder_id, self.agency_code, self.record, self.note, self.third_party, self.asked_by

    def standing(self, today: date, *, closed_on: date | None = None, answered_on: date | None = None) -> Standing:
        """Late counts from the day after; a request nobody answered is late once the day of answering is over."""
        if self.closed_at is not None:
            late = closed_on is not None and closed_on > self.due_on
            return Standing.CLOSED_LATE if late else Standing.CLOSED
        day = self.due_on if answered_on is not None else min(self.answer_by, self.due_on)
        if today > day:
            return Standing.LATE
        return Standing.NEAR if today >= day - NEAR else Standing.ON_TIME


def days_of(term: Term, asked_on: date, working: WorkingTime, *, third_party: bool) -> tuple[date, date]:
    """(by when it must be answered, by when carried out)."""
    answer_by = working.days_after(asked_on, term.answer_working_days)
    return answer_by, term.last_day(asked_on + _length(term, third_party=third_party), working)


def _length(term: Term, *, third_party: bool) -> timedelta:
    return timedelta(days=term.third_party_days if third_party else term.days)


def taken(request: DataRequest, step: Step, term: Term, working: WorkingTime, *, at: datetime) -> DataRequest:
    """The request after a step. `REQUEST_STATE` for one that is closed, answered, or had its longer term already.

    A longer term is counted from the day of asking, so that a week-end in between is not given twice; it never ends
    before the day that the person was told.
    """
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
        days = _length(term, third_party=request.third_party) + timedelta(days=term.more_days)
        longer = max(request.due_on, term.last_day(request.asked_at.astimezone(ZONE).date() + days, working))
        return replace(request, state=RequestState.ANSWERED, answered_at=answered, extended=True, due_on=longer)
    over = RequestState.DONE if step is Step.DONE else RequestState.REFUSED
    return replace(request, state=over, answered_at=answered, closed_at=at)

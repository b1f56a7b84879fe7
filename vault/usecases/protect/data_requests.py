"""Requests of people about their own data: ask, follow, and the steps of the data-protection officer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from vault.domain.audit import Event
from vault.domain.data_requests import (
    LONGEST_NOTE,
    DataRequest,
    RequestKind,
    Standing,
    Step,
    Term,
    days_of,
    taken,
)
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.domain.text import nfc
from vault.domain.working_time import WorkingTime
from vault.ports import Clock, Ids, UnitOfWork
from vault.usecases.refusals import recorded

Terms = Mapping[RequestKind, Term]
MOST = 200


@dataclass(frozen=True, slots=True)
class AskAboutData:
    """What is asked of which agency; about one record, or about everything.

    `number`: whose data, when the data-protection officer writes down what somebody asked for on paper.
    """

    kind: RequestKind
    agency_code: str
    record: RecordCode | None = None
    note: str = ""
    third_party: bool = False
    number: str | None = None


@dataclass(frozen=True, slots=True)
class TakeStep:
    """A step of the data-protection officer; the person reads the reason."""

    request_id: str
    step: Step
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standings:
    """A request and where it stands today."""

    request: DataRequest
    standing: Standing
    name: str = ""
    """Whose data, for whoever answers."""
    number: str | None = None


def ask_about_data(
    what: AskAboutData, *, terms: Terms, working: WorkingTime, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids
) -> Standings:
    """Keep a request with its days, counted from today; said again while it is open, it is that one.

    `NO_HOLDER`, `REQUEST_HOLDER`, `RECORD`, `NOTE_LONG`.
    """
    require(actor, Action.ASK_DATA)
    now, note = clock.now(), nfc(what.note).strip()
    with recorded(uow, Event(now, actor, Action.ASK_DATA, holder_id=actor.holder_id)), uow.begin() as tx:
        if len(note) > LONGEST_NOTE:
            raise Invalid("NOTE_LONG", most=LONGEST_NOTE)
        if actor.role in HOLDER_ROLES:
            holder_id, agency = actor.holder_id, what.agency_code
        else:
            number = HolderId.parse(what.number or "")
            holder_id, agency = tx.holders.find(number), actor.agency_code or ""
            if holder_id is None:
                raise Invalid("REQUEST_HOLDER", number=str(number.number))
        if holder_id is None or not agency:
            raise Forbidden("NO_HOLDER")
        if what.record is not None and holder_id not in tx.records.holder_ids(what.record):
            raise NotFound("RECORD")
        asked_on = now.astimezone(VIET_NAM).date()
        answer_by, due_on = days_of(terms[what.kind], asked_on, working, third_party=what.third_party)
        request = DataRequest(
            id=f"yc_{ids.token()}",
            kind=what.kind,
            holder_id=holder_id,
            agency_code=agency,
            record=what.record,
            note=note,
            third_party=what.third_party,
            asked_at=now,
            asked_by=actor.account_id,
            answer_by=answer_by,
            due_on=due_on,
        )
        kept = tx.data_requests.add(request)
        if kept.id == request.id:
            tx.events.add(_event(request, actor, now, Action.ASK_DATA, code=what.kind.value, terms=terms))
    return _standing(kept, now)


def own_requests(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[Standings, ...]:
    """What a person asked for, the newest first."""
    require(actor, Action.ASK_DATA)
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    with uow.begin() as tx:
        found = tx.data_requests.of_holder(actor.holder_id, limit=MOST)
    return tuple(_standing(one, clock.now()) for one in found)


def waiting_requests(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[Standings, ...]:
    """The agency's, by the day that is nearest; then those that are closed."""
    require(actor, Action.ANSWER_DATA)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    now = clock.now()
    with uow.begin() as tx:
        found = tx.data_requests.of_agency(actor.agency_code, limit=MOST)
        tx.events.add(Event(now, actor, Action.ANSWER_DATA, code="LIST", details={"requests": len(found)}))
        people = {holder_id: tx.holders.get(holder_id) for holder_id in {one.holder_id for one in found}}
    return tuple(
        replace(_standing(one, now), name=people[one.holder_id].name, number=people[one.holder_id].number)
        for one in found
    )


def take_step(
    what: TakeStep, *, terms: Terms, working: WorkingTime, actor: Actor, uow: UnitOfWork, clock: Clock
) -> Standings:
    """One step, which the person sees. A longer term and a refusal need their reason (`REASON_MISSING`)."""
    require(actor, Action.ANSWER_DATA)
    now = clock.now()
    step, reason = what.step, what.reason
    with recorded(uow, Event(now, actor, Action.ANSWER_DATA, code=step.value)), uow.begin() as tx:
        before = tx.data_requests.get(what.request_id, lock=True)
        if before.agency_code != actor.agency_code:
            raise NotFound("DATA_REQUEST")
        if step in {Step.EXTEND, Step.REFUSE} and not reason.strip():
            raise Invalid("REASON_MISSING")
        request = taken(before, step, terms[before.kind], working, at=now)
        tx.data_requests.set(request)
        event = _event(
            request, actor, now, Action.ANSWER_DATA, code=step.value, terms=terms, purpose=reason.strip() or None
        )
        tx.events.add(event)
    return _standing(request, now)


def _standing(request: DataRequest, now: datetime) -> Standings:
    def day(at: datetime | None) -> date | None:
        return None if at is None else at.astimezone(VIET_NAM).date()

    today = now.astimezone(VIET_NAM).date()
    closed, answered = day(request.closed_at), day(request.answered_at)
    return Standings(request, request.standing(today, closed_on=closed, answered_on=answered))


def _event(
    request: DataRequest,
    actor: Actor,
    now: datetime,
    action: Action,
    *,
    code: str,
    terms: Terms,
    purpose: str | None = None,
) -> Event:
    return Event(
        now,
        actor,
        action,
        code=code,
        purpose=purpose,
        legal_ground=terms[request.kind].source,
        record=request.record,
        holder_id=request.holder_id,
        agency_code=request.agency_code,
        details={"request": request.id, "kind": request.kind.value, "due_on": request.due_on.isoformat()},
    )

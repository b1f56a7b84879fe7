"""Follow correction cases: the agency those it decides or opened, the citizen those about their own papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.corrections import Correction, CorrectionId
from vault.domain.errors import Forbidden, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.domain.records import Record, RecordVersion
from vault.ports import Clock, UnitOfWork
from vault.usecases.oversee.view_record import look, visible
from vault.usecases.refusals import recorded

MOST = 200


@dataclass(frozen=True, slots=True)
class SeenCase:
    """A case, and the record it is about where there is a ground to read it; `hidden` is why there is none."""

    case: Correction
    record: Record | None = None
    hidden: str | None = None


def list_cases(*, actor: Actor, uow: UnitOfWork, clock: Clock, limit: int = 50) -> tuple[Correction, ...]:
    """The agency's cases, newest first, without what stands on the papers; a citizen's own, whole, which is a look."""
    require(actor, Action.CORRECT)
    most = min(max(limit, 1), MOST)
    with uow.begin() as tx:
        if actor.role not in HOLDER_ROLES:
            found = tx.corrections.list(actor.agency_code, limit=most) if actor.agency_code else ()
            return tuple(one.without_values() for one in found)
        if actor.holder_id is None:
            return ()
        found = tx.corrections.of_holder(actor.holder_id, limit=most)
        details = {"cases": len(found)}
        tx.events.add(Event(clock.now(), actor, Action.LIST_OWN, holder_id=actor.holder_id, details=details))
        return found


def own_cases(code: RecordCode, *, actor: Actor, uow: UnitOfWork) -> tuple[Correction, ...]:
    """A citizen's cases about one paper, newest first; part of looking at the paper, which was logged."""
    if actor.role not in HOLDER_ROLES or actor.holder_id is None:
        return ()
    with uow.begin() as tx:
        found = tx.corrections.of_holder(actor.holder_id, limit=MOST)
    return tuple(one for one in found if one.record == code)


def see_case(case_id: CorrectionId, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> SeenCase:
    """One case, for the agencies it runs between and the person it is about; for others it is not there.

    The agency that keeps the record sees what stands on it on a ground only, as when it looks at the record, which it
    then gets beside the case; the agency that opened it sees what it stated. Either is a look, so an event.
    """
    require(actor, Action.CORRECT)
    now = clock.now()
    refusal = Event(now, actor, Action.CORRECT, details={"case": case_id[:64]})
    with recorded(uow, refusal), uow.begin() as tx:
        case = tx.corrections.get(case_id)
        if actor.role in HOLDER_ROLES:
            may_see = actor.holder_id == case.holder_id
        else:
            may_see = actor.agency_code is not None and actor.agency_code in {case.agency_code, case.opened_agency}
        if not may_see:
            raise NotFound("CORRECTION")
        if actor.role not in HOLDER_ROLES and actor.agency_code != case.agency_code:
            tx.events.add(_told(case, actor, now))
            return SeenCase(case.as_told())
        try:
            record, basis = visible(tx, case.record, actor, now=now)
        except (Forbidden, NotFound) as refused:
            tx.events.add(_told(case, actor, now))
            return SeenCase(case.without_values(), hidden=refused.code)
        details = {"case": case.id}
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, basis, now=now, purpose=None, details=details))
        return SeenCase(case, record)


def _told(case: Correction, actor: Actor, now: datetime) -> Event:
    """A look at a case that shows nothing of the record itself."""
    details = {"case": case.id}
    return Event(
        now,
        actor,
        Action.CORRECT,
        code="VIEW",
        record=case.record,
        version=case.version,
        holder_id=case.holder_id,
        details=details,
    )


def list_versions(code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[RecordVersion, ...]:
    """Every version of a record, oldest first, for its agency and its holder. A look at the record, so an event.

    A holder sees the versions that name them: what stood there about somebody else stays that person's.
    """
    require(actor, Action.VIEW_RECORD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_RECORD, record=code)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        details = {"versions": record.version}
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, basis, now=now, purpose=None, details=details))
        history = tx.records.history(code)
        if actor.role in HOLDER_ROLES and actor.holder_id is not None:
            link = tx.holders.get(actor.holder_id)
            history = tuple(one for one in history if one.current or link.is_named_in(one.holders))
        return history

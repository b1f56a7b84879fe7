"""Follow correction cases: the agency those it decides or opened, the citizen those about their own papers."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.corrections import Correction, CorrectionId
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, Role, require
from vault.domain.records import RecordVersion
from vault.ports import Clock, UnitOfWork
from vault.usecases.oversee.view_record import look, visible
from vault.usecases.refusals import recorded

MOST = 200


def list_cases(*, actor: Actor, uow: UnitOfWork, limit: int = 50) -> tuple[Correction, ...]:
    """The agency's cases, newest first; a citizen's own."""
    require(actor, Action.CORRECT)
    most = min(max(limit, 1), MOST)
    with uow.begin() as tx:
        if actor.role is Role.CITIZEN:
            return () if actor.holder_id is None else tx.corrections.of_holder(actor.holder_id, limit=most)
        return tx.corrections.list(actor.agency_code, limit=most) if actor.agency_code else ()


def see_case(case_id: CorrectionId, *, actor: Actor, uow: UnitOfWork) -> Correction:
    """One case, for the agencies it runs between and the person it is about; for others it is not there."""
    require(actor, Action.CORRECT)
    with uow.begin() as tx:
        case = tx.corrections.get(case_id)
    if actor.role is Role.CITIZEN:
        may_see = actor.holder_id == case.holder_id
    else:
        may_see = actor.agency_code is not None and actor.agency_code in {case.agency_code, case.opened_agency}
    if not may_see:
        raise NotFound("CORRECTION")
    return case


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

"""Mandates: an officer records one from its document, officer or principal revokes it, both see who acts for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.mandates import Mandate, MandateKind, Scope, check_words
from vault.domain.people import HOLDER_ROLES, Action, Actor, Role, require
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.refusals import recorded

MOST = 200


@dataclass(frozen=True, slots=True)
class GrantMandate:
    """`username`: the guardian's account, which is for one person; `ground`: the document, by kind, number and day."""

    username: str
    kind: MandateKind
    ground: str
    valid_from: date
    valid_until: date
    scope: Collection[Scope]


@dataclass(frozen=True, slots=True)
class MandateBetween:
    """A mandate with the names of who acts (empty when the account was shut) and of whom they act for."""

    mandate: Mandate
    acting: str
    holder: str


def grant_mandate(what: GrantMandate, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> Mandate:
    """Record it; said again (an answer that was lost), it is the one that was recorded.

    `NO_AGENCY`, `MANDATE_GROUND`, `MANDATE_SCOPE`, `MANDATE_DAYS`, `MANDATE_ACCOUNT`.
    """
    require(actor, Action.MANAGE_MANDATES)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.MANAGE_MANDATES, code="GRANT")), uow.begin() as tx:
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        today = now.astimezone(VIET_NAM).date()
        days = {"valid_from": what.valid_from, "valid_until": what.valid_until}
        check_words(what.ground, what.scope, **days, today=today)
        found = tx.accounts.guardian(what.username.strip().lower())
        if found is None:
            raise Invalid("MANDATE_ACCOUNT", username=what.username[:80])
        account_id, holder_id = found
        mandate = Mandate(
            id=f"uq_{ids.token()}",
            kind=what.kind,
            account_id=account_id,
            holder_id=holder_id,
            ground=what.ground.strip(),
            valid_from=what.valid_from,
            valid_until=what.valid_until,
            scope=frozenset(what.scope),
            agency_code=actor.agency_code,
            recorded_by=actor.account_id,
            recorded_at=now,
        )
        kept = tx.mandates.add(mandate)
        if kept.id == mandate.id:
            tx.events.add(_event(mandate, actor, now, "GRANT", mandate.ground))
    return kept


def revoke_mandate(mandate_id: str, reason: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Mandate:
    """End it at once: by the agency that recorded it, or by the principal, who gave an authority, in person.

    `MANDATE`, `REASON_MISSING`, `MANDATE_BY_LAW`: whom the law gives a guardian cannot send them away. Again: answered.
    """
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.MANAGE_MANDATES, code="REVOKE")), uow.begin() as tx:
        mandate = tx.mandates.get(mandate_id, lock=True)
        in_person = actor.role is Role.CITIZEN and actor.holder_id == mandate.holder_id
        if not in_person:
            require(actor, Action.MANAGE_MANDATES)
            if actor.agency_code != mandate.agency_code:
                raise NotFound("MANDATE")
        elif mandate.kind is not MandateKind.AUTHORISED:
            raise Forbidden("MANDATE_BY_LAW")
        if not reason.strip():
            raise Invalid("REASON_MISSING")
        tx.mandates.revoke(mandate_id, by=actor.account_id, reason=reason.strip(), at=now)
        tx.events.add(_event(mandate, actor, now, "REVOKE", reason.strip()))
        return tx.mandates.get(mandate_id)


def list_mandates(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[Mandate, ...]:
    """Who acts for oneself, or what the own agency recorded; the newest first."""
    with uow.begin() as tx:
        return _listed(tx, actor, clock)


def view_mandates(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[MandateBetween, ...]:
    """The same with the names of both."""
    with uow.begin() as tx:
        found = _listed(tx, actor, clock)
        acting = {one: tx.accounts.by_id(one) for one in {mandate.account_id for mandate in found}}
        people = {one: tx.holders.get(one) for one in {mandate.holder_id for mandate in found}}
    return tuple(
        MandateBetween(one, shown.actor.name if (shown := acting[one.account_id]) else "", people[one.holder_id].name)
        for one in found
    )


def _listed(tx: Tx, actor: Actor, clock: Clock) -> tuple[Mandate, ...]:
    if actor.role in HOLDER_ROLES:
        return () if actor.holder_id is None else tx.mandates.of_holder(actor.holder_id)
    require(actor, Action.MANAGE_MANDATES)
    found = tx.mandates.of_agency(actor.agency_code or "", limit=MOST)
    details = {"mandates": len(found)}
    tx.events.add(Event(clock.now(), actor, Action.MANAGE_MANDATES, code="LIST", details=details))
    return found


def _event(mandate: Mandate, actor: Actor, now: datetime, code: str, purpose: str) -> Event:
    details = {"of": mandate.id, "kind": mandate.kind.value, "until": mandate.valid_until.isoformat()}
    return Event(
        now,
        actor,
        Action.MANAGE_MANDATES,
        code=code,
        purpose=purpose,
        holder_id=mandate.holder_id,
        agency_code=mandate.agency_code or None,
        details=details,
    )

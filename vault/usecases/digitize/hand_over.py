"""Let a phone send pictures to the desk for some minutes: it needs no sign-in, and may do nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.domain.errors import Forbidden
from vault.domain.intake import Channel, Intake
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Engines, Ids, UnitOfWork
from vault.usecases.digitize.receive import Receive, Received, receive


@dataclass(frozen=True, slots=True)
class HandOver:
    """The secret for the phone, and until when it serves. Only its SHA-256 is kept."""

    token: str
    expires_at: datetime


def open_hand_over(*, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids, minutes: int) -> HandOver:
    """Let one phone in."""
    require(actor, Action.RECEIVE)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    now = clock.now()
    opened = HandOver(ids.token(), now + timedelta(minutes=minutes))
    with uow.begin() as tx:
        tx.hand_overs.open(_hash(opened.token), actor.account_id, at=now, expires_at=opened.expires_at)
    return opened


def close_hand_over(token: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Let it in no more."""
    require(actor, Action.RECEIVE)
    with uow.begin() as tx:
        tx.hand_overs.close(_hash(token), account_id=actor.account_id, at=clock.now())


def sender_of(token: str, *, uow: UnitOfWork, clock: Clock) -> Actor:
    """In whose name a phone sends; `HAND_OVER_OVER` when it was never let in, or is no longer."""
    with uow.begin() as tx:
        actor = tx.hand_overs.actor_of(_hash(token), at=clock.now())
    if actor is None:
        raise Forbidden("HAND_OVER_OVER")
    return actor


def receive_from_phone(
    token: str,
    data: bytes,
    filename: str,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
) -> Received:
    """Take a picture in as the officer's who let the phone in. It is compared and confirmed at the desk like any."""
    received = receive(
        Receive(data, filename, Channel.PHONE),
        actor=sender_of(token, uow=uow, clock=clock),
        uow=uow,
        blobs=blobs,
        engines=engines,
        clock=clock,
        ids=ids,
        max_bytes=max_bytes,
    )
    with uow.begin() as tx:
        tx.hand_overs.note(_hash(token), received.intake.id, at=clock.now())
    return received


def received_by(token: str, *, actor: Actor, uow: UnitOfWork) -> tuple[Intake, ...]:
    """What the phone has sent so far, for the officer who let it in."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        return tx.hand_overs.intakes(_hash(token), account_id=actor.account_id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

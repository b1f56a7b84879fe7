"""The citizen's living shares: see them, stop one."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, NotFound
from vault.domain.people import Action, Actor, require
from vault.domain.shares import Share
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


def live_shares(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[Share, ...]:
    """What can still be shown or redeemed, newest first."""
    require(actor, Action.SHARE)
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    now = clock.now()
    with uow.begin() as tx:
        return tuple(one for one in tx.shares.of_holder(actor.holder_id, since=now) if one.ended(now) is None)


def stop_share(share_id: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Share:
    """Stop one: a code is refused from now on, a phone's credential as soon as the status list says so (a minute).

    Stopping what has ended already changes nothing and succeeds. `SHARE`: this citizen has no such share.
    """
    require(actor, Action.STOP_SHARE)
    now = clock.now()
    refusal = Event(now, actor, Action.STOP_SHARE, holder_id=actor.holder_id)
    with recorded(uow, refusal), uow.begin() as tx:
        share = None if actor.holder_id is None else tx.shares.stop(share_id, holder_id=actor.holder_id, at=now)
        if share is None:
            raise NotFound("SHARE")
        if share.slot is not None:
            tx.jobs.publish_status()
        record = tx.records.find(share.record)  # not there for somebody whom a correction took off the paper
        tx.events.add(
            Event(
                now,
                actor,
                Action.STOP_SHARE,
                code=share.kind.value,
                purpose=share.words or None,
                record=share.record,
                version=record.version if record else None,
                holder_id=actor.holder_id,
                agency_code=record.agency_code if record else None,
                details={"share": share.id},
            )
        )
    return share

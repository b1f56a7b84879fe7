"""A refusal is an event too: it is written in a transaction of its own, because the act's transaction rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Conflict, Forbidden, Invalid, Kind, NotFound, VaultError
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, Role
from vault.ports import Clock, UnitOfWork


@contextmanager
def recorded(uow: UnitOfWork, event: Event) -> Iterator[None]:
    """Run the block; when it refuses, append `event` as REFUSED with the code, then let the refusal through."""
    try:
        yield
    except (Invalid, Forbidden, NotFound, Conflict) as refusal:
        if not _told(refusal):
            with uow.begin() as tx:
                tx.events.add(replace(event, outcome=Outcome.REFUSED, code=refusal.code))
            refusal.told = True
        raise


def already_told(refusal: VaultError) -> VaultError:
    """The refusal, whose event its use case has written."""
    refusal.told = True
    return refusal


def _told(refusal: VaultError) -> bool:
    """Whether its event is written: its own, or that of the refusal in whose answer it came up (a page shown again)."""
    seen: BaseException | None = refusal
    while seen is not None:
        if isinstance(seen, VaultError) and seen.told:
            return True
        seen = seen.__context__
    return False


def note_refusal(
    refusal: VaultError, *, actor: Actor, record: RecordCode | None, what: str, uow: UnitOfWork, clock: Clock
) -> None:
    """Write the event of a refusal that no use case wrote: a role that may not, a name that is none.

    Strangers' requests that were never let in leave no event: anybody could fill the log with them. What strangers may
    ask (a check, a code, a sign-in) is written by its use case, done or refused.
    """
    if _told(refusal) or refusal.kind is Kind.UNAVAILABLE or actor.role is Role.ANONYMOUS:
        return
    with uow.begin() as tx:
        known = record is not None and tx.records.find(record) is not None
        holder_id = tx.records.first_holder(record) if record is not None and known else None
        tx.events.add(
            Event(
                clock.now(),
                actor,
                Action.REQUEST,
                Outcome.REFUSED,
                refusal.code,
                record=record if known else None,
                holder_id=holder_id,
                details={"what": what},
            )
        )
    refusal.told = True

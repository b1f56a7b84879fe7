"""A citizen hands in a paper by phone: it lies before the officer as a photograph from the citizen, to be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid
from vault.domain.hand_ins import MOST_WAITING, HandIn, check_room, checked_key
from vault.domain.ids import RecordCode
from vault.domain.intake import Channel, Intake, IntakeState
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Engines, Ids, UnitOfWork
from vault.usecases.digitize.receive import keep_bytes, new_intake, settle_bytes, taken
from vault.usecases.refusals import recorded

_MOST_LISTED = 5 * MOST_WAITING


@dataclass(frozen=True, slots=True)
class Sending:
    """A file with the phone's own key for it; `name` and `type_code` are the citizen's words, if any."""

    key: str
    data: bytes
    name: str
    type_code: str | None = None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A sending and what became of it. `record` only when it names the citizen: others may send the same bytes."""

    sent: HandIn
    name: str
    state: IntakeState
    pages: int
    warnings: tuple[str, ...]
    failure: str | None
    record: RecordCode | None


def hand_in(
    what: Sending,
    *,
    agency_code: str,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
) -> HandedIn:
    """Take it in for `agency_code`. The same key again gives the first sending; bad input leaves nothing behind.

    `SENDING_KEY`, `TOO_MANY_WAITING`, `NO_HOLDER`, `FILE_TOO_LARGE`, and the codes of files that are none.
    """
    require(actor, Action.HAND_IN)
    key, now = checked_key(what.key), clock.now()
    event = Event(now, actor, Action.HAND_IN, holder_id=actor.holder_id, agency_code=agency_code)
    with recorded(uow, event):
        if actor.holder_id is None:
            raise Forbidden("NO_HOLDER")
        with uow.begin() as tx:
            known = tx.hand_ins.find(actor.account_id, key)
            if known is not None:
                return _seen(known, tx.intakes.get(known.intake_id), None)
            check_room(tuple(one for _, one in tx.hand_ins.of_account(actor.account_id, limit=_MOST_LISTED)))
            number = tx.holders.get(actor.holder_id).number
        if len(what.data) > max_bytes:
            raise Invalid("FILE_TOO_LARGE", limit=max_bytes)
        seen = engines.examine(what.data, sender=actor.account_id)
    sender = replace(actor, agency_code=agency_code)
    fresh = new_intake(what.data, seen, filename=what.name, channel=Channel.CITIZEN, actor=sender, ids=ids, now=now)
    intake = replace(fresh, hint_type=what.type_code, hint_holder=number)
    paper = keep_bytes(what.data, intake, uow=uow, blobs=blobs)
    with uow.begin() as tx:
        kept = taken(tx, intake)
        sent = tx.hand_ins.add(HandIn(actor.account_id, key, kept.id, actor.holder_id, now))
        details = {"intake": kept.id, "pages": seen.pages, "channel": Channel.CITIZEN.value}
        code = "DUPLICATE" if kept.id != intake.id else None
        tx.events.add(
            Event(
                now, actor, Action.HAND_IN, code=code, holder_id=actor.holder_id, agency_code=agency_code,
                details=details,
            )
        )  # fmt: skip
    settle_bytes(what.data, kept, paper, blobs=blobs)
    return _seen(sent, kept, None)


def handed_in(*, actor: Actor, uow: UnitOfWork) -> tuple[HandedIn, ...]:
    """What the citizen sent, newest first, with what became of each."""
    require(actor, Action.HAND_IN)
    with uow.begin() as tx:
        found = tx.hand_ins.of_account(actor.account_id, limit=_MOST_LISTED)
        own = {one.code for one in tx.records.of_holder(actor.holder_id)} if actor.holder_id is not None else set()
        return tuple(_seen(sent, intake, intake.record if intake.record in own else None) for sent, intake in found)


def _seen(sent: HandIn, intake: Intake, record: RecordCode | None) -> HandedIn:
    warnings = intake.proposal.warnings if intake.proposal else ()
    pages = tuple(one for one in warnings if one.startswith("PAGE_"))
    return HandedIn(sent, intake.filename, intake.state, intake.page_count, pages, intake.failure, record)

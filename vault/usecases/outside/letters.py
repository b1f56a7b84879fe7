"""What an agency told the national store: what waits, what arrived, what was refused; and sending that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, NotFound
from vault.domain.outbox import Letter, LetterState
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded

MOST = 200
MOST_AT_ONCE = 500
ARRIVED = 20


@dataclass(frozen=True, slots=True)
class Letters:
    """An agency's letters. Dead and waiting: the oldest first, at most `MOST`; arrived: the newest `ARRIVED`."""

    connected: bool
    dead: tuple[Letter, ...]
    waiting: tuple[Letter, ...]
    arrived: tuple[Letter, ...]


def view_letters(*, actor: Actor, uow: UnitOfWork) -> Letters:
    """The agency's own; names of things, nothing of what was told about them."""
    agency = _agency(actor)
    with uow.begin() as tx:

        def some(state: LetterState, limit: int, *, newest: bool = False) -> tuple[Letter, ...]:
            return tx.outbox.of_agency(agency, state, newest=newest, limit=limit)

        return Letters(
            tx.outbox.connected,
            some(LetterState.DEAD, MOST),
            some(LetterState.WAITING, MOST),
            some(LetterState.DELIVERED, ARRIVED, newest=True),
        )


def dead_letters(*, actor: Actor, uow: UnitOfWork) -> int:
    """How many letters of the agency were put aside, at most `MOST`: said on the desk."""
    with uow.begin() as tx:
        return len(tx.outbox.of_agency(_agency(actor), LetterState.DEAD, newest=False, limit=MOST))


def send_again(letter: int | None, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Let a dead letter, or all of the agency's, be tried anew under the old keys; how many are.

    One that something newer followed needs no sending. `LETTER`: none with this number is dead here.
    """
    agency = _agency(actor)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.SEND_AGAIN, details={"letter": _what(letter)})), uow.begin() as tx:
        dead = tx.outbox.of_agency(agency, LetterState.DEAD, newest=False, limit=MOST)
        wanted = [one for one in dead if letter in {None, one.id}]
        if not wanted:
            raise NotFound("LETTER")
        return len(_revived(wanted, letter, agency, actor=actor, tx=tx, at=now))


@dataclass(frozen=True, slots=True)
class SentAgain:
    """Numbers of the letters that are sent again, and how many were followed by something newer."""

    again: tuple[int, ...]
    superseded: int


def send_all_again(letter: int | None, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> SentAgain:
    """The same for the letters of every agency, at the machine itself: one event an agency that had some.

    At most `MOST_AT_ONCE`. `LETTER` when none with this number is dead; without a number it is no fault to find none.
    """
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.SEND_AGAIN, details={"letter": _what(letter)})), uow.begin() as tx:
        require(actor, Action.SEND_AGAIN)
        wanted = [one for one in tx.outbox.dead(limit=MOST_AT_ONCE) if letter in {None, one.id}]
        if letter is not None and not wanted:
            raise NotFound("LETTER")
        again: list[int] = []
        for agency in sorted({one.agency_code for one in wanted}):
            mine = [one for one in wanted if one.agency_code == agency]
            again += _revived(mine, letter, agency, actor=actor, tx=tx, at=now)
        return SentAgain(tuple(sorted(again)), len(wanted) - len(again))


def _revived(wanted: list[Letter], letter: int | None, agency: str, *, actor: Actor, tx: Tx, at: datetime) -> list[int]:
    again = [one.id for one in wanted if tx.outbox.revive(one.id, at=at)]
    # Named, but no act on a dossier: the first act of the desk on one that was sent in is its receipt.
    about = wanted[0].subject if letter is not None else ""
    counts = {"again": len(again), "superseded": len(wanted) - len(again)}
    tx.events.add(
        Event(
            at,
            actor,
            Action.SEND_AGAIN,
            legal_ground="NĐ 45/2020/NĐ-CP Đ14, Đ16",
            agency_code=agency,
            details={"letter": _what(letter), "about": about, **counts},
        )
    )
    return again


def _what(letter: int | None) -> str:
    return str(letter) if letter is not None else "ALL"


def _agency(actor: Actor) -> str:
    require(actor, Action.SEND_AGAIN)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    return actor.agency_code

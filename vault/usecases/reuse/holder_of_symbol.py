"""Whom a symbol names that somebody holds before the counter's camera: an identity card, or a paper of this vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Invalid
from vault.domain.identity_card import is_card, read_card
from vault.domain.ids import record_code
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, CredentialDesk, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class NamedBySymbol:
    """A number and a name to fill the form with. `card` is the card's own text, which also tells the older number.

    It identifies and proves nothing: a card's symbol is not signed, and a paper is shown by whoever holds it.
    """

    number: str
    name: str
    card: str | None


def holder_of_symbol(
    texts: Sequence[str], *, actor: Actor, uow: UnitOfWork, credentials: CredentialDesk, clock: Clock
) -> NamedBySymbol | None:
    """The holder that one of the texts names; None when none is a card or a paper of ours.

    A paper names its first holder, and the look is an event that the holder sees. `IDENTITY_CARD` and the codes of a
    bad number refuse a card.
    """
    require(actor, Action.OPEN_DOSSIER)
    now = clock.now()
    for text in texts:
        if is_card(text):
            card = read_card(text)
            return NamedBySymbol(card.id.number, card.name, text)
        record_id = credentials.own_record(text, now=now)
        if record_id is None:
            continue
        code = record_code(record_id)
        with recorded(uow, Event(now, actor, Action.LOOKUP, record=code)), uow.begin() as tx:
            record = tx.records.find(code)
            first = record.holders[0] if record and record.holders else None
            if first is None or first.number is None:
                raise Invalid("SYMBOL_NAMES_NOBODY")
            holder_id = tx.records.first_holder(code)
            tx.events.add(Event(now, actor, Action.LOOKUP, code="SYMBOL_SHOWN", record=code, holder_id=holder_id))
        return NamedBySymbol(first.number, first.name, None)
    return None

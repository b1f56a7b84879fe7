"""The citizen's consent switches: see them, turn one."""

from __future__ import annotations

from collections.abc import Mapping

from vault.domain.audit import Event
from vault.domain.consents import Consent, ConsentPurpose, newest
from vault.domain.errors import Forbidden
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


def consents_of(*, actor: Actor, uow: UnitOfWork) -> Mapping[ConsentPurpose, Consent]:
    """The last turn of each switch; one that was never turned is off and not in it."""
    require(actor, Action.CONSENT)
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    with uow.begin() as tx:
        turns = tx.consents.of_holders((actor.holder_id,))
    return {purpose: turn for (_, purpose), turn in newest(turns).items()}


def set_consent(purpose: ConsentPurpose, *, on: bool, actor: Actor, uow: UnitOfWork, clock: Clock) -> Consent:
    """Turn one switch. Turning it to where it stands changes nothing, and its date stays."""
    require(actor, Action.CONSENT)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.CONSENT, holder_id=actor.holder_id)), uow.begin() as tx:
        if actor.holder_id is None:
            raise Forbidden("NO_HOLDER")
        kept = newest(tx.consents.of_holders((actor.holder_id,), lock=True)).get((actor.holder_id, purpose))
        if kept is not None and kept.on == on:
            return kept
        turn = Consent(actor.holder_id, purpose, on, now, actor.account_id)
        if kept is None and not on:
            return turn
        tx.consents.add(turn)
        details = {"purpose": purpose.value, "on": on}
        code = "GIVEN" if on else "WITHDRAWN"
        tx.events.add(Event(now, actor, Action.CONSENT, code=code, holder_id=actor.holder_id, details=details))
    return turn

"""What the systems of an agency are told, for its own people: which messages a system did not take, and sending them.

A system sees and mends its own subscriptions by the partner API (`subscribe`); when it stands still, somebody has to.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, NotFound
from vault.domain.people import Action, Actor, require
from vault.domain.webhooks import Webhook, WebhookState
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class System:
    """A system's subscription: its account's name, how many messages are dead, how many wait."""

    webhook: Webhook
    name: str
    dead: int
    waiting: int

    @property
    def needs_somebody(self) -> bool:
        """Whether messages stay undelivered until somebody sends them again."""
        return self.dead > 0 or self.webhook.state is WebhookState.DISABLED


def view_systems(*, actor: Actor, uow: UnitOfWork) -> tuple[System, ...]:
    """The agency's systems that want to be told, those that need somebody first."""
    agency = _agency(actor)
    with uow.begin() as tx:
        found = []
        for one in tx.webhooks.of_agency(agency):
            account, counts = tx.accounts.by_id(one.account_id), tx.webhooks.counts(one.id)
            name = account.actor.name if account else one.account_id
            found.append(System(one, name, counts.get("DEAD", 0), counts.get("WAITING", 0)))
    return tuple(sorted(found, key=lambda one: not one.needs_somebody))


def tell_again(webhook_id: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Call a system of the agency again and let its dead messages be tried anew, under their old ids; how many.

    `SYSTEM`: the agency has none with this id.
    """
    agency = _agency(actor)
    now, details = clock.now(), {"webhook": webhook_id[:80]}
    with recorded(uow, Event(now, actor, Action.SEND_AGAIN, details=details)), uow.begin() as tx:
        found = tx.webhooks.get(webhook_id)
        if found is None or found.agency_code != agency:
            raise NotFound("SYSTEM")
        tx.webhooks.set_state(found.id, WebhookState.ACTIVE)
        again = tx.webhooks.revive(found.id, at=now)
        tx.events.add(Event(now, actor, Action.SEND_AGAIN, details={**details, "again": again}))
        return again


def _agency(actor: Actor) -> str:
    require(actor, Action.SEND_AGAIN)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    return actor.agency_code

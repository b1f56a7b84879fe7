"""A partner's subscriptions: add, see how they fare, enable again, replay what is dead, remove."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.people import Action, Actor, require
from vault.domain.webhooks import MOST_WEBHOOKS, Webhook, WebhookState, WebhookType, check_url
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.refusals import recorded

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Where to call, and for what. `allowed`: hosts of the own network that the settings name."""

    url: str
    types: Collection[str]
    allowed: Collection[str] = ()
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription with how many of its messages are in which state."""

    webhook: Webhook
    counts: Mapping[str, int]
    again: bool = False
    """Asked for before: nothing was added."""


def subscribe(what: Subscribe, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> Subscribed:
    """Add one; its secret is made here. `WEBHOOK_URL`, `WEBHOOK_TYPES`, `TOO_MANY_WEBHOOKS`.

    The same address and types of the same account are the same subscription: whoever lost the answer asks again.
    """
    require(actor, Action.MANAGE_WEBHOOKS)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.MANAGE_WEBHOOKS)), uow.begin() as tx:
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        known = {one.value for one in WebhookType}
        if not what.types or not set(what.types) <= known:
            raise Invalid("WEBHOOK_TYPES", types=", ".join(sorted(known)))
        url = check_url(what.url, allowed=what.allowed, insecure=what.insecure)
        types = frozenset(map(WebhookType, what.types))
        own = tx.webhooks.of_account(actor.account_id, lock=True)
        kept = next((one for one in own if (one.url, one.types) == (url, types)), None)
        if kept is not None:
            # An event of its own: a secret that never served is told a second time.
            _note(tx, kept, "again", actor, clock)
            return Subscribed(kept, tx.webhooks.counts(kept.id), again=True)
        if len(own) >= MOST_WEBHOOKS:
            raise Conflict("TOO_MANY_WEBHOOKS", most=MOST_WEBHOOKS)
        webhook = Webhook(
            id=f"wh_{ids.token()}",
            agency_code=actor.agency_code,
            account_id=actor.account_id,
            url=url,
            types=types,
            secret=ids.random(SECRET_BYTES),
            created_at=now,
        )
        tx.webhooks.add(webhook)
        tx.events.add(Event(now, actor, Action.MANAGE_WEBHOOKS, details={"webhook": webhook.id, "do": "add"}))
        return Subscribed(webhook, {})


def subscriptions(*, actor: Actor, uow: UnitOfWork) -> tuple[Subscribed, ...]:
    """The partner's own, with why one is disabled and how much waits."""
    require(actor, Action.MANAGE_WEBHOOKS)
    with uow.begin() as tx:
        own = tx.webhooks.of_account(actor.account_id)
        return tuple(Subscribed(one, tx.webhooks.counts(one.id)) for one in own)


def enable(webhook_id: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Subscribed:
    """Call it again; what waits goes out, what is dead stays dead until it is replayed."""
    with uow.begin() as tx:
        webhook = _own(tx, webhook_id, actor)
        tx.webhooks.set_state(webhook.id, WebhookState.ACTIVE)
        _note(tx, webhook, "enable", actor, clock)
        return _now(tx, webhook.id)


def replay(webhook_id: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Subscribed:
    """Try its dead messages anew, under their old ids."""
    with uow.begin() as tx:
        webhook = _own(tx, webhook_id, actor)
        tx.webhooks.revive(webhook.id, at=clock.now())
        _note(tx, webhook, "replay", actor, clock)
        return _now(tx, webhook.id)


def unsubscribe(webhook_id: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Remove it with all that waits."""
    with uow.begin() as tx:
        webhook = _own(tx, webhook_id, actor)
        tx.webhooks.remove(webhook.id)
        _note(tx, webhook, "remove", actor, clock)


def _own(tx: Tx, webhook_id: str, actor: Actor) -> Webhook:
    require(actor, Action.MANAGE_WEBHOOKS)
    found = tx.webhooks.get(webhook_id)
    if found is None or found.account_id != actor.account_id:
        raise NotFound("WEBHOOK_UNKNOWN")
    return found


def _now(tx: Tx, webhook_id: str) -> Subscribed:
    found = tx.webhooks.get(webhook_id)
    if found is None:
        raise NotFound("WEBHOOK_UNKNOWN")
    return Subscribed(found, tx.webhooks.counts(webhook_id))


def _note(tx: Tx, webhook: Webhook, done: str, actor: Actor, clock: Clock) -> None:
    details = {"webhook": webhook.id, "do": done}
    tx.events.add(Event(clock.now(), actor, Action.MANAGE_WEBHOOKS, details=details))

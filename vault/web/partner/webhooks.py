"""Subscriptions to what happens to documents."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import Field

from vault.bootstrap import App
from vault.domain.errors import Forbidden
from vault.domain.people import Actor, Role
from vault.usecases.exchange.subscribe import (
    Subscribe,
    Subscribed,
    enable,
    replay,
    subscribe,
    subscriptions,
    unsubscribe,
)
from vault.web.partner.models import Message
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/webhooks")


class WebhookIn(Message):
    """Where to call, and for which types of events."""

    url: Annotated[str, Field(max_length=600)]
    types: Annotated[list[str], Field(min_length=1, max_length=20)]


class WebhookOut(Message):
    """A subscription. `state` DISABLED has its `reason`; `waiting`, `delivered`, `dead` count messages."""

    id: str
    url: str
    types: list[str]
    state: str
    reason: str
    failing_since: datetime | None
    succeeded_at: datetime | None
    created_at: datetime
    waiting: int
    delivered: int
    dead: int

    @classmethod
    def of(cls, one: Subscribed) -> Self:
        """From the use case."""
        webhook = one.webhook
        return cls(
            id=webhook.id,
            url=webhook.url,
            types=sorted(webhook.types),
            state=webhook.state.value,
            reason=webhook.reason,
            failing_since=webhook.failing_since,
            succeeded_at=webhook.succeeded_at,
            created_at=webhook.created_at,
            waiting=one.counts.get("WAITING", 0),
            delivered=one.counts.get("DELIVERED", 0),
            dead=one.counts.get("DEAD", 0),
        )


class WebhookMadeOut(WebhookOut):
    """A subscription with its secret, which is shown until the first message was delivered to it."""

    secret: Annotated[
        str | None,
        Field(
            description="whsec_ and 32 bytes in base64, as standardwebhooks.com has it; null for a subscription "
            "that was there before and to which a message has been delivered."
        ),
    ]


def _system(actor: Actor) -> Actor:
    if actor.role is not Role.PARTNER:
        raise Forbidden("PARTNERS_ONLY")
    return actor


@router.post("", status_code=201)
def add(what: WebhookIn, actor: SignedIn, app: TheApp, response: Response) -> WebhookMadeOut:
    """Subscribe. Messages begin with what happens from now on. The same address and types again: 200, the same one."""
    made = subscribe(_asked(what, app), actor=_system(actor), uow=app.uow, clock=app.clock, ids=app.ids)
    if made.again:
        response.status_code = 200
    webhook = made.webhook
    secret = "whsec_" + base64.b64encode(webhook.secret).decode("ascii") if webhook.tells_secret else None
    return WebhookMadeOut(**WebhookOut.of(made).model_dump(), secret=secret)


def _asked(what: WebhookIn, app: App) -> Subscribe:
    development = app.settings.environment == "development"
    return Subscribe(what.url, what.types, app.settings.webhook_hosts, insecure=development)


@router.get("")
def list_own(actor: SignedIn, app: TheApp) -> list[WebhookOut]:
    """The caller's subscriptions, and how they fare."""
    return [WebhookOut.of(one) for one in subscriptions(actor=_system(actor), uow=app.uow)]


@router.post("/{webhook_id}/enable")
def enable_one(webhook_id: str, actor: SignedIn, app: TheApp) -> WebhookOut:
    """Call a disabled subscription again."""
    return WebhookOut.of(enable(webhook_id, actor=_system(actor), uow=app.uow, clock=app.clock))


@router.post("/{webhook_id}/replay")
def replay_one(webhook_id: str, actor: SignedIn, app: TheApp) -> WebhookOut:
    """Send its dead messages anew."""
    return WebhookOut.of(replay(webhook_id, actor=_system(actor), uow=app.uow, clock=app.clock))


@router.delete("/{webhook_id}", status_code=204)
def remove(webhook_id: str, actor: SignedIn, app: TheApp) -> None:
    """End a subscription; what waits is not sent."""
    unsubscribe(webhook_id, actor=_system(actor), uow=app.uow, clock=app.clock)

"""Work out whom a happening concerns, and send what is due. By the worker, which no wall binds."""

from __future__ import annotations

import json
from datetime import timedelta

from vault.domain.document_uri import DocumentUri
from vault.domain.records import Record
from vault.domain.webhooks import (
    LEASE,
    Happening,
    Webhook,
    WebhookMessage,
    WebhookState,
    disabled_by,
    next_try,
)
from vault.ports import Clock, Ids, UnitOfWork, WebhookSender

KEPT_FOR = timedelta(days=30)
"""So long delivered messages can still be looked at."""
BATCH = 200


def send_webhooks(*, uow: UnitOfWork, sender: WebhookSender, clock: Clock, ids: Ids, most: int = 100) -> int:
    """Spread what happened, then make at most so many tries; how many arrived.

    Each message is leased before it is sent and settled after: a crash between sends it again, under the same id, which
    receivers take once. Nothing is locked while a receiver takes its time.
    """
    _spread(uow=uow, clock=clock, ids=ids)
    arrived = 0
    silent: set[str] = set()  # one that does not answer keeps nobody else waiting: it has one try a round
    for _ in range(most):
        with uow.begin() as tx:
            now = clock.now()
            taken = tx.webhooks.take(at=now, until=now + LEASE, but=silent)
        if taken is None:
            break
        message, webhook = taken
        attempt = sender.send(webhook, message, now=clock.now())
        with uow.begin() as tx:
            now = clock.now()
            due_at = None if attempt.ok else next_try(message.attempts, now)
            tx.webhooks.tried(message, attempt, at=now, due_at=due_at)
            if not attempt.ok and (why := disabled_by(webhook, attempt, now)):
                tx.webhooks.set_state(webhook.id, WebhookState.DISABLED, reason=f"{why}: {attempt.failure}"[:300])
        arrived += attempt.ok
        if not attempt.ok:
            silent.add(webhook.id)
    return arrived


def _spread(*, uow: UnitOfWork, clock: Clock, ids: Ids) -> None:
    """In one transaction: the messages of a happening are there and it is gone, or neither."""
    with uow.begin() as tx:
        for happening in tx.webhooks.happenings(limit=BATCH):
            record = tx.records.find(happening.record)
            listeners = tx.webhooks.listeners(happening) if record is not None else ()
            messages = [_message(one, happening, record, ids) for one in listeners if record is not None]
            tx.webhooks.spread(happening.id, messages)
        tx.webhooks.sweep(clock.now() - KEPT_FOR)


def _message(webhook: Webhook, happening: Happening, record: Record, ids: Ids) -> WebhookMessage:
    """Type, time and data, as standardwebhooks.com lays messages out; no name, no number."""
    uri = DocumentUri(record.agency_code, record.type_code, record.code)
    successor = record.superseded_by
    data = {"uri": str(uri), "version": record.version, "state": record.state.value, "supersededBy": successor}
    if happening.result is not None:
        data["result"] = happening.result
    body = {"type": happening.type.value, "timestamp": happening.at.isoformat(), "data": data}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return WebhookMessage(f"msg_{ids.token()}", webhook.id, happening.type, text, happening.at)

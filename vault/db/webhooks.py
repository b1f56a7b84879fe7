"""Webhooks: subscriptions, what happened, and the messages that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, literal, null, or_, select, update

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.db.partner_tables import evidence_request, webhook, webhook_event, webhook_message
from vault.db.texts import SEALED, PgTexts
from vault.db.turns import one_at_a_time
from vault.domain.ids import RecordCode
from vault.domain.webhooks import Attempt, Happening, Webhook, WebhookMessage, WebhookState, WebhookType

_w, _e, _m = webhook.c, webhook_event.c, webhook_message.c
WAITING, DELIVERED, DEAD = "WAITING", "DELIVERED", "DEAD"
_FAILURE = 300


_SHUT = select(t.account.c.id).where(t.account.c.id == _w.account_id, t.account.c.disabled).exists()
"""Whether the account of a subscription is shut: what waits for it goes out once it is opened again."""


class PgWebhooks:
    """`ports.Webhooks` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def announce(self, kind: WebhookType, record: RecordCode, *, at: datetime, result: str | None = None) -> None:
        """Add the row; inline, because nobody reads its number back behind the walls."""
        row = {"type": kind.value, "record_code": record, "at": at, "result": result}
        self._db.execute(insert(webhook_event).inline(), row)

    def add(self, one: Webhook) -> None:
        """Add."""
        self._db.execute(
            insert(webhook).values(
                id=one.id,
                agency_code=one.agency_code,
                account_id=one.account_id,
                url=one.url,
                types=sorted(kind.value for kind in one.types),
                secret=self._sealed(one.id, one.account_id, one.secret),
                created_at=one.created_at,
                state=one.state.value,
                reason=one.reason,
            )
        )

    def of_account(self, account_id: str, *, lock: bool = False) -> tuple[Webhook, ...]:
        """The oldest first."""
        if lock:
            one_at_a_time(self._db, f"webhooks {account_id}")
        query = select(webhook).where(_w.account_id == account_id).order_by(_w.created_at, _w.id)
        return tuple(self._webhook(row) for row in self._db.execute(query))

    def of_agency(self, agency_code: str) -> tuple[Webhook, ...]:
        """The oldest first."""
        query = select(webhook).where(_w.agency_code == agency_code).order_by(_w.created_at, _w.id)
        return tuple(self._webhook(row) for row in self._db.execute(query))

    def get(self, webhook_id: str) -> Webhook | None:
        """One."""
        row = self._db.execute(select(webhook).where(_w.id == webhook_id)).one_or_none()
        return None if row is None else self._webhook(row)

    def remove(self, webhook_id: str) -> None:
        """Messages go with it (cascade)."""
        self._db.execute(delete(webhook).where(_w.id == webhook_id))

    def counts(self, webhook_id: str) -> Mapping[str, int]:
        """By state."""
        query = select(_m.state, func.count()).where(_m.webhook_id == webhook_id).group_by(_m.state)
        return {row[0]: int(row[1]) for row in self._db.execute(query)}

    def set_state(self, webhook_id: str, state: WebhookState, *, reason: str = "") -> None:
        """With its reason."""
        values: dict[str, Any] = {"state": state.value, "reason": reason}
        if state is WebhookState.ACTIVE:
            values["failing_since"] = null()
        self._db.execute(update(webhook).where(_w.id == webhook_id).values(values))

    def revive(self, webhook_id: str, *, at: datetime) -> int:
        """Tried as if for the first time."""
        done = self._db.execute(
            update(webhook_message)
            .where(_m.webhook_id == webhook_id, _m.state == DEAD)
            .values(state=WAITING, attempts=0, due_at=at)
        )
        return int(done.rowcount)

    def happenings(self, *, limit: int) -> tuple[Happening, ...]:
        """Locked, others skip them."""
        query = select(webhook_event).order_by(_e.id).limit(limit).with_for_update(skip_locked=True)
        return tuple(
            Happening(row.id, WebhookType(row.type), RecordCode(row.record_code), row.at, row.result)
            for row in self._db.execute(query)
        )

    def listeners(self, happening: Happening) -> tuple[Webhook, ...]:
        """Who keeps it, who attached it, who fetched it; no system whose account is shut."""
        code = happening.record
        keeps = select(t.record.c.agency_code).where(t.record.c.code == code)
        attached = (
            select(t.dossier.c.agency_code)
            .join(t.attachment, t.attachment.c.dossier_code == t.dossier.c.code)
            .where(t.attachment.c.record_code == code)
        )
        fetched = select(evidence_request.c.agency_code).where(
            evidence_request.c.record_code == code, evidence_request.c.delivered_at.is_not(None)
        )
        query = select(webhook).where(
            _w.state == WebhookState.ACTIVE.value,
            _w.agency_code.in_(keeps.union(attached, fetched)),
            _w.types.contains([happening.type.value]),
            ~_SHUT,
        )
        return tuple(self._webhook(row) for row in self._db.execute(query))

    def spread(self, happening_id: int, messages: Sequence[WebhookMessage]) -> None:
        """Messages in the place of the happening."""
        if messages:
            rows = [
                {
                    "id": one.id,
                    "webhook_id": one.webhook_id,
                    "type": one.type.value,
                    "body": one.body,
                    "at": one.at,
                    "due_at": one.at,
                    "state": WAITING,
                }
                for one in messages
            ]
            self._db.execute(insert(webhook_message), rows)
        self._db.execute(delete(webhook_event).where(_e.id == happening_id))

    def take(
        self, *, at: datetime, until: datetime, but: Collection[str] = ()
    ) -> tuple[WebhookMessage, Webhook] | None:
        """The one that is due longest, of a system whose account is not shut.

        Leased by moving its due time, so that a crash brings it back.
        """
        due = (
            select(_m.id)
            .join(webhook, _w.id == _m.webhook_id)
            .where(
                _m.state == WAITING,
                _m.due_at <= at,
                _w.state == WebhookState.ACTIVE.value,
                _w.id.not_in(sorted(but)),
                ~_SHUT,
            )
            .order_by(_m.due_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=webhook_message)
            .scalar_subquery()
        )
        taken = (
            update(webhook_message)
            .where(_m.id == due)
            .values(due_at=until, attempts=_m.attempts + literal(1))
            .returning(webhook_message)
        )
        row = self._db.execute(taken).one_or_none()
        if row is None:
            return None
        subscribed = self.get(row.webhook_id)
        if subscribed is None:
            return None
        message = WebhookMessage(row.id, row.webhook_id, WebhookType(row.type), row.body, row.at, row.attempts)
        return message, subscribed

    def tried(self, message: WebhookMessage, attempt: Attempt, *, at: datetime, due_at: datetime | None) -> None:
        """One row of the message, one of its subscription."""
        state = DELIVERED if attempt.ok else DEAD if due_at is None else WAITING
        values: dict[str, Any] = {"state": state, "failure": attempt.failure[:_FAILURE], "status": attempt.status}
        if attempt.ok:
            values["delivered_at"] = at
        elif due_at is not None:
            values["due_at"] = due_at
        self._db.execute(update(webhook_message).where(_m.id == message.id).values(values))
        told = (
            {"failing_since": null(), "succeeded_at": at}
            if attempt.ok
            else {"failing_since": case((_w.failing_since.is_(None), at), else_=_w.failing_since)}
        )
        self._db.execute(update(webhook).where(_w.id == message.webhook_id).values(told))

    def sweep(self, before: datetime) -> int:
        """Delivered ones only: what is dead stays until its subscription goes."""
        done = self._db.execute(delete(webhook_message).where(_m.state == DELIVERED, or_(_m.delivered_at < before)))
        return int(done.rowcount)

    def seal_old(self, *, limit: int) -> int:
        """Seal secrets that lie in clear."""
        clear = func.substring(_w.secret, 1, len(SEALED)) != SEALED
        query = select(_w.id, _w.account_id, _w.secret).where(clear).limit(limit).with_for_update()
        rows = self._db.execute(query).all()
        for row in rows:
            sealed = self._sealed(row.id, row.account_id, bytes(row.secret))
            self._db.execute(update(webhook).where(_w.id == row.id).values(secret=sealed))
        return len(rows)

    def _sealed(self, webhook_id: str, account_id: str, secret: bytes) -> bytes:
        return self._texts.seal_secret(secret, account_id=account_id, place=webhook_id)

    def _webhook(self, row: AnyRow) -> Webhook:
        return Webhook(
            id=row.id,
            agency_code=row.agency_code,
            account_id=row.account_id,
            url=row.url,
            types=frozenset(map(WebhookType, row.types)),
            secret=self._texts.open_secret(bytes(row.secret), account_id=row.account_id, place=row.id),
            created_at=row.created_at,
            state=WebhookState(row.state),
            reason=row.reason,
            failing_since=row.failing_since,
            succeeded_at=row.succeeded_at,
        )

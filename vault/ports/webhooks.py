"""Webhooks: what happened, who wants to hear of it, and the sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from vault.domain.ids import RecordCode
from vault.domain.webhooks import Attempt, Happening, Webhook, WebhookMessage, WebhookState, WebhookType


class Webhooks(Protocol):
    """Subscriptions, happenings and messages."""

    def announce(self, kind: WebhookType, record: RecordCode, *, at: datetime, result: str | None = None) -> None:
        """Say, in the act's own transaction, what happened to a record. One short row, whoever wants to hear of it."""
        ...

    def add(self, webhook: Webhook) -> None:
        """Add a subscription."""
        ...

    def of_account(self, account_id: str, *, lock: bool = False) -> tuple[Webhook, ...]:
        """A partner's subscriptions, the oldest first. `lock`: nobody else asks so until the transaction is over."""
        ...

    def of_agency(self, agency_code: str) -> tuple[Webhook, ...]:
        """Those of all systems of an agency, the oldest first."""
        ...

    def get(self, webhook_id: str) -> Webhook | None:
        """One of them."""
        ...

    def remove(self, webhook_id: str) -> None:
        """Remove it with its messages."""
        ...

    def counts(self, webhook_id: str) -> Mapping[str, int]:
        """How many messages wait, were delivered, and are dead, by state."""
        ...

    def set_state(self, webhook_id: str, state: WebhookState, *, reason: str = "") -> None:
        """Disable with a reason, or enable: then it counts as never having failed."""
        ...

    def revive(self, webhook_id: str, *, at: datetime) -> int:
        """Let dead messages be tried anew; how many."""
        ...

    def happenings(self, *, limit: int) -> tuple[Happening, ...]:
        """What nobody has worked out yet, the oldest first, locked; what another worker has is left out."""
        ...

    def listeners(self, happening: Happening) -> tuple[Webhook, ...]:
        """Active subscriptions of the agencies that keep the record, attached it, or fetched it as evidence."""
        ...

    def spread(self, happening_id: int, messages: Sequence[WebhookMessage]) -> None:
        """Add these messages and forget the happening."""
        ...

    def take(
        self, *, at: datetime, until: datetime, but: Collection[str] = ()
    ) -> tuple[WebhookMessage, Webhook] | None:
        """A message that is due, leased until a time, with its subscription; None when none is. Never one twice.

        `but`: subscriptions that are left out, because they did not answer a moment ago.
        """
        ...

    def tried(self, message: WebhookMessage, attempt: Attempt, *, at: datetime, due_at: datetime | None) -> None:
        """Keep how a try ended: delivered, to be tried at `due_at`, or dead (None). Success and failure are the
        subscription's as well.
        """  # noqa: D205 - one sentence that does not fit one line
        ...

    def seal_old(self, *, limit: int) -> int:
        """Seal secrets that were written before they were sealed; how many were."""
        ...

    def sweep(self, before: datetime) -> int:
        """Forget what was delivered before a time; how many."""
        ...


class WebhookSender(Protocol):
    """Calls partners' addresses."""

    def send(self, webhook: Webhook, message: WebhookMessage, *, now: datetime) -> Attempt:
        """One try, signed. Never raises for what the receiver is or does."""
        ...

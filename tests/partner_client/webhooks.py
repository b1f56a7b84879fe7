"""Webhooks as a partner receives them: verified by the reference library, each taken once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class WebhookEvent:
    """What happened."""

    id: str
    type: str
    data: Mapping[str, Any]


@dataclass
class Receiver:
    """Checks signature and age of each message (5 minutes), and drops what it has seen: retries come twice."""

    secret: str
    seen: set[str] = field(default_factory=set)

    def take(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent | None:
        """The event, or None for one that was taken before. `WebhookVerificationError`: it is not from the vault."""
        told = Webhook(self.secret).verify(body.decode(), dict(headers))
        message = next(value for name, value in headers.items() if name.lower() == "webhook-id")
        if message in self.seen:
            return None
        self.seen.add(message)
        return WebhookEvent(message, told["type"], told["data"])

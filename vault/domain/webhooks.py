"""Webhooks to partners' systems: what is told, to whom, how often it is tried, and which addresses may be called. Pure.

Messages are thin: a URI and what happened to it, never a name or a number. Whoever may read the document asks for it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from vault.domain.errors import Invalid
from vault.domain.ids import RecordCode


class WebhookType(StrEnum):
    """What happened; names as the messages have them."""

    CREATED = "record.created"
    CORRECTED = "record.corrected"
    REVOKED = "record.revoked"
    SUSPENDED = "record.suspended"
    REINSTATED = "record.reinstated"
    SUPERSEDED = "record.superseded"
    RESULT = "dossier.result"


class WebhookState(StrEnum):
    """Whether a subscription is called."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


MOST_WEBHOOKS = 10
"""Subscriptions of one account."""
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each further try, as standardwebhooks.com proposes; after the last one the message is dead."""
LEASE = timedelta(minutes=2)
"""So long one worker has a message for itself; after a crash another one takes it."""
DISABLE_AFTER = timedelta(days=3)
"""A subscription that has failed for so long, without one success, is not called any more."""
GONE = 410
"""The receiver's word that it wants no more."""
_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. `reason` says why it is disabled; `failing_since` is the first failure after the last success."""

    id: str
    agency_code: str
    account_id: str
    url: str
    types: frozenset[WebhookType]
    secret: bytes
    created_at: datetime
    state: WebhookState = WebhookState.ACTIVE
    reason: str = ""
    failing_since: datetime | None = None
    succeeded_at: datetime | None = None

    @property
    def tells_secret(self) -> bool:
        """Whether whoever lost the answer is told the secret again: not once it proves messages that arrived."""
        return self.succeeded_at is None


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the act's own transaction: what happened to which record. The worker works out whom it concerns."""

    id: int
    type: WebhookType
    record: RecordCode
    at: datetime
    result: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One message to one subscription; every try sends the same id and body."""

    id: str
    webhook_id: str
    type: WebhookType
    body: str
    at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try ended. `status` None: there was no answer; `failure` says why, for people to read."""

    status: int | None
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether the receiver has it: any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the class of success


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None when the message is dead."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None


def disabled_by(webhook: Webhook, attempt: Attempt, now: datetime) -> str:
    """Why this failure ends the subscription; empty when it does not."""
    if attempt.status == GONE:
        return "GONE"
    if webhook.failing_since is not None and now - webhook.failing_since >= DISABLE_AFTER:
        return "FAILING"
    return ""


def check_url(url: str, *, allowed: Collection[str], insecure: bool) -> str:
    """The address as it is kept; `WEBHOOK_URL` for what nobody should be made to call.

    https with a host name, without user, password or fragment. `allowed` names hosts of the own network that were
    configured; `insecure` (development) lets http through to those. The addresses behind a name are judged when it is
    called (`callable_address`), because a name may point elsewhere by then.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("WEBHOOK_URL") from error
    host = parts.hostname or ""
    known = host in allowed
    secure = parts.scheme == "https" or (parts.scheme == "http" and insecure and known)
    clean = not (parts.username or parts.password or parts.fragment) and port != 0
    if len(url) > _LONGEST_URL or not url.isascii() or not host or not secure or not clean:
        raise Invalid("WEBHOOK_URL")
    if not known and (_is_address(host) or "." not in host):
        raise Invalid("WEBHOOK_URL")
    return url


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_6TO4 = ipaddress.ip_network("2002::/16")


def callable_address(text: str) -> bool:
    """Whether an address is one of the public Internet: not this machine, its network, a cloud's metadata, a group.

    >>> [callable_address(one) for one in ("203.162.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::1")]
    [True, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return callable_address(str(address.ipv4_mapped))
        if address in _NAT64:
            return callable_address(str(ipaddress.IPv4Address(address.packed[-4:])))
        if address in _6TO4:
            return callable_address(str(ipaddress.IPv4Address(address.packed[2:6])))
    return address.is_global and not address.is_multicast

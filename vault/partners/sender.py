"""Calls partners' addresses: signed as standardwebhooks.com says, and never made to call our own network.

The name is resolved here, every address behind it is judged, and the connection goes to an address that was judged: a
name that points elsewhere a moment later (DNS rebinding) changes nothing. Redirects are not followed. What the receiver
says is not read beyond its status.
"""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

import httpcore
from standardwebhooks import Webhook as Signer

from vault.domain.webhooks import Attempt, Webhook, WebhookMessage, callable_address

SECONDS = 10.0
AGENT = "kho-so-webhooks/1"
Resolve = Callable[[str, int], Sequence[str]]
_OPTION = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class AddressRefusedError(Exception):
    """No address behind the name may be called."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of a name, as the system's resolver gives them."""
    return tuple(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects to public addresses alone; hosts in `allowed` are of the own network and were configured."""

    def __init__(self, allowed: Collection[str], resolver: Resolve) -> None:
        self._allowed, self._resolve = frozenset(allowed), resolver
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Judge, then connect to what was judged. One address that is not public spoils the whole name."""
        addresses = self._resolve(host, port)
        if host not in self._allowed and not (addresses and all(map(callable_address, addresses))):
            raise AddressRefusedError(host)
        return self._network.connect_tcp(addresses[0], port, timeout, local_address, socket_options)


class HttpWebhookSender:
    """`ports.WebhookSender` over HTTP."""

    def __init__(
        self, allowed: Collection[str] = (), *, resolver: Resolve = resolve, tls: ssl.SSLContext | None = None
    ) -> None:
        network = GuardedNetwork(allowed, resolver)
        # No connection is kept: a receiver that holds one open would hold one of ours, and each is judged anew.
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or ssl.create_default_context(), max_keepalive_connections=0, network_backend=network
        )

    def send(self, webhook: Webhook, message: WebhookMessage, *, now: datetime) -> Attempt:
        """POST the body; the signature covers id, time and body."""
        secret = base64.b64encode(webhook.secret).decode("ascii")
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(message.id, now, message.body),
        }
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), SECONDS)
        try:
            with self._pool.stream(
                "POST", webhook.url, headers=headers, content=message.body.encode(), extensions={"timeout": timeout}
            ) as answer:
                status = answer.status
        except AddressRefusedError:
            return Attempt(None, "the name leads to an address that is not public")
        except httpcore.TimeoutException:
            return Attempt(None, f"no answer within {SECONDS:.0f} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Attempt(None, f"{type(error).__name__}: {error}"[:200])
        return Attempt(status, "" if Attempt(status).ok else f"HTTP {status}")

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

"""Which addresses may be called, and when a message is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpcore
import pytest

from vault.domain.webhooks import (
    DISABLE_AFTER,
    WAITS,
    Attempt,
    Webhook,
    WebhookMessage,
    WebhookType,
    callable_address,
    disabled_by,
    next_try,
)
from vault.partners import HttpWebhookSender
from vault.partners.sender import AddressRefusedError, GuardedNetwork

NOW = datetime(2026, 11, 27, tzinfo=UTC)
HOOK = Webhook("w", "H24.1", "x", "https://doi-tac.example.vn/", frozenset(WebhookType), b"k" * 32, NOW)
MESSAGE = WebhookMessage("msg_1", "w", WebhookType.REVOKED, "{}", NOW)
INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "100::1", "", "x", "127.1", "0x7f000001",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_of_the_public_internet_is_never_called(address: str) -> None:
    assert not callable_address(address)


@pytest.mark.parametrize("address", ["203.162.4.190", "8.8.8.8", "2001:ee0::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_public_internet_is(address: str) -> None:
    assert callable_address(address)


@pytest.mark.parametrize("addresses", [(), ("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1",)])
def test_a_name_is_judged_by_every_address_behind_it(addresses: tuple[str, ...]) -> None:
    with pytest.raises(AddressRefusedError):
        GuardedNetwork((), lambda *_: addresses).connect_tcp("doi-tac.example.vn", 443)
    attempt = HttpWebhookSender((), resolver=lambda *_: addresses).send(HOOK, MESSAGE, now=NOW)
    assert (attempt.status, attempt.failure) == (None, "the name leads to an address that is not public")


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """DNS rebinding: the name is asked once a connection, and what it says later changes nothing."""
    asked: list[str] = []

    def rebinding(host: str, _: int) -> tuple[str, ...]:
        asked.append(host)
        return ("8.8.8.8",) if len(asked) == 1 else ("127.0.0.1",)

    class Recording(httpcore.SyncBackend):
        def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.NetworkStream:  # type: ignore[override]
            raise httpcore.ConnectError(host)

    network = GuardedNetwork((), rebinding)
    network._network = Recording()
    with pytest.raises(httpcore.ConnectError, match=r"8\.8\.8\.8"):
        network.connect_tcp("doi-tac.example.vn", 443)
    assert asked == ["doi-tac.example.vn"]


def test_a_name_that_nobody_resolves_is_a_failure_like_any_other() -> None:
    def none(host: str, port: int) -> tuple[str, ...]:
        raise OSError(host, port)

    attempt = HttpWebhookSender((), resolver=none).send(HOOK, MESSAGE, now=NOW)
    assert attempt.status is None
    assert not attempt.ok


def test_tries_are_spaced_further_and_further_and_end() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert [next_try(number + 1, NOW) for number in range(len(WAITS))] == [NOW + wait for wait in WAITS]
    assert next_try(len(WAITS) + 1, NOW) is None


def test_what_ends_a_subscription() -> None:
    failing = replace(HOOK, failing_since=NOW)
    assert disabled_by(HOOK, Attempt(500), NOW) == ""
    assert disabled_by(HOOK, Attempt(410), NOW) == "GONE"
    assert disabled_by(failing, Attempt(None), NOW + DISABLE_AFTER - timedelta(seconds=1)) == ""
    assert disabled_by(failing, Attempt(None), NOW + DISABLE_AFTER) == "FAILING"
    assert [Attempt(code).ok for code in (199, 200, 204, 299, 300, 301)] == [False, True, True, True, False, False]

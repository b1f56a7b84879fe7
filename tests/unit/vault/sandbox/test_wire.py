"""The framing between parent and child: whole messages round-trip, everything else is a `WireError`."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.sandbox import wire

JSON = st.dictionaries(
    st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=20), max_size=5
)


def receive(raw: bytes, *, max_header: int = 1000, max_total: int = 1000) -> object:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(raw)
        theirs.close()
        return wire.receive(ours, max_header=max_header, max_total=max_total, deadline=time.monotonic() + 60)


def frame(text: bytes, *attachments: bytes) -> bytes:
    sizes = b"".join(struct.pack(">Q", len(item)) for item in attachments)
    return struct.pack(">II", len(text), len(attachments)) + sizes + text + b"".join(attachments)


@given(JSON, st.lists(st.binary(max_size=100), max_size=4))
def test_what_is_sent_is_received(header: dict[str, object], attachments: list[bytes]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire.send(theirs, header, attachments, deadline=time.monotonic() + 60)
        got = wire.receive(ours, max_header=10_000, max_total=1000, deadline=time.monotonic() + 60)
    assert got == (header, tuple(attachments))


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_wire_errors(raw: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        receive(raw)


@given(st.binary(max_size=60))
def test_random_json_raises_nothing_but_wire_errors(text: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        receive(frame(text))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(frame(b"{}", b"abc")[:-1], id="cut"),
        pytest.param(frame(b"[]"), id="not an object"),
        pytest.param(frame(b'{"a":NaN}'), id="not a number"),
        pytest.param(frame(b"[" * 900), id="deep"),
        pytest.param(frame(b"\xff"), id="not UTF-8"),
    ],
)
def test_a_malformed_message_is_refused(raw: bytes) -> None:
    with pytest.raises(wire.WireError):
        receive(raw)


def test_a_very_deep_message_is_refused() -> None:
    with pytest.raises(wire.WireError):
        receive(frame(b"[" * 100_000), max_header=1_000_000)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(frame(json.dumps({"a": "x" * 1000}).encode()), id="JSON"),
        pytest.param(frame(b"{}", b"x" * 600, b"x" * 600), id="attachments together"),
        pytest.param(struct.pack(">IIQ", 2, 1, 1 << 60), id="a size that lies"),
        pytest.param(struct.pack(">II", 2, 1 << 31), id="a count that lies"),
    ],
)
def test_lengths_over_the_caps_are_refused_before_anything_is_read(raw: bytes) -> None:
    with pytest.raises(wire.TooLargeError):
        receive(raw)


def test_a_peer_that_says_nothing_runs_into_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(wire.DeadlineError):
        wire.receive(ours, max_header=10, max_total=10, deadline=time.monotonic() + 0.05)


def test_a_peer_that_does_not_read_runs_into_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(wire.DeadlineError):
        wire.send(ours, {}, [b"x" * 10_000_000], deadline=time.monotonic() + 0.05)

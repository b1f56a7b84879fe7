"""Status lists and trust lists: contents, sizes, and what their makers may not write."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

import qr
from qr.status_list import ENTRIES, MAX_INFLATED, decode_status_list, inflate
from tests.golden.qr.world import (
    AGENCY,
    ISSUER,
    NOW,
    ROOT,
    STATUS,
    URI,
    entry,
    signed_trust,
    status_token,
    trust_list,
)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_every_width_holds_its_values(bits: int) -> None:
    random.seed(bits)
    statuses = {random.randrange(1000): random.randrange(1 << bits) for _ in range(200)}
    made = qr.StatusList.of(statuses, entries=1000, bits=bits)
    assert len(made) == 1000
    assert all(made[index] == statuses.get(index, 0) for index in range(1000))
    assert qr.StatusList.from_cbor(made.to_cbor()) == made


def test_entry_0_is_in_the_lowest_bits() -> None:
    """The draft's own example, section 4.1: 1,0,0,1,1,1,0,1 1,1,0,0,0,1,0,1 is b9 a3."""
    bits = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    made = qr.StatusList.of(dict(enumerate(bits)), entries=16, bits=1)
    assert made.packed.hex() == "b9a3"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"statuses": {8: 1}}, "STATUS_INDEX"),
        ({"statuses": {-1: 1}}, "STATUS_INDEX"),
        ({"statuses": {1: 4}}, "STATUS_VALUE"),
        ({"statuses": {1: -1}}, "STATUS_VALUE"),
        ({"bits": 3}, "STATUS_WIDTH"),
        ({"entries": 8 * ENTRIES}, "STATUS_TOO_LARGE"),
    ],
)
def test_a_list_holds_only_what_fits(changes: dict[str, Any], code: str) -> None:
    options: dict[str, Any] = {"statuses": {}, "entries": 8, "bits": 2} | changes
    statuses = options.pop("statuses")
    with pytest.raises(qr.StatusError) as refused:
        qr.StatusList.of(statuses, **options)
    assert refused.value.code == code


@pytest.mark.parametrize("index", [-1, 8, 10**9])
def test_reading_outside_a_list_is_an_index_error(index: int) -> None:
    with pytest.raises(IndexError):
        qr.StatusList.of({}, entries=8)[index]


def test_a_million_entries_with_one_percent_revoked_are_small() -> None:
    random.seed(5)
    revoked = dict.fromkeys(random.sample(range(ENTRIES), ENTRIES // 100), qr.Status.REVOKED)
    token = qr.issue_status_token(
        qr.StatusList.of(revoked),
        uri=URI,
        issuer=ISSUER,
        now=NOW,
        ttl=timedelta(hours=1),
        exp=NOW + timedelta(days=1),
        sign=STATUS.sign,
        kid=STATUS.kid,
    )
    assert len(token) <= 25_000
    snapshot = qr.verify_status_token(token, trust=trust_list(), now=NOW)
    assert sum(snapshot.statuses[index] for index in revoked) == len(revoked)


def test_inflating_stops_at_the_cap() -> None:
    assert len(inflate(zlib.compress(bytes(MAX_INFLATED)))) == MAX_INFLATED
    bomb = zlib.compress(zlib.compress(bytes(10**8), 9), 9)
    with pytest.raises(qr.StatusError):
        inflate(zlib.decompress(bomb), max_size=1000)
    with pytest.raises(qr.StatusError) as refused:
        inflate(bytes(MAX_INFLATED + 2000))
    assert refused.value.code == "STATUS_TOO_LARGE"


def test_nothing_larger_than_a_list_is_opened() -> None:
    with pytest.raises(qr.StatusError) as refused:
        qr.verify_status_token(bytes(MAX_INFLATED + 10_000), trust=trust_list(), now=NOW)
    assert refused.value.code == "STATUS_TOO_LARGE"
    for broken in (b"", b"\xff", b"\x80", b"\xa1\x01\x02"):
        with pytest.raises(qr.StatusError) as refused:
            decode_status_list(broken)
        assert refused.value.code == "STATUS_MALFORMED"


def test_freshness_ends_with_ttl_or_exp_whichever_is_first() -> None:
    trust = trust_list()
    issued = NOW - timedelta(hours=1)
    soon = qr.verify_status_token(status_token(ttl=timedelta(minutes=5)), trust=trust, now=NOW)
    assert (soon.issued_at, soon.fresh_until) == (issued, issued + timedelta(minutes=5))
    ends = qr.verify_status_token(status_token(exp=NOW + timedelta(minutes=9)), trust=trust, now=NOW)
    assert ends.fresh_until == NOW + timedelta(minutes=9)


def test_three_thousand_keys_are_320_kilobytes() -> None:
    entries = tuple(entry(qr.SigningKey.generate(), f"H{number:02}.{number % 60:02}") for number in range(3000))
    data = signed_trust(trust_list(*entries))
    assert len(data) <= 325_000
    assert qr.verify_trust_list(data, root=ROOT.public, now=NOW).entries == entries


@pytest.mark.parametrize(
    "changed",
    [
        trust_list(version=0),
        trust_list(issued_at=NOW + timedelta(microseconds=1)),
        trust_list(entry(AGENCY), entry(AGENCY)),
        trust_list(entry(AGENCY, kid=b"not mine")),
        trust_list(entry(AGENCY, issuer="")),
        trust_list(entry(AGENCY, issuer="VN\u202e")),
        trust_list(entry(AGENCY, use="root")),
        trust_list(entry(AGENCY, x=bytes(32))),
    ],
)
def test_a_list_that_nobody_would_accept_is_not_signed(changed: qr.TrustList) -> None:
    with pytest.raises(qr.TrustError):
        signed_trust(changed)


def test_roll_back_is_refused_but_the_same_version_is_not() -> None:
    older, newer = signed_trust(), signed_trust(trust_list(version=8))
    held = qr.verify_trust_list(newer, root=ROOT.public, now=NOW, previous_version=7).version
    assert qr.verify_trust_list(newer, root=ROOT.public, now=NOW, previous_version=held).version == 8
    with pytest.raises(qr.TrustError) as refused:
        qr.verify_trust_list(older, root=ROOT.public, now=NOW, previous_version=held)
    assert refused.value.code == "TRUST_ROLLED_BACK"


def test_a_wider_zone_is_the_same_list() -> None:
    hanoi = datetime.fromisoformat("2026-11-21T11:00:00+07:00")
    assert signed_trust(replace(trust_list(), issued_at=hanoi)) == signed_trust()

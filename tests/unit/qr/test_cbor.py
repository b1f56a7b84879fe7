"""The CBOR profile: one encoding of every value, and nothing else is read."""

from __future__ import annotations

from typing import Any

import pytest

from qr import cbor
from qr.errors import EncodingError

# RFC 8949 appendix A, the part inside the profile
ACCEPTED: list[tuple[str, Any]] = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1864", 100),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1b000000e8d4a51000", 1_000_000_000_000),
    ("1b001fffffffffffff", 2**53 - 1),
    ("20", -1),
    ("3863", -100),
    ("3903e7", -1000),
    ("3b001ffffffffffffe", -(2**53) + 1),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", b"\1\2\3\4"),
    ("60", ""),
    ("6449455446", "IETF"),
    ("62225c", '"\\'),
    ("62c3bc", "ü"),
    ("63e6b0b4", "水"),
    ("64f0908591", "\U00010151"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]
REFUSED = [
    ("", "CBOR_MALFORMED"),
    ("1800", "CBOR_NOT_DETERMINISTIC"),
    ("190018", "CBOR_NOT_DETERMINISTIC"),
    ("1a0000ffff", "CBOR_NOT_DETERMINISTIC"),
    ("1b00000000ffffffff", "CBOR_NOT_DETERMINISTIC"),
    ("1b0020000000000000", "CBOR_MALFORMED"),  # 2^53
    ("3b001fffffffffffff", "CBOR_MALFORMED"),  # -2^53
    ("1bffffffffffffffff", "CBOR_MALFORMED"),
    ("18", "CBOR_MALFORMED"),
    ("1c", "CBOR_MALFORMED"),
    ("5f42010243030405ff", "CBOR_MALFORMED"),  # indefinite bytes
    ("7f657374726561646d696e67ff", "CBOR_MALFORMED"),
    ("9fff", "CBOR_MALFORMED"),
    ("bfff", "CBOR_MALFORMED"),
    ("ff", "CBOR_MALFORMED"),
    ("f7", "CBOR_MALFORMED"),  # undefined
    ("f0", "CBOR_MALFORMED"),  # simple(16)
    ("f90000", "CBOR_MALFORMED"),  # 0.0
    ("fb3ff199999999999a", "CBOR_MALFORMED"),
    ("c11a514b67b0", "CBOR_MALFORMED"),  # a tag
    ("c249010000000000000000", "CBOR_MALFORMED"),  # a bignum
    ("62c328", "CBOR_MALFORMED"),  # not UTF-8
    ("63eda080", "CBOR_MALFORMED"),  # a surrogate
    ("4401", "CBOR_MALFORMED"),
    ("8201", "CBOR_MALFORMED"),
    ("a101", "CBOR_MALFORMED"),
    ("9bffffffffffffffff", "CBOR_MALFORMED"),
    ("a201000100", "CBOR_NOT_DETERMINISTIC"),  # doubled key
    ("a203000100", "CBOR_NOT_DETERMINISTIC"),  # unsorted keys
    ("a2200000" + "00", "CBOR_NOT_DETERMINISTIC"),  # -1 before 0
    ("a140f6", "CBOR_MALFORMED"),  # bytes as a key
    ("a1f4f6", "CBOR_MALFORMED"),  # false as a key
    ("a180f6", "CBOR_MALFORMED"),
    ("0000", "CBOR_MALFORMED"),  # trailing
    ("81" * 9 + "00", "CBOR_MALFORMED"),  # deeper than the format
]


@pytest.mark.parametrize(("encoded", "value"), ACCEPTED)
def test_reads_and_writes_the_appendix(encoded: str, value: Any) -> None:
    decoded = cbor.decode(bytes.fromhex(encoded), max_size=100)
    assert decoded == value
    assert type(decoded) is type(value)
    assert cbor.encode(value).hex() == encoded


@pytest.mark.parametrize(("encoded", "code"), REFUSED)
def test_refuses_everything_else(encoded: str, code: str) -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.decode(bytes.fromhex(encoded), max_size=100)
    assert refused.value.code == code


def test_map_keys_stand_in_bytewise_order() -> None:
    """RFC 8949 section 4.2.1: 10, 100, -1, "z", "aa" (cbor2's canonical mode puts the shorter -1 before 100)."""
    assert cbor.encode({"aa": 0, "z": 0, -1: 0, 100: 0, 10: 0}).hex() == "a50a001864002000617a0062616100"


def test_size_is_judged_before_the_content() -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.decode(b"\xff" * 101, max_size=100)
    assert refused.value.code == "CBOR_TOO_LARGE"


def test_others_maps_may_stand_in_any_order_but_not_twice() -> None:
    assert cbor.decode(bytes.fromhex("a203000100"), max_size=100, sorted_keys=False) == {1: 0, 3: 0}
    with pytest.raises(EncodingError):
        cbor.decode(bytes.fromhex("a201000100"), max_size=100, sorted_keys=False)


@pytest.mark.parametrize("value", [1.0, {1, 2}, 2**53, -(2**53), "\ud800", {b"k": 1}, {True: 1}, object()])
def test_does_not_write_what_it_would_not_read(value: Any) -> None:
    with pytest.raises(EncodingError) as refused:
        cbor.encode(value)
    assert refused.value.code == "CBOR_VALUE"

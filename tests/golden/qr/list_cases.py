"""The golden cases of trust lists and status tokens."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import qr
from qr import cbor, cose
from tests.golden.qr.world import (
    AGENCY,
    DAY,
    FORGER,
    INDEX,
    NOW,
    OTHER_ROOT,
    ROOT,
    STATUS,
    STRANGER,
    URI,
    Case,
    entry,
    raw_sign1,
    signed_trust,
    status_token,
    trust_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def list_cases() -> Iterator[Case]:
    """All of them."""
    yield from _trust()
    yield from _tokens()


def _trust() -> Iterator[Case]:
    def case(name: str, note: str, data: bytes, code: str, **rest: Any) -> Case:
        return Case(kind="trust", name=f"trust-{name}", note=note, trust=data, expected=code, status=None, **rest)

    good = signed_trust()
    parts: Any = cbor.decode(good, max_size=10_000)
    fields: Any = cbor.decode(parts[2], max_size=10_000)
    header = {cose.ALG: cose.ES256, cose.KID: ROOT.kid}

    def resigned(payload: cbor.Value, **changes: Any) -> bytes:
        raw = payload if isinstance(payload, bytes) else cbor.encode(payload)
        signer = changes.pop("signer", ROOT)
        protected = cbor.encode(changes.pop("header", header))
        return raw_sign1(protected, raw, changes.pop("aad", b"VNTL1"), signer, **changes)

    def key_changed(**changes: Any) -> bytes:
        first = {**fields[4][0], **{int(label[1:]): value for label, value in changes.items()}}
        return resigned(fields | {4: [first, *fields[4][1:]]})

    yield case("good", "The root's own list.", good, "OK")
    yield case("same-version", "The version at hand once more.", good, "OK", previous_version=7)
    yield case("empty", "A list without keys trusts nobody, and is a list.", resigned(fields | {4: []}), "OK")
    yield case("rolled-back", "An older version than the one at hand.", good, "TRUST_ROLLED_BACK", previous_version=8)
    yield case("outdated", "Exactly at its next update.", good, "TRUST_OUTDATED", now=NOW + 30 * DAY)
    yield case("from-future", "From the future.", good, "TRUST_FROM_FUTURE", now=NOW - 2 * DAY)
    other = qr.issue_trust_list(trust_list(), sign=OTHER_ROOT.sign, root_kid=OTHER_ROOT.kid)
    yield case("other-root", "Signed by another root.", other, "TRUST_WRONG_ROOT")
    yield case(
        "forged", "Another root under our identifier.", resigned(fields, signer=OTHER_ROOT), "TRUST_BAD_SIGNATURE"
    )
    yield case("other-aad", "Signed as a credential.", resigned(fields, aad=b"VNQ1"), "TRUST_BAD_SIGNATURE")
    yield case(
        "changed",
        "One key removed after signing.",
        resigned(fields | {4: fields[4][1:]}, signature=parts[3]),
        "TRUST_BAD_SIGNATURE",
    )
    bad = "TRUST_MALFORMED"
    yield case("trailing", "A byte too many.", good + b"\0", bad)
    yield case("tagged", "Untagged only.", b"\xd2" + good, bad)
    yield case("truncated", "Cut.", good[:-1], bad)
    yield case("nothing", "No bytes.", b"", bad)
    yield case("algorithm", "Another algorithm.", resigned(fields, header=header | {1: -8}), bad)
    yield case("extra-header", "Another header.", resigned(fields, header=header | {3: 0}), bad)
    yield case("unprotected", "An unprotected header.", resigned(fields, unprotected={4: ROOT.kid}), bad)
    yield case("signature-short", "Half a signature.", resigned(fields, signature=parts[3][:32]), bad)
    yield case("field-missing", "Without its next update.", resigned({1: 7, 2: fields[2], 4: []}), bad)
    yield case("field-unknown", "With something more.", resigned(fields | {5: 1}), bad)
    yield case("version-zero", "Versions begin at 1.", resigned(fields | {1: 0}), bad)
    yield case("keys-a-map", "Keys are an array.", resigned(fields | {4: {}}), bad)
    yield case("time-text", "A time as text.", resigned(fields | {2: "x"}), bad)
    yield case("doubled-kid", "One key twice.", resigned(fields | {4: [fields[4][0], fields[4][0]]}), bad)
    yield case("kid-of-another", "A kid that is not the key's thumbprint.", key_changed(_1=STATUS.kid), bad)
    yield case("off-curve", "A point that is not on the curve.", key_changed(_4=bytes(32)), bad)
    yield case("coordinate-short", "31 bytes of x.", key_changed(_3=bytes(31)), bad)
    yield case("unknown-use", "A use that nobody knows.", key_changed(_7="root"), bad)
    yield case("issuer-hidden", "A hidden character in the issuer.", key_changed(_2="VN\u200b"), bad)
    yield case("key-extra", "A field of a key that nobody knows.", key_changed(_9=1), bad)
    yield case("unsorted", "Fields in another order.", resigned(b"\xa4\x02\x01\x01\x07\x03\x02\x04\x80"), bad)


def _tokens() -> Iterator[Case]:
    def case(name: str, note: str, data: bytes, code: str, **rest: Any) -> Case:
        return Case(kind="status", name=f"token-{name}", note=note, status=data, expected=code, **rest)

    good = status_token({INDEX: 1, 5: 3})
    parts: Any = cbor.decode(good[1:], max_size=10_000)
    fields: Any = cbor.decode(parts[2], max_size=10_000)
    header: dict[cbor.Key, Any] = {cose.ALG: cose.ES256, cose.KID: STATUS.kid, cose.TYP: "application/statuslist+cwt"}

    def resigned(payload: cbor.Value, **changes: Any) -> bytes:
        raw = payload if isinstance(payload, bytes) else cbor.encode(payload)
        return raw_sign1(cbor.encode(changes.pop("header", header)), raw, b"", changes.pop("signer", STATUS), **changes)

    def listed(value: Any) -> bytes:
        return resigned(fields | {65533: value})

    without = {label: value for label, value in header.items() if label != cose.KID}
    yield case("good", "The agency's own list.", good, "OK")
    yield case("untagged", "Tag 18 may be left out.", good[1:], "OK")
    yield case(
        "kid-unprotected",
        "The draft's example keeps the kid there.",
        resigned(fields, header=without, unprotected={4: STATUS.kid}),
        "OK",
    )
    yield case(
        "no-issuer",
        "The draft needs no issuer: the key's is taken.",
        resigned({k: v for k, v in fields.items() if k != 1}),
        "OK",
    )
    yield case("only-exp", "Without ttl.", resigned({k: v for k, v in fields.items() if k != 65534}), "OK")
    yield case("only-ttl", "Without exp.", resigned({k: v for k, v in fields.items() if k != 4}), "OK")
    yield case("wrong-address", "Fetched from elsewhere than it says.", good, "STATUS_WRONG_URI", uri=f"{URI}1")
    yield case("from-future", "From the future.", good, "STATUS_FROM_FUTURE", now=NOW - DAY)
    yield case("forged", "Another key under our identifier.", resigned(fields, signer=FORGER), "STATUS_BAD_SIGNATURE")
    yield case(
        "changed",
        "One entry changed after signing.",
        resigned(fields | {65533: {"bits": 2, "lst": zlib.compress(bytes(2048), 9)}}, signature=parts[3]),
        "STATUS_BAD_SIGNATURE",
    )
    key = "STATUS_KEY_UNKNOWN"
    yield case("stranger", "A key that nobody lists.", status_token(signer=STRANGER), key)
    yield case("key-of-other-use", "A credential key signs a list.", status_token(signer=AGENCY), key)
    yield case(
        "key-revoked",
        "A revoked key.",
        good,
        key,
        trust=signed_trust(trust_list(entry(STATUS, use="status", revoked_at=NOW))),
    )
    yield case(
        "key-over",
        "After the key's term.",
        good,
        key,
        trust=signed_trust(trust_list(entry(STATUS, use="status", not_after=NOW - DAY))),
    )
    yield case("no-kid", "No key identifier.", resigned(fields, header=without), key)
    yield case(
        "other-issuer", "Says it comes from another agency.", status_token(issuer="VN-MAU-02"), "STATUS_ISSUER_MISMATCH"
    )
    bad = "STATUS_MALFORMED"
    yield case("trailing", "A byte too many.", good + b"\0", bad)
    yield case("truncated", "Cut.", good[:-1], bad)
    yield case("nothing", "No bytes.", b"", bad)
    yield case("other-type", "A token of another type.", resigned(fields, header=header | {16: "application/cwt"}), bad)
    yield case(
        "no-type",
        "A token of no type.",
        resigned(fields, header={k: v for k, v in header.items() if k != cose.TYP}),
        bad,
    )
    yield case("algorithm", "Another algorithm.", resigned(fields, header=header | {1: -35}), bad)
    yield case("extra-header", "Another header.", resigned(fields, unprotected={5: 1}), bad)
    yield case("signature-short", "Half a signature.", resigned(fields, signature=parts[3][:32]), bad)
    yield case(
        "no-end", "Neither exp nor ttl.", resigned({k: v for k, v in fields.items() if k not in {4, 65534}}), bad
    )
    yield case("doubled-claim", "A claim twice.", resigned(b"\xa2\x06\x01\x06\x01"), bad)
    yield case("ttl-text", "A ttl as text.", resigned(fields | {65534: "day"}), bad)
    yield case("list-text", "A list as text.", listed({"bits": 2, "lst": "eNrbuRgAAhcBXQ"}), bad)
    yield case("list-no-bits", "A list without its width.", listed({"lst": b""}), bad)
    yield case("list-not-zlib", "Bytes that are no zlib stream.", listed({"bits": 2, "lst": b"not zlib"}), bad)
    whole = zlib.compress(bytes(2048), 9)
    yield case("list-cut", "A zlib stream that was cut.", listed({"bits": 2, "lst": whole[:-3]}), bad)
    yield case("list-tail", "Bytes after the zlib stream.", listed({"bits": 2, "lst": whole + b"tail"}), bad)
    yield case("list-checksum", "A wrong checksum.", listed({"bits": 2, "lst": whole[:-1] + b"\x7f"}), bad)
    yield case("list-width", "Three bits are not a width.", listed({"bits": 3, "lst": whole}), "STATUS_WIDTH")
    bomb = zlib.compress(bytes(2**24), 9)
    yield case("bomb", "16 MiB of zeros in 16 KiB.", listed({"bits": 2, "lst": bomb}), "STATUS_TOO_LARGE")
    yield case(
        "one-over",
        "One byte over the cap.",
        listed({"bits": 2, "lst": zlib.compress(bytes(2**20 + 1), 9)}),
        "STATUS_TOO_LARGE",
    )
    yield case("at-the-cap", "Exactly at the cap.", listed({"bits": 8, "lst": zlib.compress(bytes(2**20), 9)}), "OK")

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


BAD = "STATUS_MALFORMED"
TOKEN = status_token({INDEX: 1, 5: 3})
PARTS: Any = cbor.decode(TOKEN[1:], max_size=10_000)
FIELDS: Any = cbor.decode(PARTS[2], max_size=10_000)
HEADER: dict[cbor.Key, Any] = {cose.ALG: cose.ES256, cose.KID: STATUS.kid, cose.TYP: "application/statuslist+cwt"}
WITHOUT_KID = {label: value for label, value in HEADER.items() if label != cose.KID}


GOOD = signed_trust()
LIST_PARTS: Any = cbor.decode(GOOD, max_size=10_000)
LIST_FIELDS: Any = cbor.decode(LIST_PARTS[2], max_size=10_000)
LIST_HEADER: dict[cbor.Key, Any] = {cose.ALG: cose.ES256, cose.KID: ROOT.kid}
UNKNOWN_KEY = {1: b"\x07" * 8, 2: 4, 3: b"a key of another kind", 7: "wallet", 9: [1, {"more": "x"}]}
"""A key of a use that a later program may know, of which this one knows nothing but the kid."""


def list_cases() -> Iterator[Case]:
    """All of them."""
    yield from _trust()
    yield from _unknown_uses()
    yield from _tokens()
    yield from _malformed_tokens()
    yield from _token_lists()


def _list(name: str, note: str, data: bytes, code: str, **rest: Any) -> Case:
    return Case(kind="trust", name=f"trust-{name}", note=note, trust=data, expected=code, status=None, **rest)


def resigned_list(payload: cbor.Value, **changes: Any) -> bytes:
    """A list of any contents, signed as the root does."""
    raw = payload if isinstance(payload, bytes) else cbor.encode(payload)
    signer = changes.pop("signer", ROOT)
    protected = cbor.encode(changes.pop("header", LIST_HEADER))
    return raw_sign1(protected, raw, changes.pop("aad", b"VNTL1"), signer, **changes)


def _key_changed(**changes: Any) -> bytes:
    first = {**LIST_FIELDS[4][0], **{int(label[1:]): value for label, value in changes.items()}}
    return resigned_list(LIST_FIELDS | {4: [first, *LIST_FIELDS[4][1:]]})


def _unknown_uses() -> Iterator[Case]:
    case, resigned, key_changed, bad = _list, resigned_list, _key_changed, "TRUST_MALFORMED"
    fields, unknown = LIST_FIELDS, UNKNOWN_KEY
    with_unknown = [unknown, *fields[4]]
    yield case(
        "unknown-use", "A use that nobody knows yet: that key alone is passed over.", key_changed(_7="root"), "OK"
    )
    yield case("unknown-use-new-key", "Beside it, a key of another kind.", resigned(fields | {4: with_unknown}), "OK")
    yield case("unknown-uses-only", "Nothing but unknown uses trusts nobody.", resigned(fields | {4: [unknown]}), "OK")
    twice = [fields[4][0] | {7: "wallet"}, *fields[4]]
    yield case("unknown-use-same-kid", "One kid for a known and an unknown use.", resigned(fields | {4: twice}), bad)
    yield case("unknown-use-doubled", "An unknown key twice.", resigned(fields | {4: [unknown, unknown]}), bad)
    without_kid = {label: value for label, value in unknown.items() if label != 1}
    yield case("unknown-use-no-kid", "An unknown key without a kid.", resigned(fields | {4: [without_kid]}), bad)
    yield case("unknown-use-kid-long", "A kid of nine bytes.", resigned(fields | {4: [unknown | {1: bytes(9)}]}), bad)
    yield case("use-number", "A use that is no text.", key_changed(_7=7), bad)
    yield case("use-hidden", "A hidden character in the use.", key_changed(_7="qr\u200b"), bad)
    yield case("use-empty", "An empty use.", key_changed(_7=""), bad)
    yield case(
        "unknown-use-bad-neighbour",
        "An unknown use excuses no known key: the point of the next one is off the curve.",
        resigned(fields | {4: [unknown, fields[4][0] | {4: bytes(32)}]}),
        bad,
    )
    yield case(
        "unknown-use-forged",
        "Put in after signing.",
        resigned(fields | {4: with_unknown}, signature=LIST_PARTS[3]),
        "TRUST_BAD_SIGNATURE",
    )
    yield case(
        "unknown-use-and-field", "An unknown field of the list.", resigned(fields | {4: with_unknown, 5: 1}), bad
    )


def _trust() -> Iterator[Case]:
    case, resigned, key_changed = _list, resigned_list, _key_changed
    good, parts, fields, header = GOOD, LIST_PARTS, LIST_FIELDS, LIST_HEADER
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
    yield case("peer-key", "A key of another vault, which signs no credentials.", key_changed(_7="peer"), "OK")
    yield case("issuer-hidden", "A hidden character in the issuer.", key_changed(_2="VN\u200b"), bad)
    yield case("key-extra", "A field of a key that nobody knows.", key_changed(_9=1), bad)
    yield case("unsorted", "Fields in another order.", resigned(b"\xa4\x02\x01\x01\x07\x03\x02\x04\x80"), bad)


def _token(name: str, note: str, data: bytes, code: str, **rest: Any) -> Case:
    return Case(kind="status", name=f"token-{name}", note=note, status=data, expected=code, **rest)


def _resigned(payload: cbor.Value, **changes: Any) -> bytes:
    """Claims of any kind, signed as the status key does."""
    raw = payload if isinstance(payload, bytes) else cbor.encode(payload)
    return raw_sign1(cbor.encode(changes.pop("header", HEADER)), raw, b"", changes.pop("signer", STATUS), **changes)


def _listed(value: Any) -> bytes:
    """A token around any list."""
    return _resigned(FIELDS | {65533: value})


def _tokens() -> Iterator[Case]:
    yield _token("good", "The agency's own list.", TOKEN, "OK")
    yield _token("untagged", "Tag 18 may be left out.", TOKEN[1:], "OK")
    yield _token(
        "kid-unprotected",
        "The draft's example keeps the kid there.",
        _resigned(FIELDS, header=WITHOUT_KID, unprotected={4: STATUS.kid}),
        "OK",
    )
    yield _token(
        "no-issuer",
        "The draft needs no issuer: the key's is taken.",
        _resigned({k: v for k, v in FIELDS.items() if k != 1}),
        "OK",
    )
    yield _token("only-exp", "Without ttl.", _resigned({k: v for k, v in FIELDS.items() if k != 65534}), "OK")
    yield _token("only-ttl", "Without exp.", _resigned({k: v for k, v in FIELDS.items() if k != 4}), "OK")
    yield _token("wrong-address", "Fetched from elsewhere than it says.", TOKEN, "STATUS_WRONG_URI", uri=f"{URI}1")
    yield _token("from-future", "From the future.", TOKEN, "STATUS_FROM_FUTURE", now=NOW - DAY)
    yield _token(
        "forged", "Another key under our identifier.", _resigned(FIELDS, signer=FORGER), "STATUS_BAD_SIGNATURE"
    )
    yield _token(
        "changed",
        "One entry changed after signing.",
        _resigned(FIELDS | {65533: {"bits": 2, "lst": zlib.compress(bytes(2048), 9)}}, signature=PARTS[3]),
        "STATUS_BAD_SIGNATURE",
    )
    key = "STATUS_KEY_UNKNOWN"
    yield _token("stranger", "A key that nobody lists.", status_token(signer=STRANGER), key)
    yield _token("key-of-other-use", "A credential key signs a list.", status_token(signer=AGENCY), key)
    vault_key = signed_trust(trust_list(entry(STATUS, use="peer")))
    yield _token("peer-key", "A key that speaks for another vault signs a list.", TOKEN, key, trust=vault_key)
    yield _token(
        "key-revoked",
        "A revoked key.",
        TOKEN,
        key,
        trust=signed_trust(trust_list(entry(STATUS, use="status", revoked_at=NOW))),
    )
    yield _token(
        "key-over",
        "After the key's term.",
        TOKEN,
        key,
        trust=signed_trust(trust_list(entry(STATUS, use="status", not_after=NOW - DAY))),
    )
    yield _token("no-kid", "No key identifier.", _resigned(FIELDS, header=WITHOUT_KID), key)
    yield _token(
        "other-issuer", "Says it comes from another agency.", status_token(issuer="VN-MAU-02"), "STATUS_ISSUER_MISMATCH"
    )


def _malformed_tokens() -> Iterator[Case]:
    yield _token("trailing", "A byte too many.", TOKEN + b"\0", BAD)
    yield _token("truncated", "Cut.", TOKEN[:-1], BAD)
    yield _token("nothing", "No bytes.", b"", BAD)
    yield _token(
        "other-type", "A token of another type.", _resigned(FIELDS, header=HEADER | {16: "application/cwt"}), BAD
    )
    yield _token(
        "no-type",
        "A token of no type.",
        _resigned(FIELDS, header={k: v for k, v in HEADER.items() if k != cose.TYP}),
        BAD,
    )
    yield _token("algorithm", "Another algorithm.", _resigned(FIELDS, header=HEADER | {1: -35}), BAD)
    yield _token("extra-header", "Another header.", _resigned(FIELDS, unprotected={5: 1}), BAD)
    yield _token("signature-short", "Half a signature.", _resigned(FIELDS, signature=PARTS[3][:32]), BAD)
    yield _token(
        "no-end", "Neither exp nor ttl.", _resigned({k: v for k, v in FIELDS.items() if k not in {4, 65534}}), BAD
    )
    yield _token("doubled-claim", "A claim twice.", _resigned(b"\xa2\x06\x01\x06\x01"), BAD)
    yield _token("ttl-text", "A ttl as text.", _resigned(FIELDS | {65534: "day"}), BAD)
    yield _token(
        "no-subject", "Nobody knows which list this is.", _resigned({k: v for k, v in FIELDS.items() if k != 2}), BAD
    )
    yield _token("unknown-claim", "A claim that nobody knows.", _resigned(FIELDS | {99: 1}), BAD)
    yield _token("claims-array", "Claims as an array.", _resigned([1, 2]), BAD)
    yield _token("subject-number", "A subject as a number.", _resigned(FIELDS | {2: 1}), BAD)
    yield _token("subject-hidden", "A hidden character in the subject.", _resigned(FIELDS | {2: f"{URI}\u200b"}), BAD)
    yield _token("issued-negative", "Issued before 1970.", _resigned(FIELDS | {6: -1}), BAD)


def _token_lists() -> Iterator[Case]:
    yield _token("list-text", "A list as text.", _listed({"bits": 2, "lst": "eNrbuRgAAhcBXQ"}), BAD)
    yield _token("list-no-bits", "A list without its width.", _listed({"lst": b""}), BAD)
    yield _token("list-not-zlib", "Bytes that are no zlib stream.", _listed({"bits": 2, "lst": b"not zlib"}), BAD)
    yield _token("list-empty", "No bytes where the list should be.", _listed({"bits": 2, "lst": b""}), BAD)
    whole = zlib.compress(bytes(2048), 9)
    yield _token("list-cut", "A zlib stream that was cut.", _listed({"bits": 2, "lst": whole[:-3]}), BAD)
    yield _token("list-tail", "Bytes after the zlib stream.", _listed({"bits": 2, "lst": whole + b"tail"}), BAD)
    yield _token("list-checksum", "A wrong checksum.", _listed({"bits": 2, "lst": whole[:-1] + b"\x7f"}), BAD)
    yield _token("list-width", "Three bits are not a width.", _listed({"bits": 3, "lst": whole}), "STATUS_WIDTH")
    bomb = zlib.compress(bytes(2**24), 9)
    yield _token("bomb", "16 MiB of zeros in 16 KiB.", _listed({"bits": 2, "lst": bomb}), "STATUS_TOO_LARGE")
    yield _token(
        "one-over",
        "One byte over the cap.",
        _listed({"bits": 2, "lst": zlib.compress(bytes(2**20 + 1), 9)}),
        "STATUS_TOO_LARGE",
    )
    yield _token("at-the-cap", "Exactly at the cap.", _listed({"bits": 8, "lst": zlib.compress(bytes(2**20), 9)}), "OK")

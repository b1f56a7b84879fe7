"""Every golden case, written as what is bent and what must come of it. `generate.py` turns them into JSON."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import qr
from qr import base32, cbor, claims, cose
from tests.golden.qr.world import (
    AGENCY,
    CLAIMS,
    DAY,
    ENTRIES,
    FORGER,
    HOST,
    ISSUER,
    NOW,
    ORDER,
    OTHER_AGENCY,
    OTHER_ROOT,
    OTHER_STATUS,
    ROOT,
    STATUS,
    STRANGER,
    URI,
    Case,
    bent_text,
    entry,
    headers,
    message_of,
    raw_sign1,
    signed_trust,
    status_token,
    text_of,
    trust_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = text_of(message_of())
FRAGMENT = GOOD.split("#", 1)[1]
MESSAGE = base32.decode(FRAGMENT)
PAYLOAD = claims.encode(CLAIMS)
INDEX = CLAIMS.status.index
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def all_cases() -> list[Case]:
    """All of them, by name."""
    made = [
        *_valid(),
        *_not_ours(),
        *_malformed_text(),
        *_malformed_cbor(),
        *_malformed_cose(),
        *_malformed_claims(),
        *_malformed_characters(),
        *_issuer(),
        *_signature(),
        *_time(),
        *_status(),
        *_several(),
        *_trust(),
        *_tokens(),
    ]
    return sorted(made, key=lambda case: case.name)


def _issued(name: str, note: str, changed: qr.Claims = CLAIMS, **rest: Any) -> Case:
    text = qr.issue(changed, sign=AGENCY.sign, kid=AGENCY.kid, host=HOST)
    return Case(name=name, note=note, text=text, content=changed, **({"expected": "VALID"} | rest))


def _valid() -> Iterator[Case]:
    yield _issued("valid", "The plain case: signed, in term, not revoked.")
    yield _issued("valid-no-term", "A paper without a term has no exp.", replace(CLAIMS, expires_at=None))
    digest = replace(CLAIMS, original_digest16=bytes(range(16)))
    yield _issued("valid-digest", "With the first half of the original's digest.", digest)
    bare = replace(CLAIMS, number="", holder_masked="", issued_on=None, expires_at=None)
    yield _issued("valid-least", "Old papers carry no number, no day, no identifier.", bare)
    old = replace(CLAIMS, issued_on=claims.EPOCH - 20_000 * DAY)
    yield _issued("valid-before-1970", "Days are negative before 1970.", old)
    han = replace(CLAIMS, holder_name="Y Krông Mlô Duôn Dŭ 阮𠊛", number="45/GKS–UBND")
    yield _issued("valid-many-scripts", "Names outside the Kinh alphabet, a dash, ideographs of plane 2.", han)
    yield _issued(
        "valid-clock-skew",
        "Issued four minutes ahead of a slow clock.",
        now=CLAIMS.issued_at - 4 * 60 * SECOND,
        status=status_token(now=CLAIMS.issued_at - HOUR),
        loaded=NOW,
    )
    yield _issued(
        "valid-last-second",
        "One second before exp.",
        now=NOW + 300 * DAY - SECOND,
        loaded=NOW,
        trust=signed_trust(trust_list(next_update=NOW + 400 * DAY)),
        status=status_token(ttl=365 * DAY, exp=NOW + 365 * DAY),
    )
    yield _issued(
        "valid-key-expired-since",
        "What a key signed in its term stays valid after the term.",
        trust=signed_trust(trust_list(entry(AGENCY, not_after=NOW - DAY), ENTRIES[1])),
    )
    s = int.from_bytes(MESSAGE[-32:], "big")
    yield Case(
        name="valid-other-s",
        note="ECDSA accepts s and n - s; both implementations do.",
        text=text_of(MESSAGE[:-32] + (ORDER - s).to_bytes(32, "big")),
        content=CLAIMS,
        expected="VALID",
    )
    revoked = signed_trust(trust_list(entry(AGENCY, revoked_at=NOW - DAY), ENTRIES[1]))
    yield _issued(
        "valid-key-revoked-with-proof",
        "Signed before the key was revoked, and the log shows it from before.",
        trust=revoked,
        logged_at=NOW - 2 * DAY,
    )


def _not_ours() -> Iterator[Case]:
    texts = {
        "plain-url": (f"https://{HOST}/", "A page of the pinned host that is no credential."),
        "empty": ("", "Nothing."),
        "lookalike-host": (f"https://qr.kho-s0.example/q#{FRAGMENT}", "One letter of the host is a digit."),
        "host-as-subdomain": (f"https://{HOST}.evil.example/q#{FRAGMENT}", "The pinned host in front of another one."),
        "host-with-prefix": (f"https://evil-{HOST}/q#{FRAGMENT}", "Something before the pinned host."),
        "host-as-userinfo": (f"https://{HOST}@evil.example/q#{FRAGMENT}", "The pinned host as a user name."),
        "host-cyrillic": (f"https://qr.kho-sо.example/q#{FRAGMENT}", "A Cyrillic letter in the host."),
        "host-upper-case": (f"https://{HOST.upper()}/q#{FRAGMENT}", "There is one spelling of the host."),
        "host-with-port": (f"https://{HOST}:444/q#{FRAGMENT}", "Another port is another host."),
        "http": (f"http://{HOST}/q#{FRAGMENT}", "Without TLS."),
        "other-path": (f"https://{HOST}/Q#{FRAGMENT}", "Another path."),
        "query-not-fragment": (f"https://{HOST}/q?{FRAGMENT}", "A query would reach the server's log."),
        "leading-space": (f" {GOOD}", "Nothing stands before the text."),
        "eu-dcc": (
            "HC1:6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA",
            "Another format.",
        ),
        "digits": ("0123456789", "A bar code of some goods."),
    }
    for name, (text, note) in texts.items():
        yield Case(name=f"not-ours-{name}", note=note, text=text, expected="NOT_ISSUED_BY_US")


def _malformed(name: str, note: str, text: str, reason: str) -> Case:
    return Case(name=f"malformed-{name}", note=note, text=text, expected="MALFORMED", reasons=("MALFORMED", reason))


def _malformed_text() -> Iterator[Case]:
    start = f"https://{HOST}/q#"
    last = base32.ALPHABET[base32.ALPHABET.index(FRAGMENT[-1]) | 1]
    spare = FRAGMENT[:-1] + last
    yield _malformed("empty-fragment", "No bytes at all.", start, "CBOR")
    yield _malformed("lower-case", "One spelling only.", start + FRAGMENT.lower(), "BASE32")
    yield _malformed("padded", "Padding is not used.", f"{start}{FRAGMENT}====", "BASE32")
    yield _malformed("alphabet", "0, 1, 8 and 9 are not base32.", f"{start}{FRAGMENT[:-1]}0", "BASE32")
    yield _malformed(
        "base32-length",
        "No number of bytes has this many characters.",
        start + FRAGMENT[: len(FRAGMENT) // 8 * 8 + 1],
        "BASE32",
    )
    yield _malformed("trailing-space", "Nothing stands after the text.", f"{GOOD} ", "BASE32")
    yield _malformed("second-fragment", "Nor a second fragment.", f"{GOOD}#A", "BASE32")
    yield _malformed("too-long", "Longer than any printed symbol.", start + "A" * 536, "TOO_LONG")
    yield _malformed(
        "too-long-unicode", "Measured before it is decoded, whatever it is.", start + "ế" * 529, "TOO_LONG"
    )
    if spare != FRAGMENT and len(FRAGMENT) % 8:
        yield _malformed("spare-bits", "Unused bits of the last character are zero.", start + spare, "BASE32")


def _malformed_cbor() -> Iterator[Case]:
    def outer(name: str, note: str, message: bytes) -> Case:
        return _malformed(name, note, text_of(message), "CBOR")

    def inner(name: str, note: str, payload: bytes) -> Case:
        return _malformed(name, note, text_of(message_of(payload)), "CBOR")

    yield outer("trailing-byte", "A byte after the message.", MESSAGE + b"\x00")
    yield outer("truncated", "The last byte is missing.", MESSAGE[:-1])
    yield outer("tag-18", "VNQ1 is untagged.", b"\xd2" + MESSAGE)
    yield outer("tag-61", "No CWT tag either.", b"\xd8\x3d" + MESSAGE)
    yield outer("indefinite-array", "An array of indefinite length.", b"\x9f" + MESSAGE[1:] + b"\xff")
    yield outer("long-array-head", "Four needs no second byte.", b"\x98\x04" + MESSAGE[1:])
    yield outer("huge-length", "A byte string of 4 GiB in 6 bytes.", b"\x84\x5a\xff\xff\xff\xff")
    yield outer("huge-array", "An array of 2^64 - 1 items.", b"\x9b" + b"\xff" * 8)
    yield outer("deep-nesting", "Nested beyond what the format needs.", b"\x81" * 200)
    yield outer("reserved-head", "Additional information 28 is reserved.", b"\x9c" + MESSAGE[1:])
    yield outer("break-alone", "A break with nothing to end.", b"\xff")
    yield outer("indefinite-bytes", "The payload in chunks.", MESSAGE.replace(b"\xa0\x58", b"\xa0\x5f\x58", 1))
    first = PAYLOAD.index(b"\x01") + 1
    yield inner("trailing-in-payload", "A byte after the claims.", PAYLOAD + b"\xf6")
    yield inner("indefinite-map", "Claims in a map of indefinite length.", b"\xbf" + PAYLOAD[1:] + b"\xff")
    yield inner(
        "doubled-key", "The issuer twice.", bytes([PAYLOAD[0] + 1]) + PAYLOAD[1:first] + b"\x61X\x01" + PAYLOAD[first:]
    )
    yield inner("unsorted-keys", "The claims in another order.", _unsorted())
    yield inner("long-key", "Key 1 written in two bytes.", PAYLOAD[:1] + b"\x18\x01" + PAYLOAD[first:])
    iat = b"\x06\x1a" + struct.pack(">I", claims.seconds(CLAIMS.issued_at))
    yield inner(
        "long-integer", "The time in eight bytes where four do.", PAYLOAD.replace(iat, b"\x06\x1b\0\0\0\0" + iat[2:])
    )
    yield inner(
        "float-time",
        "A time as a floating point number.",
        PAYLOAD.replace(iat, b"\x06\xfb" + struct.pack(">d", claims.seconds(CLAIMS.issued_at))),
    )
    yield inner("undefined", "The simple value undefined.", PAYLOAD.replace(iat, b"\x06\xf7"))
    yield inner(
        "beyond-2-53", "An integer that a browser cannot hold.", PAYLOAD.replace(iat, b"\x06\x1b\x00\x20" + b"\0" * 6)
    )
    yield inner("beyond-minus-2-53", "Nor a negative one.", PAYLOAD.replace(iat, b"\x06\x3b\x00\x1f" + b"\xff" * 6))
    name = CLAIMS.holder_name.encode()
    yield inner("not-utf-8", "A name that is not UTF-8.", PAYLOAD.replace(name, b"\xc0" + name[1:]))
    yield inner("surrogate", "A lone surrogate in UTF-8 dress.", PAYLOAD.replace(name[:3], b"\xed\xa0\x80"))
    yield inner("payload-empty", "No claims at all.", b"")
    yield inner("bytes-key", "Map keys are integers or text.", PAYLOAD[:1] + b"\x41\x01" + PAYLOAD[first:])


def _unsorted() -> bytes:
    """The claims with the text issuer moved behind the others."""
    issuer = b"\x01" + cbor.encode(ISSUER)
    return PAYLOAD[:1] + PAYLOAD[1 + len(issuer) :] + issuer


def _malformed_cose() -> Iterator[Case]:
    def bent(name: str, note: str, reason: str = "COSE", **changes: Any) -> Case:
        return _malformed(name, note, text_of(message_of(**changes)), reason)

    parts: Any = cbor.decode(MESSAGE, max_size=1000)
    yield _malformed("array-of-three", "No signature.", text_of(cbor.encode(parts[:3])), "COSE")
    yield _malformed("array-of-five", "An extra item.", text_of(cbor.encode([*parts, 0])), "COSE")
    yield _malformed("a-map", "A map where the message should be.", text_of(cbor.encode({1: 2})), "COSE")
    yield _malformed("a-number", "A number where the message should be.", text_of(b"\x00"), "COSE")
    yield _malformed(
        "payload-detached", "A detached payload.", text_of(cbor.encode([parts[0], {}, None, parts[3]])), "COSE"
    )
    yield _malformed(
        "payload-text", "A payload as text.", text_of(cbor.encode([parts[0], {}, "claims", parts[3]])), "COSE"
    )
    yield _malformed(
        "unprotected-array", "Headers are maps.", text_of(cbor.encode([parts[0], [], parts[2], parts[3]])), "COSE"
    )
    yield _malformed(
        "protected-array", "The protected header too.", text_of(cbor.encode([b"\x80", {}, parts[2], parts[3]])), "COSE"
    )
    yield _malformed(
        "protected-map-itself", "Not wrapped in bytes.", text_of(cbor.encode([{1: -7}, {}, parts[2], parts[3]])), "COSE"
    )
    yield bent("unprotected-filled", "An unprotected header is nobody's word.", unprotected={4: AGENCY.kid})
    yield bent("protected-empty", "No header at all.", protected=b"\xa0")
    yield bent("protected-extra", "An unknown critical header.", protected=headers(more={2: [99]}))
    yield bent("algorithm-missing", "No algorithm.", protected=headers(alg=None))
    yield bent("kid-missing", "No key identifier.", protected=headers(kid=None))
    yield bent("kid-short", "Half a key identifier.", protected=headers(kid=AGENCY.kid[:4]))
    yield bent("kid-text", "A key identifier as text.", protected=headers(kid="agency"))
    for name, value in (("eddsa", -8), ("es384", -35), ("hmac", 5), ("text", "ES256"), ("zero", 0)):
        yield bent(
            f"algorithm-{name}",
            "Only ES256, whatever the header says.",
            "WRONG_ALGORITHM",
            protected=headers(alg=value),
        )
    good = MESSAGE[-64:]
    for name, value in (("short", good[:-1]), ("long", good + b"\0"), ("empty", b""), ("der", cose.der_from_raw(good))):
        yield bent(f"signature-{name}", "A raw ES256 signature has 64 bytes.", "SIGNATURE_SIZE", signature=value)


def _malformed_claims() -> Iterator[Case]:
    def bent(name: str, note: str, **changes: Any) -> Case:
        return _malformed(f"claims-{name}", note, bent_text(**changes), "CLAIMS")

    for label, name in ((1, "issuer"), (6, "time"), (7, "record"), (65535, "status"), (-70001, "paper")):
        yield bent(f"no-{name}", f"Claim {label} is missing.", drop=(label,))
    for label, name in ((1, "type"), (2, "number"), (4, "name"), (5, "masked")):
        yield bent(f"no-paper-{name}", f"Field {label} of the paper is missing.", drop_paper=(label,))
    yield bent("unknown", "A claim that VNQ1 does not know.", claims={5: 1})
    yield bent("unknown-text", "Another one, under a text key.", claims={"iss": "x"})
    yield bent("unknown-in-paper", "A field that the paper does not know.", paper={7: 1})
    yield bent("record-short", "Seven bytes of record.", claims={7: b"7 bytes"})
    yield bent("record-text", "A record as text.", claims={7: "8 bytes!"})
    yield bent("time-negative", "Before 1970.", claims={6: -1})
    yield bent("time-after-9999", "Beyond the calendar.", claims={6: claims.LAST_SECOND + 1})
    yield bent("time-text", "A time as text.", claims={6: "now"})
    yield bent("time-true", "True is not 1.", claims={6: True})
    yield bent("exp-null", "A term of nothing.", claims={4: None})
    yield bent("issuer-empty", "Nobody issued it.", claims={1: ""})
    yield bent("issuer-number", "An issuer as a number.", claims={1: 1})
    yield bent("name-empty", "Nobody's paper.", paper={4: ""})
    yield bent("name-bytes", "A name as bytes.", paper={4: b"name"})
    yield bent("day-text", "A day as text.", paper={3: "2026-01-03"})
    yield bent("day-beyond", "A day beyond 9999.", paper={3: claims.LAST_DAY + 1})
    yield bent("day-before", "A day before year 1.", paper={3: claims.FIRST_DAY - 1})
    yield bent("digest-whole", "Sixteen bytes of the digest, not 32.", paper={6: bytes(32)})
    yield bent("paper-array", "The paper as an array.", claims={-70001: [1, 2]})
    reference = {"idx": 1, "uri": URI}
    yield bent("status-extra", "A second kind of status.", claims={65535: {"status_list": reference, "other": 1}})
    yield bent("status-no-uri", "A status without an address.", claims={65535: {"status_list": {"idx": 1}}})
    yield bent("status-negative", "A negative index.", claims={65535: {"status_list": reference | {"idx": -1}}})
    yield bent(
        "status-beyond", "An index beyond any list.", claims={65535: {"status_list": reference | {"idx": 2**31}}}
    )
    yield bent(
        "status-http", "A status list without TLS.", claims={65535: {"status_list": reference | {"uri": "http://x/"}}}
    )
    yield bent("status-number", "A status as a number.", claims={65535: 0})
    yield _malformed("claims-an-array", "Claims are a map.", text_of(message_of(b"\x80")), "CLAIMS")


def _malformed_characters() -> Iterator[Case]:
    names = {
        "decomposed": ("Nguye\u0302\u0303n Ma\u0302\u0303u", "Not NFC: it would compare unequal to itself."),
        "bidi-override": ("Nguyễn \u202euẫM", "Reads backwards."),
        "bidi-isolate": ("Nguyễn \u2067Mẫu\u2069", "An isolate."),
        "zero-width": ("Nguyễn\u200b Mẫu", "A space that nobody sees."),
        "soft-hyphen": ("Nguyễn\u00ad Mẫu", "A hyphen that nobody sees."),
        "control": ("Nguyễn\u0000Mẫu", "A control character."),
        "newline": ("Nguyễn\nMẫu", "A second line."),
        "line-separator": ("Nguyễn\u2028Mẫu", "A line separator."),
        "byte-order-mark": ("\ufeffNguyễn Mẫu", "A byte order mark at the start."),
        "private-use": ("Nguyễn \ue000", "What this is, only a font knows."),
        "variation": ("Nguyễn M\ufe0fẫu", "A variation selector."),
        "picture": ("Nguyễn \U0001f600", "A picture."),
        "mathematical": ("\U0001d40dguyễn Mẫu", "A look-alike letter."),
        "tag": ("Nguyễn\U000e0041 Mẫu", "A tag character."),
        "noncharacter": ("Nguyễn \ufdd0", "Not a character."),
        "hangul-filler": ("Nguyễn \u3164", "A letter that nobody sees."),
    }
    for name, (text, note) in names.items():
        yield _malformed(f"name-{name}", note, bent_text(paper={4: text}), "CHARACTERS")
    yield _malformed("issuer-hidden", "In the issuer.", bent_text(claims={1: "VN\u200b01"}), "CHARACTERS")
    yield _malformed("number-hidden", "In the number.", bent_text(paper={2: "1\u200e2"}), "CHARACTERS")
    yield _malformed("masked-hidden", "In the masked identifier.", bent_text(paper={5: "1\u200f2"}), "CHARACTERS")
    yield _malformed("type-hidden", "In the type.", bent_text(paper={1: "a\u2060b"}), "CHARACTERS")
    uri = {"status_list": {"idx": 1, "uri": "https://x/\u202e"}}
    yield _malformed("uri-hidden", "In the address of the list.", bent_text(claims={65535: uri}), "CHARACTERS")


def _refused(name: str, note: str, *reasons: str, **rest: Any) -> Case:
    return Case(
        name=name, note=note, expected=reasons[0], reasons=reasons, **({"text": GOOD, "content": CLAIMS} | rest)
    )


def _issuer() -> Iterator[Case]:
    def unknown(name: str, note: str, *reasons: str, **rest: Any) -> Case:
        return _refused(f"issuer-{name}", note, "UNKNOWN_ISSUER", *reasons, **rest)

    def listed(**changes: Any) -> bytes:
        return signed_trust(trust_list(entry(AGENCY, **changes), ENTRIES[1]))

    stranger = text_of(message_of(protected=headers(kid=STRANGER.kid), signer=STRANGER))
    yield unknown("unknown-key", "A well-formed credential of a key that nobody lists.", "KEY_UNKNOWN", text=stranger)
    other = text_of(message_of(protected=headers(kid=OTHER_AGENCY.kid), signer=OTHER_AGENCY))
    yield unknown("mismatch", "A listed agency speaks for another one.", "ISSUER_MISMATCH", text=other)
    status = text_of(message_of(protected=headers(kid=STATUS.kid), signer=STATUS))
    yield unknown("key-of-other-use", "A status key signs a credential.", "KEY_USE", text=status)
    yield unknown(
        "before-key", "Issued before the key came into force.", "KEY_NOT_IN_FORCE", trust=listed(not_before=NOW - DAY)
    )
    yield unknown(
        "after-key", "Issued after the key's term.", "KEY_NOT_IN_FORCE", trust=listed(not_after=NOW - 9 * DAY)
    )
    yield unknown(
        "key-revoked-before", "Issued after the key was revoked.", "KEY_REVOKED", trust=listed(revoked_at=NOW - 9 * DAY)
    )
    yield unknown(
        "key-revoked-at-once",
        "Issued in the second of the revocation.",
        "KEY_REVOKED",
        trust=listed(revoked_at=CLAIMS.issued_at),
    )
    yield unknown(
        "key-revoked-logged-late",
        "Dated after the revocation: a log entry from before cannot be its own.",
        "KEY_REVOKED",
        trust=listed(revoked_at=NOW - 9 * DAY),
        logged_at=NOW - 10 * DAY,
    )
    yield unknown(
        "key-revoked-since",
        "Issued before the revocation, but without a proof the date may be forged.",
        "KEY_REVOKED_NO_PROOF",
        trust=listed(revoked_at=NOW - DAY),
    )
    yield unknown(
        "key-revoked-proof-late",
        "The log shows it only after the revocation.",
        "KEY_REVOKED_NO_PROOF",
        trust=listed(revoked_at=NOW - DAY),
        logged_at=NOW - DAY,
    )
    yield unknown(
        "trust-outdated",
        "The list at hand is past its next update.",
        "TRUST_LIST_OUTDATED",
        now=NOW + 30 * DAY,
        loaded=NOW,
        status=status_token(ttl=60 * DAY, exp=NOW + 60 * DAY),
    )
    yield unknown(
        "two-objections",
        "Another agency's key, and outside its term.",
        "ISSUER_MISMATCH",
        "KEY_NOT_IN_FORCE",
        text=other,
        trust=signed_trust(trust_list(entry(OTHER_AGENCY, "VN-MAU-02", not_before=NOW), ENTRIES[1])),
    )


def _signature() -> Iterator[Case]:
    def bad(name: str, note: str, text: str, **rest: Any) -> Case:
        return _refused(f"signature-{name}", note, "BAD_SIGNATURE", text=text, **rest)

    good = MESSAGE[-64:]
    changed = claims.encode(replace(CLAIMS, holder_name="Nguyễn Thị Giả"))
    yield bad("of-other-content", "The name was changed after signing.", text_of(message_of(changed, signature=good)))
    yield bad("of-forger", "Another key signs under our identifier.", text_of(message_of(signer=FORGER)))
    yield bad("flipped-bit", "One bit of the signature.", text_of(MESSAGE[:-1] + bytes([MESSAGE[-1] ^ 1])))
    yield bad("zero", "r = s = 0.", text_of(message_of(signature=bytes(64))))
    yield bad("r-zero", "r = 0.", text_of(message_of(signature=bytes(32) + good[32:])))
    yield bad("all-ones", "r and s beyond the order.", text_of(message_of(signature=b"\xff" * 64)))
    order = ORDER.to_bytes(32, "big")
    yield bad("order", "r = s = n.", text_of(message_of(signature=order * 2)))
    yield bad("swapped", "s before r.", text_of(message_of(signature=good[32:] + good[:32])))
    yield bad("of-trust-list", "Signed as a trust list: the types are kept apart.", text_of(message_of(aad=b"VNTL1")))
    yield bad("no-aad", "Signed as a plain CWT.", text_of(message_of(aad=b"")))
    little = good[:32][::-1] + good[32:][::-1]
    yield bad("little-endian", "r and s in the wrong byte order.", text_of(message_of(signature=little)))
    forged = text_of(message_of(protected=headers(kid=OTHER_AGENCY.kid), signer=FORGER))
    yield _refused(
        "signature-and-issuer",
        "Neither may speak nor does the signature hold.",
        "UNKNOWN_ISSUER",
        "ISSUER_MISMATCH",
        "BAD_SIGNATURE",
        text=forged,
    )


def _time() -> Iterator[Case]:
    late = {
        "trust": signed_trust(trust_list(next_update=NOW + 500 * DAY)),
        "loaded": NOW,
        "status": status_token(ttl=365 * DAY, exp=NOW + 365 * DAY),
    }
    yield _refused("time-expired", "Past its term.", "EXPIRED", now=NOW + 301 * DAY, **late)
    yield _refused("time-expired-at-once", "Exactly at exp.", "EXPIRED", now=NOW + 300 * DAY, **late)
    early = CLAIMS.issued_at - 6 * 60 * SECOND
    yield _refused(
        "time-not-yet",
        "Issued six minutes in the future.",
        "NOT_YET_VALID",
        now=early,
        loaded=NOW,
        status=status_token(now=early - HOUR),
    )
    upside = replace(CLAIMS, expires_at=CLAIMS.issued_at - DAY)
    text = qr.issue(upside, sign=AGENCY.sign, kid=AGENCY.kid, host=HOST)
    yield _refused("time-ends-before-it-begins", "exp before iat.", "EXPIRED", text=text, content=upside)


def _status() -> Iterator[Case]:
    for name, value in (("revoked", 1), ("suspended", 2), ("superseded", 3)):
        yield _refused(f"status-{name}", "Withdrawn by the issuer.", name.upper(), status=status_token({INDEX: value}))
        wide = status_token({INDEX: value}, bits=8)
        yield _refused(f"status-{name}-8-bit", "The same in a list of eight bits.", name.upper(), status=wide)
    neighbours = {INDEX - 1: 1, INDEX + 1: 1, INDEX ^ 2: 3}
    yield _issued("status-neighbours", "The neighbours are revoked, this one is not.", status=status_token(neighbours))
    stale = "STATUS_STALE"
    yield _refused("stale-no-list", "No list at hand.", stale, "STATUS_MISSING", status=None)
    yield _refused(
        "stale-other-list", "The list of another address.", stale, "STATUS_MISSING", status=status_token(uri=f"{URI}0")
    )
    yield _refused(
        "stale-short-list", "The list ends before this entry.", stale, "STATUS_MISSING", status=status_token(entries=64)
    )
    other = status_token(signer=OTHER_STATUS, issuer="VN-MAU-02")
    yield _refused(
        "stale-other-issuer", "Another agency's list at this address.", stale, "STATUS_ISSUER_MISMATCH", status=other
    )
    yield _refused(
        "stale-ttl", "Older than it may be cached.", stale, "STATUS_OUTDATED", now=NOW + 23 * HOUR, loaded=NOW
    )
    short = status_token(exp=NOW + HOUR)
    yield _refused(
        "stale-exp",
        "Exactly at the list's own end.",
        stale,
        "STATUS_OUTDATED",
        now=NOW + HOUR,
        loaded=NOW,
        status=short,
    )
    future = status_token(now=NOW)
    yield _refused(
        "stale-from-future",
        "A list from the future of a clock that was set back.",
        stale,
        "STATUS_FROM_FUTURE",
        now=NOW - HOUR,
        loaded=NOW,
        status=future,
    )
    yield _refused(
        "stale-unknown-value",
        "A status this format does not know.",
        stale,
        "STATUS_VALUE_UNKNOWN",
        status=status_token({INDEX: 7}, bits=4),
    )


def _several() -> Iterator[Case]:
    gone = CLAIMS.expires_at
    assert gone is not None
    trust = signed_trust(trust_list(next_update=NOW + 500 * DAY))
    late: dict[str, Any] = {"now": gone + DAY, "loaded": NOW, "trust": trust}
    long: dict[str, Any] = {"ttl": 365 * DAY, "exp": NOW + 365 * DAY}
    yield _refused(
        "several-revoked-expired",
        "Revoked wins over expired.",
        "REVOKED",
        "EXPIRED",
        **late,
        status=status_token({INDEX: 1}, **long),
    )
    yield _refused(
        "several-superseded-expired",
        "Superseded wins over expired.",
        "SUPERSEDED",
        "EXPIRED",
        **late,
        status=status_token({INDEX: 3}, **long),
    )
    yield _refused(
        "several-suspended-expired",
        "Suspended wins over expired.",
        "SUSPENDED",
        "EXPIRED",
        **late,
        status=status_token({INDEX: 2}, **long),
    )
    yield _refused(
        "several-expired-stale",
        "Expired wins over stale.",
        "EXPIRED",
        "STATUS_STALE",
        "STATUS_MISSING",
        **late,
        status=None,
    )
    yield _refused(
        "several-revoked-stale",
        "An old list still revokes.",
        "REVOKED",
        "STATUS_STALE",
        "STATUS_OUTDATED",
        status=status_token({INDEX: 1}),
        now=NOW + 9 * DAY,
        loaded=NOW,
    )
    yield _refused(
        "several-all",
        "Key not allowed, revoked, expired and stale.",
        "UNKNOWN_ISSUER",
        "TRUST_LIST_OUTDATED",
        "REVOKED",
        "EXPIRED",
        "STATUS_STALE",
        "STATUS_OUTDATED",
        now=gone,
        loaded=NOW,
        status=status_token({INDEX: 1}),
    )
    early = CLAIMS.issued_at - HOUR
    yield _refused(
        "several-early-revoked",
        "Not yet valid wins over revoked.",
        "NOT_YET_VALID",
        "REVOKED",
        now=early,
        loaded=NOW,
        status=status_token({INDEX: 1}, now=early - HOUR),
    )


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

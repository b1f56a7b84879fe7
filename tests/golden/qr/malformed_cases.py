"""The golden cases of credentials that break the format: text, CBOR, COSE, claims, characters."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from qr import base32, cbor, claims, cose
from tests.golden.qr.world import (
    AGENCY,
    CLAIMS,
    FRAGMENT,
    GOOD,
    HOST,
    ISSUER,
    MESSAGE,
    PAYLOAD,
    URI,
    Case,
    bent_text,
    headers,
    message_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def malformed_cases() -> Iterator[Case]:
    """All of them."""
    yield from _malformed_text()
    yield from _malformed_cbor()
    yield from _malformed_cose()
    yield from _malformed_claims()
    yield from _malformed_characters()


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

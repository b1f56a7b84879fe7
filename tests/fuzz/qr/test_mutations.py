"""Seeded random and mutated input: only the engine's own errors come out, and Python and the browser agree.

`QR_FUZZ` multiplies the number of inputs for a long run.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
from typing import TYPE_CHECKING, Any

import qr
from qr import base32, cbor, claims, cose, sd_cwt
from qr.status_list import decode_status_list
from tests.fuzz.qr.one_input import one_input, seeds
from tests.golden.qr.cases import all_cases
from tests.golden.qr.presentation_cases import AUDIENCE, HOLDER, NONCE, presentation_cases, rebound
from tests.golden.qr.presentation_cases import inner as inner_credential
from tests.golden.qr.presentation_cases import text_of as presentation_text
from tests.golden.qr.presentation_cases import token as presentation_token
from tests.golden.qr.world import (
    AGENCY,
    CLAIMS,
    HOST,
    NOW,
    ROOT,
    STATUS,
    URI,
    content,
    headers,
    raw_sign1,
    signed_trust,
    status_token,
    text_of,
    trust_list,
)
from tests.unit.qr.twin import ask

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = int(os.environ.get("QR_FUZZ", "1"))  # noqa: TID251 - a test run is told its length by environment
RANDOM, MUTATED, PRESENTATIONS = 10_000 * TIMES, 10_000 * TIMES, 2_000 * TIMES
LISTS, FILES, DECODED = 1_000 * TIMES, 5_000 * TIMES, 20_000 * TIMES
TOKENS = [status_token({CLAIMS.status.index: 0, 9: 1})]
HEADS = [
    0x00,
    0x18,
    0x1A,
    0x1B,
    0x20,
    0x40,
    0x58,
    0x5F,
    0x60,
    0x7F,
    0x80,
    0x9F,
    0xA0,
    0xBF,
    0xC0,
    0xD2,
    0xF4,
    0xF6,
    0xFB,
    0xFF,
]
TEXTS = [
    "",
    "A",
    "Nguyễn",
    "Nguye\u0302\u0303n",
    "https://x.example/s/1",
    "\u202e",
    "\u200b",
    "\U0001f600",
    "𠊛",
    "status_list",
    "idx",
]


def mutate(data: bytes, rng: random.Random) -> bytes:
    """One to three small injuries: a bit, a byte, a CBOR head, a cut, a doubled piece, an insertion."""
    hurt = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if not hurt:
            break
        at = rng.randrange(len(hurt))
        kind = rng.randrange(6)
        if kind == 0:
            hurt[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            hurt[at] = rng.randrange(256)
        elif kind == 2:
            hurt[at] = rng.choice(HEADS)
        elif kind == 3:
            del hurt[at : at + rng.randrange(1, 9)]
        elif kind == 4:
            hurt[at:at] = hurt[at : at + rng.randrange(1, 20)]
        else:
            hurt[at:at] = rng.randbytes(rng.randrange(1, 5))
    return bytes(hurt)


def _value(rng: random.Random, depth: int = 0) -> Any:  # noqa: PLR0911 - one return for each kind
    """A random value of the profile."""
    kind = rng.randrange(7 if depth < 3 else 5)
    if kind == 0:
        return rng.choice([0, 1, -1, 23, 24, 255, 256, 65535, 65536, 2**31, 2**32, 2**53 - 1, rng.getrandbits(40)])
    if kind == 1:
        return rng.randbytes(rng.choice([0, 1, 7, 8, 9, 16, 32, 64]))
    if kind == 2:
        return rng.choice(TEXTS)
    if kind == 3:
        return rng.choice([True, False, None])
    if kind == 4:
        return rng.choice([claims.seconds(NOW), claims.seconds(NOW) + rng.randrange(-(10**8), 10**8)])
    if kind == 5:
        return [_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice([1, 2, 3, -1, "idx", "uri"]): _value(rng, depth + 1) for _ in range(rng.randrange(4))}


def _random_text(rng: random.Random) -> str:
    """Claims with some random parts, signed; or a message of random parts; or random bytes; or random text."""
    kind = rng.randrange(10)
    if kind == 0:
        return text_of(rng.randbytes(rng.randrange(330)))
    if kind == 1:
        return f"https://{HOST}/q#" + "".join(rng.choices(base32.ALPHABET + "018=a ế", k=rng.randrange(40)))
    if kind == 2:
        return text_of(cbor.encode([_value(rng), _value(rng), _value(rng), _value(rng)]))
    made = content()
    if rng.randrange(8) == 0:
        made[claims.STATUS] = {"status_list": {"idx": rng.choice([9, 10**6]), "uri": URI}}
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        holder = rng.choice([made, made, made[claims.PAPER] if isinstance(made.get(claims.PAPER), dict) else made])
        label = rng.choice([*holder, rng.choice([2, 3, 5, 8, "iss"])])
        if rng.randrange(4):
            holder[label] = _value(rng)
        else:
            holder.pop(label, None)
    return text_of(raw_sign1(headers(), cbor.encode(made), b"VNQ1", AGENCY))


def _mutated_text(rng: random.Random, texts: list[str], payloads: list[bytes]) -> str:
    """A golden text, its bytes or its claims (then signed again), slightly hurt."""
    kind = rng.randrange(3)
    if kind == 0:
        start, _, fragment = rng.choice(texts).partition("#")
        letters = mutate(fragment.encode("utf-8", "replace"), rng).decode("latin-1")
        return f"{start}#{letters}"
    if kind == 1:
        fragment = rng.choice(texts).partition("#")[2]
        try:
            return text_of(mutate(base32.decode(fragment), rng))
        except qr.EncodingError:
            return fragment
    return text_of(raw_sign1(headers(), mutate(rng.choice(payloads), rng), b"VNQ1", AGENCY))


def _context() -> dict[str, Any]:
    x, y = ROOT.coordinates
    return {
        "op": "context",
        "root": {"x": x.hex(), "y": y.hex()},
        "trust_list": signed_trust().hex(),
        "status_tokens": [token.hex() for token in TOKENS],
        "hosts": [HOST],
        "now": claims.seconds(NOW),
    }


def _verdicts(texts: list[str]) -> list[dict[str, Any]]:
    trust = trust_list()
    status = qr.StatusBook({URI: qr.verify_status_token(TOKENS[0], trust=trust, now=NOW)})
    return [qr.verify(text, hosts=[HOST], trust=trust, status=status, now=NOW).as_dict() for text in texts]


def _agree(texts: list[str]) -> list[str]:
    """All verdicts, once both sides gave the same whole answer to each text."""
    here = _verdicts(texts)
    there = ask([_context(), *({"op": "verify", "text": text} for text in texts)])
    assert there[0] == {"ok": "OK"}
    for text, mine, its in zip(texts, here, there[1:], strict=True):
        assert its == {"ok": mine}, text
    return [answer["verdict"] for answer in here]


def test_python_and_browser_agree_on_random_credentials() -> None:
    rng = random.Random(1)
    verdicts = _agree([_random_text(rng) for _ in range(RANDOM)])
    assert {"VALID", "MALFORMED", "EXPIRED", "NOT_YET_VALID", "UNKNOWN_ISSUER", "STATUS_STALE", "REVOKED"} <= set(
        verdicts
    )


def test_python_and_browser_agree_on_mutated_credentials() -> None:
    rng = random.Random(2)
    texts = [
        case.text
        for case in all_cases()
        if case.kind == "verify" and case.text.startswith("https://") and "#" in case.text
    ]
    payloads = [claims.encode(case.content) for case in all_cases() if case.content is not None]
    verdicts = _agree([_mutated_text(rng, texts, payloads) for _ in range(MUTATED)])
    assert {"VALID", "MALFORMED", "BAD_SIGNATURE", "NOT_ISSUED_BY_US", "UNKNOWN_ISSUER"} <= set(verdicts)


def _mutated_presentation(rng: random.Random, texts: list[str]) -> str:
    """A golden token hurt anywhere; or its credential's claims or entries, or its binding, hurt and signed again."""
    kind = rng.randrange(5)
    if kind == 0:
        return presentation_text(mutate(base32.decode(rng.choice(texts).partition("#")[2]), rng))
    outer: Any = cbor.decode(presentation_token(), max_size=2000, redactions=True)
    if kind == 1:
        return presentation_text(rebound(payload=mutate(outer.value[2], rng) or b"\0"))
    credential: Any = cbor.decode(outer.value[0], max_size=2000, redactions=True)
    _, shown, payload, _ = credential[13].value
    if kind == 2:
        return presentation_text(rebound(inner_credential(payload=mutate(payload, rng) or b"\0")))
    if kind == 3:
        entries = [mutate(entry, rng) if rng.randrange(2) else entry for entry in shown[17]]
        listed = {cbor.Simple.REDACTED_KEYS: sorted({sd_cwt.digest(entry) for entry in entries})}
        return presentation_text(rebound(inner_credential(entries, claims_changed=listed)))
    header = mutate(outer.value[0], rng)
    return presentation_text(b"\xd2" + raw_sign1(header, outer.value[2], b"", HOLDER))


def test_python_and_browser_agree_on_mutated_presentations() -> None:
    rng = random.Random(6)
    texts = [case.text for case in presentation_cases() if case.expected == "VALID"]
    made = [_mutated_presentation(rng, texts) for _ in range(PRESENTATIONS)]
    trust = trust_list()
    status = qr.verify_status_token(TOKENS[0], trust=trust, now=NOW)
    here = [
        qr.verify_presentation(
            text, hosts=[HOST], trust=trust, status=status, now=NOW, audience=AUDIENCE, nonce=NONCE
        ).as_dict()
        for text in made
    ]
    asked = {"op": "presentation", "audience": AUDIENCE, "nonce": NONCE.hex(), "used": []}
    there = ask([_context(), *(asked | {"text": text} for text in made)])[1:]
    for text, mine, its in zip(made, here, there, strict=True):
        assert its == {"ok": mine}, text
    reasons = {reason for answer in here for reason in answer["reasons"]}
    assert {"CBOR", "COSE", "CLAIMS", "DISCLOSURE", "BAD_SIGNATURE", "HOLDER_SIGNATURE", "AUDIENCE_MISMATCH"} <= reasons


def _answer(read: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"ok": read()}
    except qr.QrError as error:
        return {"code": error.code}


def _listed(statuses: qr.StatusList) -> list[Any]:
    return [statuses.bits, len(statuses), hashlib.sha256(statuses.packed).hexdigest()]


def _status(data: bytes) -> list[Any]:
    made = qr.verify_status_token(data, trust=trust_list(), now=NOW)
    times = [claims.seconds(made.issued_at), claims.seconds(made.fresh_until)]
    return [made.uri, made.issuer, *times, *_listed(made.statuses)]


def _trust(data: bytes) -> list[Any]:
    made = qr.verify_trust_list(data, root=ROOT.public, now=NOW)
    return [made.version, *map(claims.seconds, (made.issued_at, made.next_update)), [kid.hex() for kid in made.by_kid]]


def _mutated_token(rng: random.Random) -> bytes:
    """A status token hurt anywhere, or hurt inside and signed again."""
    token = status_token({rng.randrange(512): 1}, entries=512)
    if rng.randrange(3) == 0:
        return mutate(token, rng)
    parts: Any = cbor.decode(token[1:], max_size=10_000)
    return raw_sign1(parts[0], mutate(parts[2], rng), b"", STATUS)


def _mutated_trust(rng: random.Random) -> bytes:
    parts: Any = cbor.decode(signed_trust(), max_size=10_000)
    if rng.randrange(3) == 0:
        return mutate(signed_trust(), rng)
    return raw_sign1(parts[0], mutate(parts[2], rng), b"VNTL1", ROOT)


def test_python_and_browser_agree_on_mutated_lists() -> None:
    rng = random.Random(3)
    tokens = [_mutated_token(rng) for _ in range(LISTS)]
    trusts = [_mutated_trust(rng) for _ in range(LISTS)]
    bare = [mutate(cbor.encode(qr.StatusList.of({5: 1}, entries=512).to_cbor()), rng) for _ in range(LISTS)]
    requests = [{"op": "status", "data": data.hex()} for data in tokens]
    requests += [{"op": "trust", "data": data.hex()} for data in trusts]
    requests += [{"op": "statusList", "data": data.hex()} for data in bare]
    here = [_answer(lambda data=data: _status(data)) for data in tokens]  # type: ignore[misc]
    here += [_answer(lambda data=data: _trust(data)) for data in trusts]  # type: ignore[misc]
    here += [_answer(lambda data=data: _listed(decode_status_list(data))) for data in bare]  # type: ignore[misc]
    there = ask([_context(), *requests])[1:]
    for request, mine, its in zip(requests, here, there, strict=True):
        assert its == mine, request
    assert len({answer.get("code") for answer in here}) >= 10


def test_python_and_browser_agree_on_random_bytes() -> None:
    rng = random.Random(4)
    seeds = [base32.decode(text_of(raw_sign1(headers(), cbor.encode(content()), b"VNQ1", AGENCY)).partition("#")[2])]
    raws = [
        mutate(rng.choice(seeds), rng) if rng.randrange(2) else rng.randbytes(rng.randrange(30)) for _ in range(4000)
    ]
    requests = [{"op": "cbor", "data": raw.hex(), "sorted": at % 2 == 0} for at, raw in enumerate(raws)]
    here = [
        _answer(lambda raw=raw, at=at: cbor.encode(cbor.decode(raw, max_size=10_000, sorted_keys=at % 2 == 0)).hex())  # type: ignore[misc]
        for at, raw in enumerate(raws)
    ]
    texts = [
        "".join(rng.choices(base32.ALPHABET + "0a=", weights=[40] * 32 + [1] * 3, k=rng.randrange(12)))
        for _ in range(2000)
    ]
    requests += [{"op": "base32", "text": text} for text in texts]
    here += [_answer(lambda text=text: base32.decode(text).hex()) for text in texts]  # type: ignore[misc]
    requests += [{"op": "unbase32", "data": raw.hex()} for raw in raws[:500]]
    here += [{"ok": base32.encode(raw)} for raw in raws[:500]]
    for request, mine, its in zip(requests, here, ask(requests), strict=True):
        assert its == mine, request


def test_python_and_browser_agree_on_characters() -> None:
    """Every code point of the planes that may pass, alone and after a letter and a mark that composes."""
    points = [
        point
        for point in (*range(0x10000), *range(0x20000, 0x20100), *range(0x2F800, 0x2FA20))
        if not 0xD800 <= point < 0xE000
    ]
    from qr import characters  # noqa: PLC0415 - its only use here

    texts = ["".join(chr(point) for point in points[at : at + 1]) for at in range(len(points))]
    texts += [f"e{chr(point)}\u0323" for point in points if 0x300 <= point < 0x370 or 0x1DC0 <= point < 0x1E00]
    there = ask({"op": "plain", "text": text} for text in texts)
    differ = [text for text, its in zip(texts, there, strict=True) if its != {"ok": characters.is_plain(text)}]
    assert differ == []


def test_whatever_comes_only_our_own_errors_come_out_in_bounded_memory() -> None:
    """Every decoder that strangers reach, over hurt genuine inputs; `QR_FUZZ=50` makes it a million."""
    rng = random.Random(7)
    genuine = seeds()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(DECODED):
        seed = genuine[number % len(genuine)]
        one_input(seed[:1] + (mutate(seed[1:], rng) if rng.randrange(8) else rng.randbytes(rng.randrange(200))))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_decoders_let_only_their_own_errors_out() -> None:
    """Foreign texts, pictures, keys and everything else that a stranger may hand in, hurt; nothing but QrError."""
    rng = random.Random(5)
    png = qr.render_png(f"https://{HOST}/q#AAAA")
    pem = qr.SigningKey.generate().to_pem(b"ban mau")
    dcc = "NCFOXN%TS3DH3ZSUZK+.V0ETD%65NL-AH-R6IOOK.IR9B+9D%1MB7PV B3-1OM7RX5WJ1NE"
    readers: list[Callable[[bytes], Any]] = [
        lambda raw: qr.read_foreign("HC1:" + raw.decode("latin-1")),
        lambda raw: qr.read_foreign(_based(raw)),
        lambda raw: qr.SigningKey.from_pem(raw, b"ban mau"),
        cose.raw_from_der,
    ]
    seeds = [dcc.encode(), cbor.encode(content()), pem, cose.der_from_raw(AGENCY.sign(b"x"))]
    for _ in range(FILES):
        which = rng.randrange(len(readers))
        _answer(lambda which=which: readers[which](mutate(seeds[which], rng)) and None)  # type: ignore[misc]
    for _ in range(FILES // 20):
        _answer(lambda: qr.read_image(mutate(png, rng)) and None)


def _based(payload: bytes) -> str:
    """A Claim 169 text around any payload bytes."""
    import zlib  # noqa: PLC0415 - its only use

    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    packed = zlib.compress(raw_sign1(headers(), payload, b"", AGENCY))
    text = ""
    for at in range(0, len(packed), 2):
        piece = packed[at : at + 2]
        number = int.from_bytes(piece, "big")
        text += "".join(alphabet[number // 45**place % 45] for place in range(len(piece) + 1))
    return text

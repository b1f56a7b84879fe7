"""The golden cases of presentations: every way in which what a phone shows may be worth nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import qr
from qr import base32, cbor, claims, presentable, sd_cwt
from tests.golden.qr.world import (
    AGENCY,
    CLAIMS,
    DAY,
    FORGER,
    HOST,
    INDEX,
    ISSUER,
    NOW,
    ORDER,
    OTHER_AGENCY,
    SECOND,
    STATUS,
    STRANGER,
    Case,
    entry,
    key,
    raw_sign1,
    signed_trust,
    status_token,
    trust_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOLDER, OTHER_HOLDER = key("holder"), key("another holder")
AUDIENCE, PURPOSE, NONCE = "UBND phường Mẫu", "Nhận hồ sơ", bytes(range(200, 212))
ISSUED = NOW - timedelta(hours=1)
SHOWN = (qr.Field.TYPE_CODE, qr.Field.HOLDER_NAME)


@dataclass(frozen=True, kw_only=True)
class PresentationCase(Case):
    """A case of kind `presentation`: the verifier's name, its nonce, the tokens it has accepted; what must be shown."""

    kind: str = "presentation"
    audience: str = AUDIENCE
    nonce: bytes | None = NONCE
    used: tuple[bytes, ...] = ()
    shown: dict[str, Any] | None = None


def salts(seed: str = "") -> Callable[[], bytes]:
    """Salts that repeat from run to run."""
    numbers = iter(range(100))
    return lambda: hashlib.sha256(f"golden salt {seed} {next(numbers)}".encode()).digest()[:16]


def credential(content: qr.Claims = CLAIMS, **changes: Any) -> bytes:
    """The holder's credential, an hour old."""
    options: dict[str, Any] = {
        "holder": HOLDER.public,
        "now": ISSUED,
        "salt": salts(),
        "sign": AGENCY.sign,
        "kid": AGENCY.kid,
    }
    return qr.issue_presentable(content, **(options | changes))


def token(held: bytes | None = None, **changes: Any) -> bytes:
    """A token that answers the verifier's challenge now."""
    options: dict[str, Any] = {
        "show": SHOWN,
        "audience": AUDIENCE,
        "purpose": PURPOSE,
        "now": NOW,
        "sign": HOLDER.sign,
        "nonce": NONCE,
    }
    return qr.present(held or credential(), **(options | changes))


def text_of(raw: bytes) -> str:
    """The text around any token bytes."""
    return f"https://{HOST}/p#{base32.encode(raw)}"


def token_id(raw: bytes) -> bytes:
    """The name of a token, worked out here from its parts."""
    outer: Any = cbor.decode(raw, max_size=2000, redactions=True)
    protected, _, payload, _ = outer.value
    return hashlib.sha256(cbor.encode(["Signature1", protected, b"", payload])).digest()[:16]


def rebound(
    inner: Any = None,
    *,
    bound: dict[cbor.Key, Any] | None = None,
    header: dict[cbor.Key, Any] | None = None,
    **raw: Any,
) -> bytes:
    """A token over any inner credential, binding claims and header, signed by the holder."""
    outer: Any = cbor.decode(token(), max_size=2000, redactions=True)
    protected: Any = cbor.decode(outer.value[0], max_size=2000, redactions=True)
    if inner is not None:
        protected[presentable.KCWT] = inner
    payload: Any = cbor.decode(outer.value[2], max_size=2000)
    made = cbor.encode(_changed(protected, header))
    signed = raw.pop("payload", None) or cbor.encode(_changed(payload, bound))
    message = raw_sign1(made, signed, b"", raw.pop("signer", HOLDER), **raw)
    return b"\xd2" + message


def _changed(held: dict[cbor.Key, Any], changes: dict[cbor.Key, Any] | None) -> dict[cbor.Key, Any]:
    """`held` with some entries replaced, and those set to None left out."""
    return {label: value for label, value in {**held, **(changes or {})}.items() if value is not None}


def inner(
    disclosures: list[bytes] | None = None,
    *,
    claims_changed: dict[cbor.Key, Any] | None = None,
    header: dict[cbor.Key, Any] | None = None,
    unprotected: Any = None,
    signer: qr.SigningKey = AGENCY,
    **raw: Any,
) -> cbor.Tagged:
    """The credential inside a token, bent as asked and signed again by `signer`."""
    outer: Any = cbor.decode(credential(), max_size=2000, redactions=True)
    protected, held, payload, _ = outer.value
    fields: Any = cbor.decode(payload, max_size=2000, redactions=True)
    signed = raw.pop("payload", None) or cbor.encode(_changed(fields, claims_changed))
    made = cbor.encode(_changed(cbor.decode(protected, max_size=2000), header))  # type: ignore[arg-type]
    shown = held[presentable.SD_CLAIMS][1:2] if disclosures is None else disclosures
    headers = ({presentable.SD_CLAIMS: shown} if shown else {}) if unprotected is None else unprotected
    message: Any = cbor.decode(raw_sign1(made, signed, b"", signer, unprotected=headers, **raw), max_size=2000)
    return cbor.Tagged(18, message)


def disclosure(number: int) -> bytes:
    """The salted entry of a field by its place in the credential."""
    outer: Any = cbor.decode(credential(), max_size=2000, redactions=True)
    return bytes(outer.value[1][presentable.SD_CLAIMS][number])


def shown_by(raw: bytes, names: tuple[qr.Field, ...] = SHOWN, content: qr.Claims = CLAIMS, seconds: int = 45) -> Any:
    """What must be shown, from the claims that went in."""
    held = content.as_dict()
    return {
        "issuer": ISSUER,
        "fields": {name.value: held[name.value] for name in qr.Field if name in names},
        "audience": AUDIENCE,
        "purpose": PURPOSE,
        "presented_at": "2026-11-22T04:00:00Z",
        "expires_at": f"2026-11-22T04:{seconds // 60:02}:{seconds % 60:02}Z",
        "token_id": token_id(raw).hex(),
    }


def presentation_cases() -> Iterator[PresentationCase]:
    """All of them."""
    yield from _good()
    yield from _not_for_us()
    yield from _broken_outside()
    yield from _broken_inside()
    yield from _disclosures()
    yield from _issuer_and_status()
    yield from _binding_and_time()


def _case(name: str, note: str, raw: bytes, *reasons: str, **rest: Any) -> PresentationCase:
    verdict = reasons[0] if reasons else "VALID"
    return PresentationCase(
        name=f"shown-{name}", note=note, text=rest.pop("text", text_of(raw)), expected=verdict, reasons=reasons, **rest
    )


def _good() -> Iterator[PresentationCase]:
    good = token()
    yield _case("challenge", "Two fields in answer to a challenge.", good, shown=shown_by(good))
    everything = replace(CLAIMS, original_digest16=bytes(range(16)))
    held = token(credential(everything), show=tuple(qr.Field))
    yield _case("everything", "Every field there is.", held, shown=shown_by(held, tuple(qr.Field), everything))
    nothing = token(show=())
    yield _case(
        "nothing",
        "No field at all: only that the agency issued something to this phone.",
        nothing,
        shown=shown_by(nothing, ()),
    )
    free = token(nonce=None)
    yield _case(
        "one-way",
        "Without a challenge, within 45 seconds.",
        free,
        nonce=None,
        now=NOW + 44 * SECOND,
        shown=shown_by(free),
    )
    slow = token(seconds=200)
    yield _case(
        "challenge-slow",
        "A challenge's answer may live longer.",
        slow,
        now=NOW + 199 * SECOND,
        shown=shown_by(slow, seconds=200),
    )
    yield _case(
        "clock-ahead", "The phone's clock is 30 seconds fast.", good, now=NOW - 30 * SECOND, shown=shown_by(good)
    )
    outer: Any = cbor.decode(good, max_size=2000, redactions=True)
    r_s = outer.value[3]
    other = r_s[:32] + (ORDER - int.from_bytes(r_s[32:], "big")).to_bytes(32, "big")
    twin = cbor.encode(cbor.Tagged(18, [*outer.value[:3], other]))
    yield _case(
        "other-s-used",
        "Rewriting the signature does not make a used token new.",
        twin,
        "USED",
        used=(token_id(good),),
        shown=shown_by(good),
    )
    decoyed = inner(
        [disclosure(1), cbor.encode([bytes(16)])],
        claims_changed={
            cbor.Simple.REDACTED_KEYS: sorted([sd_cwt.digest(disclosure(1)), sd_cwt.digest(cbor.encode([bytes(16)]))])
        },
    )
    made = rebound(decoyed)
    yield _case("decoy", "A decoy among the entries shows nothing.", made, shown=shown_by(made, (qr.Field.TYPE_CODE,)))


def _not_for_us() -> Iterator[PresentationCase]:
    good = base32.encode(token())
    for name, text, note in (
        ("credential-text", f"https://{HOST}/q#{good}", "A printed credential's address."),
        ("lookalike", f"https://qr.kho-s0.example/p#{good}", "A look-alike host."),
        ("http", f"http://{HOST}/p#{good}", "Without TLS."),
        ("bare", good, "No address at all."),
    ):
        yield _case(f"not-ours-{name}", note, b"", "NOT_ISSUED_BY_US", text=text)


def _malformed(name: str, note: str, raw: bytes, reason: str, **rest: Any) -> PresentationCase:
    return _case(f"malformed-{name}", note, raw, "MALFORMED", reason, **rest)


def _broken_outside() -> Iterator[PresentationCase]:
    good = token()
    parts: Any = cbor.decode(good, max_size=2000, redactions=True)
    yield _malformed("empty", "No bytes.", b"", "CBOR")
    yield _malformed("lower-case", "One spelling.", b"", "BASE32", text=text_of(good).replace("#", "#a"))
    yield _malformed("too-long", "Longer than any token.", b"", "TOO_LONG", text=f"https://{HOST}/p#" + "A" * 2248)
    yield _malformed("trailing", "A byte too many.", good + b"\0", "CBOR")
    yield _malformed("truncated", "Cut.", good[:-1], "CBOR")
    yield _malformed("untagged", "Tag 18 is part of the format.", good[1:], "COSE")
    yield _malformed("other-tag", "Tag 60 instead.", b"\xd8\x3c" + good[1:], "COSE")
    yield _malformed("mac", "Tag 17, a MAC.", b"\xd1" + good[1:], "CBOR")
    yield _malformed("indefinite", "An array of indefinite length.", b"\xd2\x9f" + good[2:] + b"\xff", "CBOR")
    yield _malformed("array-of-five", "An extra item.", cbor.encode(cbor.Tagged(18, [*parts.value, 0])), "COSE")
    yield _malformed("unprotected", "The binding has no unprotected header.", rebound(unprotected={4: b"x"}), "COSE")
    yield _malformed("typ", "A token of another type.", rebound(header={16: 293}), "COSE")
    yield _malformed("typ-text", "The type by its other name.", rebound(header={16: "application/kb+cwt"}), "COSE")
    yield _malformed("no-typ", "A token of no type.", rebound(header={16: None}), "COSE")
    yield _malformed("extra-header", "Another header.", rebound(header={4: b"x"}), "COSE")
    yield _malformed("algorithm", "Another algorithm.", rebound(header={1: -8}), "WRONG_ALGORITHM")
    yield _malformed("algorithm-none", "No algorithm.", rebound(header={1: None}), "COSE")
    yield _malformed("signature-short", "Half a signature.", rebound(signature=bytes(32)), "SIGNATURE_SIZE")
    yield _malformed("no-credential", "Nothing inside.", rebound(header={13: None}), "COSE")
    yield _malformed("credential-bytes", "The credential as bytes.", rebound(b"bytes"), "COSE")
    yield _malformed("credential-untagged", "The credential without its tag.", rebound(inner().value), "COSE")
    yield _malformed("binding-array", "Binding claims as an array.", rebound(payload=b"\x80"), "CLAIMS")
    yield _malformed("binding-doubled", "A binding claim twice.", rebound(payload=b"\xa2\x03\x60\x03\x60"), "CBOR")
    for label, name in ((3, "audience"), (4, "end"), (6, "time"), (-70002, "purpose")):
        yield _malformed(f"no-{name}", "A binding claim is missing.", rebound(bound={label: None}), "CLAIMS")
    yield _malformed("binding-extra", "A binding claim that nobody knows.", rebound(bound={99: 1}), "CLAIMS")
    yield _malformed("audience-number", "An audience as a number.", rebound(bound={3: 1}), "CLAIMS")
    yield _malformed("audience-long", "An audience longer than anyone reads.", rebound(bound={3: "M" * 121}), "CLAIMS")
    yield _malformed(
        "audience-hidden", "A hidden character in the audience.", rebound(bound={3: "UBND\u202e"}), "CHARACTERS"
    )
    yield _malformed("purpose-empty", "For no purpose.", rebound(bound={-70002: ""}), "CLAIMS")
    yield _malformed("nonce-short", "A nonce of eight bytes.", rebound(bound={39: bytes(8)}), "CLAIMS")
    yield _malformed("nonce-text", "A nonce as text.", rebound(bound={39: "nonce"}), "CLAIMS")
    yield _malformed("time-text", "A time as text.", rebound(bound={6: "now"}), "CLAIMS")
    yield _malformed("end-true", "True is not a time.", rebound(bound={4: True}), "CLAIMS")


def _broken_inside() -> Iterator[PresentationCase]:
    def bent(name: str, note: str, reason: str, **changes: Any) -> PresentationCase:
        return _malformed(f"inner-{name}", note, rebound(inner(**changes)), reason)

    yield bent("typ", "A credential of another type.", "COSE", header={16: 294})
    yield bent("algorithm", "Another algorithm.", "WRONG_ALGORITHM", header={1: -35})
    yield bent("digest-algorithm", "Digests by another algorithm.", "COSE", header={170: -44})
    yield bent("no-digest-algorithm", "The profile names its digests.", "COSE", header={170: None})
    yield bent("kid-short", "Half a key identifier.", "COSE", header={4: AGENCY.kid[:4]})
    yield bent("no-kid", "No key identifier.", "COSE", header={4: None})
    yield bent("signature-long", "A byte too many in the signature.", "SIGNATURE_SIZE", signature=bytes(65))
    yield bent("unprotected-extra", "Another unprotected header.", "COSE", unprotected={17: [disclosure(0)], 4: b"x"})
    yield bent("disclosures-empty", "An empty list of entries.", "COSE", unprotected={17: []})
    yield bent("disclosures-bytes", "Entries that are no list.", "COSE", unprotected={17: disclosure(0)})
    yield bent("payload-array", "Claims as an array.", "CLAIMS", payload=b"\x80", disclosures=[])
    yield bent("payload-unsorted", "Claims in another order.", "CBOR", payload=b"\xa2\x04\x00\x01\x60", disclosures=[])
    for label, name in ((1, "issuer"), (4, "term"), (6, "time"), (8, "key"), (65535, "status")):
        yield bent(f"no-{name}", "A claim is missing.", "CLAIMS", claims_changed={label: None})
    yield bent("field-in-clear", "A field that is not salted.", "CLAIMS", claims_changed={-70012: "1"})
    yield bent("unknown-claim", "A claim that nobody knows.", "CLAIMS", claims_changed={5: 1})
    yield bent("issuer-empty", "Issued by nobody.", "CLAIMS", claims_changed={1: ""})
    yield bent(
        "status-http",
        "A status list without TLS.",
        "CLAIMS",
        claims_changed={65535: {"status_list": {"idx": 1, "uri": "http://x/"}}},
    )
    x, y = HOLDER.coordinates
    for name, value in (
        ("no-y", {1: {1: 2, -1: 1, -2: x}}),
        ("other-curve", {1: {1: 2, -1: 2, -2: x, -3: y}}),
        ("curve-true", {1: {1: 2, -1: True, -2: x, -3: y}}),
        ("private", {1: {1: 2, -1: 1, -2: x, -3: y, -4: bytes(32)}}),
        ("thumbprint", {5: bytes(32)}),
        ("text", {1: {1: 2, -1: 1, -2: "x", -3: "y"}}),
    ):
        yield bent(f"key-{name}", "A holder's key of another shape.", "CLAIMS", claims_changed={8: value})
    off = {1: {1: 2, -1: 1, -2: x, -3: x}}
    yield bent("key-off-curve", "A holder's key that is no point.", "HOLDER_KEY", claims_changed={8: off})


def _salted(value: Any, label: Any) -> tuple[list[bytes], dict[cbor.Key, Any]]:
    """One entry and the claims that list its digest."""
    raw = cbor.encode([bytes(16), value, label])
    return [raw], {cbor.Simple.REDACTED_KEYS: [sd_cwt.digest(raw)]}


def _disclosures() -> Iterator[PresentationCase]:
    def bent(
        name: str, note: str, entries: list[bytes], listed: Any = None, reason: str = "DISCLOSURE"
    ) -> PresentationCase:
        changes = None if listed is None else {cbor.Simple.REDACTED_KEYS: listed}
        return _malformed(f"disclosure-{name}", note, rebound(inner(entries, claims_changed=changes)), reason)

    def of(raw: bytes) -> list[bytes]:
        return [sd_cwt.digest(raw)]

    true = disclosure(4)
    forged = cbor.encode([bytes(16), "Nguyễn Thị Giả", -70014])
    yield bent("unlisted", "A name that the agency did not sign.", [forged])
    yield bent("doubled", "The same entry twice.", [true, true])
    yield bent("digest-twice", "A digest that stands twice.", [true], of(true) * 2)
    yield bent("digest-short", "A digest of 31 bytes.", [true], [*of(true), bytes(31)])
    yield bent("digests-map", "Digests as a map.", [true], {1: 2})
    yield bent("digest-text", "A digest as text.", [true], ["digest"])
    yield bent("salt-changed", "Another salt.", [true.replace(true[2:18], bytes(16))])
    for name, note, raw in (
        ("salt-short", "A salt of eight bytes.", cbor.encode([bytes(8), "x", -70014])),
        ("element", "An array element's entry where a claim was redacted.", cbor.encode([bytes(16), "x"])),
        ("of-four", "An entry of four items.", cbor.encode([bytes(16), "x", -70014, 1])),
        ("empty", "An entry of none.", cbor.encode([])),
        ("not-cbor", "An entry that is no CBOR.", b"\xff"),
        ("unsorted", "A disclosed map out of order.", b"\x83\x50" + bytes(16) + b"\xa2\x02\x00\x01\x00\x01"),
        ("trailing", "A byte after the entry.", true + b"\0"),
        ("key-bytes", "A claim key as bytes.", cbor.encode([bytes(16), "x", b"k"])),
        ("key-true", "A claim key that is true.", cbor.encode([bytes(16), "x", True])),
        ("too-long", "An entry beyond any field.", cbor.encode([bytes(16), "M" * 600, -70014])),
        ("shadows-issuer", "An entry that would replace the issuer.", cbor.encode([bytes(16), "VN-MAU-02", 1])),
    ):
        yield bent(name, note, [raw], of(raw))
    twice = [cbor.encode([bytes([n] * 16), "x", -70014]) for n in (1, 2)]
    yield bent("same-claim-twice", "Two entries of one claim.", twice, [digest for raw in twice for digest in of(raw)])
    for name, value, label, reason in (
        ("unknown-field", "x", -70099, "CLAIMS"),
        ("name-number", 1, -70014, "CLAIMS"),
        ("name-hidden", "Mẫu\u200b", -70014, "CHARACTERS"),
        ("name-decomposed", "Nguye\u0302\u0303n", -70014, "CHARACTERS"),
        ("record-short", b"short", 7, "CLAIMS"),
        ("day-text", "2026-01-03", -70013, "CLAIMS"),
        ("digest-whole", bytes(32), -70016, "CLAIMS"),
    ):
        entries, listed = _salted(value, label)
        raw = rebound(inner(entries, claims_changed=listed))
        yield _malformed(f"field-{name}", "A disclosed field that breaks the format.", raw, reason)
    hidden, listed = _salted(ISSUER, 1)
    yield _malformed(
        "issuer-redacted",
        "The issuer may not be hidden.",
        rebound(inner(hidden, claims_changed={1: None} | listed)),
        "CLAIMS",
    )
    number = rebound(inner(unprotected={presentable.SD_CLAIMS: [1]}))
    yield _malformed("disclosure-number", "An entry as a number.", number, "DISCLOSURE")
    claim = disclosure(1)
    holding = cbor.encode([bytes(16), [cbor.Tagged(60, sd_cwt.digest(claim))], -70014])
    yield bent("claim-in-array", "A claim's entry where an array element was redacted.", [holding, claim], of(holding))
    tagged = [cbor.encode([bytes(16), cbor.Tagged(60, bytes(32)), -70014])]
    yield bent("element-outside", "A redacted element outside an array.", tagged, of(tagged[0]))
    nested = [cbor.encode([bytes(16), [cbor.Tagged(18, bytes(32))], -70014])]
    yield bent("tag-inside", "A tag that redacts nothing.", nested, of(nested[0]))


def _issuer_and_status() -> Iterator[PresentationCase]:
    good = token()
    shown = shown_by(good)
    trust = signed_trust(trust_list(entry(AGENCY, revoked_at=NOW - timedelta(minutes=1)), entry(STATUS, use="status")))
    unknown = "UNKNOWN_ISSUER"
    stranger = credential(sign=STRANGER.sign, kid=STRANGER.kid)
    yield _case("issuer-stranger", "Signed by nobody we know.", token(stranger), unknown, "KEY_UNKNOWN")
    other = credential(sign=OTHER_AGENCY.sign, kid=OTHER_AGENCY.kid)
    yield _case("issuer-mismatch", "Another agency speaks for this one.", token(other), unknown, "ISSUER_MISMATCH")
    wrong = credential(sign=STATUS.sign, kid=STATUS.kid)
    yield _case("issuer-use", "A status key signs a credential.", token(wrong), unknown, "KEY_USE")
    yield _case(
        "issuer-revoked",
        "The key was revoked a minute ago, and there is no proof.",
        good,
        unknown,
        "KEY_REVOKED_NO_PROOF",
        trust=trust,
    )
    later = NOW + 30 * DAY
    yield _case(
        "issuer-trust-outdated",
        "The trust list at hand is outdated.",
        token(credential(now=later), now=later),
        unknown,
        "TRUST_LIST_OUTDATED",
        now=later,
        loaded=NOW,
        status=status_token(ttl=60 * DAY, exp=NOW + 60 * DAY),
    )
    yield _case(
        "issuer-forged",
        "Signed under the agency's identifier by another key.",
        token(credential(sign=FORGER.sign)),
        "BAD_SIGNATURE",
    )
    changed = inner(
        signature=cbor.decode(credential(), max_size=2000, redactions=True).value[3],
        claims_changed={4: claims.seconds(NOW + 60 * DAY)},
    )  # type: ignore[union-attr]
    yield _case("issuer-term-changed", "The term was stretched after signing.", rebound(changed), "BAD_SIGNATURE")
    for name, value in (("revoked", 1), ("suspended", 2), ("superseded", 3)):
        yield _case(
            f"status-{name}",
            "Withdrawn by the issuer.",
            good,
            name.upper(),
            status=status_token({INDEX: value}),
            shown=shown,
        )
    yield _case("status-missing", "No list at hand.", good, "STATUS_STALE", "STATUS_MISSING", status=None, shown=shown)
    old = status_token(ttl=timedelta(minutes=1))
    yield _case("status-old", "An old list.", good, "STATUS_STALE", "STATUS_OUTDATED", status=old, shown=shown)


def _binding_and_time() -> Iterator[PresentationCase]:
    good, free = token(), token(nonce=None)
    bad = "BAD_SIGNATURE"
    yield _case(
        "holder-other",
        "Another phone signs: the credential was copied.",
        token(sign=OTHER_HOLDER.sign),
        bad,
        "HOLDER_SIGNATURE",
    )
    yield _case(
        "holder-agency", "The agency's own key is not the holder's.", token(sign=AGENCY.sign), bad, "HOLDER_SIGNATURE"
    )
    outer: Any = cbor.decode(good, max_size=2000, redactions=True)
    signature = outer.value[3]
    yield _case(
        "holder-audience-changed",
        "The audience was changed after signing.",
        rebound(bound={3: "Khác"}, signature=signature),
        bad,
        "HOLDER_SIGNATURE",
        audience="Khác",
    )
    more = inner(
        [disclosure(1), disclosure(4), disclosure(2)],
        signature=cbor.decode(credential(), max_size=2000, redactions=True).value[3],
    )  # type: ignore[union-attr]
    yield _case(
        "holder-more-shown",
        "A third field was added after signing.",
        rebound(more, signature=signature),
        bad,
        "HOLDER_SIGNATURE",
    )
    yield _case(
        "both-signatures",
        "Neither signature holds.",
        token(credential(sign=FORGER.sign), sign=OTHER_HOLDER.sign),
        bad,
        "HOLDER_SIGNATURE",
    )
    yield _case(
        "audience-other",
        "Signed for another verifier, who passes it on.",
        good,
        bad,
        "AUDIENCE_MISMATCH",
        audience="Ngân hàng Mẫu",
    )
    yield _case("nonce-other", "The answer to another challenge.", good, bad, "NONCE_MISMATCH", nonce=bytes(12))
    yield _case("nonce-absent", "One-way where a challenge was sent.", free, bad, "NONCE_MISMATCH")
    yield _case("nonce-unasked", "An answer where no challenge was sent.", good, bad, "NONCE_MISMATCH", nonce=None)
    yield _case(
        "audience-and-nonce",
        "For another verifier and another challenge.",
        good,
        bad,
        "AUDIENCE_MISMATCH",
        "NONCE_MISMATCH",
        audience="Khác",
        nonce=bytes(12),
    )
    early = token(now=ISSUED - 60 * SECOND, seconds=7200)
    yield _case(
        "bound-before-issue",
        "Bound a minute before the credential was issued.",
        early,
        bad,
        "BOUND_BEFORE_ISSUE",
        now=ISSUED,
    )
    once, again = (token(showing=bytes([number]) * 8) for number in (1, 2))
    seen = (token_id(once),)
    yield _case("used-twin", "The same shown again in the same second.", again, used=seen, shown=shown_by(again))
    yield _case("used-twin-again", "The very same showing.", once, "USED", used=seen, shown=shown_by(once))
    for size in (7, 9):
        odd = token(showing=bytes(size))
        yield _case(f"showing-of-{size}-bytes", "What tells showings apart is 8 bytes.", odd, "MALFORMED", "CLAIMS")
    yield _case("used", "Shown a second time.", good, "USED", used=(token_id(good),), shown=shown_by(good))
    gone = ("EXPIRED", "PRESENTATION_EXPIRED")
    yield _case(
        "one-way-45-seconds", "45 seconds old.", free, *gone, nonce=None, now=NOW + 45 * SECOND, shown=shown_by(free)
    )
    long = token(nonce=None, seconds=3600)
    yield _case(
        "one-way-stretched",
        "A one-way token that grants itself an hour.",
        long,
        *gone,
        nonce=None,
        now=NOW + 46 * SECOND,
        shown=shown_by(long, seconds=3600) | {"expires_at": "2026-11-22T05:00:00Z"},
    )
    stretched = token(seconds=3600)
    yield _case(
        "challenge-stretched",
        "An answer that grants itself an hour.",
        stretched,
        *gone,
        now=NOW + 300 * SECOND,
        shown=shown_by(stretched) | {"expires_at": "2026-11-22T05:00:00Z"},
    )
    yield _case(
        "expired-used",
        "Used wins over expired.",
        good,
        "USED",
        *gone,
        used=(token_id(good),),
        now=NOW + 60 * SECOND,
        shown=shown_by(good),
    )
    yield _case(
        "clock-behind",
        "31 seconds ahead of the verifier's clock.",
        good,
        "NOT_YET_VALID",
        now=NOW - 31 * SECOND,
        shown=shown_by(good),
    )
    old = credential(now=NOW - 3 * DAY)
    made = token(old)
    yield _case(
        "credential-72-hours",
        "The credential is 72 hours old.",
        made,
        "EXPIRED",
        "CREDENTIAL_EXPIRED",
        shown=shown_by(made),
    )
    paper = credential(replace(CLAIMS, expires_at=NOW + SECOND))
    ended = token(paper, now=NOW)
    yield _case(
        "paper-expired",
        "The paper's own term ended.",
        ended,
        "EXPIRED",
        "CREDENTIAL_EXPIRED",
        now=NOW + SECOND,
        shown=shown_by(ended),
    )
    future = token(credential(now=NOW + 3600 * SECOND), now=NOW + 3600 * SECOND)
    yield _case(
        "from-future",
        "An hour in the future.",
        future,
        "NOT_YET_VALID",
        shown=shown_by(future) | {"presented_at": "2026-11-22T05:00:00Z", "expires_at": "2026-11-22T05:00:45Z"},
    )

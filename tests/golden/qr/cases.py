"""Every golden case, written as what is bent and what must come of it. `generate.py` turns them into JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import qr
from qr import claims
from tests.golden.qr.list_cases import LIST_FIELDS, UNKNOWN_KEY, list_cases, resigned_list
from tests.golden.qr.malformed_cases import malformed_cases
from tests.golden.qr.world import (
    AGENCY,
    CLAIMS,
    DAY,
    ENTRIES,
    FORGER,
    FRAGMENT,
    GOOD,
    HOST,
    HOUR,
    INDEX,
    MESSAGE,
    NOW,
    ORDER,
    OTHER_AGENCY,
    OTHER_STATUS,
    SECOND,
    STATUS,
    STRANGER,
    URI,
    Case,
    entry,
    headers,
    message_of,
    signed_trust,
    status_token,
    text_of,
    trust_list,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def all_cases() -> list[Case]:
    """All of them, by name."""
    made = [
        *_valid(),
        *_not_ours(),
        *_issuer(),
        *_signature(),
        *_time(),
        *_status(),
        *_several(),
        *malformed_cases(),
        *list_cases(),
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
    yield _issued(
        "valid-beside-unknown-use",
        "A list that also names a key of a use from later.",
        trust=resigned_list(LIST_FIELDS | {4: [UNKNOWN_KEY, *LIST_FIELDS[4]]}),
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
        "peer-key", "A key that speaks for another vault signs a credential.", "KEY_USE", trust=listed(use="peer")
    )
    later = resigned_list(LIST_FIELDS | {4: [LIST_FIELDS[4][0] | {7: "wallet"}, *LIST_FIELDS[4][1:]]})
    yield unknown("key-of-unknown-use", "A key of a use from later signs a credential.", "KEY_UNKNOWN", trust=later)
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

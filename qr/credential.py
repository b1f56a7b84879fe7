"""The printed credential VNQ1: claims -> signed text, and text -> verdict. No input or output happens here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qr import base32, cbor, claims, cose, symbol
from qr.errors import CredentialError, EncodingError, SymbolError
from qr.judgement import judge_key, judge_status
from qr.verdicts import Facts, Reason, Verdict, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from qr.claims import Claims
    from qr.status_token import StatusSource
    from qr.trust_list import TrustList

AAD = b"VNQ1"
MAX_FRAGMENT = 528  # characters: all that a version 14-M symbol could hold
MAX_MESSAGE = 330  # bytes behind that many base32 characters
LEEWAY = timedelta(minutes=5)

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A credential taken apart. Nothing in it is proven: only `verify` does that."""

    kid: bytes
    claims: Claims
    payload: bytes
    signature: bytes
    to_be_signed: bytes


def issue(content: Claims, *, sign: Callable[[bytes], bytes], kid: bytes, host: str) -> str:
    """The text of a printed credential, `https://<host>/q#<base32>`.

    `sign` gets the Sig_structure and returns the raw 64-byte r||s ES256 signature; `kid` is the first 8 bytes of the
    key's thumbprint. The text always fits a version 14 symbol at level M. Raises CredentialError (CLAIMS, CHARACTERS,
    HOST, KID), SymbolError SYMBOL_TOO_LARGE, EncodingError SIGNATURE_SIZE.
    """
    if not _HOST.fullmatch(host):
        raise CredentialError("HOST", host)
    if len(kid) != cose.KID_SIZE:
        raise CredentialError("KID", f"{cose.KID_SIZE} bytes")
    protected = cbor.encode({cose.ALG: cose.ES256, cose.KID: kid})
    payload = claims.encode(content)
    signature = sign(cose.sig_structure(protected, AAD, payload))
    text = _prefix(host) + base32.encode(cose.encode_sign1(protected, payload, signature))
    if symbol.version_of(text) > symbol.MAX_PRINTED_VERSION:
        raise SymbolError("SYMBOL_TOO_LARGE", f"{len(text)} characters")
    return text


def parse(text: str, *, hosts: Collection[str]) -> Parsed:
    """Take a credential apart without judging who signed it (to look up its log proof, say).

    Raises CredentialError whose code is NOT_ISSUED_BY_US or one of the reasons behind MALFORMED.
    """
    fragment = next((text[len(_prefix(host)) :] for host in hosts if text.startswith(_prefix(host))), None)
    if fragment is None:
        raise CredentialError(Verdict.NOT_ISSUED_BY_US, "no credential of a pinned host")
    if len(fragment) > MAX_FRAGMENT:
        raise CredentialError(Reason.TOO_LONG, f"{len(fragment)} characters")
    try:
        message = cose.decode_sign1(base32.decode(fragment), max_size=MAX_MESSAGE)
    except EncodingError as error:
        reason = {"BASE32": Reason.BASE32, "COSE_MALFORMED": Reason.COSE}.get(error.code, Reason.CBOR)
        raise CredentialError(reason, error.detail) from error
    if message.unprotected or message.protected.keys() != {cose.ALG, cose.KID}:
        raise CredentialError(Reason.COSE, "headers")
    if message.protected[cose.ALG] != cose.ES256:
        raise CredentialError(Reason.WRONG_ALGORITHM)
    kid = message.protected[cose.KID]
    if not isinstance(kid, bytes) or len(kid) != cose.KID_SIZE:
        raise CredentialError(Reason.COSE, "kid")
    if len(message.signature) != cose.SIGNATURE_SIZE:
        raise CredentialError(Reason.SIGNATURE_SIZE)
    return Parsed(
        kid=kid,
        claims=claims.decode(message.payload),
        payload=message.payload,
        signature=message.signature,
        to_be_signed=message.to_be_signed(AAD),
    )


def verify(
    text: str,
    *,
    hosts: Collection[str],
    trust: TrustList,
    status: StatusSource | None,
    now: datetime,
    logged_at: datetime | None = None,
    leeway: timedelta = LEEWAY,
) -> Verification:
    """Judge a scanned text; never raises for what the text is.

    `hosts` are the pinned hosts, `trust` comes from `verify_trust_list`, `status` answers from verified lists (None:
    no list at hand), `now` is the verifier's aware clock, rounded down to seconds. `logged_at` is the time at which
    the transparency log shows this very credential, once the caller has checked the proof: it is what still holds up
    papers of a key revoked later. `leeway` is the clock skew granted to issue times, not to expiry.
    """
    now = claims.moment(claims.seconds(now))
    facts = Facts()
    try:
        parsed = parse(text, hosts=hosts)
    except CredentialError as error:
        if error.code == Verdict.NOT_ISSUED_BY_US:
            facts.add(Verdict.NOT_ISSUED_BY_US)
        else:
            facts.add(Verdict.MALFORMED, Reason(error.code))
        return facts.conclude()
    if now >= trust.next_update:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.TRUST_LIST_OUTDATED)
    entry = trust.by_kid.get(parsed.kid)
    if entry is None:
        facts.add(Verdict.UNKNOWN_ISSUER, Reason.KEY_UNKNOWN)
        return facts.conclude()
    judge_key(facts, entry, parsed.claims.issuer, parsed.claims.issued_at, logged_at)
    if not cose.verify_es256(entry.public_key, parsed.signature, parsed.to_be_signed):
        facts.add(Verdict.BAD_SIGNATURE)
        return facts.conclude()
    if parsed.claims.issued_at - now > leeway:
        facts.add(Verdict.NOT_YET_VALID)
    if parsed.claims.expires_at is not None and now >= parsed.claims.expires_at:
        facts.add(Verdict.EXPIRED)
    as_of = judge_status(facts, parsed.claims.issuer, parsed.claims.status, status, now=now, leeway=leeway)
    if Verdict.UNKNOWN_ISSUER in facts:
        return facts.conclude()
    return facts.conclude(claims=parsed.claims, status_as_of=as_of)


def _prefix(host: str) -> str:
    return f"https://{host}/q#"

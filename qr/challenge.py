"""The verifier's side of a showing: the challenge drawn as a small symbol, and the short code for weak phones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qr import base32, cbor, characters, claims
from qr.errors import CredentialError, EncodingError
from qr.presentable import MAX_TEXT, NONCE_SIZE, Field
from qr.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MAX_CHALLENGE = 400  # bytes
SHORT_CODE_LIFETIME = timedelta(seconds=60)
_FIELDS = tuple(Field)
_ITEMS = 5
_DIGITS = 8
_EAN_PREFIX = "2000"  # GS1 prefix 20: numbers for use inside an organisation
_EAN_SIZE = 13


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """What a verifier asks: who it is, what for, which fields, a nonce of 12 random bytes, and until when."""

    audience: str
    purpose: str
    wanted: tuple[Field, ...]
    nonce: bytes
    expires_at: datetime


def challenge_text(challenge: Challenge, *, host: str) -> str:
    """The text of the challenge's symbol, `https://<host>/c#<base32>`; CredentialError CHALLENGE if unreadable."""
    raw = cbor.encode(
        [
            challenge.audience,
            challenge.nonce,
            challenge.purpose,
            [_FIELDS.index(name) + 1 for name in challenge.wanted],
            claims.seconds(challenge.expires_at),
        ]
    )
    if _decode(raw) != challenge:
        raise CredentialError("CHALLENGE", "times are whole seconds in UTC")
    return f"https://{host}/c#{base32.encode(raw)}"


def read_challenge(text: str, *, hosts: Collection[str], now: datetime) -> Challenge:
    """The challenge in a scanned text, for the citizen's page.

    CredentialError NOT_ISSUED_BY_US (no challenge of a pinned host), CHALLENGE (malformed) or CHALLENGE_EXPIRED.
    A challenge is not signed: the page must show audience and purpose and ask.
    """
    prefixes = (f"https://{host}/c#" for host in hosts)
    fragment = next((text[len(prefix) :] for prefix in prefixes if text.startswith(prefix)), None)
    if fragment is None:
        raise CredentialError(Verdict.NOT_ISSUED_BY_US)
    try:
        challenge = _decode(base32.decode(fragment[: MAX_CHALLENGE * 2]))
    except EncodingError as error:
        raise CredentialError("CHALLENGE", str(error)) from error
    if now >= challenge.expires_at:
        raise CredentialError("CHALLENGE_EXPIRED")
    return challenge


def _decode(raw: bytes) -> Challenge:
    items = cbor.decode(raw, max_size=MAX_CHALLENGE)
    if not isinstance(items, list) or len(items) != _ITEMS:
        raise CredentialError("CHALLENGE", "five items")
    audience, nonce, purpose, wanted, expires_at = items
    if not isinstance(nonce, bytes) or len(nonce) != NONCE_SIZE:
        raise CredentialError("CHALLENGE", "nonce")
    if not isinstance(wanted, list) or not wanted or not all(claims.is_integer(n, 1, len(_FIELDS)) for n in wanted):
        raise CredentialError("CHALLENGE", "fields")
    numbers = [number for number in wanted if isinstance(number, int)]
    if len(set(numbers)) != len(numbers) or not claims.is_integer(expires_at, 0, claims.LAST_SECOND):
        raise CredentialError("CHALLENGE", "fields or time")
    return Challenge(
        audience=_words(audience),
        purpose=_words(purpose),
        wanted=tuple(_FIELDS[number - 1] for number in numbers),
        nonce=nonce,
        expires_at=claims.read_moment(expires_at),
    )


def _words(value: cbor.Value) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not characters.is_plain(value):
        raise CredentialError("CHALLENGE", "a text")
    return value


@dataclass(frozen=True, kw_only=True)
class ShortCode:
    """A code that is redeemed once, within a minute, at the service (which also limits the rate of tries)."""

    digits: str
    issued_at: datetime
    redeemed_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """One minute after it was issued."""
        return self.issued_at + SHORT_CODE_LIFETIME

    @property
    def ean13(self) -> str:
        """The same code as a bar code number that every shop scanner reads."""
        body = _EAN_PREFIX + self.digits
        return body + _check_digit(body)


def new_short_code(*, random: Callable[[int], bytes], now: datetime) -> ShortCode:
    """A fresh code; `random(n)` gives n unpredictable bytes."""
    return ShortCode(digits=f"{int.from_bytes(random(16), 'big') % 10**_DIGITS:0{_DIGITS}}", issued_at=now)


def short_code_text(code: ShortCode, *, host: str) -> str:
    """The text of the code's QR symbol, `https://<host>/k#<8 digits>`."""
    return f"https://{host}/k#{code.digits}"


def read_short_code(text: str, *, hosts: Collection[str]) -> str:
    """The eight digits in what was typed (blanks allowed) or scanned (QR or EAN-13); CredentialError SHORT_CODE."""
    typed = next((text[len(p) :] for p in (f"https://{host}/k#" for host in hosts) if text.startswith(p)), text)
    digits = typed.replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        raise CredentialError("SHORT_CODE", "digits only")
    if len(digits) == _EAN_SIZE and digits.startswith(_EAN_PREFIX) and digits[-1] == _check_digit(digits[:-1]):
        return digits[len(_EAN_PREFIX) : -1]
    if len(digits) != _DIGITS:
        raise CredentialError("SHORT_CODE", "eight digits, or a bar code of ours")
    return digits


def redeem(code: ShortCode, *, now: datetime) -> tuple[Verdict, ShortCode]:
    """Redeem a code: VALID with the code marked, or USED or EXPIRED with the code as it was.

    The caller stores the marked code in one conditional update (`redeemed_at IS NULL`), which decides races.
    """
    if code.redeemed_at is not None:
        return Verdict.USED, code
    if not code.issued_at <= now < code.expires_at:
        return Verdict.EXPIRED, code
    return Verdict.VALID, replace(code, redeemed_at=now)


def _check_digit(body: str) -> str:
    """The last digit of an EAN-13 (GS1 General Specifications section 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-total % 10)

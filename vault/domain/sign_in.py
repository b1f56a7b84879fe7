"""How strong a sign-in is, how long it counts, one-time passwords (RFC 6238), and the brake on guesses. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from urllib.parse import quote, urlencode

from vault.domain.people import Actor, Role

STAFF = frozenset(
    {
        Role.OFFICER,
        Role.DIGITISER,
        Role.CERTIFIER,
        Role.AGENCY_HEAD,
        Role.DATA_PROTECTION,
        Role.OPERATOR,
    }
)
"""People of an agency: outside development they sign in with two factors or not at all."""


class Strength(IntEnum):
    """What stood behind a sign-in."""

    PASSWORD = 1
    TWO_FACTORS = 2
    """Pass word and one-time password, a passkey that verified its user, or an identity provider that says as much."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A living session. `id` names it in lists and opens nothing; `bound` is the digest of its browser."""

    id: str
    actor: Actor
    strength: Strength
    strong_at: datetime
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    bound: str | None


def session_id(token_hash: str) -> str:
    """The name of a session in lists: a digest of what it is stored under."""
    return hashlib.sha256(b"session " + token_hash.encode()).hexdigest()[:24]


def agent_digest(agent: str) -> str:
    """What a session is bound to: the browser that opened it says the same of itself for as long as it runs."""
    return hashlib.sha256(agent.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def may_seal(session: SessionFacts, now: datetime, *, within: timedelta, strength: Strength) -> bool:
    """Whether the last proof of who sits there is recent and strong enough for sealing and revoking."""
    return session.strength >= strength and now < session.strong_at + within


def needs_second_factor(session: SessionFacts, *, production: bool) -> bool:
    """Whether the session may do nothing yet but set up its second factor."""
    return production and session.actor.role in STAFF and session.strength < Strength.TWO_FACTORS


# --- one-time passwords ----------------------------------------------------------------------------------------------
STEP_SECONDS = 30
DIGITS = 6
_DRIFT = (0, -1, 1)
"""A phone's clock may be half a minute off (RFC 6238 section 5.2)."""


def totp(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The password of one time step (RFC 4226 section 5.3 over SHA-1, as every authenticator app has it)."""
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[-1] & 0xF
    number = struct.unpack(">I", mac[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_of(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.astimezone(UTC).timestamp()) // STEP_SECONDS


def totp_step(secret: bytes, typed: str, now: datetime, *, after: int | None) -> int | None:
    """The step that the typed password belongs to; None when it fits none, or one that was used (`after`) or before."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    here = step_of(now)
    fits = [here + drift for drift in _DRIFT if hmac.compare_digest(totp(secret, here + drift), code)]
    return next((step for step in fits if after is None or step > after), None)


def otpauth_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What an authenticator app scans (Key Uri Format)."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': base32(secret), 'issuer': issuer}, quote_via=quote)}"


def base32(secret: bytes) -> str:
    """As people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


# --- recovery codes --------------------------------------------------------------------------------------------------
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10


def recovery_code(random: bytes) -> str:
    """80 random bits in four groups of four letters and digits: no guess ever meets one, so a plain digest keeps it."""
    letters = base64.b32encode(random[:_RECOVERY_BYTES]).decode()
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def recovery_digest(typed: str) -> str:
    """Under what a recovery code is kept, however it was typed."""
    return hashlib.sha256("".join(typed.upper().replace("-", " ").split()).encode("utf-8", "replace")).hexdigest()


# --- the brake -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries in a window of time; windows begin at whole multiples of their length."""

    name: str
    most: int
    window: timedelta

    def begins(self, now: datetime) -> datetime:
        """When the window of this moment began."""
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)

    def bucket(self, caller: str) -> str:
        """Under what a caller is counted: a digest, because an address or a name says who somebody is."""
        return f"{self.name}:{hashlib.sha256(caller.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


SIGN_IN_PAIR = Limit("sign-in-pair", 10, timedelta(minutes=15))
"""Wrong pass words for one name from one address."""
SIGN_IN_NAME = Limit("sign-in-name", 60, timedelta(minutes=15))
"""For one name from anywhere: far above what a person mistypes, far below what a list of pass words needs."""
SIGN_IN_ADDRESS = Limit("sign-in-address", 200, timedelta(minutes=15))
"""From one address, behind which a whole office may sit."""
SECOND_FACTOR = Limit("second-factor", 5, timedelta(minutes=15))
"""Wrong one-time passwords of one account: 480 a day against 3 of 10^6 values are one hit in 700 days."""
STEP_UP = Limit("step-up", 5, timedelta(minutes=15))
"""Wrong proofs of who sits there in a living session: pass word or one-time password."""
LOOK_UP_CALLER = Limit("look-up", 120, timedelta(minutes=1))
"""Look-up codes asked by one caller, found or not."""
LOOK_UP_MISSES = Limit("look-up-miss", 20, timedelta(minutes=1))
"""Codes that were not there, asked by one caller."""
PEERS = Limit("peer", 300, timedelta(minutes=1))
"""Questions of one other vault: all counters of a province ask no more, a program that copies this one does."""
PARTNERS = Limit("partner", 300, timedelta(minutes=1))
"""Papers that one partner's system asks for: as another vault may."""
OPENINGS = Limit("open-dossier", 1000, timedelta(minutes=10))
"""Dossiers that one account opens: more than any counter, far fewer than it takes to try numbers one by one."""
SEARCHES = Limit("search", 120, timedelta(minutes=1))
"""Searches of one account: a person types no more, a program that copies the vault does."""

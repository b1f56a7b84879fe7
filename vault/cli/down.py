"""A part that is down, as `vault doctor` tells it: the code, what lies behind it, and what an operator does."""

from __future__ import annotations

from vault import messages, telemetry
from vault.cli.findings import Finding, State, Words, words
from vault.domain.errors import VaultError

_LONGEST = 160
_OTHER_CODES: dict[str, tuple[tuple[str, ...], str]] = {
    "DATABASE_DOWN": (
        ("password authentication failed", "no pg_hba.conf entry", "does not exist"),
        "DATABASE_PASSWORD",
    ),
    "OBJECT_STORE_DOWN": (
        ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"),
        "OBJECT_STORE_REFUSES",
    ),
}
"""What answers and refuses is mended otherwise than what does not answer: an operator must know which it is."""


def cause_of(error: BaseException) -> str:
    """What the library at the bottom said: one line, short, without anybody's number; nothing if nobody did."""
    deepest = error
    while deepest.__cause__ is not None:
        deepest = deepest.__cause__
    said = "" if isinstance(deepest, VaultError) else " ".join(str(deepest).split())
    text = telemetry.masked(said)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def broken(name: str, error: VaultError, state: State = State.BROKEN) -> Finding:
    """The finding of a part that refused or did not answer."""
    cause, code = cause_of(error), error.code
    signs, other = _OTHER_CODES.get(code, ((), code))
    if any(sign in cause for sign in signs):
        code = other
    facts = ", ".join(str(value) for value in error.facts.values())
    told = words("down", code=error.code, cause=cause or facts)
    advice = f"doctor.down.{code}"
    return Finding(name, state, told, Words(advice) if messages.known(advice) else Words(error.code, error.facts))


def crashed(name: str, error: Exception) -> Finding:
    """A check that met what it did not expect."""
    told = words("crashed", cause=f"{type(error).__name__}: {cause_of(error)}")
    return Finding(name, State.BROKEN, told, words("crashed.do"))

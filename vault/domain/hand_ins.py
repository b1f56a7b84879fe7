"""A paper that a citizen hands in by phone: a photograph on its way to the officer, never more than that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from vault.domain.errors import Conflict, Invalid
from vault.domain.intake import Intake, IntakeId, IntakeState

MOST_WAITING = 20
"""Papers of one citizen that an officer has not looked at yet; a phone keeps the others."""
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_WAITING = frozenset({IntakeState.RECEIVED, IntakeState.READ, IntakeState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class HandIn:
    """One sending. `key` is the phone's own: the same key of the same account is the same sending, however often."""

    account_id: str
    key: str
    intake_id: IntakeId
    holder_id: int
    at: datetime


def checked_key(key: str) -> str:
    """The key, or `SENDING_KEY`: 16 to 64 letters, digits, hyphens or underscores (a UUID fits)."""
    if not _KEY.fullmatch(key):
        raise Invalid("SENDING_KEY")
    return key


def check_room(intakes: tuple[Intake, ...]) -> None:
    """Refuse one more (`TOO_MANY_WAITING`) while this many wait for an officer."""
    if sum(one.state in _WAITING for one in intakes) >= MOST_WAITING:
        raise Conflict("TOO_MANY_WAITING", most=MOST_WAITING)

"""A share: a citizen's consent to show some fields of one paper, to whom, what for, and until when.

Two kinds need the service: a credential on the citizen's phone, which then shows it without us, and a short code that a
verifier redeems here, once. What a phone shows by itself is noted in the log only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vault.domain.ids import RecordCode
from vault.domain.records import StatusSlot

PHONE_LIFETIME = timedelta(hours=72)
"""The longest a credential stays on a phone after the sign-in that put it there."""
SHARE_WORDS = 120
"""Most characters of an audience or a purpose."""
TRIES_A_MINUTE = 10
STRANGERS_TRIES_A_MINUTE = 300
"""Wrong codes a minute: of one caller, and of all strangers together. Eight digits are guessed once in 10^8 tries."""


class ShareKind(StrEnum):
    """How it is shown."""

    PHONE = "PHONE"
    CODE = "CODE"


class ShareEnd(StrEnum):
    """Why a share does not live any more."""

    USED = "USED"
    STOPPED = "STOPPED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Share:
    """One consent. `slot` is the place of a phone's credential in the status list; `digits` are a code's."""

    id: str
    kind: ShareKind
    record: RecordCode
    holder_id: int
    audience: str
    purpose: str
    fields: tuple[str, ...]
    created_at: datetime
    ends_at: datetime
    slot: StatusSlot | None = None
    digits: str | None = None
    used_at: datetime | None = None
    stopped_at: datetime | None = None

    def ended(self, now: datetime) -> ShareEnd | None:
        """Why it has ended; None while it lives. What was used or stopped stays so after its time."""
        if self.used_at is not None:
            return ShareEnd.USED
        if self.stopped_at is not None:
            return ShareEnd.STOPPED
        return ShareEnd.EXPIRED if now >= self.ends_at else None

    @property
    def words(self) -> str:
        """Audience and purpose as they stand in the log."""
        return " – ".join(part for part in (self.audience, self.purpose) if part)

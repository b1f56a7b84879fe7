"""What is told to others after an act: a row of the act's own transaction, sent until it arrived, with one effect.

A letter says which thing changed, not how: its body is composed when it is first sent and kept until it arrived, so
that every further try sends the same bytes under the same key. A thing that changes again meanwhile needs no second
letter while the first was not composed, and a newer one otherwise, which takes the older one's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vault.domain.ids import DossierCode


class LetterKind(StrEnum):
    """What changed."""

    DOSSIER = "DOSSIER"
    RESULT = "RESULT"


class LetterState(StrEnum):
    """How far a letter is."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    SUPERSEDED = "SUPERSEDED"
    """A newer letter about the same thing says everything that this one would have said."""
    DEAD = "DEAD"
    """Refused, or failed too often: an operator looks at it (`vault outbox`)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of the outbox. `subject` is the thing's name at the receiver: mã hồ sơ, or `<mã hồ sơ>-KQ<n>`."""

    id: int
    kind: LetterKind
    subject: str
    dossier: DossierCode
    agency_code: str
    state: LetterState
    at: datetime
    due_at: datetime
    attempts: int = 0
    faults: int = 0
    body: Mapping[str, object] | None = None
    failure: str | None = None
    delivered_at: datetime | None = None
    receipt: str | None = None

    @property
    def key(self) -> str:
        """Under which the receiver knows a letter that comes again; ids only grow, so they are versions as well."""
        return f"{self.subject}#{self.id}"


MOST_FAULTS = 12
"""A letter that breaks the receiver so often (it answered, with a fault of its own) is put aside for an operator.

A receiver that cannot be reached at all, or says that it is busy, never makes a letter dead, however long it takes.
"""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
LEASE = timedelta(minutes=2)
"""How long whoever took a letter may take to send it; after a crash it is sent again, under the same key."""


def wait_after(attempts: int) -> timedelta:
    """How long until the next try: 5, 10, 20 … at most 600 seconds."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)

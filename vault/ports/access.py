"""Ports of who may read what: circumstances of a read, urgent access, and how far a transaction reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vault.domain.access import Circumstances
from vault.domain.ids import RecordCode
from vault.domain.people import Actor


class Reach(StrEnum):
    """How far one transaction of an actor reaches, below everything that the program checks."""

    OWN = "OWN"
    """The actor's agency, or the actor's own papers; and papers of the people of a dossier that was loaded in it."""
    BELOW = "BELOW"
    """As OWN, and for oversight the dossiers and events of the agencies below (whose code continues the actor's)."""
    SHOWN = "SHOWN"
    """Any paper and any share: somebody shows it, by a code of 64 random bits, a signature, or a code of a minute."""


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A paper was read without a dossier or a presentation: by whom, for what written reason, and who judged it."""

    id: str
    record: RecordCode
    agency_code: str
    account_id: str
    name: str
    reason: str
    at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    finding: str | None = None


class AccessRows(Protocol):
    """What links a reader and a paper, and the glass that was broken."""

    def circumstances(
        self, actor: Actor, record: RecordCode, holder_ids: Collection[int], *, now: datetime
    ) -> Circumstances:
        """Dossiers of the actor's agency about these people, what this very actor was shown or broke, an open case."""
        ...

    def break_glass(self, glass: BrokenGlass, *, since: datetime) -> BrokenGlass:
        """Keep it, or give what the same account said in the same words about the same paper after `since`.

        Holder and data-protection officer see it as soon as the transaction is over.
        """
        ...

    def broken(self, agency_code: str, *, limit: int) -> tuple[BrokenGlass, ...]:
        """An agency's cases: what nobody has reviewed first, then the newest."""
        ...

    def broken_on(self, holder_id: int, *, limit: int) -> tuple[BrokenGlass, ...]:
        """Cases on papers that name the holder, newest first."""
        ...

    def review(self, glass_id: str, *, agency_code: str, by: str, at: datetime, finding: str) -> BrokenGlass | None:
        """Keep the data-protection officer's finding; the first one stays. None when the agency has no such case."""
        ...

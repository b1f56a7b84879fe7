"""Port inside a transaction: old numbers that somebody else is known by."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vault.domain.ties import Tie, TieState


class Ties(Protocol):
    """Proposed, confirmed and taken back; nothing of them is forgotten."""

    def propose(self, tie: Tie) -> None:
        """Keep a new one."""
        ...

    def get(self, tie_id: str, *, lock: bool = False) -> Tie:
        """One; `NotFound` (`TIE`)."""
        ...

    def decide(self, tie_id: str, state: TieState, *, by: str, named: str, reason: str, at: datetime) -> None:
        """What became of it."""
        ...

    def unite(self, tie: Tie) -> int:
        """The other one's number and papers become the holder's, in every agency; gives how many papers.

        `HOLDER_NUMBER_TAKEN` for somebody who has other numbers or signs in. What papers print stays as printed.
        """
        ...

    def part(self, tie: Tie) -> int:
        """The number, every paper that prints it, and what had followed go back to the other one."""
        ...

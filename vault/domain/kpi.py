"""Figures of oversight, computed from events alone: no flag anybody could set counts (QĐ 766, the trap of 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from vault.domain.audit import Outcome
from vault.domain.people import Action


@dataclass(frozen=True, slots=True)
class Tally:
    """How often an act ended in an outcome on a day."""

    day: date
    action: Action
    outcome: Outcome
    code: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the state did with papers it already held."""

    digitised: int
    reused: int
    asked_again: int
    once_only_refused: int
    presented: int
    verified: int
    dossiers: int


def figures(tallies: Iterable[Tally]) -> Figures:
    """Add events up: sealed records, attachments, demands, demands refused by the once-only rule, and so on."""
    rows = tuple(tallies)

    # An act that concerns several people is one event a person; the others' are marked PARTY and counted once.
    def total(action: Action, outcome: Outcome = Outcome.DONE, code: str | None = None) -> int:
        return sum(
            row.count
            for row in rows
            if row.action is action and row.outcome is outcome and (row.code == code if code else row.code != "PARTY")
        )

    return Figures(
        digitised=total(Action.SEAL),
        reused=total(Action.ATTACH),
        asked_again=total(Action.DEMAND),
        once_only_refused=total(Action.DEMAND, Outcome.REFUSED, "ONCE_ONLY"),
        presented=total(Action.PRESENT),
        verified=total(Action.VERIFY),
        dossiers=total(Action.OPEN_DOSSIER),
    )

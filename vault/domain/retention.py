"""Retention rules: how long what is not a record stays. Rules are data with a source; evidence is never among them.

A record lives as long as its agency keeps it (erasure is its own act, with its ground), and what happened is kept for
at least five years: `EVIDENCE_YEARS`, which no rule can shorten, because no rule names an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vault.domain.errors import Invalid

EVIDENCE_YEARS = 5
"""Events and their places in the log are append-only: the program's role may not delete them at any age."""
SHORTEST = timedelta(days=1)


class Kept(StrEnum):
    """What a rule may let go. A closed set: whatever is not in it stays."""

    DISCARDED = "DISCARDED"
    """Files that an officer took off the desk: no paper for the vault."""
    FAILED = "FAILED"
    """Files that nothing could read."""
    ABANDONED = "ABANDONED"
    """Papers that were read and that nobody ever confirmed or discarded."""
    KNOWN = "KNOWN"
    """Scans of a record that is there already; the record and its own scan stay."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days one kind stays after it came in, and on what source; `verified` as in the catalogue."""

    kept: Kept
    days: int
    source: str
    verified: bool


def check_rules(rules: Sequence[Rule]) -> None:
    """`RETENTION_RULE` for a rule that names something twice, or lets it go the same day."""
    for place, rule in enumerate(rules):
        if timedelta(days=rule.days) < SHORTEST or any(rule.kept is one.kept for one in rules[:place]):
            raise Invalid("RETENTION_RULE", rule=rule.kept.value)


def due_before(rule: Rule, now: datetime) -> datetime:
    """What came in before this may go."""
    return now - timedelta(days=rule.days)

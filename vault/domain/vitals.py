"""What an operator must see at a glance: what waits, since when, and what runs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things that wait: how many, and since when the oldest does (None: nothing waits)."""

    count: int
    oldest: datetime | None = None

    def seconds(self, now: datetime) -> float:
        """How long the oldest has waited; 0 when nothing waits or a clock stepped back."""
        return 0.0 if self.oldest is None else max(0.0, (now - self.oldest).total_seconds())


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the rows.

    `jobs`: by name, those that could start now. `failed_jobs`: given up, kept for a person to look at. `papers`:
    intakes that nobody has confirmed yet. `seals`: sealed without a time stamp that can be proved (TIMESTAMP_PENDING).
    `log`: events that no signed checkpoint covers yet. `workers`: processes that gave a sign of life within a minute.
    `letters`: what the national store was not told yet. `dead_letters`: what it refused; an operator has to look.
    """

    jobs: Mapping[str, Waiting]
    failed_jobs: int
    papers: Waiting
    seals: Waiting
    log: Waiting
    workers: int
    letters: Waiting = Waiting(0)
    dead_letters: int = 0


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends: `what` is one of `trust_list`, `seal_certificate`, `qr_key`, `status_key`."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at a time. `parts` were asked, `down` of them did not answer; what only they know is missing."""

    now: datetime
    parts: Sequence[str]
    down: Sequence[str]
    vitals: Vitals | None
    expiries: Sequence[Expiry]

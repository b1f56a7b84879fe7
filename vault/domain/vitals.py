"""What an operator must see at a glance: what waits, since when, and what runs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from vault.domain.upkeep import Task


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

    `jobs`: by name, those that could start now. `failed_jobs`: given up within the last day. `papers`:
    intakes that nobody has confirmed yet. `seals`: sealed without a time stamp that can be proved (TIMESTAMP_PENDING).
    `log`: events that no signed checkpoint covers yet. `workers`: processes that gave a sign of life within a minute.
    `letters`: what the national store was not told yet. `dead_letters`: what it refused; an operator has to look.
    `late`: open dossiers whose day is over, by working days in Viet Nam (`inbox.late_before`). `failing_webhooks`:
    subscriptions of partners that were switched off, or have failed for an hour. `scrub_errors`: blobs that did not
    read back and that no copy has healed. `upkeep`: when each task of upkeep last ended well, for those that ever did.
    """

    jobs: Mapping[str, Waiting]
    failed_jobs: int
    papers: Waiting
    seals: Waiting
    log: Waiting
    workers: int
    letters: Waiting = Waiting(0)
    dead_letters: int = 0
    late: int = 0
    failing_webhooks: int = 0
    scrub_errors: int = 0
    upkeep: Mapping[Task, datetime] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends: `what` is one of `trust_list`, `seal_certificate`, `qr_key`, `status_key`, `status_list`."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at a time. `parts` were asked, `down` of them did not answer; what only they know is missing.

    `paper_wait`: working time that the oldest paper has waited for an officer; nights and feasts are no waiting.
    """

    now: datetime
    parts: Sequence[str]
    down: Sequence[str]
    vitals: Vitals | None
    expiries: Sequence[Expiry]
    paper_wait: timedelta = timedelta()

"""Ports of the digitising desk beside single papers: batches, and phones that are let in for some minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from vault.domain.batches import Batch, BatchId, BatchState, Part, SeenPage
from vault.domain.intake import Intake, IntakeId
from vault.domain.people import Actor


class Batches(Protocol):
    """Batches of papers; one per agency and bytes."""

    def add(self, batch: Batch) -> Batch:
        """Add, or give the one that was there first (same agency, same bytes). A duplicate is an answer."""
        ...

    def get(self, batch_id: BatchId) -> Batch:
        """The batch with its parts; `NotFound` (`BATCH`)."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Batch, ...]:
        """The newest first, without their parts."""
        ...

    def set_state(self, batch_id: BatchId, state: BatchState, *, failure: str | None = None) -> None:
        """Record a step."""
        ...

    def add_seen(self, batch_id: BatchId, start: int, pages: Sequence[SeenPage]) -> None:
        """Keep what was seen of the pages from `start` on; nothing changes unless exactly `start` pages are kept."""
        ...

    def seen(self, batch_id: BatchId) -> tuple[SeenPage, ...]:
        """Every page that was looked at, in order."""
        ...

    def erase(self, batch_id: BatchId) -> None:
        """Blank what was received; the row stays, and the same bytes may come in anew."""
        ...

    def set_parts(self, batch_id: BatchId, parts: Sequence[Part]) -> None:
        """Keep where the papers are; the first word stands."""
        ...

    def set_part(self, batch_id: BatchId, part: Part) -> None:
        """Keep what became of a part."""
        ...


class HandOvers(Protocol):
    """Phones let in by an officer; kept as the SHA-256 of the token in the QR."""

    def open(self, token_hash: str, account_id: str, *, at: datetime, expires_at: datetime) -> None:
        """Let a phone in; forget the ones whose time ran out a day ago."""
        ...

    def actor_of(self, token_hash: str, *, at: datetime) -> Actor | None:
        """In whose name the phone sends, while it may and the account lives."""
        ...

    def close(self, token_hash: str, *, account_id: str, at: datetime) -> None:
        """Let it in no more; closing what is not there succeeds."""
        ...

    def note(self, token_hash: str, intake_id: IntakeId, *, at: datetime) -> None:
        """Keep that this paper came by it."""
        ...

    def intakes(self, token_hash: str, *, account_id: str) -> tuple[Intake, ...]:
        """What came by it, in order; nothing for another account's."""
        ...

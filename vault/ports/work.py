"""Work that waits for a worker, and a look at what waits."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol

from vault.domain.batches import BatchId
from vault.domain.corrections import CorrectionId
from vault.domain.intake import IntakeId
from vault.domain.vitals import Vitals


class JobName(StrEnum):
    """Names of jobs, as the queue's rows hold them; never renamed while rows may wait."""

    READ = "read_intake"
    SEAL = "seal_intake"
    SPLIT = "split_batch"
    CORRECT = "correct_record"
    SEARCHABLE = "make_searchable"
    PUBLISH_STATUS = "publish_status"
    DELIVER = "deliver_letters"
    ASK_OUTSIDE = "ask_outside"
    FETCH_OUTSIDE = "fetch_outside"
    TAKE_ONLINE = "take_online_dossiers"
    WEBHOOKS = "send_webhooks"


class Jobs(Protocol):
    """Work for the worker, enqueued with the rows it is about: it runs if and only if the transaction commits."""

    def read(self, intake_id: IntakeId) -> None:
        """Read this paper."""
        ...

    def read_on(self, intake_id: IntakeId) -> None:
        """Read more pages of a long paper whose proposal is made, when nothing more urgent waits."""
        ...

    def make_searchable(self, intake_id: IntakeId) -> None:
        """Make the searchable copy of a paper whose pages are read, when nothing more urgent waits."""
        ...

    def seal(self, intake_id: IntakeId, *, after: int = 0) -> None:
        """Seal this paper, not before so many seconds have passed."""
        ...

    def split(self, batch_id: BatchId) -> None:
        """Split this batch."""

    def correct(self, case_id: CorrectionId) -> None:
        """Seal the version that an accepted correction asks for."""
        ...

    def ask_outside(self, ask: str) -> None:
        """Put this question to its source, unless the counter has its answer by then."""
        ...

    def fetch_outside(self, paper: str, account_id: str) -> None:
        """Go on fetching this paper for an officer."""
        ...

    def publish_status(self) -> None:
        """Publish the status lists: something that they tell has changed."""
        ...

    def worker_seen(self) -> bool:
        """Whether any worker gave a sign of life within the last minute."""
        ...


class VitalSigns(Protocol):
    """What waits, for the people who run it."""

    def read(self, late_before: date) -> Vitals:
        """One look, cheap enough for every fifteen seconds. Open dossiers due before that day are late."""
        ...

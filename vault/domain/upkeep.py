"""What can be wrong between rows, blobs, keys, log and lists; and what keeping a vault well leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGE = timedelta(days=1)
"""Handing a file in takes seconds: what does not belong together after a day never will."""


class Fault(StrEnum):
    """Everything that `vault fsck` can find, by name. Names are for operators and never change."""

    # rows
    RECORD_WITHOUT_VERSION = "RECORD_WITHOUT_VERSION"
    RECORD_WITHOUT_PLACE = "RECORD_WITHOUT_PLACE"
    """No place in a status list: nobody could be told of its revocation."""
    RECORD_OUTSIDE_INDEX = "RECORD_OUTSIDE_INDEX"
    INTAKE_WITHOUT_RECORD = "INTAKE_WITHOUT_RECORD"
    INTAKE_WITHOUT_PAGES = "INTAKE_WITHOUT_PAGES"
    # work
    INTAKE_STUCK = "INTAKE_STUCK"
    BATCH_STUCK = "BATCH_STUCK"
    CORRECTION_STUCK = "CORRECTION_STUCK"
    JOB_WITHOUT_WORKER = "JOB_WITHOUT_WORKER"
    # keys
    BLOB_WITHOUT_KEY = "BLOB_WITHOUT_KEY"
    """A row names a blob for which its paper has no key."""
    TEXT_WITHOUT_KEY = "TEXT_WITHOUT_KEY"
    KEY_WITHOUT_ROW = "KEY_WITHOUT_ROW"
    KEY_CLOSED = "KEY_CLOSED"
    """A wrap that no wrapping key at hand opens."""
    KEYS_DISAGREE = "KEYS_DISAGREE"
    """Two wraps of one blob hold different keys: one of the two papers is lost."""
    # blobs
    BLOB_MISSING = "BLOB_MISSING"
    BLOB_DAMAGED = "BLOB_DAMAGED"
    OBJECT_WITHOUT_KEY = "OBJECT_WITHOUT_KEY"
    CLEAR_WITHOUT_ROW = "CLEAR_WITHOUT_ROW"
    # log
    EVENT_OUTSIDE_LOG = "EVENT_OUTSIDE_LOG"
    RECORD_WITHOUT_SEALING = "RECORD_WITHOUT_SEALING"
    """No event tells of its sealing, so the log proves nothing about it."""
    LOG_BROKEN = "LOG_BROKEN"
    # status lists
    LIST_MISSING = "LIST_MISSING"
    LIST_UNREADABLE = "LIST_UNREADABLE"
    LIST_OLD = "LIST_OLD"
    LIST_WRONG = "LIST_WRONG"


class Cure(StrEnum):
    """Who mends a fault."""

    RECONCILE = "vault reconcile"
    SCRUB = "vault scrub"
    RESTORE = "restore from a backup (deploy/README.md)"
    WORKER = "a worker that runs"
    PERSON = "a person has to look"


_BY_RECONCILE = (
    Fault.RECORD_OUTSIDE_INDEX, Fault.INTAKE_STUCK, Fault.BATCH_STUCK, Fault.CORRECTION_STUCK, Fault.JOB_WITHOUT_WORKER,
    Fault.KEY_WITHOUT_ROW, Fault.OBJECT_WITHOUT_KEY, Fault.CLEAR_WITHOUT_ROW, Fault.EVENT_OUTSIDE_LOG,
)  # fmt: skip
CURES: Mapping[Fault, Cure] = {
    **dict.fromkeys(Fault, Cure.PERSON),
    **dict.fromkeys(_BY_RECONCILE, Cure.RECONCILE),
    **dict.fromkeys((Fault.BLOB_MISSING, Fault.BLOB_DAMAGED), Cure.SCRUB),
    **dict.fromkeys(
        (Fault.BLOB_WITHOUT_KEY, Fault.TEXT_WITHOUT_KEY, Fault.KEY_CLOSED, Fault.KEYS_DISAGREE), Cure.RESTORE
    ),
    **dict.fromkeys((Fault.RECORD_WITHOUT_VERSION, Fault.INTAKE_WITHOUT_PAGES, Fault.LOG_BROKEN), Cure.RESTORE),
    **dict.fromkeys((Fault.LIST_MISSING, Fault.LIST_UNREADABLE, Fault.LIST_OLD, Fault.LIST_WRONG), Cure.WORKER),
}
"""What to do about each fault."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault and the thing that has it: a code, an identifier or a name in the bucket; never a person."""

    fault: Fault
    what: str
    told: str = ""


class Task(StrEnum):
    """Upkeep whose last good run is kept, so that an operator sees when it stops happening."""

    FSCK = "fsck"
    SCRUB = "scrub"
    RECONCILE = "reconcile"
    BACKUP = "backup"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Run:
    """When a task last ended well, and what it found."""

    at: datetime
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Damage:
    """A blob that did not read back, since when; `healed_by` names the copy that brought it back."""

    digest: str
    fault: Fault
    found_at: datetime
    healed_at: datetime | None = None
    healed_by: str | None = None

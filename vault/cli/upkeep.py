"""What `vault doctor` says about upkeep: backups, copies, damaged files, checks, certificates and published lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from vault.bootstrap import App
from vault.cli.findings import Finding, State, judged, words
from vault.domain.states import RecordState
from vault.domain.upkeep import Run, Task
from vault.usecases.digitize.confirm import STATUS_LIST
from vault.usecases.heal.fsck import LIST_AGE
from vault.usecases.verify.publish_status import status_path

BACKUP_AGE = timedelta(hours=26)
SCRUB_AGE = timedelta(days=90)
FSCK_AGE = timedelta(days=8)
SEAL_ENDS = timedelta(days=60)
SLOT_BYTES = 4 * 1024**3
COPIES, PLACES = 3, 2
"""QCVN 12:2026: three copies in two places (read in public summaries; not verified in the text)."""


def upkeep(service: App) -> Iterator[Finding]:
    """What is read from the rows: when each task last ended well."""
    with service.uow.begin() as tx:
        noted, damages = tx.upkeep.noted(), len(tx.upkeep.damages())
    now = service.clock.now()
    yield _backup(noted.get(Task.BACKUP), now)
    yield _copies(service, noted.get(Task.BACKUP))
    told, advice = words("damaged", count=damages), words("damaged.do")
    yield judged("damaged files", told, wrong=damages > 0, advice=advice, state=State.BROKEN)
    yield _scrub(noted.get(Task.SCRUB), now)
    yield _fsck(noted.get(Task.FSCK), now)


def _backup(run: Run | None, now: datetime) -> Finding:
    if run is None:
        return Finding("backup", State.WORSE, words("never"), words("backup.never.do"))
    age = now - run.at
    told = words("backup", hours=f"{age / timedelta(hours=1):.1f}")
    return judged("backup", told, wrong=age > BACKUP_AGE, advice=words("backup.do"))


def _copies(service: App, run: Run | None) -> Finding:
    settings = service.settings
    copies, places = 1 + len(settings.copies), len({settings.place, *(one.place for one in settings.copies)})
    kept = run.details.get("kept_by") if run else None
    locked = isinstance(kept, Mapping) and any(str(one).startswith("object lock") for one in kept.values())
    told = words("copies.locked" if locked else "copies.open", copies=copies, places=places)
    wrong = copies < COPIES or places < PLACES or not locked
    return judged("copies", told, wrong=wrong, advice=words("copies.do"))


def _scrub(run: Run | None, now: datetime) -> Finding:
    advice = words("scrub.do")
    if run is None:
        return Finding("scrub", State.WORSE, words("never"), advice)
    whole, since = str(run.details.get("whole") or ""), str(run.details.get("since") or "")
    if whole:
        age = now - datetime.fromisoformat(whole)
        return judged("scrub", words("scrub.whole", days=age.days), wrong=age > SCRUB_AGE, advice=advice)
    slow = bool(since) and now - datetime.fromisoformat(since) > SCRUB_AGE
    return judged("scrub", words("scrub.first", seen=run.details.get("seen", 0)), wrong=slow, advice=advice)


def _fsck(run: Run | None, now: datetime) -> Finding:
    if run is None:
        return Finding("fsck", State.WORSE, words("never"), words("fsck.do"))
    age, faults = now - run.at, ", ".join(sorted(run.details))
    told = words("fsck" if faults else "fsck.agreed", days=age.days, faults=faults)
    return judged("fsck", told, wrong=age > FSCK_AGE or bool(faults), advice=words("fsck.do"))


def log_for_backup(service: App) -> Iterator[Finding]:
    """How much of the database's log waits for the copies."""
    if service.settings.copies and service.settings.backup_database_url is not None:
        waits = service.database_copier.waits()
        told = words("slot.none") if waits is None else words("slot", size=f"{waits / 1024**2:.0f}")
        wrong = waits is not None and waits > SLOT_BYTES
        yield judged("backup of the log", told, wrong=wrong, advice=words("slot.do"))


def seal_ends(service: App) -> Iterator[Finding]:
    """The seal's certificate."""
    left = service.sealing.expires - service.clock.now()
    over = left <= timedelta()
    yield judged(
        "seal certificate",
        words("ends.over" if over else "ends.left", days=abs(left.days)),
        wrong=left < SEAL_ENDS,
        advice=words("ends.do"),
        state=State.BROKEN if over else State.WORSE,
    )


def status_lists(service: App) -> Iterator[Finding]:
    """How old the published status lists are."""
    now = service.clock.now()
    with service.uow.begin() as tx:
        states = {one: tx.records.states(one) for one in sorted({STATUS_LIST, *tx.records.status_lists()})}
    for number, kept in states.items():
        yield _status_list(service, number, kept, now)


def _status_list(service: App, number: int, states: Mapping[int, RecordState], now: datetime) -> Finding:
    name = "status list" if number == STATUS_LIST else f"status list {number}"
    token = service.published.get(status_path(number))
    if token is None:
        return Finding(name, State.WORSE, words("list.none"), words("list.do"))
    read = service.credentials.read_status(number, token, states, now=now)
    age = None if read.signed_at is None else now - read.signed_at
    told = words("text", text=read.fault) if age is None else words("list.age", seconds=round(age.total_seconds()))
    return judged(name, told, wrong=age is None or age > LIST_AGE, advice=words("list.do"))

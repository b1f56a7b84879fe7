"""What `vault doctor` says about upkeep: backups, copies, damaged files, checks, certificates and published lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from vault.bootstrap import App
from vault.cli.findings import Finding, State, judged
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
    yield judged(
        "damaged files",
        f"{damages} do not read back",
        wrong=damages > 0,
        advice="`vault fsck` names them; `vault scrub` brings them back once a copy answers (runbook: lose a node).",
        state=State.BROKEN,
    )
    yield _scrub(noted.get(Task.SCRUB), now)
    yield _fsck(noted.get(Task.FSCK), now)


def _backup(run: Run | None, now: datetime) -> Finding:
    advice = "Set VAULT_COPIES and let `vault backup --follow 60` run (deploy/README.md, backup)."
    if run is None:
        return Finding("backup", State.WORSE, "never", advice)
    age = now - run.at
    told = f"{age / timedelta(hours=1):.1f} hours ago"
    return judged(
        "backup", told, wrong=age > BACKUP_AGE, advice="`vault backup` tells which store or database refuses."
    )


def _copies(service: App, run: Run | None) -> Finding:
    settings = service.settings
    copies, places = 1 + len(settings.copies), len({settings.place, *(one.place for one in settings.copies)})
    kept = run.details.get("kept_by") if run else None
    locked = isinstance(kept, Mapping) and any(str(one).startswith("object lock") for one in kept.values())
    told = f"{copies} copies, {places} places, {'one' if locked else 'none'} that nobody can overwrite"
    wrong = copies < COPIES or places < PLACES or not locked
    advice = (
        "Name two more stores in VAULT_COPIES, one of them elsewhere and with lock_days (deploy/README.md, backup). "
        "A lock shows here after the next `vault backup`."
    )
    return judged("copies", told, wrong=wrong, advice=advice)


def _scrub(run: Run | None, now: datetime) -> Finding:
    advice = "A worker reads a little every five minutes; a large vault needs `vault scrub` by a timer as well."
    if run is None:
        return Finding("scrub", State.WORSE, "never", advice)
    whole, since = str(run.details.get("whole") or ""), str(run.details.get("since") or "")
    if whole:
        age = now - datetime.fromisoformat(whole)
        return judged("scrub", f"everything was read {age.days} days ago", wrong=age > SCRUB_AGE, advice=advice)
    slow = bool(since) and now - datetime.fromisoformat(since) > SCRUB_AGE
    return judged("scrub", f"first time under way, {run.details.get('seen', 0)} files read", wrong=slow, advice=advice)


def _fsck(run: Run | None, now: datetime) -> Finding:
    advice = "Let `vault fsck` run every week by a timer; it names what is wrong and what mends it."
    if run is None:
        return Finding("fsck", State.WORSE, "never", advice)
    age, faults = now - run.at, ", ".join(sorted(run.details))
    told = f"{age.days} days ago: {faults or 'everything agreed'}"
    return judged("fsck", told, wrong=age > FSCK_AGE or bool(faults), advice=advice)


def log_for_backup(service: App) -> Iterator[Finding]:
    """How much of the database's log waits for the copies."""
    if service.settings.copies and service.settings.backup_database_url is not None:
        waits = service.database_copier.waits()
        told = "no slot yet" if waits is None else f"{waits / 1024**2:.0f} MiB wait"
        advice = "The server keeps its log for a backup that does not come: run `vault backup`, or its disk fills up."
        yield judged("backup of the log", told, wrong=waits is not None and waits > SLOT_BYTES, advice=advice)


def ends(service: App) -> Iterator[Finding]:
    """The seal's certificate, and how old the published status lists are."""
    now = service.clock.now()
    left = service.sealing.expires - now
    yield judged(
        "seal certificate",
        f"ends in {left.days} days" if left > timedelta() else f"ended {-left.days} days ago: nothing can be sealed",
        wrong=left < SEAL_ENDS,
        advice="Ask the authority for the next one now: `vault keys create seal --out seal.csr` (rotate keys).",
        state=State.WORSE if left > timedelta() else State.BROKEN,
    )
    with service.uow.begin() as tx:
        states = {one: tx.records.states(one) for one in sorted({STATUS_LIST, *tx.records.status_lists()})}
    for number, kept in states.items():
        yield _status_list(service, number, kept, now)


def _status_list(service: App, number: int, states: Mapping[int, RecordState], now: datetime) -> Finding:
    name = "status list" if number == STATUS_LIST else f"status list {number}"
    advice = "Verifiers will call credentials stale: is a worker running? `vault status`, then the worker's log."
    token = service.published.get(status_path(number))
    if token is None:
        return Finding(name, State.WORSE, "not published yet", advice)
    read = service.credentials.read_status(number, token, states, now=now)
    age = None if read.signed_at is None else now - read.signed_at
    told = read.fault if age is None else f"signed {age.total_seconds():.0f} s ago"
    return judged(name, told, wrong=age is None or age > LIST_AGE, advice=advice)

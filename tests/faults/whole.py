"""The one assertion that every fault test ends with: nothing lost, nothing doubled, nothing stuck, log and blobs agree.

Read from the tables and the store themselves, not through the use cases that were broken: an oracle of its own.

* **lost**: every paper that was confirmed to somebody is there, and every file that a row names opens to its digest.
* **doubled**: one paper for the same bytes of an agency, one record a paper, one event for each act that counts.
* **stuck**: a paper on its way has a job, no job is in the hands of a process that is gone, no transaction lies open.
* **agree**: every event is one leaf of the log, the log checks itself, and commits to the very credential of each
  record; the published status list says what the rows say.

What nobody names (a key whose paper never came to be, an object without a row) is no fault here: `reconcile` sweeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import Connection, text

import qr
from vault.bootstrap import App
from vault.domain.errors import VaultError
from vault.domain.ids import Digest, digest_of
from vault.domain.states import RecordState
from vault.usecases.verify.publish_status import publish_status, published_status

_WAITS_FOR = {"RECEIVED": "read_intake", "CONFIRMED": "seal_intake"}
_STATUS = {
    RecordState.ACTIVE: qr.Status.VALID,
    RecordState.SUSPENDED: qr.Status.SUSPENDED,
    RecordState.SUPERSEDED: qr.Status.SUPERSEDED,
    RecordState.REVOKED: qr.Status.REVOKED,
}


def assert_whole(app: App, *, of: Collection[str] | None = None, drained: bool = False, told: str = "") -> None:
    """Assert it for the papers with these intake ids, or for every paper there is.

    `drained`: workers are there and had time, so nothing may be on its way any more. `told` says what struck.
    """
    found = list(faults_of(app, of=of, drained=drained))
    assert not found, "\n".join([told, *found] if told else found)


def faults_of(app: App, *, of: Collection[str] | None = None, drained: bool = False) -> Iterator[str]:
    """What is wrong, in words."""
    while app.log.head().size < app.log.advance():
        pass
    with app.uow.engine.connect() as db:
        yield from _lost(app, db, of)
        yield from _doubled(db, of)
        yield from _stuck(db, of, drained=drained)
        yield from _log(app, db)
    yield from _status(app)


def _rows(db: Connection, query: str, of: Collection[str] | None, **values: object) -> list[Any]:
    """Rows of `query`, whose `{of}` is the condition that picks the papers by `intake.id`."""
    condition = "true" if of is None else "intake.id = ANY(:of)"
    given = values if of is None else {**values, "of": list(of)}
    return list(db.execute(text(query.format(of=condition)), given))


def _lost(app: App, db: Connection, of: Collection[str] | None) -> Iterator[str]:
    if of is not None:
        there = {row.id for row in _rows(db, "SELECT id FROM intake WHERE {of}", of)}
        yield from (f"lost: paper {one}" for one in sorted(set(of) - there))
    named = _rows(
        db,
        """
        SELECT id, what, digest FROM (
            SELECT intake.id, 'original' AS what, intake.original AS digest FROM intake WHERE {of}
            UNION SELECT intake.id, 'searchable', searchable FROM intake WHERE searchable IS NOT NULL AND {of}
            UNION SELECT intake.id, 'preview', preview FROM intake JOIN intake_page ON intake_id = intake.id WHERE {of}
            UNION SELECT intake.id, 'layout', layout FROM intake JOIN intake_page ON intake_id = intake.id WHERE {of}
            UNION SELECT intake.id, 'sealed', sealed FROM intake JOIN record ON record.intake_id = intake.id
                JOIN record_version ON record_id = record.id WHERE erased_at IS NULL AND {of}
        ) AS named WHERE digest <> '' AND digest NOT LIKE 'erased:%'
        """,
        of,
    )
    for paper, what, digest in named:
        try:
            if digest_of(app.blobs.get(Digest(digest))) != digest:
                yield f"lost: {what} of {paper}: other bytes"
        except VaultError as error:
            yield f"lost: {what} of {paper}: {error}"


def _doubled(db: Connection, of: Collection[str] | None) -> Iterator[str]:
    for row in _rows(
        db,
        "SELECT agency_code, original, count(*) FROM intake WHERE NOT retired AND {of} GROUP BY 1, 2"
        " HAVING count(*) > 1",
        of,
    ):
        yield f"doubled: the same bytes are {row.count} papers of {row.agency_code}"
    for row in _rows(
        db,
        "SELECT intake.id, count(*) FROM intake JOIN record ON record.intake_id = intake.id WHERE {of}"
        " GROUP BY 1 HAVING count(*) > 1",
        of,
    ):
        yield f"doubled: paper {row.id} is {row.count} records"
    # A word that was taken back or given back may be said again; every other act of the digitising is one event.
    for row in _rows(
        db,
        """
        SELECT intake.id, intake.state, intake.record_code, intake.channel,
            count(*) FILTER (WHERE action = 'RECEIVE' AND event.code IS NULL) AS received,
            count(*) FILTER (WHERE action = 'READ' AND outcome = 'DONE') AS read,
            count(*) FILTER (WHERE action = 'CONFIRM' AND outcome = 'DONE' AND event.code IS NULL) AS said,
            count(*) FILTER (WHERE action = 'CONFIRM' AND event.code = 'TAKEN_BACK'
                             OR action = 'SEAL' AND outcome = 'REFUSED') AS given_back,
            count(*) FILTER (WHERE action = 'SEAL' AND outcome = 'DONE') AS sealed
        FROM intake JOIN event ON event.details->>'intake' = intake.id WHERE {of} GROUP BY 1, 2, 3, 4
        """,
        of,
    ):
        if row.received > 1:
            yield f"doubled: paper {row.id} was received {row.received} times"
        told = row.channel == "IMPORT" and row.state != "READ"  # an old store's index said what stands on it
        if row.state in {"READ", "CONFIRMED", "SEALED"} and row.read != 1 and not (told and row.read == 0):
            yield f"doubled: paper {row.id} was read {row.read} times"
        if row.state in {"CONFIRMED", "SEALED"} and row.said - row.given_back != 1:
            yield f"doubled: paper {row.id} was confirmed {row.said} times, taken back {row.given_back} times"
        if row.sealed != (row.state == "SEALED") or (row.record_code is None) != (row.state != "SEALED"):
            yield f"doubled: paper {row.id} is {row.state} as {row.record_code} and was sealed {row.sealed} times"
    for row in _rows(
        db,
        """
        SELECT dossier_code, details->>'component' AS component, record_code, count(*) FROM event
        JOIN attachment USING (dossier_code, record_code) WHERE action = 'ATTACH' AND outcome = 'DONE'
        AND attachment.component = event.details->>'component' GROUP BY 1, 2, 3 HAVING count(*) > 1
        """,
        None,
    ):
        yield f"doubled: {row.record_code} was attached to {row.dossier_code} {row.count} times"
    for row in _rows(
        db,
        "SELECT record_code, version, count(*) FROM event WHERE action = 'SEAL' AND outcome = 'DONE'"
        " GROUP BY 1, 2 HAVING count(*) > 1",
        None,
    ):
        yield f"doubled: version {row.version} of {row.record_code} was sealed {row.count} times"


def _stuck(db: Connection, of: Collection[str] | None, *, drained: bool) -> Iterator[str]:
    for row in _rows(
        db,
        "SELECT id, state, failure FROM intake WHERE state IN ('RECEIVED', 'CONFIRMED', 'FAILED') AND {of}",
        of,
    ):
        jobs = db.execute(
            text(
                "SELECT count(*) FROM procrastinate_jobs WHERE args->>'intake_id' = :id AND task_name = :task"
                " AND status IN ('todo', 'doing')"
            ),
            {"id": row.id, "task": _WAITS_FOR.get(row.state, "")},
        ).scalar_one()
        if row.state == "FAILED":
            yield f"stuck: paper {row.id} failed with {row.failure}"
        elif drained or not jobs:
            yield f"stuck: paper {row.id} is {row.state} with {jobs} jobs"
    # A worker that is gone loses its jobs to others within half a minute: `retry_stalled` finds them by its heartbeat.
    # What comes by the clock comes again by itself.
    if drained:
        for row in db.execute(
            text(
                "SELECT task_name, status, attempts FROM procrastinate_jobs WHERE status IN ('doing', 'failed')"
                " AND NOT args ? 'timestamp' OR status = 'todo' AND scheduled_at IS NULL AND queueing_lock IS NULL"
            )
        ):
            yield f"stuck: job {row.task_name} is {row.status} after {row.attempts} tries"
    for row in db.execute(
        text(
            "SELECT pid, state, left(query, 80) AS query FROM pg_stat_activity WHERE datname = current_database()"
            " AND state LIKE 'idle in transaction%' AND state_change < now() - interval '15 seconds'"
        )
    ):
        yield f"stuck: a transaction lies open: {row.query}"


def _log(app: App, db: Connection) -> Iterator[str]:
    events, leaves = db.execute(text("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM log_leaf)")).one()
    size = app.log.head().size
    if not size <= leaves <= events:
        yield f"log: {events} events, {leaves} leaves, a head of {size}"
    if waiting := db.execute(
        text("SELECT count(*) FROM event LEFT JOIN log_leaf ON event_id = event.id LEFT JOIN log_queue q ON"
             " q.event_id = event.id WHERE log_leaf.event_id IS NULL AND q.event_id IS NULL")
    ).scalar_one():  # fmt: skip
        yield f"log: {waiting} events have neither a place nor a turn"
    yield from (f"log: {one}" for one in app.log.fsck())
    for row in db.execute(
        text(
            "SELECT record.code, credential, details->>'credential' AS committed FROM record JOIN event"
            " ON record_code = record.code AND event.version = record.version WHERE action = 'SEAL'"
            " AND outcome = 'DONE' AND erased_at IS NULL"
        )
    ):
        if digest_of(row.credential.encode()) != row.committed:
            yield f"log: the credential of {row.code} is not the one that its sealing committed to"


def _status(app: App) -> Iterator[str]:
    publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)
    now = app.clock.now()
    trust = app.credentials.trusted(now=now)
    read: Callable[[int], qr.StatusSnapshot] = lambda list_id: qr.verify_status_token(  # noqa: E731 - one call, named
        published_status(list_id, uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock),
        trust=trust,
        now=now,
    )
    with app.uow.engine.connect() as db:
        rows = list(
            db.execute(
                text(
                    "SELECT record.code, record.state, list_id, position FROM record JOIN status_slot"
                    " ON record_id = record.id AND status_slot.version = record.version WHERE erased_at IS NULL"
                )
            )
        )
    lists = {list_id: read(list_id) for list_id in {row.list_id for row in rows}}
    for row in rows:
        if lists[row.list_id].statuses[row.position] != _STATUS[RecordState(row.state)]:
            yield f"status list: {row.code} is {row.state} and the list says otherwise"

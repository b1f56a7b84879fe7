"""What rows say about each other, for the operator's commands: whole tables, by cursor or page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db import upkeep_tables as u
from vault.db.index import index_record
from vault.db.jobs import PgJobs
from vault.db.keys import TEXT, PgBlobKeys, held_of, uses
from vault.db.records import PgRecords
from vault.db.texts import PgTexts
from vault.domain.batches import BatchId
from vault.domain.corrections import CorrectionId
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import IntakeId
from vault.domain.search import EDITION
from vault.domain.upkeep import Damage, Fault, Problem, Run, Task
from vault.ports import HeldBlob, HeldKey, JobName

PAGE = 1000
_BY_CURSOR = {"yield_per": PAGE}
# A job whose worker gave no sign of life for five minutes; living workers take such jobs up after thirty seconds.
_DEAD_JOBS = """
    SELECT j.id::text AS what, j.task_name AS told
      FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
     WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '5 minutes')
"""
_RETRY = text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
_AMONG_ROWS: Mapping[Fault, str] = {
    Fault.RECORD_WITHOUT_VERSION: """
        SELECT r.code AS what, 'version ' || r.version AS told FROM record r WHERE NOT EXISTS (
            SELECT FROM record_version v WHERE v.record_id = r.id AND v.version = r.version)""",
    Fault.RECORD_WITHOUT_PLACE: """
        SELECT r.code AS what, 'version ' || r.version AS told FROM record r WHERE NOT EXISTS (
            SELECT FROM status_slot s WHERE s.record_id = r.id AND s.version = r.version)""",
    Fault.RECORD_OUTSIDE_INDEX: """
        SELECT r.code AS what, '' AS told FROM record r WHERE r.erased_at IS NULL AND NOT EXISTS (
            SELECT FROM record_search s WHERE s.record_id = r.id)""",
    Fault.RECORD_WITHOUT_SEALING: """
        SELECT r.code AS what, '' AS told FROM record r WHERE NOT EXISTS (SELECT FROM event e
            WHERE e.record_code = r.code AND e.action = 'SEAL' AND e.outcome = 'DONE')""",
    Fault.INTAKE_WITHOUT_RECORD: """
        SELECT i.id AS what, coalesce(i.record_code, '') AS told FROM intake i
         WHERE i.state = 'SEALED' AND NOT EXISTS (SELECT FROM record r WHERE r.intake_id = i.id)""",
    Fault.INTAKE_WITHOUT_PAGES: """
        SELECT i.id AS what, i.state AS told FROM intake i
         WHERE i.state IN ('READ', 'CONFIRMED', 'SEALED') AND i.original NOT LIKE 'erased:%'
           AND NOT EXISTS (SELECT FROM intake_page p WHERE p.intake_id = i.id)""",
    Fault.INTAKE_STUCK: """
        SELECT i.id AS what, w.task AS told FROM intake i
          JOIN (VALUES ('RECEIVED', 'read_intake'), ('CONFIRMED', 'seal_intake')) w (state, task) ON w.state = i.state
         WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
            AND j.task_name = w.task AND j.args->>'intake_id' = i.id)""",
    Fault.BATCH_STUCK: """
        SELECT b.id AS what, 'split_batch' AS told FROM batch b WHERE b.state = 'RECEIVED' AND NOT EXISTS (
            SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
               AND j.task_name = 'split_batch' AND j.args->>'batch_id' = b.id)""",
    Fault.CORRECTION_STUCK: """
        SELECT c.id AS what, 'correct_record' AS told FROM correction c WHERE c.state = 'ACCEPTED' AND NOT EXISTS (
            SELECT FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
               AND j.task_name = 'correct_record' AND j.args->>'case_id' = c.id)""",
    Fault.JOB_WITHOUT_WORKER: _DEAD_JOBS,
    Fault.TEXT_WITHOUT_KEY: """
        SELECT DISTINCT p.intake_id AS what, '' AS told FROM intake_page p
         WHERE left(p.text, 1) = U&'\\E000' AND NOT EXISTS (
            SELECT FROM blob_key k WHERE k.digest = 'text' AND k.paper = p.intake_id)""",
    Fault.EVENT_OUTSIDE_LOG: """
        SELECT e.id::text AS what, e.action AS told FROM event e
         WHERE NOT EXISTS (SELECT FROM log_leaf l WHERE l.event_id = e.id)
           AND NOT EXISTS (SELECT FROM log_queue q WHERE q.event_id = e.id)""",
}
"""Each in one statement, so in one snapshot: what is on its way at that moment is never told."""
_UNDECIDED = """
    SELECT count(*) AS many, (array_agg(r.code ORDER BY r.code))[1:10] AS some
      FROM record_version v JOIN record r ON r.id = v.record_id AND r.version = v.version
     WHERE v.trust = 4 AND v.signer IS NULL AND r.erased_at IS NULL"""


class PgUpkeep:
    """`ports.Upkeep` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts, jobs: PgJobs) -> None:
        self._db = connection
        self._texts = texts
        self._jobs = jobs

    def patient(self) -> None:
        """No time-out of statements until the transaction ends."""
        self._db.execute(text("SET LOCAL statement_timeout = 0"))

    def among_rows(self) -> Iterator[Problem]:
        """One statement a fault."""
        for fault, statement in _AMONG_ROWS.items():
            for row in self._stream(statement):
                yield Problem(fault, row.what, row.told)
        used = uses()
        key = t.blob_key.c
        unheld = select(used).where(
            ~select(key.digest).where(key.digest == used.c.digest, key.paper == used.c.paper).exists()
        )
        for row in self._db.execute(unheld, execution_options=_BY_CURSOR):
            yield Problem(Fault.BLOB_WITHOUT_KEY, row.digest, row.paper)

    def undecided_originals(self) -> tuple[int, tuple[str, ...]]:
        """Newest versions only; what was erased is nobody's original."""
        row = self._db.execute(text(_UNDECIDED)).one()
        return int(row.many), tuple(row.some or ())

    def _stream(self, statement: str) -> Iterator[Row[tuple[str, str]]]:
        yield from self._db.execute(text(statement), execution_options=_BY_CURSOR)

    def held(self) -> Iterator[HeldBlob]:
        """By cursor."""
        query = select(t.blob_key).where(t.blob_key.c.digest != TEXT).order_by(t.blob_key.c.digest, t.blob_key.c.paper)
        rows = self._db.execute(query, execution_options=_BY_CURSOR)
        for digest, group in groupby(rows, lambda row: row.digest):
            yield HeldBlob(Digest(digest), tuple(map(held_of, group)))

    def held_after(self, digest: str, *, limit: int) -> Sequence[HeldBlob]:
        """By the primary key."""
        key = t.blob_key.c
        next_ones = (
            select(key.digest).where(key.digest > digest, key.digest < TEXT).distinct().order_by(key.digest)
        ).limit(limit)
        query = select(t.blob_key).where(key.digest.in_(next_ones)).order_by(key.digest, key.created_at)
        rows = self._db.execute(query)
        return [
            HeldBlob(Digest(one), tuple(map(held_of, group))) for one, group in groupby(rows, lambda row: row.digest)
        ]

    def is_used(self, digest: str, paper: str) -> bool:
        """By the indexes of the paper, however many others there are."""
        return digest in PgBlobKeys(self._db).files_of((IntakeId(paper),))

    def names_clear(self, digest: str) -> bool:
        """Whether any row names it."""
        return bool(self._db.execute(select(select(uses(digest)).exists())).scalar_one())

    def idle_keys(self, before: datetime, *, limit: int) -> Sequence[HeldKey]:
        """Keys of papers that are there, under which no row of theirs names a blob."""
        key, used = t.blob_key.c, uses()
        paper = select(t.intake.c.id).union(select(t.record.c.code), select(t.batch.c.id)).subquery()
        named = select(used.c.digest).where(used.c.digest == key.digest, used.c.paper == key.paper).exists()
        query = select(t.blob_key).where(key.digest != TEXT, key.created_at < before, ~named)
        return tuple(map(held_of, self._db.execute(query.where(key.paper.in_(select(paper.c.id))).limit(limit))))

    def changed_since(self, list_id: int, at: datetime) -> frozenset[int]:
        """Places whose record changed its state or got a new version."""
        slot, record = t.status_slot.c, t.record.c
        newer = (
            select(t.record_version.c.record_id)
            .where(t.record_version.c.record_id == slot.record_id, t.record_version.c.created_at > at)
            .exists()
        )
        query = (
            select(slot.position)
            .join(t.record, record.id == slot.record_id)
            .where(slot.list_id == list_id, (record.state_changed_at > at) | newer)
        )
        return frozenset(self._db.execute(query).scalars())

    def resume(self, problem: Problem) -> bool:
        """The job again, if the row still waits for it."""
        rows = self._db.execute(text(_AMONG_ROWS[problem.fault]))
        told = next((row.told for row in rows if row.what == problem.what), None)
        match problem.fault:
            case _ if told is None:
                return False
            case Fault.JOB_WITHOUT_WORKER:
                self._db.execute(_RETRY, {"id": int(problem.what)})
            case Fault.INTAKE_STUCK if told == JobName.READ:
                self._jobs.read(IntakeId(problem.what))
            case Fault.INTAKE_STUCK:
                self._jobs.seal(IntakeId(problem.what))
            case Fault.BATCH_STUCK:
                self._jobs.split(BatchId(problem.what))
            case _:
                self._jobs.correct(CorrectionId(problem.what))
        return True

    def reindex(self, code: str) -> None:
        """Put it into the index as it is now, or out of it."""
        record = PgRecords(self._db, self._texts).get(RecordCode(code), lock=True)
        if record.erased:  # since whoever asks saw it
            self._db.execute(delete(t.record_search).where(t.record_search.c.record_id == record.id))
            return
        paper = self._db.execute(select(t.record.c.intake_id).where(t.record.c.code == code)).scalar_one()
        index_record(self._db, record, paper, self._texts)

    def entries(self, after: bytes, *, limit: int) -> Sequence[tuple[bytes, RecordCode | None]]:
        """By the primary key alone: asked for the older ones only, PostgreSQL would read the table for each page."""
        entry = t.record_search.c
        page = select(entry.record_id, entry.edition).where(entry.record_id > after).order_by(entry.record_id)
        of = page.limit(limit).subquery("page")
        older = of.c.edition.is_(None) | (of.c.edition < EDITION)
        rows = self._db.execute(
            select(of.c.record_id, t.record.c.code)
            .outerjoin(t.record, older & (t.record.c.id == of.c.record_id))
            .order_by(of.c.record_id)
        )
        return tuple((bytes(key), None if code is None else RecordCode(code)) for key, code in rows)

    def queue_event(self, event_id: int) -> None:
        """As the trigger does for every new event."""
        self._db.execute(upsert(t.log_queue).values(event_id=event_id).on_conflict_do_nothing())

    def damaged(self, digest: str, fault: Fault, *, at: datetime) -> None:
        """Since when stays, unless it was healed meanwhile."""
        row = u.damaged_blob
        new = {"fault": fault.value, "found_at": at, "healed_at": None, "healed_by": None}
        self._db.execute(
            upsert(row)
            .values(digest=digest, **new)
            .on_conflict_do_update(index_elements=["digest"], set_=new, where=row.c.healed_at.is_not(None))
        )

    def healed(self, digest: str, *, at: datetime, by: str) -> None:
        """If it was damaged."""
        row = u.damaged_blob
        where = (row.c.digest == digest, row.c.healed_at.is_(None))
        self._db.execute(update(row).where(*where).values(healed_at=at, healed_by=by))

    def damages(self) -> Sequence[Damage]:
        """Those that nothing has healed."""
        row = u.damaged_blob
        query = select(row).where(row.c.healed_at.is_(None)).order_by(row.c.found_at, row.c.digest)
        return tuple(Damage(one.digest, Fault(one.fault), one.found_at) for one in self._db.execute(query))

    def note(self, task: Task, run: Run) -> None:
        """The newest run takes the place of the one before."""
        new = {"at": run.at, "details": dict(run.details)}
        self._db.execute(
            upsert(u.upkeep).values(task=task.value, **new).on_conflict_do_update(index_elements=["task"], set_=new)
        )

    def noted(self) -> Mapping[Task, Run]:
        """One row a task."""
        return {Task(one.task): Run(one.at, one.details) for one in self._db.execute(select(u.upkeep))}


def damage_count(connection: Connection) -> int:
    """How many blobs do not read back."""
    query = select(func.count()).select_from(u.damaged_blob).where(u.damaged_blob.c.healed_at.is_(None))
    return int(connection.execute(query).scalar_one())

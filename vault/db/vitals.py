"""What waits, read from the rows in one query a kind; each uses an index or a table that stays small."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select, text

from vault.db import tables as t
from vault.db import upkeep_tables as u
from vault.db.upkeep import damage_count
from vault.domain.upkeep import Task
from vault.domain.vitals import Vitals, Waiting

# A job that waits for its time, after a part was down, is not late before that time.
_JOBS = text("""
    SELECT j.task_name AS name, count(*) AS many, min(greatest(e.at, j.scheduled_at)) AS oldest
      FROM procrastinate_jobs j
      LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'
     WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
     GROUP BY j.task_name
""")
# Of the last day: the rows stay for ever, and an operator must see when there is a new one.
_FAILED = text("""
    SELECT count(*) FROM procrastinate_jobs j WHERE j.status = 'failed' AND EXISTS (
        SELECT FROM procrastinate_events e
        WHERE e.job_id = j.id AND e.type = 'failed' AND e.at > now() - interval '1 day')
""")
_DEAD = text("SELECT count(*) FROM outbox WHERE state = 'DEAD'")
_LETTERS = text("SELECT count(*) AS many, min(at) AS oldest FROM outbox WHERE state = 'WAITING'")
_WORKERS = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
# By the index of open dossiers.
_LATE = text("SELECT count(*) FROM dossier WHERE closed_at IS NULL AND due_on < :late_before")
_HOOKS = text("""
    SELECT count(*) FROM webhook WHERE state = 'DISABLED' OR failing_since < now() - interval '1 hour'
""")


class PgVitals:
    """`ports.VitalSigns` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def read(self, late_before: date) -> Vitals:
        """One look."""
        jobs = {row.name: Waiting(row.many, row.oldest) for row in self._db.execute(_JOBS)}
        return Vitals(
            jobs=jobs,
            failed_jobs=int(self._db.execute(_FAILED).scalar_one()),
            papers=self._papers(),
            seals=self._seals(),
            log=self._log(),
            workers=int(self._db.execute(_WORKERS).scalar_one()),
            letters=self._letters(),
            dead_letters=int(self._db.execute(_DEAD).scalar_one()),
            late=int(self._db.execute(_LATE, {"late_before": late_before}).scalar_one()),
            failing_webhooks=int(self._db.execute(_HOOKS).scalar_one()),
            scrub_errors=damage_count(self._db),
            upkeep={Task(row.task): row.at for row in self._db.execute(select(u.upkeep))},
        )

    def _letters(self) -> Waiting:
        row = self._db.execute(_LETTERS).one()
        return Waiting(row.many, row.oldest)

    def _papers(self) -> Waiting:
        at = t.intake.c.received_at
        open_ones = t.intake.c.state.in_(("RECEIVED", "READ"))
        row = self._db.execute(select(func.count().label("many"), func.min(at).label("oldest")).where(open_ones)).one()
        return Waiting(row.many, row.oldest)

    def _seals(self) -> Waiting:
        at, pending = t.record_version.c.created_at, t.record_version.c.archived_until.is_(None)
        row = self._db.execute(select(func.count().label("many"), func.min(at).label("oldest")).where(pending)).one()
        return Waiting(row.many, row.oldest)

    def _log(self) -> Waiting:
        """Events without a place, and events with a place above the newest checkpoint."""
        queue = t.log_queue.join(t.event, t.event.c.id == t.log_queue.c.event_id)
        queued = self._db.execute(
            select(func.count().label("many"), func.min(t.event.c.at).label("oldest")).select_from(queue)
        ).one()
        covered = select(func.coalesce(func.max(t.log_head.c.size), 0)).scalar_subquery()
        leaves = t.log_leaf.join(t.event, t.event.c.id == t.log_leaf.c.event_id)
        placed = self._db.execute(
            select(func.count().label("many"), func.min(t.event.c.at).label("oldest"))
            .select_from(leaves)
            .where(t.log_leaf.c.position >= covered)
        ).one()
        oldest = [at for at in (queued.oldest, placed.oldest) if at is not None]
        return Waiting(queued.many + placed.many, min(oldest, default=None))

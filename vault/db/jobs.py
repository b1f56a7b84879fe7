"""The job queue: Procrastinate on the same PostgreSQL; a job row commits with the rows it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import Connection, text

from vault.domain.batches import BatchId
from vault.domain.corrections import CorrectionId
from vault.domain.intake import IntakeId
from vault.ports import JobName

Carried = Callable[[], Mapping[str, str]]
"""What a job takes along beside its own facts: the trace of the request that made it, when one is recorded."""

# A paper that was revoked must be seen as such; an officer waits for a seal, then for a proposal; the tail of a long
# paper can wait for all of them.
_PUBLISH, _SEAL, _READ, _SPLIT, _READ_ON, _SEARCHABLE = 30, 20, 10, 5, 0, -10


def queue_app(database_url: str) -> App:
    """The queue for a worker process, which registers the tasks and runs them."""
    plain = database_url.replace("postgresql+psycopg://", "postgresql://")
    return App(connector=PsycopgConnector(conninfo=plain))


class PgJobs:
    """`ports.Jobs` on Procrastinate: the job row commits or rolls back with the caller's rows."""

    def __init__(self, connection: Connection, app: App, carried: Carried = dict) -> None:
        self._db = connection
        self._app = app
        self._carried = carried

    def _defer(self, task: JobName, intake_id: IntakeId, priority: int, *, after: int = 0) -> None:
        driver = self._db.connection.driver_connection
        # The lock keeps two workers from doing the same step of the same paper.
        lock = f"{task.value}:{intake_id}"
        schedule: dict[str, Any] = {"schedule_in": {"seconds": after}} if after else {}
        job = self._app.configure_task(task.value, lock=lock, priority=priority, connection=driver, **schedule)
        job.defer(intake_id=intake_id, **self._carried())

    def read(self, intake_id: IntakeId) -> None:
        """Read this paper."""
        self._defer(JobName.READ, intake_id, _READ)

    def read_on(self, intake_id: IntakeId) -> None:
        """Read more pages of a long paper."""
        self._defer(JobName.READ, intake_id, _READ_ON)

    def make_searchable(self, intake_id: IntakeId) -> None:
        """Make the searchable copy."""
        self._defer(JobName.SEARCHABLE, intake_id, _SEARCHABLE)

    def seal(self, intake_id: IntakeId, *, after: int = 0) -> None:
        """Seal this paper, not before so many seconds have passed."""
        self._defer(JobName.SEAL, intake_id, _SEAL, after=after)

    def split(self, batch_id: BatchId) -> None:
        """Split this batch; single papers come before it, for somebody stands at the desk with them."""
        driver = self._db.connection.driver_connection
        name = JobName.SPLIT.value
        job = self._app.configure_task(name, lock=f"{name}:{batch_id}", priority=_SPLIT, connection=driver)
        job.defer(batch_id=batch_id, **self._carried())

    def correct(self, case_id: CorrectionId) -> None:
        """Seal the version of an accepted correction."""
        driver = self._db.connection.driver_connection
        name = JobName.CORRECT.value
        job = self._app.configure_task(name, lock=f"{name}:{case_id}", priority=_SEAL, connection=driver)
        job.defer(case_id=case_id, **self._carried())

    def ask_outside(self, ask: str) -> None:
        """A moment later than the counter itself, which may have the answer at once."""
        driver, name = self._db.connection.driver_connection, JobName.ASK_OUTSIDE.value
        task = self._app.configure_task(
            name, lock=f"{name}:{ask}", priority=_SPLIT, connection=driver, schedule_in={"seconds": 2}
        )
        task.defer(ask=ask, **self._carried())

    def fetch_outside(self, paper: str, account_id: str) -> None:
        """Fetch it."""
        driver, name = self._db.connection.driver_connection, JobName.FETCH_OUTSIDE.value
        task = self._app.configure_task(name, lock=f"{name}:{paper}", priority=_READ, connection=driver)
        task.defer(paper=paper, account_id=account_id, **self._carried())

    def publish_status(self) -> None:
        """Publish the status lists anew; one at a time, so that an older state never replaces a newer one.

        A worker of an older release refuses a job that carries a trace; its renewal publishes within 20 seconds.
        """
        driver = self._db.connection.driver_connection
        name = JobName.PUBLISH_STATUS.value
        self._app.configure_task(name, lock=name, priority=_PUBLISH, connection=driver).defer(**self._carried())

    def worker_seen(self) -> bool:
        """Whether any worker gave a sign of life within the last minute; Procrastinate's beat every ten seconds."""
        query = "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute')"
        return bool(self._db.execute(text(query)).scalar_one())

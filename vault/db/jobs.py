"""The job queue: Procrastinate on the same PostgreSQL; a job row commits with the rows it is about."""

from __future__ import annotations

from procrastinate import App, PsycopgConnector
from sqlalchemy import Connection

from vault.domain.intake import IntakeId
from vault.ports import JobName


def queue_app(database_url: str) -> App:
    """The queue for a worker process, which registers the tasks and runs them."""
    plain = database_url.replace("postgresql+psycopg://", "postgresql://")
    return App(connector=PsycopgConnector(conninfo=plain))


class PgJobs:
    """`ports.Jobs` on Procrastinate: the job row commits or rolls back with the caller's rows."""

    def __init__(self, connection: Connection, app: App) -> None:
        self._db = connection
        self._app = app

    def _defer(self, task: JobName, intake_id: IntakeId) -> None:
        driver = self._db.connection.driver_connection
        # The lock keeps two workers from the same paper; the queue keeps order within it.
        self._app.configure_task(task.value, lock=f"intake:{intake_id}", connection=driver).defer(intake_id=intake_id)

    def read(self, intake_id: IntakeId) -> None:
        """Read this paper."""
        self._defer(JobName.READ, intake_id)

    def seal(self, intake_id: IntakeId) -> None:
        """Seal this paper."""
        self._defer(JobName.SEAL, intake_id)

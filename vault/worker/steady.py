"""A worker that outlives its database, and jobs that outlive a lost word.

The queue's own worker stops when the database is gone for a moment, and knows nothing of a job whose end it could not
write down: such a job stays in its hands by name, and nobody else ever takes it. Both are mended here.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 15.0
PAUSES = (1.0, 2.0, 5.0, 10.0)
"""Seconds before the first new beginning, the second and so on; one that lasted longer than any of them counts anew."""


class Jobs(Protocol):
    """What is asked of the queue (procrastinate's `JobManager`)."""

    async def list_jobs_async(self, *, status: str, worker_id: int) -> Iterable[Job]:
        """Jobs in this state in the hands of this worker."""
        ...

    async def retry_job(self, job: Job) -> None:
        """Put it back."""
        ...


class Hands:
    """The jobs that run in this process, against those that the queue says it runs.

    A job that has just been taken, or has just ended, may stand in one list only; one that is found so at two looks in
    a row, `LOOK_SECONDS` apart, is run by nobody.
    """

    def __init__(self) -> None:
        self._worker_id: int | None = None
        self._running: set[int] = set()
        self._doubtful: frozenset[int] = frozenset()

    async def hold(self, call_next: Callable[[], Awaitable[Any]], context: Any, worker: Any) -> Any:
        """Procrastinate's worker middleware: the job is in hand while it runs."""
        self._worker_id = worker.worker_id
        self._running.add(context.job.id)
        try:
            return await call_next()
        finally:
            self._running.discard(context.job.id)

    async def look(self, jobs: Jobs) -> tuple[int, ...]:
        """Put back what nobody runs; its numbers."""
        if self._worker_id is None:
            return ()
        held = {job.id: job for job in await jobs.list_jobs_async(status="doing", worker_id=self._worker_id)}
        idle = {number for number in held if number is not None and number not in self._running}
        lost, self._doubtful = sorted(idle & self._doubtful), frozenset(idle)
        for number in lost:
            _LOG.warning("the end of job %s could not be written: it runs again", number)
            await put_back(held[number], jobs)
        return tuple(lost)

    async def look_now_and_then(self, jobs: Jobs) -> None:
        """Until cancelled. A database that is down is looked at again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(jobs)
            except ConnectorException as error:
                _LOG.warning("nobody could look for lost jobs: %s", error)


async def put_back(job: Job, jobs: Jobs) -> None:
    """Let it run again. One that ended meanwhile, or was put back by another worker, needs nothing."""
    try:
        await jobs.retry_job(job)
    except ConnectorException as error:
        _LOG.info("job %s is not put back: %s", job.id, error.__cause__ or error)


async def until_told(serve: Callable[[], Awaitable[None]], *, pauses: Sequence[float] = PAUSES) -> None:
    """Run `serve` until SIGTERM or SIGINT; begin anew, after a pause, whenever it ends by itself.

    Told to stop, it is cancelled, which lets it finish what it has in hand. A second signal ends the process at once.
    """
    told, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    stopping = asyncio.ensure_future(told.wait())
    failures = 0
    while not told.is_set():
        began = loop.time()
        serving = asyncio.ensure_future(serve())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            serving.cancel()
        (outcome,) = await asyncio.gather(serving, return_exceptions=True)
        if told.is_set():
            break
        failures = 0 if loop.time() - began > max(pauses) else failures
        pause = pauses[min(failures, len(pauses) - 1)]
        failures += 1
        _LOG.warning("the queue was lost (%s): the worker begins anew in %s s", outcome, pause)
        await asyncio.wait({stopping}, timeout=pause)
    stopping.cancel()

"""Job name -> use case. A job that was cut off by a crash is found by its missing heartbeat and run again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from procrastinate import App as Queue
from procrastinate import BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from vault import telemetry
from vault.bootstrap import App, database_url, prepare_keys
from vault.domain.batches import BatchId, BatchState
from vault.domain.corrections import CorrectionId
from vault.domain.errors import Invalid, Unavailable
from vault.domain.intake import IntakeId
from vault.log.transparency import BATCH
from vault.ports import JobName
from vault.usecases.correct.seal_version import give_back, seal_version
from vault.usecases.digitize.give_up import CODE as BROKE_US
from vault.usecases.digitize.give_up import give_up
from vault.usecases.digitize.make_searchable import make_searchable
from vault.usecases.digitize.read import read
from vault.usecases.digitize.renew_seals import renew_seals
from vault.usecases.digitize.seal import seal
from vault.usecases.digitize.split import split
from vault.usecases.heal.scrub import scrub
from vault.usecases.protect.sweep import sweep
from vault.usecases.verify.publish_status import publish_status
from vault.worker import others
from vault.worker.steady import Hands, put_back, until_told

_LOG = logging.getLogger(__name__)

STALLED_AFTER_SECONDS = 30
MOST_STARTS = 5
"""A job that lost its worker this late is taken for what ends the workers, and is not run again."""
_LONGEST_WAIT_SECONDS = 600
_DOUBLINGS = 10


class WaitForPart(BaseRetryStrategy):
    """A part that is down comes back: try again after 2, 4, 8 … at most 600 seconds, however long it takes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Retry only what may be different next time."""
        if not isinstance(exception, Unavailable):
            return None
        seconds = min(2 ** (min(job.attempts, _DOUBLINGS) + 1), _LONGEST_WAIT_SECONDS)
        return RetryDecision(retry_in={"seconds": seconds})


@contextmanager
def _seen(job: str, trace: str = "") -> Iterator[None]:
    """A span that joins the request's, and a measured duration; what a part that is down costs is no error."""
    begin, outcome = time.perf_counter(), "ok"
    try:
        with telemetry.job_span(job, trace):
            yield
    except Unavailable:
        outcome = "again"
        raise
    except BaseException:
        outcome = "error"
        raise
    finally:
        telemetry.observe_job(job, outcome, time.perf_counter() - begin)


@contextmanager
def _nothing_stuck(app: App, intake_id: str) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        raise
    except Exception:
        _LOG.exception("intake %s broke the worker's job", intake_id)
        give_up(IntakeId(intake_id), uow=app.uow, clock=app.clock)
        raise


@contextmanager
def _no_batch_stuck(app: App, batch_id: str) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        raise
    except Exception:  # the worker's edge, as above: nobody waits for a batch that broke us
        _LOG.exception("batch %s broke the worker's job", batch_id)
        with app.uow.begin() as tx:
            tx.batches.set_state(BatchId(batch_id), BatchState.FAILED, failure=BROKE_US)
        raise


@contextmanager
def _no_case_stuck(app: App, case_id: str) -> Iterator[None]:
    try:
        yield
    except Unavailable:
        raise
    except Exception:  # the worker's edge, as above: the officer gets the case back
        _LOG.exception("correction %s broke the worker's job", case_id)
        give_back(CorrectionId(case_id), "INTERNAL", uow=app.uow, clock=app.clock)
        raise


async def after_stall(job: Job, *, jobs: JobManager, app: App) -> None:
    """Run a job that lost its worker again; a paper that was started `MOST_STARTS` times is given up instead."""
    intake_id = job.task_kwargs.get("intake_id")
    if job.attempts < MOST_STARTS or not isinstance(intake_id, str):
        _LOG.warning("job %s lost its worker and runs again", job.id)
        await put_back(job, jobs)
        return
    if job.task_name == JobName.SEARCHABLE.value:  # the paper itself stands, whatever became of its copy
        _LOG.error("no searchable copy of intake %s: its job lost its worker %s times", intake_id, job.attempts)
        await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        return
    _LOG.error("intake %s lost its worker after %s starts and is given up", intake_id, job.attempts)
    await asyncio.to_thread(give_up, IntakeId(intake_id), uow=app.uow, clock=app.clock)
    await jobs.finish_job(job, status=Status.FAILED, delete_job=False)


def renew_keys(app: App) -> None:
    """Sign a development service's trust list and revocation lists anew before they run out."""
    prepare_keys(app)
    vars(app).pop("sealing", None)  # made anew on next use, over the lists of now


def queue_of(app: App) -> Queue:
    """The queue with every task of this program registered."""
    queue = Queue(connector=PsycopgConnector(conninfo=database_url(app.settings)))

    @queue.task(name=JobName.READ.value, retry=WaitForPart())
    def read_intake(intake_id: str, traceparent: str = "") -> None:
        with _seen(JobName.READ.value, traceparent), _nothing_stuck(app, intake_id):
            read(
                IntakeId(intake_id),
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                sealing=app.sealing,
                credentials=app.credentials,
                templates=app.templates,
                clock=app.clock,
            )

    @queue.task(name=JobName.SEARCHABLE.value, retry=WaitForPart())
    def searchable_copy(intake_id: str, traceparent: str = "") -> None:
        with _seen(JobName.SEARCHABLE.value, traceparent):
            try:
                make_searchable(IntakeId(intake_id), uow=app.uow, blobs=app.blobs, engines=app.engines)
            except Invalid as error:  # the paper itself is read and stands; only this copy cannot be had
                _LOG.warning("no searchable copy of intake %s: %s", intake_id, error.code)

    @queue.task(name=JobName.SEAL.value, retry=WaitForPart())
    def seal_intake(intake_id: str, traceparent: str = "") -> None:
        with _seen(JobName.SEAL.value, traceparent), _nothing_stuck(app, intake_id):
            seal(
                IntakeId(intake_id),
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                sealing=app.sealing,
                credentials=app.credentials,
                catalogue=app.catalogue,
                clock=app.clock,
            )

    @queue.task(name=JobName.SPLIT.value, retry=WaitForPart())
    def split_batch(batch_id: str, traceparent: str = "") -> None:
        with _seen(JobName.SPLIT.value, traceparent), _no_batch_stuck(app, batch_id):
            split(
                BatchId(batch_id),
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                clock=app.clock,
                ids=app.ids,
                max_pages=app.settings.max_pages,
            )

    @queue.task(name=JobName.CORRECT.value, retry=WaitForPart())
    def correct_record(case_id: str, traceparent: str = "") -> None:
        with _seen(JobName.CORRECT.value, traceparent), _no_case_stuck(app, case_id):
            seal_version(
                CorrectionId(case_id),
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                sealing=app.sealing,
                credentials=app.credentials,
                catalogue=app.catalogue,
                clock=app.clock,
            )

    @queue.periodic(cron="* * * * *")
    @queue.task(name="renew_seals", queueing_lock="renew_seals", lock="renew_seals")
    def renew(timestamp: int) -> None:
        del timestamp
        with _seen("renew_seals"):
            renew_seals(uow=app.uow, blobs=app.blobs, sealing=app.sealing, clock=app.clock)

    @queue.task(name=JobName.PUBLISH_STATUS.value, retry=WaitForPart())
    def publish(traceparent: str = "") -> None:
        with _seen(JobName.PUBLISH_STATUS.value, traceparent):
            publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)

    @queue.periodic(cron="* * * * * */20")
    @queue.task(name="renew_status", queueing_lock="renew_status", lock=JobName.PUBLISH_STATUS.value, priority=30)
    def renew_status(timestamp: int) -> None:
        # A list that did not change is signed anew too: verifiers believe one for a minute.
        del timestamp
        publish()

    @queue.periodic(cron="* * * * * */15")
    @queue.task(name="retry_stalled", queueing_lock="retry_stalled")
    async def retry_stalled(timestamp: int) -> None:
        del timestamp
        for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            await after_stall(job, jobs=queue.job_manager, app=app)

    @queue.periodic(cron="17 * * * *")
    @queue.task(name="renew_keys", queueing_lock="renew_keys", lock="renew_keys")
    def renew_development_keys(timestamp: int) -> None:
        del timestamp
        if app.settings.environment == "development":
            renew_keys(app)

    @queue.periodic(cron="41 * * * *")
    @queue.task(name="sweep", queueing_lock="sweep", lock="sweep")
    def sweep_keys(timestamp: int) -> None:
        del timestamp
        sweep(uow=app.uow, blobs=app.blobs, clock=app.clock)

    @queue.periodic(cron="*/5 * * * *")
    @queue.task(name="scrub", queueing_lock="scrub", lock="scrub", priority=-20)
    def scrub_a_little(timestamp: int) -> None:
        # A small deployment is read through in days by these turns alone; a large one runs `vault scrub` beside them.
        del timestamp
        end = time.monotonic() + SCRUB_SECONDS
        with _seen("scrub"):
            scrub(uow=app.uow, bucket=app.keeper, clock=app.clock, go_on=lambda: time.monotonic() < end)

    others.register(queue, app, seen=_seen, retry=WaitForPart())
    return queue


SCRUB_SECONDS = 10.0
"""How long a paper waits at most for a turn of reading blobs again: it begins only when nothing else waits."""
SEQUENCE_SECONDS = 0.5


async def _sequence(app: App) -> None:
    """Bring new events into the transparency log. Several workers may do so; one at a time succeeds."""
    size = 0
    while True:
        before, size = size, await _try(app.log.advance, "extended")
        if not before or size - before < BATCH:  # a full batch: more of them wait
            await asyncio.sleep(SEQUENCE_SECONDS)


async def _cosign(app: App) -> None:
    """Show witnesses the newest checkpoint. Apart from the sequencer: one that answers slowly makes no event wait."""
    while True:
        await _try(app.log.cosign, "cosigned")
        await asyncio.sleep(SEQUENCE_SECONDS)


async def _try(step: Callable[[], int], what: str) -> int:
    try:
        return await asyncio.to_thread(step)
    except Unavailable as error:
        _LOG.warning("the transparency log waits: %s", error)
    except Exception:  # noqa: BLE001 - the worker's edge: the next round goes on, and tells again what is wrong
        _LOG.exception("the transparency log could not be %s", what)
    return 0


def run(app: App, *, concurrency: int) -> None:
    """Work until the process is told to stop; then finish what was begun. A database that goes away is waited for."""
    app.engines.start()

    async def work() -> None:
        tasks = [asyncio.create_task(_sequence(app))]
        if app.settings.witnesses:
            tasks.append(asyncio.create_task(_cosign(app)))
        try:
            await until_told(_jobs)
        finally:
            for task in tasks:
                task.cancel()

    async def _jobs() -> None:
        queue, hands = queue_of(app), Hands()
        async with queue.open_async():
            looking = asyncio.create_task(hands.look_now_and_then(queue.job_manager))
            try:
                await queue.run_worker_async(
                    concurrency=concurrency,
                    fetch_job_polling_interval=2,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    worker_middleware=[hands.hold],
                )
            finally:
                looking.cancel()

    asyncio.run(work())

"""A worker whose database goes away: it comes again, and a job whose end could not be written is run again."""

from __future__ import annotations

import asyncio
import os
import signal
from types import SimpleNamespace
from typing import Any

from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from vault.worker.steady import Hands, put_back, until_told

ME = SimpleNamespace(worker_id=7)


def job(number: int) -> Job:
    return Job(id=number, queue="default", lock=None, queueing_lock=None, task_name="read_intake")


class Queue:
    """What the queue says that this worker runs; putting back fails where somebody else was faster."""

    def __init__(self, *held: int, gone: frozenset[int] = frozenset()) -> None:
        self.held, self.gone = list(held), gone
        self.back: list[int | None] = []

    async def list_jobs_async(self, *, status: str, worker_id: int) -> list[Job]:
        assert (status, worker_id) == ("doing", 7)
        return [job(number) for number in self.held]

    async def retry_job(self, job: Job) -> None:
        if job.id in self.gone:
            raise ConnectorException
        self.back.append(job.id)


def test_a_job_that_is_held_by_name_only_runs_again_and_one_that_runs_does_not() -> None:
    async def told() -> tuple[list[tuple[int, ...]], list[int | None]]:
        hands, queue, over = Hands(), Queue(1, 2, 3), asyncio.Event()
        running = asyncio.ensure_future(hands.hold(over.wait, SimpleNamespace(job=job(1)), ME))
        await asyncio.sleep(0)
        first = await hands.look(queue)
        queue.held.remove(3)  # its end was only just being written
        second, third = await hands.look(queue), await hands.look(queue)
        over.set()
        await running
        fourth, fifth = await hands.look(queue), await hands.look(queue)
        return [first, second, third, fourth, fifth], queue.back

    looks, back = asyncio.run(told())
    assert looks == [(), (2,), (2,), (2,), (1, 2)], "1 ended without a word while it was looked for"
    assert back == [2, 2, 2, 1, 2]


def test_what_somebody_else_put_back_is_let_be() -> None:
    queue = Queue(5, gone=frozenset({5}))
    asyncio.run(put_back(job(5), queue))
    assert queue.back == []


def test_it_begins_anew_whenever_the_queue_is_lost_and_ends_when_it_is_told() -> None:
    begun: list[str] = []

    async def serve() -> None:
        begun.append("begun")
        if len(begun) == 1:
            raise ConnectorException
        if len(begun) == 2:
            return  # the queue's worker stops like that when a task of its own fails
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            begun.append("finished what it had in hand")
            raise

    before: Any = signal.getsignal(signal.SIGTERM)
    try:
        asyncio.run(until_told(serve, pauses=(0.01,)))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert begun == ["begun"] * 3 + ["finished what it had in hand"]
